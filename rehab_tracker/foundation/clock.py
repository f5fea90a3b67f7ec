"""The only place that reads the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from rehab_tracker.domain.week import local_day


class _Clock:
    """Real time, or a moment that the demo and the tests set."""

    stopped_at: datetime | None = None


def now() -> datetime:
    """Return the present instant in UTC."""
    return _Clock.stopped_at or datetime.now(UTC)


def today(zone: ZoneInfo) -> date:
    """Return the local calendar day in a zone."""
    return local_day(now(), zone)


@contextmanager
def stopped(at: datetime) -> Iterator[None]:
    """Hold the time at an aware instant for the whole process."""
    before, _Clock.stopped_at = _Clock.stopped_at, at.astimezone(UTC)
    try:
        yield
    finally:
        _Clock.stopped_at = before


def advance(by: timedelta) -> None:
    """Move a stopped clock on."""
    if _Clock.stopped_at is None:
        raise RuntimeError("the clock is running")
    _Clock.stopped_at += by
