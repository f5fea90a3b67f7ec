"""Belts 2 and 3 of clinic isolation: what a session sees, and what it may write."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import (
    Select,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import Session, aliased, selectinload

from rehab_tracker.accounts.models import Clinic, Knee, Membership, Patient, Person
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Database, new_id
from rehab_tracker.foundation.tenancy import CrossClinic, WriteInReading
from rehab_tracker.programs.models import Program
from tests.builders.people import Somebody, a_clinic, a_member, a_patient
from tests.builders.programs import a_program

SECRET = "another clinic's words"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def theirs(database: Database) -> Somebody:
    """Return a patient of another clinic."""
    clinic = a_clinic(database, name="Hillside")
    with database.of_clinic(clinic.id) as db:
        return a_patient(db, clinic, name=SECRET, goal=SECRET)


@pytest.fixture
def mine(db: Session, clinic: Clinic) -> Somebody:
    somebody = a_patient(db, clinic, name="Maria", goal="Hike")
    db.commit()
    return somebody


_ALIAS = aliased(Patient)
_SUBQUERY = select(Patient.goal).subquery()
_CTE = select(Patient.goal).cte()
GOALS: dict[str, Select[Any] | Any] = {
    "a column": select(Patient.goal),
    "an entity": select(Patient).with_only_columns(Patient.goal),
    "an alias": select(_ALIAS.goal),
    "a join": select(Patient.goal).join(Membership, Membership.id == Patient.membership_id),
    "a join to an alias": select(_ALIAS.goal).join(Person, literal(True)).distinct(),
    "a subquery": select(_SUBQUERY.c.goal),
    "a common table": select(_CTE.c.goal),
    "a union": union_all(select(Patient.goal), select(Patient.goal).where(literal(False))),
    "an aggregate": select(func.max(Patient.goal)),
    "a scalar subquery": select(select(func.max(Patient.goal)).scalar_subquery()),
}
COUNTS = {
    "count(*) of a table": select(func.count()).select_from(Patient),
    "count of a column": select(func.count(Patient.id)),
    "an outer join": select(func.count(Patient.id))
    .select_from(Person)
    .outerjoin(Membership, Membership.person_id == Person.id)
    .outerjoin(Patient, Patient.membership_id == Membership.id),
    "people who are members": select(func.count(Person.id)).where(
        Person.id.in_(select(Membership.person_id))
    ),
    "people with a membership": select(func.count(Person.id)).where(
        exists().where(Membership.person_id == Person.id)
    ),
}


@pytest.mark.parametrize("how", GOALS)
@pytest.mark.usefixtures("mine", "theirs")
def test_a_clinic_reads_only_its_own_rows(how: str, db: Session):
    assert db.scalars(GOALS[how]).all() == ["Hike"]


@pytest.mark.parametrize("how", COUNTS)
@pytest.mark.usefixtures("mine", "theirs")
def test_a_clinic_counts_only_its_own_rows(how: str, db: Session):
    assert db.scalar(COUNTS[how]) == 1


@pytest.mark.parametrize("how", [*GOALS, *COUNTS])
@pytest.mark.usefixtures("mine", "theirs")
def test_without_a_clinic_nothing_is_seen(how: str, database: Database):
    with database.session() as db:
        assert set(db.scalars((GOALS | COUNTS)[how])) <= {None, 0}


def test_a_known_id_of_another_clinic_finds_nothing(db: Session, theirs: Somebody):
    assert db.scalars(select(Patient).where(Patient.id == theirs.id)).all() == []
    assert db.scalar(select(exists().where(Patient.id == theirs.id))) is False


@pytest.mark.parametrize("how", GOALS)
def test_a_statement_used_again_sees_the_clinic_that_uses_it(
    how: str, mine: Somebody, theirs: Somebody, database: Database
):
    for who, goal in ((mine, "Hike"), (theirs, SECRET), (mine, "Hike")):
        with database.session(reads_only=True, clinic_id=who.clinic.id) as db:
            assert set(db.scalars(GOALS[how])) == {goal}


@pytest.mark.usefixtures("mine", "theirs")
def test_all_clinics_are_seen_where_a_reason_is_given(database: Database):
    with database.all_clinics(because="a test compares clinics", reads_only=True) as db:
        assert set(db.scalars(select(Patient.goal))) == {"Hike", SECRET}


def test_what_is_loaded_along_is_filtered_too(db: Session, clinic: Clinic, statements: list[str]):
    physio = a_member(db, clinic)
    a_program(db, physio, a_patient(db, clinic, physio))
    db.commit()
    db.expunge_all()
    statements.clear()
    db.scalars(select(Program).options(selectinload(Program.versions))).all()
    along = [statement for statement in statements if "FROM program_version" in statement]
    assert len(along) == 1
    assert "program_version.clinic_id = " in along[0].split("WHERE")[1]


@pytest.mark.parametrize(
    "statement",
    [
        text("SELECT goal FROM patient"),
        select(Patient.__table__.c.goal),
        select(func.row_number().over(order_by=Patient.goal)),
        select(func.count().filter(Patient.goal != "")),
        select(func.count().filter(_ALIAS.goal != "")),
    ],
    ids=["text", "a bare table", "a window alone", "a filter alone", "an alias in a filter"],
)
@pytest.mark.usefixtures("theirs")
def test_what_the_filter_cannot_reach_is_refused(statement: Any, db: Session):
    with pytest.raises(CrossClinic):
        db.execute(statement)


def test_a_new_row_gets_the_clinic_of_its_session(db: Session, clinic: Clinic):
    db.add(AuditEvent(number=1, at=NOW, action="tested", details={}, mac=""))
    db.flush()
    assert db.scalars(select(AuditEvent.clinic_id)).one() == clinic.id


def test_a_row_of_another_clinic_is_not_written(db: Session, theirs: Somebody):
    db.add(AuditEvent(clinic_id=theirs.clinic.id, at=NOW, action="tested", details={}))
    with pytest.raises(CrossClinic):
        db.flush()


@pytest.mark.usefixtures("mine")
def test_a_row_is_not_moved_to_another_clinic(db: Session, theirs: Somebody):
    patient = db.scalars(select(Patient)).one()
    patient.clinic_id = theirs.clinic.id
    with pytest.raises(CrossClinic):
        db.flush()


def test_a_row_carried_over_from_another_session_is_not_written(db: Session, theirs: Somebody):
    assert theirs.patient
    strangers = db.merge(theirs.patient, load=False)
    strangers.affected_side = Knee.LEFT
    with pytest.raises(CrossClinic):
        db.flush()
    db.rollback()


def test_without_a_clinic_nothing_is_written(database: Database):
    with database.session() as db:
        db.add(AuditEvent(at=NOW, action="tested", details={}))
        with pytest.raises(CrossClinic):
            db.flush()


@pytest.mark.usefixtures("mine")
def test_updates_and_deletes_of_many_rows_stay_in_the_clinic(
    db: Session, database: Database, theirs: Somebody
):
    db.execute(update(Patient).values(goal="Swim"))
    db.execute(delete(Patient).where(Patient.id == theirs.id))
    db.commit()
    with database.of_clinic(theirs.clinic.id) as far:
        assert far.scalars(select(Patient.goal)).one() == SECRET


@pytest.mark.parametrize("scoped", [True, False])
def test_rows_are_not_put_in_behind_the_write_guard(
    scoped: bool, database: Database, mine: Somebody, theirs: Somebody
):
    row = {"id": new_id(), "clinic_id": theirs.clinic.id, "at": NOW, "action": "x", "details": {}}
    ours = row | {"clinic_id": mine.clinic.id}
    with database.session(**({"clinic_id": mine.clinic.id} if scoped else {})) as db:
        for statement, rows in (
            (update(Patient), [{"id": theirs.id, "goal": "mine now"}]),
            (insert(AuditEvent), [row]),
            (insert(AuditEvent), [ours, row]),
            (insert(AuditEvent).values(row), None),
        ):
            with pytest.raises(CrossClinic):
                db.execute(statement, rows)


def test_many_rows_of_the_clinic_itself_may_be_put_in(db: Session, clinic: Clinic):
    row = {"clinic_id": clinic.id, "at": NOW, "action": "x", "details": {}, "mac": ""}
    rows = [row | {"id": new_id(), "number": number} for number in (1, 2)]
    db.execute(insert(AuditEvent), rows)
    assert db.scalar(select(func.count(AuditEvent.id))) == 2


def test_a_reading_session_never_writes(database: Database, clinic: Clinic):
    with database.session(reads_only=True, clinic_id=clinic.id) as db:
        with pytest.raises(WriteInReading):
            db.execute(update(Patient).values(goal="x"))
        db.add(AuditEvent(at=NOW, action="tested", details={}))
        with pytest.raises(WriteInReading):
            db.commit()


@pytest.mark.usefixtures("database", "clinic")
def test_a_person_of_two_clinics_is_a_member_once_in_each(db: Session, theirs: Somebody):
    db.add(
        Membership(person_id=theirs.person.id, role=Role.PHYSIO, standing="active", created_at=NOW)
    )
    db.flush()
    roles = db.scalars(select(Membership.role).where(Membership.person_id == theirs.person.id))
    assert roles.all() == [Role.PHYSIO]
