from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask_babel import force_locale

from rehab_tracker.foundation import clock
from rehab_tracker.foundation.dates import brief_day, long_day, month_name, short_day

MONDAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with clock.stopped(datetime(2026, 11, 24, 12, tzinfo=UTC)):
        yield


def test_a_day_of_this_year_goes_without_it_and_another_years_never():
    assert short_day(MONDAY) == "Mon 23 Nov"
    assert short_day(date(2025, 11, 24)) == "Mon 24 Nov 2025"
    assert short_day(date(2027, 1, 1)) == "Fri 1 Jan 2027"


def test_what_is_printed_or_kept_names_its_year():
    assert short_day(MONDAY, year=True) == "Mon 23 Nov 2026"
    assert long_day(MONDAY) == "Monday 23 November 2026"


def test_weeks_and_months_have_names_of_their_own():
    assert brief_day(MONDAY) == "23 Nov"
    assert month_name(MONDAY) == "Nov 2026"


@pytest.mark.parametrize(
    ("language", "short", "other_year", "full"),
    [
        ("de", "Mo., 23. Nov.", "Mo., 24. Nov. 2025", "Montag, 23. November 2026"),
        ("ja", "11月23日(月)", "2025年11月24日(月)", "2026年11月23日月曜日"),
    ],
)
def test_every_language_orders_a_day_its_own_way(
    app: Flask, language: str, short: str, other_year: str, full: str
):
    with app.test_request_context(), force_locale(language):
        written = short_day(MONDAY), short_day(date(2025, 11, 24)), long_day(MONDAY)
    assert written == (short, other_year, full)
