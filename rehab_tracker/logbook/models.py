"""What a patient did and felt, and the weeks that follow from it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rehab_tracker.domain.adherence import WeekState
from rehab_tracker.foundation.db import Base, longest, word
from rehab_tracker.foundation.tenancy import ClinicOwned, ClinicRecord, owned, tied


class SkipReason(StrEnum):
    """Why an exercise was left out."""

    PAIN = "pain"
    NO_TIME = "no_time"
    NO_KIT = "no_kit"
    FORGOT = "forgot"
    FELT_BETTER = "felt_better"
    OTHER = "other"


class SetSide(StrEnum):
    """The side that performed a set; none where both work together."""

    LEFT = "left"
    RIGHT = "right"


class TreatmentKind(StrEnum):
    """What was done in the clinic beside the exercises."""

    HANDS_ON = "hands_on"
    TAPING = "taping"
    ORTHOSIS = "orthosis"
    BRACE = "brace"
    EDUCATION = "education"
    OTHER = "other"


def _score(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} between 0 and 10", column)


class LoggedSession(ClinicRecord, Base):
    """What a patient did of one program on one local day, as it reads now."""

    __tablename__ = "logged_session"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "patient_id", "client_id"),
        ForeignKeyConstraint(
            ["clinic_id", "patient_id", "program_id"],
            ["program.clinic_id", "program.patient_id", "program.id"],
        ),
        tied("version_id", "program_version"),
        Index("ix_logged_session_day", "clinic_id", "patient_id", "performed_on"),
        Index("ix_logged_session_program", "clinic_id", "program_id", "performed_on"),
        _score("pain_before"),
        _score("pain_during"),
        longest("note", 2000),
    )

    patient_id: Mapped[UUID]
    program_id: Mapped[UUID]
    version_id: Mapped[UUID]
    client_id: Mapped[UUID]
    revision: Mapped[int] = mapped_column(default=1)
    performed_on: Mapped[date]
    performed_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(default=False)
    pain_before: Mapped[int | None]
    pain_during: Mapped[int]
    settled_within_hour: Mapped[bool | None]
    limp: Mapped[bool] = mapped_column(default=False)
    new_swelling: Mapped[bool] = mapped_column(default=False)
    red_flag: Mapped[bool] = mapped_column(default=False)
    stopped_for_pain: Mapped[bool] = mapped_column(default=False)
    sore_exercise_id: Mapped[UUID | None]
    note: Mapped[str] = mapped_column(String(2000), default="")
    device_id: Mapped[UUID | None]
    """The phone that sent what stands; None where a page of the product wrote it."""
    told_at: Mapped[datetime | None]
    """When it was performed by the phone's own clock, which `performed_at` corrects."""
    content_hash: Mapped[str | None] = mapped_column(String(64))
    """What the phone sent, to know it again when it is sent again."""

    exercises: Mapped[list["LoggedExercise"]] = relationship(
        primaryjoin="LoggedSession.id == foreign(LoggedExercise.session_id)",
        order_by="LoggedExercise.position",
        cascade="all, delete-orphan",
        lazy="raise",
    )


class LoggedExercise(ClinicRecord, Base):
    """One exercise of a logged session; `counted_sets` are those that count by rule F2.6."""

    __tablename__ = "logged_exercise"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "session_id", "exercise_id"),
        tied("session_id", "logged_session"),
        tied("exercise_id", "exercise"),
        CheckConstraint("effort between 1 and 10", "effort"),
        CheckConstraint("counted_sets >= 0", "counted_sets"),
    )

    session_id: Mapped[UUID]
    exercise_id: Mapped[UUID]
    position: Mapped[int]
    counted_sets: Mapped[int]
    effort: Mapped[int | None]
    skipped: Mapped[SkipReason | None] = mapped_column(word(SkipReason))

    sets: Mapped[list["PerformedSet"]] = relationship(
        primaryjoin="LoggedExercise.id == foreign(PerformedSet.exercise_row_id)",
        order_by="(PerformedSet.number, PerformedSet.side)",
        cascade="all, delete-orphan",
        lazy="raise",
    )


class PerformedSet(ClinicRecord, Base):
    """One performed set, of one side where the sides work apart."""

    __tablename__ = "performed_set"
    __table_args__ = owned(
        tied("exercise_row_id", "logged_exercise"),
        Index("ix_performed_set_exercise", "clinic_id", "exercise_row_id"),
        CheckConstraint("reps is not null or seconds is not null", "something_done"),
        CheckConstraint("reps between 0 and 1000", "reps"),
        CheckConstraint("seconds between 0 and 36000", "seconds"),
    )

    exercise_row_id: Mapped[UUID]
    number: Mapped[int]
    side: Mapped[SetSide | None] = mapped_column(word(SetSide))
    reps: Mapped[int | None]
    seconds: Mapped[int | None]
    load_kg: Mapped[Decimal | None] = mapped_column("load_g", key="load_kg")
    band: Mapped[int | None]


