"""Another clinic whose every text holds one word, so that a leak of anything is seen."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Enum,
    String,
    Table,
    cast,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.types import TypeDecorator

from rehab_tracker.accounts.models import Clinic, Membership, OutboxMail
from rehab_tracker.foundation.db import Base, new_id
from tests.builders.people import LONG_AGO
from tests.isolation.world import WORDS, World

WORD = WORDS["elsewhere"].lower()
UNMARKED = {
    "audit_event.action",  # append-only: its deeds hold ids and words of the product
    "audit_event.details",
    "audit_event.mac",
    "audit_head.mac",
    "exercise.evidence_level",  # one letter
    "exercise.figure",  # the name of a drawing, or the kind of a file: one excludes the other
    "exercise.media_type",
    # The product's own words, languages and zones: pages that read them must be able to.
    *(f"exercise.{name}" for name in ("region", "kind", "position", "laterality", "ladder")),
    *(f"exercise.{name}" for name in ("load_type", "pfj_load", "language", "targets")),
    *(f"exercise.{name}" for name in ("equipment", "equipment_any", "equipment_optional")),
    *(f"exercise.{name}" for name in ("cautions", "contraindications", "dose")),
    *("patient.kit", "patient.blocked_cautions", "program_version.preferred_days"),
    *("logged_session.zone", "safety_check.language", "safety_check.signs", "topic_state.slug"),
}
MARKED_ALREADY = {"log_conflict.content", "log_revision.content"}
OF_PEOPLE = {
    "person": ("name", "email"),
    "sign_in": ("device",),
    "phone_key": ("device",),
    "passkey": ("name",),
}


def mark(world: World) -> None:
    """Write the word into every text of the other clinic and of its people."""
    clinic_id = world.clinics["elsewhere"].id
    with world.database.upkeep() as connection, connection.begin():
        for column in texts():
            if str(column) not in UNMARKED | MARKED_ALREADY:
                _write(connection, column, column.table.c.clinic_id == clinic_id)
        people = select(Membership.person_id).where(Membership.clinic_id == clinic_id)
        for name, columns in OF_PEOPLE.items():
            table = Base.metadata.tables[name]
            for column in columns:
                key = table.c.id if name == "person" else table.c.person_id
                _write(connection, table.c[column], key.in_(people))
        clinic: Any = Clinic.__table__
        _write(connection, clinic.c.name, clinic.c.id == clinic_id)
        letter = {"id": new_id(), "recipient": f"{WORD}@example.org", "attempts": 0}
        connection.execute(
            OutboxMail.__table__.insert(),  # type: ignore[attr-defined]
            letter | {"subject": WORD, "body": WORD, "created_at": LONG_AGO},
        )


def texts() -> Iterator[ColumnElement[Any]]:
    """Return every column of clinics' tables that holds free text, also within lists."""
    for table in Base.metadata.sorted_tables:
        if "clinic_id" in table.c:
            yield from filter(_is_text, table.c)


def _is_text(column: Any) -> bool:
    kind = column.type
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    return isinstance(plain, String | JSON) and not isinstance(plain, Enum)


def _write(connection: Connection, column: Any, where: ColumnElement[bool]) -> None:
    value: Any = [WORD]
    if isinstance(column.type, String):
        room = (column.type.length or 100) - len(WORD) - 1
        value = literal(f"{WORD} ") + func.substr(func.coalesce(column, ""), 1, room)
    connection.execute(update(column.table).where(where).values({column: value}))


def unseen(world: World) -> list[str]:
    """Return the columns in which no row of the other clinic holds the word, though it should."""
    clinic_id = world.clinics["elsewhere"].id
    with world.database.reading() as connection:
        return [
            str(column)
            for column in texts()
            if str(column) not in UNMARKED
            and not any(
                WORD in str(value).lower()
                for value in connection.scalars(
                    select(cast(column, String)).where(_table(column).c.clinic_id == clinic_id)
                )
            )
        ]


def _table(column: Any) -> Table:
    table: Table = column.table
    return table
