"""Writes pictures as SVG text without styles or scripts, fit for an image element."""

from collections.abc import Sequence
from html import escape
from itertools import chain, groupby

from rehab_tracker.exercises.figures import arrows
from rehab_tracker.exercises.figures.figure import Figure, Motion
from rehab_tracker.exercises.figures.mannequin import BACK, GROUND, Layer
from rehab_tracker.exercises.figures.outlines import Point, Shape, closed, mm
from rehab_tracker.exercises.figures.palettes import HALO, PEOPLE, THINGS, paint
from rehab_tracker.exercises.figures.skeleton import Body
from rehab_tracker.exercises.figures.stage import Scene
from rehab_tracker.exercises.figures.vectors import ORIGIN

Box = tuple[float, float, float, float]
BADGE = "#12343b"
RIM = 16  # mm, half of it outside
OPACITY = {"muscle_cloth": 0.82, "ghost": 0.34, "wall": 0.62, "glass": 0.88, "reflection": 0.75}
FARTHER = 0.8  # how large a reflection is, which is farther away than who looks at it


def still(scene: Scene) -> str:
    """Return the square thumbnail: the end, the start as a ghost, and the arrows."""
    x0, y0, x1, y1 = bounds(scene)
    side = max(x1 - x0, y1 - y0)
    dx, dy = (side - (x1 - x0)) / 2, (side - (y1 - y0)) / 2
    square = (x0 - dx, y0 - dy, x1 + dx, y1 + dy)
    beside = 0.2 * _sign_radius(square)  # a sign stands beside a tall figure, over a wide one
    sign = (square[0], y0, min(square[2], x1 + beside), square[3])
    return document(scene.figure, _end(scene, "a", sign), square)


def pair(scene: Scene) -> str:
    """Return start and end, numbered, side by side or stacked when they are wide."""
    box = x0, y0, x1, y1 = _roomy(scene, bounds(scene))
    wide = x1 - x0 > y1 - y0  # the pair is as near to a square as it can be
    dx, dy = (0.0, y1 - y0 + 4) if wide else (x1 - x0 + 6, 0.0)
    start = _framed(_moment(scene, 0.0, "a") + _badge(1, box), box, (x0, y0))
    end = _framed(_end(scene, "b", box) + _badge(2, box), box, (x0 + dx, y0 + dy))
    return document(scene.figure, start + end, (x0, y0, x1 + dx, y1 + dy))


def _roomy(scene: Scene, box: Box) -> Box:
    """Return the box, wider to the left where the number would lie on somebody."""
    x0, y0, x1, y1 = box
    size = _sign_radius(box) / 5  # cm across
    beside = [
        x - r
        for body in (scene.key_bodies[0], scene.key_bodies[-1])
        for layer in scene.layers(body)
        if layer.rim
        for shape in layer.shapes
        for x, y, r in scene.camera.circles(shape.spheres)
        if y - r < y0 + size
    ]
    left = x0 if scene.figure.window else min([x0, *(x - size for x in beside)])
    return left, y0, x1, y1


def _framed(inner: str, box: Box, at: Point) -> str:
    """Return a picture inside a picture, cut off at its edges."""
    x, y = mm(at[0]), mm(at[1])
    x0, y0, x1, y1 = (mm(edge) for edge in box)
    wide, high = x1 - x0, y1 - y0
    view = f'viewBox="{x0} {y0} {wide} {high}"'
    return f'<svg x="{x}" y="{y}" width="{wide}" height="{high}" {view}>{inner}</svg>'


def frame(scene: Scene, t: float) -> str:
    """Return one moment of the film."""
    return document(scene.figure, _moment(scene, t, "f"), bounds(scene))


