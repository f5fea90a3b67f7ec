"""Belt 5 of clinic isolation: PostgreSQL itself shows and takes rows of one clinic alone."""

import os
import re
import secrets
from pathlib import Path

import pytest
from sqlalchemy import Connection, Table, event, make_url, select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from rehab_tracker.accounts.models import Clinic, Patient
from rehab_tracker.foundation import audit, health, migrate, postgres
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Base, Database, new_id
from rehab_tracker.foundation.logs import log
from rehab_tracker.foundation.tenancy import ClinicOwned
from tests import postgres as server
from tests.builders.people import Somebody, a_clinic, a_patient
from tests.conftest import on_postgres

pytestmark = on_postgres
ROOT = Path(__file__).parents[2]

COLUMNS = {
    mapper.local_table: "clinic_id"
    for mapper in Base.registry.mappers
    if issubclass(mapper.class_, ClinicOwned)
} | {Clinic.__table__: "id"}
POLICY = (
    "(({} = ( SELECT (NULLIF(current_setting('app.clinic_id'::text, true), ''::text))::uuid"
    " AS \"nullif\")) OR ( SELECT (current_setting('app.all_clinics'::text, true) = 'on'::text)))"
)
REFUSED = "violates row-level security policy"


@pytest.fixture
def theirs(database: Database) -> Somebody:
    clinic = a_clinic(database, name="Hillside")
    with database.of_clinic(clinic.id) as db:
        return a_patient(db, clinic)


@pytest.fixture
def mine(db: Session, clinic: Clinic) -> Somebody:
    patient = a_patient(db, clinic)
    db.commit()
    return patient


def goals(connection: Connection) -> int:
    return connection.execute(select(Patient.goal)).rowcount


@pytest.mark.parametrize("table", sorted(COLUMNS, key=str), ids=str)
def test_every_table_of_clinics_is_kept_to_them_even_from_its_owner(
    table: Table, database: Database
):
    """A new one needs the three statements of migration 0002."""
    asked = text("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = :name")
    policies = text("SELECT qual, with_check, cmd, roles FROM pg_policies WHERE tablename = :name")
    with database.reading() as connection:
        assert connection.execute(asked, {"name": table.name}).one() == (True, True)
        policy = connection.execute(policies, {"name": table.name}).one()
    assert policy == (POLICY.format(COLUMNS[table]), None, "ALL", ["public"])


@pytest.mark.usefixtures("mine", "theirs")
def test_whoever_names_no_clinic_sees_nothing(database: Database):
    with database.engine.connect() as connection:
        for table in COLUMNS:
            assert connection.execute(select(table)).all() == [], table.name


@pytest.mark.usefixtures("theirs")
def test_a_clinic_sees_its_own_rows_whatever_the_statement_asks(mine: Somebody, database: Database):
    with database.session(clinic_id=mine.clinic.id) as db:
        rows = db.connection().execute(text("SELECT id FROM patient")).all()
        clinics = db.connection().execute(text("SELECT id FROM clinic")).all()
    assert (rows, clinics) == ([(mine.id,)], [(mine.clinic.id,)])


def test_a_clinic_changes_no_row_of_another(mine: Somebody, theirs: Somebody, database: Database):
    with database.session(clinic_id=mine.clinic.id) as db:
        connection = db.connection()
        assert connection.execute(update(Patient.__table__).values(goal="x")).rowcount == 1
        for statement in ("DELETE FROM prescription", "DELETE FROM patient WHERE id <> :own"):
            assert connection.execute(text(statement), {"own": mine.id}).rowcount == 0
        with pytest.raises(ProgrammingError, match=REFUSED):
            connection.execute(
                update(Patient.__table__)
                .where(Patient.__table__.c.id == mine.id)
                .values(clinic_id=theirs.clinic.id)
            )


