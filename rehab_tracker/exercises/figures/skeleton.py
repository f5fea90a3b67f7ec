"""A mannequin's bones, posed by joint angles and by places that hands and feet must keep.

Joints name the bone that begins there: "hip_L" carries the left thigh, "knee_L" the shin,
"ankle_L" the foot, "ball_L" the toes, "shoulder_L" the upper arm, "elbow_L" the forearm and
"wrist_L" the hand. A bone's axes are x outward (on the trunk: to the body's left), y toward the
head end and z to the front.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from rehab_tracker.exercises.figures.poses import Goal, Mix, Pose
from rehab_tracker.exercises.figures.vectors import (
    ORIGIN,
    WORLD,
    Frame,
    Vec,
    across,
    add,
    apply,
    bone_frame,
    cross,
    dot,
    flat_frame,
    length,
    lerp,
    mixed,
    mul,
    sub,
    turn,
    unit,
)

THIGH, SHIN, UPPER_ARM, FOREARM = 42.0, 41.0, 28.0, 24.5
HIP: Vec = (8.6, -2.0, 0.0)
SHOULDER: Vec = (15.4, 15.2, -0.5)
SOLE, HEEL, BALL = 7.0, -4.6, 10.0  # of the foot, from the ankle: down, back, forward
PALM: Vec = (0.0, -6.5, 2.2)  # what a hand presses or holds with, from the wrist
SPINE = (
    ("waist", "pelvis", (0.0, 12.0, 0.0)),
    ("chest", "waist", (0.0, 14.0, 0.0)),
    ("neck", "chest", (0.0, 22.5, -1.5)),
    ("head", "neck", (0.0, 9.5, 1.6)),
)
SIDES = (("_L", 1.0), ("_R", -1.0))
MIDLINE = frozenset({"pelvis", "waist", "chest", "neck", "head", "world"})


@dataclass(slots=True)
class Body:
    """Where every joint is, and how the bone that begins there is turned."""

    frames: dict[str, Frame] = field(default_factory=lambda: {"world": WORLD})
    joints: dict[str, Vec] = field(default_factory=lambda: {"world": ORIGIN})
    short: dict[str, float] = field(default_factory=dict)  # cm by which hands and feet miss
    share: float = 0.0  # of the movement that is done
    arches: dict[str, float] = field(default_factory=dict)  # how far feet are shortened, 0 to 1
    ankles: dict[str, Vec] = field(default_factory=dict)  # where they have to be

    def at(self, joint: str, out: float = 0, along: float = 0, forward: float = 0) -> Vec:
        """Return a point near a joint; `out` counts away from the midline on limbs."""
        side = -1 if joint.endswith("_R") else 1
        return add(self.joints[joint], apply(self.frames[joint], (out * side, along, forward)))

    def direction(self, joint: str, v: Vec) -> Vec:
        """Return a direction of a bone's axes in the world."""
        return sub(self.at(joint, *v), self.joints[joint])

    def shift(self, by: Vec) -> None:
        """Move the whole body."""
        for joint, point in self.joints.items():
            if joint != "world":
                self.joints[joint] = add(point, by)


def stand(axes: Frame, pose: Pose) -> Body:
    """Return the body whose pelvis has these axes before the pose turns it."""
    body = Body()
    body.joints["pelvis"] = ORIGIN
    body.frames["pelvis"] = _bent(axes, pose, "pelvis")
    for joint, parent, offset in SPINE:
        body.joints[joint] = body.at(parent, *offset)
        body.frames[joint] = _bent(body.frames[parent], pose, joint)
    for side, k in SIDES:
        body.arches[side] = pose.angle(f"ankle{side}.arch")
        _hang_leg(body, pose, side, k)
        _hang_arm(body, pose, side, k)
    body.shift(sub(pose.anchor.at, body.joints[pose.anchor.joint]))
    for side, _ in SIDES:
        if goal := pose.goals.get("foot" + side):
            _place_foot(body, pose, side, goal)
    for side, k in SIDES:
        if goal := pose.goals.get("hand" + side):
            _place_hand(body, pose, side, k, goal)
    return body


def stood_up(axes: Frame, pose: Pose) -> Pose:
    """Return the pose with the pelvis as high as its standing feet allow."""
    body = stand(axes, pose)
    heights = []
    for side, _ in SIDES:
        goal = pose.goals.get("foot" + side)
        if isinstance(goal, Goal) and goal.flat:
            hip, way = body.joints["hip" + side], body.ankles["foot" + side]
            level = (way[0] - hip[0]) ** 2 + (way[2] - hip[2]) ** 2
            leg = THIGH + SHIN - 0.15
            heights.append(way[1] + math.sqrt(max(leg**2 - level, 1.0)) - hip[1])
    x, y, z = pose.anchor.at
    return replace(pose, anchor=replace(pose.anchor, at=(x, y + min(heights, default=91.0), z)))


