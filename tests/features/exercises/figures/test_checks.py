import re
from copy import deepcopy
from typing import Any

import pytest

from rehab_tracker.exercises.figures.checks import problems
from tests.builders.figures import SQUAT, a_squat

FEET = SQUAT["pose"]


def changed(field: str, **values: Any) -> dict[str, Any]:
    return {field: {**deepcopy(SQUAT[field]), **values}}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (changed("end", pelvis={"at": [-31, 50, 0]}), "into the chair"),
        (changed("end", pelvis={"at": [-31, 95, 0]}), "out of reach"),
        (changed("pose", foot_R={**FEET["foot_R"], "at": [0, -4, 9]}), "through the floor"),
        (changed("end", knee_L=170, foot_L=None), "knee_L.flex: 170 degrees is beyond"),
        (changed("end", hip_L={"abd": 80}, foot_L=None), "hip_L.abd: 80 degrees is beyond"),
        (changed("end", waist={"flex": 90}), "waist.flex: 90 degrees with chest is beyond"),
        (changed("end", neck={"flex": -80}), "neck.flex: -80 degrees with head is beyond"),
        (
            changed("end", foot_R={**FEET["foot_R"], "at": [6, 0, 9]}),
            "planted.ball_R: slips 6.0 cm during the movement",
        ),
        ({"kit": [], **changed("end", pelvis={"at": [-45, 60, 0]})}, "falls: the weight is"),
        ({"kit": []}, "kit.chair: is not drawn"),
        ({"muscles": ["hamstrings"]}, "muscles: hamstrings is none of the targets quadriceps"),
        ({"arrows": []}, "arrows: none shows the movement"),
        ({"arrows": [{"joint": "ball_L"}]}, "arrows.1.joint: ball_L moves only 0.0 cm"),
        ({"arrows": [{"joint": "pelvis", "shift": [90, 0]}]}, "arrows.1.shift: floats more than"),
        ({"words": "Down and up."}, "words: 12 characters are not one or two sentences"),
        ({"words": SQUAT["words"] + " The left knee."}, 'words: "left" is wrong for the other'),
        ({"slug": "sofa-squat"}, "slug: no exercise of the seed library has this name"),
    ],
)
def test_what_a_clinician_would_not_accept_is_named(changes: dict[str, Any], problem: str):
    found = problems(a_squat(**changes))
    assert [line for line in found if problem in line], found
    slug = changes.get("slug", "chair-squat")
    assert all(line.startswith(f"{slug}.yaml: {slug}: ") for line in found)


@pytest.mark.parametrize(
    ("joint", "motion", "beyond"),
    [
        ("hip_L", "flex", 140),
        ("hip_L", "flex", -45),
        ("hip_L", "abd", -45),
        ("hip_L", "rot", 85),
        ("knee_L", "flex", -15),
        ("ankle_L", "plantar", 85),
        ("ankle_L", "plantar", -55),
        ("elbow_L", "flex", 165),
        ("elbow_L", "flex", -20),
        ("wrist_L", "flex", 110),
    ],
)
def test_no_joint_goes_where_a_healthy_adult_cannot(joint: str, motion: str, beyond: int):
    found = problems(a_squat(**changed("end", **{joint: {motion: beyond}}, foot_L=None)))
    told = re.compile(rf"{joint}\.{motion}: -?\d+ degrees is beyond")
    assert [line for line in found if told.search(line)], found


@pytest.mark.parametrize(
    "kit",
    [{"wall": {"x": 8}}, {"step": {"at": [4, 9], "height": 12}}, {"bench": {"at": [-31, 0]}}],
)
def test_nobody_passes_through_what_is_solid(kit: dict[str, Any]):
    name = next(iter(kit))
    found = problems(a_squat(kit=[*SQUAT["kit"], kit]))
    assert [line for line in found if f"cm into the {name}" in line]


def test_a_good_figure_has_no_problems():
    assert problems(a_squat()) == []


def test_a_pressure_that_moves_nothing_needs_no_movement():
    push = [{"joint": "ball_L", "push": [0, -18, 0]}]
    assert problems(a_squat(arrows=push)) == []


def test_of_one_fault_only_the_worst_moment_is_told():
    high = a_squat(**changed("end", pelvis={"at": [-31, 120, 0]}))
    assert len([line for line in problems(high) if "foot_R.at" in line]) == 1
