"""Kit that is worn, held, or stretched from the body to something else."""

import math
from collections.abc import Iterator, Mapping, Sequence

from rehab_tracker.exercises.figures.mannequin import Layer
from rehab_tracker.exercises.figures.outlines import Shape, ring, solid
from rehab_tracker.exercises.figures.skeleton import PALM
from rehab_tracker.exercises.figures.solids import between, box, ribbon, rod, roller, strap
from rehab_tracker.exercises.figures.staging import (
    Piece,
    Settings,
    Stage,
    ground,
    limb_of,
    piece,
    scenery,
)
from rehab_tracker.exercises.figures.vectors import (
    RIGHT,
    UP,
    VIEWER,
    Vec,
    across,
    add,
    apply,
    cross,
    length,
    lerp,
    mul,
    sub,
    unit,
)

# Where a loop lies: joint, along its bone, forward, radius, and the bone's axis it winds around.
LOOPS = {
    "thigh": ("hip", -33.0, 0.2, 6.8, 1),
    "knee": ("hip", -38.0, 0.2, 6.3, 1),
    "shin": ("knee", -20.0, -0.8, 5.3, 1),
    "ankle": ("knee", -35.0, -0.4, 4.4, 1),
    "foot": ("ankle", -3.4, 4.5, 4.9, 2),
}
SLACK = 26.0  # cm between two limbs at which a loop is as wide as when it lies on the table
AXES = {"x": RIGHT, "y": UP, "z": VIEWER}


def _loop(stage: Stage, settings: Settings, name: str, color: str, wide: float) -> Iterator[Layer]:
    """Draw a tight loop: one strand runs before both legs from edge to edge, one behind them."""
    joint, along, forward, radius, axis = LOOPS[settings.get("around", "thigh")]
    a, b = (stage.body.at(f"{joint}_{side}", 0, along, forward) for side in "LR")
    bones = [stage.body.frames[f"{joint}_{side}"][axis] for side in "LR"]
    w = unit(add(*bones))
    u = across(sub(b, a), w)
    v = cross(w, u)
    breadth = wide * math.sqrt(SLACK / max(SLACK * 0.7, length(sub(b, a)) + 8))
    nearest = math.atan2(stage.camera.depth(v), stage.camera.depth(u))
    for over, tint, middle in ((False, f"{color}_side", nearest + math.pi), (True, color, nearest)):
        points = _half_loop((a, b), (u, v), radius, middle)
        half = [mul(w, breadth / 2)] * len(points)
        strand = ribbon(tint, points, half)
        yield Layer(name, 0, (strand,), hosts=("leg_L", "leg_R"), over=over)


def _half_loop(
    centers: tuple[Vec, Vec], axes: tuple[Vec, Vec], radius: float, middle: float
) -> list[Vec]:
    """Return the half of a string around two circles that faces the angle `middle`."""
    points = []
    for step in range(15):
        turn = middle + math.pi * (step / 14 - 0.5)
        outward = add(mul(axes[0], math.cos(turn)), mul(axes[1], math.sin(turn)))
        center = centers[1] if math.cos(turn) > 0 else centers[0]
        points.append(add(center, mul(outward, radius)))
    return points


def _loop_band(stage: Stage, settings: Settings) -> Iterator[Layer]:
    if "path" in settings:
        return _strip(stage, settings, "loop_band", "band", 4.0)
    return _loop(stage, settings, "loop_band", "band", 5.4)


def _belt(stage: Stage, settings: Settings) -> Iterator[Layer]:
    if "path" in settings:
        return _strip(stage, settings, "belt", "belt", 3.4)
    return _loop(stage, settings, "belt", "belt", 4.4)


def _long_band(stage: Stage, settings: Settings) -> Iterator[Layer]:
    return _strip(stage, settings, "long_band", "band", 3.4)


def _strap(stage: Stage, settings: Settings) -> Iterator[Layer]:
    return _strip(stage, settings, "strap", "belt", 3.2)


def _strip(stage: Stage, settings: Settings, name: str, color: str, wide: float) -> Iterator[Layer]:
    """Draw a strap along a path of places, wound around the limbs that `cuffs` names."""
    path = settings["path"]
    points = between([stage.point(place) for place in path], 2)
    hosts = tuple(dict.fromkeys(limb for place in path if (limb := limb_of(place))))
    wide *= min(1.0, math.sqrt(70 / max(sum(map(_span, points, points[1:])), 1)) * 1.1)
    shape = strap(stage.camera, color, points, max(wide, 1.8))
    yield Layer(name, 0, (shape,), hosts=hosts, over=settings.get("over", True))
    for cuff in settings.get("cuffs", []):
        yield from _cuff(stage, name, color, cuff)


def _span(a: Vec, b: Vec) -> float:
    return length(sub(a, b))


