"""What must hold among the entries of the seed library: ladders, references, safety and doses."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rehab_tracker.domain.dosage import Dose, Side, check_dose
from rehab_tracker.exercises.seed_schema import (
    EXERCISES_HEAD,
    TEMPLATES_HEAD,
    Check,
    Found,
    below,
    exercise_fields,
    label,
    record,
    template_fields,
    twice,
)

EXERCISES_FILE = "exercises.yaml"
TEMPLATES_FILE = "templates.yaml"

Row = Mapping[str, Any]

_SIDES = {
    "per_side": (Side.BOTH, True),
    "both": (Side.BOTH, False),
    "alternating": (Side.ALTERNATING, False),
}
_RANGES = (("reps", "reps_max"), ("hold_s", "hold_max_s"))
_MOVED = ("reps", "reps_max", "hold_s", "hold_max_s")
_ITEM_DOSE = (*_MOVED, "work_s", "sets", "rest_s", "target_rpe", "tempo")
_LINKS = ("regression", "progression")
_CORE_MAX = 5
_IMPACT_LEVEL_MIN = 3
_HIGH_LOAD_LEVEL_MIN = 4

_COVERAGE: Mapping[str, tuple[int, Callable[[Row], bool]]] = {
    "exercises": (70, lambda _row: True),
    "hip strength": (22, lambda row: (row["region"], row["kind"]) == ("hip", "strength")),
    "thigh strength": (20, lambda row: (row["region"], row["kind"]) == ("thigh", "strength")),
    "calf strength": (12, lambda row: (row["region"], row["kind"]) == ("calf", "strength")),
    "mobility": (16, lambda row: row["kind"] == "mobility"),
    "retraining or balance": (10, lambda row: row["kind"] in ("retraining", "balance")),
}


@dataclass(frozen=True, slots=True)
class SeedProblem:
    """One thing wrong with the seed library, in one line that names file, entry and field."""

    file: str
    path: tuple[str, ...]
    says: str

    def __str__(self) -> str:
        entry, *fields = self.path or ("document",)
        return ": ".join(filter(None, (self.file, entry, ".".join(fields), self.says)))


def default_dose(row: Row) -> Dose:
    """Return the dose at which an exercise starts."""
    side, per_side = _SIDES[row["laterality"]]
    given = {name: row["default_dose"].get(name) for name in _ITEM_DOSE}
    return Dose(**given, side=side, per_side=per_side)


def item_dose(item: Row, default: Dose) -> Dose:
    """Return the dose of a template's item, which takes what it leaves out from the exercise.

    An inherited top never lies below the item's own start. Timed work replaces repetitions and
    holds, and they replace it.
    """
    given = {name: item[name] for name in _ITEM_DOSE if item.get(name) is not None}
    replaced = _MOVED if "work_s" in given else ("work_s",) if given.keys() & {*_MOVED} else ()
    tops = {
        top: max(given[start], getattr(default, top) or given[start])
        for start, top in _RANGES
        if start in given
    }
    return replace(default, **{**dict.fromkeys(replaced), **tops, **given})


def problems(exercises_doc: Any, templates_doc: Any) -> Iterator[SeedProblem]:
    """Yield everything wrong in both files.

    Entries are judged once the rest of their file is sound, and against each other once their own
    shape is.
    """
    found, rows = _entries(exercises_doc, EXERCISES_HEAD, "exercises", exercise_fields)
    yield from (SeedProblem(EXERCISES_FILE, *complaint) for complaint in found)
    sound = {row["slug"]: row for row in rows}
    if rows:
        among = _among_exercises(exercises_doc, sound)
        yield from (SeedProblem(EXERCISES_FILE, *complaint) for complaint in among)
    found, templates = _entries(templates_doc, TEMPLATES_HEAD, "templates", template_fields)
    yield from (SeedProblem(TEMPLATES_FILE, *complaint) for complaint in found)
    if rows and templates:
        exercises = {slug: sound.get(slug) for slug in _slugs(exercises_doc["exercises"])}
        among = _among_templates(templates_doc, templates, exercises)
        yield from (SeedProblem(TEMPLATES_FILE, *complaint) for complaint in among)


def _entries(
    doc: Any,
    head: Mapping[str, Check],
    key: str,
    fields: Callable[[Row], Mapping[str, Check]],
) -> tuple[list[tuple[tuple[str, ...], str]], list[Row]]:
    """Return the complaints about the shape of a document, and its entries that have none."""
    complaints = list(record(head)(doc))
    if complaints:
        return complaints, []
    check = record(fields(doc))
    judged = [
        (row, list(below(label(row, number), check(row))))
        for number, row in enumerate(doc[key], start=1)
    ]
    return (
        [complaint for _, found in judged for complaint in found],
        [row for row, found in judged if not found],
    )


def _slugs(rows: Sequence[Any]) -> list[str]:
    return [label(row, number) for number, row in enumerate(rows, start=1)]


def _among_exercises(doc: Row, sound: Mapping[str, Row]) -> Found:
    slugs = _slugs(doc["exercises"])
    yield from (((slug, "slug"), "is there twice") for slug in twice(slugs))
    yield from _shared(sound, "name", [row["name"] for row in sound.values()])
    yield from _shared(sound, "cues", [cue for row in sound.values() for cue in row["cues"]])
    yield from _ladder_rules(doc["ladders"], slugs)
    for slug, row in sound.items():
        yield from below(slug, _exercise_rules(row))
        yield from below(slug, _rung_rules(row, doc["ladders"][row["ladder"]]["rungs"], slugs))
        yield from below(slug, _climb_rules(row, sound))
    if len(sound) == len(slugs):
        yield from _coverage(sound)


def _shared(sound: Mapping[str, Row], field: str, values: Sequence[str]) -> Found:
    repeated = set(twice(values))
    for slug, row in sound.items():
        for value in sorted(repeated.intersection(_listed(row[field]))):
            yield (slug, field), f'"{value}" is said by another exercise too'


def _listed(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


def _ladder_rules(ladders: Row, slugs: Sequence[str]) -> Found:
    placed = Counter(slug for ladder in ladders.values() for slug in ladder["rungs"])
    for name, ladder in ladders.items():
        for slug in ladder["rungs"]:
            if slug not in slugs:
                yield ("ladders", name, "rungs"), _dangling(slug)
            elif placed[slug] > 1:
                yield ("ladders", name, "rungs"), f'"{slug}" stands on more than one ladder'


def _exercise_rules(row: Row) -> Found:
    dose = row["default_dose"]
    yield from _dose_rules(("default_dose",), default_dose(row))
    for start, top in _RANGES:
        if dose.get(start) is not None and dose.get(top) is None:
            yield ("default_dose", top), f"is missing beside {start}"
    if len(row["equipment_any"]) == 1:
        yield ("equipment_any",), "leaves no choice; a single thing belongs under equipment"
    yield from _safety_rules(row)


def _safety_rules(row: Row) -> Found:
    if "impact" in row["cautions"]:
        if row["level"] < _IMPACT_LEVEL_MIN:
            yield ("level",), f"is below {_IMPACT_LEVEL_MIN}, too low for impact"
        if "acute_effusion" not in row["contraindications"]:
            yield ("contraindications",), "needs acute_effusion beside the caution impact"
    if row["pfj_load"] == "high":
        if row["level"] < _HIGH_LOAD_LEVEL_MIN:
            yield ("level",), f"is below {_HIGH_LOAD_LEVEL_MIN}, too low for a high pfj_load"
        if "high_pfj_load" not in row["cautions"]:
            yield ("cautions",), "needs high_pfj_load beside a high pfj_load"


def _rung_rules(row: Row, rungs: Sequence[str], slugs: Sequence[str]) -> Found:
    dangling = [link for link in _LINKS if row.get(link) not in (None, *slugs)]
    yield from (((link,), _dangling(row[link])) for link in dangling)
    if row["slug"] not in rungs:
        yield ("ladder",), f'"{row["ladder"]}" does not list this exercise'
        return
    at = rungs.index(row["slug"])
    wanted = {
        "rung": at + 1,
        "regression": rungs[at - 1] if at else None,
        "progression": next(iter(rungs[at + 1 :]), None),
    }
    for field, value in wanted.items():
        if field not in dangling and row.get(field) != value:
            yield (field,), f"is {row.get(field)!r} where the ladder has {value!r}"


def _climb_rules(row: Row, sound: Mapping[str, Row]) -> Found:
    if loop := _loop(row["slug"], sound):
        yield ("progression",), f"goes in a circle: {' > '.join(loop)}"
    harder = sound.get(row.get("progression") or "")
    if harder and harder["level"] < row["level"]:
        yield ("level",), f'is above the level of its progression "{harder["slug"]}"'


def _loop(start: str, sound: Mapping[str, Row]) -> list[str]:
    """Return the way up from an exercise back to itself, or nothing when there is none."""
    way = [start]
    while harder := sound.get(way[-1], {}).get("progression"):
        way.append(harder)
        if harder in way[:-1]:
            return way if harder == start else []
    return []


def _coverage(sound: Mapping[str, Row]) -> Found:
    for what, (least, belongs) in _COVERAGE.items():
        count = sum(belongs(row) for row in sound.values())
        if count < least:
            yield ("exercises", what), f"has {count}, fewer than {least}"


def _among_templates(doc: Row, sound: Sequence[Row], exercises: Mapping[str, Row | None]) -> Found:
    """Judge templates by the exercises there are; one of the wrong shape leads to None."""
    slugs = _slugs(doc["templates"])
    programs = twice(program["slug"] for row in sound for program in row["programs"])
    yield from (((slug, "slug"), "is there twice") for slug in twice(slugs))
    for row in sound:
        if row["weeks"]["min"] > row["weeks"]["max"]:
            yield (row["slug"], "weeks", "min"), "is above max"
        for following in row["next"]:
            if following not in slugs:
                yield (row["slug"], "next"), _dangling(following)
        for program in row["programs"]:
            path = (row["slug"], "programs", program["slug"])
            if program["slug"] in programs:
                yield (*path, "slug"), "is there twice"
            yield from _under(path, _program_rules(program["items"], exercises))


def _program_rules(items: Sequence[Row], exercises: Mapping[str, Row | None]) -> Found:
    core = sum(not item.get("optional") for item in items)
    if not 1 <= core <= _CORE_MAX:
        yield ("items",), f"has {core} core exercises, not 1 to {_CORE_MAX}"
    for slug in twice(item["slug"] for item in items):
        yield ("items", slug), "is there twice"
    for item in items:
        yield from _under(("items", item["slug"]), _item_rules(item, exercises))


def _item_rules(item: Row, exercises: Mapping[str, Row | None]) -> Found:
    exercise = exercises.get(item["slug"])
    if item["slug"] not in exercises:
        yield ("slug",), _dangling(item["slug"])
    if not any(item.get(name) for name in ("reps", "hold_s", "work_s")):
        yield ("reps",), "is missing, and so are hold_s and work_s"
    elif exercise:
        default = default_dose(exercise)
        if item.get("hold_s") and not item.get("reps") and default.hold_s is None:
            yield ("reps",), "is missing; how often is the new hold done?"
        yield from _dose_rules((), item_dose(item, default))


def _dose_rules(path: tuple[str, ...], dose: Dose) -> Found:
    for problem in check_dose(dose):
        limit = "" if problem.limit is None else f" (limit {problem.limit})"
        yield (*path, problem.field), f"cannot be prescribed: {problem.code}{limit}"


def _under(path: tuple[str, ...], found: Found) -> Found:
    return (((*path, *rest), says) for rest, says in found)


def _dangling(slug: str) -> str:
    return f'names "{slug}", which does not exist'
