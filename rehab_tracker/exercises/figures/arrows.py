"""Arrows that show which way a joint goes."""

import math
from dataclasses import dataclass
from itertools import pairwise

from rehab_tracker.exercises.figures.figure import Arrow
from rehab_tracker.exercises.figures.outlines import Point, closed, line
from rehab_tracker.exercises.figures.skeleton import Body
from rehab_tracker.exercises.figures.stage import Scene

STEPS = 12
SMOOTHINGS = 3
CLEAR = 9.0  # cm beside the moving part
SHORTEST = 14.0  # cm


@dataclass(frozen=True, slots=True)
class Drawn:
    """An arrow's line and its heads on the screen."""

    shaft: tuple[Point, ...]
    heads: tuple[tuple[Point, ...], ...]
    scale: float = 1.0

    def paths(self) -> tuple[str, str]:
        """Return path data of line and heads."""
        return line(self.shaft), "".join(map(closed, self.heads))


def draw(scene: Scene, arrow: Arrow) -> Drawn:
    """Return the arrow from where the joint starts to where it ends."""
    way = _pushed(scene, arrow) if arrow.push else _followed(scene, arrow)
    ends = (way, way[::-1]) if arrow.back else (way,)
    return Drawn(tuple(way), tuple(_head(end, scene.scale) for end in ends), scene.scale)


def _head(way: list[Point], scale: float) -> tuple[Point, ...]:
    """Return the tip at the end of a way."""
    (x, y), (px, py) = way[-1], way[-3:][0]
    n = math.hypot(x - px, y - py) or 1.0
    ux, uy = (x - px) / n * scale, (y - py) / n * scale
    return (
        (x + ux * 6.5, y + uy * 6.5),
        (x - uy * 5 - ux * 1.5, y + ux * 5 - uy * 1.5),
        (x + uy * 5 - ux * 1.5, y - ux * 5 - uy * 1.5),
    )


def track(scene: Scene, arrow: Arrow) -> list[Point]:
    """Return the way of the arrow's joint on the screen."""
    figure = scene.figure
    bodies = [figure.body(figure.end * i / STEPS) for i in range(STEPS + 1)]
    return [scene.camera.flat(body.at(arrow.joint, *arrow.at)) for body in bodies]


def _followed(scene: Scene, arrow: Arrow) -> list[Point]:
    points = _rounded(track(scene, arrow))
    dx, dy = arrow.shift or _outward(scene, points)
    if scene.camera.mirrored and arrow.shift:
        dx = -dx
    points = [(x + dx, y - dy) for x, y in points]
    return (
        _straight(points, SHORTEST * scene.scale)
        if arrow.straight or _long(points) < SHORTEST * scene.scale
        else points
    )


def _rounded(points: list[Point]) -> list[Point]:
    """Return a way without the corners where one leg of a movement becomes the next."""
    for _ in range(SMOOTHINGS):
        inner = [
            ((a[0] + 2 * b[0] + c[0]) / 4, (a[1] + 2 * b[1] + c[1]) / 4)
            for a, b, c in zip(points, points[1:], points[2:], strict=False)
        ]
        points = [points[0], *inner, points[-1]]
    return points


def _long(points: list[Point]) -> float:
    return sum(math.dist(a, b) for a, b in pairwise(points))


def _straight(points: list[Point], shortest: float) -> list[Point]:
    """Return a line that ends where the movement ends and is long enough to be seen."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    n = math.hypot(x1 - x0, y1 - y0) or 1.0
    reach = max(n, shortest)
    start = (x1 - (x1 - x0) / n * reach, y1 - (y1 - y0) / n * reach)
    return [start, (x1, y1)]


def _outward(scene: Scene, points: list[Point]) -> tuple[float, float]:
    """Return the way from the middle of the body to the movement, as a shift (x right, y up)."""
    body = scene.key_bodies[2]
    trunk = [scene.camera.flat(body.joints[joint]) for joint in ("pelvis", "chest")]
    x, y = points[len(points) // 2]
    dx, dy = x - (trunk[0][0] + trunk[1][0]) / 2, y - (trunk[0][1] + trunk[1][1]) / 2
    n = math.hypot(dx, dy) or 1.0
    return (dx / n * CLEAR, -dy / n * CLEAR)


def _pushed(scene: Scene, arrow: Arrow) -> list[Point]:
    """Return a short arrow that ends at the place that is pressed."""
    body: Body = scene.key_bodies[-1]
    assert arrow.push is not None
    place = body.at(arrow.joint, *arrow.at)
    x, y = scene.camera.flat(place)
    dx, dy = scene.camera.flat(arrow.push)
    shift = arrow.shift or (0.0, 0.0)
    sx = -shift[0] if scene.camera.mirrored else shift[0]
    end = (x + sx, y - shift[1])
    return [(end[0] - dx, end[1] - dy), end]
