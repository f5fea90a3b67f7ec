"""What a clinician would not accept in a figure, named by file, exercise and field."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import asin, atan2, degrees

from rehab_tracker.exercises.figures import anatomy, arrows
from rehab_tracker.exercises.figures.figure import Arrow, Figure, Motion
from rehab_tracker.exercises.figures.furniture import Block, blocks
from rehab_tracker.exercises.figures.outlines import Sphere
from rehab_tracker.exercises.figures.poses import Goal
from rehab_tracker.exercises.figures.skeleton import SIDES, Body
from rehab_tracker.exercises.figures.stage import Scene
from rehab_tracker.exercises.figures.vectors import Vec, add, dot, length, mul, sub, turn
from rehab_tracker.exercises.seed import SeedExercise, load_library

MOMENTS = 9
PLANTED_MOVES = 1.0  # cm
DEEPEST = 1.0  # cm through a floor, a wall or furniture
SMALLEST_MOVE = 3.0  # cm on the screen
FARTHEST_ARROW = 40.0  # cm beside its joint
OUT_OF_REACH = 1.5  # cm
LYING = 60.0  # cm, the height of a pelvis that sits or lies
OFF_BALANCE = 6.0  # cm outside the feet
# Joint limits of healthy adults with a little tolerance, degrees.
LIMITS = {
    "knee.flex": (-4, 158),
    "hip.flex": (-32, 135),
    "hip.abd": (-35, 60),
    "hip.rot": (-55, 75),
    "ankle.plantar": (-42, 75),
    "elbow.flex": (-5, 158),
    "wrist.flex": (-95, 95),
}
BENT, FREER_WHEN_BENT = 70, 20  # a bent hip turns and spreads farther, as in a figure four
TRUNK_LIMITS = {"flex": (-45, 75), "side": (-40, 40), "turn": (-60, 60)}
NECK_LIMITS = {"flex": (-60, 60), "side": (-45, 45), "turn": (-80, 80)}
# Share of the body's weight that lies halfway between two joints.
WEIGHTS = (
    (0.50, "pelvis", "chest"),
    (0.08, "head", "head"),
    *((0.1, "hip" + s, "knee" + s) for s, _ in SIDES),
    *((0.06, "knee" + s, "ankle" + s) for s, _ in SIDES),
    *((0.03, "shoulder" + s, "elbow" + s) for s, _ in SIDES),
    *((0.02, "elbow" + s, "wrist" + s) for s, _ in SIDES),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a field; of one kind of fault only the worst moment is told."""

    field: str
    message: str
    amount: float = 0.0


def problems(figure: Figure) -> list[str]:
    """Return one line for every fault, none for a figure that may be shown."""
    exercise = load_library().exercises.get(figure.slug)
    worst: dict[str, Fault] = {}
    for fault in _faults(figure, exercise):
        kind = re.sub(r"^(start|on the way|end)\.", "", fault.field)
        if kind not in worst or worst[kind].amount < fault.amount:
            worst[kind] = fault
    start = f"{figure.slug}.yaml: {figure.slug}"
    return [f"{start}: {fault.field}: {fault.message}" for fault in worst.values()]


def _faults(figure: Figure, exercise: SeedExercise | None) -> Iterator[Fault]:
    scene = Scene(figure, figure.camera)
    bodies = [figure.body(i / (MOMENTS - 1)) for i in range(MOMENTS)]
    names = ["start", *["on the way"] * (MOMENTS - 2), "end"]
    solids = [
        (item.name, block)
        for item in figure.kit
        if item.name != "mat" or item.settings.get("height")
        for block in blocks(item.name, item.settings, scene.span)
    ]
    for name, body in zip(names, bodies, strict=True):
        for fault in (*_beyond_limits(body), *_short(body), *_sunken(body, solids)):
            yield replace(fault, field=f"{name}.{fault.field}")
    yield from _bent_trunk(figure)
    yield from _slipping(figure, bodies)
    yield from _falling(figure, bodies)
    yield from _arrows(figure, scene)
    yield from _words(figure)
    if exercise is None:
        yield Fault("slug", "no exercise of the seed library has this name")
    else:
        yield from _muscles(figure, exercise)
        yield from _kit(figure, exercise)


