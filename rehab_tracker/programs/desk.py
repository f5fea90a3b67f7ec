"""What lies on the physio's desk while a program is built: patient, library, rows and totals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from rehab_tracker.accounts.queries import PatientCard
from rehab_tracker.domain.dosage import Dose, check_dose
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.exercises.queries import dose_of
from rehab_tracker.exercises.words import dose_problem
from rehab_tracker.programs.burden import Burden
from rehab_tracker.programs.commands import PrescriptionDraft
from rehab_tracker.programs.rows import ItemRow, rearranged, row_of
from rehab_tracker.programs.starters import StarterItem


@dataclass(frozen=True)
class Desk:
    """A patient with the clinic's library; `today` is the patient's local day."""

    card: PatientCard
    library: Sequence[Exercise]
    today: date

    @cached_property
    def exercises(self) -> Mapping[str, Exercise]:
        """The library by id as text, as forms send it."""
        return {str(exercise.id): exercise for exercise in self.library}

    def offered(self, words: str) -> Mapping[tuple[str, str], Sequence[Exercise]]:
        """Return the exercises that hold all of some words, by region and kind."""
        wanted = words.casefold().split()
        groups: dict[tuple[str, str], list[Exercise]] = {}
        for exercise in self.library:
            text = f"{exercise.name} {exercise.region} {exercise.kind}".casefold()
            if not exercise.hidden and all(word in text for word in wanted):
                groups.setdefault((exercise.region, exercise.kind), []).append(exercise)
        return groups

    def burden(self, rows: Iterable[ItemRow], per_week: int | None) -> Burden:
        """Return what the rows ask for; those that cannot be prescribed yet are left out."""
        return Burden(list(self._counted(rows)), per_week or 0, *self._home())

    def _counted(self, rows: Iterable[ItemRow]) -> Iterable[tuple[Exercise, Dose, bool]]:
        for row in rows:
            exercise = self.exercises.get(str(row.exercise_id))
            dose = exercise and row.dose_to_count(exercise)
            if exercise and dose:
                yield exercise, dose, row.optional

    def _home(self) -> tuple[Sequence[str], Sequence[str]]:
        return self.card.patient.kit, self.card.patient.blocked_cautions

    def after(self, rows: list[ItemRow], wish: str, adding: str) -> list[ItemRow]:
        """Return the rows after a button of the builder was pressed, such as `up-2` or `add`."""
        verb, _, place = wish.partition("-")
        if verb in ("up", "down", "remove") and place.isdecimal():
            return rearranged(rows, verb, int(place))
        exercise = self.exercises.get(adding)
        if verb == "add" and exercise and not any(row.exercise_id == exercise.id for row in rows):
            return [*rows, row_of(exercise.id, dose_of(exercise), optional=exercise.optional)]
        return rows


def rows_of_items(items: Iterable[StarterItem]) -> list[ItemRow]:
    """Return the rows that a template begins with."""
    return [row_of(item.exercise.id, item.dose, optional=item.optional) for item in items]


def rows_of_drafts(drafts: Iterable[PrescriptionDraft]) -> list[ItemRow]:
    """Return the rows that a version begins with."""
    return [row_of(draft.exercise_id, draft.dose, optional=draft.optional) for draft in drafts]


def drafts(rows: Iterable[ItemRow]) -> tuple[PrescriptionDraft, ...] | None:
    """Return what the rows ask for; None, with errors beside them, where one cannot be kept."""
    read = [(row, row.draft()) for row in rows]
    for row, draft in read:
        if draft is not None:
            row.errors = {p.field: dose_problem(p) for p in reversed(check_dose(draft.dose))}
    found = tuple(draft for row, draft in read if draft is not None and not row.errors)
    return found if len(found) == len(read) else None


def drafts_of_items(items: Iterable[StarterItem]) -> tuple[PrescriptionDraft, ...]:
    """Return what a template asks for as it stands."""
    return tuple(PrescriptionDraft(item.exercise.id, item.optional, item.dose) for item in items)
