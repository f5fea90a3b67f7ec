"""The body as layers of colored surfaces, seen by one camera."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace

from rehab_tracker.exercises.figures import anatomy
from rehab_tracker.exercises.figures.anatomy import Part
from rehab_tracker.exercises.figures.muscles import MUSCLES, Belly
from rehab_tracker.exercises.figures.outlines import Camera, Shape, Sphere, stroke
from rehab_tracker.exercises.figures.palettes import Person
from rehab_tracker.exercises.figures.skeleton import MIDLINE, Body
from rehab_tracker.exercises.figures.vectors import Vec

BONES = {"leg": ("hip", "knee", "ankle"), "arm": ("shoulder", "elbow", "wrist")}
LIMBS = tuple((kind, side) for kind in BONES for side in ("_L", "_R"))
# How much nearer than its joints a limb counts, so that it lies on the trunk and not under it.
LEAN = {"leg": 4.0, "arm": 3.0}
TWINS_APART = 3.0  # cm in depth, from which the farther limb is darker
GROUND, BACK, FRONT = -2000.0, -1000.0, 1000.0  # depths under, behind and before every body


@dataclass(frozen=True, slots=True)
class Layer:
    """Surfaces that belong together, far ones first; a rim sets them off from what lies behind."""

    name: str
    depth: float
    shapes: tuple[Shape, ...]
    rim: bool = True
    hosts: tuple[str, ...] = ()  # it lies over the last of these layers, or under the first
    over: bool = True


@dataclass(frozen=True, slots=True)
class Sight:
    """What a camera can see in every one of some moments, so that a film never loses a part."""

    camera: Camera
    bodies: tuple[Body, ...]
    movement: tuple[Body, ...]  # decides what lies before what, the same in every picture
    far: frozenset[str] = frozenset()

    def faces(self, joint: str, direction: Vec, least: float) -> bool:
        """Tell whether a joint's direction always points to the viewer at least this much."""
        return all(
            self.camera.depth(body.direction(joint, direction)) >= least for body in self.bodies
        )

    def depth(self, *joints: str) -> float:
        """Return the mean depth of joints during the whole movement."""
        points = [body.joints[joint] for body in self.movement for joint in joints]
        return sum(map(self.camera.depth, points)) / len(points)


def farther_limbs(sight: Sight) -> frozenset[str]:
    """Return the limbs that are clearly behind their twins, such as {"leg_L", "arm_L"}."""
    far = set()
    for kind, bones in BONES.items():
        left, right = (sight.depth(*(bone + side for bone in bones)) for side in ("_L", "_R"))
        if abs(left - right) > TWINS_APART:
            far.add(kind + ("_L" if left < right else "_R"))
    return frozenset(far)


