"""Figures as pictures: drawn when first asked for, then kept by the hash of what they show."""

import gzip
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from rehab_tracker.exercises.documents import replace
from rehab_tracker.exercises.figures.captions import caption
from rehab_tracker.exercises.figures.kinds import Kind
from rehab_tracker.foundation.errors import NotVisible

SIDES = ("left", "right")
REMEMBERED = 400
"""Pictures that a process keeps in memory, 5 KB each."""


def digest_of(slug: str) -> str:
    """Return the hash of all that an exercise's pictures depend on; raises NotVisible."""
    found = caption(slug)
    if found is None:
        raise NotVisible
    return found.digest


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
    file = file_of(data_dir, slug, kind, side)
    with suppress(OSError):
        return file.read_bytes()
    from rehab_tracker.exercises import drawings  # noqa: PLC0415 - twenty modules that draw

    packed = gzip.compress(drawings.draw(slug, kind, side).encode(), mtime=0)
    with suppress(OSError):  # a full disk makes it slower, not wrong
        replace(file, packed)
    return packed


def file_of(data_dir: Path, slug: str, kind: Kind, side: str) -> Path:
    """Return where a known figure's picture is kept."""
    return data_dir / "figures" / f"{slug}-{kind}-{side}-{digest_of(slug)}.svg.gz"
