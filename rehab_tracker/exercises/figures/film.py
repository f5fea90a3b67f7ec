"""Films: the scene of a thumbnail, whose outlines are tweened by SMIL."""

import math
from collections.abc import Sequence
from functools import cached_property

from rehab_tracker.exercises.figures import svg
from rehab_tracker.exercises.figures.figure import Motion
from rehab_tracker.exercises.figures.mannequin import GROUND, Layer
from rehab_tracker.exercises.figures.outlines import closed
from rehab_tracker.exercises.figures.stage import Scene

TURNS = 8  # frames of a round that never stops
STEPS = {1: 4, 2: 3}  # frames of one way between two poses, by the number of ways
FEWEST = 2
HELD_FROM, HELD_TO = 0.62, 0.996  # shares of a film that is played once and then cut


def moving(scene: Scene) -> str:
    """Return the film: hold, move, hold, return; or a round that never stops."""
    film = _Film(scene)
    takes = film.takes[0]
    first = sum(layer.depth <= GROUND for layer in takes)
    drawn = [film.layer(i, layer) for i, layer in enumerate(takes)]
    inner = "".join([*drawn[:first], film.shadow(), *drawn[first:]])
    return svg.document(scene.figure, inner, svg.bounds(scene))


class _Film:
    """Moments of a figure, and how one path becomes the next."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.shares, times = _clock(scene)
        clock = ";".join(f"{t:.3g}" for t in times)
        self.timing = f'dur="{scene.figure.seconds:g}s" repeatCount="indefinite" keyTimes="{clock}"'
        self.bodies = [scene.figure.body(t) for t in self.shares]

    @cached_property
    def takes(self) -> list[list[Layer]]:
        """The layers of every moment, of which all have the same shapes."""
        return [self.scene.layers(body, self.bodies) for body in self.bodies]

    def layer(self, index: int, layer: Layer) -> str:
        """Return one layer in motion."""
        drawn = self._painted(self.scene, [take[index] for take in self.takes])
        if layer.name == "mirror":
            drawn += self._reflected(layer)
        return svg.rimmed(drawn, f"m{index}", self.scene.scale) if layer.rim else drawn

    def _painted(self, scene: Scene, takes: Sequence[Layer]) -> str:
        pieces, at = [], 0
        for color, shapes in svg.by_color(takes[0].shapes):
            after = at + len(shapes)
            paths = [scene.paths(take.shapes[at:after]) for take in takes]
            pieces.append(svg.fill(scene, color, paths[0], shapes, self._tween(paths)))
            at = after
        return "".join(pieces)

    def _reflected(self, mirror: Layer) -> str:
        seen = [self.scene.reflection(body, mirror, self.bodies) for body in self.bodies]
        glass, layers, there = seen[0]
        takes = ([moment[1][i] for moment in seen] for i in range(len(layers)))
        drawn = "".join(self._painted(there, take) for take in takes)
        return svg.in_glass(glass, drawn, "mirror", there)

    def shadow(self) -> str:
        """Return what the body throws on the floor, if it does all the time."""
        shadows = [self.scene.shadow(body) for body in self.bodies]
        if not all(shadows):
            return ""
        paths = [closed(points) for points in shadows]
        return svg.shadow(paths[0], self._tween(paths))

    def _tween(self, paths: Sequence[str]) -> str:
        if len(set(paths)) == 1:
            return ""
        values = ";".join(_played(self.scene.figure.motion, paths))
        return f'<animate attributeName="d" {self.timing} values="{values}"/>'


def _played(motion: Motion, paths: Sequence[str]) -> Sequence[str]:
    """Return the order in which the moments are shown."""
    if motion in (Motion.CYCLE, Motion.GAIT):
        return paths
    if motion is Motion.ONCE:
        return [paths[0], *paths, paths[-1], paths[0]]
    return [paths[0], *paths, *paths[::-1], paths[0]]


def _clock(scene: Scene) -> tuple[list[float], list[float]]:
    """Return the shares of the movement that are drawn, and the times at which they are shown."""
    ways = len(scene.figure.poses) - 1
    motion = scene.figure.motion
    if motion in (Motion.CYCLE, Motion.GAIT):
        turns = TURNS if motion is Motion.GAIT else max(ways * STEPS.get(ways, FEWEST), TURNS)
        shares = [i / turns for i in range(turns + 1)]
        return shares, shares
    steps = ways * STEPS.get(ways, FEWEST)
    if motion is Motion.ONCE:
        shares = [i / steps for i in range(steps + 1)]
        there = [0.08 + (HELD_FROM - 0.08) * share for share in shares]
        return shares, [0, *there, HELD_TO, 1]
    shares = [(1 - math.cos(math.pi * i / steps)) / 2 for i in range(steps + 1)]
    there = [0.06 + 0.36 * i / steps for i in range(steps + 1)]
    back = [0.58 + 0.36 * i / steps for i in range(steps + 1)]
    return shares, [0, *there, *back, 1]
