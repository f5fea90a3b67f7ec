"""Warning signs told on a phone without signal, and kept when there is one again."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from rehab_tracker.accounts.models import Patient
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.db import new_id
from rehab_tracker.programs.models import Pause, PauseReason, Program
from rehab_tracker.safety.models import SafetyCheck
from tests.builders.logbook import a_log, at, days_after
from tests.builders.people import Somebody
from tests.builders.phone import Phone
from tests.client import CheckedClient
from tests.features.logbook.conftest import WEDNESDAY

pytestmark = pytest.mark.usefixtures("program")
As = Callable[[Somebody], CheckedClient]
NOW = at(WEDNESDAY, 20)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def evening() -> Iterator[None]:
    with clock.stopped(NOW):
        yield


@pytest.fixture
def phone(as_: As, patient: Somebody) -> Phone:
    return Phone(as_(patient))


def an_answer(phone: Phone, *signs: str, ago: timedelta = timedelta(), **fields: Any) -> Any:
    shown = clock.now() + phone.clock_off
    told = {
        "owner": phone.ticket()["owner"],
        "client_id": str(new_id()),
        "signs": [*signs],
        "wording": 1,
        "language": "en",
        "session_id": None,
        "told_at": (shown - ago).isoformat(),
        "client_now": shown.isoformat(),
    }
    return told | fields


def send(phone: Phone, body: Any) -> TestResponse:
    headers = {"X-Ticket": phone.ticket()["ticket"]}
    return phone.browser.post("/log/signs", json=body, headers=headers, csrf=False)


def checks(db: Session) -> list[SafetyCheck]:
    db.rollback()
    return list(db.scalars(select(SafetyCheck)))


def hold(db: Session) -> date:
    db.rollback()
    found = db.scalars(select(Pause).where(Pause.reason == PauseReason.SAFETY)).one()
    assert found.last_on is None
    return found.first_on


def test_an_answer_holds_from_the_day_on_which_it_was_given(
    db: Session, phone: Phone, patient: Somebody
):
    answer = send(phone, an_answer(phone, "E5", ago=26 * HOUR))
    assert (answer.status_code, answer.get_json()) == (200, {"level": "urgent_today"})
    (check,) = checks(db)
    assert (check.answered_at, check.signs, check.wording) == (NOW - 26 * HOUR, ["E5"], 1)
    assert hold(db) == days_after(WEDNESDAY, -1)
    assert db.get_one(Patient, patient.id).held_at == NOW - 26 * HOUR


@pytest.mark.parametrize("off", [timedelta(days=-400), timedelta(days=1)])
def test_a_wrong_clock_of_the_phone_changes_nothing(db: Session, phone: Phone, off: timedelta):
    phone.clock_off = off
    assert send(phone, an_answer(phone, "E1", ago=HOUR)).status_code == 200
    assert [check.answered_at for check in checks(db)] == [NOW - HOUR]


def test_an_answer_that_is_sent_again_is_kept_once(db: Session, phone: Phone):
    body = an_answer(phone, "E5")
    assert [send(phone, body).status_code for _ in range(3)] == [200] * 3
    assert len(checks(db)) == 1


def test_none_of_the_signs_is_an_answer_too(db: Session, phone: Phone):
    assert send(phone, an_answer(phone)).get_json() == {"level": None}
    assert [check.holds for check in checks(db)] == [False]


def test_the_session_that_asked_is_known_by_the_id_that_the_phone_gave_it(
    db: Session, phone: Phone, patient: Somebody, program: Program
):
    row = a_log(db, patient, program, WEDNESDAY, pain_during=9)
    db.commit()
    assert send(phone, an_answer(phone, "E5", session_id=str(row.client_id))).status_code == 200
    (check,) = checks(db)
    assert check.session_id == row.id
    db.refresh(row)
    assert row.red_flag


def test_the_answer_of_another_person_is_not_taken(db: Session, phone: Phone):
    answer = send(phone, an_answer(phone, "E5", owner="somebody"))
    assert (answer.status_code, answer.get_json()) == (409, {"error": "changed"})
    assert not checks(db)


@pytest.mark.parametrize(
    "wrong",
    [
        {"signs": ["E99"]},
        {"signs": "E5"},
        {"wording": 99},
        {"wording": True},
        {"language": "en<script>"},
        {"told_at": "yesterday"},
        {"client_id": "1"},
    ],
)
def test_what_is_not_an_answer_is_refused_and_holds_nothing(db: Session, phone: Phone, wrong: Any):
    answer = send(phone, an_answer(phone, "E5") | wrong)
    assert (answer.status_code, answer.get_json()) == (400, {"error": "unreadable"})
    assert not checks(db)


def test_no_answer_waits_longer_than_two_weeks(db: Session, phone: Phone):
    told_at = (datetime.fromisoformat("2001-01-01T00:00:00+00:00")).isoformat()
    assert send(phone, an_answer(phone, "E5", told_at=told_at)).status_code == 200
    assert [check.answered_at for check in checks(db)] == [NOW - timedelta(days=14)]
