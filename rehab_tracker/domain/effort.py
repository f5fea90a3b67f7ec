"""Whether a changed dose asks for more or for less than the one before."""

from enum import StrEnum

from rehab_tracker.domain.dosage import Dose

_AMOUNTS = ("load_kg", "band", "sets", "reps", "reps_max", "hold_s", "hold_max_s", "work_s")


class Turn(StrEnum):
    """What became of an exercise between two states of a program."""

    NEW = "new"
    REMOVED = "removed"
    HARDER = "harder"
    EASIER = "easier"
    DIFFERENT = "different"


def turn(before: Dose | None, after: Dose | None) -> Turn | None:
    """Return how a dose turned: harder when only amounts rose, easier when only amounts fell.

    None where both ask for the same.
    """
    if before is None or after is None:
        return Turn.NEW if before is None else Turn.REMOVED
    if before == after:
        return None
    pairs = [(getattr(before, name) or 0, getattr(after, name) or 0) for name in _AMOUNTS]
    rose, fell = any(old < new for old, new in pairs), any(old > new for old, new in pairs)
    if rose == fell:
        return Turn.DIFFERENT
    return Turn.HARDER if rose else Turn.EASIER
