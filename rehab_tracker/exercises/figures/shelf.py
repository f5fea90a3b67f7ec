"""All figures by exercise, ready to be drawn."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from rehab_tracker.exercises.documents import SeedInvalid, home, parse
from rehab_tracker.exercises.figures import data, fields, film, svg
from rehab_tracker.exercises.figures.captions import FOLDER, POSITIONS, slugs_in
from rehab_tracker.exercises.figures.figure import Figure
from rehab_tracker.exercises.figures.kinds import Kind
from rehab_tracker.exercises.figures.stage import Scene

WRITERS = {Kind.PAIR: (svg.pair, 24), Kind.STILL: (svg.still, 16), Kind.MOVING: (film.moving, 20)}
DOUBLED = 13  # points of an outline where a mirror shows everything again


def load(folder: Path | None = None) -> dict[str, Figure]:
    """Return every figure by its exercise's slug; raises FigureInvalid with every problem."""
    figures, problems = readable(folder)
    if problems:
        raise data.FigureInvalid(problems)
    return figures


def readable(folder: Path | None = None) -> tuple[dict[str, Figure], list[str]]:
    """Return the figures that can be read, by slug, and what is wrong with the others."""
    place: Traversable = folder or home() / FOLDER
    positions = _read(place / POSITIONS)
    figures, problems = {}, list[str]()
    for slug in slugs_in(place):
        try:
            figures[slug] = read(slug, place, positions)
        except data.FigureInvalid as invalid:
            problems += invalid.problems
    return figures, problems


def read(slug: str, place: Traversable, positions: Mapping[str, Any]) -> Figure:
    """Return the figure of one file; raises FigureInvalid."""
    file = place / f"{slug}.yaml"
    try:
        return data.figure(slug, _read(file), positions)
    except (fields.FieldInvalid, SeedInvalid) as invalid:
        raise data.FigureInvalid([f"{file.name}: {slug}: {invalid}"]) from invalid


@cache
def own(slug: str) -> Figure | None:
    """Return one of the product's own figures, without reading the others; None if unreadable."""
    try:
        return read(slug, home() / FOLDER, _own_positions())
    except data.FigureInvalid:
        return None


@cache
def _own_positions() -> Mapping[str, Any]:
    return _read(home() / FOLDER / POSITIONS)


def draw(figure: Figure, kind: Kind, side: str = "right") -> str:
    """Return the SVG text of a figure that shows the exercise for "left" or "right"."""
    writer, detail = WRITERS[kind]
    if any(item.name == "mirror" for item in figure.kit):
        detail = min(detail, DOUBLED)
    mirrored = figure.side not in ("both", side)
    return writer(Scene(figure, replace(figure.camera, mirrored=mirrored, detail=detail)))


def _read(entry: Traversable) -> Mapping[str, Any]:
    doc = parse(entry.name, entry.read_text(encoding="utf-8"))
    if not isinstance(doc, dict):
        raise SeedInvalid([f"{entry.name}: holds no fields"])
    return doc
