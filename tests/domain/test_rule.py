import re
from datetime import date

import pytest

from rehab_tracker.domain.rule import SETTINGS, setting


def test_every_threshold_tells_its_unit_mark_source_section_and_date():
    for name, threshold in SETTINGS.items():
        assert threshold.name == name
        assert threshold.unit
        assert threshold.source
        assert threshold.mark in {"R", "K", "D"}
        assert re.fullmatch(r"[A-I](\d(\.\d+)?)?", threshold.section)
        assert threshold.since >= date(2026, 1, 1)
        assert threshold.version >= 1


def test_the_table_cannot_be_changed_while_running():
    with pytest.raises(TypeError):
        SETTINGS["grace_hours"] = SETTINGS["late_days"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("standard_green_max", 2),
        ("standard_amber_max", 5),
        ("irritable_green_max", 2),
        ("irritable_amber_max", 3),
        ("running_green_max", 2),
        ("running_amber_max", 4),
        ("session_counts_at", 50),
        ("set_counts_at", 50),
        ("overdoing_margin", 2),
        ("grace_hours", 48),
        ("late_days", 7),
        ("patient_pause_max_days", 7),
        ("on_track_from", 80),
        ("partly_from", 50),
        ("low_weeks", 2),
        ("silent_days", 10),
        ("core_exercises_advised_max", 5),
    ],
)
def test_a_published_number_is_the_one_in_use(name: str, value: int):
    assert setting(name) == value
