"""Long histories: rows as the logbook leaves them, for hundreds of days at once."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from rehab_tracker.foundation.db import new_id
from rehab_tracker.logbook.models import (
    ClinicTreatment,
    LoggedExercise,
    LoggedSession,
    PerformedSet,
    TreatmentKind,
)
from rehab_tracker.programs.models import Pause, PauseReason, Program
from rehab_tracker.programs.plans import version_row_on
from tests.builders.logbook import at
from tests.builders.people import Somebody


def a_past_log(
    db: Session, program: Program, day: date, *, amounts: Any = None, **fields: Any
) -> LoggedSession:
    """Write down a session of three counting sets of each exercise, however long ago."""
    version = version_row_on(program, day)
    assert version
    row = LoggedSession(
        **{
            "patient_id": program.patient_id,
            "program_id": program.id,
            "version_id": version.id,
            "client_id": new_id(),
            "performed_on": day,
            "performed_at": at(day),
            "zone": "Europe/Berlin",
            "received_at": at(day),
            "pain_before": 1,
            "pain_during": 2,
        }
        | fields
    )
    row.exercises = [
        LoggedExercise(
            exercise_id=item.exercise_id,
            position=item.position,
            counted_sets=3,
            sets=[PerformedSet(number=n, **(amounts or {"reps": 10})) for n in (1, 2, 3)],
        )
        for item in version.prescriptions
    ]
    db.add(row)
    return row


def a_long_history(db: Session, program: Program, last_on: date, sessions: int) -> None:
    """Write down a session every second day, so many, up to a day."""
    for number in range(sessions):
        a_past_log(db, program, last_on - timedelta(days=2 * number))


def a_past_pause(
    db: Session,
    program: Program,
    first_on: date,
    last_on: date | None,
    reason: PauseReason = PauseReason.ILLNESS,
) -> None:
    """Pause a program, also in the past."""
    db.add(
        Pause(
            program_id=program.id,
            first_on=first_on,
            last_on=last_on,
            reason=reason,
            created_by=program.created_by,
            created_at=at(first_on),
        )
    )
    db.flush()


def a_treatment(db: Session, patient: Somebody, physio: Somebody, day: date, note: str) -> None:
    """Write down a taping in the clinic."""
    db.add(
        ClinicTreatment(
            patient_id=patient.id,
            on_day=day,
            kind=TreatmentKind.TAPING,
            note=note,
            created_by=physio.member.id,
            created_at=at(day),
        )
    )
    db.flush()
