"""Clinics and people, with only what a test cares about."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import (
    Aggravator,
    Clinic,
    Knee,
    Membership,
    Patient,
    Person,
    SecondFactorFor,
    Standing,
)
from rehab_tracker.domain.permission import ROLES, Role
from rehab_tracker.domain.week import WeekStart
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.db import Database

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "seven quiet herons wade"
_number = count(1)


@dataclass(frozen=True)
class Somebody:
    """A member with everything a test may ask of them."""

    clinic: Clinic
    person: Person
    member: Membership
    patient: Patient | None = None

    @property
    def id(self) -> UUID:
        """The patient's id, where it is one, else the membership's."""
        return self.patient.id if self.patient else self.member.id

    @property
    def actor(self) -> Actor:
        """The acting person that this member is."""
        return Actor(
            person_id=self.person.id,
            membership_id=self.member.id,
            clinic_id=self.clinic.id,
            role=self.member.role,
            name=self.person.name,
            zone=ZoneInfo(self.person.time_zone),
            clinic_name=self.clinic.name,
            week_starts_on=self.patient.week_starts_on
            if self.patient
            else self.clinic.week_starts_on,
            permissions=ROLES[self.member.role],
            patient_id=self.patient.id if self.patient else None,
        )


def a_clinic(
    database: Database,
    *,
    name: str = "Harbor Physio",
    time_zone: str = "Europe/Berlin",
    week_starts_on: WeekStart = WeekStart.MONDAY,
    second_factor_for: SecondFactorFor = SecondFactorFor.NOBODY,
) -> Clinic:
    """Begin a clinic and commit it."""
    with database.all_clinics(because="a test begins a clinic") as db:
        clinic = Clinic(
            name=name,
            time_zone=time_zone,
            week_starts_on=week_starts_on,
            second_factor_for=second_factor_for,
            created_at=LONG_AGO,
        )
        db.add(clinic)
    return clinic


def a_member(
    db: Session,
    clinic: Clinic,
    role: Role = Role.PHYSIO,
    *,
    name: str = "",
    time_zone: str | None = None,
    standing: Standing = Standing.ACTIVE,
    password_hash: str | None = None,
) -> Somebody:
    """Add a member to the clinic of the session."""
    number = next(_number)
    person = Person(
        name=name or f"{role.title()} {number}",
        email=f"{role}{number}@example.org",
        time_zone=time_zone or clinic.time_zone,
        password_hash=password_hash,
        created_at=LONG_AGO,
    )
    db.add(person)
    db.flush()
    member = Membership(
        clinic_id=clinic.id,
        person_id=person.id,
        role=role,
        standing=standing,
        created_at=LONG_AGO,
    )
    db.add(member)
    db.flush()
    return Somebody(clinic, person, member)


def a_patient(
    db: Session, clinic: Clinic, physio: Somebody | None = None, *, name: str = "", **details: Any
) -> Somebody:
    """Add a patient, assigned to a physio or to nobody."""
    time_zone = details.pop("time_zone", None)
    someone = a_member(db, clinic, Role.PATIENT, name=name, time_zone=time_zone)
    columns: dict[str, Any] = {
        "week_starts_on": clinic.week_starts_on,
        "affected_side": Knee.RIGHT,
        "aggravator": Aggravator.STAIRS,
        "kit": [],
        "blocked_cautions": [],
        "goal": "",
    } | details
    patient = Patient(
        clinic_id=clinic.id,
        membership_id=someone.member.id,
        physio_id=physio.member.id if physio else None,
        **columns,
    )
    db.add(patient)
    db.flush()
    return Somebody(clinic, someone.person, someone.member, patient)
