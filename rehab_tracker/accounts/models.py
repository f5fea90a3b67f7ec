"""Clinics, people, what they may be in a clinic, and how they are signed in."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rehab_tracker.domain.permission import Role
from rehab_tracker.domain.week import WeekStart
from rehab_tracker.foundation.db import Base, longest, new_id, word
from rehab_tracker.foundation.tenancy import ClinicRecord, owned, tied


class Standing(StrEnum):
    """Whether a member may act."""

    PENDING = "pending"
    ACTIVE = "active"
    DISABLED = "disabled"


class Knee(StrEnum):
    """The side that hurts."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


class Aggravator(StrEnum):
    """What brings the pain on most."""

    STAIRS = "stairs"
    SQUATTING = "squatting"
    SITTING = "sitting"
    RUNNING = "running"
    JUMPING = "jumping"
    KNEELING = "kneeling"
    OTHER = "other"


class Clinic(Base):
    """The tenant."""

    __tablename__ = "clinic"
    __table_args__ = (longest("name", 120), {"sqlite_strict": True})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    time_zone: Mapped[str] = mapped_column(String(64))
    week_starts_on: Mapped[WeekStart] = mapped_column(word(WeekStart))
    created_at: Mapped[datetime]


class Person(Base):
    """Somebody with one way to sign in, whatever clinics they belong to."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("email"),
        longest("name", 120),
        longest("email", 254),
        CheckConstraint("email = lower(email)", "email_lower"),
        {"sqlite_strict": True},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    time_zone: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str | None] = mapped_column(String(256))
    created_at: Mapped[datetime]


class Membership(ClinicRecord, Base):
    """A person in a clinic with one role."""

    __tablename__ = "membership"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "person_id"), Index("ix_membership_person", "person_id")
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role] = mapped_column(word(Role))
    standing: Mapped[Standing] = mapped_column(word(Standing))
    created_at: Mapped[datetime]


class Patient(ClinicRecord, Base):
    """The clinical side of a patient's membership."""

    __tablename__ = "patient"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "membership_id"),
        tied("membership_id", "membership"),
        tied("physio_id", "membership"),
        Index("ix_patient_physio", "clinic_id", "physio_id"),
        longest("goal", 300),
    )

    membership_id: Mapped[UUID]
    physio_id: Mapped[UUID | None]
    week_starts_on: Mapped[WeekStart] = mapped_column(word(WeekStart))
    affected_side: Mapped[Knee] = mapped_column(word(Knee))
    aggravator: Mapped[Aggravator] = mapped_column(word(Aggravator))
    goal: Mapped[str] = mapped_column(String(300), default="")
    kit: Mapped[list[str]] = mapped_column(default=list)
    blocked_cautions: Mapped[list[str]] = mapped_column(default=list)
    symptoms_since_on: Mapped[date | None]
    last_logged_on: Mapped[date | None]


class Invitation(ClinicRecord, Base):
    """A single-use link that lets an invited member set a password."""

    __tablename__ = "invitation"
    __table_args__ = owned(
        UniqueConstraint("token_hash"),
        tied("membership_id", "membership"),
        Index("ix_invitation_membership", "clinic_id", "membership_id"),
    )

    membership_id: Mapped[UUID]
    token_hash: Mapped[str] = mapped_column(String(64))
    invited_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SignIn(Base):
    """A server-side sign-in session; its key is the hash of the cookie's token."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_person", "person_id"), {"sqlite_strict": True})

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    membership_id: Mapped[UUID] = mapped_column(ForeignKey("membership.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    idle_ends_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class OutboxMail(Base):
    """A letter that leaves after its transaction is committed, and is tried again until it has."""

    __tablename__ = "outbox_mail"
    __table_args__ = (Index("ix_outbox_mail_sent", "sent_at"), {"sqlite_strict": True})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(String(10_000))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(String(300))
