"""Kit that stands in the scene."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rehab_tracker.exercises.figures.mannequin import Layer
from rehab_tracker.exercises.figures.outlines import Shape, face, solid, stroke
from rehab_tracker.exercises.figures.solids import box, rod, roller
from rehab_tracker.exercises.figures.staging import (
    Piece,
    Settings,
    Stage,
    ground,
    piece,
    scenery,
    spot,
)
from rehab_tracker.exercises.figures.vectors import Vec, add, lerp, mul, sub

FACINGS = {"right": (1, 0), "left": (-1, 0), "viewer": (0, 1), "away": (0, -1)}


Span = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Block:
    """The space between two corners that no body can be in."""

    low: Vec
    high: Vec

    def depth(self, point: Vec, radius: float) -> float:
        """Return how deep a ball sinks in (cm), negative if it is outside."""
        beyond = [max(self.low[i] - point[i], point[i] - self.high[i]) for i in range(3)]
        if max(beyond) <= 0:
            return radius - max(beyond)
        return radius - math.sqrt(sum(max(0.0, each) ** 2 for each in beyond))


SIZES: Mapping[str, tuple[float, float, float]] = {
    "bed": (190, 85, 50),
    "bench": (40, 110, 42),
    "pad": (36, 32, 5),
    "step": (40, 50, 20),
    "chair": (40, 40, 44),
}
THICK = {"bed": 20.0, "bench": 8.0, "chair": 4.0}


def blocks(name: str, settings: Settings, span: Span) -> Iterator[Block]:
    """Return what of a piece of furniture a body cannot pass."""
    if name in SIZES:
        yield _block(name, settings)
    elif name == "mat":
        yield _mat_block(settings, span)
    elif name == "wall":
        yield Block(*_panel(settings, span, 175, 3))


def _block(name: str, settings: Settings) -> Block:
    x, z = spot(settings)
    *size, tall = SIZES[name]
    wide, deep = settings.get("size", size)
    height = settings.get("height", tall)
    bottom = height - THICK.get(name, height)
    low, high = (x - wide / 2, bottom, z - deep / 2), (x + wide / 2, height, z + deep / 2)
    return Block(low, high)


def _mat_block(settings: Settings, span: Span) -> Block:
    x0, x1, z0, z1 = span
    x, z = settings.get("at", [(x0 + x1) / 2, (z0 + z1) / 2])
    wide, deep = settings.get("size", [max(x1 - x0 + 20, 90), max(z1 - z0 + 10, 58)])
    top = settings.get("height", 0)
    low, high = (x - wide / 2, top - 2.2, z - deep / 2), (x + wide / 2, top, z + deep / 2)
    return Block(low, high)


def _box(stage: Stage, color: str, block: Block) -> Iterator[Shape]:
    return box(stage.camera, color, block.low, block.high)


def _mat(stage: Stage, settings: Settings) -> Iterator[Layer]:
    yield ground("mat", _box(stage, "mat", _mat_block(settings, stage.span)))


def _pad(stage: Stage, settings: Settings) -> Iterator[Layer]:
    yield scenery("pad", _box(stage, "foam", _block("pad", settings)))


def _step(stage: Stage, settings: Settings) -> Iterator[Layer]:
    yield scenery("step", _box(stage, "box", _block("step", settings)))


def _bench(stage: Stage, settings: Settings) -> Iterator[Layer]:
    yield scenery("bench", _table(stage, _block("bench", settings)))


def _bed(stage: Stage, settings: Settings) -> Iterator[Layer]:
    yield scenery("bed", _table(stage, _block("bed", settings)))


def _table(stage: Stage, top: Block) -> Iterator[Shape]:
    for z in (top.low[2] + 4, top.high[2] - 4):
        for x in (top.low[0] + 4, top.high[0] - 4):
            yield rod("wood_side", (x, 1.5, z), (x, top.low[1], z), 2.0)
    yield from _box(stage, "cushion", top)


def _chair(stage: Stage, settings: Settings) -> Iterator[Layer]:
    x, z = spot(settings)
    fx, fz = FACINGS[settings.get("facing", "right")]
    height = settings.get("height", 44)
    seat = _box(stage, "wood", _block("chair", settings))
    corners = [(i, k) for k in (-1, 1) for i in (-1, 1)]
    legs = [
        rod("wood_side", (x + 18 * i, 1.6, z + 18 * k), (x + 18 * i, height - 3, z + 18 * k), 1.6)
        for i, k in corners
    ]
    shapes = [*legs, *seat]
    if settings.get("back", True):
        rest = list(_backrest(stage, (x - 18.5 * fx, z - 18.5 * fz), (fx, fz), height))
        near = stage.camera.depth((-fx, 0, -fz)) > 0
        shapes = [*shapes, *rest] if near else [*legs, *rest, *shapes[4:]]
    yield scenery("chair", shapes)


def _backrest(
    stage: Stage, at: tuple[float, float], facing: tuple[int, int], seat: float
) -> Iterator[Shape]:
    (x, z), across = at, (abs(facing[1]), abs(facing[0]))
    for k in (-17, 17):
        post = (x + k * across[0], seat - 2, z + k * across[1])
        yield rod("wood_side", post, (post[0], seat + 42, post[2]), 1.6)
    half = (18 if across[0] else 1.5, 18 if across[1] else 1.5)
    low, high = (x - half[0], seat + 24, z - half[1]), (x + half[0], seat + 42, z + half[1])
    yield from box(stage.camera, "wood", low, high)


def _wall(stage: Stage, settings: Settings) -> Iterator[Layer]:
    low, high = _panel(settings, stage.span, 175, 3)
    yield scenery("wall", box(stage.camera, "wall", low, high))


def _panel(settings: Settings, span: Span, tall: float, thick: float) -> tuple[Vec, Vec]:
    """Return the corners of an upright board whose surface toward the body is at x, or at z."""
    x0, x1, _, _ = span
    height = settings.get("height", tall)
    if "x" in settings:
        x, z = settings["x"], settings.get("center", 0)
        half = settings.get("width", 70) / 2
        away = x + (thick if x > (x0 + x1) / 2 else -thick)
        return (min(x, away), 0, z - half), (max(x, away), height, z + half)
    x, z = settings.get("center", (x0 + x1) / 2), settings.get("z", -20)
    half = settings.get("width", x1 - x0 + 24) / 2
    return (x - half, 0, z - thick), (x + half, height, z)


def _mirror(stage: Stage, settings: Settings) -> Iterator[Layer]:
    """Draw a mirror at some x in front of somebody who faces right."""
    low, high = _panel({"x": 100, "width": 56, **settings}, stage.span, 160, 3)
    frame = box(stage.camera, "wood", low, high)
    inset, z0, z1 = 4.5, low[2], high[2]

    def corner(across: float, up: float) -> Vec:
        return (low[0] - 0.1, up, z0 + inset + across * (z1 - z0 - 2 * inset))

    bottom, top = inset, high[1] - inset
    glass = [corner(0, bottom), corner(1, bottom), corner(1, top), corner(0, top)]
    yield scenery("mirror", [*frame, face("glass", glass)])


def _slope(_stage: Stage, settings: Settings) -> Iterator[Layer]:
    """Draw a wedge that rises to the right from the floor at its left end."""
    x, z = spot(settings)
    wide, deep = settings.get("size", [200, 50])
    rise = wide * math.tan(math.radians(settings.get("angle", 6)))
    a, b = (x - wide / 2, 0.0), (x + wide / 2, rise)
    near, far = z + deep / 2, z - deep / 2
    top = [(a[0], a[1], near), (b[0], b[1], near), (b[0], b[1], far), (a[0], a[1], far)]
    front = [(a[0], 0.0, near), (b[0], 0.0, near), (b[0], b[1], near)]
    yield scenery("slope", [face("box_top", top), face("box", front)])


def _support(_stage: Stage, settings: Settings) -> Iterator[Layer]:
    x, z = spot(settings, 40)
    height, half = settings.get("height", 92), settings.get("length", 56) / 2
    dx, dz = (half, 0) if settings.get("along", "z") == "x" else (0, half)
    ends = [(x + k * dx, z + k * dz) for k in (-1, 1)]
    posts = [rod("metal", (a, 1.4, b), (a, height, b), 1.4) for a, b in ends]
    away = 15 if x > 0 else -15  # so that no foot of it lies under somebody's shoe
    feet = [rod("metal", (a, 1.2, b), (a + away, 1.2, b), 1.2) for a, b in ends]
    (a, b), (c, d) = ends
    rail = rod("wood", (a, height - 2.2, b), (c, height - 2.2, d), 2.2)
    yield scenery("support", [*feet, *posts, rail])


def _foam_roller(stage: Stage, settings: Settings) -> Iterator[Layer]:
    """Draw a foam roller, marked on its end, that may roll to another place."""
    radius, half = 7.5, settings.get("length", 46) / 2
    start = _roll_center(stage, settings.get("at", [0, 0]), radius)
    end = _roll_center(stage, settings["to"], radius) if "to" in settings else start
    center = lerp(start, end, stage.body.share)
    along_x = settings.get("along", "z") == "x"
    way = (half, 0.0, 0.0) if along_x else (0.0, 0.0, half)
    near = 1 if stage.camera.depth(way) > 0 else -1
    turned = (center[0] - start[0]) / radius
    mark = add(center, mul(way, near))
    mark = add(mark, (4.4 * math.sin(turned), 4.4 * math.cos(turned), 0.0))
    roll = roller(stage.camera, "foam", sub(center, way), add(center, way), radius)
    yield scenery("foam_roller", [*roll, solid("foam_side", (mark, 1.5))])


def _roll_center(stage: Stage, at: Sequence[Any], radius: float) -> Vec:
    """Return the center of a roll at a place, or on the floor at x and z."""
    return (at[0], radius, at[1]) if len(at) == len("xz") else stage.point(at)


def _machine(stage: Stage, settings: Settings) -> Iterator[Layer]:
    """Draw a leg extension machine, faced to the right; its roller lies on a shin."""
    x, z = spot(settings)
    height = settings.get("height", 50)
    camera = stage.camera
    base = rod("metal", (x - 24, 2, z), (x + 30, 2, z), 2)
    post = rod("metal", (x + 4, 2, z), (x + 4, height - 6, z), 3)
    rest = box(camera, "cushion", (x - 30, height, z - 20), (x - 23, height + 52, z + 20))
    seat = box(camera, "cushion", (x - 24, height - 8, z - 21), (x + 22, height, z + 21))
    yield scenery("machine", [base, post, *rest, *seat])
    leg = settings.get("leg", "R")
    body = stage.body
    hinge = body.at(f"knee_{leg}", 9, 0, 0)
    outer, inner = (body.at(f"knee_{leg}", out, -34, 7.5) for out in (9, -7))
    lever = rod("metal", hinge, outer, 1.6)
    cushion = roller(camera, "cushion", inner, outer, 4)
    yield Layer("machine", 0, (lever, *cushion), hosts=(f"leg_{leg}",))


def _metronome(_stage: Stage, settings: Settings) -> Iterator[Layer]:
    at = settings.get("at", [-50, 130])
    x, y = at[0], at[1]

    def p(dx: float, dy: float) -> Vec:
        return (x + dx, y + dy, 0.0)

    shapes = [
        face("beat", [p(-9, -12), p(9, -12), p(4.5, 12), p(-4.5, 12)]),
        face("beat_top", [p(-5.5, -6), p(5.5, -6), p(3.2, 8), p(-3.2, 8)]),
        stroke("beat_side", [p(0, -6), p(6.5, 13)], 1.6),
        solid("beat_side", (p(4.4, 7), 2.0)),
    ]
    for k in (-1, 1):
        for far in (13, 18):
            arc = [p(k * far * 0.86, 5 + far * s) for s in (-0.5, 0.0, 0.5)]
            arc[1] = p(k * far, 5)
            shapes.append(stroke("beat", arc, 1.4))
    yield scenery("metronome", shapes)


def _stopwatch(_stage: Stage, settings: Settings) -> Iterator[Layer]:
    at = settings.get("at", [-50, 130])
    x, y = at[0], at[1]
    dial = [solid("metal", ((x, y, 0.0), 11.0)), solid("shoe", ((x, y, 0.1), 8.6))]
    knob = stroke("metal", [(x, y + 11, 0.0), (x, y + 15, 0.0)], 4.0)
    hands = stroke("metal", [(x, y + 6.5, 0.2), (x, y, 0.2), (x + 4.5, y - 2, 0.2)], 1.5)
    yield scenery("stopwatch", [knob, *dial, hands])


def _floor_marks(_stage: Stage, settings: Settings) -> Iterator[Layer]:
    """Draw taped crosses on the floor."""
    shapes = []
    for x, z in settings.get("spots", [[0, 0]]):
        for dx, dz in ((8, 8), (8, -8)):
            shapes.append(stroke("mark", [(x - dx, 0, z - dz), (x + dx, 0, z + dz)], 3.2))
    yield ground("floor_marks", shapes)


def _phone_camera(stage: Stage, settings: Settings) -> Iterator[Layer]:
    """Draw a phone on a tripod."""
    x, z = spot(settings, 90)
    height = settings.get("height", 70)
    hub = (x, height * 0.55, z)
    legs = [
        rod("metal", hub, (x + dx, 0.8, z + dz), 0.9) for dx, dz in ((-14, 8), (14, 8), (0, -14))
    ]
    mast = rod("metal", hub, (x, height, z), 1.1)
    low, high = (x - 1.2, height, z - 5), (x + 1.2, height + 17, z + 5)
    phone = list(box(stage.camera, "metal", low, high))
    side = low[0] - 0.1 if x > sum(stage.span[:2]) / 2 else high[0] + 0.1
    lens = solid("glass", ((side, height + 14, z + 2.4), 1.4))
    yield scenery("phone_camera", [*legs, mast, *phone, lens])


FURNITURE: Mapping[str, Piece] = {
    "mat": piece(_mat, "at size height"),
    "bed": piece(_bed, "at size height"),
    "bench": piece(_bench, "at size height"),
    "chair": piece(_chair, "at facing height back"),
    "step": piece(_step, "at size height"),
    "pad": piece(_pad, "at size height"),
    "wall": piece(_wall, "x z height width center"),
    "mirror": piece(_mirror, "x height width center"),
    "slope": piece(_slope, "at size angle"),
    "support": piece(_support, "at height along length"),
    "foam_roller": piece(_foam_roller, "at to along length"),
    "machine": piece(_machine, "at height leg"),
    "metronome": piece(_metronome, "at"),
    "stopwatch": piece(_stopwatch, "at"),
    "floor_marks": piece(_floor_marks, "spots"),
    "phone_camera": piece(_phone_camera, "at height"),
}
