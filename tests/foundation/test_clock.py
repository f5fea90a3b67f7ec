from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rehab_tracker.foundation import clock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_stopped_clock_stands_still_until_it_is_moved():
    with clock.stopped(NOON):
        assert clock.now() == NOON
        clock.advance(timedelta(hours=1))
        assert clock.now() == NOON + timedelta(hours=1)
    assert clock.now() > NOON


def test_a_running_clock_is_not_moved():
    with pytest.raises(RuntimeError):
        clock.advance(timedelta(hours=1))


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Auckland", date(2026, 3, 3)), ("America/Lima", date(2026, 3, 2))]
)
def test_today_is_the_day_where_the_person_is(zone: str, day: date):
    with clock.stopped(NOON):
        assert clock.today(ZoneInfo(zone)) == day
