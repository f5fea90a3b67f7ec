"""Who was erased, kept outside the database as well: ids that lead to nobody, a line each.

A backup of an earlier day knows nothing of it, so a copy lies in the data folder and beside every
backup; whoever is listed in either is erased again when a backup is restored.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "erased.ledger"


class Unreadable(Exception):
    """A list of who was erased cannot be read; the text is one sentence."""


@dataclass(frozen=True, order=True)
class Erased:
    """One patient who was erased."""

    erased_at: str
    clinic_id: str
    patient_id: str


def read(*folders: Path) -> set[Erased]:
    """Return who is listed in any of the folders; a folder without a list lists nobody."""
    found = set()
    for path in {folder / NAME for folder in folders}:
        if path.exists():
            found |= _read(path)
    return found


def _read(path: Path) -> set[Erased]:
    try:
        return {Erased(**json.loads(entry)) for entry in path.read_text("utf-8").splitlines()}
    except (ValueError, TypeError) as problem:
        raise Unreadable(
            f"{path} cannot be read, so erased patients could come back: bring a whole copy of it."
        ) from problem


def keep(folder: Path, erased: Iterable[Erased]) -> None:
    """Add to a folder's list; it is replaced whole, and never loses who stood there before."""
    before = read(folder)
    if not (after := before | set(erased)) - before:
        return
    lines = (json.dumps(asdict(entry)) + "\n" for entry in sorted(after))
    draft = folder / f"{NAME}.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / NAME)
