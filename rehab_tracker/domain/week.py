"""Local calendar days and weeks, and the instants at which they end."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from rehab_tracker.domain.rule import setting

DAYS_PER_WEEK = 7
_DAY = timedelta(days=1)
_WEEK = timedelta(days=DAYS_PER_WEEK)
_ASKED_FROM = setting("weekly_asked_from_day")
_GRACE = timedelta(hours=setting("grace_hours"))


class WeekStart(StrEnum):
    """The day on which a patient's week begins."""

    MONDAY = "monday"
    SUNDAY = "sunday"


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """Seven local calendar days from `first_on`."""

    first_on: date

    @property
    def last_on(self) -> date:
        """The seventh day."""
        return self.first_on + _WEEK - _DAY

    @property
    def days(self) -> tuple[date, ...]:
        """The seven days in order."""
        return tuple(self.first_on + i * _DAY for i in range(DAYS_PER_WEEK))

    def next(self) -> "Week":
        """Return the week after this one."""
        return Week(self.first_on + _WEEK)

    def previous(self) -> "Week":
        """Return the week before this one."""
        return Week(self.first_on - _WEEK)

    def __contains__(self, day: date) -> bool:
        return self.first_on <= day <= self.last_on


def week_of(day: date, starts_on: WeekStart) -> Week:
    """Return the week that holds a local day."""
    days_in = day.isoweekday() % DAYS_PER_WEEK if starts_on is WeekStart.SUNDAY else day.weekday()
    return Week(day - days_in * _DAY)


def weeks_between(first: date, last: date, starts_on: WeekStart) -> list[Week]:
    """Return the weeks touched by first..last inclusive; none when last is before first."""
    if last < first:
        return []
    opening = week_of(first, starts_on).first_on
    return [Week(opening + i * _WEEK) for i in range((last - opening) // _WEEK + 1)]


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar date of an aware instant in a zone; ValueError when it is naive."""
    if instant.tzinfo is None:
        raise ValueError("an instant carries its offset")
    return instant.astimezone(zone).date()


@lru_cache(maxsize=4096)
def at_local(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a full hour on a local day; an hour skipped by the clock follows.

    Where the clock shows the hour twice, its first time is meant.
    """
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def closes_at(week: Week, zone: ZoneInfo) -> datetime:
    """Return the UTC instant from which a week's percentage is shown: its local end plus grace."""
    return at_local(week.next().first_on, 0, zone) + _GRACE


def week_asked_about(now: datetime, zone: ZoneInfo, starts_on: WeekStart) -> Week | None:
    """Return the week whose pain can be told now: from its last days until it closes, else None."""
    today = local_day(now, zone)
    this_week = week_of(today, starts_on)
    if not is_closed(this_week.previous(), now, zone):
        return this_week.previous()
    return this_week if today >= this_week.days[_ASKED_FROM - 1] else None


def is_closed(week: Week, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the week and its grace are over at an aware instant."""
    return now >= closes_at(week, zone)
