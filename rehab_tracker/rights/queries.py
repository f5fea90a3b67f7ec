"""What was asked for about a record."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.queries import PatientCard, any_patient_card
from rehab_tracker.domain.week import local_day
from rehab_tracker.rights.models import ErasureRequest, RetentionHold


@dataclass(frozen=True)
class RecordState:
    """A patient's record: whether it is used, is to be erased, or has to be kept."""

    card: PatientCard
    erasure: ErasureRequest | None
    hold: RetentionHold | None

    @property
    def restricted_at(self) -> datetime | None:
        """Since when the record is kept, but not used."""
        return self.card.patient.restricted_at

    @property
    def erased_on(self) -> date | None:
        """The patient's local day on which the record is erased, unless a hold keeps it."""
        return local_day(self.erasure.due_at, self.card.zone) if self.erasure else None


def state_of(db: Session, patient_id: UUID) -> RecordState:
    """Return what was asked for about a record; NotVisible when there is none of that id."""
    card = any_patient_card(db, patient_id)
    erasure = select(ErasureRequest).where(
        ErasureRequest.patient_id == patient_id, ErasureRequest.taken_back_at.is_(None)
    )
    hold = select(RetentionHold).where(
        RetentionHold.patient_id == patient_id, RetentionHold.lifted_at.is_(None)
    )
    return RecordState(card, db.scalars(erasure).one_or_none(), db.scalars(hold).one_or_none())
