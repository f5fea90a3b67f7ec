"""Everything about one patient as files: a table of each kind of row, and all of it as one JSON."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Connection, Table, select
from sqlalchemy.orm import Mapper, Session

from rehab_tracker.accounts.models import Membership, OutboxMail, Person
from rehab_tracker.domain.week import local_day
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.csv_lines import BYTE_ORDER_MARK, line
from rehab_tracker.foundation.db import Base, UtcDateTime
from rehab_tracker.rights.belonging import Whose, rows_of
from rehab_tracker.trail.words import about, deed_name

WITHHELD = {
    "password_hash": "it would help to guess the password",
    "key": "it would open a sign-in or a phone",
    "token_hash": "it stands for a link that opens something",
    "secret": "whoever has it makes the codes of the second step",
    "last_timecode": "it belongs to the secret",
    "code_hash": "it stands for a recovery code",
    "credential_id": "it names a passkey to a device",
    "public_key": "it belongs to a passkey",
    "content_hash": "it only tells two sendings apart",
    "clinic_id": "it is the same everywhere; the head of the file names the clinic",
}
"""Columns that no export shows, and why."""

AUDIT, LETTERS = "who_saw_or_changed_what", "letters"


@dataclass(frozen=True)
class Sheet:
    """One kind of row with what it means, its columns and its rows."""

    name: str
    meaning: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]


def sheets(db: Session, who: Whose) -> Iterator[Sheet]:
    """Yield everything about a patient: every table that refers to them, and what else names them.

    `db` is a session of their clinic.
    """
    names = _names(db)
    for table, condition in rows_of(who).items():
        yield _sheet_of(db.connection(), table, condition, names, who)
    yield _deeds(db, who)
    yield _letters(db, who)


def _names(db: Session) -> dict[UUID, str]:
    """Return the names that stand in place of ids: of the clinic's people and its exercises."""
    people = select(Membership.id, Person.name).join(Person, Person.id == Membership.person_id)
    exercises = select(Exercise.id, Exercise.name)
    return {row[0]: row[1] for found in (people, exercises) for row in db.execute(found)}


def _sheet_of(
    connection: Connection,
    table: Table,
    condition: ColumnElement[bool],
    names: Mapping[UUID, str],
    who: Whose,
) -> Sheet:
    mapper = _mapper_of(table)
    told = [column for column in table.columns if column.name not in WITHHELD]
    keys = [_heading(mapper.get_property_by_column(column).key) for column in told]
    found = connection.execute(select(*told).where(condition).order_by(*table.primary_key.columns))
    rows = [dict(_told(zip(keys, row, strict=True), names, who)) for row in found]
    meaning = (mapper.class_.__doc__ or "").split("\n\n")[0]
    return Sheet(table.name, meaning, _columns(keys, told), rows)


def _heading(key: str) -> str:
    """Return what heads a column: where a name stands in place of an id, it is no id."""
    return key.removesuffix("_id") if key.endswith(("exercise_id", "physio_id")) else key


def _mapper_of(table: Table) -> Mapper[Any]:
    return next(mapper for mapper in Base.registry.mappers if mapper.local_table is table)


def _columns(keys: Sequence[str], told: Iterable[Any]) -> list[str]:
    """Return the names of what is told: an instant is followed by its local day."""
    return [
        name
        for key, column in zip(keys, told, strict=True)
        for name in ((key, _day_of(key)) if isinstance(column.type, UtcDateTime) else (key,))
    ]


def _day_of(key: str) -> str:
    return f"{key}_local_day"


def _told(
    row: Iterable[tuple[str, Any]], names: Mapping[UUID, str], who: Whose
) -> Iterator[tuple[str, Any]]:
    for key, value in row:
        match value:
            case datetime():
                yield key, f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
                yield _day_of(key), local_day(value, who.zone).isoformat()
            case date():
                yield key, value.isoformat()
            case UUID():
                yield key, names.get(value, str(value)) if key != "id" else str(value)
            case Decimal():
                yield key, float(value)
            case _:
                yield key, value


