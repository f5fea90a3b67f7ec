"""Where the highlighted muscles lie: spheres inside the limb, so they never need clipping."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rehab_tracker.exercises.figures.anatomy import Placed
from rehab_tracker.exercises.figures.vectors import Vec


@dataclass(frozen=True, slots=True)
class Belly:
    """One muscle belly of the left side, on the group that carries it, and the way it faces."""

    group: str
    faces: Vec
    balls: tuple[Placed, ...]

    @property
    def deep(self) -> bool:
        """Tell whether it lies on the pelvis, under clothes."""
        return self.balls[0][0] == "pelvis"


GLUTEUS_MEDIUS = Belly(
    "leg",
    (1, 0, 0),
    (
        ("pelvis", 11.2, 7.0, -0.8, 3.4),
        ("pelvis", 12.6, 1.0, -1.2, 3.9),
        ("hip", 5.2, -4.0, -0.6, 3.0),
    ),
)
GLUTEUS_MAXIMUS = Belly(
    "leg",
    (0.35, 0, -1),
    (
        ("pelvis", 8.0, 2.5, -6.0, 4.2),
        ("pelvis", 9.0, -2.5, -6.2, 4.6),
        ("hip", 1.5, -7.5, -4.8, 3.6),
    ),
)


def _thigh(faces: Vec, *balls: tuple[float, float, float, float]) -> Belly:
    return Belly("leg", faces, tuple(("hip", *ball) for ball in balls))


def _shin(faces: Vec, *balls: tuple[float, float, float, float]) -> Belly:
    return Belly("leg", faces, tuple(("knee", *ball) for ball in balls))


QUADRICEPS = _thigh((0.2, 0, 1), (0.4, -9, 4.4, 3.9), (0.6, -21, 3.9, 3.5), (0.2, -35, 2.6, 2.6))
VASTUS_LATERALIS = _thigh(
    (1, 0, 0.4), (4.2, -10, 1.6, 3.2), (3.9, -22, 1.4, 2.9), (2.4, -34, 1.0, 2.1)
)
HAMSTRINGS = _thigh((0, 0, -1), (0.4, -9, -4.2, 3.8), (0.2, -23, -3.5, 3.3), (0, -36, -2.3, 2.4))
ADDUCTORS = _thigh((-1, 0, 0.2), (-5.2, -5, 0.6, 2.8), (-4.2, -15, 0.8, 3.1), (-3.2, -29, 0.6, 2.4))
HIP_FLEXORS = Belly(
    "leg",
    (0, 0, 1),
    (("pelvis", 5.5, 5.0, 5.4, 2.4), ("pelvis", 8.2, 0, 5.4, 2.8), ("hip", -0.4, -7, 4.2, 2.7)),
)
TENSOR = Belly(
    "leg",
    (1, 0, 0.6),
    (("pelvis", 11.5, 4.0, 3.0, 2.3), ("hip", 3.6, -4, 3.2, 2.6), ("hip", 3.8, -12, 2.0, 1.9)),
)
ROTATORS = Belly(
    "leg",
    (0.6, 0, -1),
    (
        ("pelvis", 7.0, 0.5, -6.4, 2.6),
        ("pelvis", 10.5, -1.0, -5.0, 2.8),
        ("hip", 4.6, -3.0, -2.6, 2.4),
    ),
)
GASTROCNEMIUS = _shin((0, 0, -1), (0.2, -6, -3.8, 2.2), (0.2, -13, -4.4, 2.4), (0, -20, -3.5, 2.0))
SOLEUS = _shin((0, 0, -1), (0.2, -15, -4.2, 2.3), (0, -23, -3.2, 2.1), (0, -31, -2.2, 1.6))
ACHILLES = _shin((0, 0, -1), (0, -25, -3.0, 1.3), (0, -38, -2.4, 1.1))
TIBIALIS = _shin(
    (-1, 0, -0.4), (-1.8, -14, -0.8, 2.4), (-1.4, -26, -0.8, 1.7), (-1.0, -37, -0.8, 1.2)
)
FOOT = Belly(
    "leg",
    (-1, 0, 0),
    (
        ("ankle", -1.0, -4.2, -2.0, 1.2),
        ("ankle", -1.4, -2.4, 3.0, 1.2),
        ("ankle", -1.6, -4.4, 8.0, 1.0),
    ),
)
ABDOMINALS = Belly(
    "torso",
    (0, 0, 1),
    (("pelvis", 3.2, 4, 5.2, 3.2), ("waist", 3.4, 2, 5.2, 3.3), ("waist", 3.4, 12, 5.6, 3.2)),
)
OBLIQUES = Belly(
    "torso",
    (1, 0, 0.3),
    (("pelvis", 9.6, 7, 1.6, 3.6), ("waist", 9.0, 2, 1.6, 3.8), ("waist", 10.4, 11, 1.4, 3.6)),
)
QUADRATUS = Belly(
    "torso",
    (0.6, 0, -1),
    (("pelvis", 6.6, 8, -4.0, 2.8), ("waist", 6.0, 2, -4.2, 3.0), ("waist", 5.6, 8, -4.6, 2.6)),
)
ERECTORS = Belly(
    "torso",
    (0, 0, -1),
    (("pelvis", 3.6, 8, -5.2, 2.4), ("waist", 3.4, 4, -5.0, 2.6), ("chest", 3.6, 2, -5.2, 2.6)),
)

MUSCLES: Mapping[str, tuple[Belly, ...]] = MappingProxyType(
    {
        "gluteus medius": (GLUTEUS_MEDIUS,),
        "gluteus medius posterior fibers": (GLUTEUS_MEDIUS,),
        "gluteus medius of the standing leg": (GLUTEUS_MEDIUS,),
        "gluteus minimus": (GLUTEUS_MEDIUS,),
        "gluteus maximus": (GLUTEUS_MAXIMUS,),
        "gluteals": (GLUTEUS_MAXIMUS,),
        "deep hip rotators": (ROTATORS,),
        "hip flexors": (HIP_FLEXORS,),
        "tensor fasciae latae": (TENSOR,),
        "quadriceps": (QUADRICEPS,),
        "vasti": (QUADRICEPS,),
        "rectus femoris": (QUADRICEPS,),
        "vastus lateralis": (VASTUS_LATERALIS,),
        "hamstrings": (HAMSTRINGS,),
        "adductors": (ADDUCTORS,),
        "gastrocnemius": (GASTROCNEMIUS,),
        "soleus": (SOLEUS,),
        "Achilles tendon": (ACHILLES,),
        "tibialis posterior": (TIBIALIS,),
        "ankle stabilizers": (TIBIALIS,),
        "foot intrinsic muscles": (FOOT,),
        "obliques": (OBLIQUES,),
        "quadratus lumborum": (QUADRATUS,),
        "trunk stabilizers": (ABDOMINALS, ERECTORS),
    }
)
