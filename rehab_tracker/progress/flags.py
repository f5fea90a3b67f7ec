"""Reasons for a physio to look, from a patient's progress."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from rehab_tracker.domain.adherence import WeekResult, is_low, is_silent
from rehab_tracker.domain.pain import Color
from rehab_tracker.domain.week import DAYS_PER_WEEK
from rehab_tracker.progress.view import Flag, FlagCode, SessionView

_A_WEEK = timedelta(days=DAYS_PER_WEEK)
_CODES = {Color.STOP: FlagCode.STOP, Color.RED: FlagCode.RED}


def light_flags(sessions: Sequence[SessionView], today: date) -> Iterator[Flag]:
    """Yield the newest stop and the newest red light of the last seven days."""
    latest = {s.light.color: s for s in sessions if s.performed_on > today - _A_WEEK}
    for color, code in _CODES.items():
        if lit := latest.get(color):
            yield Flag(code, lit.program, on=lit.performed_on)


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
