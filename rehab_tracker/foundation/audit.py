"""Who did what to whose record: written in the transaction of the deed, each tied to the last."""

import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    cast,
    event,
    insert,
    select,
)
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from rehab_tracker.foundation import clock
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.db import Base, Database, Identity, as_kept, new_id
from rehab_tracker.foundation.tenancy import (
    ClinicOwned,
    ClinicRecord,
    CrossClinic,
    WriteInReading,
    owned,
)

_KEY = "deeds"


class AuditEvent(ClinicRecord, Base):
    """One deed, numbered within its clinic without gaps; it holds ids and changed words, no names.

    Triggers refuse to change or delete it. `mac` seals the deed together with the one before.
    """

    __tablename__ = "audit_event"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "number"),
        Index("ix_audit_event_patient", "clinic_id", "patient_id", "at"),
        Index("ix_audit_event_at", "clinic_id", "at"),
    )

    number: Mapped[int]
    at: Mapped[datetime]
    membership_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(64))
    patient_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]]
    mac: Mapped[str] = mapped_column(String(64))


class AuditHead(ClinicOwned, Base):
    """The newest deed of a clinic, which a trigger keeps: without it the last could go missing."""

    __tablename__ = "audit_head"

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), primary_key=True)
    number: Mapped[int]
    mac: Mapped[str] = mapped_column(String(64))


def record(
    db: Session,
    actor: Actor | None,
    action: str,
    *,
    patient_id: UUID | None = None,
    subject_id: UUID | None = None,
    clinic_id: UUID | None = None,
    deed_id: UUID | None = None,
    **details: Any,
) -> None:
    """Write down a deed (`program.assigned`) at the commit of the change that it made.

    `clinic_id` is for deeds before anybody's clinic is known, such as joining one; `deed_id` for
    deeds that are written down once, however often they happen.
    """
    if db.info.get("reads_only"):
        raise WriteInReading
    deed = {
        "id": deed_id or new_id(),
        "clinic_id": _clinic(db, clinic_id),
        "at": clock.now().astimezone(UTC),
        "membership_id": actor.membership_id if actor else None,
        "action": action,
        "patient_id": patient_id,
        "subject_id": subject_id,
        "details": json.loads(json.dumps(details)),
    }
    _pending(db).append(deed)


def _clinic(db: Session, named: UUID | None) -> UUID:
    own: UUID | None = db.info.get("clinic_id")
    clinic_id = named or own
    if clinic_id is None or (clinic_id != own and not db.info.get("all_clinics")):
        raise CrossClinic("a deed")
    return clinic_id


def _pending(db: Session) -> list[dict[str, Any]]:
    """Return the deeds of this transaction; a savepoint could take its changes back, not them."""
    if db.in_nested_transaction():
        raise RuntimeError("record deeds outside of savepoints")
    if not db.in_transaction():
        db.begin()  # so that there is something to roll back
    if _KEY not in db.info:
        # Listeners of one session run after those of all: the clinic's chain is held but for the
        # last two statements, and after every patient's record, so that nobody waits crosswise.
        event.listen(db, "before_commit", _write)
    deeds: list[dict[str, Any]] = db.info.setdefault(_KEY, [])
    return deeds


@event.listens_for(Session, "after_soft_rollback")
def _forget(db: Session, previous: SessionTransaction) -> None:
    if not previous.nested and _KEY in db.info:
        db.info[_KEY].clear()


_HEAD = (
    select(AuditHead.number, AuditHead.mac)
    .where(AuditHead.clinic_id == bindparam("clinic_id", type_=Identity()))
    .with_for_update()
)
_INSERT = insert(AuditEvent)


