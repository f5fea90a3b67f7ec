"""When a session was done, and when it came, whatever the phone's clock shows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.foundation import clock
from rehab_tracker.logbook.models import MorningCheck
from rehab_tracker.programs.models import Program
from tests.builders.people import Somebody
from tests.journeys.conftest import sign_in
from tests.journeys.phone.conftest import NewPhone
from tests.journeys.phone.taps import as_prescribed, heading, kept, signal_returns, state, tap

EVENING = datetime(2026, 3, 4, 17, tzinfo=UTC)
DAY = timedelta(days=1)
BERLIN = {"timezone_id": "Europe/Berlin"}


@pytest.mark.parametrize("off", [DAY, -DAY])
def test_a_clock_that_is_wrong_by_a_day_is_put_right(
    new_phone: NewPhone, db: Session, program: Program, off: timedelta
):
    with clock.stopped(EVENING):
        phone = new_phone(at=EVENING + off, **BERLIN)
        page = phone.pages[0]
        page.goto(f"/train/{program.id}")
        heading(page, "Hip strength")
        phone.set_offline(True)
        as_prescribed(page)
        state(page, "Saved on this phone")
        phone.set_offline(False)
        signal_returns(page)
        state(page, "Sent")
    (row,) = kept(db)
    assert (row.performed_at, row.received_at) == (EVENING, EVENING)
    assert (row.performed_on, row.told_at) == (date(2026, 3, 4), EVENING + off)


@pytest.mark.parametrize(
    ("begins", "ends", "day"),
    [
        ("2026-03-04T22:50:00+00:00", "2026-03-04T23:20:00+00:00", "2026-03-04"),
        ("2026-03-29T00:30:00+00:00", "2026-03-29T01:20:00+00:00", "2026-03-29"),
        ("2026-10-25T00:30:00+00:00", "2026-10-25T01:15:00+00:00", "2026-10-25"),
    ],
    ids=["midnight", "spring forward", "fall back"],
)
def test_a_session_belongs_to_the_day_and_the_minute_in_which_it_began(
    new_phone: NewPhone, db: Session, program: Program, begins: str, ends: str, day: str
):
    began_at, ended_at = datetime.fromisoformat(begins), datetime.fromisoformat(ends)
    with clock.stopped(began_at):
        phone = new_phone(at=began_at, **BERLIN)
        page = phone.pages[0]
        page.goto(f"/train/{program.id}")
        heading(page, "Hip strength")
        phone.set_offline(True)
        tap(page, "Begin")
        tap(page, "Set 1, left")
    with clock.stopped(ended_at):
        phone.clock.set_fixed_time(ended_at)
        page.reload()
        expect(page.get_by_role("button", name="Set 1, left, 8 reps, done")).to_be_visible()
        tap(page, "End the session here")
        tap(page, "1", exact=True)
        state(page, "Saved on this phone")
        phone.set_offline(False)
        signal_returns(page)
        state(page, "Sent")
    (row,) = kept(db)
    assert (row.performed_at, row.received_at) == (began_at, ended_at)
    assert (row.performed_on.isoformat(), row.zone) == (day, "Europe/Berlin")


def trained_in_the_evening(new_phone: NewPhone, program: Program) -> Page:
    """Return a phone on which a session was done and sent, and which has no signal since."""
    with clock.stopped(EVENING):
        phone = new_phone(at=EVENING, **BERLIN)
        page = phone.pages[0]
        page.goto(f"/train/{program.id}")
        as_prescribed(page)
        state(page, "Sent")
        phone.set_offline(True)
        return page


def test_the_next_day_without_signal_begins_with_nothing_logged(
    new_phone: NewPhone, program: Program
):
    page = trained_in_the_evening(new_phone, program)
    page.goto("/today")
    expect(page.get_by_text("Logged today")).to_be_visible()
    page.context.clock.set_fixed_time(EVENING + DAY)
    page.reload()
    expect(page.get_by_text("1 of 3 so far")).to_be_visible()
    expect(page.get_by_text("Logged today")).to_be_hidden()
    page.context.clock.set_fixed_time(EVENING + 5 * DAY)
    page.reload()
    expect(page.get_by_text("0 of 3 so far")).to_be_visible()


def test_the_morning_after_is_told_in_one_tap_without_signal(
    new_phone: NewPhone, db: Session, program: Program, patient: Somebody
):
    morning = EVENING + timedelta(hours=14)
    page = trained_in_the_evening(new_phone, program)
    page.context.clock.set_fixed_time(morning)
    page.goto("/today")
    expect(page.get_by_text("How much does your knee hurt this morning?")).to_be_visible()
    tap(page, "3", exact=True)
    expect(page.get_by_text("Thank you. This morning: 3 of 10.")).to_be_visible()
    page.reload()
    heading(page, "On this phone")
    expect(page.get_by_text("How much does your knee hurt")).to_be_hidden()
    with clock.stopped(morning):
        page.context.set_offline(False)
        page.goto("/sign-in")
        page.get_by_role("link", name="Train first").click()
        heading(page, "On this phone")
        sign_in(page, patient.person.email)
        page.wait_for_load_state("networkidle")
        expect(page.get_by_text("This morning: 3 of 10. Change")).to_be_visible()
    db.rollback()
    (check,) = db.scalars(select(MorningCheck)).all()
    assert (check.pain, check.answered_at) == (3, morning)
