"""Sessions as rows: what every way of telling them writes down alike."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from rehab_tracker.domain.dosage import PerformedAmount, counted_sets
from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.db import new_id, table_of
from rehab_tracker.logbook.commands import ExerciseLog, LogSession
from rehab_tracker.logbook.models import (
    LoggedExercise,
    LoggedSession,
    LogRevision,
    PerformedSet,
)
from rehab_tracker.logbook.revisions import AS_TOLD, OF_SET, content_of
from rehab_tracker.logbook.timelines import Asked


@dataclass(frozen=True, slots=True)
class Origin:
    """The phone that told a session, when by its own clock, and the hash of what it told."""

    device_id: UUID | None = None
    told_at: datetime | None = None
    content_hash: str | None = None


PAGE = Origin()
"""A page of the product, filled in while its server listened."""


def fill(row: LoggedSession, command: LogSession, asked: Asked, origin: Origin = PAGE) -> None:
    """Let a row say what was told of the session as a whole."""
    for name in AS_TOLD:
        setattr(row, name, getattr(command, name))
    row.version_id = asked.version_id
    row.device_id = origin.device_id
    row.told_at = origin.told_at
    row.content_hash = origin.content_hash


def keep_revision(db: Session, actor: Actor, row: LoggedSession, now: datetime) -> None:
    """Keep what a row says before it says something else; its sets must be loaded."""
    db.add(
        LogRevision(
            session_id=row.id,
            revision=row.revision,
            content=content_of(row),
            content_hash=row.content_hash,
            replaced_at=now,
            replaced_by=actor.membership_id,
        )
    )
    row.revision += 1
    row.changed_at = now


_INSERT_EXERCISES = insert(table_of(LoggedExercise))
_INSERT_SETS = insert(table_of(PerformedSet))


def write_exercises(db: Session, row: LoggedSession, command: LogSession, asked: Asked) -> None:
    """Write all exercises in one statement and all sets in another.

    Row by row through the unit of work it takes twice as long, in the patient's busiest request.
    """
    exercises = [_exercise(row, place, done, asked) for place, done in enumerate(command.exercises)]
    sets = [
        {"id": new_id(), "clinic_id": row.clinic_id, "exercise_row_id": exercise["id"]}
        | {name: getattr(one, name) for name in OF_SET}
        for exercise, done in zip(exercises, command.exercises, strict=True)
        for one in done.sets
    ]
    db.execute(_INSERT_EXERCISES, exercises)
    if sets:
        db.execute(_INSERT_SETS, sets)


def _exercise(row: LoggedSession, place: int, done: ExerciseLog, asked: Asked) -> dict[str, Any]:
    dose = asked.doses[done.exercise_id]
    return {
        "id": new_id(),
        "clinic_id": row.clinic_id,
        "session_id": row.id,
        "exercise_id": done.exercise_id,
        "position": place,
        "effort": done.effort,
        "skipped": done.skipped,
        "counted_sets": counted_sets(
            (PerformedAmount(s.reps, s.seconds, s.side) for s in done.sets), dose
        ),
    }


def write_audit(db: Session, actor: Actor, deed: str, row: LoggedSession) -> None:
    """Write down a deed about a session."""
    day = row.performed_on.isoformat()
    audit.record(db, actor, deed, patient_id=row.patient_id, subject_id=row.id, performed_on=day)
