"""How days are written: one short way, one in full, in the reader's language."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from flask import g, has_app_context
from flask_babel import get_locale

from rehab_tracker.foundation import clock

_ENGLISH = {
    "MMMd": "d MMM",
    "yMMM": "MMM y",
    "MMMEd": "EEE d MMM",
    "yMMMEd": "EEE d MMM y",
    "full": "EEEE d MMMM y",
}
"""English without a country would put the month first, which most of its readers do not."""


def short_day(day: date, *, year: bool = False) -> str:
    """Return a day such as "Mon 23 Nov"; with its year where asked for, or when it is not this."""
    this_year, language = _reader()
    return _written(day, "yMMMEd" if year or day.year != this_year else "MMMEd", language)


def long_day(day: date) -> str:
    """Return a day in full, such as "Monday 23 November 2026"."""
    return _written(day, "full", _reader()[1])


def brief_day(day: date) -> str:
    """Return a day without weekday and year, such as "23 Nov": the head of a week, a mark."""
    return next(brief_days([day]))


def brief_days(days: Iterable[date]) -> Iterator[str]:
    """Yield many days like that: a long history asks once who reads them."""
    language = _reader()[1]
    return (_written(day, "MMMd", language) for day in days)


def month_name(day: date) -> str:
    """Return a day's month and year, such as "Nov 2026"."""
    return _written(day, "yMMM", _reader()[1])


def _reader() -> tuple[int, str]:
    """Return the year where the reader is, and the language; pages with many days ask once."""
    if not has_app_context():
        return clock.now().year, "en"
    found: tuple[int, str] | None = g.get("writes_days")
    if found is None:
        zone = g.actor.zone if g.get("actor") else ZoneInfo("UTC")
        found = g.writes_days = clock.today(zone).year, str(get_locale() or "en")
    return found


@lru_cache(maxsize=8192)
def _written(day: date, form: str, language: str) -> str:
    """Return a day in one form; tables hold the same ones again and again."""
    if language[:2] == "en":
        return format_date(day, _ENGLISH[form], language)
    if form == "full":
        return format_date(day, form, language)
    return format_skeleton(form, day, locale=language)
