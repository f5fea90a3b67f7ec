"""The camera, and what it sees of solids made of spheres.

An orthographic camera turns a sphere into a circle, so a limb is the outline of a few circles:
right from any angle, foreshortening included. Outlines are written in whole millimeters, which
keeps pictures small. The number of commands never depends on the pose, so that frames can be
tweened.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rehab_tracker.exercises.figures.vectors import Vec

Point = tuple[float, float]
Circle = tuple[float, float, float]
Sphere = tuple[Vec, float]

STEPS = 24


@dataclass(frozen=True, slots=True)
class Camera:
    """Looks at the scene from the front, turned by yaw to its right, raised by pitch (degrees).

    A mirrored camera sees left and right exchanged, which shows the other side's exercise. With
    `glass` it sees what a mirror at that x shows.
    """

    yaw: float = 0.0
    pitch: float = 8.0
    mirrored: bool = False
    detail: int = STEPS  # points of an outline
    glass: float | None = None

    def see(self, p: Vec) -> Vec:
        """Return where a point is on the screen (x right, y down) and its depth to the viewer."""
        if self.glass is not None:
            p = (-p[0], p[1], p[2])
        yaw, pitch = math.radians(self.yaw), math.radians(self.pitch)
        cy, sy, cp, sp = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)
        x, z = cy * p[0] + sy * p[2], cy * p[2] - sy * p[0]
        return (-x if self.mirrored else x, sp * z - cp * p[1], sp * p[1] + cp * z)

    def flat(self, p: Vec) -> Point:
        """Return where a point is on the screen."""
        x, y, _ = self.see(p)
        if self.glass is None:
            return (x, y)
        away, down, _ = self.see((-2 * self.glass, 0.0, 0.0))
        return (x + away, y + down)

    def depth(self, p: Vec) -> float:
        """Return how near to the viewer a point is."""
        return self.see(p)[2]

    def circles(self, spheres: Iterable[Sphere]) -> list[Circle]:
        """Return what is seen of spheres."""
        return [(*self.flat(p), r) for p, r in spheres]


def hull(circles: Sequence[Circle], steps: int = STEPS) -> str:
    """Return the outline of circles wrapped by a string, as path data."""
    if len(circles) == 1:
        return _disc(*circles[0])
    if len(circles) == len("ab"):
        return _capsule(*circles)
    points = []
    for step in range(steps):
        turn = 2 * math.pi * step / steps
        ux, uy = math.cos(turn), math.sin(turn)
        x, y, r = max(circles, key=lambda c: c[0] * ux + c[1] * uy + c[2])
        points.append((x + r * ux, y + r * uy))
    return closed(points)


def _disc(x: float, y: float, r: float) -> str:
    arc = f"a{mm(r)} {mm(r)} 0 1 1"
    return f"M{mm(x - r)} {mm(y)}{arc} {mm(2 * r)} 0{arc} {mm(-2 * r)} 0z"


def _capsule(one: Circle, other: Circle) -> str:
    (x1, y1, r1), (x2, y2, r2) = (one, other) if one[2] >= other[2] else (other, one)
    apart = math.hypot(x2 - x1, y2 - y1)
    least = r1 - r2 + 0.05
    if apart < least:
        x2, y2, apart = x1 + least, y1, least
    way, opening = math.atan2(y2 - y1, x2 - x1), math.acos((r1 - r2) / apart)
    ends = [
        (
            round(10 * (x + r * math.cos(way + s * opening))),
            round(10 * (y + r * math.sin(way + s * opening))),
        )
        for x, y, r, s in ((x1, y1, r1, 1), (x1, y1, r1, -1), (x2, y2, r2, -1), (x2, y2, r2, 1))
    ]
    (a, b, c, d) = ends
    return (
        f"M{_pair(*a)}a{mm(r1)} {mm(r1)} 0 1 1{_by(a, b)}l{_pair(c[0] - b[0], c[1] - b[1])}"
        f"a{mm(r2)} {mm(r2)} 0 0 1{_by(c, d)}z"
    )


def _by(a: tuple[int, int], b: tuple[int, int]) -> str:
    return f" {_pair(b[0] - a[0], b[1] - a[1])}"


def mm(value: float) -> int:
    """Return centimeters as whole millimeters."""
    return round(value * 10)


def _pair(x: int, y: int) -> str:
    return f"{x}{y}" if y < 0 else f"{x} {y}"


def line(points: Sequence[Point]) -> str:
    """Return an open path through points, in short relative moves."""
    x, y = mm(points[0][0]), mm(points[0][1])
    moves = []
    for point in points[1:]:
        to_x, to_y = mm(point[0]), mm(point[1])
        moves.append(_pair(to_x - x, to_y - y))
        x, y = to_x, to_y
    tail = "".join(f" {move}" if i and move[0] != "-" else move for i, move in enumerate(moves))
    return f"M{_pair(mm(points[0][0]), mm(points[0][1]))}l{tail}"


def closed(points: Sequence[Point]) -> str:
    """Return a closed path through points."""
    return line(points) + "z"


def stadium(circles: Iterable[Circle], flattening: float, steps: int = STEPS) -> list[Point]:
    """Return the outline of discs that lie on the ground, seen flattened from above."""
    discs = list(circles)
    points = []
    for step in range(steps):
        turn = 2 * math.pi * step / steps
        ux, uy = math.cos(turn), math.sin(turn)
        n = math.hypot(ux, flattening * uy)
        x, y, r = max(discs, key=lambda c: c[0] * ux + c[1] * uy + c[2] * n)
        points.append((x + r * ux / n, y + r * flattening**2 * uy / n))
    return points


@dataclass(frozen=True, slots=True)
class Shape:
    """One colored surface in the world: spheres wrapped together, a flat face, or a line."""

    color: str
    spheres: tuple[Sphere, ...]
    form: str = "hull"  # or "face", "line"
    width: float = 0.0  # of a line, cm
    round: bool = False  # a head shows corners sooner than a limb

    def path(self, camera: Camera) -> str:
        """Return the path data of what the camera sees."""
        if self.form == "hull":
            steps = camera.detail * 3 // 2 if self.round else camera.detail
            return hull(camera.circles(self.spheres), steps)
        points = [camera.flat(p) for p, _ in self.spheres]
        return closed(points) if self.form == "face" else line(points)

    def seen(self, camera: Camera) -> list[Point]:
        """Return the extreme points on the screen."""
        return [
            (x + i * r, y + j * r)
            for x, y, r in camera.circles(self.spheres)
            for i, j in ((1, 1), (-1, -1))
        ]


def face(color: str, corners: Sequence[Vec]) -> Shape:
    """Return a flat surface with these corners."""
    return Shape(color, tuple((corner, 0.0) for corner in corners), "face")


def stroke(color: str, points: Sequence[Vec], width: float) -> Shape:
    """Return a line through points."""
    return Shape(color, tuple((point, width / 2) for point in points), "line", width)


def solid(color: str, *spheres: Sphere) -> Shape:
    """Return the hull of spheres."""
    return Shape(color, spheres)


def ring(center: Vec, across: tuple[Vec, Vec], radius: float, thick: float = 0.5) -> list[Sphere]:
    """Return small spheres in a circle: a straight edge from any angle."""
    (ax, ay, az), (bx, by, bz) = across
    around = []
    for step in range(10):
        c, s = (f(step * math.pi / 5) * (radius - thick) for f in (math.cos, math.sin))
        around.append(
            (
                (
                    center[0] + ax * c + bx * s,
                    center[1] + ay * c + by * s,
                    center[2] + az * c + bz * s,
                ),
                thick,
            )
        )
    return around
