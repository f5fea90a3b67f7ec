"""Warning signs told of a session, or without one."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from rehab_tracker.domain.week import local_day
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.logbook import queries
from rehab_tracker.logbook.actions import own_record
from rehab_tracker.logbook.weeks import hold_record
from rehab_tracker.safety import actions as safety
from rehab_tracker.safety.actions import TellSigns
from rehab_tracker.safety.models import SafetyCheck

__all__ = ["TellSigns"]


def tell_signs(db: Session, actor: Actor, command: TellSigns, *, now: datetime) -> SafetyCheck:
    """Keep the acting patient's answer; a sign makes the light of its session a stop.

    A session that is not theirs, or withdrawn, is left out: help never waits for it.
    """
    patient_id, today = own_record(actor), local_day(now, actor.zone)
    hold_record(db, patient_id)
    session = queries.standing_session(db, patient_id, command.session_id)
    command = replace(command, session_id=session.id if session else None)
    done = {one.program_id for one in queries.sessions_of(db, patient_id, today, today)}
    row = safety.tell_signs(db, actor, command, logged_today=done, today=today, now=now)
    if session is not None and row.level is not None:
        session.red_flag = True
    return row
