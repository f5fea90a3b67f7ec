"""A clinic's library: the seeded exercises it was given and its own."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rehab_tracker.foundation.db import Base, longest, word
from rehab_tracker.foundation.tenancy import ClinicRecord, owned


class Origin(StrEnum):
    """Who wrote an exercise: the seed library or the clinic itself."""

    SEED = "seed"
    CLINIC = "clinic"


class Exercise(ClinicRecord, Base):
    """A library entry as one clinic has it."""

    __tablename__ = "exercise"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "slug"),
        CheckConstraint("level between 1 and 5", "level"),
        CheckConstraint("rung is null or rung >= 1", "rung"),
        longest("name", 120),
        CheckConstraint("(media_id is null) = (media_type is null)", "media"),
        CheckConstraint("figure is null or media_id is null", "one_picture"),
    )

    slug: Mapped[str] = mapped_column(String(80))
    origin: Mapped[Origin] = mapped_column(word(Origin))
    hidden: Mapped[bool] = mapped_column(default=False)
    copied_from: Mapped[str | None] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(16), default="en")
    name: Mapped[str] = mapped_column(String(120))
    region: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))
    targets: Mapped[list[str]]
    position: Mapped[str] = mapped_column(String(32))
    equipment: Mapped[list[str]]
    equipment_any: Mapped[list[str]]
    equipment_optional: Mapped[list[str]]
    laterality: Mapped[str] = mapped_column(String(32))
    level: Mapped[int]
    ladder: Mapped[str | None] = mapped_column(String(80))
    rung: Mapped[int | None]
    pfj_load: Mapped[str] = mapped_column(String(32))
    load_type: Mapped[str] = mapped_column(String(32))
    dose: Mapped[dict[str, Any]]
    sessions_per_week: Mapped[int]
    optional: Mapped[bool] = mapped_column(default=False)
    cautions: Mapped[list[str]]
    contraindications: Mapped[list[str]]
    evidence_level: Mapped[str | None] = mapped_column(String(1))
    sources: Mapped[list[str]]
    cues: Mapped[list[str]]
    figure: Mapped[str | None] = mapped_column(String(80))
    media_id: Mapped[UUID | None]
    media_type: Mapped[str | None] = mapped_column(String(32))
