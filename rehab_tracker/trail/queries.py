"""Who saw or changed what, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from rehab_tracker.accounts.models import Membership, Patient, Person
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.folding import holds_words

PAGE = 50
_ACTING, _ACTING_PERSON = aliased(Membership), aliased(Person)
_OWN, _OWN_PERSON = aliased(Membership), aliased(Person)


@dataclass(frozen=True)
class Deed:
    """One line of the audit; without a name where the product itself acted."""

    at: datetime
    action: str
    details: dict[str, Any]
    who: str | None
    patient_id: UUID | None
    patient: str | None


@dataclass(frozen=True)
class Asked:
    """Deeds from one instant up to another, about one patient or those of a name, or all."""

    since: datetime
    until: datetime
    patient_id: UUID | None = None
    name: str = ""

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """What a deed must be like."""
        found = [AuditEvent.at >= self.since, AuditEvent.at < self.until]
        if self.patient_id:
            found.append(AuditEvent.patient_id == self.patient_id)
        if self.name:
            found.append(holds_words(_OWN_PERSON.name, self.name))
        return found


_DEEDS = (
    select(
        AuditEvent.at,
        AuditEvent.action,
        AuditEvent.details,
        _ACTING_PERSON.name,
        AuditEvent.patient_id,
        _OWN_PERSON.name,
    )
    .outerjoin(_ACTING, _ACTING.id == AuditEvent.membership_id)
    .outerjoin(_ACTING_PERSON, _ACTING_PERSON.id == _ACTING.person_id)
    .outerjoin(Patient, Patient.id == AuditEvent.patient_id)
    .outerjoin(_OWN, _OWN.id == Patient.membership_id)
    .outerjoin(_OWN_PERSON, _OWN_PERSON.id == _OWN.person_id)
)


def count_deeds(db: Session, asked: Asked) -> int:
    """Return how many deeds there are on all pages."""
    found = _DEEDS.with_only_columns(func.count(AuditEvent.id)).where(*asked.conditions)
    return db.scalar(found) or 0


def deeds(db: Session, asked: Asked, page: int) -> Sequence[Deed]:
    """Return one page, newest first."""
    newest_first = _DEEDS.where(*asked.conditions).order_by(AuditEvent.number.desc())
    rows = db.execute(newest_first.limit(PAGE).offset((page - 1) * PAGE))
    return [Deed(*row) for row in rows]
