"""A backup holds everything and nothing else, and never lands on what is there."""

import json
import os
import re
import sqlite3
import stat
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic, Person
from rehab_tracker.foundation import archive, audit, backup, migrate
from rehab_tracker.foundation.backup import Manifest, NotBackedUp, NotRestored
from rehab_tracker.foundation.copying import counts
from rehab_tracker.foundation.db import Base, Database, new_id
from rehab_tracker.foundation.locked_file import PIECE, CannotOpen, Lock
from tests import postgres
from tests.architecture.victim import SENTINEL, a_victim
from tests.conftest import on_postgres, on_sqlite
from tests.foundation.tampering import tampering

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PHRASE = "eleven herons wade at dusk"


@pytest.fixture
def filled(database: Database, clinic: Clinic, db: Session) -> Database:
    """Return a database with one of everything, and an audit."""
    a_victim(db, clinic)
    for _ in range(3):
        audit.record(db, None, "tested")
    db.commit()
    return database


@pytest.fixture
def empty(tmp_path: Path, filled: Database) -> Iterator[Database]:
    """Return an empty place on the same engine, with the same key."""
    url = filled.engine.url
    if url.get_backend_name() == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'restored.sqlite3'}", filled.audit_key)
        yield database
        database.engine.dispose()
        return
    with postgres.passing_database(
        os.environ[postgres.SERVER], f"{url.database}_restored"
    ) as place:
        database = Database(place, filled.audit_key)
        yield database
        database.engine.dispose()


def content(database: Database) -> dict[str, list[Any]]:
    """Return every row of every table, as the models read them."""
    with database.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
        }


def back_up(database: Database, tmp_path: Path, phrase: str | None = None) -> tuple[Path, Manifest]:
    to = tmp_path / "today.backup"
    return to, backup.back_up(database, to, NOW, phrase=phrase, work=tmp_path)


@pytest.mark.parametrize("phrase", [None, PHRASE])
def test_what_was_backed_up_comes_back_row_for_row(
    filled: Database, empty: Database, tmp_path: Path, phrase: str | None
):
    to, manifest = back_up(filled, tmp_path, phrase)
    restored = backup.restore(empty, to, phrase=phrase, work=tmp_path)
    assert restored == manifest
    assert content(empty) == content(filled)
    assert list(audit.verify(empty)) == list(audit.verify(filled))
    assert not migrate.drift(empty)
    migrate.require_newest(empty)
    with pytest.raises(Exception, match="append-only"), empty.upkeep() as connection:
        connection.execute(text("DELETE FROM audit_event"))


def test_sums_of_weeks_that_are_gone_hinder_no_backup(
    filled: Database, empty: Database, tmp_path: Path
):
    def sums(database: Database) -> list[tuple[Any, ...]]:
        asked = text("SELECT * FROM clinic_week WHERE due <> 0 OR extra <> 0 ORDER BY 1, 2, 3")
        with database.reading() as connection:
            return [tuple(map(str, row)) for row in connection.execute(asked)]

    halfway = "(SELECT first_on FROM program_week ORDER BY first_on LIMIT 1 OFFSET 9)"
    with filled.upkeep() as connection, connection.begin():
        connection.execute(text(f"DELETE FROM program_week WHERE first_on > {halfway}"))
        gone = connection.scalar(text("SELECT count(*) FROM clinic_week WHERE due = 0"))
    assert gone
    to, _manifest = back_up(filled, tmp_path)
    backup.restore(empty, to, phrase=None, work=tmp_path)
    assert sums(empty) == sums(filled) != []


@on_postgres
def test_deeds_come_back_in_order_however_the_database_keeps_them(
    filled: Database, empty: Database, tmp_path: Path
):
    with postgres.ruling(filled.engine.url) as connection:
        connection.execute(text("CREATE TEMP TABLE deed AS SELECT * FROM audit_event"))
        connection.execute(text("DELETE FROM audit_event"))
        connection.execute(text("INSERT INTO audit_event SELECT * FROM deed ORDER BY number DESC"))
        connection.execute(text("DROP TABLE deed"))
    to, manifest = back_up(filled, tmp_path)
    backup.restore(empty, to, phrase=None, work=tmp_path)
    assert content(empty) == content(filled)
    assert set(manifest.audit.values()) == {chain.mac for chain in audit.verify(empty)}