def _bent(frame: Frame, pose: Pose, joint: str) -> Frame:
    frame = turn(frame, 0, pose.angle(joint + ".flex"))
    frame = turn(frame, 2, pose.angle(joint + ".side"))
    return turn(frame, 1, pose.angle(joint + ".turn"))


def _swung(frame: Frame, pose: Pose, joint: str, k: float) -> Frame:
    frame = turn(frame, 0, -pose.angle(joint + ".flex"))
    frame = turn(frame, 2, k * pose.angle(joint + ".abd"))
    return turn(frame, 1, k * pose.angle(joint + ".rot"))


def _hang_leg(body: Body, pose: Pose, side: str, k: float) -> None:
    hip, knee, ankle = "hip" + side, "knee" + side, "ankle" + side
    body.joints[hip] = body.at("pelvis", HIP[0] * k, HIP[1], HIP[2])
    body.frames[hip] = _swung(body.frames["pelvis"], pose, hip, k)
    body.joints[knee] = body.at(hip, 0, -THIGH, 0)
    body.frames[knee] = turn(body.frames[hip], 0, pose.angle(knee + ".flex"))
    body.joints[ankle] = body.at(knee, 0, -SHIN, 0)
    _hang_foot(body, pose, side)


def _hang_foot(body: Body, pose: Pose, side: str) -> None:
    ankle = "ankle" + side
    frame = turn(body.frames["knee" + side], 0, pose.angle(ankle + ".plantar"))
    _finish_foot(body, side, frame, pose.angle(ankle + ".toes"))


def _finish_foot(body: Body, side: str, frame: Frame, toes_up: float) -> None:
    ankle = "ankle" + side
    body.frames[ankle] = frame
    body.joints["heel" + side] = body.at(ankle, 0, -SOLE, HEEL)
    body.joints["ball" + side] = body.at(ankle, 0, -SOLE, BALL - body.arches[side])
    body.frames["heel" + side] = frame
    body.frames["ball" + side] = turn(frame, 0, -toes_up)


def _hang_arm(body: Body, pose: Pose, side: str, k: float) -> None:
    shoulder, elbow = "shoulder" + side, "elbow" + side
    frame = _swung(body.frames["chest"], pose, shoulder, k)
    body.frames[shoulder] = frame
    body.joints[shoulder] = _shoulder(body, k, mul(frame.y, -1))
    body.joints[elbow] = body.at(shoulder, 0, -UPPER_ARM, 0)
    body.frames[elbow] = turn(frame, 0, -pose.angle(elbow + ".flex"))
    body.joints["wrist" + side] = body.at(elbow, 0, -FOREARM, 0)
    _hang_hand(body, pose, side, k)


def _shoulder(body: Body, k: float, arm: Vec) -> Vec:
    """Return the shoulder: the blade follows the arm up when raised, forward when it reaches."""
    chest = body.frames["chest"]
    raised, reach = dot(arm, chest.y) + 0.35, dot(arm, chest.z)
    lift = max(0.0, raised) * 3.2
    return body.at(
        "chest", (SHOULDER[0] - lift * 0.5) * k, SHOULDER[1] + lift, SHOULDER[2] + reach * 2.0
    )


def _hang_hand(body: Body, pose: Pose, side: str, k: float) -> None:
    wrist = "wrist" + side
    frame = turn(body.frames["elbow" + side], 1, -k * pose.angle("elbow" + side + ".pronate"))
    body.frames[wrist] = turn(frame, 0, -pose.angle(wrist + ".flex"))


def two_bone(origin: Vec, target: Vec, a: float, b: float, toward: Vec) -> tuple[Vec, Vec, Vec]:
    """Return middle joint, end and bending direction of a chain of two bones.

    A target out of reach is approached as far as the bones allow.
    """
    way = sub(target, origin)
    reach = min(max(length(way), abs(a - b) + 0.01), a + b - 0.01)
    n = unit(way)
    side = across(toward, n)
    cosine = (a * a + reach * reach - b * b) / (2 * a * reach)
    height = a * math.sqrt(max(0.0, 1 - cosine * cosine))
    middle = add(origin, add(mul(n, a * cosine), mul(side, height)))
    return middle, add(origin, mul(n, reach)), side


@dataclass(frozen=True, slots=True)
class _Reach:
    """What a limb is asked for: its end, where the middle joint points, how hand or foot lie."""

    end: Vec
    bend: Vec
    frame: Frame | None

    def toward(self, other: "_Reach", share: float, own: Frame) -> "_Reach":
        """Return what lies between two requests; a frame that is free follows the limb's own."""
        frame = mixed(self.frame or own, other.frame or own, share)
        return _Reach(lerp(self.end, other.end, share), lerp(self.bend, other.bend, share), frame)


