"""Which cards a patient has read or put off."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rehab_tracker.foundation.db import Base
from rehab_tracker.foundation.tenancy import ClinicRecord, owned, tied


class TopicState(ClinicRecord, Base):
    """One card and one patient, from the first time that it was read or put off."""

    __tablename__ = "topic_state"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "patient_id", "slug"), tied("patient_id", "patient")
    )

    patient_id: Mapped[UUID]
    slug: Mapped[str] = mapped_column(String(80))
    read_at: Mapped[datetime | None]
    put_off_at: Mapped[datetime | None]
