"""A phone's key: 90 days of one patient's plan and sending, nothing else, and ended at will."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts import phone_keys
from rehab_tracker.accounts.models import Clinic, PhoneKey, Standing
from rehab_tracker.accounts.sign_in import SignInSessions, key_of
from rehab_tracker.foundation import access, clock
from rehab_tracker.programs.models import Program
from tests.architecture.victim import SENTINEL, a_victim
from tests.builders.exercises import an_exercise
from tests.builders.logbook import a_command
from tests.builders.people import LONG_AGO, PASSWORD, Somebody, a_patient
from tests.builders.phone import Phone, an_item
from tests.builders.programs import MONDAY, a_program
from tests.builders.programs import an_item as a_draft
from tests.client import CheckedClient
from tests.features.accounts.conftest import As, Team
from tests.features.accounts.steps import deeds

ANDROID = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
TUESDAY = date.fromordinal(MONDAY.toordinal() + 1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _long_ago() -> Iterator[None]:
    with clock.stopped(LONG_AGO + 62 * DAY):
        yield


@pytest.fixture
def program(db: Session, team: Team) -> Program:
    items = [a_draft(an_exercise(db, name="Squat", laterality="both"))]
    found = a_program(db, team.physio, team.patient, items, starts_on=MONDAY)
    db.commit()
    return found


@pytest.fixture
def browser(team: Team, as_: As) -> CheckedClient:
    """Return the patient's phone, which keeps the plan."""
    phone = as_(team.patient)
    keep(phone)
    return phone


def keep(browser: CheckedClient) -> str:
    headers = {"X-Ticket": Phone(browser).ticket()["ticket"], "User-Agent": ANDROID}
    answer = browser.post("/log/phone", headers=headers, csrf=False, json={})
    assert answer.status_code == 200, answer.text
    return shown(browser)


def shown(browser: CheckedClient) -> str:
    cookie = browser.get_cookie("phone", path="/log")
    return cookie.value if cookie else ""


def opens(browser: CheckedClient) -> bool:
    return browser.get("/log/plan").status_code == 200


def let_sign_in_end() -> None:
    clock.advance(timedelta(hours=2))


def keys(db: Session) -> list[PhoneKey]:
    found = list(db.scalars(select(PhoneKey)))
    db.expunge_all()
    db.rollback()
    return found


def test_the_key_is_kept_as_a_hash_and_shown_to_no_script_or_other_site(
    db: Session, team: Team, as_: As
):
    phone = as_(team.patient)
    headers = {"X-Ticket": Phone(phone).ticket()["ticket"], "User-Agent": ANDROID}
    answer = phone.post("/log/phone", headers=headers, csrf=False, json={})
    given = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("phone=")]
    assert len(given) == 2
    for one, path in zip(given, ("Path=/log", "Path=/sign-out"), strict=True):
        assert {"HttpOnly", "SameSite=Strict", path, "Max-Age=7776000"} <= set(one.split("; "))
    (key,) = keys(db)
    assert key.key == key_of(shown(phone))
    assert key.device == "Firefox · Android"
    assert "phone.kept" in deeds(db)


def test_over_https_the_key_travels_no_other_way(app: Flask):
    sessions = app.session_interface
    assert isinstance(sessions, SignInSessions)
    sessions.secure = True
    try:
        with app.test_request_context():
            response = app.make_response("")
            phone_keys.give(response, "x")
    finally:
        sessions.secure = False
    for one in response.headers.getlist("Set-Cookie"):
        assert one.startswith("__Secure-phone=")
        assert "Secure" in one.split("; ")


def test_it_opens_the_plan_and_sends_sessions_after_the_sign_in_ended(
    browser: CheckedClient, team: Team, program: Program
):
    told = a_command(team.patient, program, TUESDAY, pain_during=1)
    let_sign_in_end()
    assert browser.get("/me").status_code == 303
    phone = Phone(browser)
    plan = browser.get("/log/plan").get_json()
    assert [one["id"] for one in plan["programs"]] == [str(program.id)]
    assert plan["owner"] == phone.ticket()["owner"]
    assert phone.verdicts(an_item(told)) == ["created"]


def test_it_opens_nothing_else(app: Flask, db: Session, clinic: Clinic, browser: CheckedClient):
    victim = a_victim(db, clinic)
    db.commit()
    let_sign_in_end()
    stays = Phone(browser).ticket()["owner"]
    before = deeds(db)
    db.commit()
    adapter = app.url_map.bind("127.0.0.1")
    for rule in app.url_map.iter_rules():
        guard = access.guard_of(app, rule.endpoint)
        if guard in {access.PUBLIC, "log:own:sync"} or not set(rule.arguments) <= victim.ids.keys():
            continue
        for method in sorted((rule.methods or set()) - {"HEAD"}):
            ids: dict[str, Any] = {name: victim.ids[name] for name in rule.arguments}
            address = adapter.build(rule.endpoint, ids, method)
            answer = browser.open(address, method=method)
            assert answer.status_code in {303, 401}, f"{method} {address}: {answer.status_code}"
            assert SENTINEL not in answer.text
    assert deeds(db) == before
    assert Phone(browser).ticket()["owner"] == stays


def test_the_plan_says_whether_this_phone_has_a_key_and_puts_its_end_off(
    browser: CheckedClient, team: Team, as_: As, db: Session
):
    answer = browser.get("/log/plan")
    given = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("phone=")]
    assert (answer.get_json()["has_key"], len(given)) == (True, 2)
    other = as_(team.patient).get("/log/plan")
    assert not other.get_json()["has_key"]
    assert not any(one.startswith("phone=") for one in other.headers.getlist("Set-Cookie"))
    (key,) = keys(db)
    as_(team.patient).post(f"/me/phones/{key.id}/end")
    assert not browser.get("/log/plan").get_json()["has_key"]


