from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from rehab_tracker.exercises.documents import SeedInvalid, parse
from rehab_tracker.exercises.seed import check_library, library_of

FOLDER = Path(__file__).parents[3] / "seed_data"
EXERCISES, TEMPLATES = "exercises.yaml", "templates.yaml"
GONE = object()

CLAM = "exercises/clamshell"
KEEP = "templates/maintenance/programs/keep-it"
SQUAT = f"{KEEP}/items/goblet-squat"
POGO = "exercises/double-leg-pogo"

DAMAGE = [
    # what cannot be read as an exercise
    (EXERCISES, f"{CLAM}/level", GONE, "clamshell: level: is missing"),
    (EXERCISES, f"{CLAM}/colour", "red", "clamshell: colour: is not a known field"),
    (EXERCISES, f"{CLAM}/level", "2", "clamshell: level: is '2', not a whole number"),
    (EXERCISES, f"{CLAM}/level", True, "clamshell: level: is True, not a whole number"),
    (EXERCISES, f"{CLAM}/level", 6, "clamshell: level: is 6, not a whole number from 1 to 5"),
    (EXERCISES, f"{CLAM}/name", 7, "clamshell: name: is 7, not text"),
    (EXERCISES, f"{CLAM}/optional_default", "no", "clamshell: optional_default: is 'no', not true"),
    (EXERCISES, f"{CLAM}/equipment", "mat", "clamshell: equipment: is 'mat', not a list"),
    (EXERCISES, f"{CLAM}/evidence", [], "clamshell: evidence: is [], not a filled mapping"),
    (EXERCISES, f"{CLAM}/default_dose/sets", GONE, "clamshell: default_dose.sets: is missing"),
    (EXERCISES, f"{CLAM}/slug", "Clam Shell", "Clam Shell: slug: is 'Clam Shell', not a slug"),
    (EXERCISES, f"{CLAM}/slug", GONE, "#4: slug: is missing"),
    (EXERCISES, CLAM, "clamshell", "#4: is 'clamshell', not a filled mapping"),
    # unknown words
    (EXERCISES, f"{CLAM}/region", "neck", "clamshell: region: is 'neck', not one of hip, thigh"),
    (EXERCISES, f"{CLAM}/region", ["hip"], "clamshell: region: is ['hip'], not one of hip"),
    (EXERCISES, f"{CLAM}/kind", "yoga", "clamshell: kind: is 'yoga', not one of strength"),
    (EXERCISES, f"{CLAM}/position", "flying", "clamshell: position: is 'flying', not one of"),
    (EXERCISES, f"{CLAM}/laterality", "left", "clamshell: laterality: is 'left', not one of per"),
    (EXERCISES, f"{CLAM}/pfj_load", "none", "clamshell: pfj_load: is 'none', not one of low"),
    (EXERCISES, f"{CLAM}/load_type", "water", "clamshell: load_type: is 'water', not one of"),
    (EXERCISES, f"{CLAM}/equipment/0", "matt", "clamshell: equipment.#1: is 'matt', not one of"),
    (EXERCISES, f"{CLAM}/cautions", ["ouch"], "clamshell: cautions.#1: is 'ouch', not one of"),
    (EXERCISES, f"{CLAM}/evidence/level", "E", "clamshell: evidence.level: is 'E', not one of A"),
    (EXERCISES, f"{CLAM}/evidence/sources", ["x"], "clamshell: evidence.sources.#1: is 'x', not"),
    (EXERCISES, f"{CLAM}/evidence/sources", [], "clamshell: evidence.sources: is [], not a list"),
    (EXERCISES, f"{CLAM}/ladder", "stairs", "clamshell: ladder: is 'stairs', not one of"),
    (EXERCISES, "vocabularies/laterality/+", "left", "vocabularies: laterality.#4: is 'left', not"),
    # said twice
    (EXERCISES, f"{CLAM}/slug", "glute-bridge", "glute-bridge: slug: is there twice"),
    (EXERCISES, f"{CLAM}/name", "Banded glute bridge", 'clamshell: name: "Banded glute bridge" is'),
    (EXERCISES, f"{CLAM}/equipment/+", "mat", "clamshell: equipment: lists 'mat' twice"),
    (
        EXERCISES,
        f"{CLAM}/cues/0",
        "Feel it in the buttock, not the knee",
        'clamshell: cues: "Feel it in the buttock, not the knee" is said by another exercise too',
    ),
    # cues
    (EXERCISES, f"{CLAM}/cues", ["One lone cue"], "clamshell: cues: is ['One lone cue'], not a"),
    (EXERCISES, f"{CLAM}/cues/0", "Lift", "clamshell: cues.#1: is 'Lift', not text of 10 to 110"),
    (EXERCISES, f"{CLAM}/targets", [], "clamshell: targets: is [], not a list of 1"),
    (EXERCISES, f"{CLAM}/equipment_any", ["belt"], "clamshell: equipment_any: leaves no choice"),
    # impossible doses
    (EXERCISES, f"{CLAM}/default_dose/reps_max", 8, "clamshell: default_dose.reps_max: cannot be"),
    (EXERCISES, f"{CLAM}/default_dose/reps_max", None, "clamshell: default_dose.reps_max: is miss"),
    (EXERCISES, f"{CLAM}/default_dose/reps", None, "clamshell: default_dose.reps: cannot be pre"),
    (EXERCISES, f"{CLAM}/default_dose/work_s", 60, "clamshell: default_dose.work_s: cannot be"),
    (EXERCISES, f"{CLAM}/default_dose/hold_max_s", 9, "clamshell: default_dose.hold_s: cannot be"),
    (EXERCISES, f"{CLAM}/default_dose/tempo", "calm", "clamshell: default_dose.tempo: cannot be"),
    (EXERCISES, f"{CLAM}/default_dose/sets", 11, "clamshell: default_dose.sets: is 11, not"),
    (EXERCISES, f"{CLAM}/default_dose/rest_s", 181, "clamshell: default_dose.rest_s: is 181, not"),
    (EXERCISES, f"{CLAM}/default_dose/target_rpe", 10, "clamshell: default_dose.target_rpe: is 10"),
    (
        EXERCISES,
        f"{CLAM}/default_dose/sessions_per_week",
        8,
        "clamshell: default_dose.sessions_per_week: is 8, not a whole number from 1 to 7",
    ),
    # ladders
    (
        EXERCISES,
        f"{CLAM}/progression",
        "banded-clamshel",
        'clamshell: progression: names "banded-clamshel", which does not exist',
    ),
    (
        EXERCISES,
        f"{CLAM}/regression",
        "clamshel",
        'clamshell: regression: names "clamshel", which does not exist',
    ),
    (
        EXERCISES,
        "exercises/half-side-plank-clamshell/progression",
        "clamshell",
        "half-side-plank-clamshell: progression: goes in a circle: half-side-plank-clamshell > cla",
    ),
    (EXERCISES, f"{CLAM}/progression", "clamshell", "clamshell: progression: goes in a circle"),
    (EXERCISES, f"{CLAM}/progression", None, "clamshell: progression: is None where the ladder"),
    (EXERCISES, f"{CLAM}/rung", 2, "clamshell: rung: is 2 where the ladder has 1"),
    (EXERCISES, f"{CLAM}/ladder", "bridge", 'clamshell: ladder: "bridge" does not list'),
    (EXERCISES, f"{CLAM}/level", 3, "clamshell: level: is above the level of its progression"),
    (
        EXERCISES,
        "ladders/bridge/rungs/0",
        "glute-brigde",
        'ladders: bridge.rungs: names "glute-brigde", which does not exist',
    ),
    (
        EXERCISES,
        "ladders/bridge/rungs/+",
        "clamshell",
        'ladders: bridge.rungs: "clamshell" stands on more than one ladder',
    ),
    (EXERCISES, "ladders/step/rungs", ["step-up"], "ladders: step.rungs: is ['step-up'], not"),
    (EXERCISES, "ladders/step/title", GONE, "ladders: step.title: is missing"),
    # safety
    (EXERCISES, f"{POGO}/contraindications", [], "double-leg-pogo: contraindications: needs acute"),
    (EXERCISES, f"{POGO}/level", 2, "double-leg-pogo: level: is below 3, too low for impact"),
    (EXERCISES, f"{CLAM}/pfj_load", "high", "clamshell: cautions: needs high_pfj_load beside"),
    (EXERCISES, f"{CLAM}/pfj_load", "high", "clamshell: level: is below 4, too low for a high"),
    # the files as a whole
    (EXERCISES, "language", GONE, "language: is missing"),
    (EXERCISES, "schema_version", 2, "schema_version: is 2, not"),
    (EXERCISES, "authors", "us", "authors: is not a known field"),
    (EXERCISES, "exercises", {}, "exercises: is {}, not a filled list"),
    (EXERCISES, "sources/expert/basis", "rumor", "sources: expert.basis: is 'rumor', not one of"),
    (TEMPLATES, "templates", GONE, "templates: is missing"),
    # templates
    (TEMPLATES, "templates/maintenance/for", GONE, "maintenance: for: is missing"),
    (TEMPLATES, "templates/maintenance/fro", "all", "maintenance: fro: is not a known field"),
    (TEMPLATES, "templates/maintenance/slug", "hip-first", "hip-first: slug: is there twice"),
    (
        TEMPLATES,
        "templates/maintenance/pain_profile",
        "wild",
        "maintenance: pain_profile: is 'wild",
    ),
    (TEMPLATES, "templates/maintenance/weeks/min", 60, "maintenance: weeks.min: is above max"),
    (TEMPLATES, "templates/maintenance/education", ["x"], "maintenance: education.#1: is 'x', not"),
    (TEMPLATES, "templates/maintenance/next", ["x"], 'maintenance: next: names "x", which does'),
    (TEMPLATES, "templates/maintenance/entry", {}, "maintenance: entry: is {}, not a filled"),
    (TEMPLATES, "templates/maintenance/entry/mood", 3, "maintenance: entry.mood: is not a known"),
    (
        TEMPLATES,
        "templates/maintenance/entry/worst_pain_week_max",
        11,
        "maintenance: entry.worst_pain_week_max: is 11, not a whole number from 0 to 10",
    ),
    (
        TEMPLATES,
        "templates/hip-first/move_on/green_of_last",
        [7, 6],
        "hip-first: move_on.green_of_last: is [7, 6], not a pair",
    ),
    (TEMPLATES, f"{KEEP}/sessions_per_week", 0, "maintenance: programs.keep-it.sessions_per_week:"),
    (TEMPLATES, f"{KEEP}/slug", "power", "maintenance: programs.power.slug: is there twice"),
    (TEMPLATES, f"{KEEP}/items", [], "maintenance: programs.keep-it.items: is [], not a list"),
    (
        TEMPLATES,
        f"{SQUAT}/slug",
        "goblet-sqat",
        'maintenance: programs.keep-it.items.goblet-sqat.slug: names "goblet-sqat", which does',
    ),
    (
        TEMPLATES,
        f"{SQUAT}/slug",
        "side-plank",
        "maintenance: programs.keep-it.items.side-plank: is there twice",
    ),
    (TEMPLATES, f"{SQUAT}/sets", GONE, "maintenance: programs.keep-it.items.goblet-squat.sets: is"),
    (TEMPLATES, f"{SQUAT}/reps", GONE, "maintenance: programs.keep-it.items.goblet-squat.reps: is"),
    (
        TEMPLATES,
        f"{SQUAT}/load",
        8,
        "maintenance: programs.keep-it.items.goblet-squat.load: is not",
    ),
    (
        TEMPLATES,
        f"{SQUAT}/reps_max",
        6,
        "maintenance: programs.keep-it.items.goblet-squat.reps_max: cannot be prescribed: below_st",
    ),
]


