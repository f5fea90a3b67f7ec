"""Which rows are one patient's, found by following the references of the schema itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ForeignKeyConstraint, Table, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from rehab_tracker.accounts.models import Clinic, Membership, OneTimeToken, Patient, Person
from rehab_tracker.foundation.db import Base

NAMED_WITHOUT_REFERENCE = {
    "audit_event": "it stays: it holds ids that lead to nobody once the patient is erased",
    "erased_patient": "it stays: a restored backup needs to know who was erased",
}
"""Tables that name a patient or member by an id alone, and why they do not go with them."""


@dataclass(frozen=True)
class Whose:
    """One patient with the ids and addresses by which their rows are found.

    `addresses` holds the earlier ones too; `alone` tells that the person belongs to no other
    clinic, so that the account goes with the record.
    """

    clinic_id: UUID
    clinic_name: str
    patient_id: UUID
    membership_id: UUID
    person_id: UUID
    name: str
    zone: ZoneInfo
    email: str
    addresses: frozenset[str]
    alone: bool


def whose(db: Session, patient_id: UUID) -> Whose | None:
    """Return a patient with everything that leads to their rows; None when there is none.

    It crosses clinics: call it with a session opened for that.
    """
    other = aliased(Membership)
    clinics = select(func.count(other.id)).where(other.person_id == Person.id)
    row = db.execute(
        select(
            Patient.clinic_id,
            Clinic.name.label("clinic_name"),
            Patient.membership_id,
            Membership.person_id,
            Person.name,
            Person.time_zone,
            Person.email,
            clinics.scalar_subquery().label("clinics"),
        )
        .select_from(Patient)
        .join(Membership, Membership.id == Patient.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .join(Clinic, Clinic.id == Patient.clinic_id)
        .where(Patient.id == patient_id)
    ).one_or_none()
    if row is None:
        return None
    earlier = db.scalars(select(OneTimeToken.email).where(OneTimeToken.person_id == row.person_id))
    return Whose(
        clinic_id=row.clinic_id,
        clinic_name=row.clinic_name,
        patient_id=patient_id,
        membership_id=row.membership_id,
        person_id=row.person_id,
        name=row.name,
        zone=ZoneInfo(row.time_zone),
        email=row.email,
        addresses=frozenset({row.email, *filter(None, earlier)}),
        alone=row.clinics == 1,
    )


def rows_of(who: Whose) -> dict[Table, ColumnElement[bool]]:
    """Return what picks a patient's rows in every table that has any, parents before children."""
    tables = Base.metadata.tables
    ids = {"membership": who.membership_id, "patient": who.patient_id}
    if who.alone:
        ids["person"] = who.person_id
    found: dict[Table, ColumnElement[bool]] = {}
    for table in Base.metadata.sorted_tables:
        if table.name in ids:
            found[table] = tables[table.name].c.id == ids[table.name]
        elif ways := [_leads_to(key, found) for key in keys_into(table, found)]:
            found[table] = or_(*ways)
    return found


def keys_into(
    table: Table, found: Mapping[Table, ColumnElement[bool]]
) -> list[ForeignKeyConstraint]:
    """Return the references of a table to others that hold a patient's rows, in a fixed order."""
    keys = [key for key in table.foreign_key_constraints if key.referred_table in found]
    return sorted(keys, key=lambda key: tuple(key.column_keys))


def _leads_to(
    key: ForeignKeyConstraint, found: Mapping[Table, ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Return the condition that a row refers to one of the rows found so far."""
    parents = select(*(element.column for element in key.elements))
    return tuple_(*key.columns).in_(parents.where(found[key.referred_table]))
