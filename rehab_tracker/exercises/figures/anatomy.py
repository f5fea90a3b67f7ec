"""The mannequin's shapes: which spheres, in which bone's axes, make up skin, clothes and muscles.

A sphere is (outward, along the bone, forward, radius) in centimeters from the joint where its bone
begins; a limb's bone hangs along -y.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rehab_tracker.exercises.figures.skeleton import FOREARM, SHIN, THIGH, UPPER_ARM

Ball = tuple[float, float, float, float]
Placed = tuple[str, float, float, float, float]  # joint, then a Ball


@dataclass(frozen=True, slots=True)
class Part:
    """Spheres of one bone (or several) that are wrapped into one surface of one color."""

    color: str
    balls: tuple[Placed, ...]


def part(color: str, joint: str, *balls: Ball) -> Part:
    """Return a surface that one bone carries."""
    return Part(color, tuple((joint, *ball) for ball in balls))


def hem(along: float, radius: float, forward: float = 0.0) -> tuple[Ball, ...]:
    """Return a ring of small spheres, which gives clothes a straight edge from any angle."""
    return tuple(
        (
            radius * math.cos(k * math.pi / 5),
            along,
            forward + radius * math.sin(k * math.pi / 5),
            0.5,
        )
        for k in range(10)
    )


LEG_SKIN = (
    part("skin", "hip", (0.5, -1, -0.6, 8.6), (0, -20, 0.3, 7.2)),
    part("skin", "hip", (0, -20, 0.3, 7.2), (0, -THIGH, 0.2, 5.1)),
    part("skin", "knee", (0, 0, 0.2, 5.1), (0, -9, -1.3, 5.4), (0, -16, -1.7, 5.0)),
    part("skin", "knee", (0, -16, -1.7, 5.0), (0, -SHIN, -0.3, 3.2)),
)
KNEECAP = part("crease", "knee", (0, 1.4, 3.0, 2.3), (0, -1.2, 3.3, 2.0))
SHORTS = part("shorts", "hip", (0.5, 0, -0.6, 9.3), *hem(-19, 8.8, 0.2))
SHOE = (
    part("sock", "knee", (0, -SHIN + 4.4, -0.3, 3.7), (0, -SHIN, -0.2, 3.7)),
    part(
        "sole",
        "ankle",
        (1.4, -6.3, -4.9, 0.8),
        (-1.4, -6.3, -4.9, 0.8),
        (2.2, -6.3, 10, 0.8),
        (-2.0, -6.3, 10, 0.8),
    ),
    part(
        "sole",
        "ball",
        (2.2, 0.7, 0, 0.8),
        (-2.0, 0.7, 0, 0.8),
        (1.4, 0.7, 7.2, 0.8),
        (-1.0, 0.7, 7.2, 0.8),
    ),
    part("shoe", "ball", (0.8, 3.2, -0.4, 2.9), (-0.8, 3.2, -0.4, 2.9), (0.2, 2.9, 5.6, 2.3)),
    part(
        "shoe",
        "ankle",
        (0, -3.1, -4.3, 3.3),
        (0, -0.4, -0.8, 3.8),
        (0.8, -3.8, 9.6, 2.9),
        (-0.8, -3.8, 9.6, 2.9),
    ),
    part(
        "trim",
        "ankle",
        (1.0, -1.6, 5.6, 1.1),
        (-1.0, -1.6, 5.6, 1.1),
        (0.9, -2.4, 8.2, 0.9),
        (-0.9, -2.4, 8.2, 0.9),
    ),
)


def bare_foot(arch: float) -> tuple[Part, ...]:
    """Return a foot without a shoe, shortened by lifting its arch (0 to 1)."""
    lift, back = 3.2 * arch, arch
    return (
        part(
            "skin", "ankle", (0, -3.9, -4.0, 2.9), (0, -0.6, -0.6, 3.3), (0, -4.2 + lift, 3.4, 2.4)
        ),
        part("skin", "ankle", (0, -1.0, 1.0, 2.9), (0.2, -2.4 + lift * 0.3, 4.2, 2.5)),
        part(
            "skin",
            "ankle",
            (0.2, -3.9 + lift, 4.0, 2.6 - 0.7 * arch),
            (1.8, -5.1, 9.4 - back, 1.7),
            (-2.0, -4.8, 9.6 - back, 2.0),
        ),
        part("skin", "ball", (-2.0, 1.9, -0.4, 1.9), (-2.0, 1.6, 6.4, 1.5)),
        part("skin", "ball", (-0.3, 1.7, -0.4, 1.6), (-0.3, 1.4, 5.8, 1.2)),
        part("skin", "ball", (1.0, 1.6, -0.4, 1.5), (0.9, 1.3, 5.0, 1.15)),
        part("skin", "ball", (2.2, 1.5, -0.4, 1.4), (2.0, 1.2, 3.8, 1.1)),
    )


ARM_SKIN = (
    part("skin", "shoulder", (0, -0.6, 0, 4.5), (0, -UPPER_ARM, 0, 3.5)),
    part("skin", "elbow", (0, 0, 0, 3.5), (0, -8, 0.2, 3.6)),
    part("skin", "elbow", (0, -8, 0.2, 3.6), (0, -FOREARM, 0, 2.4)),
)
SLEEVE = part("shirt", "shoulder", (0, -0.4, 0, 5.1), *hem(-13.5, 5.7))
HANDS: Mapping[str, tuple[Part, ...]] = MappingProxyType(
    {
        "open": (
            part("skin", "wrist", (0, 0, 0, 2.3), (2.4, -7.4, 0.2, 1.5), (-2.3, -7.2, 0.2, 1.5)),
            part(
                "skin",
                "wrist",
                (2.5, -7.6, 0.2, 1.3),
                (-2.3, -7.4, 0.2, 1.3),
                (1.0, -15, 0.7, 1.0),
                (-1.4, -13.8, 0.7, 1.0),
            ),
            part("skin", "wrist", (1.8, -2.6, 0.8, 1.5), (4.4, -7.6, 1.6, 1.05)),
        ),
        "loose": (
            part("skin", "wrist", (0, 0, 0, 2.3), (2.2, -7.2, 0.4, 1.6), (-2.1, -7.0, 0.4, 1.6)),
            part(
                "skin",
                "wrist",
                (2.1, -7.4, 0.6, 1.4),
                (-2.0, -7.2, 0.6, 1.4),
                (1.0, -12.6, 3.2, 1.1),
                (-1.2, -11.6, 3.2, 1.1),
            ),
            part("skin", "wrist", (1.8, -2.6, 0.8, 1.5), (3.3, -7.2, 2.8, 1.05)),
        ),
        "fist": (
            part("skin", "wrist", (0, 0, 0, 2.3), (2.4, -6.6, 0.3, 1.9), (-2.3, -6.4, 0.3, 1.9)),
            part(
                "skin",
                "wrist",
                (2.5, -7.0, 1.4, 1.9),
                (-2.4, -6.8, 1.4, 1.8),
                (2.2, -5.2, 4.0, 1.6),
                (-2.1, -5.0, 3.9, 1.6),
            ),
            part("skin", "wrist", (2.2, -2.6, 1.0, 1.5), (2.3, -5.6, 4.9, 1.15)),
        ),
    }
)
TORSO = (
    Part(
        "shirt",
        tuple(
            ("chest", *b)
            for b in (
                (6.8, -2, 0.6, 9.0),
                (-6.8, -2, 0.6, 9.0),
                (7.2, 8.6, 0.5, 9.4),
                (-7.2, 8.6, 0.5, 9.4),
            )
        ),
    ),
    part(
        "shirt",
        "waist",
        (5.6, 2, 0.4, 8.4),
        (-5.6, 2, 0.4, 8.4),
        (6.8, 12, 0.6, 9.0),
        (-6.8, 12, 0.6, 9.0),
    ),
    part(
        "shirt",
        "pelvis",
        (6.3, 6.5, 0, 8.8),
        (-6.3, 6.5, 0, 8.8),
        (5.6, 14, 0.4, 8.4),
        (-5.6, 14, 0.4, 8.4),
    ),
    part(
        "shorts",
        "pelvis",
        (7.6, -1, -1.0, 9.2),
        (-7.6, -1, -1.0, 9.2),
        (6.4, 4.6, 0, 9.0),
        (-6.4, 4.6, 0, 9.0),
        (5.5, -2.5, -3.4, 8.4),
        (-5.5, -2.5, -3.4, 8.4),
    ),
)
YOKE = Part(
    "shirt",
    (
        ("chest", 7.2, 8.6, 0.5, 9.4),
        ("shoulder", 0, -0.6, 0, 4.9),
        ("chest", 3.4, 18.9, -1.4, 4.5),
    ),
)
PATCHES: Mapping[str, Part] = MappingProxyType(
    {
        "arm": Part("shirt", (("chest", 8.6, 10.5, 0, 5.6), ("shoulder", 0, -0.4, 0, 4.5))),
        "leg": Part("shorts", (("pelvis", 5.5, 2.0, -1.2, 6.6), ("hip", 0.3, 0, -0.6, 8.5))),
    }
)
# How much narrower a slim person is, by joint.
SLIM: Mapping[str, float] = MappingProxyType(
    {"waist": 0.91, "chest": 0.92, "shoulder": 0.86, "elbow": 0.86, "wrist": 0.9}
)
NECK = (
    Part("skin", (("chest", 0, 18.6, -0.8, 4.8), ("neck", 0, 0.5, 0.2, 4.3))),
    Part("skin", (("neck", 0, 0.5, 0.2, 4.3), ("head", 0, -3.4, -0.6, 4.3))),
)
FACE = (
    part("skin", "head", (0, 1.4, 1.7, 7.3), (0, -5.4, 3.8, 4.4), (0, -2.4, 0.4, 6.6)),
    part("skin", "head", (0, 0.6, 8.3, 1.0), (0, -2.2, 9.7, 1.15)),
)
EYES = (("L", 2.9), ("R", -2.9))
HAIR: Mapping[str, tuple[Part, ...]] = MappingProxyType(
    {
        "short": (
            part("hair", "head", (0, 3.0, -1.8, 8.5), (0, 4.9, 1.5, 7.4), (0, -2.2, -3.6, 5.4)),
        ),
        "bun": (
            part("hair", "head", (0, 6.4, -9.8, 4.0), (0, 4.8, -7.6, 3.2)),
            part("hair", "head", (0, 3.0, -1.8, 8.6), (0, 4.8, 1.3, 7.6), (0, -2.0, -4.0, 5.6)),
        ),
        "ponytail": (
            part(
                "hair", "head", (0, 3.6, -9.4, 2.4), (0, -3.6, -12.6, 3.0), (0, -10.5, -12.2, 1.2)
            ),
            part("hair", "head", (0, 3.0, -1.8, 8.6), (0, 4.8, 1.3, 7.6), (0, -2.0, -4.0, 5.6)),
        ),
        "bob": (
            part(
                "hair",
                "head",
                (0, 3.0, -1.6, 8.8),
                (0, 4.8, 1.2, 7.8),
                (4.2, -7.2, -2.6, 4.0),
                (-4.2, -7.2, -2.6, 4.0),
            ),
        ),
        "cropped": (
            part("hair", "head", (0, 2.6, -1.4, 8.1), (0, 4.4, 1.2, 7.2), (0, -1.6, -3.4, 5.4)),
        ),
    }
)
BEARD = (part("hair", "head", (0, -7.6, 4.4, 2.7), (3.4, -6.6, 1.4, 1.8), (-3.4, -6.6, 1.4, 1.8)),)
