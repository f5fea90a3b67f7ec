"""Clinics, people, what they may be in a clinic, and how they are signed in."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
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


class SecondFactorFor(StrEnum):
    """Whom a clinic lets in with a second factor only; others may have one."""

    NOBODY = "nobody"
    MANAGERS = "managers"
    STAFF = "staff"


class Level(StrEnum):
    """What somebody has shown in a sign-in."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    MFA = "mfa"


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
    __table_args__ = (longest("name", 120),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    time_zone: Mapped[str] = mapped_column(String(64))
    week_starts_on: Mapped[WeekStart] = mapped_column(word(WeekStart))
    second_factor_for: Mapped[SecondFactorFor] = mapped_column(
        word(SecondFactorFor), default=SecondFactorFor.MANAGERS
    )
    created_at: Mapped[datetime]


class Person(Base):
    """Somebody with one way to sign in, whatever clinics they belong to."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("email"),
        longest("name", 120),
        longest("email", 254),
        CheckConstraint("email = lower(email)", "email_lower"),
        Index("ix_person_time_zone", "time_zone"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    time_zone: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str | None] = mapped_column(String(256))
    second_factor_since: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Membership(ClinicRecord, Base):
    """A person in a clinic with one role."""

    __tablename__ = "membership"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "person_id"),
        Index("ix_membership_person", "person_id"),
        Index("ix_membership_role", "clinic_id", "role"),
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
        Index("ix_patient_restricted", "clinic_id", "restricted_at", "id"),  # the report's order
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
    held_at: Mapped[datetime | None]
    """Since when a warning sign holds every program; None unless a physio has yet to clear it."""
    restricted_at: Mapped[datetime | None]
    """Since when the record is kept, but not used; None unless that was asked for."""


class ProfileRevision(ClinicRecord, Base):
    """How a patient's profile, name or time zone read before a correction."""

    __tablename__ = "profile_revision"
    __table_args__ = owned(
        tied("patient_id", "patient"),
        Index("ix_profile_revision_patient", "clinic_id", "patient_id"),
    )

    patient_id: Mapped[UUID]
    content: Mapped[dict[str, Any]]
    replaced_at: Mapped[datetime]
    replaced_by: Mapped[UUID]


class Purpose(StrEnum):
    """What a one-time token opens."""

    INVITATION = "invitation"
    RESET = "reset"
    EMAIL = "email"
    EMAIL_UNDO = "email_undo"
    PASSKEY = "passkey"


class OneTimeToken(Base):
    """A link that works once; only the hash of its secret is kept.

    Without a person it opens nothing: it stands for a request that concerned nobody.
    """

    __tablename__ = "one_time_token"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_one_time_token_person", "person_id", "purpose"),
        Index("ix_one_time_token_membership", "membership_id"),
        longest("email", 254),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    purpose: Mapped[Purpose] = mapped_column(word(Purpose))
    token_hash: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    membership_id: Mapped[UUID | None] = mapped_column(ForeignKey("membership.id"))
    email: Mapped[str | None] = mapped_column(String(254))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SignIn(Base):
    """A server-side sign-in session; its key is the hash of the cookie's token."""

    __tablename__ = "sign_in"
    __table_args__ = (
        UniqueConstraint("id"),
        Index("ix_sign_in_person", "person_id"),
    )

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[UUID] = mapped_column(default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    membership_id: Mapped[UUID] = mapped_column(ForeignKey("membership.id"))
    level: Mapped[Level] = mapped_column(word(Level), default=Level.PASSWORD)
    device: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    idle_ends_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class PhoneKey(Base):
    """What lets one phone fetch its patient's plan and send sessions, and nothing else.

    Its key is the hash of the cookie's token, as that of a sign-in.
    """

    __tablename__ = "phone_key"
    __table_args__ = (
        UniqueConstraint("id"),
        Index("ix_phone_key_person", "person_id"),
    )

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[UUID] = mapped_column(default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    membership_id: Mapped[UUID] = mapped_column(ForeignKey("membership.id"))
    device: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Authenticator(Base):
    """A person's app for codes; its secret is locked, and it counts from its first right code."""

    __tablename__ = "authenticator"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_timecode: Mapped[int] = mapped_column(default=0)


class RecoveryCode(Base):
    """One of ten ways in without the app, each for one time; only its hash is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (
        UniqueConstraint("code_hash"),
        Index("ix_recovery_code_person", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A person's key on a device that checks who holds it; bytes are kept as URL-safe base 64."""

    __tablename__ = "passkey"
    __table_args__ = (
        UniqueConstraint("credential_id"),
        Index("ix_passkey_person", "person_id"),
        longest("name", 80),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    credential_id: Mapped[str] = mapped_column(String(1400))
    public_key: Mapped[str] = mapped_column(String(2000))
    sign_count: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SecondFactorReset(ClinicRecord, Base):
    """A manager's wish to take a member's lost second factor away, which a second member decides.

    It is open until it was done or ended.
    """

    __tablename__ = "second_factor_reset"
    __table_args__ = owned(
        tied("membership_id", "membership"),
        tied("asked_by", "membership"),
        tied("approved_by", "membership"),
        Index("ix_second_factor_reset_membership", "clinic_id", "membership_id"),
    )

    membership_id: Mapped[UUID]
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    approved_by: Mapped[UUID | None]
    done_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class RateLimit(Base):
    """How far ahead of its pace somebody is, by the hash of who and what.

    `full_at`, in milliseconds since 1970, is when the allowance is whole again: a row of the past
    says nothing more.
    """

    __tablename__ = "rate_limit"
    __table_args__ = (Index("ix_rate_limit_full_at", "full_at"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    full_at: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))


class OutboxMail(Base):
    """A letter that leaves after its transaction is committed, and is tried again until it has."""

    __tablename__ = "outbox_mail"
    __table_args__ = (Index("ix_outbox_mail_sent", "sent_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(String(10_000))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(String(300))
