"""Erasing for good: every row of a patient, then every byte that the database still held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import case, delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import OutboxMail, Patient
from rehab_tracker.foundation import audit
from rehab_tracker.foundation.db import Database
from rehab_tracker.foundation.logs import in_short, log
from rehab_tracker.rights import ledger
from rehab_tracker.rights.belonging import Whose, rows_of, whose
from rehab_tracker.rights.ledger import Erased
from rehab_tracker.rights.models import ErasedPatient, ErasureRequest, RetentionHold

AFTER_RESTORE = timedelta(days=7)
"""What a restored wish is given at least: it may have been taken back after the backup."""


@dataclass(frozen=True)
class Done:
    """Who was erased just now, for a last letter, and whether the file holds nothing of them."""

    erased: Sequence[Whose]
    again: int
    scrubbed: bool


def erase_due(database: Database, data_dir: Path, now: datetime) -> Done:
    """Erase whose grace is over and nobody's law holds, and whoever came back with a backup.

    What a crash interrupts, the next call carries on.
    """
    back = _back_again(database, ledger.read(data_dir))
    for patient_id in back:
        with database.all_clinics(because="a restored backup holds any clinic") as db:
            if who := whose(db, patient_id):
                _erase(db, who, now)
    gone = [
        who for request_id in _due(database, now) if (who := _carry_out(database, request_id, now))
    ]
    _keep_ledger(database, data_dir)
    return Done(gone, len(back), _scrub(database, now))


def _back_again(database: Database, listed: set[Erased]) -> Sequence[UUID]:
    """Return who of a list is in the database, as after restoring a backup of before."""
    ids = {UUID(one.patient_id) for one in listed}
    with database.all_clinics(because="a restored backup holds any clinic", reads_only=True) as db:
        found = select(Patient.id).where(Patient.id.in_(ids)).order_by(Patient.id)
        return db.scalars(found).all() if ids else ()


def _keep_ledger(database: Database, folder: Path) -> None:
    """Keep the list of who was erased outside the database as well."""
    with database.all_clinics(because="the list is of all clinics", reads_only=True) as db:
        rows = db.scalars(select(ErasedPatient)).all()
    known = {Erased(r.erased_at.isoformat(), str(r.clinic_id), str(r.patient_id)) for r in rows}
    ledger.keep(folder, known)


def give_time(database: Database, now: datetime) -> int:
    """Put restored wishes off to where there is time to take them back; return how many wait."""
    with database.all_clinics(because="restored wishes wait in every clinic") as db:
        earliest = now + AFTER_RESTORE
        late = case((ErasureRequest.due_at < earliest, earliest), else_=ErasureRequest.due_at)
        waiting = ErasureRequest.taken_back_at.is_(None)
        db.execute(update(ErasureRequest).where(waiting).values(due_at=late))
        return len(db.scalars(select(ErasureRequest.id).where(waiting)).all())


_HELD = select(RetentionHold.patient_id).where(RetentionHold.lifted_at.is_(None))
_OPEN = select(ErasureRequest).where(
    ErasureRequest.taken_back_at.is_(None), ErasureRequest.patient_id.not_in(_HELD)
)


def _due(database: Database, now: datetime) -> Sequence[UUID]:
    with database.all_clinics(because="graces end in every clinic", reads_only=True) as db:
        found = _OPEN.where(ErasureRequest.due_at <= now).order_by(ErasureRequest.due_at)
        return [request.id for request in db.scalars(found.order_by(ErasureRequest.id))]


def _carry_out(database: Database, request_id: UUID, now: datetime) -> Whose | None:
    """Erase whom a request is about, unless it was taken back or held a moment ago."""
    with database.all_clinics(because="graces end in every clinic") as db:
        asked = _OPEN.where(ErasureRequest.id == request_id, ErasureRequest.due_at <= now)
        request = db.scalars(asked.with_for_update()).one_or_none()
        who = whose(db, request.patient_id) if request else None
        if who:
            _erase(db, who, now)
        return who


def _erase(db: Session, who: Whose, now: datetime) -> None:
    """Delete every row of a patient, children first; the audit keeps that it was done."""
    connection = db.connection()
    for table, condition in reversed(rows_of(who).items()):
        connection.execute(delete(table).where(condition))
    if who.alone:
        db.execute(delete(OutboxMail).where(OutboxMail.recipient.in_(who.addresses)))
    ids = {"patient_id": who.patient_id, "clinic_id": who.clinic_id}
    db.merge(ErasedPatient(**ids, erased_at=now, scrubbed_at=None))
    audit.record(db, None, "patient.erased", **ids)


def _scrub(database: Database, now: datetime) -> bool:
    """Remove what a deletion leaves behind, where somebody was erased since; tell whether it went.

    SQLite overwrites deleted rows at once (`secure_delete`), but not what splitting pages had
    left of them elsewhere, and the log of what was written still holds them.
    """
    owed = ErasedPatient.scrubbed_at.is_(None)
    with database.all_clinics(because="one file holds every clinic", reads_only=True) as db:
        if not db.scalars(select(ErasedPatient.patient_id).where(owed).limit(1)).all():
            return True
    if not sweep(database):
        return False
    with database.all_clinics(because="one file holds every clinic") as db:
        db.execute(update(ErasedPatient).where(owed).values(scrubbed_at=now))
    return True


def sweep(database: Database) -> bool:
    """Write SQLite's file anew and cut its log off, or let PostgreSQL clear its pages.

    False if somebody is in the way or the disk has no room for it.
    """
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")  # no database sweeps within a transaction
        busy = False
        if connection.dialect.name == "sqlite":
            try:
                connection.exec_driver_sql("VACUUM")
            except OperationalError as problem:
                log().warning("sweeping_put_off", problem=in_short(problem))
                busy = True
            cut = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            busy = busy or bool(cut[0])
        else:
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql("VACUUM")
        connection.invalidate()
    return not busy
