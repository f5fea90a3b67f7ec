"""Points and axes in space; lengths in centimeters, angles in degrees."""

import math
from typing import NamedTuple

Vec = tuple[float, float, float]
ORIGIN: Vec = (0.0, 0.0, 0.0)
RIGHT: Vec = (1.0, 0.0, 0.0)
UP: Vec = (0.0, 1.0, 0.0)
VIEWER: Vec = (0.0, 0.0, 1.0)


class Frame(NamedTuple):
    """A body part's own axes, as unit vectors of the world."""

    x: Vec
    y: Vec
    z: Vec


WORLD = Frame(RIGHT, UP, VIEWER)


def add(a: Vec, b: Vec) -> Vec:
    """Return the sum of two vectors."""
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def sub(a: Vec, b: Vec) -> Vec:
    """Return the way from b to a."""
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def mul(a: Vec, k: float) -> Vec:
    """Return the vector k times as long."""
    return (a[0] * k, a[1] * k, a[2] * k)


def dot(a: Vec, b: Vec) -> float:
    """Return the scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vec, b: Vec) -> Vec:
    """Return the vector at right angles to both."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def length(a: Vec) -> float:
    """Return the length in centimeters."""
    return math.sqrt(dot(a, a))


def unit(a: Vec) -> Vec:
    """Return the vector's direction; a zero vector stays zero."""
    return mul(a, 1 / (length(a) or 1.0))


def lerp(a: Vec, b: Vec, t: float) -> Vec:
    """Return the point at the share t of the way from a to b."""
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


def angle(a: Vec, b: Vec) -> float:
    """Return the angle between two directions, 0 to 180 degrees."""
    return math.degrees(math.acos(max(-1.0, min(1.0, dot(unit(a), unit(b))))))


def across(a: Vec, n: Vec) -> Vec:
    """Return the direction of the part of a that is at right angles to the unit vector n."""
    return unit(sub(a, mul(n, dot(a, n))))


def apply(frame: Frame, v: Vec) -> Vec:
    """Return a vector of the frame's own axes in the world."""
    return add(add(mul(frame.x, v[0]), mul(frame.y, v[1])), mul(frame.z, v[2]))


def turn(frame: Frame, axis: int, degrees: float) -> Frame:
    """Return the frame turned about its own axis 0, 1 or 2."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    i, j = ((1, 2), (2, 0), (0, 1))[axis]
    axes = [frame.x, frame.y, frame.z]
    axes[i] = add(mul(frame[i], c), mul(frame[j], s))
    axes[j] = sub(mul(frame[j], c), mul(frame[i], s))
    return Frame(*axes)


def bone_frame(start: Vec, end: Vec, front: Vec) -> Frame:
    """Return the axes of a bone that hangs from start to end and faces front."""
    y = unit(sub(start, end))
    z = across(front, y)
    return Frame(cross(y, z), y, z)


def flat_frame(forward: Vec) -> Frame:
    """Return the axes of a foot whose sole lies along forward, level from side to side."""
    z = unit(forward)
    x = unit(cross(UP, z))
    return Frame(x, cross(z, x), z)


def mixed(a: Frame, b: Frame, share: float) -> Frame:
    """Return the axes between two frames that are less than half a turn apart."""
    y = unit(lerp(a.y, b.y, share))
    z = across(lerp(a.z, b.z, share), y)
    return Frame(cross(y, z), y, z)
