"""The audit: chained, append-only, in the deed's own transaction, and reads are in it."""

import ast
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic, Patient
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import audit, clock
from rehab_tracker.foundation.audit import AuditEvent, AuditHead
from rehab_tracker.foundation.db import Database, new_id
from rehab_tracker.foundation.tenancy import CrossClinic, WriteInReading
from tests.builders.people import Somebody, a_clinic, a_member, a_patient
from tests.client import CheckedClient
from tests.conftest import on_sqlite
from tests.foundation.tampering import tampering

As = Callable[[Somebody], CheckedClient]
MORNING = datetime(2026, 3, 2, 8, 5, tzinfo=UTC)


def deeds(database: Database) -> list[str]:
    with database.all_clinics(because="a test looks at the audit", reads_only=True) as db:
        return list(db.scalars(select(AuditEvent.action).order_by(AuditEvent.number)))


def problems(database: Database) -> list[str]:
    return [chain.problem for chain in audit.verify(database) if chain.problem]


@pytest.fixture
def recorded(database: Database, clinic: Clinic) -> Database:
    """Return a database with five deeds in a clinic, and one in another."""
    for number in range(5):
        with database.of_clinic(clinic.id) as db:
            audit.record(db, None, "tested", subject_id=new_id(), number=number, name="Žofia")
    with database.of_clinic(a_clinic(database, name="Hillside").id) as db:
        audit.record(db, None, "tested")
    assert problems(database) == []
    return database


OF_FIRST = "clinic_id = (SELECT clinic_id FROM audit_event GROUP BY clinic_id HAVING count(*) = 5)"
CHANGES = {
    "at": "at = (SELECT max(at) FROM audit_event)",
    "action": "action = 'Tested'",
    "membership": "membership_id = id",
    "patient": "patient_id = id",
    "subject": "subject_id = NULL",
    "details": "details = CAST(replace(CAST(details AS TEXT), 'number', 'numbar') AS {json})",
    "a space in details": "details = CAST(replace(CAST(details AS TEXT), ': ', ':\t') AS {json})",
    "seal": "mac = replace(mac, substr(mac, 1, 1), 'x')",
    "id": "id = subject_id",
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_changed_deed_is_named(recorded: Database, what: str, number: int):
    json = "TEXT" if recorded.engine.dialect.name == "sqlite" else "JSON"
    with tampering(recorded) as connection:
        said = CHANGES[what].format(json=json)
        change = f"UPDATE audit_event SET {said} WHERE number = {number} AND {OF_FIRST}"
        assert connection.execute(text(change)).rowcount == 1
    (problem,) = problems(recorded)
    assert f"deed {number} (" in problem
    assert "changed" in problem


@on_sqlite
def test_any_flipped_byte_is_found(recorded: Database):
    """On SQLite the very bytes are sealed, also those that mean the same when they are read."""
    columns = ("id", "at", "action", "subject_id", "details", "mac")
    found = tried = 0
    for column in columns:
        with recorded.engine.connect() as connection:
            kept = connection.scalar(text(f"SELECT CAST({column} AS BLOB) FROM audit_event"
                                          f" WHERE number = 2 AND {OF_FIRST}"))  # fmt: skip
        for place in range(0, len(kept), 3):
            flipped = bytearray(kept)
            flipped[place] ^= 1 << (place % 7)
            with tampering(recorded) as connection:
                connection.execute(text("SAVEPOINT before"))
                connection.execute(
                    text(f"UPDATE audit_event SET {column} = CAST(:flipped AS TEXT)"
                         f" WHERE number = 2 AND {OF_FIRST}"), {"flipped": bytes(flipped)},
                )  # fmt: skip
                found += bool(_problems_seen_by(connection, recorded))
                tried += 1
                connection.execute(text("ROLLBACK TO before"))
    assert tried > 60
    assert found == tried


def _problems_seen_by(connection: Connection, database: Database) -> list[str]:
    with Session(connection, info={"audit_key": database.audit_key}) as db:
        return [chain.problem for chain in audit.chains(db) if chain.problem]


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_dropped_deed_is_named_also_the_last(recorded: Database, number: int):
    with tampering(recorded) as connection:
        gone = f"DELETE FROM audit_event WHERE number = {number} AND {OF_FIRST}"
        assert connection.execute(text(gone)).rowcount == 1
    assert problems(recorded) == [f"deed {number} is missing"]


def test_a_clinic_whose_every_deed_was_dropped_is_named(recorded: Database):
    with tampering(recorded) as connection:
        connection.execute(text(f"DELETE FROM audit_event WHERE {OF_FIRST}"))
    assert problems(recorded) == ["deed 1 is missing"]


def test_two_swapped_deeds_are_found(recorded: Database):
    with tampering(recorded) as connection:
        for before, after in ((2, 99), (4, 2), (99, 4)):
            swap = f"UPDATE audit_event SET number = {after} WHERE number = {before} AND {OF_FIRST}"
            connection.execute(text(swap))
    (problem,) = problems(recorded)
    assert "deed 2 (" in problem


def test_a_forged_deed_is_found(recorded: Database, clinic: Clinic):
    forger = Database(recorded.engine.url.render_as_string(hide_password=False))
    with forger.of_clinic(clinic.id) as db:
        audit.record(db, None, "forged")
    forger.engine.dispose()
    (problem,) = problems(recorded)
    assert "deed 6 (" in problem


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET action = 'x'",
        "DELETE FROM audit_event",
        "DELETE FROM audit_head",
    ],
)
def test_the_database_refuses_to_change_or_delete(recorded: Database, statement: str):
    with (
        pytest.raises(DBAPIError, match="append-only"),
        recorded.upkeep() as connection,
    ):
        connection.execute(text(statement))
    assert problems(recorded) == []


