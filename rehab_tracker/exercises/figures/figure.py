"""One exercise's figure: what its YAML file says, checked and ready to draw."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rehab_tracker.exercises.figures.outlines import Camera
from rehab_tracker.exercises.figures.poses import Pose, blend, swapped
from rehab_tracker.exercises.figures.skeleton import Body, stand
from rehab_tracker.exercises.figures.vectors import ORIGIN, Frame, Vec

HALF = 0.5


class Motion(StrEnum):
    """How the film runs: there and back, a hold, round and round, step by step, or once."""

    SWING = "swing"
    HOLD = "hold"
    CYCLE = "cycle"
    GAIT = "gait"
    ONCE = "once"


@dataclass(frozen=True, slots=True)
class Window:
    """A close-up: pictures show only so many centimeters around a joint."""

    joint: str
    size: tuple[float, float]  # wide, high


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of kit with its measures and places."""

    name: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Arrow:
    """Shows how a joint moves, with `back` there and back, with `push` a pressure alone."""

    joint: str
    at: Vec = ORIGIN
    shift: tuple[float, float] | None = None
    straight: bool = False
    push: Vec | None = None
    back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure's whole description; side "both" looks the same for either side."""

    slug: str
    words: str
    side: str
    axes: Frame
    camera: Camera
    window: Window | None
    poses: tuple[Pose, ...]
    muscles_worked: tuple[tuple[str, str], ...]
    kit: tuple[Item, ...]
    arrows: tuple[Arrow, ...]
    motion: Motion
    seconds: float
    planted: tuple[str, ...]
    grips: tuple[tuple[str, str], ...]
    order: tuple[str, ...]
    far: frozenset[str] | None
    bare: bool
    person: int
    source: str

    @property
    def muscles(self) -> tuple[str, ...]:
        """Return the names of the highlighted muscles, each once."""
        return tuple(dict.fromkeys(name for name, _ in self.muscles_worked))

    def body(self, t: float) -> Body:
        """Return the body at the share t of the movement; a gait's second half is mirrored."""
        second_step = self.motion is Motion.GAIT and t > HALF
        if self.motion is Motion.GAIT:
            pose = self._pose(2 * t - 1 if second_step else 2 * t)
        else:
            pose = self._pose(t)
        body = stand(self.axes, swapped(pose) if second_step else pose)
        body.share = t
        return body

    def _pose(self, t: float) -> Pose:
        last = len(self.poses) - 1
        leg = min(int(t * last), last - 1)
        return blend(self.poses[leg], self.poses[leg + 1], t * last - leg)

    @property
    def end(self) -> float:
        """Return the share of the movement at which the end picture is taken."""
        ways = len(self.poses) - 1
        before_last = (ways - 1) / ways
        return {Motion.GAIT: before_last * HALF, Motion.CYCLE: before_last}.get(self.motion, 1.0)
