"""A patient with a row in every table that can hold one, every text of it a sentinel."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Enum,
    String,
    Table,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from rehab_tracker.accounts import mail
from rehab_tracker.accounts.models import Clinic
from rehab_tracker.foundation.db import new_id
from rehab_tracker.rights.belonging import Whose, rows_of, whose
from tests.architecture.victim import a_victim
from tests.builders.people import LONG_AGO, Somebody

MARK = "quetzal-lagoon"
"""Stands in every text of the record; in small letters, as addresses are kept."""


def a_full_record(db: Session, clinic: Clinic) -> Somebody:
    """Make a patient of whom every table says something; the session is one of their clinic."""
    patient = a_victim(db, clinic).patient
    db.flush()
    who = whose(db, patient.id)
    assert who
    tables = rows_of(who)
    for table, condition in tables.items():
        if db.connection().execute(select(table).where(condition)).first() is None:
            db.connection().execute(insert(table), _row(db, table, tables, who))
        if values := {column: _text(column) for column in marked(table)}:
            db.connection().execute(update(table).where(condition).values(values))
    mail.post(db, f"{MARK}@example.org", f"{MARK} subject", f"{MARK} body")
    for row in (patient.person, patient.member, patient.patient):
        db.refresh(row)
    db.commit()
    return patient


def marked(table: Table) -> Iterator[Column[Any]]:
    """Yield the columns of a table that can hold whatever somebody types."""
    for column in table.columns:
        is_text = isinstance(column.type, String) and not isinstance(column.type, Enum)
        is_free = not column.primary_key and "zone" not in column.name
        if is_free and (is_text or isinstance(column.type, JSON)):
            yield column


def _text(column: Column[Any]) -> Any:
    if isinstance(column.type, JSON):
        return [MARK]
    return f"{MARK}@example.org" if column.name == "email" else MARK


def _row(
    db: Session, table: Table, tables: Mapping[Table, ColumnElement[bool]], who: Whose
) -> Mapping[str, Any]:
    """Return a row of the patient whose references lead to what there is already."""
    row = {column.name: _value(column) for column in table.columns}
    for key in table.foreign_key_constraints:
        parent = key.referred_table
        of_clinic = parent.c.get("clinic_id", parent.c.id) == who.clinic_id
        found = select(parent).where(tables.get(parent, of_clinic)).limit(1)
        values = db.connection().execute(found).mappings().one()
        row |= {element.parent.name: values[element.column.name] for element in key.elements}
    return row


SAID = {
    str: MARK,
    bool: False,
    int: 1,
    datetime: LONG_AGO,
    date: LONG_AGO.date(),
    object: [],
}


def _value(column: Column[Any]) -> Any:
    if isinstance(column.type, Enum):
        return column.type.enums[0]
    kind = getattr(column.type, "impl_instance", column.type).python_type
    return new_id() if kind is UUID else SAID[kind]
