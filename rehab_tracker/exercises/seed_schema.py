"""What one entry of a seed file must look like: field tables with a checker for each field."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from rehab_tracker.domain.pain import Profile

Found = Iterator[tuple[tuple[str, ...], str]]
"""Complaints, each with the path that leads to it below the checked value."""

Check = Callable[[Any], Found]
"""Reads a value of any type; None stands for a field that is not there."""

_LISTED_MAX = 8  # more words would bury the complaint


def label(entry: object, number: int) -> str:
    """Return what a complaint calls an entry: its slug, or else its place in the list."""
    slug = entry.get("slug") if isinstance(entry, dict) else None
    return slug if isinstance(slug, str) else f"#{number}"


def twice(values: Iterable[Any]) -> list[Any]:
    """Return the values that appear again after their first time."""
    listed = list(values)
    return [value for place, value in enumerate(listed) if value in listed[:place]]


def below(name: str, found: Found) -> Found:
    """Move complaints down by one name of their path."""
    return (((name, *path), says) for path, says in found)


def _rule(holds: Callable[[Any], bool], asked: str) -> Check:
    def check(value: Any) -> Found:
        if value is None:
            yield (), "is missing"
        elif not holds(value):
            yield (), f"is {value!r}, not {asked}"

    return check


def _then(shape: Check, members: Check) -> Check:
    """Look at the members of a value only when its own shape is right."""

    def check(value: Any) -> Found:
        complaints = list(shape(value))
        yield from complaints or members(value)

    return check


def text(low: int = 1, high: int = 300) -> Check:
    """Ask for a string of `low` to `high` characters."""
    return _rule(
        lambda value: isinstance(value, str) and low <= len(value.strip()) <= high,
        f"text of {low} to {high} characters",
    )


def whole(low: int, high: int) -> Check:
    """Ask for a whole number from `low` to `high`; true and false are no numbers."""
    return _rule(
        lambda value: type(value) is int and low <= value <= high,
        f"a whole number from {low} to {high}",
    )


def spelled(pattern: str, asked: str) -> Check:
    """Ask for a string that the pattern matches as a whole."""
    return _rule(lambda value: isinstance(value, str) and bool(re.fullmatch(pattern, value)), asked)


def one_of(words: Iterable[str]) -> Check:
    """Ask for a word of the vocabulary."""
    known = tuple(words)
    listed = ", ".join(known) if len(known) <= _LISTED_MAX else f"the {len(known)} known words"
    return _rule(lambda value: value in known, f"one of {listed}")


def maybe(check: Check) -> Check:
    """Let a field be left out or null."""
    return lambda value: iter(()) if value is None else check(value)


def each(check: Check, low: int = 0, high: int = 1000) -> Check:
    """Ask for a list of `low` to `high` different values that all pass the check."""

    def members(values: list[Any]) -> Found:
        yield from (((), f"lists {again!r} twice") for again in twice(values))
        for number, member in enumerate(values, start=1):
            yield from below(label(member, number), check(member))

    return _then(
        _rule(
            lambda value: isinstance(value, list) and low <= len(value) <= high,
            f"a list of {low} to {high}",
        ),
        members,
    )


def words(vocabulary: Iterable[str], low: int = 0) -> Check:
    """Ask for a list of at least `low` different words of the vocabulary."""
    return each(one_of(vocabulary), low)


def named(check: Check) -> Check:
    """Ask for a mapping from at least one name to values that all pass the check."""

    def members(values: Mapping[Any, Any]) -> Found:
        for name, member in values.items():
            yield from below(str(name), check(member))

    return _then(_MAPPING, members)


def record(fields: Mapping[str, Check]) -> Check:
    """Ask for a mapping with these fields and no others."""

    def members(values: Mapping[Any, Any]) -> Found:
        for name in values:
            if name not in fields:
                yield (str(name),), "is not a known field"
        for name, check in fields.items():
            yield from below(name, check(values.get(name)))

    return _then(_MAPPING, members)


_MAPPING = _rule(lambda value: isinstance(value, dict) and bool(value), "a filled mapping")
_LIST = _rule(lambda value: isinstance(value, list) and bool(value), "a filled list")
SLUG = spelled(r"[a-z0-9]+(-[a-z0-9]+)*", "a slug of small letters, digits and single hyphens")
LANGUAGE = spelled(r"[a-z]{2}", "a language code of two letters")
_FLAG = _rule(lambda value: isinstance(value, bool), "true or false")
_PAIN = whole(0, 10)
_PERCENT = whole(1, 100)
_COUNT = whole(1, 100)
_WEEKLY = whole(1, 7)

# Shape only: what a dose may amount to is the domain's to say.
_NUMBER = maybe(whole(0, 10_000))
_QUANTITY = dict.fromkeys(("reps", "reps_max", "hold_s", "hold_max_s", "work_s"), _NUMBER)
_SETS = whole(1, 10)
_REST = whole(0, 180)
_EFFORT = whole(1, 9)

_VOCABULARY = each(text(), low=1)
_LADDER = record({"title": text(), "rungs": each(SLUG, low=2)})
_SOURCE = record({"citation": text(), "basis": one_of(("read", "read_secondary", "expert"))})

EXERCISES_HEAD: Mapping[str, Check] = {
    "schema_version": whole(1, 1),
    "language": LANGUAGE,
    "about": text(),
    "vocabularies": record(
        {
            "regions": _VOCABULARY,
            "kinds": _VOCABULARY,
            "positions": _VOCABULARY,
            "laterality": words(("per_side", "both", "alternating"), low=1),
            "pfj_load": words(("low", "moderate", "high"), low=1),
            "equipment": _VOCABULARY,
            "load_types": _VOCABULARY,
            "evidence_levels": named(text()),
        }
    ),
    "notes": named(text()),
    "sources": named(_SOURCE),
    "tags": named(text()),
    "ladders": named(_LADDER),
    "exercises": _LIST,
}

TEMPLATES_HEAD: Mapping[str, Check] = {
    "schema_version": whole(1, 1),
    "language": LANGUAGE,
    "vocabularies": record({"education": _VOCABULARY}),
    "templates": _LIST,
}


def exercise_fields(doc: Mapping[str, Any]) -> Mapping[str, Check]:
    """Return the fields of an exercise, with the words that the document itself declares."""
    known, tags, sources = doc["vocabularies"], doc["tags"], doc["sources"]
    return {
        "slug": SLUG,
        "name": text(),
        "region": one_of(known["regions"]),
        "kind": one_of(known["kinds"]),
        "targets": each(text(), low=1),
        "position": one_of(known["positions"]),
        "equipment": words(known["equipment"]),
        "equipment_any": words(known["equipment"]),
        "equipment_optional": words(known["equipment"]),
        "equipment_text": text(),
        "laterality": one_of(known["laterality"]),
        "level": whole(1, 5),
        "ladder": one_of(doc["ladders"]),
        "rung": _COUNT,
        "regression": maybe(SLUG),
        "progression": maybe(SLUG),
        "pfj_load": one_of(known["pfj_load"]),
        "load_type": one_of(known["load_types"]),
        "default_dose": record(
            {
                **_QUANTITY,
                "sets": _SETS,
                "rest_s": _REST,
                "sessions_per_week": _WEEKLY,
                "target_rpe": _EFFORT,
                "tempo": maybe(text()),
            }
        ),
        "optional_default": _FLAG,
        "cautions": words(tags),
        "contraindications": words(tags),
        "evidence": record(
            {"level": one_of(known["evidence_levels"]), "sources": words(sources, low=1)}
        ),
        "cues": each(text(10, 110), low=2, high=4),
    }


_CRITERIA: Mapping[str, Check] = {
    **dict.fromkeys(
        (
            "brisk_walk_30_min_pain_max",
            "chair_squat_x10_pain_max",
            "lateral_step_down_x10_pain_max",
            "single_leg_squat_x10_pain_max",
            "sit_60_min_pain_max",
            "sport_session_pain_max",
            "stairs_pain_max",
            "worst_pain_week_max",
            "worst_pain_week_min",
        ),
        _PAIN,
    ),
    **dict.fromkeys(("hop_symmetry_min_pct", "session_adherence_min_pct"), _PERCENT),
    **dict.fromkeys(
        (
            "check_in_every_weeks",
            "green_runs_in_a_row",
            "min_scored_weeks",
            "no_new_swelling_days",
            "no_red_days",
            "or_settle_hours_over",
            "self_quality_score_min",
            "settles_within_hours",
            "single_leg_bridge_reps_min",
            "single_leg_calf_raise_reps_min",
            "walk_run_stage_passed",
        ),
        _COUNT,
    ),
    **dict.fromkeys(
        (
            "cue_reduces_pain",
            "feedback_faded",
            "goals_met",
            "no_recent_surgery",
            "physio_clearance",
        ),
        _FLAG,
    ),
    "green_of_last": _rule(
        lambda value: (
            isinstance(value, list)
            and [type(part) for part in value] == [int, int]
            and 1 <= value[0] <= value[1]
        ),
        "a pair such as [4, 5]",
    ),
    "relapse_if": record({"worst_pain_week_min": _PAIN, "weeks_in_a_row": _COUNT}),
}
_HINTS = record({name: maybe(check) for name, check in _CRITERIA.items()})


def template_fields(doc: Mapping[str, Any]) -> Mapping[str, Check]:
    """Return the fields of a template, with the words that the document itself declares."""
    item = record(
        {
            **_QUANTITY,
            "slug": SLUG,
            "sets": _SETS,
            "rest_s": maybe(_REST),
            "target_rpe": maybe(_EFFORT),
            "tempo": maybe(text()),
            "optional": maybe(_FLAG),
        }
    )
    program = {
        "slug": SLUG,
        "title": text(),
        "sessions_per_week": _WEEKLY,
        "items": each(item, low=1),
    }
    return {
        "slug": SLUG,
        "title": text(),
        "for": text(),
        "weeks": record({"min": whole(1, 104), "max": whole(1, 104)}),
        "pain_profile": one_of(Profile),
        "entry": _HINTS,
        "move_on": _HINTS,
        "education": words(doc["vocabularies"]["education"]),
        "next": each(SLUG),
        "programs": each(record(program), low=1),
    }
