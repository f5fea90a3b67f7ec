"""How the knee is in the morning, told on a phone without signal."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from rehab_tracker.foundation import clock
from rehab_tracker.logbook.models import MorningCheck
from rehab_tracker.programs.models import Program
from tests.builders.logbook import a_log, at, days_after
from tests.builders.people import Somebody
from tests.builders.phone import Phone
from tests.builders.programs import MONDAY
from tests.client import CheckedClient
from tests.features.logbook.conftest import WEDNESDAY

As = Callable[[Somebody], CheckedClient]
MORNING = at(WEDNESDAY, 7)
HOUR = timedelta(hours=1)


@pytest.fixture
def phone(as_: As, db: Session, patient: Somebody, program: Program) -> Phone:
    with clock.stopped(at(MONDAY, 20)):
        a_log(db, patient, program, MONDAY)
    db.commit()
    return Phone(as_(patient))


def send(phone: Phone, pain: Any, ago: timedelta = timedelta(), **fields: Any) -> TestResponse:
    shown = clock.now() + phone.clock_off
    told = {
        "owner": phone.ticket()["owner"],
        "on_day": WEDNESDAY.isoformat(),
        "pain": pain,
        "told_at": (shown - ago).isoformat(),
        "client_now": shown.isoformat(),
    }
    headers = {"X-Ticket": phone.ticket()["ticket"]}
    return phone.browser.post("/log/morning", json=told | fields, headers=headers, csrf=False)


def mornings(db: Session) -> list[tuple[int, Any]]:
    db.rollback()
    found = db.scalars(select(MorningCheck)).all()
    return [(check.pain, check.answered_at) for check in found]


def test_a_morning_is_kept_at_the_time_at_which_it_was_told(db: Session, phone: Phone):
    phone.clock_off = timedelta(days=3)
    with clock.stopped(MORNING + 30 * HOUR):
        assert send(phone, 3, ago=30 * HOUR).get_json() == {"pain": 3}
    assert mornings(db) == [(3, MORNING)]


def test_what_was_told_before_does_not_replace_what_was_told_after(db: Session, phone: Phone):
    with clock.stopped(MORNING + 2 * HOUR):
        assert send(phone, 1).get_json() == {"pain": 1}
        assert send(phone, 5, ago=HOUR).get_json() == {"pain": 1}
    assert mornings(db) == [(1, MORNING + 2 * HOUR)]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"on_day": days_after(WEDNESDAY, -1).isoformat()}, 422),
        ({"pain": 11}, 422),
        ({"pain": "3"}, 400),
        ({"on_day": "today"}, 400),
        ({"owner": "somebody"}, 409),
    ],
)
def test_what_is_no_answer_of_this_morning_is_refused(
    db: Session, phone: Phone, wrong: Any, status: int
):
    with clock.stopped(MORNING):
        assert send(phone, **{"pain": 3} | wrong).status_code == status
    assert mornings(db) == []
