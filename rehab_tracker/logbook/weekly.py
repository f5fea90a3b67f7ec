"""The weekly check-in: worst and usual pain of a week, told before it closes."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from rehab_tracker.domain.week import week_asked_about
from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.errors import Refused
from rehab_tracker.logbook import queries
from rehab_tracker.logbook.actions import own_record
from rehab_tracker.logbook.checks import PAIN_MAX
from rehab_tracker.logbook.models import WeeklyCheck
from rehab_tracker.logbook.weeks import hold_record


@dataclass(frozen=True, slots=True)
class TellWeek:
    """What a patient says of the week that begins on a day; None where nothing was chosen."""

    first_on: date
    worst: int | None
    usual: int | None


def tell_week(db: Session, actor: Actor, command: TellWeek, *, now: datetime) -> WeeklyCheck:
    """Keep the pain of a week; until it closes another answer replaces it.

    Refused beside what cannot be true, and for a week that is over or has not come to its end.
    """
    patient_id = own_record(actor)
    asked = week_asked_about(now, actor.zone, actor.week_starts_on)
    if asked is None or asked.first_on != command.first_on:
        raise Refused({"": _("That week is closed, or has not come to its end.")})
    worst, usual = _scores(command)
    hold_record(db, patient_id)
    row = queries.weekly_check(db, patient_id, command.first_on) or WeeklyCheck(
        patient_id=patient_id, first_on=command.first_on
    )
    row.worst, row.usual, row.answered_at = worst, usual, now
    db.add(row)
    day = command.first_on.isoformat()
    audit.record(
        db, actor, "week.answered", patient_id=patient_id, on_day=day, worst=worst, usual=usual
    )
    db.flush()
    return row


def _scores(command: TellWeek) -> tuple[int, int]:
    told = {"worst": command.worst, "usual": command.usual}
    sentence = _("Please choose a number from 0 to 10.")
    problems = {
        name: sentence
        for name, score in told.items()
        if score is None or not 0 <= score <= PAIN_MAX
    }
    if problems or command.worst is None or command.usual is None:
        raise Refused(problems)
    if command.usual > command.worst:
        raise Refused({"usual": _("The usual pain cannot be more than the worst.")})
    return command.worst, command.usual
