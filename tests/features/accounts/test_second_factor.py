"""The second step of signing in: apps, recovery codes, and what nobody reaches before it."""

import base64
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rehab_tracker.accounts import second_factor, totp
from rehab_tracker.accounts.models import (
    Authenticator,
    Clinic,
    RecoveryCode,
    SecondFactorFor,
    SignIn,
)
from rehab_tracker.accounts.sealed import Seal
from rehab_tracker.accounts.second_factor import plain
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.db import Database, new_id
from tests.builders.people import LONG_AGO, PASSWORD, Somebody
from tests.client import CheckedClient
from tests.features.accounts.conftest import As, Letters, Team
from tests.features.accounts.steps import at_once, deeds, hidden, link_in, sign_in

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SEAL = Seal("t" * 40)
HALF_A_MINUTE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.stopped(LONG_AGO):
        yield


def code_now(secret: str = SECRET) -> str:
    return totp.code_at(secret, totp.timecode_at(clock.now()))


def give_app(database: Database, somebody: Somebody) -> list[str]:
    """Let somebody have an app since long ago, and return their recovery codes."""
    person_id = somebody.person.id
    with database.all_clinics(because="a test sets a phone up") as db:
        app = Authenticator(
            person_id=person_id,
            secret=SEAL.lock(SECRET, person_id),
            created_at=LONG_AGO,
            confirmed_at=LONG_AGO,
        )
        db.add(app)
        return second_factor.turn_on(db, somebody.actor, LONG_AGO)


@pytest.fixture
def codes(team: Team, database: Database) -> list[str]:
    return give_app(database, team.physio)


def half_in(browser: CheckedClient, somebody: Somebody) -> CheckedClient:
    assert sign_in(browser, somebody).location == "/sign-in/code"
    return browser


# Codes


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str):
    """The vectors of RFC 6238, with its secret of 20 characters and the last six digits."""
    assert totp.code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", seconds // 30) == code


@pytest.mark.parametrize(
    ("periods", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_code_counts_half_a_minute_too_early_and_too_late(periods: int, right: bool):
    code = totp.code_at(SECRET, totp.timecode_at(LONG_AGO) + periods)
    assert (totp.timecode_of(SECRET, code, LONG_AGO) is not None) == right


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "１２３４５６", "🦛", "0" * 80])
def test_what_is_no_code_is_wrong(code: str):
    assert totp.timecode_of(SECRET, code, LONG_AGO) is None


def test_a_secret_opens_for_its_person_and_installation_alone():
    person_id = new_id()
    kept = SEAL.lock(SECRET, person_id)
    assert SECRET not in kept
    assert SEAL.open(kept, person_id) == SECRET
    for seal, whose in ((SEAL, new_id()), (Seal("u" * 40), person_id)):
        with pytest.raises(InvalidTag):
            seal.open(kept, whose)


def test_recovery_codes_hold_128_bits_and_only_their_hashes_are_kept(codes: list[str], db: Session):
    assert len(set(codes)) == 10
    assert all(len(base64.b32decode(plain(code).upper() + "======")) == 16 for code in codes)
    kept = str(db.scalars(select(RecoveryCode.code_hash)).all())
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_20_who_show_a_code_at_once_exactly_one_gets_in(
    app: Flask, team: Team, database: Database, codes: list[str], kind: str
):
    code = code_now() if kind == "app" else codes[0]

    def use() -> bool:
        with database.all_clinics(because="a test shows a code") as db:
            return bool(second_factor.use(db, team.physio.person.id, code, clock.now(), SEAL))

    assert at_once(app, 20, use) == 1


# Signing in


def test_a_password_alone_opens_nothing_and_the_code_leads_on(
    team: Team, codes: list[str], stranger: CheckedClient
):
    assert codes
    asked = sign_in(stranger, team.physio, back_to="/me")
    assert asked.location == "/sign-in/code?back_to=/me"
    page = stranger.get(asked.location).text
    assert stranger.get("/me").location == "/sign-in/code?back_to=/me"
    spaced = f" {code_now()[:3]} {code_now()[3:]} "
    fields = {"code": spaced, "back_to": hidden(page, "back_to")}
    assert stranger.post("/sign-in/code", data=fields).location == "/me"
    assert stranger.get("/me").status_code == 200
    assert stranger.get("/sign-in/code").location == "/"


