import gzip
import math
import re
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree as ET

import pytest

from rehab_tracker.exercises.figures import shelf
from rehab_tracker.exercises.figures.captions import caption, digest, slugs
from rehab_tracker.exercises.figures.checks import problems
from rehab_tracker.exercises.figures.figure import Figure
from rehab_tracker.exercises.figures.kinds import Kind
from rehab_tracker.exercises.figures.palettes import PEOPLE, THINGS, paint
from rehab_tracker.exercises.figures.stage import Scene
from rehab_tracker.exercises.seed import load_library
from tests.builders.figures import a_squat

SVG = "{http://www.w3.org/2000/svg}"
FIGURES = shelf.load()
SAMPLE = sorted(FIGURES)[::4]
TAGS = {"svg", "title", "g", "defs", "use", "path", "clipPath", "circle", "text", "animate"}
LIMITS = {Kind.PAIR: 6_000, Kind.MOVING: 14_000}


@cache
def seeded(slug: str, kind: Kind) -> str:
    return shelf.draw(FIGURES[slug], kind, "right")


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own text


def transferred(slug: str, kind: Kind) -> int:
    return len(gzip.compress(seeded(slug, kind).encode()))


def one_sided(**changes: object) -> Figure:
    return a_squat(side="right", **changes)


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_numbers_stay_readable_on_either_side(side: str):
    pair = parsed(shelf.draw(one_sided(), Kind.PAIR, side))
    assert [text.text for text in pair.iter(f"{SVG}text")] == ["1", "2"]
    turned = [node.get("transform", "") for node in pair.iter()]
    assert not [transform for transform in turned if re.search("scale|matrix|rotate", transform)]


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_numbers_lie_on_nobody(side: str):
    for figure in FIGURES.values():
        if figure.window:  # which shows a part of somebody
            continue
        pair = parsed(shelf.draw(figure, Kind.PAIR, side))
        sign = next(pair.iter(f"{SVG}circle"))
        x, y, r = (int(sign.get(key, "")) / 10 for key in ("cx", "cy", "r"))
        mirrored = figure.side not in ("both", side)
        scene = Scene(figure, replace(figure.camera, mirrored=mirrored))
        for body in (scene.key_bodies[0], scene.key_bodies[-1]):
            for joint, place in body.joints.items():
                if joint != "world":
                    assert math.dist(scene.camera.flat(place), (x, y)) > r, (figure.slug, joint)


def test_the_other_side_is_the_mirror_image():
    unmarked = one_sided(arrows=[])
    pictures = (parsed(shelf.draw(unmarked, Kind.STILL, side)) for side in ("left", "right"))
    edges = [[int(edge) for edge in picture.get("viewBox", "").split()] for picture in pictures]
    (left, top, wide, high), mirrored = edges
    assert mirrored == pytest.approx([-(left + wide), top, wide, high], abs=1)


def arrow(side: str) -> tuple[int, int]:
    """Where the arrow begins, and how far its first move goes to the right, in millimeters."""
    picture = parsed(shelf.draw(one_sided(), Kind.STILL, side))
    paths = (path for path in picture.iter(f"{SVG}path") if path.get("stroke-width") == "32")
    found = re.match(r"M(-?\d+) ?-?\d+l(-?\d+)", next(paths).get("d", ""))
    assert found
    return int(found[1]), int(found[2])


def test_the_arrow_is_mirrored_with_the_body():
    (begins, goes), (mirrored_begins, mirrored_goes) = arrow("right"), arrow("left")
    assert goes < 0 < mirrored_goes
    assert (mirrored_begins, mirrored_goes) == pytest.approx((-begins, -goes), abs=1)


def test_an_arrow_there_and_back_has_a_head_at_either_end():
    def heads(**more: object) -> str:
        moving = {"joint": "pelvis", "shift": [-22, 10], "straight": True, **more}
        picture = parsed(shelf.draw(a_squat(arrows=[moving]), Kind.STILL))
        filled = [p for p in picture.iter(f"{SVG}path") if p.get("stroke-width") == "10"]
        return filled[0].get("d", "")

    there, back = heads(), heads(back=True)
    assert back.startswith(there)
    assert (there.count("z"), back.count("z")) == (1, 2)


