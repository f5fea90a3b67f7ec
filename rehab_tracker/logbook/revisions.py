"""A session as plain content: to keep what it said, to compare it, to show what changed."""

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from rehab_tracker.logbook.commands import ExerciseLog, LogSession
from rehab_tracker.logbook.models import LoggedExercise, LoggedSession

AS_TOLD = (
    "program_id",
    "performed_on",
    "performed_at",
    "zone",
    "pain_before",
    "pain_during",
    "settled_within_hour",
    "limp",
    "new_swelling",
    "stopped_for_pain",
    "sore_exercise_id",
    "note",
)
"""What a patient says of a session as a whole; rows and commands name it alike."""

OF_SET = ("number", "side", "reps", "seconds", "load_kg", "band")


def content_of(row: LoggedSession) -> dict[str, Any]:
    """Return all that a session says, in JSON's own types; its sets must be loaded."""
    return as_told(row) | _plain(row, ("version_id", "red_flag"))


def as_told(session: LoggedSession | LogSession) -> dict[str, Any]:
    """Return what the patient told, kept or only just sent, in JSON's own types."""
    exercises = [_exercise(done) for done in session.exercises]
    return {**_plain(session, AS_TOLD), "exercises": exercises}


def hash_of(told: LogSession, *, withdrawn: bool) -> str:
    """Return what a session is known by when a phone sends it again."""
    text = json.dumps([as_told(told), withdrawn], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _exercise(done: LoggedExercise | ExerciseLog) -> dict[str, Any]:
    sets = sorted(done.sets, key=lambda one: (one.number, one.side or ""))
    return {
        **_plain(done, ("exercise_id", "effort", "skipped")),
        "sets": [_plain(one, OF_SET) for one in sets],
    }


def _plain(told: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _json(getattr(told, name)) for name in names}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value) if isinstance(value, UUID) else value
