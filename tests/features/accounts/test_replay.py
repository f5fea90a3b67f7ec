"""A copied cookie: what it opens before the second step, and after its sign-in ended: nothing."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from rehab_tracker.accounts.models import Clinic, Person, SecondFactorFor, Standing
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import access, clock
from tests.architecture.victim import SENTINEL, a_victim
from tests.builders.people import LONG_AGO, PASSWORD, Somebody
from tests.client import CheckedClient
from tests.features.accounts.conftest import KEPT, As
from tests.features.accounts.steps import deeds


def addresses(app: Flask, ids: dict[str, object]) -> list[tuple[str, str, str]]:
    adapter = app.url_map.bind("127.0.0.1")
    return [
        (method, adapter.build(rule.endpoint, {a: ids[a] for a in rule.arguments}, method), guard)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD"})
        if (guard := access.guard_of(app, rule.endpoint) or "") != access.PUBLIC
    ]


def is_refused(answer: TestResponse, *led_to: str) -> bool:
    if answer.is_json:
        return answer.status_code == 401 and answer.json == {"error": "signed_out"}
    asked = answer.location or answer.text
    named = answer.is_json or any(path in asked for path in led_to)
    return answer.status_code in {303, 401} and named and SENTINEL not in answer.text


@pytest.mark.parametrize(
    ("step", "role"),
    [*((access.SECOND_FACTOR, role) for role in Role)]
    + [(access.ENROLLMENT, role) for role in (Role.PHYSIO, Role.MANAGER)],  # never a patient
)
def test_before_the_second_step_every_page_but_its_own_is_closed(
    app: Flask, db: Session, clinic: Clinic, as_: As, step: str, role: Role
):
    victim = a_victim(db, clinic)
    somebody = victim.patient if role is Role.PATIENT else victim.physio
    somebody.member.role = role
    if step == access.SECOND_FACTOR:
        db.execute(update(Person).values(second_factor_since=LONG_AGO))
    else:
        db.execute(update(Clinic).values(second_factor_for=SecondFactorFor.STAFF))
    db.commit()
    before = deeds(db)
    db.commit()
    browser = as_(somebody)
    own = (
        {"/sign-in/code"}
        if step == access.SECOND_FACTOR
        else {"/me/second-step", "/me/proof", "/me/passkeys"}
    )
    for method, address, guard in addresses(app, dict(victim.ids)):
        answer = browser.open(address, method=method)
        if guard == step:
            assert any(address.startswith(path) for path in own), address
            continue
        refused = is_refused(answer, "/sign-in/code", "/me/second-step")
        assert refused, f"{method} {address}: {answer.status_code}"
    assert deeds(db) == before


ENDINGS = ["signed out", "idle", "too old", "proved again", "disabled"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_copied_cookie_is_worth_nothing_on_any_page_after_the_sign_in_ended(
    app: Flask, db: Session, clinic: Clinic, as_: As, ending: str
):
    victim = a_victim(db, clinic)
    victim.physio.person.password_hash = KEPT
    db.commit()
    with clock.stopped(LONG_AGO):
        browser, thief = as_(victim.physio), app.test_client()
        cookie = browser.get_cookie("sid")
        assert cookie
        thief.set_cookie("sid", cookie.value)
        assert thief.get("/me").status_code == 200
        end(browser, db, victim.physio, ending)
        before = deeds(db)
        db.commit()
        for method, address, _guard in addresses(app, dict(victim.ids)):
            answer = thief.open(address, method=method)
            assert is_refused(answer, "/sign-in"), f"{method} {address}: {answer.status_code}"
        assert deeds(db) == before


def end(browser: CheckedClient, db: Session, somebody: Somebody, how: str) -> None:
    match how:
        case "signed out":
            browser.post("/sign-out")
        case "idle":
            clock.advance(timedelta(minutes=15))
        case "too old":
            for _ in range(60):
                clock.advance(timedelta(minutes=12))
                browser.get("/me")
        case "proved again":
            browser.post("/me/proof", data={"password": PASSWORD})
        case "disabled":
            somebody.member.standing = Standing.DISABLED
            db.commit()