def _reach(
    body: Body, pose: Pose, side: str, goal: Goal | Mix | None, place: Callable[..., _Reach]
) -> _Reach:
    if not isinstance(goal, Mix):
        return place(body, pose, side, goal)
    start, end = (place(body, pose, side, each) for each in (goal.start, goal.end))
    own = body.frames[("ankle" if place is _foot else "wrist") + side]
    return start.toward(end, goal.share, own)


def _in_world(body: Body, goal: Goal, v: Vec, k: float) -> Vec:
    """Return a goal's direction in the world; on a trunk bone x counts outward for either side."""
    if goal.on is None:
        return v
    return body.direction(goal.on, (v[0] * (k if goal.on in MIDLINE else 1), v[1], v[2]))


def _place(body: Body, goal: Goal, k: float) -> Vec:
    at = _in_world(body, goal, goal.at, k)
    return add(body.joints[goal.on], at) if goal.on else at


def _foot(body: Body, pose: Pose, side: str, goal: Goal | None) -> _Reach:
    hip, ankle = "hip" + side, "ankle" + side
    if goal is None:
        return _Reach(body.joints[ankle], body.frames[hip].z, None)
    k, front = dict(SIDES)[side], body.frames["pelvis"].z
    end = _place(body, goal, k)
    bend = _in_world(body, goal, goal.bend, k) if goal.bend else front
    if not goal.flat:
        return _Reach(end, bend, None)
    tiptoe = pose.angle(f"foot{side}.tiptoe")
    flat = flat_frame(_in_world(body, goal, goal.point or front, k))
    frame = turn(flat, 0, tiptoe)
    pivot = BALL if tiptoe >= 0 or pose.angle(f"foot{side}.edge") else HEEL
    end = add(add(end, mul(flat.z, pivot)), apply(frame, (0.0, SOLE, -pivot)))
    return _Reach(end, bend, frame)


def _place_foot(body: Body, pose: Pose, side: str, goal: Goal | Mix) -> None:
    hip, knee, ankle = "hip" + side, "knee" + side, "ankle" + side
    reach = _reach(body, pose, side, goal, _foot)
    middle, end, toward = two_bone(body.joints[hip], reach.end, THIGH, SHIN, reach.bend)
    body.frames[hip] = bone_frame(body.joints[hip], middle, toward)
    body.frames[knee] = bone_frame(middle, end, toward)
    body.joints[knee], body.joints[ankle] = middle, end
    body.ankles["foot" + side] = reach.end
    body.short["foot" + side] = length(sub(reach.end, end))
    if reach.frame is None:
        _hang_foot(body, pose, side)
    else:
        _finish_foot(body, side, reach.frame, max(0.0, pose.angle(f"foot{side}.tiptoe")))


def _hand(body: Body, _pose: Pose, side: str, goal: Goal | None) -> _Reach:
    chest, wrist = body.frames["chest"], "wrist" + side
    if goal is None:
        return _Reach(body.joints[wrist], mul(body.frames["shoulder" + side].z, -1), None)
    k = dict(SIDES)[side]
    end = _place(body, goal, k)
    usual = add(add(mul(chest.x, 0.6 * k), mul(chest.y, -1)), mul(chest.z, -0.8))
    bend = _in_world(body, goal, goal.bend, k) if goal.bend else usual
    if not (goal.point and goal.palm):
        return _Reach(end, bend, None)
    y = mul(unit(_in_world(body, goal, goal.point, k)), -1)
    palm = across(_in_world(body, goal, goal.palm, k), y)
    frame = Frame(cross(y, palm), y, palm)
    return _Reach(sub(end, apply(frame, PALM)), bend, frame)


def _place_hand(body: Body, pose: Pose, side: str, k: float, goal: Goal | Mix) -> None:
    shoulder, elbow, wrist = "shoulder" + side, "elbow" + side, "wrist" + side
    reach = _reach(body, pose, side, goal, _hand)
    body.joints[shoulder] = _shoulder(body, k, unit(sub(reach.end, body.joints[shoulder])))
    origin = body.joints[shoulder]
    middle, end, toward = two_bone(origin, reach.end, UPPER_ARM, FOREARM, reach.bend)
    body.frames[shoulder] = bone_frame(origin, middle, mul(toward, -1))
    body.frames[elbow] = bone_frame(middle, end, mul(toward, -1))
    body.joints[elbow], body.joints[wrist] = middle, end
    body.short["hand" + side] = length(sub(reach.end, end))
    if reach.frame is None:
        _hang_hand(body, pose, side, k)
    else:
        body.frames[wrist] = reach.frame
