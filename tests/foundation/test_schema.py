"""Belt 1 of clinic isolation, the schema itself; and belt 4, what feature code may not say."""

import ast
from pathlib import Path

import pytest
from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from rehab_tracker import app as _every_model
from rehab_tracker.accounts.models import Clinic, Membership, Patient, Standing
from rehab_tracker.foundation.db import Base, Database
from rehab_tracker.foundation.tenancy import ClinicOwned
from rehab_tracker.logbook.models import MorningCheck
from rehab_tracker.programs.models import Program
from tests.builders.people import LONG_AGO, Somebody, a_clinic, a_member, a_patient

PACKAGE = Path(_every_model.__file__).parent
OWNED = sorted(
    (
        mapper.local_table
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, ClinicOwned)
    ),
    key=lambda table: table.name,
)
NEVER_TIED_TO = {
    "program_week": "nothing refers to a week, and its key begins with the clinic already",
    "clinic_week": "nothing refers to a sum, and its key begins with the clinic already",
    "audit_head": "a clinic has one, and nothing refers to it",
    "seen_version": "a program has one row, and nothing refers to it",
    "erased_patient": "what is gone has one row, and nothing refers to it",
    "help_numbers": "a clinic has one row, and nothing refers to it",
}
PLAIN_KEYS = {
    "sign_in.membership_id": "a sign-in is looked up before anyone's clinic is known",
    "phone_key.membership_id": "a phone is known before anyone's clinic is",
    "one_time_token.membership_id": "a link is opened before anyone's clinic is known",
}


def test_the_tables_that_belong_to_clinics_are_known():
    everything = set(Base.metadata.tables) - {table.name for table in OWNED}
    assert everything == {
        "clinic", "person", "sign_in", "phone_key", "one_time_token", "authenticator", "passkey",
        "recovery_code", "rate_limit", "outbox_mail",
    }  # fmt: skip


@pytest.mark.parametrize("table", OWNED, ids=str)
def test_a_clinics_table_always_names_its_clinic(table: Table):
    assert not table.c.clinic_id.nullable
    assert table.c.clinic_id.foreign_keys, "a clinic that need not exist"


@pytest.mark.parametrize("table", OWNED, ids=str)
def test_others_can_be_tied_to_a_row_in_its_clinic(table: Table):
    unique = [
        [column.name for column in constraint.columns]
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    ]
    assert (["clinic_id", "id"] in unique) != (table.name in NEVER_TIED_TO)


@pytest.mark.parametrize("table", Base.metadata.tables.values(), ids=str)
def test_a_foreign_key_to_a_clinics_row_carries_the_clinic(table: Table):
    for key in table.constraints:
        if not isinstance(key, ForeignKeyConstraint) or key.referred_table not in OWNED:
            continue
        if f"{table.name}.{key.column_keys[0]}" in PLAIN_KEYS:
            continue
        assert key.column_keys[0] == "clinic_id", f"{key.name} could reach another clinic"
        assert key.elements[0].column.name == "clinic_id"


@pytest.fixture
def theirs(database: Database) -> Somebody:
    clinic = a_clinic(database, name="Hillside")
    with database.of_clinic(clinic.id) as db:
        return a_patient(db, clinic)


def test_the_database_refuses_a_patient_of_another_clinics_physio(
    db: Session, clinic: Clinic, theirs: Somebody
):
    mine = a_patient(db, clinic)
    assert mine.patient
    mine.patient.physio_id = theirs.member.id
    with pytest.raises(IntegrityError):
        db.flush()


def test_the_database_refuses_a_program_for_another_clinics_patient(db: Session, theirs: Somebody):
    db.add(
        Program(
            patient_id=theirs.id,
            title="Hips",
            starts_on=LONG_AGO.date(),
            created_by=theirs.member.id,
            created_at=LONG_AGO,
        )
    )
    with pytest.raises(IntegrityError):
        db.flush()


def test_the_database_refuses_a_morning_of_another_clinics_patient(db: Session, theirs: Somebody):
    db.add(MorningCheck(patient_id=theirs.id, on_day=LONG_AGO.date(), pain=2, answered_at=LONG_AGO))
    with pytest.raises(IntegrityError):
        db.flush()


def test_the_database_refuses_a_person_twice_in_one_clinic(db: Session, clinic: Clinic):
    once = a_member(db, clinic)
    db.add(
        Membership(
            person_id=once.person.id, role="patient", standing=Standing.ACTIVE, created_at=LONG_AGO
        )
    )
    with pytest.raises(IntegrityError):
        db.flush()


def test_the_database_refuses_a_goal_that_is_too_long(db: Session, clinic: Clinic):
    mine = a_patient(db, clinic)
    assert isinstance(mine.patient, Patient)
    mine.patient.goal = "x" * 301
    with pytest.raises((IntegrityError, DataError)):
        db.flush()


# Belt 4

FEATURES = (
    *("accounts", "exercises", "programs", "logbook", "progress", "reports", "trail"),
    *("rights", "demo"),
)
ALLOWED = {
    ("rights/export.py", "connection"): "tables by the schema, one patient's rows of each alone",
    ("rights/erasing.py", "connection"): "immutable versions go too, one patient's rows alone",
    ("rights/erasing.py", "exec_driver_sql"): "the log is cut off, which no model can say",
    (
        "logbook/keeping.py",
        "insert(model)",
    ): "all sets in one statement; its rows name their clinic",
    ("accounts/limits.py", "insert(model)"): "an insert-or-update; tries belong to no clinic",
    ("logbook/weeks.py", "insert(model)"): "an insert-or-update; its rows name their clinic",
    ("logbook/weeks.py", "connection"): "an update in every save, of patients that it held before",
}


def escapes(source: str) -> set[str]:
    """Return what a module says that would reach around the clinic's filter."""
    found = set()
    imported_text = "from sqlalchemy" in source
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in {"__table__", "exec_driver_sql"}:
            found.add(node.attr)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            found |= {f"import {name.name}" for name in node.names if name.name == "text"}
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Attribute(attr="get", value=ast.Name(id="db" | "session_" | "far")):
                found.add("db.get")
            case ast.Attribute(attr=name) if name.startswith("bulk_") or name == "connection":
                found.add(name)
            case ast.Name(id="insert" | "insert_or_update") if imported_text:
                found.add("insert(model)")
    return found


MODULES = [path for name in FEATURES for path in sorted((PACKAGE / name).rglob("*.py"))]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_feature_never_reaches_around_the_clinics_filter(path: Path):
    name = path.relative_to(PACKAGE).as_posix()
    found = {(name, escape) for escape in escapes(path.read_text(encoding="utf-8"))}
    assert not found - ALLOWED.keys()


def test_no_escape_is_allowed_that_nobody_uses():
    used = {
        (path.relative_to(PACKAGE).as_posix(), escape)
        for path in MODULES
        for escape in escapes(path.read_text(encoding="utf-8"))
    }
    assert used >= ALLOWED.keys()


@pytest.mark.parametrize(
    ("source", "escape"),
    [
        ("from sqlalchemy import text", "import text"),
        ("rows = Patient.__table__", "__table__"),
        ("db.get(Patient, id)", "db.get"),
        ("db.bulk_save_objects(rows)", "bulk_save_objects"),
        ("db.connection().execute(x)", "connection"),
        ("from sqlalchemy import insert\ninsert(Patient).values(x=1)", "insert(model)"),
    ],
)
def test_the_check_finds_each_escape(source: str, escape: str):
    assert escape in escapes(source)
