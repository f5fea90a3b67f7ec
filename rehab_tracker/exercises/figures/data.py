"""Reads figures from YAML and says what is wrong by file, exercise and field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehab_tracker.exercises.figures.anatomy import HANDS
from rehab_tracker.exercises.figures.fields import (
    JOINTS,
    LIMBS,
    FieldInvalid,
    known,
    names,
    number,
    one_of,
    pair,
    rows,
    setting,
    table,
    text,
    vector,
    yes,
)
from rehab_tracker.exercises.figures.figure import Arrow, Figure, Item, Motion, Window
from rehab_tracker.exercises.figures.kit import KIT
from rehab_tracker.exercises.figures.merging import Row, described, merged, muscle_of, source_of
from rehab_tracker.exercises.figures.muscles import MUSCLES
from rehab_tracker.exercises.figures.outlines import Camera
from rehab_tracker.exercises.figures.palettes import PEOPLE
from rehab_tracker.exercises.figures.poses import Anchor, Goal, Pose, swapped
from rehab_tracker.exercises.figures.skeleton import stood_up
from rehab_tracker.exercises.figures.vectors import ORIGIN, Frame, Vec, cross, dot

DIRECTIONS: Mapping[str, Vec] = {
    "right": (1, 0, 0),
    "left": (-1, 0, 0),
    "up": (0, 1, 0),
    "down": (0, -1, 0),
    "viewer": (0, 0, 1),
    "away": (0, 0, -1),
}
TRUNK_MOTIONS = ("flex", "side", "turn")
MOTIONS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("pelvis", "waist", "chest", "neck", "head"), TRUNK_MOTIONS),
    "hip": ("flex", "abd", "rot"),
    "knee": ("flex",),
    "ankle": ("plantar", "toes", "arch"),
    "shoulder": ("flex", "abd", "rot"),
    "elbow": ("flex", "pronate"),
    "wrist": ("flex",),
}
LAYERS = frozenset({"torso", "head", *LIMBS})
GOAL_FIELDS = {
    "foot": {"at", "ankle", "by", "knee", "toes", "tiptoe", "edge"},
    "hand": {"at", "by", "elbow", "fingers", "palm"},
}
SCENE_FIELDS = {"words", "side", "from", "body", "camera", "feet", "person", "order", "far"}
PLAY_FIELDS = {"pose", "start", "via", "end", "motion", "seconds", "planted", "grip"}
FIELDS = frozenset({*SCENE_FIELDS, *PLAY_FIELDS, "kit", "muscles", "arrows"})


class FigureInvalid(Exception):
    """Figures cannot be used; `problems` says why, one line for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def figure(slug: str, doc: Row, positions: Row) -> Figure:
    """Return the figure that a document describes; raises FieldInvalid."""
    names("from", doc.get("from", []), positions)
    whole = described(doc, positions)
    table("", whole, FIELDS)
    side = one_of("side", whole.get("side", "right"), ("left", "right", "both"))
    person = int(one_of("person", whole.get("person", 0), range(len(PEOPLE))))
    return Figure(
        slug=slug,
        words=text("words", whole.get("words")),
        side=side,
        axes=_axes(whole.get("body", {})),
        camera=_camera(whole.get("camera", {})),
        window=_window(whole.get("camera", {})),
        poses=tuple(_poses(whole)),
        muscles_worked=tuple(_muscles(whole.get("muscles", []), side)),
        kit=tuple(_kit(whole.get("kit", []))),
        arrows=tuple(_arrows(whole.get("arrows", []))),
        motion=Motion(one_of("motion", whole.get("motion", "swing"), tuple(Motion))),
        seconds=number("seconds", whole.get("seconds", 4)),
        planted=tuple(names("planted", whole.get("planted", []), JOINTS)),
        grips=tuple(_grips(whole.get("grip", {}))),
        order=tuple(names("order", whole.get("order", []), LAYERS | KIT.keys())),
        far=frozenset(names("far", whole["far"], LAYERS)) if "far" in whole else None,
        bare=one_of("feet", whole.get("feet", "shoes"), ("shoes", "bare")) == "bare",
        person=person,
        source=source_of(slug, whole),
    )


def _axes(row: Row) -> Frame:
    table("body", row, {"head", "face"})
    y = DIRECTIONS[one_of("body.head", row.get("head", "up"), tuple(DIRECTIONS))]
    z = DIRECTIONS[one_of("body.face", row.get("face", "right"), tuple(DIRECTIONS))]
    if dot(y, z):
        raise FieldInvalid("body.face", "has to be at right angles to body.head")
    return Frame(cross(y, z), y, z)


def _camera(row: Row) -> Camera:
    given = table("camera", row, {"yaw", "pitch", "focus", "size"})
    yaw, pitch = given.get("yaw", 0), given.get("pitch", 8)
    return Camera(number("camera.yaw", yaw), number("camera.pitch", pitch))


def _window(row: Row) -> Window | None:
    if "focus" not in row:
        return None
    joint = one_of("camera.focus", row["focus"], sorted(JOINTS))
    size = row.get("size", 60)
    if isinstance(size, list):
        return Window(joint, pair("camera.size", size))
    return Window(joint, (number("camera.size", size),) * 2)


