"""Programs made by the product's own actions, with only what a test cares about."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from rehab_tracker.domain.dosage import Dose
from rehab_tracker.domain.pain import Profile
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.programs import actions
from rehab_tracker.programs.actions import AdjustProgram, AssignProgram, PrescriptionDraft
from rehab_tracker.programs.models import Program, ProgramVersion
from rehab_tracker.programs.plans import content_of
from tests.builders.exercises import an_exercise
from tests.builders.people import Somebody

MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_number = count(1)


def an_item(exercise: Exercise, *, optional: bool = False, **dose: Any) -> PrescriptionDraft:
    """Return an exercise with a dose: 3 x 10 unless told otherwise."""
    amounts = dose if dose.keys() & {"reps", "hold_s", "work_s"} else {"reps": 10, **dose}
    return PrescriptionDraft(exercise.id, optional, Dose(**{"sets": 3, **amounts}))


def an_assignment(
    patient: Somebody, items: Iterable[PrescriptionDraft], **fields: Any
) -> AssignProgram:
    """Return the wish for three sessions a week from the Monday on."""
    return AssignProgram(
        **{
            "patient_id": patient.id,
            "title": "Hip strength",
            "starts_on": MONDAY,
            "sessions_per_week": 3,
            "pain_profile": Profile.STANDARD,
            "green_max": 2,
            "amber_max": 5,
            "items": tuple(items),
        }
        | fields
    )


def a_program(
    db: Session,
    physio: Somebody,
    patient: Somebody,
    items: Iterable[PrescriptionDraft] = (),
    *,
    today: date | None = None,
    **fields: Any,
) -> Program:
    """Assign a program; without items, of one exercise of the clinic's own."""
    items = tuple(items) or (an_item(an_exercise(db, name=f"Slide {next(_number)}")),)
    command = an_assignment(patient, items, **fields)
    return actions.assign_program(
        db, physio.actor, command, today=today or command.starts_on, now=NOW
    )


def an_adjustment(program: Program, **fields: Any) -> AdjustProgram:
    """Return the wish to change a program's newest version on the eighth day."""
    newest = program.versions[-1]
    content = content_of(newest)
    return AdjustProgram(
        **{name: getattr(content, name) for name in content.__dataclass_fields__}
        | {
            "program_id": program.id,
            "based_on": newest.number,
            "effective_from": date.fromordinal(program.starts_on.toordinal() + 7),
            "reason": "Stronger now",
        }
        | fields
    )


def an_adjusted(
    db: Session, physio: Somebody, program: Program, *, today: date | None = None, **fields: Any
) -> ProgramVersion:
    """Adjust a program."""
    command = an_adjustment(program, **fields)
    return actions.adjust_program(
        db, physio.actor, command, today=today or command.effective_from, now=NOW
    )
