from pathlib import Path
from typing import Any

import pytest

from rehab_tracker.exercises.figures import shelf
from rehab_tracker.exercises.figures.data import FigureInvalid, merged
from rehab_tracker.exercises.figures.fields import FieldInvalid
from tests.builders.figures import a_squat

WORDS = "words: Standing tall, then bending the knees, and coming up to standing tall again.\n"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"wrods": "x"}, "wrods: unknown"),
        ({"words": ""}, "words: is missing"),
        ({"side": "top"}, 'side: "top" is none of left, right, both'),
        ({"start": {"hip_L": {"flexx": 3}}}, "start.hip_L.flexx: unknown; known here: abd, flex"),
        ({"start": {"knee_L": "-.2"}}, 'start.knee_L.flex: "-.2" is no number'),
        ({"start": {"knie_L": 3}}, "start.knie_L: unknown"),
        ({"end": {"foot_R": {"toes": [1, 0]}}}, "end.foot_R.toes: has to be 3 numbers"),
        ({"end": {"hand_R": {"fingers": [1, 0, 0]}}}, "end.hand_R.at: is missing"),
        ({"end": {"hand_R": {"at": [0, 0, 0], True: "pelvis"}}}, "end.hand_R.True: is no name"),
        ({"end": 5}, "end: has to be a map"),
        ({"via": [7]}, "via.1: has to be a map"),
        ({"muscles": ["quadriseps"]}, 'muscles.1: "quadriseps" is none of'),
        ({"kit": ["sofa"]}, 'kit.1: "sofa" is none of'),
        ({"kit": [{"chair": {"colour": "red"}}]}, "kit.1.chair.colour: unknown"),
        ({"kit": [{"chair": {"height": "low"}}]}, 'kit.1.chair.height: "low" is no number'),
        ({"kit": [{"strap": {"path": ["wrist_R"]}}]}, "kit.1.strap.path: has to be at least two"),
        ({"kit": [{"dumbbell": {"at": ["nose", 0, 0, 0]}}]}, 'kit.1.dumbbell.at: "nose" is none'),
        ({"arrows": [{"joint": "tail"}]}, 'arrows.1.joint: "tail" is none of'),
        ({"camera": {"focus": "knee_R", "size": [9]}}, "camera.size: has to be 2 numbers"),
        ({"motion": "dance"}, 'motion: "dance" is none of'),
        ({"body": {"head": "up", "face": "down"}}, "body.face: has to be at right angles"),
        ({"person": 99}, 'person: "99" is none of'),
        (
            {"end": {"anchor": {"joint": "neck", "at": [0, 90, 0]}}},
            "end.anchor.joint: has to be the same in every pose",
        ),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], message: str):
    with pytest.raises(FieldInvalid) as refused:
        a_squat(**changes)
    assert str(refused.value).startswith(message)


def a_folder(tmp_path: Path, **files: str) -> Path:
    (tmp_path / "_positions.yaml").write_text("tall: {pose: {pelvis: {at: [0, tall, 0]}}}\n")
    for slug, text in files.items():
        (tmp_path / f"{slug}.yaml").write_text(text)
    return tmp_path


def test_a_wrong_field_is_told_with_its_file_and_exercise(tmp_path: Path):
    folder = a_folder(tmp_path, squat="from: tall\n" + WORDS + "end: {knee_L: bent}\n")
    with pytest.raises(FigureInvalid) as refused:
        shelf.load(folder)
    (problem,) = refused.value.problems
    assert problem.startswith('squat.yaml: squat: end.knee_L.flex: "bent" is no number')


@pytest.mark.parametrize("text", ["", "- a list", "a: b: c", "words: 1\nwords: 2"])
def test_one_broken_file_does_not_take_the_other_pictures_away(tmp_path: Path, text: str):
    folder = a_folder(tmp_path, broken=text, squat="from: tall\n" + WORDS)
    figures, problems = shelf.readable(folder)
    assert list(figures) == ["squat"]
    assert [problem.split(":")[0] for problem in problems] == ["broken.yaml"]


def test_a_new_place_of_a_foot_keeps_which_way_it_points_and_null_takes_it_away():
    base = {"foot_R": {"at": [0, 0, 9], "toes": [1, 0, 0], "knee": [1, 0, 0]}, "knee_L": 5}
    moved = merged(base, {"foot_R": {"ankle": [5, 20, 9]}, "knee_L": None})
    assert moved == {"foot_R": {"ankle": [5, 20, 9], "toes": [1, 0, 0], "knee": [1, 0, 0]}}


def test_a_new_place_of_a_hand_replaces_the_old_one():
    base = {"hand_R": {"by": "pelvis", "at": [15, 9, 3], "palm": [-1, 0, 0]}}
    assert merged(base, {"hand_R": {"at": [40, 92, 9]}}) == {"hand_R": {"at": [40, 92, 9]}}


def test_a_pose_hangs_on_its_anchor_or_on_its_pelvis_whichever_came_last():
    anchored = {"anchor": {"joint": "neck", "at": [0, 9, 0]}, "pelvis": {"side": 3}}
    assert "anchor" not in merged(anchored, {"pelvis": {"at": [0, 90, 0]}})
    placed = {"pelvis": {"at": [0, 90, 0], "flex": 4}}
    assert merged(placed, {"anchor": {"joint": "neck"}})["pelvis"] == {"flex": 4}