def _cuff(stage: Stage, name: str, color: str, where: str) -> Iterator[Layer]:
    """Draw a ring around one limb, such as "ankle_R"."""
    level, _, side = where.rpartition("_")
    joint, along, forward, radius, axis = LOOPS[level]
    joint = f"{joint}_{side}"
    frame = stage.body.frames[joint]
    plane = (frame.x, frame.z if axis == 1 else frame.y)
    center = stage.body.at(joint, 0, along, forward)
    rims = [tuple(ring(add(center, mul(frame[axis], k)), plane, radius, 0.5)) for k in (-1.4, 1.4)]
    yield Layer(name, 0, (solid(color, *rims[0], *rims[1]),), hosts=(f"leg_{side}",))


def _ankle_weight(stage: Stage, settings: Settings) -> Iterator[Layer]:
    leg = str(settings.get("leg", "R"))
    for side in "LR" if leg == "both" else leg:
        joint = f"knee_{side}"
        frame = stage.body.frames[joint]
        rims = [
            tuple(ring(stage.body.at(joint, 0, along, -0.4), (frame.x, frame.z), 5.4, 0.9))
            for along in (-32.5, -39)
        ]
        seam = tuple(ring(stage.body.at(joint, 0, -35.7, -0.4), (frame.x, frame.z), 5.6, 0.5))
        shapes = (solid("weight", *rims[0], *rims[1]), solid("weight_top", *seam))
        yield Layer("ankle_weight", 0, shapes, hosts=(f"leg_{side}",))


def _held(stage: Stage, settings: Settings) -> list[tuple[Vec, Vec, tuple[str, ...]]]:
    """Return where a weight is, which way it lies, and which layers carry it."""
    if "at" in settings:
        at = settings["at"]
        host = limb_of(at)
        way = AXES[settings.get("along", "z")]
        return [(stage.point(at), way, (host,) if host else ())]
    hand = settings.get("hand", "R")
    palms = {side: stage.body.at(f"wrist_{side}", *PALM) for side in "LR"}
    if hand == "both":
        way = AXES[settings.get("along", "y")]
        return [(lerp(palms["L"], palms["R"], 0.5), way, ("arm_L", "arm_R"))]
    sides = "LR" if hand == "each" else hand
    return [
        (palms[side], apply(stage.body.frames[f"wrist_{side}"], RIGHT), (f"arm_{side}",))
        for side in sides
    ]


def _dumbbell(stage: Stage, settings: Settings) -> Iterator[Layer]:
    scale = settings.get("size", 1.3 if settings.get("hand") == "both" else 1.0)
    reach, radius = 7.6 * scale, 4.4 * scale
    for center, way, hosts in _held(stage, settings):
        near = 1 if stage.camera.depth(way) >= 0 else -1
        plates = [
            tuple(
                roller(
                    stage.camera,
                    "metal",
                    add(center, mul(way, k * (reach - 3.2 * scale))),
                    add(center, mul(way, k * (reach + 1.2 * scale))),
                    radius,
                )
            )
            for k in (-near, near)
        ]
        end = mul(way, reach - 2.4 * scale)
        bar = rod("metal_top", add(center, mul(end, -1)), add(center, end), 1.4)
        in_hand = "hand" in settings or "at" not in settings
        yield Layer("dumbbell", 0, (*plates[0], bar), hosts=hosts, over=not in_hand)
        yield Layer("dumbbell", 0, plates[1], hosts=hosts)


def _kettlebell(stage: Stage, settings: Settings) -> Iterator[Layer]:
    for center, _, hosts in _held(stage, settings):
        bell = add(center, (0, -13, 0))
        horns = [add(center, (k, -3, 0)) for k in (-4.5, 4.5)]
        bars = [
            rod("metal", add(bell, (k, 3, 0)), horn, 1.3)
            for k, horn in zip((-5, 5), horns, strict=True)
        ]
        top = rod("metal", horns[0], horns[1], 1.4)
        base = solid("metal", (bell, 8.2))
        mark = solid("metal_top", (add(bell, (0, 0.5, 5)), 3.4))
        yield Layer("kettlebell", 0, (*bars, top, base, mark), hosts=hosts, over=False)


def _backpack(stage: Stage, settings: Settings) -> Iterator[Layer]:
    """Draw a bag, worn on the back, unless it is held by a hand or lies at a place."""
    if "hand" in settings or "at" in settings:
        for center, _, hosts in _held(stage, settings):
            drop = -16.0 if settings.get("hand") in ("L", "R", "each") else 0.0
            middle = add(center, (0, drop, 0))
            yield Layer("backpack", 0, tuple(_bag(middle)), hosts=hosts, over="at" in settings)
        return
    body = stage.body
    corners = [body.at("chest", x, y, -14.5) for x in (-8, 8) for y in (-10, 10)]
    bag = solid("bag", *((p, 6.0) for p in corners))
    pocket = solid("bag_side", *((body.at("chest", x, -6, -19), 3.2) for x in (-5, 5)))
    belts = [
        strap(
            stage.camera,
            "bag_side",
            [
                body.at("chest", k * 9, 4, 10.5),
                body.at("chest", k * 9.5, 18.5, 1),
                body.at("chest", k * 8, 14, -11),
            ],
            3.0,
        )
        for k in (-1, 1)
    ]
    behind = stage.sight.faces("chest", (0, 0, 1), 0)
    yield Layer("backpack", 0, (bag, pocket), hosts=("torso",), over=not behind)
    if behind:
        yield Layer("backpack", 0, tuple(belts), hosts=("torso",), rim=False)


