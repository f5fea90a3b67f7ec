"""Logged sessions made by the product's own actions, with only what a test cares about."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rehab_tracker.domain.dosage import Side
from rehab_tracker.foundation.db import new_id
from rehab_tracker.logbook import actions
from rehab_tracker.logbook.commands import ExerciseLog, LogSession, SetLog
from rehab_tracker.logbook.models import LoggedSession, SetSide
from rehab_tracker.programs.models import Prescription, Program
from rehab_tracker.programs.plans import version_row_on
from tests.builders.people import Somebody


def at(day: date, hour: int = 18, zone: str = "Europe/Berlin") -> datetime:
    """Return a local hour of a day."""
    return datetime.combine(day, time(hour), ZoneInfo(zone))


def as_prescribed(prescription: Prescription, sets: int | None = None) -> ExerciseLog:
    """Return an exercise done as prescribed, or only some of its sets."""
    apart = prescription.per_side and prescription.side is Side.BOTH
    sides = (SetSide.LEFT, SetSide.RIGHT) if apart else (None,)
    seconds = prescription.hold_s or prescription.work_s
    amount = {"reps": prescription.reps} if prescription.reps else {"seconds": seconds}
    done = [
        SetLog(number + 1, side, load_kg=prescription.load_kg, **amount)
        for number in range(prescription.sets)
        for side in sides
    ]
    return ExerciseLog(prescription.exercise_id, sets=tuple(done[:sets]))


def a_command(
    patient: Somebody,
    program: Program,
    day: date,
    *,
    sets: Mapping[UUID, int] | None = None,
    **fields: Any,
) -> LogSession:
    """Return the telling of a whole session at six in the evening, or of some sets by exercise."""
    version = version_row_on(program, day)
    asked = version.prescriptions if version else program.versions[0].prescriptions
    told = [as_prescribed(p, (sets or {}).get(p.exercise_id)) for p in asked]
    return LogSession(
        **{
            "client_id": new_id(),
            "program_id": program.id,
            "performed_on": day,
            "performed_at": at(day, zone=patient.person.time_zone),
            "zone": patient.person.time_zone,
            "pain_before": 1,
            "pain_during": 2,
            "exercises": tuple(done for done in told if done.sets),
        }
        | fields
    )


def a_log(
    db: Session,
    patient: Somebody,
    program: Program,
    day: date,
    *,
    now: datetime | None = None,
    **fields: Any,
) -> LoggedSession:
    """Log a session on its own evening."""
    told = a_command(patient, program, day, **fields)
    when = now or at(day, 20, patient.person.time_zone)
    return actions.log_session(db, patient.actor, told, now=when)


def a_morning(db: Session, patient: Somebody, day: date, score: int) -> None:
    """Answer a morning at eight."""
    when = at(day, 8, patient.person.time_zone)
    actions.answer_morning(db, patient.actor, day, score, now=when)


def days_after(day: date, count: int) -> date:
    """Return a day so many days later."""
    return day + timedelta(days=count)
