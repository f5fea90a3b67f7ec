"""What pages say of the product's own figures, known without what draws them."""

from collections.abc import Collection, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

from rehab_tracker.exercises.documents import document, home
from rehab_tracker.exercises.figures.merging import described, muscle_of, source_of

FOLDER, POSITIONS = "figures", "_positions.yaml"


class Caption(NamedTuple):
    """A figure in words, and the hash of all that its pictures depend on."""

    slug: str
    side: str
    words: str
    muscles: tuple[str, ...]
    digest: str


def caption(slug: str) -> Caption | None:
    """Return what there is to say of an exercise's figure; None where it has none."""
    return _caption(slug) if slug in slugs() else None


@cache
def slugs() -> Collection[str]:
    """Return the exercises that the product has a figure's file of, in order."""
    return dict.fromkeys(slugs_in(home() / FOLDER)).keys()


def slugs_in(place: Traversable) -> list[str]:
    """Return the exercises that a folder has a file of, in order."""
    found = (entry.name.partition(".") for entry in place.iterdir())
    return sorted(s for s, _, ending in found if ending == "yaml" and not s.startswith("_"))


@cache
def _caption(slug: str) -> Caption:
    """Keep what was read; addresses name slugs at will, so only those of files come here."""
    whole = described(document(FOLDER, f"{slug}.yaml"), _positions())
    muscles = (muscle_of(row)[0] for row in whole.get("muscles", []))
    return Caption(
        slug=slug,
        side=whole.get("side", "right"),
        words=" ".join(whole["words"].split()),
        muscles=tuple(dict.fromkeys(muscles)),
        digest=digest(source_of(slug, whole)),
    )


@cache
def _positions() -> Mapping[str, Any]:
    found: Mapping[str, Any] = document(FOLDER, POSITIONS)
    return found


def digest(source: str) -> str:
    """Return the hash of all that a figure's pictures depend on, by that of its description."""
    return sha256((source + _engine()).encode()).hexdigest()[:16]


@cache
def _engine() -> str:
    modules = files("rehab_tracker.exercises.figures").iterdir()
    sources = sorted(
        (entry for entry in modules if entry.name.endswith(".py")), key=lambda e: e.name
    )
    return sha256(b"".join(entry.read_bytes() for entry in sources)).hexdigest()