def clinical_angles(body: Body) -> dict[str, float]:
    """Return the angles of limbs in degrees, however the pose was described."""
    found: dict[str, float] = {}
    for side, k in SIDES:
        pelvis, hip = body.frames["pelvis"], body.frames["hip" + side]
        thigh = mul(hip.y, -1)
        flex = degrees(atan2(dot(thigh, pelvis.z), -dot(thigh, pelvis.y)))
        abd = degrees(asin(max(-1.0, min(1.0, k * dot(thigh, pelvis.x)))))
        unrotated = turn(turn(pelvis, 0, -flex), 2, k * abd)
        shin, foot = body.frames["knee" + side], body.frames["ankle" + side]
        found |= {
            f"hip{side}.flex": flex,
            f"hip{side}.abd": abd,
            f"hip{side}.rot": degrees(atan2(k * dot(hip.z, unrotated.x), dot(hip.z, unrotated.z))),
            f"knee{side}.flex": _bend(hip.y, hip.z, shin.y),
            f"ankle{side}.plantar": degrees(atan2(-dot(foot.z, shin.y), dot(foot.z, shin.z))),
            f"elbow{side}.flex": _bend(
                body.frames["shoulder" + side].y,
                mul(body.frames["shoulder" + side].z, -1),
                body.frames["elbow" + side].y,
            ),
            f"wrist{side}.flex": _tilt(body, side),
        }
    return found


def _bend(upper: Vec, front: Vec, lower: Vec) -> float:
    """How far a hinge is bent away from its front."""
    return degrees(atan2(dot(lower, front), dot(lower, upper)))


def _tilt(body: Body, side: str) -> float:
    forearm, hand = body.frames["elbow" + side].y, body.frames["wrist" + side]
    return degrees(atan2(-dot(forearm, hand.z), dot(forearm, hand.y)))


def _beyond_limits(body: Body) -> Iterator[Fault]:
    angles = clinical_angles(body)
    for key, value in angles.items():
        low, high = LIMITS[key.replace("_L", "").replace("_R", "")]
        if key.endswith((".abd", ".rot")) and angles[f"hip{key[3:5]}.flex"] > BENT:
            high += FREER_WHEN_BENT
        if not low <= value <= high:
            message = f"{value:.0f} degrees is beyond {low} to {high}"
            yield Fault(key, message, max(low - value, value - high))


def _bent_trunk(figure: Figure) -> Iterator[Fault]:
    for pose in figure.poses:
        for joints, limits in ((("waist", "chest"), TRUNK_LIMITS), (("neck", "head"), NECK_LIMITS)):
            for motion, (low, high) in limits.items():
                total = sum(pose.angle(f"{joint}.{motion}") for joint in joints)
                if not low <= total <= high:
                    together = f"{total:.0f} degrees with {joints[1]} is beyond {low} to {high}"
                    yield Fault(f"{joints[0]}.{motion}", together)


def _short(body: Body) -> Iterator[Fault]:
    for limb, missing in body.short.items():
        if missing > OUT_OF_REACH:
            yield Fault(f"{limb}.at", f"{missing:.0f} cm out of reach", missing)


def _slipping(figure: Figure, bodies: list[Body]) -> Iterator[Fault]:
    if figure.motion is Motion.GAIT:
        return
    for joint in figure.planted:
        start = bodies[0].joints[joint]
        slip = max(length(sub(body.joints[joint], start)) for body in bodies)
        if slip > PLANTED_MOVES:
            yield Fault(f"planted.{joint}", f"slips {slip:.1f} cm during the movement")


def _sunken(body: Body, solids: list[tuple[str, Block]]) -> Iterator[Fault]:
    for joint, (point, radius) in _flesh(body):
        if (depth := radius - point[1]) > DEEPEST:
            yield Fault(f"{joint} and floor", f"{depth:.1f} cm through the floor", depth)
        for what, block in solids:
            if (depth := block.depth(point, radius)) > DEEPEST:
                yield Fault(f"{joint} and {what}", f"{depth:.1f} cm into the {what}", depth)


