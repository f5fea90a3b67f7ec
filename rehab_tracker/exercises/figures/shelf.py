"""All figures by exercise, drawn on demand and kept by the hash of what they are drawn from."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from rehab_tracker.exercises.figures import data, fields, film, svg
from rehab_tracker.exercises.figures.figure import Figure, Kind
from rehab_tracker.exercises.figures.stage import Scene
from rehab_tracker.exercises.seed import SeedInvalid, parse

WRITERS = {Kind.PAIR: (svg.pair, 24), Kind.STILL: (svg.still, 16), Kind.MOVING: (film.moving, 20)}
DOUBLED = 13  # points of an outline where a mirror shows everything again
POSITIONS = "_positions.yaml"


def load(folder: Path | None = None) -> dict[str, Figure]:
    """Return every figure by its exercise's slug; raises FigureInvalid with every problem."""
    figures, problems = readable(folder)
    if problems:
        raise data.FigureInvalid(problems)
    return figures


def readable(folder: Path | None = None) -> tuple[dict[str, Figure], list[str]]:
    """Return the figures that can be read, by slug, and what is wrong with the others."""
    place: Traversable = folder or home()
    positions = _read(place / POSITIONS)
    figures, problems = {}, list[str]()
    for slug in slugs(place):
        try:
            figures[slug] = read(slug, place, positions)
        except data.FigureInvalid as invalid:
            problems += invalid.problems
    return figures, problems


def slugs(place: Traversable) -> list[str]:
    """Return the exercises that have a file."""
    found = (entry.name.partition(".") for entry in place.iterdir())
    return sorted(s for s, _, ending in found if ending == "yaml" and not s.startswith("_"))


def read(slug: str, place: Traversable, positions: Mapping[str, Any]) -> Figure:
    """Return the figure of one file; raises FigureInvalid."""
    file = place / f"{slug}.yaml"
    try:
        return data.figure(slug, _read(file), positions)
    except (fields.FieldInvalid, SeedInvalid) as invalid:
        raise data.FigureInvalid([f"{file.name}: {slug}: {invalid}"]) from invalid


def own(slug: str) -> Figure | None:
    """Return one of the product's own figures, without reading the others; None if unreadable."""
    return _own(slug) if slug in own_slugs() else None


@cache
def _own(slug: str) -> Figure | None:
    """Keep what was read; addresses name slugs at will, so only those of files come here."""
    try:
        return read(slug, home(), _own_positions())
    except data.FigureInvalid:
        return None


@cache
def own_slugs() -> Collection[str]:
    """Return the exercises that the product has a figure's file of, in order."""
    return dict.fromkeys(slugs(home())).keys()


@cache
def _own_positions() -> Mapping[str, Any]:
    return _read(home() / POSITIONS)


def draw(figure: Figure, kind: Kind, side: str = "right") -> str:
    """Return the SVG text of a figure that shows the exercise for "left" or "right"."""
    writer, detail = WRITERS[kind]
    if any(item.name == "mirror" for item in figure.kit):
        detail = min(detail, DOUBLED)
    mirrored = figure.side not in ("both", side)
    return writer(Scene(figure, replace(figure.camera, mirrored=mirrored, detail=detail)))


def digest(figure: Figure) -> str:
    """Return the hash of everything that a figure's pictures depend on."""
    return sha256((figure.source + _engine()).encode()).hexdigest()[:16]


@cache
def _engine() -> str:
    modules = files("rehab_tracker.exercises.figures").iterdir()
    sources = sorted(
        (entry for entry in modules if entry.name.endswith(".py")), key=lambda e: e.name
    )
    return sha256(b"".join(entry.read_bytes() for entry in sources)).hexdigest()


def home() -> Traversable:
    """Return where the product's own figures lie."""
    try:
        return files("rehab_tracker.seed_data") / "figures"
    except ModuleNotFoundError:  # a checkout, where the folder lies beside the package
        return Path(__file__).resolve().parents[3] / "seed_data" / "figures"


def _read(entry: Traversable) -> Mapping[str, Any]:
    doc = parse(entry.name, entry.read_text(encoding="utf-8"))
    if not isinstance(doc, dict):
        raise SeedInvalid([f"{entry.name}: holds no fields"])
    return doc