def _deeds(db: Session, who: Whose) -> Sheet:
    """Return who of the clinic read or changed the record and what the patient did themselves."""
    found = db.execute(
        select(AuditEvent.at, AuditEvent.action, AuditEvent.details, Person.name)
        .outerjoin(Membership, Membership.id == AuditEvent.membership_id)
        .outerjoin(Person, Person.id == Membership.person_id)
        .where(
            (AuditEvent.patient_id == who.patient_id)
            | (AuditEvent.membership_id == who.membership_id)
            | (AuditEvent.subject_id == who.membership_id)
        )
        .order_by(AuditEvent.number)
    )
    rows = [
        dict(_told([("at", at)], {}, who))
        | {
            "who": name or _("Rehab Tracker itself"),
            "what": f"{deed_name(action)} {about(details)}".strip(),
        }
        for at, action, details, name in found
    ]
    meaning = "Who saw or changed what of the record, oldest first."
    return Sheet(AUDIT, meaning, ("at", _day_of("at"), "who", "what"), rows)


def _letters(db: Session, who: Whose) -> Sheet:
    """Return the letters that are still known of; what stood in them held links, and is not."""
    found = db.execute(
        select(OutboxMail.created_at, OutboxMail.sent_at, OutboxMail.recipient, OutboxMail.subject)
        .where(OutboxMail.recipient.in_(who.addresses))
        .order_by(OutboxMail.created_at, OutboxMail.id)
    )
    keys = ("created_at", "sent_at", "recipient", "subject")
    rows = [dict(_told(zip(keys, row, strict=True), {}, who)) for row in found]
    columns = ("created_at", _day_of("created_at"), "sent_at", _day_of("sent_at"), *keys[2:])
    return Sheet(LETTERS, "Letters of the last days, without their text.", columns, rows)


def archive(db: Session, who: Whose, now: datetime) -> BytesIO:
    """Return the files in one: a word about them, `record.json`, and a CSV for each kind of row."""
    everything = list(sheets(db, who))
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as files:
        files.writestr("READ-ME.txt", _read_me(everything, who, now))
        files.writestr("record.json", _json(everything, who, now))
        for sheet in everything:
            files.writestr(f"csv/{sheet.name}.csv", _csv(sheet))
    written.seek(0)
    return written


def _read_me(everything: Iterable[Sheet], who: Whose, now: datetime) -> str:
    head = _(
        "Everything that %(clinic)s keeps about %(name)s in Rehab Tracker, as of %(at)s.\n\n"
        "record.json holds all of it; csv/ holds the same as tables that a spreadsheet opens.\n"
        "Times are UTC, the day beside each is that in %(zone)s. Names stand where the record "
        "refers to a member of the clinic or an exercise.\n"
        "Only what would open the account (password, keys, codes) is left out, and what every "
        "table would repeat.\n",
        clinic=who.clinic_name,
        name=who.name,
        at=f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        zone=str(who.zone),
    )
    lines = (f"{sheet.name}: {len(sheet.rows)}\n    {sheet.meaning}\n" for sheet in everything)
    return f"{head}\n{''.join(lines)}"


def _json(everything: Iterable[Sheet], who: Whose, now: datetime) -> str:
    head = {
        "clinic": who.clinic_name,
        "name": who.name,
        "as_of": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "time_zone": str(who.zone),
    }
    told = {"about": head} | {sheet.name: sheet.rows for sheet in everything}
    return json.dumps(told, ensure_ascii=False, indent=1)


def _csv(sheet: Sheet) -> str:
    rows = ([_cell(row.get(column)) for column in sheet.columns] for row in sheet.rows)
    return BYTE_ORDER_MARK + line(sheet.columns) + "".join(map(line, rows))


def _cell(value: Any) -> Any:
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
    return value
