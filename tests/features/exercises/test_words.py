"""Doses, kit and complaints as people read them."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import Babel

from rehab_tracker.domain.dosage import Dose, Side, check_dose
from rehab_tracker.exercises import words
from rehab_tracker.exercises.seed import load_library

LINES = [
    (
        Dose(sets=3, reps=10, reps_max=15, tempo="2-1-2-0", rest_s=60, per_side=True, target_rpe=7),
        "3 × 10–15 · each side · 2-1-2-0 · rest 60 s · effort 7 of 10",
    ),
    (Dose(sets=3, reps=12, reps_max=12), "3 × 12"),
    (Dose(sets=3, reps=1, hold_s=30, hold_max_s=45, rest_s=15), "3 × 30–45 s hold · rest 15 s"),
    (Dose(sets=4, hold_s=20), "4 × 20 s hold"),
    (Dose(sets=4, reps=3, hold_s=10, hold_max_s=30), "4 × 3 · hold 10–30 s"),
    (Dose(sets=3, reps=8, load_kg=Decimal("2.5")), "3 × 8 · 2.5 kg"),
    (Dose(sets=3, reps=8, band=3, side=Side.LEFT, per_side=True), "3 × 8 · band 3 · left side"),
    (Dose(sets=2, reps=10, side=Side.ALTERNATING, tempo="slow"), "2 × 10 · sides in turn · slow"),
    (Dose(sets=8, work_s=60, rest_s=120, side=Side.ALTERNATING), "8 × 60 s · rest 2 min"),
    (Dose(sets=1, work_s=1800, side=Side.RIGHT), "1 × 30 min · right side"),
    (Dose(sets=1, work_s=90), "1 × 90 s"),
]


@pytest.fixture(scope="module")
def _reading() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.usefixtures("_reading")
@pytest.mark.parametrize(("dose", "line"), LINES)
def test_a_dose_reads_in_one_line(dose: Dose, line: str):
    assert words.dose_line(dose) == line


@pytest.mark.usefixtures("_reading")
def test_kit_reads_as_what_is_needed_and_what_is_a_choice():
    assert words.kit_line([]) == ""
    assert words.kit_line(["mat", "wall"]) == "Mat, Wall"
    line = words.kit_line(["bench"], ["dumbbell", "kettlebell", "backpack"])
    assert line == "Bench, Dumbbell, Kettlebell, or Backpack"


IMPOSSIBLE = [
    (Dose(sets=0, reps=8), "sets", "Enter 1 or more."),
    (Dose(sets=3, reps=10_000), "reps", "Enter 100 or less."),
    (Dose(sets=3), "reps", "Enter repetitions, a hold or a time."),
    (Dose(sets=3, reps=8, work_s=60), "work_s", "Enter either a time or repetitions"),
    (Dose(sets=3, reps=8, reps_max=6), "reps_max", "Enter 8 or more, the start of the range."),
    (Dose(sets=3, reps=8, hold_max_s=6), "hold_s", "Enter where the range starts."),
    (Dose(sets=3, reps=8, load_kg=Decimal(0)), "load_kg", "Enter more than 0 kg"),
    (Dose(sets=3, reps=8, load_kg=Decimal("1.005")), "load_kg", "Enter at most 2 decimals."),
    (Dose(sets=3, reps=8, load_kg=Decimal("NaN")), "load_kg", "Enter a number."),
    (Dose(sets=3, reps=8, load_kg=Decimal(2), band=1), "band", "Enter either a weight or a band."),
    (Dose(sets=3, reps=8, tempo="fast"), "tempo", "Enter four numbers such as 2-1-2-0"),
]


@pytest.mark.usefixtures("_reading")
@pytest.mark.parametrize(("dose", "field", "sentence"), IMPOSSIBLE)
def test_an_impossible_dose_is_told_in_a_sentence(dose: Dose, field: str, sentence: str):
    (problem,) = check_dose(dose)
    assert problem.field == field
    assert words.dose_problem(problem).startswith(sentence)


def test_every_word_of_the_seed_library_has_a_name():
    library = load_library()
    spoken = library.vocabularies
    assert set(words.REGION_NAMES) == set(spoken.regions)
    assert set(words.KIND_NAMES) == set(spoken.kinds)
    assert set(words.POSITION_NAMES) == set(spoken.positions)
    assert set(words.LATERALITY_NAMES) == set(spoken.laterality)
    assert set(words.KNEE_LOAD_NAMES) == set(spoken.pfj_load)
    assert set(words.KIT_NAMES) == set(spoken.equipment)
    assert set(words.LOAD_TYPE_NAMES) == set(spoken.load_types)
    assert set(words.CAUTION_NAMES) == set(library.tags)
    assert set(words.BASIS_NAMES) == {source.basis for source in library.sources.values()}
