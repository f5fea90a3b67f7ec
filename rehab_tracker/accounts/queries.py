"""Who is in a clinic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from rehab_tracker.accounts import tokens
from rehab_tracker.accounts.models import (
    Clinic,
    Membership,
    OneTimeToken,
    Patient,
    Person,
    Purpose,
    SignIn,
    Standing,
)
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation.errors import NotVisible, RecordRestricted
from rehab_tracker.foundation.folding import Folded


@dataclass(frozen=True)
class PatientCard:
    """A patient with the names that a page needs."""

    patient: Patient
    name: str
    email: str
    zone: ZoneInfo
    standing: Standing
    physio_name: str | None

    @property
    def id(self) -> UUID:
        """The patient's id."""
        return self.patient.id

    @property
    def physio_id(self) -> UUID | None:
        """The membership of the assigned physio, who may be disabled since: then without a name."""
        return self.patient.physio_id


class PatientLine(NamedTuple):
    """What a list of many patients says of each."""

    id: UUID
    name: str
    time_zone: str
    physio_name: str | None
    last_logged_on: date | None

    @property
    def zone(self) -> ZoneInfo:
        """Where the patient lives."""
        return ZoneInfo(self.time_zone)


_PHYSIO, _PHYSIO_PERSON = aliased(Membership), aliased(Person)
_PHYSIO_NAME = _PHYSIO_PERSON.name.label("physio_name")


def _of_patients(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Patient)
        .join(Membership, Membership.id == Patient.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(
            _PHYSIO,
            (_PHYSIO.id == Patient.physio_id)
            & (_PHYSIO.standing != Standing.DISABLED)
            & (_PHYSIO.role == Role.PHYSIO),
        )
        .outerjoin(_PHYSIO_PERSON, _PHYSIO_PERSON.id == _PHYSIO.person_id)
    )


_CARD = _of_patients(
    Patient, Person.name, Person.email, Person.time_zone, Membership.standing, _PHYSIO_NAME
)
_ONE_CARD = _CARD.where(Patient.id == bindparam("patient_id"))
_LINES = _of_patients(
    Patient.id, Person.name, Person.time_zone, _PHYSIO_NAME, Patient.last_logged_on
).where(Patient.id.in_(bindparam("ids", expanding=True)))


def patient_card(db: Session, patient_id: UUID) -> PatientCard:
    """Return one patient of the acting clinic; NotVisible when there is none of that id.

    Whoever reads or writes a record begins here: RecordRestricted where it is kept, but not used.
    """
    card = any_patient_card(db, patient_id)
    if card.patient.restricted_at:
        raise RecordRestricted(card.name, card.patient.restricted_at)
    return card


def any_patient_card(db: Session, patient_id: UUID) -> PatientCard:
    """Return one patient of the acting clinic even where the record is not used."""
    row = db.execute(_ONE_CARD, {"patient_id": patient_id}).one_or_none()
    if row is None:
        raise NotVisible
    return _card(row)


def patient_of(db: Session, membership_id: UUID) -> UUID | None:
    """Return the id of a member's record as a patient; None for the staff."""
    record = select(Patient.id).where(Patient.membership_id == membership_id)
    return db.scalars(record).one_or_none()


def patient_cards(
    db: Session, *conditions: ColumnElement[bool], limit: int | None = None
) -> list[PatientCard]:
    """Return the patients that conditions on Patient, their Membership or Person pick, by name."""
    found = _CARD.where(*conditions).order_by(Folded(Person.name), Patient.id).limit(limit)
    return [_card(row) for row in db.execute(found)]


def patient_lines(db: Session, ids: Sequence[UUID]) -> Mapping[UUID, PatientLine]:
    """Return some patients by their ids."""
    return {row[0]: PatientLine(*row) for row in db.execute(_LINES, {"ids": ids})}


def _card(row: Any) -> PatientCard:
    return PatientCard(row[0], row[1], row[2], ZoneInfo(row[3]), row[4], row[5])


def looked_after_by_nobody() -> ColumnElement[bool]:
    """Pick the patients without a physio, or whose physio was disabled or is none any more."""
    gone = select(Membership.id).where(
        (Membership.standing == Standing.DISABLED) | (Membership.role != Role.PHYSIO)
    )
    return Patient.physio_id.is_(None) | Patient.physio_id.in_(gone)


