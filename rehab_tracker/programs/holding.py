"""A safety hold: every program of a patient asks for nothing until it is cleared."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.db import new_id
from rehab_tracker.programs.models import Pause, PauseReason, Program
from rehab_tracker.programs.queries import programs_of

_DAY = timedelta(days=1)


def is_hold(pause: Pause) -> bool:
    """Tell whether a pause is a safety hold, which ends by being cleared alone."""
    return pause.reason is PauseReason.SAFETY


def hold_programs(
    db: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    logged_today: Collection[UUID],
    today: date,
    now: datetime,
) -> None:
    """Hold every program that has not ended; one that was logged today from tomorrow on."""
    for program in programs_of(db, patient_id):
        is_over = program.ends_before is not None and program.ends_before <= today
        if not is_over and not any(is_hold(p) and p.last_on is None for p in program.pauses):
            hold(db, actor, program, today + _DAY * (program.id in logged_today), now)


def hold(db: Session, actor: Actor, program: Program, first_on: date, now: datetime) -> None:
    """Hold one program from a day on, or from its start."""
    pause = Pause(
        id=new_id(),
        first_on=max(first_on, program.starts_on),
        last_on=None,
        reason=PauseReason.SAFETY,
        created_by=actor.membership_id,
        created_at=now,
    )
    program.pauses.append(pause)
    _audit(db, actor, "held", program, pause)


def lift_hold(db: Session, actor: Actor, patient_id: UUID, *, today: date) -> None:
    """Let all held programs go on from today."""
    for program in programs_of(db, patient_id):
        for pause in [p for p in program.pauses if is_hold(p) and p.last_on is None]:
            _audit(db, actor, "released", program, pause)
            if pause.first_on < today:
                pause.last_on = today - _DAY
            else:
                program.pauses.remove(pause)
                db.delete(pause)


def _audit(db: Session, actor: Actor, deed: str, program: Program, pause: Pause) -> None:
    audit.record(
        db,
        actor,
        f"program.{deed}",
        patient_id=program.patient_id,
        subject_id=program.id,
        pause=str(pause.id),
        first_on=pause.first_on.isoformat(),
    )
