"""The numbers behind the clinical rules, each with its origin; the definitions page prints them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

Mark = Literal["R", "K", "D"]
"""R: read in a published source. K: expert knowledge. D: a convention of this product."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number that a clinical rule reads, in `unit`, with where it comes from and since when."""

    name: str
    value: int
    unit: str
    mark: Mark
    source: str
    section: str
    since: date
    version: int


_CONVENTION = "Product convention; no study fixes this number"
_PAIN_MODEL = "Pain-monitoring model (Thomeé 1997, Silbernagel 2007)"
_RUNNING_RULE = "Running with patellofemoral pain (Esculier 2018)"
_SCALE = "0-10 scales wobble by about 1 point (smallest change that matters 1.16, Piva 2009)"
_BURDEN = "Fewer exercises are done more often (Eckard, Medina); hold the list to 3-4 (Barton 2015)"
_TRIAL_BANDS = "Usual cut-offs of diary trials; none is specific to this condition"


def _convention(
    section: str, name: str, value: int, unit: str, source: str = _CONVENTION
) -> Threshold:
    """No study fixes any of today's numbers, so every one is marked D, even when anchored."""
    return Threshold(name, value, unit, "D", source, section, date(2026, 11, 22), 1)


_TABLE = (
    _convention("B2", "pain_score_max", 10, "points", "Numeric pain rating scale"),
    _convention("B2", "baseline_window_days", 14, "days"),
    _convention("B2", "baseline_scores_max", 7, "scores"),
    _convention("B2", "baseline_scores_min", 3, "scores"),
    _convention("B2", "morning_opens_hour", 4, "o'clock"),
    _convention("B3", "standard_green_max", 2, "points", _PAIN_MODEL),
    _convention("B3", "standard_amber_max", 5, "points", _PAIN_MODEL),
    _convention("B3", "irritable_green_max", 2, "points", _PAIN_MODEL),
    _convention("B3", "irritable_amber_max", 3, "points", _PAIN_MODEL),
    _convention("B3", "running_green_max", 2, "points", _RUNNING_RULE),
    _convention("B3", "running_amber_max", 4, "points", _RUNNING_RULE),
    _convention("A3", "weekly_asked_from_day", 6, "day of the week"),
    _convention("B5", "morning_rise", 2, "points", _SCALE),
    _convention("B5", "morning_small_rise", 1, "points", _SCALE),
    _convention("B5", "morning_painful_from", 3, "points", _SCALE),
    _convention("C1", "dose_sets_min", 1, "sets"),
    _convention("C1", "dose_sets_max", 10, "sets"),
    _convention("C1", "dose_reps_min", 1, "repetitions"),
    _convention("C1", "dose_reps_max", 100, "repetitions"),
    _convention("C1", "dose_hold_s_min", 1, "seconds"),
    _convention("C1", "dose_hold_s_max", 600, "seconds"),
    _convention("C1", "dose_work_s_min", 5, "seconds"),
    _convention("C1", "dose_work_s_max", 3600, "seconds"),
    _convention("C1", "dose_rest_s_min", 0, "seconds"),
    _convention("C1", "dose_rest_s_max", 600, "seconds"),
    _convention("C1", "dose_load_kg_above", 0, "kg"),
    _convention("C1", "dose_load_kg_max", 300, "kg"),
    _convention("C1", "dose_load_kg_decimals", 2, "decimals"),
    _convention("C1", "dose_band_min", 1, "place in the clinic's list of bands"),
    _convention("C1", "dose_band_max", 9, "place in the clinic's list of bands"),
    _convention("C1", "dose_target_rpe_min", 1, "effort out of 10"),
    _convention("C1", "dose_target_rpe_max", 10, "effort out of 10"),
    _convention("C1", "estimated_repetition", 4, "seconds"),
    _convention("C1", "estimated_slow_repetition", 6, "seconds"),
    _convention("C1", "estimated_quick_repetition", 1, "seconds"),
    _convention("C1", "estimated_release", 2, "seconds"),
    _convention("C1", "estimated_change_over", 30, "seconds"),
    _convention("E", "red_flags_asked_from", 8, "points"),
    _convention("I", "education_week_1_from", 2, "days"),
    _convention("I", "education_main_block_from", 21, "days"),
    _convention("F1", "core_exercises_advised_max", 5, "exercises", _BURDEN),
    _convention("F2.6", "set_counts_at", 50, "percent"),
    _convention("F2.7", "session_counts_at", 50, "percent"),
    _convention("F2.8", "overdoing_margin", 2, "sessions"),
    _convention("F2.11", "grace_hours", 48, "hours"),
    _convention("F2.11", "late_days", 7, "days"),
    _convention("F2.12", "patient_pause_max_days", 7, "days"),
    _convention("F2.13", "on_track_from", 80, "percent", _TRIAL_BANDS),
    _convention("F2.13", "partly_from", 50, "percent", _TRIAL_BANDS),
    _convention("F2.13", "low_weeks", 2, "weeks"),
    _convention("F2.13", "silent_days", 10, "days"),
)

SETTINGS: Mapping[str, Threshold] = MappingProxyType({row.name: row for row in _TABLE})
"""Every threshold of the clinical rules by its stable name."""


def setting(name: str) -> int:
    """Return the number of a threshold; KeyError when there is none of that name."""
    return SETTINGS[name].value
