"""Erased for good: no row, no byte, no way back through a backup, and the audit stays whole."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Membership, Person, Standing
from rehab_tracker.config import Settings
from rehab_tracker.domain.permission import Role
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.foundation import audit, backup
from rehab_tracker.foundation import db as db_module
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Base, Database
from rehab_tracker.rights import actions, erasing, ledger, letters
from rehab_tracker.rights.belonging import Whose, rows_of, whose
from rehab_tracker.rights.models import ErasedPatient, ErasureRequest
from tests.builders.logbook import a_log
from tests.builders.people import LONG_AGO, a_clinic
from tests.builders.programs import MONDAY, a_program, an_item
from tests.builders.record import MARK
from tests.conftest import on_sqlite
from tests.features.accounts.postbox import Postbox, free_port
from tests.features.rights.conftest import GRACE, NO_LETTERS, NOW, House

LATER = NOW + GRACE + timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def asked(db: Session, house: House) -> House:
    """Return a house whose patient asked to be erased in 30 days."""
    ask(db, house)
    return house


def ask(db: Session, house: House) -> None:
    actor, patient_id = house.patient.actor, house.patient.id
    actions.ask_erasure(db, actor, patient_id, NOW, grace=GRACE, letters=NO_LETTERS)
    db.commit()


def rows(database: Database, who: Whose) -> Mapping[str, int]:
    with database.reading() as connection:
        return {
            table.name: len(connection.execute(select(table).where(condition)).all())
            for table, condition in rows_of(who).items()
        }


def tables_with_the_mark(database: Database) -> list[str]:
    with database.reading() as connection:
        return [
            table.name
            for table in Base.metadata.sorted_tables
            if any(MARK in repr(row) for row in connection.execute(select(table)))
        ]


def files_with_the_mark(*folders: Path) -> list[str]:
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert files
    return [str(path) for path in files if MARK.encode() in path.read_bytes()]


def test_nothing_of_the_patient_is_left_and_nothing_of_a_neighbor_goes(
    db: Session, database: Database, asked: House, who: Whose, folder: Path
):
    exercise = db.scalars(select(Exercise)).one()
    program = a_program(db, asked.physio, asked.neighbor, [an_item(exercise)])
    a_log(db, asked.neighbor, program, MONDAY + DAY)
    db.commit()
    with database.all_clinics(because="a test looks", reads_only=True) as far:
        neighbor = whose(far, asked.neighbor.id)
    assert neighbor
    before = rows(database, neighbor)
    assert before["performed_set"] > 0
    assert all(rows(database, who).values())
    done = erasing.erase_due(database, folder, LATER)
    assert [one.patient_id for one in done.erased] == [asked.patient.id]
    assert not any(rows(database, who).values())
    assert tables_with_the_mark(database) == []
    assert rows(database, neighbor) == before


@on_sqlite
def test_no_byte_of_the_patient_is_left_in_any_file(
    database: Database, asked: House, sqlite_file: Path, tmp_path: Path
):
    assert asked
    folders = sqlite_file.parent, tmp_path
    assert files_with_the_mark(*folders), "the mark can be found where it stands"
    with closing(database.engine.raw_connection()):  # a server that goes on keeps the log open
        assert erasing.erase_due(database, tmp_path, LATER).scrubbed
        assert files_with_the_mark(*folders) == []
    backup.back_up(database, tmp_path / "later.backup", LATER, phrase=None, work=tmp_path)
    assert files_with_the_mark(*folders) == []


@on_sqlite
def test_what_splitting_pages_had_left_of_deleted_rows_goes_too(
    database: Database, sqlite_file: Path
):
    """Overwriting them where they stand, as SQLite does by itself, leaves a few in most runs."""
    chance = Random(1)  # noqa: S311 - no secret
    notes = [
        (chance.randbytes(16).hex(), who, f"{bird}-{'x' * chance.randrange(400)}")
        for who, bird in 500 * [(who, "quetzal" if who < 12 else "heron") for who in range(20)]
    ]
    longer = f"UPDATE note SET said = said || '{'y' * 300}' WHERE who < 12 AND random() % 2"
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE note (id TEXT PRIMARY KEY, who INT, said TEXT)")
        connection.exec_driver_sql("CREATE INDEX by_who ON note (who, said)")
        connection.exec_driver_sql("INSERT INTO note VALUES (?, ?, ?)", notes)
        connection.exec_driver_sql(longer)
    assert erasing.sweep(database)
    assert sqlite_file.read_bytes().count(b"quetzal-") > 6_000
    with database.engine.begin() as connection:
        connection.exec_driver_sql(longer)
        connection.exec_driver_sql("DELETE FROM note WHERE who < 12")
    assert erasing.sweep(database)
    left = sqlite_file.read_bytes()
    assert b"quetzal-" not in left
    assert left.count(b"heron-") == 2 * 4_000


@on_sqlite
def test_a_disk_without_room_for_a_second_file_only_puts_it_off(
    database: Database, asked: House, tmp_path: Path
):
    assert asked

    def is_full(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement == "VACUUM":
            raise OperationalError(statement, None, Exception("database or disk is full"))

    event.listen(database.engine, "before_cursor_execute", is_full)
    assert not erasing.erase_due(database, tmp_path, LATER).scrubbed
    event.remove(database.engine, "before_cursor_execute", is_full)
    assert erasing.erase_due(database, tmp_path, LATER).scrubbed


@on_sqlite
def test_bytes_that_a_reader_holds_on_to_go_with_the_next_upkeep(
    database: Database,
    asked: House,
    sqlite_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    assert asked
    monkeypatch.setattr(db_module, "_BUSY_S", 0.1)  # nobody waits ten seconds for the reader
    with database.reading() as reader:
        reader.execute(select(Person.id)).first()
        assert not erasing.erase_due(database, tmp_path, LATER).scrubbed
    assert erasing.erase_due(database, tmp_path, LATER).scrubbed
    assert files_with_the_mark(sqlite_file.parent) == []


def test_the_audit_stays_whole_and_says_that_it_was_done(
    db: Session, database: Database, asked: House, folder: Path
):
    erasing.erase_due(database, folder, LATER)
    assert [chain.problem for chain in audit.verify(database)] == [""]
    deed = db.scalars(select(AuditEvent).where(AuditEvent.action == "patient.erased")).one()
    assert (deed.membership_id, deed.patient_id) == (None, asked.patient.id)


def test_no_deed_ever_holds_a_text_of_the_patient(
    db: Session, database: Database, asked: House, folder: Path
):
    actions.hold(db, asked.manager.actor, asked.patient.id, MARK, NOW, letters=NO_LETTERS)
    actions.let_go(db, asked.manager.actor, asked.patient.id, NOW)
    db.commit()
    erasing.erase_due(database, folder, LATER)
    told = [repr(deed.details) for deed in db.scalars(select(AuditEvent))]
    assert told
    assert not [text for text in told if MARK in text or "@" in text]


def test_nobody_is_erased_a_minute_early(database: Database, asked: House, folder: Path):
    done = erasing.erase_due(database, folder, NOW + GRACE - timedelta(minutes=1))
    assert done.erased == []
    assert tables_with_the_mark(database)
    assert asked


def test_who_took_it_back_is_never_erased(
    db: Session, database: Database, asked: House, folder: Path
):
    actor = asked.patient.actor
    actions.take_erasure_back(db, actor, asked.patient.id, NOW + DAY, letters=NO_LETTERS)
    db.commit()
    assert erasing.erase_due(database, folder, LATER).erased == []


def test_a_hold_keeps_a_record_beyond_its_day_until_it_is_lifted(
    db: Session, database: Database, asked: House, folder: Path
):
    manager, patient_id = asked.manager.actor, asked.patient.id
    actions.hold(db, manager, patient_id, "Ten years, by law", NOW, letters=NO_LETTERS)
    db.commit()
    assert erasing.erase_due(database, folder, LATER).erased == []
    actions.let_go(db, manager, patient_id, LATER)
    db.commit()
    assert len(erasing.erase_due(database, folder, LATER).erased) == 1


OF_THE_PERSON = {"authenticator", "outbox_mail", "passkey", "recovery_code"}


def test_a_person_of_two_clinics_loses_one_record_and_keeps_the_account(
    database: Database, asked: House, folder: Path
):
    other = a_clinic(database, name="Elsewhere")
    with database.of_clinic(other.id) as there:
        there.add(
            Membership(
                person_id=asked.patient.person.id, role=Role.PATIENT, standing=Standing.ACTIVE,
                created_at=LONG_AGO,
            )
        )  # fmt: skip
    assert len(erasing.erase_due(database, folder, LATER).erased) == 1
    assert set(tables_with_the_mark(database)) == {"person", *OF_THE_PERSON}
    with database.all_clinics(because="a test looks", reads_only=True) as far:
        (left,) = far.scalars(select(Membership.clinic_id).where(
            Membership.person_id == asked.patient.person.id
        ))  # fmt: skip
    assert left == other.id


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    box, port = Postbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


def test_the_last_letter_is_sent_without_being_kept(
    database: Database, asked: House, folder: Path, settings: Settings, app: Any,
    postbox: tuple[Postbox, int],
):  # fmt: skip
    box, port = postbox
    (who,) = erasing.erase_due(database, folder, LATER).erased
    with app.test_request_context():
        letters.say_farewell(replace(settings, smtp_url=f"smtp://127.0.0.1:{port}"), who)
    (letter,) = box.letters
    assert letter["To"] == f"{MARK}@example.org"
    assert "is erased" in str(letter["Subject"])
    assert "outbox_mail" not in tables_with_the_mark(database)
    assert asked


# A backup of before


def empty_place(tmp_path: Path, database: Database) -> Database:
    return Database(f"sqlite:///{tmp_path / 'restored' / 'there.sqlite3'}", database.audit_key)


def restored(database: Database, source: Path, tmp_path: Path) -> Database:
    (tmp_path / "restored").mkdir()
    there = empty_place(tmp_path, database)
    backup.restore(there, source, phrase=None, work=tmp_path)
    return there


def test_a_restored_backup_of_before_the_wish_erases_again(
    db: Session, database: Database, house: House, folder: Path, tmp_path: Path
):
    old = tmp_path / "old.backup"
    backup.back_up(database, old, NOW, phrase=None, work=tmp_path)
    ask(db, house)
    erasing.erase_due(database, folder, LATER)
    there = restored(database, old, tmp_path)
    assert tables_with_the_mark(there)
    (folder / ledger.NAME).rename(tmp_path / "restored" / ledger.NAME)
    done = erasing.erase_due(there, tmp_path / "restored", LATER + DAY)
    assert (done.again, done.scrubbed) == (1, True)
    assert tables_with_the_mark(there) == []
    there.engine.dispose()
    assert files_with_the_mark(tmp_path / "restored") == []
    assert [chain.problem for chain in audit.verify(there)] == [""]
    assert erasing.erase_due(there, tmp_path / "restored", LATER + DAY).again == 0
    there.engine.dispose()


def test_a_restored_wish_waits_for_a_week_in_case_it_was_taken_back(
    database: Database, asked: House, folder: Path, tmp_path: Path
):
    old = tmp_path / "old.backup"
    backup.back_up(database, old, NOW, phrase=None, work=tmp_path)
    there = restored(database, old, tmp_path)
    assert erasing.give_time(there, LATER) == 1
    assert erasing.erase_due(there, folder, LATER + 6 * DAY).erased == []
    assert len(erasing.erase_due(there, folder, LATER + 8 * DAY).erased) == 1
    there.engine.dispose()
    assert asked


def test_the_list_survives_a_crash_between_the_commit_and_its_file(
    database: Database, asked: House, folder: Path
):
    erasing.erase_due(database, folder, LATER)
    (folder / ledger.NAME).unlink()
    erasing.erase_due(database, folder, LATER)
    (entry,) = ledger.read(folder)
    assert entry.patient_id == str(asked.patient.id)


def test_a_list_never_loses_who_stood_on_it(tmp_path: Path):
    first, second = (ledger.Erased("2026-06-01", "c", name) for name in "ab")
    ledger.keep(tmp_path, [first])
    ledger.keep(tmp_path, [second])
    ledger.keep(tmp_path, [])
    assert ledger.read(tmp_path, tmp_path / "nowhere") == {first, second}
    assert (tmp_path / ledger.NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("harm", ["{", '{"patient_id": "a"}', "null"])
def test_a_broken_list_is_refused_rather_than_taken_for_an_empty_one(tmp_path: Path, harm: str):
    (tmp_path / ledger.NAME).write_text(harm)
    with pytest.raises(ledger.Unreadable, match="could come back"):
        ledger.read(tmp_path)


def test_the_database_notes_who_was_erased_and_forgets_the_wish(
    db: Session, database: Database, asked: House, folder: Path
):
    erasing.erase_due(database, folder, LATER)
    (note,) = db.scalars(select(ErasedPatient))
    assert (note.patient_id, note.erased_at, note.scrubbed_at) == (asked.patient.id, LATER, LATER)
    assert db.scalars(select(ErasureRequest)).all() == []
