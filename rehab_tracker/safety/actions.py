"""Patients tell of warning signs, which holds everything; their physio clears it with a note."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Patient
from rehab_tracker.accounts.policy import treats
from rehab_tracker.accounts.queries import PatientCard
from rehab_tracker.domain.red_flags import RED_FLAGS, WORDING, strictest
from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.db import new_id
from rehab_tracker.foundation.errors import Forbidden, NotVisible, Refused, Stale
from rehab_tracker.programs.holding import hold_programs, lift_hold
from rehab_tracker.safety import queries
from rehab_tracker.safety.models import HelpNumbers, SafetyCheck
from rehab_tracker.safety.numbers import SHAPE, Numbers

NOTE_MAX = 2000


@dataclass(frozen=True, slots=True)
class TellSigns:
    """What a patient ticked, how it was asked, and the session that asked for it."""

    client_id: UUID
    signs: tuple[str, ...]
    language: str
    session_id: UUID | None = None
    wording: int = WORDING


def tell_signs(
    db: Session,
    actor: Actor,
    command: TellSigns,
    *,
    logged_today: Collection[UUID],
    today: date,
    now: datetime,
) -> SafetyCheck:
    """Keep the acting patient's answer; any sign holds all programs from this moment.

    `logged_today` are the programs done today: their sessions still count, so that whoever obeys
    the rule loses nothing by it. The same answer sent again is the one already kept.
    """
    patient = _held_record(db, actor.patient_id)
    if before := queries.sent_before(db, patient.id, command.client_id):
        return before
    row = SafetyCheck(
        id=new_id(),
        patient_id=patient.id,
        client_id=command.client_id,
        session_id=command.session_id,
        signs=[code for code in RED_FLAGS if code in command.signs],
        level=strictest(command.signs),
        wording=command.wording,
        language=command.language,
        answered_at=now,
    )
    db.add(row)
    audit.record(
        db, actor, "safety.answered", patient_id=patient.id, subject_id=row.id, level=row.level
    )
    if row.level is not None:
        patient.held_at = patient.held_at or now
        hold_programs(db, actor, patient.id, logged_today=logged_today, today=today, now=now)
    db.flush()
    return row


def clear_hold(
    db: Session,
    actor: Actor,
    card: PatientCard,
    note: str,
    *,
    seen: UUID,
    today: date,
    now: datetime,
) -> None:
    """End the hold of a patient whom the acting physio looks after; the note says why.

    `seen` is the newest answer that the physio read: Stale when another one came since.
    """
    if not treats(actor, card):
        raise Forbidden({"": _("Only the assigned physio can clear it. Take the patient over.")})
    if not note.strip():
        raise Refused({"note": _("Write down what was found and why training can go on.")})
    patient = _held_record(db, card.id)
    holding = [check for check in queries.checks_of(db, card.id) if check.holds]
    if not holding:
        raise Stale({"": _("Nothing is held any more: somebody has cleared it.")})
    if holding[0].id != seen:
        raise Stale({"": _("The patient told of another sign meanwhile. Please read it first.")})
    for check in holding:
        check.clear_note = note.strip()
        check.cleared_at, check.cleared_by = now, actor.membership_id
    patient.held_at = None
    lift_hold(db, actor, card.id, today=today)
    checks = [str(check.id) for check in holding]
    audit.record(db, actor, "safety.cleared", patient_id=card.id, subject_id=seen, checks=checks)
    db.flush()


def _held_record(db: Session, patient_id: UUID | None) -> Patient:
    """Return a patient's row; whoever else writes to the record waits."""
    wanted = select(Patient).where(Patient.id == patient_id).with_for_update(key_share=True)
    found = db.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise NotVisible
    return found


def set_numbers(db: Session, actor: Actor, numbers: Numbers, *, now: datetime) -> None:
    """Let a clinic's patients be sent to other numbers; Refused beside one that is none."""
    wrong = _("Please enter a telephone number, such as 112 or +49 30 1234567.")
    told = asdict(numbers)
    problems = {
        name: wrong
        for name, number in told.items()
        if (number or name == "emergency") and not SHAPE.fullmatch(number)
    }
    if problems:
        raise Refused(problems)
    row = db.scalars(select(HelpNumbers)).one_or_none() or HelpNumbers()
    for name, number in told.items():
        setattr(row, name, number)
    row.changed_at = now
    db.add(row)
    audit.record(db, actor, "clinic.numbers_changed", **told)
    db.flush()