def _bag(middle: Vec) -> Iterator[Shape]:
    yield solid(
        "bag", *((add(middle, (x, y, z)), 4.0) for x in (-8, 8) for y in (-10, 9) for z in (-4, 4))
    )
    yield solid("bag_side", *((add(middle, (x, -5, 8)), 2.4) for x in (-5, 5)))
    yield rod("bag_side", add(middle, (-3, 14.5, 0)), add(middle, (3, 14.5, 0)), 1.1)


def _anchor(_stage: Stage, settings: Settings) -> Iterator[Layer]:
    """Draw a post with a ring, to which a band is tied."""
    x, y, z = settings["at"]
    post = rod("metal", (x, 1.4, z), (x, max(y + 14, 60), z), 2.2)
    foot = rod("metal", (x - 9, 1.2, z), (x + 9, 1.2, z), 1.2)
    knot = solid("metal_side", ((x, y, z), 3.4))
    yield scenery("anchor", [foot, post, knot])


def _ball(stage: Stage, settings: Settings) -> Iterator[Layer]:
    radius = settings.get("size", 11)
    if "at" in settings:
        center, host = stage.point(settings["at"]), limb_of(settings["at"])
        hosts: Sequence[str | None] = (host,)
    else:
        center, _, hosts = _held(stage, {"hand": settings.get("hand", "both")})[0]
    if "to" in settings:  # it flies
        center = lerp(center, stage.point(settings["to"]), stage.body.share)
    shine = add(center, (-radius * 0.3, radius * 0.35, radius * 0.6))
    shapes = (solid("ball", (center, radius)), solid("ball_top", (shine, radius * 0.35)))
    yield Layer("ball", 50, shapes, hosts=tuple(h for h in hosts if h), over=False)


def _towel(stage: Stage, settings: Settings) -> Iterator[Layer]:
    """Draw a towel: rolled up, flat under joints, or as a strap."""
    if "path" in settings:
        yield from _strip(stage, settings, "towel", "towel", 5.0)
        return
    if "under" in settings:
        for joint in settings["under"]:
            x, y, z = stage.body.joints[joint]
            low, high = (x - 15, y - 1.6, z - 11), (x + 15, y - 0.2, z + 11)
            yield ground("towel", box(stage.camera, "towel", low, high))
        return
    radius = settings.get("height", 8) / 2
    at = settings.get("at", [0, 0])
    center = (at[0], radius, at[1]) if len(at) == 2 else stage.point(at)  # noqa: PLR2004
    half = mul(AXES[settings.get("along", "z")], settings.get("length", 34) / 2)
    ends = sub(center, half), add(center, half)
    yield scenery("towel", roller(stage.camera, "towel", *ends, radius))


def _stick(stage: Stage, settings: Settings) -> Iterator[Layer]:
    path = settings["path"]
    a, b = (stage.point(place) for place in path)
    hosts = tuple(dict.fromkeys(limb for place in path if (limb := limb_of(place))))
    shape = rod("wood", a, b, settings.get("size", 1.5))
    yield Layer("stick", 0, (shape,), hosts=hosts, over=settings.get("over", True))


def _sliders(stage: Stage, settings: Settings) -> Iterator[Layer]:
    for joint in settings.get("under", ["heel_L", "heel_R"]):
        x, y, z = stage.body.joints[joint]
        plane = (RIGHT, VIEWER)
        rims = [tuple(ring((x, y + h, z), plane, 9, 0.5)) for h in (-1.4, -0.4)]
        yield ground(
            "sliders", [solid("weight", *rims[0], *rims[1]), solid("weight_top", *rims[1])]
        )


def _running_shoes(_stage: Stage, _settings: Settings) -> Iterator[Layer]:
    """Draw nothing: everybody wears them already."""
    yield from ()


GEAR: Mapping[str, Piece] = {
    "loop_band": piece(_loop_band, "around path over cuffs"),
    "belt": piece(_belt, "around path over cuffs"),
    "long_band": piece(_long_band, "path over cuffs"),
    "strap": piece(_strap, "path over cuffs"),
    "towel": piece(_towel, "at along length height under path over cuffs"),
    "stick": piece(_stick, "path over size"),
    "ankle_weight": piece(_ankle_weight, "leg"),
    "dumbbell": piece(_dumbbell, "hand at along size"),
    "kettlebell": piece(_kettlebell, "hand at"),
    "backpack": piece(_backpack, "hand at"),
    "ball": piece(_ball, "hand at to size"),
    "anchor": piece(_anchor, "at"),
    "sliders": piece(_sliders, "under"),
    "running_shoes": piece(_running_shoes),
}