@pytest.fixture(scope="module")
def originals() -> dict[str, Any]:
    return {
        name: parse(name, (FOLDER / name).read_text("utf-8")) for name in (EXERCISES, TEMPLATES)
    }


@pytest.fixture
def docs(originals: dict[str, Any]) -> dict[str, Any]:
    return deepcopy(originals)


def member(value: Any, name: str) -> Any:
    """A mapping's key, a list's entry with this slug, or a list's place."""
    if not isinstance(value, list):
        return name
    slugs = [entry.get("slug") if isinstance(entry, dict) else None for entry in value]
    return slugs.index(name) if name in slugs else int(name)


def put(doc: Any, path: str, value: Any) -> None:
    *way, last = path.split("/")
    for name in way:
        doc = doc[member(doc, name)]
    if value is GONE:
        del doc[member(doc, last)]
    elif last == "+":
        doc.append(value)
    else:
        doc[member(doc, last) if isinstance(doc, list) else last] = value


def problems(docs: dict[str, Any]) -> list[str]:
    return check_library(docs[EXERCISES], docs[TEMPLATES])


def test_the_library_has_no_problems(docs: dict[str, Any]):
    assert problems(docs) == []


@pytest.mark.parametrize(("file", "path", "value", "says"), DAMAGE)
def test_damage_is_told_with_file_entry_and_field(
    docs: dict[str, Any], file: str, path: str, value: object, says: str
):
    put(docs[file], path, value)
    found = problems(docs)
    assert any(problem.startswith(f"{file}: {says}") for problem in found), found
    assert all("\n" not in problem for problem in found)