def _write(db: Session) -> None:
    """Tie what was recorded to the end of its clinic's chain."""
    if db.in_nested_transaction() or not db.info[_KEY]:
        return
    db.flush()
    by_clinic = defaultdict(list)
    for deed in db.info[_KEY]:
        by_clinic[deed["clinic_id"]].append(deed)
    connection, key = db.connection(), db.info["audit_key"]
    for clinic_id in sorted(by_clinic):
        head = connection.execute(_HEAD, {"clinic_id": clinic_id}).one_or_none()
        connection.execute(_INSERT, list(_chained(key, by_clinic[clinic_id], head or (0, ""))))
    db.info[_KEY].clear()


def _chained(key: bytes, deeds: list[dict[str, Any]], head: Any) -> Iterator[dict[str, Any]]:
    number, mac = head
    for number, deed in enumerate(deeds, number + 1):  # noqa: B020 - it counts on
        mac = seal(key, deed | {"number": number}, mac)
        yield deed | {"number": number, "mac": mac}


_SEALED = ("clinic_id", "number", "id", "at", "membership_id", "action", "patient_id", "subject_id")


def seal(key: bytes, deed: Mapping[str, Any], previous: str) -> str:
    """Return the seal of a deed and of all before it: HMAC-SHA-256 of one canonical JSON text."""
    told = [_plain(deed[name]) for name in (*_SEALED, "details")]
    return hmac.new(key, json.dumps([*told, previous]).encode(), hashlib.sha256).hexdigest()


def _plain(value: Any) -> Any:
    """Return a value as SQLite keeps it: there, the very bytes are sealed."""
    return value.decode(errors="replace") if isinstance(value, bytes) else as_kept(value)


@dataclass(frozen=True)
class Chain:
    """What was found of one clinic's chain; `problem` names the first deed that is not right."""

    clinic_id: str
    deeds: int
    mac: str
    problem: str = ""


def verify(database: Database) -> Iterator[Chain]:
    """Look at every deed of every clinic, in the order in which they were done."""
    reason = "every clinic's audit is verified"
    with database.all_clinics(because=reason, reads_only=True) as db:
        yield from chains(db)


def chains(db: Session) -> Iterator[Chain]:
    """Look at every deed that a session sees."""
    heads = {head["clinic_id"]: head for head in _kept(db, AuditHead)}
    for clinic_id, of_one in groupby(_kept(db, AuditEvent), key=itemgetter("clinic_id")):
        head = heads.pop(clinic_id, {"number": 0, "mac": ""})
        yield _followed(clinic_id, of_one, head, db.info["audit_key"])
    for clinic_id in heads:
        yield Chain(clinic_id, 0, "", "deed 1 is missing")


def _kept(db: Session, model: type[Base]) -> Iterator[dict[str, Any]]:
    """Read clinics' rows as they are kept: of two different bytes both may mean the same."""
    table, connection = model.__table__, db.connection()

    def raw(column: ColumnElement[Any]) -> ColumnElement[Any]:
        if isinstance(column.type, Integer):
            return column
        if connection.dialect.name == "sqlite":
            return cast(column, LargeBinary).label(column.key)
        return cast(column, Text).label(column.key) if isinstance(column.type, JSON) else column

    rows = select(*map(raw, table.c)).order_by(table.c.clinic_id, table.c.number)
    found = connection.execute(rows, execution_options={"yield_per": 1000})
    for row in found.mappings():
        yield {name: _plain(value) for name, value in row.items()}


def _followed(
    clinic_id: str, deeds: Iterable[Mapping[str, Any]], head: Mapping[str, Any], key: bytes
) -> Chain:
    number, mac = 0, ""
    for number, deed in enumerate(deeds, 1):
        if deed["number"] != number:
            return Chain(clinic_id, number - 1, mac, f"deed {number} is missing")
        if deed["mac"] != seal(key, deed, mac):
            return Chain(clinic_id, number - 1, mac, f"deed {number} ({deed['id']}) was changed")
        mac = deed["mac"]
    if head["number"] > number:
        return Chain(clinic_id, number, mac, f"deed {number + 1} is missing")
    if (head["number"], head["mac"]) != (number, mac):
        return Chain(clinic_id, number, mac, "the note of its last deed was changed")
    return Chain(clinic_id, number, mac)
