"""Figures as pictures: drawn when first asked for, then kept by the hash of what they show."""

import gzip
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from rehab_tracker.exercises.figures import shelf
from rehab_tracker.exercises.figures.checks import problems
from rehab_tracker.exercises.figures.figure import Figure, Kind
from rehab_tracker.foundation.errors import NotVisible

SIDES = ("left", "right")
REMEMBERED = 400
"""Pictures that a process keeps in memory, 5 KB each."""


@cache
def figures() -> Mapping[str, Figure]:
    """Return every figure that can be read, by its exercise."""
    return {slug: found for slug in shelf.own_slugs() if (found := shelf.own(slug))}


def figure(slug: str) -> Figure:
    """Return one figure, without reading the others; raises NotVisible."""
    found = shelf.own(slug)
    if found is None:
        raise NotVisible
    return found


@cache
def unreadable() -> list[str]:
    """Return what is wrong with the files that hold no figure, a sentence for each."""
    return shelf.readable()[1]


@cache
def digest_of(slug: str) -> str:
    """Return the hash of all that an exercise's pictures depend on; raises NotVisible."""
    return shelf.digest(figure(slug))


@cache
def problems_of(slug: str) -> list[str]:
    """Return what is wrong with a figure, a sentence for each; raises NotVisible."""
    return problems(figure(slug))


def shown_side(wanted: str, affected: str | None = None) -> str:
    """Return the side that a picture shows: the prescribed, else the sore, else the right one."""
    return next((str(side) for side in (wanted, affected) if side in SIDES), "right")


def picture(data_dir: Path, digest: str, slug: str, kind: str, side: str) -> bytes:
    """Return a picture as gzipped SVG; raises NotVisible where there is none of that hash."""
    if kind not in set(Kind) or side not in SIDES or digest != digest_of(slug):
        raise NotVisible
    return drawn(data_dir, slug, Kind(kind), side)


@lru_cache(maxsize=REMEMBERED)
def drawn(data_dir: Path, slug: str, kind: Kind, side: str) -> bytes:
    """Return a known figure's picture, from memory or disk unless it is the first time."""
    file = _file(data_dir, slug, kind, side)
    with suppress(OSError):
        return file.read_bytes()
    packed = gzip.compress(shelf.draw(figure(slug), kind, side).encode(), mtime=0)
    with suppress(OSError):  # a full disk makes it slower, not wrong
        _write(file, packed)
    return packed


def _file(data_dir: Path, slug: str, kind: Kind, side: str) -> Path:
    return data_dir / "figures" / f"{slug}-{kind}-{side}-{digest_of(slug)}.svg.gz"


def _write(file: Path, content: bytes) -> None:
    """Write a file of which others see all or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, delete=False) as draft:
        draft.write(content)
    Path(draft.name).replace(file)


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
    kept = {_file(data_dir, *one) for one in wanted}
    for file in (data_dir / "figures").iterdir():
        if file not in kept:
            file.unlink()
    return len(wanted)