def test_a_backup_moves_between_engines(filled: Database, tmp_path: Path):
    to, _manifest = back_up(filled, tmp_path)
    other = Database(f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}", filled.audit_key)
    backup.restore(other, to, phrase=None, work=tmp_path)
    assert content(other) == content(filled)
    assert [chain.problem for chain in audit.verify(other)] == [""]
    other.engine.dispose()


def test_a_locked_backup_shows_nothing_and_a_plain_one_belongs_to_its_owner(
    filled: Database, tmp_path: Path
):
    to, _manifest = back_up(filled, tmp_path, PHRASE)
    assert SENTINEL.encode() not in to.read_bytes()
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} <= {"today.backup", "rehab.sqlite3",
        "rehab.sqlite3-wal", "rehab.sqlite3-shm"}, "no copy stays behind"  # fmt: skip


@pytest.mark.parametrize("phrase", [None, PHRASE])
@pytest.mark.parametrize(
    "harm", ["a flipped bit", "another end", "cut short", "a changed count", "appended"]
)
def test_a_damaged_backup_is_refused_and_nothing_is_made(
    filled: Database, empty: Database, tmp_path: Path, phrase: str | None, harm: str
):
    to, _manifest = back_up(filled, tmp_path, phrase)
    kept = bytearray(to.read_bytes())
    if harm == "a flipped bit":
        kept[-5000] ^= 1
    if harm == "another end":
        kept[-2] ^= 1
    if harm == "cut short":
        kept = kept[:-3000]
    if harm == "a changed count":
        kept = re.sub(rb'"person": \d+', b'"person": 77', kept, count=1)
    if harm == "appended":
        kept += b"more"
    to.write_bytes(kept)
    with pytest.raises((CannotOpen, NotRestored)):
        backup.restore(empty, to, phrase=phrase, work=tmp_path)
    with empty.reading() as connection:
        assert counts(connection) == {}


@pytest.mark.parametrize("phrase", [None, "another phrase"])
def test_a_locked_backup_opens_with_its_key_alone(
    filled: Database, empty: Database, tmp_path: Path, phrase: str | None
):
    to, _manifest = back_up(filled, tmp_path, PHRASE)
    with pytest.raises(CannotOpen, match="key"):
        backup.restore(empty, to, phrase=phrase, work=tmp_path)


def test_pieces_of_a_locked_backup_cannot_be_swapped(
    filled: Database, empty: Database, tmp_path: Path
):
    to, manifest = back_up(filled, tmp_path, PHRASE)
    head, kept = len(manifest.line()) + 16, to.read_bytes()
    pieces = [kept[at : at + PIECE + 16] for at in range(head, len(kept), PIECE + 16)]
    if len(pieces) == 1:  # a small clinic fits one piece: then swapping halves must fail as well
        half = len(pieces[0]) // 2
        pieces = [pieces[0][:half], pieces[0][half:]]
    to.write_bytes(kept[:head] + b"".join(reversed(pieces)))
    with pytest.raises(CannotOpen):
        backup.restore(empty, to, phrase=PHRASE, work=tmp_path)


def test_nothing_is_overwritten(filled: Database, tmp_path: Path):
    to, _manifest = back_up(filled, tmp_path)
    before = to.read_bytes()
    with pytest.raises(NotBackedUp, match="exists"):
        back_up(filled, tmp_path)
    with pytest.raises(NotRestored, match="never overwrites"):
        backup.restore(filled, to, phrase=None, work=tmp_path)
    assert to.read_bytes() == before
    assert content(filled)["person"]