@dataclass(frozen=True)
class Member:
    """A member as the team page lists them."""

    id: UUID
    name: str
    email: str
    role: Role
    standing: Standing
    invited_until: datetime | None
    patient_id: UUID | None
    restricted_at: datetime | None


_MEMBERS = (
    select(
        Membership.id,
        Person.name,
        Person.email,
        Membership.role,
        Membership.standing,
        OneTimeToken.expires_at,
        Patient.id,
        Patient.restricted_at,
    )
    .join(Person, Person.id == Membership.person_id)
    .outerjoin(OneTimeToken, (OneTimeToken.membership_id == Membership.id) & tokens.unused())
    .outerjoin(Patient, Patient.membership_id == Membership.id)
    .where(Membership.role.in_(bindparam("roles", expanding=True)))
    .order_by(Membership.role, Folded(Person.name), Membership.id)
)


def members(db: Session, *roles: Role) -> Sequence[Member]:
    """Return the clinic's members of some roles, by role and name."""
    return [Member(*row) for row in db.execute(_MEMBERS, {"roles": roles})]


class Physio(NamedTuple):
    """A physio who may be assigned patients."""

    id: UUID
    name: str


_PHYSIOS = (
    select(Membership.id, Person.name)
    .join(Person, Person.id == Membership.person_id)
    .where(Membership.role == Role.PHYSIO, Membership.standing == Standing.ACTIVE)
    .order_by(Folded(Person.name), Membership.id)
)


def physios(db: Session) -> Sequence[Physio]:
    """Return the physios who may be assigned patients, by name."""
    return [Physio(*row) for row in db.execute(_PHYSIOS)]


def membership(db: Session, membership_id: UUID) -> Membership:
    """Return a member of the acting clinic; NotVisible when there is none of that id."""
    found = db.scalars(select(Membership).where(Membership.id == membership_id)).one_or_none()
    if found is None:
        raise NotVisible
    return found


def address_of(email: str) -> str:
    """Return an e-mail address as it is kept and looked up."""
    return email.strip().lower()


def person(db: Session, person_id: UUID) -> Person:
    """Return a person by the id that a membership or sign-in names."""
    return db.scalars(select(Person).where(Person.id == person_id)).one()


def clinic(db: Session, clinic_id: UUID) -> Clinic:
    """Return the acting clinic."""
    return db.scalars(select(Clinic).where(Clinic.id == clinic_id)).one()


def own_memberships(db: Session, person_id: UUID) -> Sequence[tuple[Membership, str]]:
    """Return where a person is an active member, with the clinics' names, oldest first.

    It crosses clinics: call it with a session opened for that.
    """
    rows = db.execute(
        select(Membership, Clinic.name)
        .join(Clinic, Clinic.id == Membership.clinic_id)
        .where(Membership.person_id == person_id, Membership.standing == Standing.ACTIVE)
        .order_by(Membership.created_at, Membership.id)
    )
    return [(row[0], row[1]) for row in rows]


def member_last_signed_in(db: Session, key: str) -> UUID | None:
    """Return as whom a sign-in acts or acted, even when it has ended.

    It crosses clinics: call it with a session opened for that.
    """
    return db.scalars(select(SignIn.membership_id).where(SignIn.key == key)).one_or_none()


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation that can still be used."""

    token: OneTimeToken
    member: Membership
    person: Person
    clinic_name: str


def open_invitation(db: Session, token: str, now: datetime) -> OpenInvitation | None:
    """Return what a link invites to, or None when it is used, revoked, expired or unknown.

    It crosses clinics: call it with a session opened for that.
    """
    row = db.execute(
        select(OneTimeToken, Membership, Person, Clinic.name)
        .join(Membership, Membership.id == OneTimeToken.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .join(Clinic, Clinic.id == Membership.clinic_id)
        .where(
            tokens.opens(Purpose.INVITATION, token, now),
            Membership.standing == Standing.PENDING,
        )
    ).one_or_none()
    return OpenInvitation(*row) if row else None


def roles_of(db: Session, person_id: UUID) -> list[Role]:
    """Return the roles in which a person acts anywhere.

    It crosses clinics: call it with a session opened for that.
    """
    return [member.role for member, _clinic_name in own_memberships(db, person_id)]
