"""Signing in, being signed out while typing, and joining by a link."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import (
    Clinic,
    OneTimeToken,
    Person,
    Standing,
)
from rehab_tracker.config import Settings
from rehab_tracker.foundation import clock
from tests.builders.people import LONG_AGO, PASSWORD, Somebody, a_member
from tests.client import CheckedClient
from tests.features.accounts.conftest import As, Team
from tests.features.accounts.steps import (
    NEW,
    hidden,
    sign_in,
    token_in,
)

HOSTILE = [
    "https://evil.com", "https:evil.com", "//evil.com", "///evil.com", "/\\evil.com",
    "/\t/evil.com", "\x00", "/no/such/page", "/sign-out", "javascript:alert(1)",
]  # fmt: skip


# Signing in


@pytest.mark.parametrize(
    ("who", "home"), [("manager", "/report"), ("physio", "/patients"), ("patient", "/today")]
)
def test_everybody_begins_at_the_page_of_their_day(
    team: Team, stranger: CheckedClient, who: str, home: str
):
    assert sign_in(stranger, getattr(team, who)).location == "/"
    assert stranger.get("/").location == home


def test_the_e_mail_is_found_however_it_is_typed(team: Team, stranger: CheckedClient):
    typed = {"email": f"  {team.physio.person.email.upper()} ", "password": PASSWORD}
    assert stranger.post("/sign-in", data=typed).status_code == 303


def test_known_and_unknown_addresses_get_the_same_answer(team: Team, stranger: CheckedClient):
    def answer(email: str) -> str:
        response = stranger.post("/sign-in", data={"email": email, "password": "wrong"})
        assert response.status_code == 422
        page = re.sub(r'(name="csrf_token" value=")[^"]*', r"\1", response.text)
        return page.replace(email, "somebody")

    assert answer(team.physio.person.email) == answer("nobody@example.org")


@pytest.mark.parametrize("standing", [Standing.DISABLED, Standing.PENDING])
def test_who_may_not_act_cannot_sign_in(
    db: Session, clinic: Clinic, team: Team, stranger: CheckedClient, standing: Standing
):
    kept = team.physio.person.password_hash
    somebody = a_member(db, clinic, standing=standing, password_hash=kept)
    db.commit()
    response = sign_in(stranger, somebody)
    assert response.status_code == 422
    assert "do not match" in response.text


def test_what_was_typed_stays_but_never_the_password(team: Team, stranger: CheckedClient):
    page = sign_in(stranger, team.physio, "a wrong secret", back_to="/me").text
    assert team.physio.person.email in page
    assert "a wrong secret" not in page
    assert hidden(page, "back_to") == "/me"


@pytest.mark.parametrize("email", ["", "a\x00b@example.org", "x" * 300])
@pytest.mark.usefixtures("team")
def test_an_impossible_address_is_refused_beside_its_field(stranger: CheckedClient, email: str):
    response = stranger.post("/sign-in", data={"email": email, "password": "x"})
    assert response.status_code == 422
    assert 'id="email-error"' in response.text


def test_signing_in_leads_back_to_the_page_that_was_asked_for(team: Team, stranger: CheckedClient):
    asked = stranger.get("/me?from=mail").location
    back_to = hidden(stranger.get(asked).text, "back_to")
    assert sign_in(stranger, team.physio, back_to=back_to).location == "/me?from=mail"


@pytest.mark.parametrize("address", HOSTILE)
def test_signing_in_never_leads_elsewhere(team: Team, stranger: CheckedClient, address: str):
    assert sign_in(stranger, team.physio, back_to=address).location == "/"
    assert stranger.get("/sign-in", query_string={"back_to": address}).location == "/"


def test_who_is_signed_in_goes_on(team: Team, as_: As):
    assert as_(team.physio).get("/sign-in?back_to=/me").location == "/me"


@pytest.mark.own_app
def test_the_demo_shows_how_to_sign_in_and_no_other_clinic_does(
    app: Flask, settings: Settings, stranger: CheckedClient
):
    app.jinja_env.globals["demo_sign_ins"] = {
        "password": "calm-otters",
        "people": [("Manager", "manager@demo.example")],
    }
    assert "calm-otters" not in stranger.get("/sign-in").text
    app.config["SETTINGS"] = replace(settings, demo=True)
    assert "manager@demo.example" in stranger.get("/sign-in").text


# Signed out while typing


def test_a_signed_out_submit_loses_nothing(team: Team, as_: As, db: Session):
    with clock.stopped(LONG_AGO):
        browser = as_(team.physio)
        clock.advance(timedelta(minutes=20))
        typed = {**NEW, "goal": 'Run "5 km"\nand <b>dance</b> 🕺', "kit": ["mat", "step"]}
        response = browser.post("/invite", data=typed)
        assert response.status_code == 401
        assert "Nothing was lost" in response.text
        assert db.scalar(select(func.count(OneTimeToken.id))) == 0
        db.commit()
        carried = {name: hidden(response.text, name) for name in ("back_to", "kept")}
        again = sign_in(browser, team.physio, **carried)
        assert again.status_code == 200
        fields = re.findall(
            r'<textarea name="([^"]*)" hidden>\n(.*?)</textarea>', again.text, re.DOTALL
        )
        resent: dict[str, list[str]] = {}
        for name, value in fields:
            resent.setdefault(name, []).append(unescape(value))
        action = re.search(r'<form class="form" method="post" action="([^"]*)"', again.text)
        assert action
        assert browser.post(action[1], data=resent).status_code == 201
    patient = db.execute(select(Person.name).where(Person.email == NEW["email"])).one()
    assert patient.name == "Yael"


@pytest.mark.usefixtures("as_")
def test_a_signed_out_button_without_fields_can_be_pressed_again(
    team: Team, stranger: CheckedClient
):
    path = f"/patients/{team.patient.id}/take-over"
    page = stranger.post(path).text
    again = sign_in(
        stranger, team.colleague, back_to=hidden(page, "back_to"), kept=hidden(page, "kept")
    )
    assert f'action="{path}"' in again.text
    assert "has not been taken yet" in again.text


@pytest.mark.usefixtures("team")
def test_a_password_is_never_carried_along(stranger: CheckedClient):
    page = stranger.post(
        "/me/password", data={"old_password": "old secret", "new_password": "new secret"}
    ).text
    assert "secret" not in page.replace("secrets", "")


def test_nobody_sends_what_another_person_typed_on_a_shared_device(team: Team, as_: As):
    with clock.stopped(LONG_AGO):
        browser = as_(team.physio)
        clock.advance(timedelta(minutes=20))
        page = browser.post("/me", data={"name": "Jonas W."}).text
        carried = {name: hidden(page, name) for name in ("back_to", "kept")}
        assert sign_in(browser, team.colleague, **carried).location == "/"
        assert "somebody else" in browser.get("/me").text


def test_a_wrong_password_in_between_loses_nothing(team: Team, stranger: CheckedClient):
    page = stranger.post("/me", data={"name": "Jonas W."}).text
    carried = {name: hidden(page, name) for name in ("back_to", "kept")}
    page = sign_in(stranger, team.physio, "wrong", **carried).text
    assert {name: hidden(page, name) for name in carried} == carried


@pytest.mark.usefixtures("team")
def test_a_sign_in_page_that_lay_open_can_be_sent_again(stranger: CheckedClient):
    fields = {"email": "jonas@example.org", "password": "x", "back_to": "/me", "csrf_token": "old"}
    response = stranger.post("/sign-in", data=fields, csrf=False)
    assert response.status_code == 400
    assert hidden(response.text, "back_to") == "/me"
    assert 'name="kept"' not in response.text
    assert "jonas@example.org" in response.text


HALF_A_CHARACTER = '{"by": "", "typed": [["goal", "\\ud800"]]}'
MANGLED = ["{", "[]", '{"by": 1}', '{"by": "", "typed": [1]}', "[" * 9000, HALF_A_CHARACTER]


@pytest.mark.parametrize("kept", MANGLED)
def test_a_mangled_carrier_is_ignored(team: Team, stranger: CheckedClient, kept: str):
    assert sign_in(stranger, team.physio, back_to="/me", kept=kept).status_code == 303


# Joining


def test_opening_a_link_uses_nothing_up(invited: str, stranger: CheckedClient):
    for _ in range(3):
        page = stranger.get(f"/welcome/{invited}")
        assert page.status_code == 200
        assert "Yael" in page.text


def test_an_invited_person_sets_a_password_and_is_in(invited: str, stranger: CheckedClient):
    before = stranger.form_token()
    response = stranger.post(f"/welcome/{invited}", data={"password": PASSWORD})
    assert response.status_code == 303
    assert stranger.form_token() != before
    assert "Yael" in stranger.get("/me").text


def test_a_used_link_is_over(invited: str, app: Flask, stranger: CheckedClient):
    stranger.post(f"/welcome/{invited}", data={"password": PASSWORD})
    other = app.test_client()
    for response in (
        other.get(f"/welcome/{invited}"),
        other.post(f"/welcome/{invited}", data={"password": PASSWORD}),  # type: ignore[arg-type]
        other.get("/welcome/unknown"),
    ):
        assert response.status_code == 410
        assert "This invitation is over" in response.text


@pytest.mark.parametrize("password", ["", "short", "password1234"])
def test_a_weak_password_is_said_beside_its_field_and_another_may_follow(
    invited: str, stranger: CheckedClient, password: str
):
    response = stranger.post(f"/welcome/{invited}", data={"password": password})
    assert response.status_code == 422
    assert 'id="password-error"' in response.text
    token = hidden(response.text, "csrf_token")
    again = {"password": PASSWORD, "csrf_token": token}
    assert stranger.post(f"/welcome/{invited}", data=again, csrf=False).status_code == 303


def test_a_welcome_page_that_lay_open_is_shown_again(invited: str, stranger: CheckedClient):
    response = stranger.post(f"/welcome/{invited}", data={"password": PASSWORD}, csrf=False)
    assert response.location == f"/welcome/{invited}"
    assert "open for too long" in stranger.get(response.location).text


def test_a_member_of_another_clinic_is_asked_for_their_own_password(
    team: Team, elsewhere: Somebody, as_: As, stranger: CheckedClient
):
    fields = NEW | {"role": "physio", "email": elsewhere.person.email}
    token = token_in(as_(team.manager).post("/invite", data=fields).text)
    page = stranger.get(f"/welcome/{token}").text
    assert "You have an account already" in page
    assert 'autocomplete="current-password"' in page