def bounds(scene: Scene) -> Box:
    """Return what a picture has to hold, left, top, right and bottom on the screen (cm)."""
    if window := scene.figure.window:
        body = scene.key_bodies[len(scene.key_bodies) // 2]
        x, y = scene.camera.flat(body.joints[window.joint])
        wide, high = (size / 2 for size in window.size)
        return x - wide, y - high, x + wide, y + high
    points = [
        point
        for body in scene.key_bodies
        for layer in scene.layers(body)
        for shape in layer.shapes
        for point in shape.seen(scene.camera)
    ]
    for arrow in scene.figure.arrows:
        drawn = arrows.draw(scene, arrow)
        points += [*drawn.shaft, *chain.from_iterable(drawn.heads)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs) - 3, min(ys) - 3, max(xs) + 3, max(ys) + 3


def _end(scene: Scene, name: str, box: Box) -> str:
    drawn = "".join(_arrow(arrows.draw(scene, arrow)) for arrow in scene.figure.arrows)
    held = _pause(box) if scene.figure.motion in (Motion.HOLD, Motion.ONCE) else ""
    return _moment(scene, scene.figure.end, name, ghost=True) + drawn + held


def _moment(scene: Scene, t: float, name: str, *, ghost: bool = False) -> str:
    body = scene.figure.body(t)
    layers = scene.layers(body)
    under = shadow(closed(points)) if (points := scene.shadow(body)) else ""
    on_ground, behind = (sum(layer.depth <= far for layer in layers) for far in (GROUND, BACK))
    drawn = [_layer(scene, layer, f"{name}{i}") for i, layer in enumerate(layers)]
    for i, layer in enumerate(layers):
        if layer.name == "mirror":
            drawn[i] += _reflected(scene, body, layer, f"{name}m")
    before = _ghost(scene) if ghost else ""
    return "".join([*drawn[:on_ground], under, *drawn[on_ground:behind], before, *drawn[behind:]])


def _ghost(scene: Scene) -> str:
    shapes = scene.paths(scene.ghost())
    if not shapes:
        return ""
    return f'<path d="{shapes}" fill="{THINGS["ghost"]}" fill-opacity="{OPACITY["ghost"]}"/>'


def shadow(path: str, inner: str = "") -> str:
    """Return a shadow with this outline."""
    return f'<path d="{path}" fill="#0d2731" fill-opacity=".15">{inner}</path>'


def _layer(scene: Scene, layer: Layer, name: str) -> str:
    drawn = _painted(scene, layer)
    return rimmed(drawn, name, scene.scale) if layer.rim else drawn


def _painted(scene: Scene, layer: Layer) -> str:
    return "".join(
        fill(scene, color, scene.paths(shapes), shapes) for color, shapes in by_color(layer.shapes)
    )


def _reflected(scene: Scene, body: Body, mirror: Layer, name: str) -> str:
    glass, layers, there = scene.reflection(body, mirror)
    return in_glass(glass, "".join(_painted(there, layer) for layer in layers), name, there)


def in_glass(glass: str, seen: str, name: str, there: Scene) -> str:
    """Return what a mirror shows, smaller where it stands and cut off at the edges of its glass."""
    x, y = (round(mm(place) * (1 - FARTHER)) for place in there.camera.flat(ORIGIN))
    return (
        f'<clipPath id="{name}"><path d="{glass}"/></clipPath>'
        f'<g clip-path="url(#{name})" opacity="{OPACITY["reflection"]}">'
        f'<g transform="translate({x} {y}) scale({FARTHER})">{seen}</g></g>'
    )


def rimmed(drawn: str, name: str, scale: float = 1.0) -> str:
    """Return a drawing with a rim that sets it off from what lies behind."""
    return (
        f'<defs><g id="{name}">{drawn}</g></defs><use href="#{name}" stroke="{HALO}" '
        f'stroke-width="{round(RIM * scale)}" stroke-linejoin="round"/><use href="#{name}"/>'
    )


def by_color(shapes: Sequence[Shape]) -> list[tuple[str, list[Shape]]]:
    """Return neighbors of one color and form together."""
    return [
        (color, list(group))
        for (color, _), group in groupby(shapes, key=lambda shape: (shape.color, shape.form))
    ]


def fill(scene: Scene, color: str, path: str, shapes: Sequence[Shape], inner: str = "") -> str:
    """Return a path in the color of shapes that look alike."""
    look = paint(PEOPLE[scene.figure.person], color.replace("muscle_cloth", "muscle"))
    if shapes[0].form == "line":
        width = mm(shapes[0].width)
        look = f'fill="none" stroke="{look}" stroke-width="{width}" stroke-linecap="round"'
    else:
        look = f'fill="{look}"'
    if opacity := OPACITY.get(color.removesuffix("_far")):
        look += f' fill-opacity="{opacity}"'
    return f'<path d="{path}" {look}>{inner}</path>' if inner else f'<path d="{path}" {look}/>'


def _arrow(drawn: arrows.Drawn) -> str:
    color, (shaft, head) = THINGS["arrow"], drawn.paths()
    rim, wide, edge, trim = (round(mm * drawn.scale) for mm in (64, 32, 34, 10))
    return (
        f'<g stroke="{HALO}" stroke-linejoin="round" stroke-linecap="round">'
        f'<path d="{shaft}" fill="none" stroke-width="{rim}"/>'
        f'<path d="{head}" stroke-width="{edge}"/></g>'
        f'<path d="{shaft}" fill="none" stroke="{color}" stroke-width="{wide}" '
        f'stroke-linecap="round"/><path d="{head}" fill="{color}" stroke="{color}" '
        f'stroke-width="{trim}" stroke-linejoin="round"/>'
    )


def _badge(number: int, box: Box) -> str:
    """Return the number of a picture in its left upper corner."""
    x, y, r = mm(box[0]), mm(box[1]), _sign_radius(box)
    return _disc(x + r, y + r, r) + (
        f'<text x="{x + r}" y="{y + r + round(r * 0.46)}" font-family="sans-serif" '
        f'font-size="{round(r * 1.3)}" font-weight="700" fill="#fff" '
        f'text-anchor="middle">{number}</text>'
    )


def _pause(box: Box) -> str:
    """Return the sign for a position that is held, in the right upper corner."""
    r = _sign_radius(box)
    x, y = mm(box[2]) - r, mm(box[1]) + r
    bars = "".join(f"M{x + k} {y - r * 2 // 5}v{r * 4 // 5}" for k in (-r * 3 // 10, r * 3 // 10))
    return _disc(x, y, r) + (
        f'<path d="{bars}" stroke="#fff" stroke-width="{r * 3 // 10}" stroke-linecap="round"/>'
    )


def _disc(x: int, y: int, r: int) -> str:
    rim = max(2, r // 8)
    circle = f'<circle cx="{x}" cy="{y}" r="{r - rim // 2}" fill="{BADGE}" '
    return circle + f'stroke="{HALO}" stroke-width="{rim}"/>'


def _sign_radius(box: Box) -> int:
    """Return the radius of signs in millimeters, which grows with the picture."""
    return round(0.42 * max(box[2] - box[0], box[3] - box[1]))


def document(figure: Figure, inner: str, box: Box) -> str:
    """Return a whole picture, of which the box is seen (cm)."""
    x0, y0, x1, y1 = (mm(edge) for edge in box)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{x0} {y0} {x1 - x0} {y1 - y0}" '
        f'role="img"><title>{escape(figure.words)}</title>{inner}</svg>'
    )
