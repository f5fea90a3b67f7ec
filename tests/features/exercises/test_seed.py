import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from rehab_tracker.domain.dosage import Dose, Side, check_dose
from rehab_tracker.exercises.documents import SeedInvalid, parse
from rehab_tracker.exercises.seed import load_library
from rehab_tracker.exercises.seed_rules import item_dose

FOLDER = Path(__file__).parents[3] / "seed_data"
EXERCISES, TEMPLATES = "exercises.yaml", "templates.yaml"
HOUSEHOLD = (
    "backpack, bed, belt, chair, mat, metronome, pad, phone_camera, running_shoes, slope, step, "
    "stick, strap, support, towel, wall"
)


def test_the_library_holds_90_exercises_on_31_ladders_and_8_templates():
    library = load_library()
    assert (len(library.exercises), len(library.ladders), len(library.templates)) == (90, 31, 8)


def test_the_library_is_read_once():
    assert load_library() is load_library()


def test_nothing_in_the_library_can_be_changed():
    library = load_library()
    exercise = library.exercises["clamshell"]
    with pytest.raises(FrozenInstanceError):
        exercise.level = 5  # type: ignore[misc]
    with pytest.raises(TypeError):
        library.exercises["clamshell"] = exercise  # type: ignore[index]
    with pytest.raises(TypeError):
        library.templates["hip-first"].move_on["no_red_days"] = 0  # type: ignore[index]


@pytest.mark.parametrize("name", [EXERCISES, TEMPLATES])
def test_the_seed_text_is_american(name: str):
    british = r"programme|fibre|stabilis|mobilis|centimetre|colour|towards|behaviour|centre\b"
    assert re.findall(british, (FOLDER / name).read_text("utf-8"), re.IGNORECASE) == []


def test_most_exercises_need_only_what_a_household_has():
    owned = set(HOUSEHOLD.split(", "))
    at_home = [
        exercise
        for exercise in load_library().exercises.values()
        if owned.issuperset(exercise.equipment)
        and (not exercise.equipment_any or owned.intersection(exercise.equipment_any))
    ]
    assert len(at_home) == 74


def test_every_ladder_leads_from_its_easiest_to_its_hardest_rung():
    library = load_library()
    for ladder in library.ladders.values():
        climbed = [next(iter(ladder.rungs))]
        while harder := library.exercises[climbed[-1]].progression:
            climbed.append(harder)
        assert tuple(climbed) == ladder.rungs


def test_every_dose_of_the_library_can_be_prescribed():
    library = load_library()
    items = [
        item
        for template in library.templates.values()
        for program in template.programs
        for item in program.items
    ]
    doses = [exercise.dose for exercise in library.exercises.values()] + [i.dose for i in items]
    assert len(items) == 50
    assert [problem for dose in doses for problem in check_dose(dose)] == []


@pytest.mark.parametrize(
    ("slug", "side", "per_side"),
    [
        ("clamshell", Side.BOTH, True),
        ("glute-bridge", Side.BOTH, False),
        ("seated-knee-swing", Side.ALTERNATING, False),
    ],
)
def test_the_sides_of_an_exercise_decide_the_side_of_its_dose(
    slug: str, side: Side, per_side: bool
):
    dose = load_library().exercises[slug].dose
    assert (dose.side, dose.per_side) == (side, per_side)


def test_an_exercise_starts_at_its_default_dose():
    exercise = load_library().exercises["side-lying-hip-abduction"]
    assert exercise.sessions_per_week == 3
    assert exercise.dose == Dose(
        sets=3, reps=10, reps_max=15, tempo="2-1-2-0", rest_s=60, per_side=True, target_rpe=7
    )


def test_a_template_item_keeps_rest_tempo_and_side_of_the_exercise():
    (program,) = load_library().templates["irritable-first-two-weeks"].programs
    item = program.items[2]
    assert (item.exercise, item.optional) == ("side-lying-hip-abduction", False)
    assert item.dose == Dose(
        sets=2, reps=10, reps_max=15, tempo="2-1-2-0", rest_s=60, per_side=True, target_rpe=6
    )


REPEATED = Dose(sets=3, reps=8, reps_max=10, tempo="2-1-2-0", rest_s=60, target_rpe=7)
HELD = Dose(sets=4, reps=1, reps_max=1, hold_s=20, hold_max_s=45, rest_s=60, target_rpe=7)
TIMED = Dose(sets=8, work_s=60, rest_s=120, target_rpe=4)


@pytest.mark.parametrize(
    ("default", "item", "reps", "hold", "work_s"),
    [
        (REPEATED, {"reps": 12}, (12, 12), (None, None), None),
        (REPEATED, {"reps": 6}, (6, 10), (None, None), None),
        (REPEATED, {"reps": 6, "reps_max": 8}, (6, 8), (None, None), None),
        (REPEATED, {"reps": 5, "hold_s": 10}, (5, 10), (10, 10), None),
        (REPEATED, {"work_s": 45}, (None, None), (None, None), 45),
        (HELD, {"hold_s": 30}, (1, 1), (30, 45), None),
        (HELD, {"hold_s": 60}, (1, 1), (60, 60), None),
        (HELD, {"work_s": 45}, (None, None), (None, None), 45),
        (TIMED, {"work_s": 90}, (None, None), (None, None), 90),
        (TIMED, {"reps": 10}, (10, 10), (None, None), None),
    ],
)
def test_an_item_inherits_only_what_fits_its_own_amount(
    default: Dose, item: dict[str, int], reps: object, hold: object, work_s: int | None
):
    dose = item_dose({"sets": 2, **item}, default)
    assert (dose.reps, dose.reps_max) == reps
    assert (dose.hold_s, dose.hold_max_s) == hold
    assert dose.work_s == work_s
    assert (dose.sets, dose.rest_s, dose.target_rpe) == (2, default.rest_s, default.target_rpe)
    assert check_dose(dose) == ()


def test_a_key_given_twice_is_refused_with_its_line():
    with pytest.raises(
        SeedInvalid, match=r'^exercises.yaml: the key "name" is there twice.*line 1'
    ):
        parse(EXERCISES, "slug: clamshell\nname: Clamshell\nname: Clam\n")


def test_text_that_is_no_yaml_is_refused_with_its_file():
    with pytest.raises(SeedInvalid, match=r"^templates.yaml: .*line 2"):
        parse(TEMPLATES, "templates:\n]\n")