def test_a_file_that_is_no_backup_is_named_so(empty: Database, tmp_path: Path):
    (tmp_path / "letter.txt").write_text("Dear all,\n")
    with pytest.raises(CannotOpen, match="no backup"):
        backup.restore(empty, tmp_path / "letter.txt", phrase=None, work=tmp_path)


def test_another_key_of_the_audit_is_noticed_and_can_be_accepted(
    filled: Database, empty: Database, tmp_path: Path
):
    to, _manifest = back_up(filled, tmp_path)
    empty.audit_key = b"another key"
    with pytest.raises(NotRestored, match="another key"):
        backup.restore(empty, to, phrase=None, work=tmp_path)
    backup.restore(empty, to, phrase=None, work=tmp_path, trust_audit=True)
    assert content(empty) == content(filled)


def test_a_broken_audit_is_backed_up_as_it_is_and_said(filled: Database, tmp_path: Path):
    with tampering(filled) as connection:
        connection.execute(text("DELETE FROM audit_event WHERE number = 2"))
    _to, manifest = back_up(filled, tmp_path)
    assert list(manifest.audit.values()) == ["deed 2 is missing"]


@on_sqlite
def test_a_damaged_database_is_not_passed_off_as_a_backup(filled: Database, tmp_path: Path):
    with filled.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("DELETE FROM person")
        connection.invalidate()
    with pytest.raises(NotBackedUp, match="not whole"):
        back_up(filled, tmp_path)
    assert not (tmp_path / "today.backup").exists()


def test_a_backup_under_load_is_of_one_moment(filled: Database, empty: Database, tmp_path: Path):
    """Every person of the load comes with a deed: a copy of two moments would part them."""
    (clinic_id,) = {chain.clinic_id for chain in audit.verify(filled)}
    stop = threading.Event()

    def write() -> None:
        number = 0
        with filled.all_clinics(because="a test looks for the clinic", reads_only=True) as db:
            clinic = db.scalars(select(Clinic)).one()
        while not stop.is_set():
            number += 1
            with filled.of_clinic(clinic.id) as db:
                db.add(
                    Person(name="Load", email=f"load{number}@example.org", time_zone="UTC",
                           created_at=NOW)
                )  # fmt: skip
                db.flush()
                audit.record(db, None, "load")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        to, manifest = back_up(filled, tmp_path)
    finally:
        stop.set()
        writer.join()
    backup.restore(empty, to, phrase=None, work=tmp_path)
    assert list(manifest.audit) == [clinic_id]
    with empty.all_clinics(because="a test counts", reads_only=True) as db:
        people = len(db.scalars(select(Person).where(Person.name == "Load")).all())
        deeds = len(
            db.scalars(select(audit.AuditEvent.id).where(audit.AuditEvent.action == "load")).all()
        )
    assert people == deeds


