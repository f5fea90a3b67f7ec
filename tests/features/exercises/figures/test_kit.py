"""Every piece of kit of the library, and every starting position, can be drawn."""

from typing import Any

import pytest

from rehab_tracker.exercises.documents import document
from rehab_tracker.exercises.figures import captions, shelf
from rehab_tracker.exercises.figures.checks import problems
from rehab_tracker.exercises.figures.data import figure
from rehab_tracker.exercises.figures.kinds import Kind
from rehab_tracker.exercises.figures.palettes import PEOPLE, paint
from rehab_tracker.exercises.seed import load_library
from tests.builders.figures import SQUAT, a_squat

NEEDS: dict[str, dict[str, Any]] = {
    "anchor": {"at": [70, 40, 0]},
    "long_band": {"path": ["knee_R", [70, 40, 0]]},
    "stick": {"path": ["wrist_L", "wrist_R"]},
    "strap": {"path": ["ankle_R", "wrist_R"]},
}
WORDS = sorted(
    {
        word
        for exercise in load_library().exercises.values()
        for word in (
            *exercise.equipment,
            *exercise.equipment_any,
            *exercise.equipment_optional,
        )
    }
)
POSITIONS = document(captions.FOLDER, captions.POSITIONS)


def drawn(*kit: dict[str, Any]) -> str:
    return shelf.draw(a_squat(kit=list(kit)), Kind.STILL)


@pytest.mark.parametrize("word", [word for word in WORDS if word != "running_shoes"])
def test_every_kit_word_of_the_library_is_drawn(word: str):
    assert drawn({word: NEEDS.get(word, {})}) != drawn()


def test_everybody_wears_running_shoes_already():
    assert drawn({"running_shoes": {}}) == drawn()


def test_a_loop_lies_at_thigh_shin_ankle_or_foot():
    levels = ("thigh", "shin", "ankle", "foot")
    assert len({drawn({"loop_band": {"around": level}}) for level in levels}) == len(levels)


def test_a_loop_runs_before_and_behind_the_legs():
    picture = drawn({"loop_band": {"around": "thigh"}})
    behind, leg, before = (
        picture.index(paint(PEOPLE[0], color)) for color in ("band_side", "shorts", "band")
    )
    assert behind < leg < before


@pytest.mark.parametrize("name", POSITIONS)
def test_from_every_starting_position_a_figure_can_be_built(name: str):
    own = {key: SQUAT[key] for key in ("words", "muscles", "kit")}
    wrong = problems(figure("chair-squat", {"from": [name], "motion": "hold", **own}, POSITIONS))
    assert [line for line in wrong if "chair" not in line] == []
