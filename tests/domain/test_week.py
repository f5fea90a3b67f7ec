from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehab_tracker.domain.week import (
    Week,
    WeekStart,
    at_local,
    closes_at,
    is_closed,
    local_day,
    week_asked_about,
    week_of,
    weeks_between,
)

AUCKLAND = ZoneInfo("Pacific/Auckland")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
HAVANA = ZoneInfo("America/Havana")

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("starts_on", "first_on"),
    [(WeekStart.MONDAY, date(2026, 3, 2)), (WeekStart.SUNDAY, date(2026, 3, 8))],
)
def test_a_sunday_ends_a_monday_week_and_opens_a_sunday_week(starts_on: WeekStart, first_on: date):
    assert week_of(date(2026, 3, 8), starts_on) == Week(first_on)


@given(days, st.sampled_from(WeekStart))
def test_every_day_is_in_exactly_one_week_of_seven_days(day: date, starts_on: WeekStart):
    week = week_of(day, starts_on)
    assert day in week
    assert day in week.days
    assert len(week.days) == 7
    assert week.days[-1] == week.last_on
    assert all(week_of(other, starts_on) == week for other in week.days)
    assert day not in week.next()
    assert day not in week.previous()
    assert week.previous() < week < week.next()
    assert week.next().previous() == week


@given(days, st.integers(0, 400), st.sampled_from(WeekStart))
def test_weeks_between_two_days_touch_every_day_once(first: date, span: int, starts_on: WeekStart):
    last = first + timedelta(days=span)
    weeks = weeks_between(first, last, starts_on)
    assert weeks[0] == week_of(first, starts_on)
    assert weeks[-1] == week_of(last, starts_on)
    assert all(later == earlier.next() for earlier, later in pairwise(weeks))


def test_no_week_lies_between_a_day_and_an_earlier_one():
    assert weeks_between(date(2026, 3, 4), date(2026, 3, 3), WeekStart.MONDAY) == []


@pytest.mark.parametrize(
    ("zone", "instant"),
    [
        (AUCKLAND, datetime(2026, 3, 8, 10, 30, tzinfo=UTC)),
        (LOS_ANGELES, datetime(2026, 3, 9, 4, 0, tzinfo=UTC)),
    ],
)
def test_a_late_sunday_session_counts_on_sunday_wherever_the_patient_lives(
    zone: ZoneInfo, instant: datetime
):
    sunday = local_day(instant, zone)
    assert sunday == date(2026, 3, 8)
    assert sunday in Week(date(2026, 3, 2))


def test_an_instant_without_an_offset_has_no_local_day():
    with pytest.raises(ValueError, match="offset"):
        local_day(datetime(2026, 3, 8, 10, 30), AUCKLAND)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("zone", "first_on", "closes"),
    [
        (ZoneInfo("UTC"), date(2026, 3, 2), datetime(2026, 3, 11, 0, 0, tzinfo=UTC)),
        # Clocks go forward in Los Angeles on Sunday 8 March and back in Auckland on 5 April.
        (LOS_ANGELES, date(2026, 3, 2), datetime(2026, 3, 11, 7, 0, tzinfo=UTC)),
        (LOS_ANGELES, date(2026, 2, 23), datetime(2026, 3, 4, 8, 0, tzinfo=UTC)),
        (AUCKLAND, date(2026, 3, 30), datetime(2026, 4, 7, 12, 0, tzinfo=UTC)),
        (AUCKLAND, date(2026, 3, 23), datetime(2026, 3, 31, 11, 0, tzinfo=UTC)),
        # Lord Howe moves by half an hour: +11 before 5 April, +10:30 after.
        (LORD_HOWE, date(2026, 3, 30), datetime(2026, 4, 7, 13, 30, tzinfo=UTC)),
        (LORD_HOWE, date(2026, 3, 23), datetime(2026, 3, 31, 13, 0, tzinfo=UTC)),
        # Havana skips the midnight that ends this week: its Sunday-started week ends at 01:00.
        (HAVANA, date(2026, 3, 1), datetime(2026, 3, 10, 5, 0, tzinfo=UTC)),
    ],
)
def test_a_week_closes_forty_eight_hours_after_its_local_end(
    zone: ZoneInfo, first_on: date, closes: datetime
):
    week = Week(first_on)
    assert closes_at(week, zone) == closes
    assert is_closed(week, closes, zone)
    assert not is_closed(week, closes - timedelta(seconds=1), zone)


@given(days, st.sampled_from([AUCKLAND, LOS_ANGELES, LORD_HOWE]))
def test_the_grace_starts_with_the_first_moment_after_the_last_local_day(day: date, zone: ZoneInfo):
    week = week_of(day, WeekStart.MONDAY)
    end = closes_at(week, zone) - timedelta(hours=48)
    assert local_day(end, zone) == week.next().first_on
    assert local_day(end - timedelta(microseconds=1), zone) == week.last_on


@pytest.mark.parametrize(
    ("day", "hour", "asked"),
    [
        (date(2026, 3, 2), 12, date(2026, 2, 23)),  # Monday: last week is still open
        (date(2026, 3, 4), 12, None),  # Wednesday: last week has closed, this one is young
        (date(2026, 3, 6), 12, None),
        (date(2026, 3, 7), 0, date(2026, 3, 2)),  # its sixth day
        (date(2026, 3, 8), 23, date(2026, 3, 2)),
    ],
)
def test_a_weeks_pain_is_asked_from_its_sixth_day_until_it_closes(
    day: date, hour: int, asked: date | None
):
    zone = ZoneInfo("Europe/Berlin")
    found = week_asked_about(at_local(day, hour, zone), zone, WeekStart.MONDAY)
    assert (found.first_on if found else None) == asked
