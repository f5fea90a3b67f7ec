"""Draws the product's own figures and says what is wrong with them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from rehab_tracker.exercises.figures import shelf
from rehab_tracker.exercises.figures.captions import slugs
from rehab_tracker.exercises.figures.checks import problems
from rehab_tracker.exercises.figures.figure import Figure
from rehab_tracker.exercises.figures.kinds import Kind
from rehab_tracker.exercises.pictures import SIDES, drawn, file_of
from rehab_tracker.foundation.errors import NotVisible


@cache
def figures() -> Mapping[str, Figure]:
    """Return every figure that can be read, by its exercise."""
    return {slug: found for slug in slugs() if (found := shelf.own(slug))}


@cache
def unreadable() -> list[str]:
    """Return what is wrong with the files that hold no figure, a sentence for each."""
    return shelf.readable()[1]


@cache
def problems_of(slug: str) -> list[str]:
    """Return what is wrong with a figure, a sentence for each."""
    return problems(figures()[slug])


def draw(slug: str, kind: Kind, side: str) -> str:
    """Return a figure's picture as SVG, without reading the others; NotVisible if unreadable."""
    found = shelf.own(slug)
    if found is None:
        raise NotVisible
    return shelf.draw(found, kind, side)


def draw_all(data_dir: Path) -> int:
    """Draw every picture that is missing, remove those nobody asks for any more; count all."""
    wanted = [
        (slug, kind, side)
        for slug, found in figures().items()
        for side in (SIDES if found.side in SIDES else ("right",))
        for kind in Kind
    ]
    for one in wanted:
        drawn(data_dir, *one)
    kept = {file_of(data_dir, *one) for one in wanted}
    for file in (data_dir / "figures").iterdir():
        if file not in kept:
            file.unlink()
    return len(wanted)
