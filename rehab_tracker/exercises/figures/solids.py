"""Boxes, rods, rollers and straps: what kit is made of."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rehab_tracker.exercises.figures.outlines import Camera, Shape, face, ring, solid
from rehab_tracker.exercises.figures.vectors import (
    UP,
    VIEWER,
    Vec,
    across,
    add,
    cross,
    lerp,
    mul,
    sub,
    unit,
)

EDGE_ON, STEEP = 0.02, 0.9  # parts of a unit vector
SIDES_OF_A_BOX = (
    ((0, 1, 0), "_top", ((-1, 1, -1), (1, 1, -1), (1, 1, 1), (-1, 1, 1))),
    ((0, 0, 1), "", ((-1, -1, 1), (1, -1, 1), (1, 1, 1), (-1, 1, 1))),
    ((1, 0, 0), "_side", ((1, -1, -1), (1, -1, 1), (1, 1, 1), (1, 1, -1))),
    ((-1, 0, 0), "_side", ((-1, -1, -1), (-1, -1, 1), (-1, 1, 1), (-1, 1, -1))),
)


def box(camera: Camera, color: str, low: Vec, high: Vec) -> Iterator[Shape]:
    """Return the visible faces of an upright box between its lowest and highest corner."""
    for normal, ending, corners in SIDES_OF_A_BOX:
        if camera.depth(normal) > EDGE_ON:
            points = [
                tuple(high[i] if corner[i] > 0 else low[i] for i in range(3)) for corner in corners
            ]
            yield face(color + ending, [(x, y, z) for x, y, z in points])


def rod(color: str, a: Vec, b: Vec, radius: float) -> Shape:
    """Return a bar with round ends."""
    return solid(color, (a, radius), (b, radius))


def roller(camera: Camera, color: str, a: Vec, b: Vec, radius: float) -> Iterator[Shape]:
    """Return a cylinder with flat ends, of which the near one is seen."""
    way = unit(sub(b, a))
    one = across(UP if abs(way[1]) < STEEP else VIEWER, way)
    axes = (one, cross(way, one))
    ends = [tuple(ring(p, axes, radius, 0.4)) for p in (a, b)]
    yield solid(color, *ends[0], *ends[1])
    yield solid(color + "_top", *(ends[1] if camera.depth(way) > 0 else ends[0]))


def ribbon(color: str, points: Sequence[Vec], wide: Sequence[Vec]) -> Shape:
    """Return a strap along points; `wide` is half its width at each of them."""
    edges = [add(p, w) for p, w in zip(points, wide, strict=True)]
    back = [sub(p, w) for p, w in zip(points, wide, strict=True)]
    return face(color, [*edges, *reversed(back)])


def strap(camera: Camera, color: str, points: Sequence[Vec], width: float) -> Shape:
    """Return a tight strap through points that always shows its broad side."""
    sight = _toward_viewer(camera)
    wide = []
    for i in range(len(points)):
        way = sub(points[min(i + 1, len(points) - 1)], points[max(i - 1, 0)])
        wide.append(mul(unit(cross(way, sight)), width / 2))
    return ribbon(color, points, wide)


def _toward_viewer(camera: Camera) -> Vec:
    return (camera.depth((1, 0, 0)), camera.depth((0, 1, 0)), camera.depth((0, 0, 1)))


def between(points: Sequence[Vec], steps: int) -> list[Vec]:
    """Return points evenly along every leg of a way."""
    out = [points[0]]
    for a, b in pairwise(points):
        out += [lerp(a, b, step / steps) for step in range(1, steps + 1)]
    return out