def test_a_key_cannot_make_another_key(browser: CheckedClient, db: Session):
    ticket = Phone(browser).ticket()["ticket"]
    let_sign_in_end()
    answer = browser.post("/log/phone", headers={"X-Ticket": ticket}, csrf=False, json={})
    assert (answer.status_code, answer.json) == (401, {"error": "signed_out"})
    assert len(keys(db)) == 1


def test_it_lasts_ninety_days_from_its_last_use(browser: CheckedClient):
    for _ in range(3):
        clock.advance(89 * DAY)
        answer = browser.get("/log/ticket")
        assert answer.status_code == 200
        given = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("phone=")]
        assert all("Max-Age=7776000" in one.split("; ") for one in given)
        assert len(given) == 2
    clock.advance(90 * DAY)
    assert not opens(browser)


def test_its_use_is_written_down_once_a_day_at_most(browser: CheckedClient):
    clock.advance(2 * DAY)
    assert opens(browser)
    assert any("UPDATE phone_key" in one for one in browser.statements)
    clock.advance(timedelta(hours=23))
    assert opens(browser)
    assert not any("UPDATE phone_key" in one for one in browser.statements)


def test_an_invented_key_opens_nothing(app: Flask, browser: CheckedClient):
    thief: Any = app.test_client()
    for token in ("", "x" * 43, "💩", "a" * 3_000, key_of(shown(browser))):
        thief.set_cookie("phone", token, path="/log")
        answer = thief.get("/log/plan")
        assert (answer.status_code, answer.json) == (401, {"error": "signed_out"})


def test_phones_are_listed_with_the_devices_and_can_be_ended_there(
    browser: CheckedClient, team: Team, as_: As, db: Session
):
    desk = as_(team.patient)
    page = desk.get("/me").text
    assert "Phones that keep your plan" in page
    assert "Firefox · Android" in page
    (key,) = keys(db)
    assert desk.post(f"/me/phones/{key.id}/end").status_code == 303
    page = desk.get("/me").text
    assert "can no longer open your plan" in page
    assert "Phones that keep your plan" not in page
    let_sign_in_end()
    assert not opens(browser)
    assert "phone.ended" in deeds(db)


def test_nobody_ends_another_persons_phone(
    browser: CheckedClient, team: Team, as_: As, db: Session
):
    (key,) = keys(db)
    for somebody in (team.physio, team.manager):
        assert as_(somebody).post(f"/me/phones/{key.id}/end").status_code == 404
    let_sign_in_end()
    assert opens(browser)


def test_signing_out_takes_the_plan_off_this_phone(browser: CheckedClient, db: Session):
    token = shown(browser)
    assert browser.post("/sign-out").status_code == 303
    assert shown(browser) == ""
    browser.set_cookie("phone", token, path="/log")
    assert not opens(browser)
    assert keys(db)[0].revoked_at


def test_signing_out_ends_the_key_also_while_sessions_wait_to_be_sent(
    browser: CheckedClient, db: Session
):
    token = shown(browser)
    answer = browser.post("/sign-out", data={"keep_unsent": "1"})
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert shown(browser) == ""
    browser.set_cookie("phone", token, path="/log")
    assert not opens(browser)
    assert keys(db)[0].revoked_at


def test_a_phone_can_give_its_key_back(browser: CheckedClient):
    let_sign_in_end()
    phone = Phone(browser)
    answer = browser.post(
        "/log/phone/end", headers={"X-Ticket": phone.ticket()["ticket"]}, csrf=False, json={}
    )
    assert answer.status_code == 204
    assert not opens(browser)


@pytest.mark.parametrize("how", ["disabled", "password", "everywhere"])
def test_what_ends_every_sign_in_ends_the_phones_too(
    browser: CheckedClient, team: Team, as_: As, db: Session, how: str
):
    if how == "disabled":
        team.patient.member.standing = Standing.DISABLED
        db.commit()
    elif how == "password":
        fields = {"old_password": PASSWORD, "new_password": "nine slow otters drift"}
        assert as_(team.patient).post("/me/password", data=fields).status_code == 303
    else:
        assert as_(team.patient).post("/me/devices/end").status_code == 303
    let_sign_in_end()
    assert not opens(browser)


def test_whoever_is_signed_in_comes_before_the_key(
    db: Session, clinic: Clinic, browser: CheckedClient, as_: As, team: Team
):
    owner = Phone(browser).ticket()["owner"]
    other = a_patient(db, clinic, team.physio)
    db.commit()
    cookie = as_(other).get_cookie("sid")
    assert cookie
    browser.set_cookie("sid", cookie.value)
    switched = Phone(browser).ticket()["owner"]
    assert switched != owner
    let_sign_in_end()
    assert Phone(browser).ticket()["owner"] == owner


def test_the_next_patient_to_keep_a_plan_here_ends_the_first_ones_key(
    db: Session, clinic: Clinic, browser: CheckedClient, as_: As, team: Team
):
    first = shown(browser)
    other: Somebody = a_patient(db, clinic, team.physio)
    db.commit()
    cookie = as_(other).get_cookie("sid")
    assert cookie
    browser.set_cookie("sid", cookie.value)
    keep(browser)
    let_sign_in_end()
    browser.set_cookie("phone", first, path="/log")
    assert not opens(browser)


def test_half_a_sign_in_is_no_way_around_its_missing_step(
    db: Session, browser: CheckedClient, team: Team
):
    team.patient.person.second_factor_since = LONG_AGO
    db.commit()
    assert browser.get("/log/plan").status_code == 401