def test_a_deed_that_was_taken_back_leaves_nothing(database: Database, clinic: Clinic):
    with database.session(clinic_id=clinic.id) as db:
        audit.record(db, None, "undone")
        db.rollback()
        audit.record(db, None, "done")
        db.commit()
    assert deeds(database) == ["done"]
    assert problems(database) == []


def test_many_deeds_of_one_transaction_are_chained(database: Database, clinic: Clinic):
    with database.of_clinic(clinic.id) as db:
        for number in range(3):
            audit.record(db, None, f"deed.{number}")
    assert deeds(database) == ["deed.0", "deed.1", "deed.2"]
    assert problems(database) == []


def test_a_deed_needs_a_clinic_that_its_session_may_write_to(database: Database, clinic: Clinic):
    with database.session() as db, pytest.raises(CrossClinic):
        audit.record(db, None, "tested")
    with database.session(clinic_id=clinic.id) as db, pytest.raises(CrossClinic):
        audit.record(db, None, "tested", clinic_id=new_id())
    with (
        database.session(reads_only=True, clinic_id=clinic.id) as db,
        pytest.raises(WriteInReading),
    ):
        audit.record(db, None, "tested")


def test_writers_of_one_clinic_at_once_do_not_fork_its_chain(database: Database, clinic: Clinic):
    with database.of_clinic(clinic.id) as db:
        audit.record(db, None, "begun")
    start = Barrier(4, timeout=30)

    def write() -> None:
        start.wait()
        for _ in range(10):
            with database.of_clinic(clinic.id) as db:
                audit.record(db, None, "tested")

    writers = [Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(deeds(database)) == 41
    assert problems(database) == []


def test_the_chain_is_held_for_the_last_statements_alone(
    database: Database, clinic: Clinic, statements: list[str]
):
    """Whoever writes the roll-up first and the audit last never waits crosswise for another."""
    statements.clear()
    with database.session(clinic_id=clinic.id) as db:
        audit.record(db, None, "tested")
        db.execute(update(Patient).values(goal="Hike"))
        db.flush()
        assert not any("audit" in statement for statement in statements)
        db.commit()
    assert [statement.split()[0] for statement in statements[-2:]] == ["SELECT", "INSERT"]


# Reads


@pytest.fixture
def physio(db: Session, clinic: Clinic) -> Somebody:
    somebody = a_member(db, clinic)
    db.commit()
    return somebody


@pytest.fixture
def patient(db: Session, clinic: Clinic, physio: Somebody) -> Somebody:
    somebody = a_patient(db, clinic, physio)
    db.commit()
    return somebody


def test_staff_who_read_a_record_are_written_down_once_an_hour(
    database: Database, db: Session, clinic: Clinic, physio: Somebody, patient: Somebody, as_: As
):
    colleague = a_member(db, clinic, Role.MANAGER)
    db.commit()
    page = f"/patients/{patient.id}"
    with clock.stopped(MORNING):
        browser, other = as_(physio), as_(colleague)
        assert browser.get(page).status_code == 200
        first = len(browser.statements)
        assert browser.get(f"{page}/log").status_code == 200
        assert browser.get(page).status_code == 200
        assert len(browser.statements) <= first - 3, "reading on costs no statement"
        assert deeds(database) == ["record.read"]
        assert other.get(page).status_code == 200
        clock.advance(timedelta(minutes=54))
        for again in (browser, other):
            assert again.get("/me").status_code in {200, 303}
    with clock.stopped(MORNING + timedelta(hours=1)):
        assert as_(physio).get(page).status_code == 200
    assert deeds(database) == ["record.read"] * 3
    with database.of_clinic(clinic.id) as read:
        seen = read.execute(select(AuditEvent.membership_id, AuditEvent.patient_id)).all()
    assert set(seen) == {(physio.member.id, patient.id), (colleague.member.id, patient.id)}
    assert problems(database) == []


def test_another_process_that_wrote_the_same_reading_is_no_fault(
    database: Database, physio: Somebody, patient: Somebody, as_: As
):
    from rehab_tracker.foundation import readings  # noqa: PLC0415

    with clock.stopped(MORNING):
        assert as_(physio).get(f"/patients/{patient.id}").status_code == 200
        readings.noted.clear()
        assert as_(physio).get(f"/patients/{patient.id}").status_code == 200
    assert deeds(database) == ["record.read"]


def test_what_was_not_seen_is_not_written_down(
    database: Database, physio: Somebody, patient: Somebody, as_: As
):
    assert as_(physio).get(f"/patients/{new_id()}").status_code == 404
    assert as_(patient).get(f"/patients/{patient.id}").status_code == 403
    assert as_(patient).get("/progress").status_code == 200
    assert deeds(database) == []


def test_a_record_is_not_shown_when_its_reading_cannot_be_written_down(
    database: Database, physio: Somebody, patient: Somebody, as_: As
):
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_event RENAME TO audit_hidden"))
    try:
        answer = as_(physio).get(f"/patients/{patient.id}")
    except DBAPIError:  # the test's app shows problems instead of a page
        return
    finally:
        with database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE audit_hidden RENAME TO audit_event"))
    assert answer.status_code == 503
    assert patient.person.name not in answer.text


# Words


PACKAGE = Path(audit.__file__).parents[1]


def actions() -> set[str]:
    """Return every action that the code records."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="record") | ast.Name(id="_write_audit" | "_note"),
                    args=[_, _, ast.Constant(value=str(action)), *_],
                ):
                    found.add(action)
                case ast.Call(
                    func=ast.Name(id="_audit"), args=[_, _, ast.Constant(value=deed), *_]
                ):
                    found.add(f"program.{deed}")
    return found


def test_every_action_has_plain_words():
    from rehab_tracker.trail.words import ACTION_NAMES  # noqa: PLC0415

    assert len(actions()) > 20
    assert actions() - ACTION_NAMES.keys() == set()


def test_the_end_of_the_chain_is_kept_by_the_database(recorded: Database):
    with recorded.all_clinics(because="a test looks at the audit", reads_only=True) as db:
        newest = select(AuditEvent.clinic_id, func.max(AuditEvent.number)).group_by(
            AuditEvent.clinic_id
        )
        heads = select(AuditHead.clinic_id, AuditHead.number)
        assert set(db.execute(newest)) == set(db.execute(heads))
