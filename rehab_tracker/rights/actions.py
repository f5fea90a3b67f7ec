"""A record is restricted and used again; its erasure is asked for, taken back, held and let go."""

from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.errors import Stale
from rehab_tracker.rights.letters import Letters
from rehab_tracker.rights.models import ErasureRequest, RetentionHold
from rehab_tracker.rights.queries import state_of


def restrict(
    db: Session, actor: Actor, patient_id: UUID, now: datetime, *, letters: Letters
) -> None:
    """Keep a record, but use it no longer: nobody reads or writes it, no figure counts it."""
    state = state_of(db, patient_id)
    if state.restricted_at:
        raise Stale({"": _("This record is restricted already.")})
    state.card.patient.restricted_at = now
    letters.restricted(db, actor, state)
    audit.record(db, actor, "record.restricted", patient_id=patient_id)


def use_again(db: Session, actor: Actor, patient_id: UUID, *, letters: Letters) -> None:
    """Lift the restriction of a record; while its erasure is asked for, that comes first."""
    state = state_of(db, patient_id)
    if state.erasure:
        raise Stale({"": _("Take the erasure back first: until then nobody uses the record.")})
    if not state.restricted_at:
        raise Stale({"": _("This record is not restricted any more.")})
    state.card.patient.restricted_at = None
    letters.used_again(db, actor, state)
    audit.record(db, actor, "record.used_again", patient_id=patient_id)


def ask_erasure(
    db: Session,
    actor: Actor,
    patient_id: UUID,
    now: datetime,
    *,
    grace: timedelta,
    letters: Letters,
) -> None:
    """Ask that a record is erased when the grace is over; until then it is restricted."""
    state = state_of(db, patient_id)
    row = ErasureRequest(
        patient_id=patient_id,
        asked_at=now,
        asked_by=actor.membership_id,
        due_at=now + grace,
        was_restricted=state.restricted_at is not None,
    )
    _add_only(db, row, _("The erasure of this record was asked for already."))
    patient = state.card.patient
    patient.restricted_at = patient.restricted_at or now
    letters.erasure_asked(db, actor, state_of(db, patient_id))
    audit.record(
        db, actor, "erasure.asked", patient_id=patient_id, subject_id=row.id,
        due_at=row.due_at.isoformat(),
    )  # fmt: skip


def take_erasure_back(
    db: Session, actor: Actor, patient_id: UUID, now: datetime, *, letters: Letters
) -> None:
    """Let a record live; it is used again, unless it was restricted before that wish."""
    state = state_of(db, patient_id)
    if state.erasure is None:
        raise Stale({"": _("Nobody asks any more to erase this record.")})
    if not state.erasure.was_restricted:
        state.card.patient.restricted_at = None
    state.erasure.taken_back_at, state.erasure.taken_back_by = now, actor.membership_id
    letters.erasure_taken_back(db, actor, state)
    audit.record(
        db, actor, "erasure.taken_back", patient_id=patient_id, subject_id=state.erasure.id
    )


def hold(
    db: Session, actor: Actor, patient_id: UUID, reason: str, now: datetime, *, letters: Letters
) -> None:
    """Keep a record from being erased, for a reason that the patient reads."""
    state = state_of(db, patient_id)
    row = RetentionHold(
        patient_id=patient_id, reason=reason.strip(), set_at=now, set_by=actor.membership_id
    )
    _add_only(db, row, _("It is noted already that this record must be kept."))
    if state.erasure:
        letters.erasure_held(db, actor, state)
    audit.record(db, actor, "erasure.held", patient_id=patient_id, subject_id=row.id)


def let_go(db: Session, actor: Actor, patient_id: UUID, now: datetime) -> None:
    """Lift a hold: what is due is erased with the next upkeep."""
    state = state_of(db, patient_id)
    if state.hold is None:
        raise Stale({"": _("Nothing keeps this record any more.")})
    state.hold.lifted_at, state.hold.lifted_by = now, actor.membership_id
    audit.record(db, actor, "erasure.hold_lifted", patient_id=patient_id, subject_id=state.hold.id)


def _add_only(db: Session, row: ErasureRequest | RetentionHold, already: str) -> None:
    """Add what a patient can have one of; two clicks at once read like one after the other."""
    db.add(row)
    try:
        db.flush()
    except IntegrityError as problem:
        raise Stale({"": already}) from problem