def test_a_new_hold_must_say_how_often_it_is_done(docs: dict[str, Any]):
    item = {"slug": "goblet-squat", "sets": 2, "hold_s": 20}
    put(docs[TEMPLATES], SQUAT, item)
    (problem,) = problems(docs)
    assert problem.endswith("goblet-squat.reps: is missing; how often is the new hold done?")


@pytest.mark.parametrize(("optional", "core"), [(True, 0), (False, 6)])
def test_a_program_has_one_to_five_core_exercises(docs: dict[str, Any], optional: bool, core: int):
    items = docs[TEMPLATES]["templates"][1]["programs"][0]["items"]
    for item in items:
        item["optional"] = optional
    (problem,) = problems(docs)
    assert problem.endswith(f"programs.hip-strength.items: has {core} core exercises, not 1 to 5")


def test_a_library_that_lost_a_body_region_is_told(docs: dict[str, Any]):
    for exercise in docs[EXERCISES]["exercises"]:
        if exercise["region"] == "calf":
            exercise["region"] = "foot"
    assert problems(docs) == ["exercises.yaml: exercises: calf strength: has 0, fewer than 12"]


def test_every_problem_is_told_at_once(docs: dict[str, Any]):
    put(docs[EXERCISES], f"{CLAM}/level", GONE)
    put(docs[EXERCISES], "exercises/glute-bridge/rung", 4)
    put(docs[EXERCISES], "exercises/step-up/kind", "yoga")
    put(docs[TEMPLATES], f"{SQUAT}/reps_max", 6)
    put(docs[TEMPLATES], "templates/hip-first/title", None)
    assert Counter(" ".join(problem.split()[:2]) for problem in problems(docs)) == {
        "exercises.yaml: clamshell:": 1,
        "exercises.yaml: glute-bridge:": 1,
        "exercises.yaml: step-up:": 1,
        "templates.yaml: maintenance:": 1,
        "templates.yaml: hip-first:": 1,
    }


@pytest.mark.parametrize("nothing", [None, [], "text", {}])
def test_an_empty_file_is_told(docs: dict[str, Any], nothing: object):
    (problem,) = check_library(nothing, docs[TEMPLATES])
    assert problem.startswith("exercises.yaml: document: is ")


def test_a_damaged_library_is_not_loaded(docs: dict[str, Any]):
    put(docs[EXERCISES], f"{CLAM}/level", GONE)
    put(docs[TEMPLATES], "templates/hip-first/title", GONE)
    with pytest.raises(SeedInvalid) as refusal:
        library_of(docs[EXERCISES], docs[TEMPLATES])
    assert refusal.value.problems == (
        "exercises.yaml: clamshell: level: is missing",
        "templates.yaml: hip-first: title: is missing",
    )