@pytest.mark.usefixtures("codes")
def test_a_code_works_once(team: Team, stranger: CheckedClient, app: Flask):
    half_in(stranger, team.physio).post("/sign-in/code", data={"code": code_now()})
    other = half_in(app.test_client(), team.physio)  # type: ignore[arg-type]
    refused = other.post("/sign-in/code", data={"code": code_now()})
    assert refused.status_code == 422
    assert "was used before" in refused.text
    clock.advance(HALF_A_MINUTE)
    assert other.post("/sign-in/code", data={"code": code_now()}).status_code == 303


def test_a_recovery_code_works_once_however_it_is_typed(
    team: Team, codes: list[str], stranger: CheckedClient, app: Flask, db: Session
):
    typed = codes[3].replace("-", " ").upper()
    half_in(stranger, team.physio).post("/sign-in/code", data={"code": typed})
    assert "still work: 9 of 10" in stranger.get("/me").text
    other = half_in(app.test_client(), team.physio)  # type: ignore[arg-type]
    assert other.post("/sign-in/code", data={"code": codes[3]}).status_code == 422
    assert other.post("/sign-in/code", data={"code": codes[4]}).status_code == 303
    assert deeds(db).count("second_factor.recovery_code_used") == 2


def test_anothers_code_opens_nothing(
    team: Team, codes: list[str], database: Database, stranger: CheckedClient
):
    theirs = give_app(database, team.colleague)
    assert half_in(stranger, team.physio).post(
        "/sign-in/code", data={"code": theirs[0]}
    ).status_code == 422  # fmt: skip
    assert codes


