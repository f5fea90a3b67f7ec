"""The weekly check-in: asked once, at the end of a week, and correctable until it closes."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.domain.week import Week, WeekStart, week_asked_about
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.errors import Refused
from rehab_tracker.logbook.models import WeeklyCheck
from rehab_tracker.logbook.weekly import TellWeek, tell_week
from tests.builders.logbook import at
from tests.builders.people import Somebody
from tests.builders.programs import MONDAY
from tests.client import CheckedClient

As = Callable[[Somebody], CheckedClient]
BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = MONDAY + timedelta(days=6)
SENT = {"first_on": MONDAY.isoformat(), "worst": "5", "usual": "3"}
pytestmark = pytest.mark.usefixtures("program")


@pytest.fixture(autouse=True)
def sunday() -> Iterator[None]:
    with clock.stopped(at(SUNDAY, 20)):
        yield


@pytest.fixture
def phone(as_: As, patient: Somebody) -> CheckedClient:
    return as_(patient)


@pytest.mark.parametrize(
    ("moment", "asked"),
    [
        (datetime(2026, 3, 6, 23, 59, tzinfo=BERLIN), None),
        (datetime(2026, 3, 7, 0, 0, tzinfo=BERLIN), MONDAY),
        (datetime(2026, 3, 8, 23, 59, tzinfo=BERLIN), MONDAY),
        (datetime(2026, 3, 10, 23, 59, tzinfo=BERLIN), MONDAY),
        (datetime(2026, 3, 11, 0, 0, tzinfo=BERLIN), None),
    ],
)
def test_a_week_is_asked_about_from_its_last_two_days_until_it_closes(
    moment: datetime, asked: date | None
):
    week = week_asked_about(moment, BERLIN, WeekStart.MONDAY)
    assert week == (asked and Week(asked))


def test_weeks_that_begin_on_sunday_are_asked_about_on_their_own_end():
    moment = datetime(2026, 3, 6, 12, tzinfo=BERLIN)
    assert week_asked_about(moment, BERLIN, WeekStart.SUNDAY) == Week(date(2026, 3, 1))


def test_today_asks_once_and_shows_the_answer(phone: CheckedClient):
    assert "How was your knee this week?" in phone.get("/today").text
    assert phone.post("/week", data=SENT).status_code == 303
    page = unescape(phone.get("/today").text)
    assert "How was your knee this week?" not in page
    assert "worst 5, usual 3. Change" in page


def test_another_answer_replaces_the_first_one(phone: CheckedClient, db: Session):
    phone.post("/week", data=SENT)
    assert phone.post("/week", data=SENT | {"worst": "6", "usual": "0"}).status_code == 303
    (kept,) = db.scalars(select(WeeklyCheck)).all()
    assert (kept.first_on, kept.worst, kept.usual) == (MONDAY, 6, 0)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"usual": "6"}, "cannot be more than the worst"),
        ({"worst": ""}, "choose a number from 0 to 10"),
        ({"usual": "11"}, "choose a number from 0 to 10"),
        ({"first_on": "2026-02-23"}, "That week is closed"),
        ({"first_on": "x"}, "That week is closed"),
    ],
)
def test_what_cannot_be_true_is_refused_and_what_was_chosen_stays(
    phone: CheckedClient, db: Session, typed: dict[str, str], says: str
):
    answer = phone.post("/week", data=SENT | typed)
    assert answer.status_code == 422
    assert says in answer.text
    assert db.scalars(select(WeeklyCheck)).all() == []
    if "worst" not in typed:
        assert 'name="worst" value="5" checked' in answer.text


def test_a_closed_week_stays_as_it_is(db: Session, patient: Somebody):
    told = TellWeek(MONDAY, 5, 3)
    tell_week(db, patient.actor, told, now=at(SUNDAY + timedelta(days=2), 23))
    with pytest.raises(Refused, match="closed"):
        tell_week(db, patient.actor, told, now=at(SUNDAY + timedelta(days=3), 0))


def test_a_week_in_which_nothing_ran_is_not_asked_about(as_: As, patient: Somebody):
    with clock.stopped(at(MONDAY - timedelta(days=1), 20)):
        assert "How was your knee this week?" not in as_(patient).get("/today").text


def test_both_pages_of_progress_show_the_pain_of_the_week(
    phone: CheckedClient, as_: As, physio: Somebody, patient: Somebody
):
    phone.post("/week", data=SENT)
    assert '<td class="num">5, 3</td>' in phone.get("/progress").text
    page = as_(physio).get(f"/patients/{patient.id}").text
    assert "worst 5, usual 3" in page
    assert '<td class="num">5, 3</td>' in page


def test_a_pause_that_the_patient_set_ends_in_one_tap_on_today(phone: CheckedClient):
    paused = phone.post("/pause", data={"length": "3", "reason": "illness"})
    assert paused.status_code == 303
    page = unescape(phone.get("/today").text)
    assert "I'm back" in page
    assert 'action="/pause/end"' in page
    assert phone.post("/pause/end").status_code == 303
    assert "I'm back" not in unescape(phone.get("/today").text)
