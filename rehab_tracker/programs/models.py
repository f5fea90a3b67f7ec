"""What one patient is to do: programs, their immutable versions, prescriptions and pauses."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    UOWTransaction,
    mapped_column,
    relationship,
)

from rehab_tracker.domain.dosage import Side
from rehab_tracker.domain.pain import Profile
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.foundation.db import Base, longest, word
from rehab_tracker.foundation.tenancy import ClinicOwned, ClinicRecord, owned, tied


class PauseReason(StrEnum):
    """Why nothing is due."""

    ILLNESS = "illness"
    HOLIDAY = "holiday"
    PHYSIO_ADVISED = "physio_advised"
    FLARE = "flare"
    SAFETY = "safety"
    OTHER = "other"


class Program(ClinicRecord, Base):
    """What one patient does at one frequency."""

    __tablename__ = "program"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "patient_id", "id"),
        tied("patient_id", "patient"),
        Index("ix_program_patient", "clinic_id", "patient_id", "starts_on"),
        CheckConstraint("ends_before is null or ends_before >= starts_on", "ends_after_start"),
        longest("title", 120),
    )

    patient_id: Mapped[UUID]
    title: Mapped[str] = mapped_column(String(120))
    template: Mapped[str | None] = mapped_column(String(80))
    starts_on: Mapped[date]
    ends_before: Mapped[date | None]
    end_reason: Mapped[str | None] = mapped_column(String(300))
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]

    versions: Mapped[list["ProgramVersion"]] = relationship(
        primaryjoin="Program.id == foreign(ProgramVersion.program_id)",
        order_by="ProgramVersion.number",
        lazy="raise",
    )
    pauses: Mapped[list["Pause"]] = relationship(
        primaryjoin="Program.id == foreign(Pause.program_id)",
        order_by="Pause.first_on",
        lazy="raise",
    )


class ProgramVersion(ClinicRecord, Base):
    """The immutable state of a program from a day on."""

    __tablename__ = "program_version"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "program_id", "number"),
        tied("program_id", "program"),
        CheckConstraint("sessions_per_week between 1 and 7", "frequency"),
        CheckConstraint("green_max between 0 and 9 and amber_max between green_max and 10", "pain"),
        longest("note", 2000),
        longest("reason", 300),
    )

    program_id: Mapped[UUID]
    number: Mapped[int]
    effective_from: Mapped[date]
    sessions_per_week: Mapped[int]
    preferred_days: Mapped[list[int]] = mapped_column(default=list)
    pain_profile: Mapped[Profile] = mapped_column(word(Profile))
    green_max: Mapped[int]
    amber_max: Mapped[int]
    note: Mapped[str] = mapped_column(String(2000), default="")
    reason: Mapped[str] = mapped_column(String(300), default="")
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]

    prescriptions: Mapped[list["Prescription"]] = relationship(
        primaryjoin="ProgramVersion.id == foreign(Prescription.version_id)",
        order_by="Prescription.position",
        lazy="raise",
    )


class Prescription(ClinicRecord, Base):
    """One exercise in a version with its dose."""

    __tablename__ = "prescription"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "version_id", "position"),
        UniqueConstraint("clinic_id", "version_id", "exercise_id"),
        tied("version_id", "program_version"),
        tied("exercise_id", "exercise"),
        CheckConstraint("sets between 1 and 10", "sets"),
        CheckConstraint("reps_max >= reps", "reps_range"),
        CheckConstraint("hold_max_s >= hold_s", "hold_range"),
        CheckConstraint(
            "reps is not null or hold_s is not null or work_s is not null", "something_to_do"
        ),
        CheckConstraint("load_g is null or load_g > 0", "load"),
        CheckConstraint("target_rpe between 1 and 10", "effort"),
    )

    version_id: Mapped[UUID]
    exercise_id: Mapped[UUID]
    position: Mapped[int]
    optional: Mapped[bool]
    sets: Mapped[int]
    reps: Mapped[int | None]
    reps_max: Mapped[int | None]
    hold_s: Mapped[int | None]
    hold_max_s: Mapped[int | None]
    work_s: Mapped[int | None]
    load_kg: Mapped[Decimal | None] = mapped_column("load_g")
    band: Mapped[int | None]
    tempo: Mapped[str | None] = mapped_column(String(16))
    rest_s: Mapped[int | None]
    side: Mapped[Side] = mapped_column(word(Side))
    per_side: Mapped[bool]
    target_rpe: Mapped[int | None]

    exercise: Mapped[Exercise] = relationship(
        primaryjoin="foreign(Prescription.exercise_id) == Exercise.id", lazy="raise"
    )


class Pause(ClinicRecord, Base):
    """Days, both ends included, on which a program asks for nothing; open until resumed."""

    __tablename__ = "pause"
    __table_args__ = owned(
        tied("program_id", "program"),
        Index("ix_pause_program", "clinic_id", "program_id"),
        CheckConstraint("last_on is null or last_on >= first_on", "ends_after_start"),
        longest("note", 300),
    )

    program_id: Mapped[UUID]
    first_on: Mapped[date]
    last_on: Mapped[date | None]
    reason: Mapped[PauseReason] = mapped_column(word(PauseReason))
    note: Mapped[str] = mapped_column(String(300), default="")
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]


class SeenVersion(ClinicOwned, Base):
    """The newest version of a program that its patient has seen; the first one needs no row."""

    __tablename__ = "seen_version"
    __table_args__ = (tied("program_id", "program"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), primary_key=True)
    program_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    seen_at: Mapped[datetime]


class ImmutableVersion(Exception):
    """Code tried to change what a program asked for in the past."""


_IMMUTABLE = (ProgramVersion, Prescription)


@event.listens_for(Session, "before_flush")
def _keep_versions(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Refuse changed or deleted versions, and prescriptions added to a version that stands."""
    changed = [row for row in session.dirty if session.is_modified(row)]
    begun = {version.id for version in session.new if isinstance(version, ProgramVersion)}
    for row in (*changed, *session.deleted):
        if isinstance(row, _IMMUTABLE):
            raise ImmutableVersion(type(row).__name__)
    for row in session.new:
        if isinstance(row, Prescription) and row.version_id and row.version_id not in begun:
            raise ImmutableVersion(type(row).__name__)


@event.listens_for(Session, "do_orm_execute")
def _change_no_version(state: ORMExecuteState) -> None:
    mapper, changes = state.bind_mapper, state.is_update or state.is_delete
    if changes and mapper is not None and issubclass(mapper.class_, _IMMUTABLE):
        raise ImmutableVersion(mapper.class_.__name__)
