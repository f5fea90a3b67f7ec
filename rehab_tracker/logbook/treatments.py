"""A physio writes down what was done in the clinic; it marks the charts and counts nowhere."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.policy import treats
from rehab_tracker.accounts.queries import PatientCard
from rehab_tracker.domain.week import local_day
from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.errors import Forbidden, NotVisible, Refused
from rehab_tracker.logbook.models import ClinicTreatment, TreatmentKind


@dataclass(frozen=True, slots=True)
class RecordTreatment:
    """What was done in the clinic on one day."""

    on_day: date
    kind: TreatmentKind
    note: str = ""


def record_treatment(
    db: Session, actor: Actor, card: PatientCard, command: RecordTreatment, *, now: datetime
) -> ClinicTreatment:
    """Keep a treatment; Refused for a day to come, Forbidden unless the patient is assigned."""
    _require_own(actor, card)
    if command.on_day > local_day(now, actor.zone):
        raise Refused({"on_day": _("This day is still to come.")})
    row = ClinicTreatment(
        patient_id=card.id,
        on_day=command.on_day,
        kind=command.kind,
        note=command.note,
        created_by=actor.membership_id,
        created_at=now,
    )
    db.add(row)
    db.flush()
    _write_audit(db, actor, "treatment.recorded", row)
    return row


def withdraw_treatment(db: Session, actor: Actor, card: PatientCard, treatment_id: UUID) -> None:
    """Delete a treatment that was written down by mistake; the audit keeps that it was there."""
    _require_own(actor, card)
    row = db.scalars(
        select(ClinicTreatment).where(
            ClinicTreatment.id == treatment_id, ClinicTreatment.patient_id == card.id
        )
    ).one_or_none()
    if row is None:
        raise NotVisible
    _write_audit(db, actor, "treatment.withdrawn", row)
    db.delete(row)
    db.flush()


def _require_own(actor: Actor, card: PatientCard) -> None:
    if not treats(actor, card):
        raise Forbidden({"": _("Another physio looks after this patient. Take them over first.")})


def _write_audit(db: Session, actor: Actor, deed: str, row: ClinicTreatment) -> None:
    audit.record(
        db,
        actor,
        deed,
        patient_id=row.patient_id,
        subject_id=row.id,
        on_day=row.on_day.isoformat(),
        kind=row.kind,
    )