def _poses(whole: Row) -> Iterator[Pose]:
    """Return start, the ways through which it goes, and end."""
    base = merged({}, table("pose", whole.get("pose", {})))
    via = whole.get("via", [])
    ways = [("start", whole.get("start", {}))]
    ways += [(f"via.{i + 1}", row) for i, row in enumerate(via if isinstance(via, list) else [via])]
    ways += [("end", whole.get("end", {}))]
    poses = [_pose(name, merged(base, table(name, row))) for name, row in ways]
    for (name, _), pose in zip(ways[1:], poses[1:], strict=True):
        if pose.anchor.joint != poses[0].anchor.joint:
            raise FieldInvalid(f"{name}.anchor.joint", "has to be the same in every pose")
    axes = _axes(whole.get("body", {}))
    poses = [stood_up(axes, pose) if pose.anchor.tall else pose for pose in poses]
    yield from poses
    if whole.get("motion") == Motion.GAIT:  # the next step begins as this one did, on the other leg
        yield swapped(poses[0])
    if whole.get("motion") == Motion.CYCLE:
        yield poses[0]


@dataclass(slots=True)
class _Draft:
    angles: dict[str, float] = field(default_factory=dict)
    goals: dict[str, Goal] = field(default_factory=dict)
    anchor: Anchor = field(default_factory=Anchor)


def _pose(path: str, row: Row) -> Pose:
    draft = _Draft()
    for key, value in row.items():
        here = f"{path}.{key}"
        name, _, side = key.rpartition("_")
        if key == "anchor":
            draft.anchor = _anchor(here, value)
        elif name in GOAL_FIELDS and side in ("L", "R"):
            draft.goals[key] = _goal(here, name, value)
            for angle in ("tiptoe", "edge"):
                if angle in value:
                    draft.angles[f"{key}.{angle}"] = number(f"{here}.{angle}", value[angle])
        else:
            known(path, key, JOINTS)
            _angles(draft, here, key, value if isinstance(value, dict) else {"flex": value})
    return Pose(draft.angles, draft.goals, draft.anchor)


def _angles(draft: _Draft, path: str, joint: str, row: Row) -> None:
    allowed = MOTIONS.get(joint.removesuffix("_L").removesuffix("_R"), ())
    for motion, value in row.items():
        if joint == "pelvis" and motion == "at":
            draft.anchor = _pelvis(f"{path}.at", value)
            continue
        known(path, motion, allowed)
        draft.angles[f"{joint}.{motion}"] = number(f"{path}.{motion}", value)


def _pelvis(path: str, value: Any) -> Anchor:
    """Return where the pelvis is; at the height "tall" it is as high as straight legs allow."""
    tall = isinstance(value, list) and len(value) == 3 and value[1] == "tall"  # noqa: PLR2004
    return Anchor("pelvis", vector(path, [value[0], 0, value[2]] if tall else value), tall)


def _anchor(path: str, row: Row) -> Anchor:
    table(path, row, {"joint", "at"})
    joint = one_of(f"{path}.joint", row.get("joint", "pelvis"), tuple(sorted(JOINTS)))
    return Anchor(joint, vector(f"{path}.at", row.get("at")))


def _goal(path: str, limb: str, row: Row) -> Goal:
    table(path, row, GOAL_FIELDS[limb])
    flat = limb == "foot" and "at" in row
    place = "at" if flat or limb == "hand" else "ankle"
    if place not in row:
        raise FieldInvalid(f"{path}.at", "is missing")

    def direction(*keys: str) -> Vec | None:
        return next((vector(f"{path}.{key}", row[key]) for key in keys if key in row), None)

    return Goal(
        vector(f"{path}.{place}", row[place]),
        one_of(f"{path}.by", row["by"], tuple(sorted(JOINTS))) if "by" in row else None,
        bend=direction("knee", "elbow"),
        point=direction("toes", "fingers"),
        palm=direction("palm"),
        flat=flat,
    )


def _muscles(given: Any, side: str) -> Iterator[tuple[str, str]]:
    usual = {"left": "L", "right": "R"}.get(side, "both")
    for i, row in enumerate(rows("muscles", given)):
        name, where = muscle_of(str(row))
        worked = where or usual
        one_of(f"muscles.{i + 1}", name, tuple(MUSCLES))
        for letter in "LR" if worked == "both" else worked:
            yield name, letter


def _kit(given: Any) -> Iterator[Item]:
    for i, row in enumerate(rows("kit", given)):
        path = f"kit.{i + 1}"
        entry = row if isinstance(row, dict) else {row: None}
        if len(entry) != 1:
            raise FieldInvalid(path, "has to be one piece of kit")
        ((name, settings),) = entry.items()
        one_of(path, name, tuple(KIT))
        path = f"{path}.{name}"
        found = table(path, settings or {}, KIT[name].settings | {"layer"})
        yield Item(
            name,
            {key: setting(name, f"{path}.{key}", key, value) for key, value in found.items()},
        )


def _arrows(given: Any) -> Iterator[Arrow]:
    for i, row in enumerate(rows("arrows", given)):
        path = f"arrows.{i + 1}"
        table(path, row, {"joint", "at", "shift", "straight", "push", "back"})
        shift = row.get("shift")
        yield Arrow(
            one_of(f"{path}.joint", row.get("joint"), tuple(sorted(JOINTS))),
            vector(f"{path}.at", row.get("at", ORIGIN)),
            pair(f"{path}.shift", shift) if shift else None,
            yes(f"{path}.straight", row.get("straight", False)),
            vector(f"{path}.push", row["push"]) if "push" in row else None,
            yes(f"{path}.back", row.get("back", False)),
        )


def _grips(value: Any) -> Iterator[tuple[str, str]]:
    both = value if isinstance(value, dict) else {"L": value, "R": value}
    for side, grip in both.items():
        known("grip", side, {"L", "R"})
        yield "_" + side, one_of(f"grip.{side}", grip, tuple(HANDS))