@pytest.mark.usefixtures("codes")
def test_wrong_codes_slow_down_and_nobody_is_locked_out(team: Team, stranger: CheckedClient):
    half_in(stranger, team.physio)
    answers = [stranger.post("/sign-in/code", data={"code": "000000"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert answers[5].headers["Retry-After"] == "60"
    clock.advance(timedelta(minutes=1))
    assert stranger.post("/sign-in/code", data={"code": code_now()}).status_code == 303


@pytest.mark.usefixtures("codes")
def test_twenty_wrong_codes_an_hour_are_the_most(team: Team, stranger: CheckedClient):
    half_in(stranger, team.physio)
    wrong = 0
    for minute in range(60):
        if minute % 14 == 0:
            half_in(stranger, team.physio)
        answer = stranger.post("/sign-in/code", data={"code": "000000"})
        wrong += answer.status_code == 422
        clock.advance(timedelta(minutes=1))
    assert wrong <= 40
    assert answer.status_code == 429


@pytest.mark.usefixtures("codes")
def test_what_was_typed_before_goes_on_after_both_steps(team: Team, stranger: CheckedClient):
    typed = {"name": "Jonas W.", "time_zone": "Europe/Rome"}
    page = stranger.post("/me", data=typed).text
    carried = {name: hidden(page, name) for name in ("back_to", "kept")}
    step = sign_in(stranger, team.physio, **carried)
    assert step.status_code == 200
    assert "is kept" in step.text
    carried = {name: hidden(step.text, name) for name in ("back_to", "kept")}
    wrong = stranger.post("/sign-in/code", data={"code": "000000", **carried}).text
    assert {name: hidden(wrong, name) for name in carried} == carried
    again = stranger.post("/sign-in/code", data={"code": code_now(), **carried})
    assert "Jonas W." in again.text


@pytest.mark.usefixtures("codes")
def test_the_cookie_changes_with_the_second_step_and_the_old_one_opens_nothing(
    team: Team, stranger: CheckedClient, app: Flask
):
    half_in(stranger, team.physio)
    before = stranger.get_cookie("sid")
    assert before
    stranger.post("/sign-in/code", data={"code": code_now()})
    thief = app.test_client()
    thief.set_cookie("sid", before.value)
    assert thief.get("/me").location.startswith("/sign-in?")


def test_a_new_password_keeps_the_second_step(
    team: Team, codes: list[str], stranger: CheckedClient, letters: Letters
):
    stranger.post("/forgotten-password", data={"email": team.physio.person.email})
    link = link_in(letters()[0].get_content(), "/reset")
    stranger.post(link, data={"password": "four brave otters dance"})
    assert sign_in(stranger, team.physio, "four brave otters dance").location == "/sign-in/code"
    assert codes


def test_changing_clinics_never_lowers_or_raises_what_was_shown(
    team: Team, codes: list[str], stranger: CheckedClient, db: Session
):
    half_in(stranger, team.physio).post("/sign-in/code", data={"code": codes[0]})
    stranger.post(f"/me/clinic/{team.physio.member.id}")
    assert db.scalars(select(SignIn.level)).one() == "mfa"
    assert stranger.get("/me").status_code == 200


# Half in


@pytest.mark.usefixtures("codes")
def test_who_is_half_in_can_sign_out(team: Team, stranger: CheckedClient):
    half_in(stranger, team.physio)
    assert "Sign out" in stranger.get("/sign-in/code").text
    stranger.post("/sign-out")
    assert stranger.get("/me").location.startswith("/sign-in?")


@pytest.mark.usefixtures("codes")
def test_who_is_half_in_is_told_so_in_json_too(team: Team, stranger: CheckedClient):
    half_in(stranger, team.physio)
    answer = stranger.post("/me", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json) == (401, {"error": "signed_out"})


# Setting it up


def secret_in(page: str) -> str:
    found = re.search(r'<code dir="ltr">([A-Z2-7 ]+)</code>', page)
    assert found
    return found[1].replace(" ", "")


def set_up(browser: CheckedClient) -> str:
    """Set an app up and return the page with the recovery codes."""
    assert browser.post("/me/second-step").location == "/me/second-step"
    page = browser.get("/me/second-step").text
    assert "<svg" in page
    answer = browser.post("/me/second-step/app", data={"code": code_now(secret_in(page))})
    assert answer.status_code == 201, answer.text
    return answer.text


def shown_codes(page: str) -> list[str]:
    return re.findall(r"<code>([2-7a-z-]{30})</code>", page)


@pytest.mark.parametrize("who", ["patient", "physio", "manager"])
def test_everybody_may_set_up_an_app_and_is_asked_for_it_elsewhere(
    team: Team, as_: As, who: str, db: Session
):
    somebody = getattr(team, who)
    desk, phone = as_(somebody), as_(somebody)
    codes = shown_codes(set_up(desk))
    assert len(codes) == 10
    assert desk.get("/me").status_code == 200
    assert phone.get("/me").location == "/sign-in/code?back_to=/me"
    assert phone.post("/sign-in/code", data={"code": codes[9]}).status_code == 303
    assert codes[0] not in desk.get("/me/second-step").text
    assert "9 of 10" in desk.get("/me/second-step").text
    assert "second_factor.app_added" in deeds(db)


def test_a_picture_that_no_app_read_asks_for_nothing(team: Team, as_: As, stranger: CheckedClient):
    browser = as_(team.patient)
    browser.post("/me/second-step")
    wrong = browser.post("/me/second-step/app", data={"code": "000000"})
    assert wrong.status_code == 422
    assert 'id="code-error"' in wrong.text
    assert sign_in(stranger, team.patient).location == "/"


def test_the_first_code_is_not_good_for_signing_in(team: Team, as_: As, stranger: CheckedClient):
    browser = as_(team.patient)
    browser.post("/me/second-step")
    secret = secret_in(browser.get("/me/second-step").text)
    browser.post("/me/second-step/app", data={"code": code_now(secret)})
    half_in(stranger, team.patient)
    answer = stranger.post("/sign-in/code", data={"code": code_now(secret)})
    assert answer.status_code == 422


def test_an_app_is_never_replaced_by_who_has_only_the_password(
    team: Team, codes: list[str], stranger: CheckedClient
):
    half_in(stranger, team.physio)
    for path in ("/me/second-step", "/me/second-step/app", "/me/second-step/app/remove"):
        assert stranger.post(path).status_code in {303, 401}
    assert stranger.get("/me/second-step").location.startswith("/sign-in/code")
    assert codes


@pytest.mark.usefixtures("codes")
def test_a_second_app_is_refused_while_there_is_one(team: Team, stranger: CheckedClient):
    half_in(stranger, team.physio).post("/sign-in/code", data={"code": code_now()})
    assert stranger.post("/me/second-step").status_code == 422


def test_without_the_app_the_password_is_enough_again(
    team: Team, codes: list[str], stranger: CheckedClient, db: Session
):
    half_in(stranger, team.physio).post("/sign-in/code", data={"code": codes[0]})
    stranger.post("/me/second-step/app/remove")
    stranger.post("/sign-out")
    assert sign_in(stranger, team.physio).location == "/"
    assert db.scalars(select(RecoveryCode)).all() == []


def test_new_codes_end_the_ones_before(
    team: Team, codes: list[str], stranger: CheckedClient, app: Flask
):
    half_in(stranger, team.physio).post("/sign-in/code", data={"code": code_now()})
    fresh = shown_codes(stranger.post("/me/second-step/codes").text)
    other = half_in(app.test_client(), team.physio)  # type: ignore[arg-type]
    assert other.post("/sign-in/code", data={"code": codes[0]}).status_code == 422
    assert other.post("/sign-in/code", data={"code": fresh[0]}).status_code == 303


@pytest.mark.parametrize(
    "path", ["/me/second-step", "/me/second-step/app/remove", "/me/second-step/codes"]
)
def test_changing_the_second_step_asks_for_the_password_after_10_minutes(
    team: Team, as_: As, path: str
):
    browser = as_(team.patient)
    clock.advance(timedelta(minutes=10))
    asked = browser.post(path)
    assert asked.status_code == 403
    assert "Your password once more" in asked.text


# Who has to


def test_a_clinic_that_begins_asks_its_managers(database: Database):
    clinic = Clinic(name="New", time_zone="UTC", week_starts_on="monday", created_at=LONG_AGO)
    with database.all_clinics(because="a test begins a clinic") as db:
        db.add(clinic)
    assert clinic.second_factor_for is SecondFactorFor.MANAGERS


@pytest.mark.parametrize(
    ("rule", "asked"),
    [("nobody", []), ("managers", ["manager"]), ("staff", ["manager", "physio"])],
)
def test_whom_a_clinic_asks_sets_it_up_before_going_on(
    team: Team, as_: As, rule: str, asked: list[str]
):
    everybody = {who: as_(getattr(team, who)) for who in ("manager", "physio", "patient")}
    assert everybody["manager"].post("/team/second-step", data={"rule": rule}).status_code == 303
    led = [who for who, b in everybody.items() if b.get("/me").location == "/me/second-step"]
    assert led == asked
    for who in asked:
        assert "Your clinic asks for it" in everybody[who].get("/me/second-step").text
        set_up(everybody[who])
        assert everybody[who].get("/me").status_code == 200


def test_who_dawdles_over_the_set_up_proves_it_again(team: Team, as_: As, db: Session):
    db.execute(update(Clinic).values(second_factor_for=SecondFactorFor.STAFF))
    db.commit()
    browser = as_(team.physio)
    clock.advance(timedelta(minutes=11))
    asked = browser.post("/me/second-step")
    assert 'href="/me/second-step">Leave it<' in asked.text
    carried = {name: hidden(asked.text, name) for name in ("back_to", "kept")}
    again = browser.post("/me/proof", data={"password": PASSWORD, **carried})
    assert again.status_code in {200, 303}
    set_up(browser)


def test_only_a_manager_decides_who_has_to(team: Team, as_: As, db: Session):
    for who in (team.physio, team.patient):
        assert as_(who).post("/team/second-step", data={"rule": "nobody"}).status_code == 403
    assert as_(team.manager).post("/team/second-step", data={"rule": "all"}).status_code == 422
    assert deeds(db) == []


def test_a_signed_in_request_costs_one_statement_more_than_its_page(team: Team, as_: As):
    browser = as_(team.physio)
    browser.get("/")
    assert len([s for s in browser.statements if s.lstrip().startswith("SELECT")]) == 1
