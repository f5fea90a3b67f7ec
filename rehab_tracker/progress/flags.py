"""Reasons for a physio to look, from a patient's progress."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rehab_tracker.domain.adherence import WeekResult, is_low, is_silent
from rehab_tracker.domain.pain import Color, is_unsettled
from rehab_tracker.domain.week import DAYS_PER_WEEK, local_day
from rehab_tracker.progress.view import Flag, FlagCode, SessionView

_A_WEEK = timedelta(days=DAYS_PER_WEEK)
_CODES = {Color.STOP: FlagCode.STOP, Color.RED: FlagCode.RED}


def held_flags(held_at: datetime | None, zone: ZoneInfo) -> Iterator[Flag]:
    """Yield that a warning sign holds every program, since when."""
    if held_at is not None:
        yield Flag(FlagCode.HELD, on=local_day(held_at, zone))


def light_flags(
    sessions: Sequence[SessionView], mornings: Mapping[date, int], today: date
) -> Iterator[Flag]:
    """Yield the newest stop and red light of the last seven days, and a knee still sore from one.

    A knee is still sore when the second morning after a red session is no better (B6).
    """
    of_week = [session for session in sessions if session.performed_on > today - _A_WEEK]
    latest = {code: session for session in of_week for code in _codes(session, mornings)}
    for code in FlagCode:
        if lit := latest.get(code):
            yield Flag(code, lit.program, on=lit.performed_on)


def _codes(session: SessionView, mornings: Mapping[date, int]) -> Iterator[FlagCode]:
    if session.light.color in _CODES:
        yield _CODES[session.light.color]
    if is_unsettled(session.light, mornings.get(session.performed_on + timedelta(days=2))):
        yield FlagCode.NOT_SETTLING


def low_flags(closed: Iterable[tuple[str, Sequence[WeekResult]]]) -> Iterator[Flag]:
    """Yield each running program, given by title, whose last scored closed weeks are low."""
    return (Flag(FlagCode.LOW, title) for title, results in closed if is_low(results))


def silent_flags(
    last_logged_on: date | None, active_since: Iterable[date | None], today: date
) -> Iterator[Flag]:
    """Yield a patient's silence over all programs, counted from the longest active stretch."""
    since = min((day for day in active_since if day), default=None)
    if since and is_silent(last_logged_on, since, today):
        quiet_since = max(since, last_logged_on or since)
        yield Flag(FlagCode.SILENT, days=(today - quiet_since).days, on=last_logged_on)
