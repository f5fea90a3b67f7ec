"""What patients told of warning signs, and the numbers that a clinic sends them to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rehab_tracker.domain.red_flags import Level
from rehab_tracker.foundation.db import Base, longest, word
from rehab_tracker.foundation.tenancy import ClinicOwned, ClinicRecord, owned, tied


class SafetyCheck(ClinicRecord, Base):
    """One answer to the warning signs; with a sign it holds every program until it is cleared.

    `wording` and `language` name the text that was shown; `session_id` the session that asked.
    """

    __tablename__ = "safety_check"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "patient_id", "client_id"),
        tied("patient_id", "patient"),
        tied("session_id", "logged_session"),
        Index("ix_safety_check_patient", "clinic_id", "patient_id", "answered_at"),
        CheckConstraint("cleared_at is null or clear_note <> ''", "cleared_with_a_note"),
        longest("clear_note", 2000),
    )

    patient_id: Mapped[UUID]
    client_id: Mapped[UUID]
    session_id: Mapped[UUID | None]
    signs: Mapped[list[str]]
    level: Mapped[Level | None] = mapped_column(word(Level))
    wording: Mapped[int]
    language: Mapped[str] = mapped_column(String(16))
    answered_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    cleared_by: Mapped[UUID | None]
    clear_note: Mapped[str] = mapped_column(String(2000), default="")

    @property
    def holds(self) -> bool:
        """Whether a sign was told that nobody has cleared."""
        return self.level is not None and self.cleared_at is None


class HelpNumbers(ClinicOwned, Base):
    """The telephone numbers that a clinic shows for help; without a row, its country's."""

    __tablename__ = "help_numbers"

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), primary_key=True)
    emergency: Mapped[str] = mapped_column(String(24))
    urgent: Mapped[str] = mapped_column(String(24), default="")
    clinic: Mapped[str] = mapped_column(String(24), default="")
    changed_at: Mapped[datetime]
