"""What a pose says: joint angles in clinical terms, and where hands and feet have to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from rehab_tracker.exercises.figures.vectors import ORIGIN, Vec, lerp

NEUTRAL = MappingProxyType(
    {
        "shoulder_L.abd": 8.0,
        "shoulder_R.abd": 8.0,
        "elbow_L.flex": 12.0,
        "elbow_R.flex": 12.0,
        "elbow_L.pronate": 75.0,
        "elbow_R.pronate": 75.0,
    }
)


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a hand or a foot has to be, in the world or in the axes of the joint `on`.

    `bend` is where elbow or knee point, `point` where fingers or toes point, `palm` where the
    palm faces. A flat foot stands on `at` below its ankle; otherwise `at` is the ankle itself.
    """

    at: Vec
    on: str | None = None
    bend: Vec | None = None
    point: Vec | None = None
    palm: Vec | None = None
    flat: bool = False


@dataclass(frozen=True, slots=True)
class Mix:
    """The way from one kind of place to another, of which None is where the angles lead."""

    start: Goal | None
    end: Goal | None
    share: float


@dataclass(frozen=True, slots=True)
class Anchor:
    """The one joint that is put to a place in the world; the body hangs on it."""

    joint: str = "pelvis"
    at: Vec = ORIGIN
    tall: bool = False  # as high as straight legs allow


@dataclass(frozen=True, slots=True)
class Pose:
    """Angles by "joint.motion" in degrees, goals by "hand_L" or "foot_R"."""

    angles: Mapping[str, float] = field(default_factory=dict)
    goals: Mapping[str, Goal | Mix] = field(default_factory=dict)
    anchor: Anchor = field(default_factory=Anchor)

    def angle(self, key: str) -> float:
        """Return an angle in degrees, neutral if the pose does not mention it."""
        return self.angles.get(key, NEUTRAL.get(key, 0.0))


def blend(a: Pose, b: Pose, t: float) -> Pose:
    """Return the pose at the share t of the way; both hang on the same joint."""
    keys = dict.fromkeys([*a.angles, *b.angles])
    limbs = dict.fromkeys([*a.goals, *b.goals])
    goals = {limb: _between(a.goals.get(limb), b.goals.get(limb), t) for limb in limbs}
    return Pose(
        {key: a.angle(key) + (b.angle(key) - a.angle(key)) * t for key in keys},
        {limb: goal for limb, goal in goals.items() if goal},
        replace(a.anchor, at=lerp(a.anchor.at, b.anchor.at, t)),
    )


def _between(a: Goal | Mix | None, b: Goal | Mix | None, t: float) -> Goal | Mix | None:
    if t in (0, 1):
        return b if t else a
    assert not isinstance(a, Mix)
    assert not isinstance(b, Mix)
    if a is None or b is None or (a.on, a.flat) != (b.on, b.flat):
        return Mix(a, b, t)
    return replace(
        a,
        at=lerp(a.at, b.at, t),
        bend=_turned(a.bend, b.bend, t),
        point=_turned(a.point, b.point, t),
        palm=_turned(a.palm, b.palm, t),
    )


def _turned(a: Vec | None, b: Vec | None, t: float) -> Vec | None:
    return lerp(a, b, t) if a and b else a or b


def other_side(key: str) -> str:
    """Return the name of the same part on the other side of the body."""
    name, dot, motion = key.partition(".")
    ends = {"_L": "_R", "_R": "_L"}
    return name[:-2] + ends[name[-2:]] + dot + motion if name[-2:] in ends else key


def swapped(pose: Pose) -> Pose:
    """Return the pose with left and right exchanged, for a body that faces along the x axis."""
    anchor = pose.anchor
    return Pose(
        {other_side(key): _mirrored_angle(key, value) for key, value in pose.angles.items()},
        {other_side(key): _mirrored_goal(goal) for key, goal in pose.goals.items()},
        replace(anchor, joint=other_side(anchor.joint), at=_mirrored(anchor.at)),
    )


def _mirrored_angle(key: str, value: float) -> float:
    of_trunk = key.endswith((".side", ".turn"))
    return -value if of_trunk else value


def _mirrored(v: Vec) -> Vec:
    return (v[0], v[1], -v[2])


def _mirrored_goal(goal: Goal | Mix) -> Goal | Mix:
    assert isinstance(goal, Goal)
    if goal.on:
        return replace(goal, on=other_side(goal.on))
    return replace(
        goal,
        at=_mirrored(goal.at),
        bend=goal.bend and _mirrored(goal.bend),
        point=goal.point and _mirrored(goal.point),
        palm=goal.palm and _mirrored(goal.palm),
    )
