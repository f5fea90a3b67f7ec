"""Who did what to whose record, written in the transaction of the deed itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from rehab_tracker.foundation import clock
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.db import Base
from rehab_tracker.foundation.tenancy import ClinicRecord, owned


class AuditEvent(ClinicRecord, Base):
    """One deed; it holds ids and changed words, never names."""

    __tablename__ = "audit_event"
    __table_args__ = owned(
        Index("ix_audit_event_patient", "clinic_id", "patient_id", "at"),
        Index("ix_audit_event_at", "clinic_id", "at"),
    )

    at: Mapped[datetime]
    membership_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(64))
    patient_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]]


def record(
    db: Session,
    actor: Actor | None,
    action: str,
    *,
    patient_id: UUID | None = None,
    subject_id: UUID | None = None,
    clinic_id: UUID | None = None,
    **details: Any,
) -> None:
    """Write down a deed (`program.assigned`) together with the change that it made.

    `clinic_id` is for deeds before anybody's clinic is known, such as joining one.
    """
    db.add(
        AuditEvent(
            clinic_id=clinic_id,
            at=clock.now(),
            membership_id=actor.membership_id if actor else None,
            action=action,
            patient_id=patient_id,
            subject_id=subject_id,
            details=details,
        )
    )
