from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.programs import actions, queries
from rehab_tracker.programs.actions import PauseProgram
from rehab_tracker.programs.models import PauseReason
from tests.builders.people import a_member, a_patient
from tests.builders.programs import MONDAY, NOW, a_program, an_adjusted
from tests.features.programs.conftest import Ward


def test_programs_come_with_everything_below_them_in_four_statements(
    db: Session, ward: Ward, statements: list[str]
):
    for title in ("Strength", "Walk and run", "Balance"):
        program = a_program(db, ward.physio, ward.patient, title=title)
        an_adjusted(db, ward.physio, program, sessions_per_week=5)
    wish = PauseProgram(
        patient_id=ward.patient.id, first_on=MONDAY, last_on=MONDAY, reason=PauseReason.FLARE
    )
    actions.pause_programs(db, ward.physio.actor, wish, today=MONDAY, now=NOW)
    db.commit()
    db.expunge_all()
    statements.clear()
    programs = queries.programs_of(db, ward.patient.id)
    names = [
        row.exercise.name
        for program in programs
        for version in program.versions
        for row in version.prescriptions
    ]
    assert (len(names), [len(p.pauses) for p in programs]) == (6, [1, 1, 1])
    assert len([statement for statement in statements if statement.startswith("SELECT")]) <= 4


def test_programs_of_one_patient_are_in_order_and_never_somebody_elses(
    db: Session, clinic: Clinic, ward: Ward
):
    a_program(db, ward.physio, a_patient(db, clinic, ward.physio))
    later = a_program(db, ward.physio, ward.patient, starts_on=MONDAY.replace(day=9))
    first = a_program(db, ward.physio, ward.patient)
    assert [p.id for p in queries.programs_of(db, ward.patient.id)] == [first.id, later.id]


def test_names_are_those_of_the_clinics_members(db: Session, clinic: Clinic, ward: Ward):
    other = a_member(db, clinic, name="Ada Osei")
    ids = [ward.physio.member.id, other.member.id, other.member.id]
    assert set(queries.names_of(db, ids).values()) == {"Jonas Weber", "Ada Osei"}