def test_a_clinic_adds_no_row_to_another(mine: Somebody, theirs: Somebody, database: Database):
    deed = {"id": new_id(), "clinic_id": theirs.clinic.id, "number": 1, "action": "x", "mac": ""}
    with (
        database.session(clinic_id=mine.clinic.id) as db,
        pytest.raises(ProgrammingError, match=REFUSED),
    ):
        db.connection().execute(
            AuditEvent.__table__.insert(), deed | {"at": mine.member.created_at, "details": {}}
        )


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_what_was_seen_ends_with_the_transaction(end: str, mine: Somebody, database: Database):
    """The next one to borrow the connection sees nothing of it; savepoints end nothing."""
    database.engine.dispose()
    with database.session(clinic_id=mine.clinic.id) as db:
        borrowed = db.connection().connection.driver_connection
        db.begin_nested().rollback()
        assert goals(db.connection()) == 1
        getattr(db, end)()
    with database.engine.connect() as connection:
        assert connection.connection.driver_connection is borrowed
        assert goals(connection) == 0


def test_saying_whose_rows_are_seen_costs_no_round_trip(clinic: Clinic, database: Database):
    """Ten times on one connection: the driver must never prepare two statements as one."""
    sent: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    for _ in range(10):
        with database.session(reads_only=True, clinic_id=clinic.id) as db:
            db.scalars(select(Patient.id)).all()
    whose = f"SET LOCAL app.clinic_id = '{clinic.id.hex}'"
    begins = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {whose}"
    assert len(sent) == 20
    assert set(sent[::2]) == {begins}


def test_deeds_are_chained_under_the_policies(mine: Somebody, database: Database):
    with database.of_clinic(mine.clinic.id) as db:
        audit.record(db, None, "tested")
    assert [chain.problem for chain in audit.verify(database)] == [""]


@pytest.mark.usefixtures("clinic")
def test_the_check_says_when_a_role_bypasses_the_policies(database: Database, tmp_path: Path):
    found = {f.name: f.problem for f in health.findings(database, tmp_path)}
    assert found["isolation"] == ""
    url = make_url(os.environ[server.SERVER]).set(database=database.engine.url.database)
    almighty = Database(url.render_as_string(hide_password=False))
    found = {f.name: f.problem for f in health.findings(almighty, tmp_path)}
    assert "bypasses row-level security" in found["isolation"]
    log()  # is set up before somebody listens
    with capture_logs() as said:
        health.require_sound(database)
        assert said == []
        health.require_sound(almighty)
    almighty.engine.dispose()
    assert [line["event"] for line in said] == ["isolation_is_weaker"]


def test_the_check_names_a_table_that_was_left_open(database: Database):
    with database.upkeep() as connection:
        connection.execute(text("ALTER TABLE pause NO FORCE ROW LEVEL SECURITY"))
        assert postgres.bypassing(connection) == "no row-level security on pause"
        connection.rollback()


@pytest.mark.usefixtures("database")
def test_two_roles_as_the_operator_is_told_to_make_them(tmp_path: Path):
    """The owner brings the database up; who serves can neither open nor change its tables."""
    name = f"two_{secrets.token_hex(4)}"
    told = (ROOT / "docs" / "operating.md").read_text()
    said = re.search(r"```sql\n(.+?)\\connect rehab\n(.+?)```", told, re.DOTALL)
    assert said
    as_ruler = os.environ[server.SERVER]
    in_it = make_url(as_ruler).set(database=name)
    for url, block in zip((as_ruler, in_it), said.groups(), strict=True):
        statements = re.sub(r"\brehab(?=\b|_)", name, block).split(";")
        server.run(url, *filter(str.strip, statements))
    owner, serving = (
        Database(in_it.set(username=role).render_as_string(hide_password=False))
        for role in (f"{name}_owner", name)
    )
    try:
        migrate.upgrade(owner)
        a_clinic(serving)
        assert not [f for f in health.findings(serving, tmp_path) if f.problem]
        for statement in ("ALTER TABLE patient DISABLE ROW LEVEL SECURITY", "DROP TABLE pause"):
            with serving.upkeep() as db, pytest.raises(ProgrammingError, match="must be owner"):
                db.execute(text(statement))
    finally:
        owner.engine.dispose()
        serving.engine.dispose()
        server.run(as_ruler, f"DROP DATABASE {name}", f"DROP ROLE {name}, {name}_owner")
