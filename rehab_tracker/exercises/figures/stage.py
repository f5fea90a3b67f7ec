"""One moment of a figure as layers, the farthest first."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from rehab_tracker.exercises.figures.fields import LIMBS
from rehab_tracker.exercises.figures.figure import Figure
from rehab_tracker.exercises.figures.kit import KIT
from rehab_tracker.exercises.figures.mannequin import (
    BACK,
    FRONT,
    Layer,
    Mannequin,
    Sight,
    farther_limbs,
)
from rehab_tracker.exercises.figures.outlines import Camera, Point, Shape, stadium
from rehab_tracker.exercises.figures.palettes import PEOPLE
from rehab_tracker.exercises.figures.skeleton import Body
from rehab_tracker.exercises.figures.staging import Stage

FLOOR_SHADOW = 26.0  # joints higher than this (cm) throw none
REFLECTED = 7  # points of an outline in a mirror
FINE = ("sole", "sock", "trim", "crease", "blush")  # what a mirror image does without
WHOLE = 110.0  # cm that a picture shows at least with signs of full size
GHOST_MOVES = 5.0  # a limb that moves less (cm on the screen) has no ghost


class Scene:
    """A figure before a camera."""

    def __init__(self, figure: Figure, camera: Camera) -> None:
        self.figure = figure
        self.camera = camera

    @property
    def scale(self) -> float:
        """How large signs are: smaller in a close-up."""
        window = self.figure.window
        return min(1.0, max(window.size) / WHOLE) if window else 1.0

    @cached_property
    def key_bodies(self) -> tuple[Body, ...]:
        """The body at the start, on the way and at the end."""
        return tuple(self.figure.body(t * self.figure.end) for t in (0.0, 0.25, 0.5, 0.75, 1.0))

    @cached_property
    def far(self) -> frozenset[str]:
        """The limbs that are drawn in the darker tone, the same in every picture."""
        if self.figure.far is not None:
            return self.figure.far
        return farther_limbs(Sight(self.camera, self.key_bodies, self.key_bodies))

    @cached_property
    def span(self) -> tuple[float, float, float, float]:
        """The floor space that the movement takes."""
        points = [
            p for body in self.key_bodies for joint, p in body.joints.items() if joint != "world"
        ]
        xs, zs = [p[0] for p in points], [p[2] for p in points]
        return min(xs), max(xs), min(zs), max(zs)

    def layers(self, body: Body, film: Sequence[Body] = ()) -> list[Layer]:
        """Return what is drawn of a moment; in a film only what all its moments show."""
        sight = Sight(self.camera, tuple(film) or (body,), self.key_bodies, self.far)
        person = Mannequin(
            body=body,
            sight=sight,
            person=PEOPLE[self.figure.person],
            muscles=self.figure.muscles_worked,
            grips=self.figure.grips,
            bare=self.figure.bare,
        )
        free, attached = person.layers(), list[Layer]()
        stage = Stage(body, sight, self.span)
        for item in self.figure.kit:
            for layer in KIT[item.name].draw(stage, item.settings):
                put = _put(layer, item.settings.get("layer"))
                (attached if put.hosts else free).append(put)
        free.sort(key=lambda layer: layer.depth)
        in_order = _ordered(free, self.figure.order)
        trunk = [layer.name for layer in in_order].index("torso")
        nearer = {layer.name for layer in in_order[trunk:]}
        return _attached(in_order, [*person.overlays(nearer), *attached])

    def reflection(
        self, body: Body, mirror: Layer, film: Sequence[Body] = ()
    ) -> tuple[str, list[Layer], "Scene"]:
        """Return the glass of a mirror, what is seen in it, and how."""
        glass = [shape for shape in mirror.shapes if shape.color == "glass"]
        (x, _, _), _ = glass[0].spheres[0]
        scene = Scene(self.figure, replace(self.camera, glass=x, detail=REFLECTED))
        seen = [_coarse(layer) for layer in scene.layers(body, film) if layer.name != mirror.name]
        return self.paths(glass), seen, scene

    def paths(self, shapes: Sequence[Shape]) -> str:
        """Return the outlines of shapes as one path."""
        return "".join(shape.path(self.camera) for shape in shapes)

    def ghost(self) -> list[Shape]:
        """Return the limbs as they were at the start, of those that move."""
        start, end = self.key_bodies[0], self.key_bodies[-1]
        return [
            shape
            for layer in self.layers(start)
            for shape in layer.shapes
            if layer.rim and self._moves(layer.name, start, end) and _solid(shape)
        ]

    def _moves(self, name: str, start: Body, end: Body) -> bool:
        joints = LIMB_JOINTS.get(name[:3], ())
        side = name[3:] if name[:3] in ("leg", "arm") else ""
        return any(
            _apart(self.camera.flat(start.joints[j + side]), self.camera.flat(end.joints[j + side]))
            > GHOST_MOVES
            for j in joints
        )

    def shadow(self, body: Body) -> list[Point]:
        """Return the outline of what the body throws on the floor."""
        flattening = abs(self.camera.depth((0, 1, 0))) * 0.9 + 0.1
        low = [p for joint, p in body.joints.items() if joint != "world" and p[1] < FLOOR_SHADOW]
        circles = [(*self.camera.flat((x, 0, z)), 8 - y * 0.12) for x, y, z in low]
        return stadium(circles, flattening) if circles else []


LIMB_JOINTS = {
    "leg": ("knee", "ankle", "ball"),
    "arm": ("elbow", "wrist"),
    "tor": ("pelvis", "chest"),
    "hea": ("head",),
}


def _apart(a: Point, b: Point) -> float:
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)


def _coarse(layer: Layer) -> Layer:
    return replace(layer, shapes=tuple(s for s in layer.shapes if not s.color.startswith(FINE)))


def _solid(shape: Shape) -> bool:
    return shape.form == "hull" and not shape.color.startswith(("muscle", "eye", "crease"))


def _put(layer: Layer, where: str | None) -> Layer:
    """Return the layer, behind or before everything or right behind a limb, if the data say so."""
    if where is None:
        return layer
    if where in LIMBS:
        return replace(layer, depth=0, hosts=(where,), over=False)
    return replace(layer, depth={"back": BACK, "front": FRONT}[where], hosts=())


def _ordered(layers: list[Layer], order: Sequence[str]) -> list[Layer]:
    """Return the layers with those named in `order` in that order, the farthest first."""
    places = [i for i, layer in enumerate(layers) if layer.name in order]
    wanted = sorted((layers[i] for i in places), key=lambda layer: order.index(layer.name))
    for i, layer in zip(places, wanted, strict=True):
        layers[i] = layer
    return layers


def _attached(layers: list[Layer], attached: Sequence[Layer]) -> list[Layer]:
    """Return the layers with what is worn and held put right before or behind its hosts."""
    names = [layer.name for layer in layers]
    under: dict[int, list[Layer]] = {}
    over: dict[int, list[Layer]] = {}
    for layer in attached:
        places = [names.index(host) for host in layer.hosts]
        if layer.over:
            over.setdefault(max(places), []).append(layer)
        else:
            under.setdefault(min(places), []).append(layer)
    return [
        each
        for i, layer in enumerate(layers)
        for each in (*under.get(i, ()), layer, *over.get(i, ()))
    ]