def test_a_plain_backup_needs_nothing_but_tar_and_sqlite_to_be_read(
    filled: Database, upload: Path, tmp_path: Path
):
    to, _manifest = back_up(filled, tmp_path)
    (tmp_path / "content").mkdir()
    unpacked = f"tail -n +2 {to} | tar --extract --directory {tmp_path / 'content'}"
    subprocess.run(unpacked, shell=True, check=True, capture_output=True)  # noqa: S602 - as told
    with sqlite3.connect(tmp_path / "content" / "database.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM person").fetchone()[0] > 0
    connection.close()
    assert (tmp_path / "content" / upload.relative_to(tmp_path)).read_bytes() == upload.read_bytes()


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    """Return a clinic's film of a few pieces."""
    path = tmp_path / "media" / str(new_id()) / f"{new_id()}.mp4"
    path.parent.mkdir(parents=True)
    path.write_bytes(os.urandom(3 * PIECE + 17))
    return path


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Return the data folder of another installation."""
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere"


@pytest.mark.parametrize("phrase", [None, PHRASE])
def test_uploads_come_back_byte_for_byte_for_their_owner_alone(
    filled: Database, empty: Database, upload: Path, elsewhere: Path, tmp_path: Path,
    phrase: str | None,
):  # fmt: skip
    to, manifest = back_up(filled, tmp_path, phrase)
    assert manifest.uploads == 1
    backup.restore(empty, to, phrase=phrase, work=elsewhere)
    back = elsewhere / upload.relative_to(tmp_path)
    assert back.read_bytes() == upload.read_bytes()
    assert stat.S_IMODE(back.stat().st_mode) == 0o600
    assert [path.name for path in elsewhere.iterdir()] == ["media"], "no copy stays behind"
    assert [path.name for path in (tmp_path / "media").iterdir()] == [upload.parent.name]


def test_uploads_that_are_there_are_never_overwritten(
    filled: Database, empty: Database, upload: Path, tmp_path: Path
):
    to, _manifest = back_up(filled, tmp_path)
    with pytest.raises(NotRestored, match="uploads"):
        backup.restore(empty, to, phrase=None, work=tmp_path)
    with empty.reading() as connection:
        assert counts(connection) == {}
    assert upload.exists()


def test_uploads_are_taken_away_again_where_the_rows_cannot_be_put_back(
    filled: Database, empty: Database, upload: Path, elsewhere: Path, tmp_path: Path
):
    to, _manifest = back_up(filled, tmp_path)
    assert upload.exists()
    if empty.engine.dialect.name == "sqlite":
        place = Path(str(empty.engine.url.database))
        place.with_name(f"{place.name}.{os.getpid()}.partial").write_text("in the way")
    else:
        empty.engine.dispose()
        event.listen(empty.engine, "before_cursor_execute", _refuses_people)
    with pytest.raises((OSError, OperationalError)):
        backup.restore(empty, to, phrase=None, work=elsewhere)
    assert not list((elsewhere / "media").iterdir())


def _refuses_people(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
    if statement.startswith('INSERT INTO "person"'):
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")


def test_an_upload_that_is_replaced_meanwhile_is_in_the_backup(upload: Path, tmp_path: Path):
    content = upload.read_bytes()
    with archive.holding(tmp_path / "media") as held:
        held()
        upload.unlink()
        ((name, kept),) = held()
        assert name == upload.relative_to(tmp_path).as_posix()
        assert kept.read_bytes() == content
    assert list((tmp_path / "media").glob(".*")) == []


@on_sqlite
@pytest.mark.parametrize("phrase", [None, PHRASE])
def test_a_backup_of_the_first_format_can_still_be_restored(
    filled: Database, empty: Database, tmp_path: Path, phrase: str | None
):
    """It was the database alone after its first line."""
    to, manifest = back_up(filled, tmp_path)
    with backup.opened(to, None, tmp_path) as (_manifest, folder):
        plain = (folder / "database.sqlite3").read_bytes()
    told = asdict(manifest) | {"format": "rehab-tracker backup 1", "is_locked": phrase is not None}
    del told["uploads"]
    line = json.dumps(told, sort_keys=True).encode() + b"\n"
    old = tmp_path / "old.backup"
    with old.open("wb") as file:
        file.write(line)
        if phrase is None:
            file.write(plain)
        else:
            lock = Lock(file, phrase, line)
            lock.write(plain)
            lock.end()
    backup.restore(empty, old, phrase=phrase, work=tmp_path)
    assert content(empty) == content(filled)


@pytest.mark.parametrize("name", ["../escaped", "/escaped", "media/../escaped", "media/a/.b"])
def test_an_archive_puts_nothing_elsewhere(tmp_path: Path, name: str):
    (tmp_path / "file").write_text("told")
    packed = BytesIO()
    archive.pack(packed, [(name, tmp_path / "file")])
    (tmp_path / "in").mkdir()
    with pytest.raises(CannotOpen, match="no backup holds"):
        archive.unpack(iter([packed.getvalue()]), tmp_path / "in")
    assert list((tmp_path / "in").iterdir()) == []
