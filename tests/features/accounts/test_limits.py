"""Slow down, never lock out: how often somebody may try, on a clock that the test moves."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from rehab_tracker.accounts import limits
from rehab_tracker.accounts.limits import SIGN_IN, SlowDown
from rehab_tracker.accounts.models import RateLimit
from rehab_tracker.accounts.proof import password_tries, spend
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.db import Database
from tests.builders.people import LONG_AGO, PASSWORD
from tests.client import CheckedClient
from tests.features.accounts.conftest import As, Team
from tests.features.accounts.steps import at_once, sign_in

MINE = (SIGN_IN, "maria@example.org")


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.stopped(LONG_AGO):
        yield


def allowed(db: Session, *tries: limits.Try) -> bool:
    try:
        limits.take(db, tries or [MINE], clock.now())
    except SlowDown:
        return False
    return True


@pytest.mark.parametrize(
    ("allowance", "tries", "within"),
    [
        (limits.SIGN_IN, 10, timedelta(minutes=5)),
        (limits.SIGN_IN_FROM, 10, timedelta(minutes=5)),
        (limits.SECOND_FACTOR, 5, timedelta(minutes=5)),
        (limits.SECOND_FACTOR_HOURLY, 20, timedelta(hours=1)),
        (limits.RESET, 5, timedelta(days=1)),
    ],
)
def test_each_allowance_is_what_is_promised_and_fills_up_again(
    db: Session, allowance: limits.Allowance, tries: int, within: timedelta
):
    one = (allowance, "x")
    assert [allowed(db, one) for _ in range(tries + 1)] == [True] * tries + [False]
    clock.advance(within / tries)
    assert [allowed(db, one), allowed(db, one)] == [True, False]
    clock.advance(within)
    assert [allowed(db, one) for _ in range(tries + 1)] == [True] * tries + [False]


def test_one_persons_tries_are_not_anothers(db: Session):
    for _ in range(10):
        allowed(db)
    assert not allowed(db)
    assert allowed(db, (SIGN_IN, "emeka@example.org"))
    assert allowed(db, (limits.SIGN_IN_FROM, "maria@example.org"))


def test_the_wait_that_is_named_is_enough(db: Session):
    for _ in range(10):
        allowed(db)
    clock.advance(timedelta(seconds=7))
    with pytest.raises(SlowDown, match="23 seconds") as refused:
        limits.take(db, [MINE], clock.now())
    assert refused.value.headers == {"Retry-After": "23"}
    clock.advance(timedelta(seconds=22))
    assert not allowed(db)
    clock.advance(timedelta(seconds=1))
    assert allowed(db)


def test_waiting_in_vain_makes_the_wait_no_longer(db: Session):
    for _ in range(200):
        allowed(db)
    clock.advance(timedelta(seconds=30))
    assert allowed(db)


def test_a_clock_that_is_put_back_locks_nobody_out(db: Session):
    clock.advance(timedelta(days=3))
    for _ in range(10):
        allowed(db)
    clock.advance(timedelta(days=-3))
    assert allowed(db)


def test_what_was_right_counts_for_nothing(db: Session):
    for _ in range(30):
        assert allowed(db)
        limits.give_back(db, [MINE])


def test_of_20_at_once_ten_may_try(app: Flask, database: Database):
    def take() -> bool:
        with database.all_clinics(because="a test tries") as db:
            limits.take(db, [MINE], clock.now())
        return True

    assert at_once(app, 20, take) == 10


def test_old_tries_are_forgotten_and_young_ones_are_not(db: Session):
    allowed(db)
    clock.advance(timedelta(minutes=1))
    allowed(db, (SIGN_IN, "emeka@example.org"))
    limits.forget_old(db, clock.now())
    assert db.scalar(select(func.count()).select_from(RateLimit)) == 1


def test_the_table_of_tries_names_nobody(db: Session):
    allowed(db)
    assert "maria" not in str(db.scalars(select(RateLimit.key)).all())


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (None, ""),
        ("unix:", ""),
    ],
)
def test_a_whole_network_of_modern_addresses_is_one_place(address: str | None, place: str):
    assert limits.network_of(address) == place


# On the pages


def test_too_many_wrong_passwords_wait_kindly_and_what_was_typed_stays(
    team: Team, stranger: CheckedClient
):
    for _ in range(10):
        assert sign_in(stranger, team.physio, "wrong").status_code == 422
    answer = sign_in(stranger, team.physio)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "30"
    assert "Please wait 30 seconds" in answer.text
    assert team.physio.person.email in answer.text
    assert PASSWORD not in answer.text
    clock.advance(timedelta(seconds=30))
    assert sign_in(stranger, team.physio).status_code == 303


def test_one_place_tries_ten_addresses_and_no_more(team: Team, app: Flask, stranger: CheckedClient):
    for number in range(10):
        data = {"email": f"guess{number}@example.org", "password": "wrong"}
        assert stranger.post("/sign-in", data=data).status_code == 422
    assert sign_in(stranger, team.physio).status_code == 429
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    fields = {"email": team.physio.person.email, "password": PASSWORD}
    away = app.test_client().post("/sign-in", data=fields, environ_overrides=elsewhere)
    assert away.status_code == 303


def test_signing_in_rightly_never_has_to_wait(team: Team, stranger: CheckedClient):
    for _ in range(15):
        assert sign_in(stranger, team.physio).status_code == 303
        stranger.post("/sign-out")


@pytest.mark.parametrize(
    ("path", "field"), [("/me/proof", "password"), ("/me/password", "old_password")]
)
def test_every_page_that_asks_for_the_password_counts_the_same_tries(
    team: Team, as_: As, stranger: CheckedClient, path: str, field: str
):
    thief = as_(team.physio)
    guess = {field: "wrong", "new_password": "four brave otters dance"}
    for _ in range(10):
        assert thief.post(path, data=guess).status_code == 422
    assert thief.post(path, data=guess).status_code == 429
    assert sign_in(stranger, team.physio).status_code == 429


@pytest.mark.usefixtures("letters")
def test_a_new_password_is_asked_for_five_times_a_day(team: Team, stranger: CheckedClient):
    for email in (team.physio.person.email, "nobody@example.org"):
        codes = [
            stranger.post("/forgotten-password", data={"email": email}).status_code
            for _ in range(6)
        ]
        assert codes == [200] * 5 + [429]


def test_without_the_database_nobody_tries(app: Flask, database: Database):
    """Tries that cannot be counted are not made: a limiter that fails open is none."""
    with database.engine.begin() as connection:
        RateLimit.__table__.drop(connection)  # type: ignore[attr-defined]
    try:
        with app.test_request_context(), pytest.raises(DBAPIError):
            spend(password_tries("maria@example.org"))
    finally:
        with database.engine.begin() as connection:
            RateLimit.__table__.create(connection)  # type: ignore[attr-defined]
