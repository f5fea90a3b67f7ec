import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehab_tracker.exercises.figures.checks import clinical_angles
from rehab_tracker.exercises.figures.data import figure
from rehab_tracker.exercises.figures.poses import Goal, Pose, blend, swapped
from rehab_tracker.exercises.figures.skeleton import SHIN, THIGH, Body, stand
from rehab_tracker.exercises.figures.vectors import Frame, Vec, length, sub
from tests.builders.figures import SQUAT, a_squat

FACING_RIGHT = Frame((0, 0, -1), (0, 1, 0), (1, 0, 0))
within = st.floats
points = st.tuples(within(-120, 120), within(-20, 200), within(-80, 80))
directions = st.tuples(within(-1, 1), within(-1, 1), within(-1, 1)).filter(
    lambda v: length(v) > 0.1
)
shares = within(0, 1)


def angles(hip: float, abd: float, rot: float, knee: float) -> Pose:
    return Pose({"hip_R.flex": hip, "hip_R.abd": abd, "hip_R.rot": rot, "knee_R.flex": knee})


@given(points, directions)
def test_no_place_of_a_foot_bends_the_knee_backward_or_stretches_a_bone(at: Vec, bend: Vec):
    body = stand(FACING_RIGHT, Pose(goals={"foot_R": Goal(at, bend=bend)}))
    assert clinical_angles(body)["knee_R.flex"] >= -0.5
    assert length(sub(body.joints["knee_R"], body.joints["hip_R"])) == pytest.approx(THIGH)
    assert length(sub(body.joints["ankle_R"], body.joints["knee_R"])) == pytest.approx(SHIN)


@given(points, points, directions, shares)
def test_the_knee_never_bends_backward_on_the_way_between_two_places(
    start: Vec, end: Vec, bend: Vec, share: float
):
    way = [
        Pose(goals={"foot_R": Goal(at, bend=bend, flat=flat)})
        for at, flat in ((start, True), (end, False))
    ]
    body = stand(FACING_RIGHT, blend(*way, share))
    assert clinical_angles(body)["knee_R.flex"] >= -0.5


@given(within(-30, 120), within(-30, 50), within(-40, 60), within(0, 150))
def test_the_angles_that_are_written_are_those_that_are_measured(
    hip: float, abd: float, rot: float, knee: float
):
    found = clinical_angles(stand(FACING_RIGHT, angles(hip, abd, rot, knee)))
    assert found["knee_R.flex"] == pytest.approx(knee, abs=0.01)
    assert found["hip_R.abd"] == pytest.approx(abd, abs=0.01)
    if abs(abd) < 49:
        assert found["hip_R.flex"] == pytest.approx(hip, abs=0.01)
        assert found["hip_R.rot"] == pytest.approx(rot, abs=0.01)


@pytest.mark.parametrize("side", ["_L", "_R"])
def test_abduction_leads_either_leg_away_from_the_other(side: str):
    together = stand(FACING_RIGHT, Pose())
    apart = stand(FACING_RIGHT, Pose({f"hip{side}.abd": 30}))
    outward = -1 if side == "_L" else 1
    moved = apart.joints["ankle" + side][2] - together.joints["ankle" + side][2]
    assert moved * outward > 30


@given(shares)
def test_feet_that_stand_stay_where_they_are_during_the_whole_movement(share: float):
    squat = a_squat()
    before, now = squat.body(0), squat.body(share)
    for joint in ("heel_L", "ball_L", "heel_R", "ball_R"):
        assert math.dist(before.joints[joint], now.joints[joint]) < 0.5


def test_a_raised_heel_leaves_the_ball_of_the_foot_where_it_is():
    pose = {**SQUAT["pose"], "foot_R": {**SQUAT["pose"]["foot_R"], "tiptoe": 40}}
    flat, raised = a_squat().body(0), a_squat(pose=pose).body(0)
    assert math.dist(flat.joints["ball_R"], raised.joints["ball_R"]) < 0.5
    assert raised.joints["heel_R"][1] - flat.joints["heel_R"][1] > 7


def test_standing_tall_straightens_the_knees():
    found = clinical_angles(a_squat().body(0))
    assert found["knee_L.flex"] == pytest.approx(0, abs=8)
    assert found["knee_R.flex"] == pytest.approx(0, abs=8)


def test_what_cannot_be_reached_is_known():
    far = Pose(goals={"hand_R": Goal((200.0, 100.0, 0.0))})
    assert stand(FACING_RIGHT, far).short["hand_R"] > 100


def heights(body: Body, side: str) -> list[float]:
    return [round(body.joints[joint + side][1], 6) for joint in ("hip", "knee", "ankle", "wrist")]


def test_the_second_step_of_a_gait_is_the_first_one_on_the_other_leg():
    doc = {**SQUAT, "motion": "gait", "pose": {}, "start": {"hip_R": {"flex": 30}, "knee_R": 20}}
    gait = figure("walk", doc, {})
    for share in (0.0, 0.1, 0.25, 0.4):
        first, second = gait.body(share), gait.body(share + 0.5)
        assert heights(first, "_R") == heights(second, "_L")
    assert swapped(swapped(gait.poses[0])) == gait.poses[0]
