"""What kit needs to know to be drawn: one moment of a figure and who looks at it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehab_tracker.exercises.figures.mannequin import BACK, GROUND, Layer, Sight
from rehab_tracker.exercises.figures.outlines import Camera, Shape
from rehab_tracker.exercises.figures.skeleton import Body
from rehab_tracker.exercises.figures.vectors import Vec

Settings = Mapping[str, Any]
LIMB_OF = {
    **dict.fromkeys(("hip", "knee", "ankle", "heel", "ball"), "leg"),
    **dict.fromkeys(("shoulder", "elbow", "wrist"), "arm"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One moment of a figure: the body, who looks, and the floor space the movement takes."""

    body: Body
    sight: Sight
    span: tuple[float, float, float, float]  # lowest and highest x, lowest and highest z

    @property
    def camera(self) -> Camera:
        """Who looks."""
        return self.sight.camera

    def point(self, place: Any) -> Vec:
        """Return a place: [x, y, z] in the world, a joint, or [joint, out, along, forward]."""
        if isinstance(place, str):
            return self.body.joints[place]
        if isinstance(place[0], str):
            return self.body.at(place[0], *place[1:])
        return (place[0], place[1], place[2])


Draw = Callable[[Stage, Settings], Iterator[Layer]]


@dataclass(frozen=True, slots=True)
class Piece:
    """How a piece of kit is drawn, and which settings its data may have."""

    draw: Draw
    settings: frozenset[str]


def piece(draw: Draw, settings: str = "") -> Piece:
    """Return a piece of kit with these settings, given as one text."""
    return Piece(draw, frozenset(settings.split()))


def scenery(name: str, shapes: Iterable[Shape]) -> Layer:
    """Return a layer behind the body; it hides what of the shadow lies behind it."""
    return Layer(name, BACK, tuple(shapes), rim=False)


def ground(name: str, shapes: Iterable[Shape]) -> Layer:
    """Return a layer on the floor, under the shadow."""
    return Layer(name, GROUND, tuple(shapes), rim=False)


def limb_of(place: Any) -> str | None:
    """Return the layer that carries a place, None for a place in the world."""
    joint = place if isinstance(place, str) else place[0]
    if not isinstance(joint, str):
        return None
    name, _, side = joint.rpartition("_")
    return f"{LIMB_OF[name]}_{side}" if name in LIMB_OF else "torso"


def spot(settings: Settings, x: float = 0.0, z: float = 0.0) -> tuple[float, float]:
    """Return where on the floor a piece stands."""
    at = settings.get("at", [x, z])
    return (at[0], at[-1])
