"""Patients log, correct, withdraw and answer; every deed checks the truth of what was typed."""

from datetime import date, datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rehab_tracker.domain.pain import morning_window
from rehab_tracker.domain.week import local_day
from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.errors import NotVisible, Refused, Stale
from rehab_tracker.logbook import queries
from rehab_tracker.logbook.checks import about_the_score, asked_of
from rehab_tracker.logbook.commands import ExerciseLog, LogSession, SetLog
from rehab_tracker.logbook.keeping import fill, keep_revision, write_audit, write_exercises
from rehab_tracker.logbook.models import LoggedSession, MorningCheck
from rehab_tracker.logbook.revisions import as_told
from rehab_tracker.logbook.weeks import hold_program, hold_record

__all__ = ["ExerciseLog", "LogSession", "SetLog"]
_DAY = timedelta(days=1)


def log_session(db: Session, actor: Actor, command: LogSession, *, now: datetime) -> LoggedSession:
    """Keep a session of the acting patient; the same one sent again is the one already kept.

    Refused beside the field that cannot be true; Stale when its `client_id` was used for another.
    """
    line = hold_program(db, own_record(actor), command.program_id)
    today = local_day(now, actor.zone)
    asked = asked_of(command, line, today, now)
    row = LoggedSession(
        patient_id=line.patient_id,
        client_id=command.client_id,
        received_at=now,
        late=command.performed_on < today,
    )
    fill(row, command, asked)
    db.add(row)
    try:
        db.flush()
    except IntegrityError as collision:
        db.rollback()
        return _kept_before(db, line.patient_id, command, collision)
    write_exercises(db, row, command, asked)
    write_audit(db, actor, "log.saved", row)
    return row


def correct_session(
    db: Session,
    actor: Actor,
    session_id: UUID,
    command: LogSession,
    *,
    revision: int,
    now: datetime,
) -> LoggedSession:
    """Let a session say something else, and keep what it said; Stale when it changed meanwhile."""
    line = hold_program(db, own_record(actor), command.program_id)
    row = _to_change(db, line.patient_id, session_id, revision)
    if row.program_id != line.program_id:
        raise NotVisible
    today = local_day(now, actor.zone)
    asked = asked_of(command, line, today, now, kept_on=row.performed_on)
    keep_revision(db, actor, row, now)
    row.exercises.clear()
    db.flush()
    fill(row, command, asked)
    write_exercises(db, row, command, asked)
    row.late = row.performed_on < local_day(row.received_at, actor.zone)
    write_audit(db, actor, "log.corrected", row)
    db.flush()
    return row


def withdraw_session(
    db: Session, actor: Actor, session_id: UUID, *, revision: int, now: datetime
) -> LoggedSession:
    """Take a session back: it counts nowhere any more, and stays to be read."""
    patient_id = own_record(actor)
    hold_record(db, patient_id)
    row = _to_change(db, patient_id, session_id, revision)
    keep_revision(db, actor, row, now)
    row.withdrawn_at = now
    row.device_id = row.content_hash = None
    write_audit(db, actor, "log.withdrawn", row)
    db.flush()
    return row


def answer_morning(
    db: Session, actor: Actor, on_day: date, score: int, *, now: datetime
) -> MorningCheck:
    """Keep the pain of this morning; until midnight another answer replaces it.

    Refused outside the hours in which that day's morning is asked for.
    """
    patient_id = own_record(actor)
    is_today = on_day == local_day(now, actor.zone)
    if not is_today or now < morning_window(on_day - _DAY, actor.zone)[0]:
        raise Refused({"pain": _("That morning is over, or has not come yet.")})
    if problems := dict(about_the_score(score, "pain")):
        raise Refused(problems)
    check = _first_answer(
        db, MorningCheck(patient_id=patient_id, on_day=on_day, pain=score, answered_at=now)
    )
    if check.answered_at > now:
        return check  # told on a phone before what stands, and come after it
    check.pain, check.answered_at = score, now
    audit.record(
        db, actor, "morning.answered", patient_id=patient_id, on_day=on_day.isoformat(), pain=score
    )
    db.flush()
    return check


def own_record(actor: Actor) -> UUID:
    """Return the acting patient's id; NotVisible for everybody else."""
    if actor.patient_id is None:
        raise NotVisible
    return actor.patient_id


def _first_answer(db: Session, check: MorningCheck) -> MorningCheck:
    """Return the answer that stands for the morning: this one, unless there was one before."""
    try:
        with db.begin_nested():
            db.add(check)
    except IntegrityError as collision:
        before = queries.morning_check(db, check.patient_id, check.on_day)
        if before is None:
            raise collision from None
        return before
    return check


def _kept_before(
    db: Session, patient_id: UUID, command: LogSession, collision: IntegrityError
) -> LoggedSession:
    """Return the session that was sent before under the same `client_id`."""
    sent_before = select(LoggedSession.id).where(
        LoggedSession.patient_id == patient_id, LoggedSession.client_id == command.client_id
    )
    kept_id = db.scalars(sent_before).one_or_none()
    if kept_id is None:
        raise collision
    kept = queries.session_of(db, patient_id, kept_id)
    if as_told(kept) != as_told(command):
        raise Stale({"": _("This session was saved before. Correct it in your history instead.")})
    return kept


def _to_change(db: Session, patient_id: UUID, session_id: UUID, revision: int) -> LoggedSession:
    row = queries.session_of(db, patient_id, session_id)
    if row.withdrawn_at is not None:
        raise Stale({"": _("This session was withdrawn meanwhile.")})
    if row.revision != revision:
        raise Stale({"": _("This session was corrected meanwhile. Look at it, then correct it.")})
    return row
