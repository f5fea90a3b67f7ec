"""What a patient can tell, before anything of it is checked or kept."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from rehab_tracker.logbook.models import SetSide, SkipReason


@dataclass(frozen=True, slots=True)
class SetLog:
    """One performed set: repetitions, or the seconds of a hold or of timed work."""

    number: int
    side: SetSide | None = None
    reps: int | None = None
    seconds: int | None = None
    load_kg: Decimal | None = None
    band: int | None = None


@dataclass(frozen=True, slots=True)
class ExerciseLog:
    """What was done of one exercise; a reason says why some or all of it was left out."""

    exercise_id: UUID
    effort: int | None = None
    skipped: SkipReason | None = None
    sets: tuple[SetLog, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSession:
    """One session as a patient tells it; `client_id` is the same each time it is sent."""

    client_id: UUID
    program_id: UUID
    performed_on: date
    performed_at: datetime
    zone: str
    pain_before: int | None
    pain_during: int
    settled_within_hour: bool | None = None
    limp: bool = False
    new_swelling: bool = False
    stopped_for_pain: bool = False
    sore_exercise_id: UUID | None = None
    note: str = ""
    exercises: tuple[ExerciseLog, ...] = ()