def test_a_step_that_belongs_behind_a_leg_hides_the_other_one():
    def order(**step: object) -> list[str]:
        kit = [{"step": {"at": [60, 0], **step}}]
        picture = parsed(shelf.draw(a_squat(kit=kit, far=["leg_L"]), Kind.STILL))
        return [path.get("fill", "") for path in picture.iter(f"{SVG}path")]

    far_leg, step = (paint(PEOPLE[0], name) for name in ("shorts_far", "box"))
    behind_all, behind_the_near_leg = order(), order(layer="leg_R")
    assert behind_all.index(step) < behind_all.index(far_leg)
    assert behind_the_near_leg.index(far_leg) < behind_the_near_leg.index(step)


def test_a_symmetric_exercise_looks_the_same_for_either_side():
    assert shelf.draw(a_squat(), Kind.PAIR, "left") == shelf.draw(a_squat(), Kind.PAIR, "right")


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("slug", SAMPLE)
def test_a_picture_needs_no_styles_or_scripts_and_has_no_ground_of_its_own(slug: str, kind: Kind):
    picture = parsed(seeded(slug, kind))
    tags = {node.tag.removeprefix(SVG) for node in picture.iter()}
    assert tags <= TAGS
    assert not [node for node in picture.iter() if "style" in node.attrib]
    assert picture.findtext(f"{SVG}title") == FIGURES[slug].words


@pytest.mark.parametrize("slug", sorted(FIGURES))
def test_a_film_never_jumps(slug: str):
    """Tweening needs the same commands in every frame."""
    film = parsed(seeded(slug, Kind.MOVING))
    for tween in film.iter(f"{SVG}animate"):
        frames = tween.get("values", "").split(";")
        times = [float(time) for time in tween.get("keyTimes", "").split(";")]
        assert len(frames) == len(times)
        assert times == sorted(times)
        assert (times[0], times[-1]) == (0, 1)
        assert len({re.sub(r"[-\d ]+", "#", _flagless(frame)) for frame in frames}) == 1
        assert len({len(re.findall(r"-?\d+", frame)) for frame in frames}) == 1


def _flagless(path: str) -> str:
    """An arc's flags are part of its command."""
    return re.sub(r"a\d+ \d+ 0 ([01]) ([01])", r"a<\1\2>", path).replace("<", "").replace(">", "")


def test_a_face_that_turns_away_is_not_seen_through_the_back_of_the_head():
    eye = THINGS["eye"]
    facing = {"body": {"head": "up", "face": "viewer"}, "camera": {"yaw": 0}, "pose": {}}
    there, away = {"pelvis": {"at": [0, 92, 0]}}, {"pelvis": {"at": [0, 92, 0], "turn": 170}}
    stays = a_squat(**facing, start=there, end=there)
    turns = a_squat(**facing, start=there, end=away)
    assert eye in shelf.draw(stays, Kind.MOVING)
    assert eye not in shelf.draw(turns, Kind.MOVING)


def in_front_of_a_mirror(kind: Kind) -> ET.Element:
    mirror = [{"mirror": {"x": 76, "width": 88, "height": 190, "center": 32}}]
    return parsed(shelf.draw(a_squat(kit=mirror, camera={"yaw": 60, "pitch": 8}), kind))


@pytest.mark.parametrize("kind", Kind)
def test_a_mirror_shows_the_face_of_somebody_seen_from_behind(kind: Kind):
    picture = in_front_of_a_mirror(kind)
    glasses = [node for node in picture.iter(f"{SVG}g") if "clip-path" in node.attrib]
    edges = {f"url(#{clip.get('id')})" for clip in picture.iter(f"{SVG}clipPath")}
    assert {glass.get("clip-path") for glass in glasses} == edges
    seen = [path.get("fill") for glass in glasses for path in glass.iter(f"{SVG}path")]
    drawn = [path.get("fill") for path in picture.iter(f"{SVG}path")]
    assert seen.count(THINGS["eye"]) == drawn.count(THINGS["eye"]) > 0


@pytest.mark.parametrize("kind", Kind)
def test_a_reflection_is_smaller_than_who_looks_into_the_mirror(kind: Kind):
    glasses = [g for g in in_front_of_a_mirror(kind).iter(f"{SVG}g") if "clip-path" in g.attrib]
    assert glasses
    for glass in glasses:
        (size,) = re.findall(r"scale\((.+)\)", glass[0].get("transform", ""))
        assert 0.5 < float(size) < 1
        assert len(list(glass[0].iter(f"{SVG}path"))) == len(list(glass.iter(f"{SVG}path")))