class LogRevision(ClinicRecord, Base):
    """How a logged session read before a correction or withdrawal."""

    __tablename__ = "log_revision"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "session_id", "revision"),
        tied("session_id", "logged_session"),
    )

    session_id: Mapped[UUID]
    revision: Mapped[int]
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str | None] = mapped_column(String(64))
    replaced_at: Mapped[datetime]
    replaced_by: Mapped[UUID]


class LogConflict(ClinicRecord, Base):
    """What a phone sent of a session that says something else meanwhile: kept, counted nowhere."""

    __tablename__ = "log_conflict"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "session_id", "content_hash"),
        tied("session_id", "logged_session"),
    )

    session_id: Mapped[UUID]
    device_id: Mapped[UUID]
    revision: Mapped[int]
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]


class MorningCheck(ClinicRecord, Base):
    """The knee's pain on the morning of one local day; unanswered days have no row."""

    __tablename__ = "morning_check"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "patient_id", "on_day"),
        tied("patient_id", "patient"),
        _score("pain"),
    )

    patient_id: Mapped[UUID]
    on_day: Mapped[date]
    pain: Mapped[int]
    answered_at: Mapped[datetime]


class WeeklyCheck(ClinicRecord, Base):
    """The knee's worst and usual pain in one week; unanswered weeks have no row."""

    __tablename__ = "weekly_check"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "patient_id", "first_on"),
        tied("patient_id", "patient"),
        _score("worst"),
        CheckConstraint("usual between 0 and worst", "usual"),
    )

    patient_id: Mapped[UUID]
    first_on: Mapped[date]
    worst: Mapped[int]
    usual: Mapped[int]
    answered_at: Mapped[datetime]


class ClinicTreatment(ClinicRecord, Base):
    """Hands-on care, taping or the like: a marker on the charts, never part of adherence."""

    __tablename__ = "clinic_treatment"
    __table_args__ = owned(
        tied("patient_id", "patient"),
        Index("ix_clinic_treatment_patient", "clinic_id", "patient_id", "on_day"),
        longest("note", 300),
    )

    patient_id: Mapped[UUID]
    on_day: Mapped[date]
    kind: Mapped[TreatmentKind] = mapped_column(word(TreatmentKind))
    note: Mapped[str] = mapped_column(String(300), default="")
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]


_SUMMED = ("met", "due", "extra")


class ProgramWeek(ClinicOwned, Base):
    """What was due and done of one program in one week, written ahead and kept in step.

    `due_sevenths` is X times 7 (clinical.md F2.5); `dose_num / dose_den` is the exact sum of the
    best credits; `met` is min(done, due).
    """

    __tablename__ = "program_week"
    __table_args__ = (
        tied("patient_id", "patient"),
        tied("program_id", "program"),
        # Both indexes hold all that the report sums: a large clinic's weeks are never looked up
        # row by row. A program's own weeks lie together in the primary key.
        Index("ix_program_week_patient", "clinic_id", "patient_id", "first_on", *_SUMMED),
        Index("ix_program_week_first_on", "clinic_id", "first_on", "patient_id", *_SUMMED),
        CheckConstraint("met <= due and met <= done", "met"),
    )

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID] = mapped_column(primary_key=True)
    first_on: Mapped[date] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[WeekState] = mapped_column(word(WeekState))
    due_sevenths: Mapped[int]
    due: Mapped[int]
    done: Mapped[int]
    met: Mapped[int]
    extra: Mapped[int]
    active_days: Mapped[int]
    paused_days: Mapped[int]
    dose_num: Mapped[int]
    dose_den: Mapped[int]


class ClinicWeek(ClinicOwned, Base):
    """The sums of a clinic's roll-up in one week, for a sixteenth of its patients each.

    A trigger keeps it in step with ProgramWeek. It is shared out so that those who write at the
    same time rarely wait for each other; what a clinic did is the sum of all shares.
    """

    __tablename__ = "clinic_week"

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), primary_key=True)
    first_on: Mapped[date] = mapped_column(primary_key=True)
    share: Mapped[int] = mapped_column(primary_key=True)
    met: Mapped[int]
    due: Mapped[int]
    extra: Mapped[int]
