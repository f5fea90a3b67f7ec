"""The builder's list of exercises as it is typed: a shape of its own, kept whatever is wrong."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from rehab_tracker.domain.dosage import Dose, Side, check_dose
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.programs.commands import PrescriptionDraft

WHOLE = (
    "sets", "reps", "reps_max", "hold_s", "hold_max_s", "work_s", "band", "rest_s", "target_rpe",
)  # fmt: skip
FIELDS = ("exercise", "optional", *WHOLE, "load_kg", "tempo", "side")
_NAME = re.compile(r"items-([0-9]{1,4})-([a-z_]{1,20})")
_NOBODYS = UUID(int=0)
_ALWAYS = ("sets", "rest_s", "side", "target_rpe")
_LOADS = {
    "band": ("band",),
    "bodyweight_or_band": ("band",),
    "bodyweight_or_kg": ("load_kg",),
    "weight_kg": ("load_kg",),
    "weight_or_band": ("load_kg",),
}
_MOVES = {"up": -1, "down": 1}


@dataclass
class ItemRow:
    """One exercise with what was typed for it and the sentences about that, by field."""

    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def exercise_id(self) -> UUID:
        """The exercise's id; one that nothing has, where the page sent none."""
        try:
            return UUID(self.typed.get("exercise", ""))
        except ValueError:
            return _NOBODYS

    @property
    def optional(self) -> bool:
        """Whether the exercise stays out of adherence."""
        return "optional" in self.typed

    def value(self, name: str) -> str:
        """Return what stands in a field."""
        return self.typed.get(name, "")

    def shown(self, exercise: Exercise | None) -> Sequence[str]:
        """Return the fields to show at once: what is filled in or wrong, and what is usual."""
        usual = {*_ALWAYS, *self._amounts()}
        if exercise is not None:
            usual.update(_LOADS.get(exercise.load_type, ()))
        return [name for name in _ORDER if name in usual or self.value(name) or name in self.errors]

    def _amounts(self) -> Sequence[str]:
        if self.value("work_s"):
            return ("work_s",)
        return ("hold_s", "hold_max_s") if self.value("hold_s") else ("reps", "reps_max")

    def draft(self) -> PrescriptionDraft | None:
        """Return what the row asks for; None, with errors, where it cannot be read."""
        self.errors = {}
        whole: dict[str, Any] = {name: self._whole(name) for name in WHOLE}
        load, side = self._load(), self._side()
        if self.errors:
            return None
        dose = Dose(
            **whole
            | {
                "sets": whole["sets"] or 0,
                "rest_s": whole["rest_s"] or 0,
                "load_kg": load,
                "tempo": self.value("tempo").strip() or None,
                "side": side,
            }
        )
        return PrescriptionDraft(self.exercise_id, self.optional, dose)

    def _whole(self, name: str) -> int | None:
        text = self.value(name).strip()
        try:
            return int(text) if text else None
        except ValueError:
            self.errors[name] = _("Enter a whole number.")
            return None

    def _load(self) -> Decimal | None:
        text = self.value("load_kg").strip().replace(",", ".")
        try:
            return Decimal(text) if text else None
        except InvalidOperation:
            self.errors["load_kg"] = _("Enter a number.")
            return None

    def _side(self) -> Side:
        try:
            return Side(self.value("side"))
        except ValueError:
            self.errors["side"] = _("Choose a side.")
            return Side.BOTH

    def dose_to_count(self, exercise: Exercise) -> Dose | None:
        """Return the dose for the totals; None while it cannot be prescribed."""
        draft = ItemRow(self.typed).draft()
        if draft is None or check_dose(draft.dose):
            return None
        return replace(draft.dose, per_side=exercise.laterality == "per_side")


_ORDER = (
    "sets", "reps", "reps_max", "hold_s", "hold_max_s", "work_s", "load_kg", "band", "tempo",
    "rest_s", "side", "target_rpe",
)  # fmt: skip


def typed_rows(pairs: Iterable[tuple[str, str]]) -> list[ItemRow]:
    """Return the rows that a form sent, in the order in which they stood on the page."""
    rows: dict[str, dict[str, str]] = {}
    for name, value in pairs:
        found = _NAME.fullmatch(name)
        if found and found[2] in FIELDS:
            rows.setdefault(found[1], {})[found[2]] = value
    return [ItemRow(typed) for typed in rows.values()]


def row_of(exercise_id: UUID, dose: Dose, *, optional: bool) -> ItemRow:
    """Return a row that shows a dose."""
    amounts = {name: getattr(dose, name) for name in _ORDER}
    typed = {name: str(amount) for name, amount in amounts.items() if amount is not None}
    return ItemRow(
        {"exercise": str(exercise_id), **typed, **({"optional": "1"} if optional else {})}
    )


def rearranged(rows: Sequence[ItemRow], verb: str, place: int) -> list[ItemRow]:
    """Return the rows after a button: up, down or remove; a place that is not there moves none."""
    moved = list(rows)
    if not 0 <= place < len(moved):
        return moved
    row = moved.pop(place)
    if verb != "remove":
        moved.insert(max(0, place + _MOVES.get(verb, 0)), row)
    return moved


def mark(rows: Sequence[ItemRow], problems: dict[str, str]) -> dict[str, str]:
    """Put each sentence about a row beside its field; return those about anything else."""
    left = {}
    for name, sentence in problems.items():
        found = _NAME.fullmatch(name)
        if found and int(found[1]) < len(rows):
            rows[int(found[1])].errors[found[2]] = sentence
        else:
            left[name] = sentence
    return left