@dataclass(frozen=True, slots=True)
class Mannequin:
    """Somebody in one moment, with the muscles ("gluteus medius", "L") that the exercise works."""

    body: Body
    sight: Sight
    person: Person
    muscles: tuple[tuple[str, str], ...] = ()
    grips: tuple[tuple[str, str], ...] = ()  # ("_L", "fist")
    bare: bool = False

    def layers(self) -> list[Layer]:
        """Return trunk, head and limbs."""
        trunk = self.sight.depth("pelvis", "chest")
        layers = [
            Layer("torso", trunk, tuple(self._trunk())),
            Layer("head", max(self.sight.depth("head"), trunk) + 2.5, tuple(self._head())),
        ]
        for kind, side in LIMBS:
            depth = self.sight.depth(*(bone + side for bone in BONES[kind])) + LEAN[kind]
            shapes = self._leg(side) if kind == "leg" else self._arm(side)
            layers.append(Layer(kind + side, depth, tuple(shapes)))
        return layers

    def overlays(self, nearer: Container[str]) -> Iterator[Layer]:
        """Return what lies on limbs without a rim: the muscles that show through clothes.

        Where a limb is nearer than the trunk, a patch covers the rim out of which it grows.
        """
        for kind, side in LIMBS:
            limb = kind + side
            far = self._tone(limb)
            patch = (self._shape(anatomy.PATCHES[kind], side, far),) if limb in nearer else ()
            shapes = (*patch, *self._bellies(kind, side, "muscle_cloth", deep=False))
            if shapes:
                yield Layer(limb + "-top", 0, shapes, rim=False, hosts=(limb,))
            if hips := tuple(self._bellies(kind, side, "muscle_cloth", deep=True)):
                yield Layer(limb + "-hip", 0, hips, rim=False, hosts=(limb, "torso"))

    def _shape(self, part: Part, side: str = "", far: str = "") -> Shape:
        return Shape(part.color + far, tuple(self._spheres(part.balls, side)))

    def _spheres(self, balls: Iterable[anatomy.Placed], side: str) -> Iterator[Sphere]:
        """Place spheres that are described for the left side on either side."""
        mirror = -1 if side == "_R" else 1
        for joint, out, along, forward, radius in balls:
            slim = anatomy.SLIM.get(joint, 1.0) if self.person.slim else 1.0
            name, sign = (joint, mirror) if joint in MIDLINE else (joint + side, 1)
            yield self.body.at(name, out * sign * slim, along, forward), radius * slim

    def _tone(self, limb: str) -> str:
        return "_far" if limb in self.sight.far else ""

    def _leg(self, side: str) -> Iterator[Shape]:
        far = self._tone("leg" + side)
        for part in anatomy.bare_foot(self.body.arches[side]) if self.bare else ():
            yield self._shape(part, side, far)
        for part in anatomy.LEG_SKIN:
            yield self._shape(part, side, far)
        if self.sight.faces("knee" + side, (0, 0.3, 1), 0.15):
            yield self._shape(anatomy.KNEECAP, side, far)
        yield from self._bellies("leg", side, "muscle", deep=False)
        yield self._shape(anatomy.SHORTS, side, far)
        for part in () if self.bare else anatomy.SHOE:
            yield self._shape(part, side, far)

    def _arm(self, side: str) -> Iterator[Shape]:
        far = self._tone("arm" + side)
        for part in anatomy.ARM_SKIN:
            yield self._shape(part, side, far)
        for part in anatomy.HANDS[dict(self.grips).get(side, "loose")]:
            yield self._shape(part, side, far)
        yield self._shape(anatomy.SLEEVE, side, far)

    def _trunk(self) -> Iterator[Shape]:
        for part in anatomy.TORSO:
            yield self._shape(part)
        for side in ("_L", "_R"):
            yield self._shape(anatomy.YOKE, side)
            yield from self._bellies("torso", side, "muscle_cloth")

    def _head(self) -> Iterator[Shape]:
        neck = [self._shape(part) for part in anatomy.NECK]
        hair = [replace(self._shape(p), round=True) for p in anatomy.HAIR[self.person.style]]
        skin = [replace(self._shape(part), round=True) for part in anatomy.FACE]
        if not self.sight.faces("head", (0, 0, 1), -0.35):
            yield from (*neck, *skin, *hair)
            yield from self._ears()
            return
        hair_behind = self.sight.faces("head", (0, 0, 1), 0.6)
        yield from (*hair, *neck) if hair_behind else (*neck, *hair)
        yield from skin
        if self.person.beard:
            yield from (self._shape(part) for part in anatomy.BEARD)
        yield from self._ears()
        yield from self._expression()

    def _ears(self) -> Iterator[Shape]:
        for k in (1, -1):
            if self.sight.faces("head", (k, 0, 0), 0.25):
                balls = (("head", k * 6.9, 0.4, -0.8, 1.9), ("head", k * 6.7, -1.8, -0.4, 1.4))
                yield self._shape(Part("crease", balls))

    def _expression(self) -> Iterator[Shape]:
        for k in (1, -1):
            if self.sight.faces("head", (k * 0.5, 0, 0.87), 0.22):
                balls = (("head", k * 3.0, 0.9, 8.2, 0.85), ("head", k * 3.0, 0.1, 8.2, 0.85))
                yield self._shape(Part("eye", balls))
                brow = ((k * 4.6, 2.9, 7.4), (k * 3.0, 3.5, 8.3), (k * 1.6, 3.1, 8.6))
                yield stroke("hair", [self.body.at("head", *p) for p in brow], 0.7)
        if self.sight.faces("head", (0, -0.2, 1), -0.05):
            smile = [
                p
                for p in (
                    (2.4, -5.0, 7.4),
                    (1.3, -5.7, 8.2),
                    (0, -6.0, 8.5),
                    (-1.3, -5.7, 8.2),
                    (-2.4, -5.0, 7.4),
                )
                if self.sight.faces("head", (p[0] * 0.32, 0, 0.9), 0.05)
            ]
            if len(smile) > 1:
                yield stroke("blush", [self.body.at("head", *p) for p in smile], 0.8)

    def _bellies(
        self, group: str, side: str, color: str, *, deep: bool | None = None
    ) -> Iterator[Shape]:
        """Return the bellies of a group; deep ones come from the pelvis, None stands for all."""
        for name, worked in self.muscles:
            for belly in MUSCLES[name] if "_" + worked == side else ():
                fits = belly.group == group and deep in (None, belly.deep)
                if fits and self._faces(belly, group + side, side):
                    spheres = tuple(self._spheres(belly.balls, side))
                    yield Shape(color, spheres)
                    if color == "muscle":
                        core = tuple((p, r * 0.5) for p, r in spheres)
                        yield Shape("muscle_light", core)

    def _faces(self, belly: Belly, limb: str, side: str) -> bool:
        joint = belly.balls[0][0]
        least = 0.12 if belly.deep and limb in self.sight.far else -0.55
        x, y, z = belly.faces
        if joint in MIDLINE:
            return self.sight.faces(joint, (-x if side == "_R" else x, y, z), least)
        return self.sight.faces(joint + side, (x, y, z), least)