def _flesh(body: Body) -> Iterator[tuple[str, Sphere]]:
    for part in (*anatomy.TORSO, *anatomy.FACE):
        for joint, out, along, forward, radius in part.balls:
            yield joint, (body.at(joint, out, along, forward), radius)
    for part in (*anatomy.LEG_SKIN, *anatomy.SHOE, *anatomy.ARM_SKIN, *anatomy.HANDS["open"]):
        for side, _ in SIDES:
            for joint, out, along, forward, radius in part.balls:
                yield joint + side, (body.at(joint + side, out, along, forward), radius)


def _falling(figure: Figure, bodies: list[Body]) -> Iterator[Fault]:
    """Name a standing body that nothing holds and whose weight is not over its feet."""
    held = {"support", "chair", "bench", "bed", "wall", "machine", "long_band"}
    hands = [
        limb
        for limb, goal in figure.poses[0].goals.items()
        if limb.startswith("hand") and isinstance(goal, Goal) and not goal.on
    ]
    if hands or held & {item.name for item in figure.kit}:
        return
    if figure.motion in (Motion.GAIT, Motion.CYCLE):
        return
    for name, body, pose in (
        ("start", bodies[0], figure.poses[0]),
        ("end", bodies[-1], figure.poses[-1]),
    ):
        feet = [limb for limb, goal in pose.goals.items() if isinstance(goal, Goal) and goal.flat]
        if not feet or body.joints["pelvis"][1] < LYING:
            continue
        away = _off_balance(body, feet)
        if away > OFF_BALANCE:
            yield Fault(
                f"{name}.pelvis.at", f"falls: the weight is {away:.0f} cm outside the feet", away
            )


def _off_balance(body: Body, feet: list[str]) -> float:
    weight = (0.0, 0.0, 0.0)
    for share, a, b in WEIGHTS:
        weight = add(weight, mul(add(body.joints[a], body.joints[b]), share / 2))
    total = sum(share for share, _, _ in WEIGHTS)
    under = [body.joints[end + foot[-2:]] for foot in feet for end in ("heel", "ball")]
    return max(
        max(
            min(p[i] for p in under) - weight[i] / total,
            weight[i] / total - max(p[i] for p in under),
        )
        for i in (0, 2)
    )


def _arrows(figure: Figure, scene: Scene) -> Iterator[Fault]:
    if not figure.arrows and figure.motion is Motion.SWING:
        yield Fault("arrows", "none shows the movement")
    for i, arrow in enumerate(figure.arrows):
        for fault in _arrow(scene, arrow):
            yield replace(fault, field=f"arrows.{i + 1}.{fault.field}")


def _arrow(scene: Scene, arrow: Arrow) -> Iterator[Fault]:
    if arrow.push is None:
        way = arrows.track(scene, arrow)
        moved = max(abs(x - way[0][0]) + abs(y - way[0][1]) for x, y in way)
        if moved < SMALLEST_MOVE:
            yield Fault("joint", f"{arrow.joint} moves only {moved:.1f} cm in this view")
    if arrow.shift and abs(arrow.shift[0]) + abs(arrow.shift[1]) > FARTHEST_ARROW:
        yield Fault("shift", f"floats more than {FARTHEST_ARROW:.0f} cm beside {arrow.joint}")


def _words(figure: Figure) -> Iterator[Fault]:
    if not 50 <= len(figure.words) <= 320:  # noqa: PLR2004
        yield Fault(
            "words", f"{len(figure.words)} characters are not one or two sentences (50 to 320)"
        )
    if found := re.search(r"\b(left|right)\b", figure.words, re.IGNORECASE):
        yield Fault("words", f'"{found[0]}" is wrong for the other side')


def _muscles(figure: Figure, exercise: SeedExercise) -> Iterator[Fault]:
    for name in figure.muscles:
        if name not in exercise.targets:
            yield Fault("muscles", f"{name} is none of the targets {', '.join(exercise.targets)}")


def _kit(figure: Figure, exercise: SeedExercise) -> Iterator[Fault]:
    drawn = {item.name for item in figure.kit}
    for name in exercise.equipment:
        if name not in drawn:
            yield Fault(f"kit.{name}", "is not drawn")
    if exercise.equipment_any and not drawn & set(exercise.equipment_any):
        yield Fault("kit", f"none of {', '.join(exercise.equipment_any)} is drawn")
