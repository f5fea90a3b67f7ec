"""What was asked for about a record: that it is erased, or that the law keeps it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from rehab_tracker.foundation.db import WHERE, Base, longest
from rehab_tracker.foundation.tenancy import ClinicOwned, ClinicRecord, owned, tied

REASON_LENGTH = 300


def _one_open(name: str, ended: str) -> Index:
    """Return an index that lets a patient have one row that has not ended."""
    return Index(name, "clinic_id", "patient_id", unique=True, info={WHERE: f"{ended} IS NULL"})


class ErasureRequest(ClinicRecord, Base):
    """The wish that a record is erased on a day; open until it is taken back or carried out."""

    __tablename__ = "erasure_request"
    __table_args__ = owned(
        tied("patient_id", "patient"),
        _one_open("uq_erasure_request_open", "taken_back_at"),
        Index("ix_erasure_request_due", "due_at"),
    )

    patient_id: Mapped[UUID]
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID]
    due_at: Mapped[datetime]
    was_restricted: Mapped[bool]
    """Whether the record was not used before either, so that taking the wish back leaves it so."""
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[UUID | None]


class RetentionHold(ClinicRecord, Base):
    """Why a record must be kept although its erasure was asked for, until the hold is lifted."""

    __tablename__ = "retention_hold"
    __table_args__ = owned(
        tied("patient_id", "patient"),
        _one_open("uq_retention_hold_open", "lifted_at"),
        longest("reason", REASON_LENGTH),
    )

    patient_id: Mapped[UUID]
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))
    set_at: Mapped[datetime]
    set_by: Mapped[UUID]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None]


class ErasedPatient(ClinicOwned, Base):
    """That somebody was erased, by an id that leads to nobody: a restored backup needs to know.

    `scrubbed_at` is when the database was swept, so that no byte was left in it either.
    """

    __tablename__ = "erased_patient"

    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), primary_key=True)
    erased_at: Mapped[datetime]
    scrubbed_at: Mapped[datetime | None]
