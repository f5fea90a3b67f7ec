"""The dose of one exercise: its limits, what counts as a set of it, and the time it takes."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from rehab_tracker.domain.rule import setting

_LOAD_ABOVE = setting("dose_load_kg_above")
_LOAD_MAX = setting("dose_load_kg_max")
_LOAD_DECIMALS = setting("dose_load_kg_decimals")
_SET_COUNTS_AT = setting("set_counts_at")
_CORE_ADVISED_MAX = setting("core_exercises_advised_max")
_REPETITION = setting("estimated_repetition")
_RELEASE = setting("estimated_release")
_CHANGE_OVER = setting("estimated_change_over")
_NAMED_TEMPO = {
    "slow": setting("estimated_slow_repetition"),
    "quick": setting("estimated_quick_repetition"),
}
_LIMITED_BY = {
    "sets": "sets",
    "reps": "reps",
    "reps_max": "reps",
    "hold_s": "hold_s",
    "hold_max_s": "hold_s",
    "work_s": "work_s",
    "rest_s": "rest_s",
    "band": "band",
    "target_rpe": "target_rpe",
}
_LIMITS = {
    field: (setting(f"dose_{quantity}_min"), setting(f"dose_{quantity}_max"))
    for field, quantity in _LIMITED_BY.items()
}
_RANGES = (("reps", "reps_max"), ("hold_s", "hold_max_s"))
_PHASES = re.compile(r"[0-9]{1,2}(-[0-9]{1,2}){3}")


class Side(StrEnum):
    """The side a prescription is for."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    ALTERNATING = "alternating"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """How much of one exercise: sets of repetitions, of holds, or of timed work, in seconds.

    Repetitions with a hold are that many holds. Per-side exercises are dosed per side. `tempo` is
    lower-pause-lift-pause in seconds, "slow" or "quick"; `band` is a place in the clinic's list.
    """

    sets: int
    reps: int | None = None
    reps_max: int | None = None
    hold_s: int | None = None
    hold_max_s: int | None = None
    work_s: int | None = None
    load_kg: Decimal | None = None
    band: int | None = None
    tempo: str | None = None
    rest_s: int = 0
    side: Side = Side.BOTH
    per_side: bool = False
    target_rpe: int | None = None

    @property
    def is_apart(self) -> bool:
        """Whether each side has sets of its own."""
        return self.per_side and self.side is Side.BOTH


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a dose cannot be prescribed: the field, a code, and the limit it broke, if any."""

    field: str
    code: str
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class PerformedAmount:
    """What was done in one set; `seconds` is the length of each hold, or of the timed work.

    `side` is the one that did it, "left" or "right", where the sides work apart.
    """

    reps: int | None = None
    seconds: int | None = None
    side: str | None = None


def check_dose(dose: Dose) -> tuple[Problem, ...]:
    """Return everything that keeps a dose from being prescribed; nothing when it is sound."""
    return (
        *_outside_limits(dose),
        *_quantity_problems(dose),
        *_range_problems(dose),
        *_load_problems(dose),
        *_tempo_problems(dose),
    )


def sets_due(dose: Dose) -> int:
    """Return the sets to perform; a set of a per-side exercise is one side's set."""
    return dose.sets * 2 if dose.is_apart else dose.sets


def counted_sets(performed: Iterable[PerformedAmount], dose: Dose) -> int:
    """Return how many sets count; where each side has its own, more of one fills no gap."""
    sides = Counter(one.side for one in performed if counts(one, dose))
    if not dose.is_apart:
        return sides.total()
    return sum(min(done, dose.sets) for done in sides.values())


def counts(performed: PerformedAmount, dose: Dose) -> bool:
    """Whether enough was done to count as a set; an amount not given is never guessed.

    Repetitions decide, except that a single hold and timed work are judged by their seconds first.
    """
    repetitions = (performed.reps, dose.reps)
    timed = (performed.seconds, dose.hold_s or dose.work_s)
    measures = (timed, repetitions) if dose.reps in (None, 1) else (repetitions,)
    known = ((done, due) for done, due in measures if done is not None and due is not None)
    return next((100 * done >= _SET_COUNTS_AT * due for done, due in known), False)


def seconds_per_session(doses: Iterable[Dose]) -> int:
    """Estimate a session from tempo, holds, work, rest, sides and change-overs between exercises.

    Ranges are taken at their top, so that nobody is promised less time than it takes. One side
    rests while the other works, so both sides of a round share one rest.
    """
    return sum(_seconds(dose) for dose in doses)


def minutes(seconds: int) -> int:
    """Return whole minutes, halves rounded up."""
    return (seconds + 30) // 60


def exceeds_core_advice(core_count: int) -> bool:
    """Whether a program has more core exercises than people tend to keep up."""
    return core_count > _CORE_ADVISED_MAX


def _outside_limits(dose: Dose) -> Iterator[Problem]:
    for field, (lowest, highest) in _LIMITS.items():
        amount: int | None = getattr(dose, field)
        if amount is not None and amount < lowest:
            yield Problem(field, "too_small", lowest)
        elif amount is not None and amount > highest:
            yield Problem(field, "too_large", highest)


def _quantity_problems(dose: Dose) -> Iterator[Problem]:
    moved = dose.reps is not None or dose.hold_s is not None
    if not moved and dose.work_s is None:
        yield Problem("reps", "nothing_to_do")
    elif moved and dose.work_s is not None:
        yield Problem("work_s", "work_and_reps")


def _range_problems(dose: Dose) -> Iterator[Problem]:
    for start_field, top_field in _RANGES:
        start: int | None = getattr(dose, start_field)
        top: int | None = getattr(dose, top_field)
        if top is not None and start is None:
            yield Problem(start_field, "start_missing")
        elif top is not None and start is not None and top < start:
            yield Problem(top_field, "below_start", start)


def _load_problems(dose: Dose) -> Iterator[Problem]:
    if dose.load_kg is None:
        return
    if dose.band is not None:
        yield Problem("band", "load_and_band")
    if not dose.load_kg.is_finite():
        yield Problem("load_kg", "not_a_number")
    elif dose.load_kg <= _LOAD_ABOVE:
        yield Problem("load_kg", "too_small", _LOAD_ABOVE)
    elif dose.load_kg > _LOAD_MAX:
        yield Problem("load_kg", "too_large", _LOAD_MAX)
    elif dose.load_kg != round(dose.load_kg, _LOAD_DECIMALS):
        yield Problem("load_kg", "too_fine", _LOAD_DECIMALS)


def _tempo_problems(dose: Dose) -> Iterator[Problem]:
    if dose.tempo is None or dose.tempo in _NAMED_TEMPO:
        return
    if not _PHASES.fullmatch(dose.tempo) or not _tempo_seconds(dose.tempo):
        yield Problem("tempo", "tempo_form")


def _seconds(dose: Dose) -> int:
    rests = (dose.sets - 1) * dose.rest_s
    return sets_due(dose) * _set_seconds(dose) + rests + _CHANGE_OVER


def _set_seconds(dose: Dose) -> int:
    hold = dose.hold_max_s or dose.hold_s
    move = _tempo_seconds(dose.tempo) if dose.tempo else _RELEASE if hold else _REPETITION
    return dose.work_s or (dose.reps_max or dose.reps or 1) * ((hold or 0) + move)


def _tempo_seconds(tempo: str) -> int:
    return _NAMED_TEMPO.get(tempo) or sum(int(phase) for phase in tempo.split("-"))
