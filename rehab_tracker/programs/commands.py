"""What can be asked of a program, before anything of it is checked or kept."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from rehab_tracker.domain.dosage import Dose
from rehab_tracker.domain.pain import Profile
from rehab_tracker.programs.models import PauseReason


@dataclass(frozen=True, slots=True)
class PrescriptionDraft:
    """One exercise with its dose; whether sides are dosed apart follows from the exercise."""

    exercise_id: UUID
    optional: bool
    dose: Dose


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramContent:
    """All that a version says; `preferred_days` are ISO weekdays, Monday is 1."""

    sessions_per_week: int
    preferred_days: tuple[int, ...] = ()
    pain_profile: Profile
    green_max: int
    amber_max: int
    note: str = ""
    items: tuple[PrescriptionDraft, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignProgram(ProgramContent):
    """Give a patient a program; `template` is the slug of the starter it came from."""

    patient_id: UUID
    title: str
    template: str | None = None
    starts_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustProgram(ProgramContent):
    """Let a program read differently from a day on; `based_on` is the version that was seen.

    A new `title` holds at once, and for the days before too.
    """

    program_id: UUID
    based_on: int
    effective_from: date
    reason: str
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseProgram:
    """Ask for nothing on some days, both ends included; without a program, of all of them."""

    patient_id: UUID
    program_id: UUID | None = None
    first_on: date
    last_on: date | None
    reason: PauseReason
    note: str = ""