@pytest.mark.parametrize(
    ("motion", "signs"), [("hold", 3), ("once", 3), ("swing", 2)], ids=["hold", "landing", "swing"]
)
def test_a_position_that_is_held_has_a_pause_sign(motion: str, signs: int):
    pair = parsed(shelf.draw(a_squat(motion=motion), Kind.PAIR))
    assert len(list(pair.iter(f"{SVG}circle"))) == signs  # two of them are the numbers


def test_the_shadow_is_under_a_step_and_on_a_mat():
    def painted(*kit: dict[str, object]) -> list[str]:
        picture = parsed(shelf.draw(a_squat(kit=list(kit)), Kind.STILL))
        return [path.get("fill", "") for path in picture.iter(f"{SVG}path")]

    shadow, person = "#0d2731", PEOPLE[0]
    on_mat = painted({"mat": {}})
    with_step = painted({"step": {"at": [60, 0]}})
    assert on_mat.index(paint(person, "mat")) < on_mat.index(shadow)
    assert with_step.index(shadow) < with_step.index(paint(person, "box"))


def test_signs_of_a_close_up_are_smaller():
    near = a_squat(camera={"yaw": -24, "pitch": 8, "focus": "ankle_R", "size": 40})
    assert 'stroke-width="32"' in shelf.draw(a_squat(), Kind.STILL)
    assert 'stroke-width="32"' not in shelf.draw(near, Kind.STILL)


@pytest.mark.parametrize(("size", "seen"), [(40, [400, 400]), ([60, 40], [600, 400])])
def test_a_close_up_shows_so_many_centimeters(size: object, seen: list[int]):
    near = a_squat(camera={"yaw": -24, "focus": "ankle_R", "size": size})
    box = parsed(shelf.draw(near, Kind.MOVING)).get("viewBox", "").split()
    assert [int(edge) for edge in box[2:]] == pytest.approx(seen, abs=1)


def test_drawing_twice_gives_the_same_picture():
    for kind in Kind:
        assert shelf.draw(a_squat(), kind, "right") == shelf.draw(a_squat(), kind, "right")


@pytest.mark.parametrize("slug", sorted(FIGURES))
@pytest.mark.parametrize("kind", list(LIMITS))
def test_a_picture_is_light(slug: str, kind: Kind):
    assert transferred(slug, kind) <= LIMITS[kind]


def test_a_page_of_thirty_thumbnails_is_light():
    sizes = sorted((transferred(slug, Kind.STILL) for slug in FIGURES), reverse=True)
    assert sum(sizes) / len(sizes) * 30 <= 120_000


def test_thumbnails_are_square():
    for slug in FIGURES:
        _, _, wide, high = parsed(seeded(slug, Kind.STILL)).get("viewBox", "").split()
        assert int(wide) == pytest.approx(int(high), abs=1)


def test_a_changed_description_changes_the_digest():
    same, other = a_squat(), a_squat(end={"pelvis": {"at": [-31, 56, 0]}})
    assert digest(same.source) == digest(a_squat().source)
    assert digest(same.source) != digest(other.source)
    assert digest(same.source) != digest(a_squat(person=1).source)


def test_pages_say_of_every_figure_what_is_drawn():
    assert list(slugs()) == sorted(FIGURES)
    for slug, figure in FIGURES.items():
        said = caption(slug)
        assert said == (slug, figure.side, figure.words, figure.muscles, digest(figure.source))
    assert caption("no-such-figure") is None


def test_everybody_shows_about_as_many_exercises():
    shown = [FIGURES[slug].person if slug in FIGURES else None for slug in load_library().exercises]
    people = [i % len(PEOPLE) for i in range(len(shown))]
    assert all(who in (None, usual) for who, usual in zip(shown, people, strict=True))
    counts = [people.count(person) for person in range(len(PEOPLE))]
    assert max(counts) - min(counts) <= 1


def test_every_figure_is_of_an_exercise_and_has_no_problems():
    found = [line for figure in FIGURES.values() for line in problems(figure)]
    assert found == []
