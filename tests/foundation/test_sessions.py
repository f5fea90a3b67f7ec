"""Sign-in sessions live on the server: they end there, and a copied cookie ends with them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic, Membership, SignIn, Standing
from rehab_tracker.accounts.passwords import keep
from rehab_tracker.accounts.sign_in import key_of
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.db import Database
from tests.builders.people import PASSWORD, Somebody, a_member, a_patient
from tests.client import CheckedClient

As = Callable[[Somebody], CheckedClient]
MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
KEPT = keep(PASSWORD)


@pytest.fixture
def physio(db: Session, clinic: Clinic) -> Somebody:
    somebody = a_member(db, clinic, password_hash=KEPT)
    db.commit()
    return somebody


@pytest.fixture
def patient(db: Session, clinic: Clinic) -> Somebody:
    somebody = a_patient(db, clinic)
    db.commit()
    return somebody


def is_in(browser: CheckedClient) -> bool:
    return browser.get("/me").status_code == 200


def sign_in(browser: CheckedClient, somebody: Somebody) -> None:
    fields = {"email": somebody.person.email, "password": PASSWORD}
    assert browser.post("/sign-in", data=fields).status_code == 303


def token_of(browser: CheckedClient) -> str:
    cookie = browser.get_cookie("sid")
    assert cookie
    return cookie.value


@pytest.mark.parametrize(("who", "minutes"), [("physio", 15), ("patient", 60)])
def test_an_idle_sign_in_ends(who: str, minutes: int, as_: As, request: pytest.FixtureRequest):
    with clock.stopped(MORNING):
        browser = as_(request.getfixturevalue(who))
        clock.advance(timedelta(minutes=minutes, seconds=-1))
        assert is_in(browser)
        clock.advance(timedelta(minutes=minutes, seconds=-1))
        assert is_in(browser)
        clock.advance(timedelta(minutes=minutes))
        assert not is_in(browser)


def test_a_busy_sign_in_ends_after_12_hours(as_: As, patient: Somebody):
    with clock.stopped(MORNING):
        browser = as_(patient)
        for _ in range(23):
            clock.advance(timedelta(minutes=31))
            assert is_in(browser)
        clock.advance(timedelta(minutes=8))
        assert not is_in(browser)


def test_the_last_use_is_written_at_most_once_a_minute(as_: As, physio: Somebody):
    with clock.stopped(MORNING):
        browser = as_(physio)
        clock.advance(timedelta(seconds=59))
        assert is_in(browser)
        assert not [line for line in browser.statements if line.startswith("UPDATE")]
        clock.advance(timedelta(seconds=1))
        assert is_in(browser)
        assert [line for line in browser.statements if line.startswith("UPDATE sign_in")]


def test_signing_in_gives_a_new_token_and_never_adopts_one(
    stranger: CheckedClient, physio: Somebody
):
    planted = "A" * 43
    stranger.set_cookie("sid", planted)
    sign_in(stranger, physio)
    assert token_of(stranger) != planted
    assert is_in(stranger)


def test_an_answer_that_comes_late_undoes_no_sign_in_and_no_sign_out(
    stranger: CheckedClient, physio: Somebody
):
    def given(path: str) -> list[str]:
        return stranger.get(path).headers.getlist("Set-Cookie")

    assert not given("/log/plan"), "what a script asks for needs no token"
    assert len(given("/sign-in")) == 1
    assert not given("/sign-in"), "its browser has it"
    sign_in(stranger, physio)
    assert is_in(stranger)
    assert not given("/me")
    assert not given("/log/plan")


def test_the_table_of_sign_ins_opens_nothing(
    stranger: CheckedClient, physio: Somebody, database: Database, app: Flask
):
    sign_in(stranger, physio)
    with database.all_clinics(because="a test plays the thief", reads_only=True) as db:
        key = db.scalars(select(SignIn.key)).one()
    assert key == key_of(token_of(stranger))
    thief = app.test_client()
    thief.set_cookie("sid", key[:43])
    assert thief.get("/me").status_code == 303


def test_a_cookie_copied_before_the_sign_out_is_worth_nothing_after_it(
    stranger: CheckedClient, physio: Somebody, app: Flask
):
    sign_in(stranger, physio)
    copied = token_of(stranger)
    response = stranger.post("/sign-out")
    assert response.location == "/sign-in"
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    thief = app.test_client()
    thief.set_cookie("sid", copied)
    assert thief.get("/me").status_code == 303
    assert not is_in(stranger)


def test_signing_in_again_ends_what_the_browser_was_signed_in_as(
    as_: As, physio: Somebody, patient: Somebody, database: Database
):
    browser = as_(patient)
    before = key_of(token_of(browser))
    sign_in(browser, physio)
    with database.all_clinics(because="a test looks at sign-ins", reads_only=True) as db:
        assert db.scalars(select(SignIn.revoked_at).where(SignIn.key == before)).one()


@pytest.mark.parametrize("standing", [Standing.DISABLED, Standing.PENDING])
def test_a_member_who_may_not_act_is_out_at_once(
    standing: Standing, as_: As, physio: Somebody, database: Database
):
    browser = as_(physio)
    assert is_in(browser)
    with database.of_clinic(physio.clinic.id) as db:
        db.execute(update(Membership).values(standing=standing))
    assert not is_in(browser)


def test_a_form_without_its_token_changes_nothing(as_: As, physio: Somebody):
    browser = as_(physio)
    response = browser.post("/me", data={"name": "Mallory"}, csrf=False)
    assert response.status_code == 400
    assert physio.person.name in browser.get("/me").text


def test_a_token_of_another_browser_changes_nothing(
    as_: As, physio: Somebody, stranger: CheckedClient
):
    browser = as_(physio)
    data = {"name": "Mallory", "csrf_token": stranger.form_token()}
    assert browser.post("/me", data=data, csrf=False).status_code == 400
    assert physio.person.name in browser.get("/me").text


def test_a_form_token_from_before_the_sign_in_is_void_after_it(
    stranger: CheckedClient, physio: Somebody
):
    before = stranger.form_token()
    sign_in(stranger, physio)
    data = {"name": "Mallory", "csrf_token": before}
    assert stranger.post("/me", data=data, csrf=False).status_code == 400


def test_signing_in_and_out_need_a_form_token_too(stranger: CheckedClient, physio: Somebody):
    fields = {"email": physio.person.email, "password": PASSWORD}
    assert stranger.post("/sign-in", data=fields, csrf=False).status_code == 400
    assert not is_in(stranger)
    sign_in(stranger, physio)
    assert stranger.post("/sign-out", csrf=False).status_code == 303
    assert is_in(stranger)


def test_a_forged_notice_is_not_shown(stranger: CheckedClient):
    stranger.set_cookie("notice", "W1sic3VjY2VzcyIsImhpIl1d.forged")
    assert stranger.get("/sign-in").status_code == 200


def test_a_notice_is_shown_once(as_: As, physio: Somebody):
    browser = as_(physio)
    browser.post("/me", data={"name": "Jonas", "time_zone": "Europe/Berlin"})
    assert "Saved." in browser.get("/me").text
    assert "Saved." not in browser.get("/me").text


def test_a_manager_idles_as_briefly_as_a_physio(db: Session, clinic: Clinic, as_: As):
    manager = a_member(db, clinic, Role.MANAGER)
    db.commit()
    with clock.stopped(MORNING):
        browser = as_(manager)
        clock.advance(timedelta(minutes=15))
        assert not is_in(browser)
