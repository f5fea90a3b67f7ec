from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic, Standing
from rehab_tracker.logbook import actions as logbook
from rehab_tracker.programs import actions as programs
from rehab_tracker.programs.actions import PauseProgram
from rehab_tracker.programs.models import PauseReason
from rehab_tracker.reports.caseload import Case, cases_of
from rehab_tracker.reports.need import NeedCode
from tests.builders.logbook import a_log
from tests.builders.people import Somebody, a_patient
from tests.builders.programs import MONDAY, a_program
from tests.builders.reports import NOW, TODAY, a_case

ALL_DONE = (0, 2, 4, 7, 9, 11, 14, 16, 18, 21)
YESTERDAY = TODAY - timedelta(days=1)


def case_of(db: Session, patient: Somebody, now: datetime = NOW) -> Case:
    db.expire_all()
    return next(case for case in cases_of(db, now=now) if case.card.id == patient.id)


def reasons(db: Session, patient: Somebody) -> list[NeedCode]:
    return [need.code for need in case_of(db, patient).needs]


def answer(db: Session, patient: Somebody, day: date, pain: int) -> None:
    morning = datetime(day.year, day.month, day.day, 8, tzinfo=NOW.tzinfo)
    logbook.answer_morning(db, patient.actor, day, pain, now=morning)
    db.commit()


def test_nobody_who_does_well_needs_a_look(db: Session, physio: Somebody):
    patient, _ = a_case(db, physio, days=ALL_DONE)
    case = case_of(db, patient)
    assert case.needs == ()
    assert not case.presses
    assert (case.this_week.met, case.this_week.due) == (1, 3)
    assert (case.recent.met, case.recent.due, case.recent.percent) == (9, 9, 100)


def test_a_red_light_of_this_week_comes_before_everything_quieter(db: Session, physio: Somebody):
    a_case(db, physio, "Silent")
    red, program = a_case(db, physio, "Red", days=ALL_DONE)
    a_log(db, red, program, YESTERDAY, pain_during=8)
    db.commit()
    cases = cases_of(db, now=NOW)
    assert [case.card.name for case in cases] == ["Red", "Silent"]
    need = cases[0].needs[0]
    assert (need.code, need.on) == (NeedCode.RED, YESTERDAY)
    assert cases[0].light is not None
    assert cases[0].light.color == "red"


def test_a_red_light_of_last_week_is_over(db: Session, physio: Somebody):
    patient, program = a_case(db, physio, days=ALL_DONE)
    a_log(db, patient, program, TODAY - timedelta(days=7), pain_during=8)
    db.commit()
    assert reasons(db, patient) == []


def test_a_knee_still_sore_on_the_second_morning_is_not_settling(db: Session, physio: Somebody):
    patient, program = a_case(db, physio, days=ALL_DONE)
    day = TODAY - timedelta(days=3)
    a_log(db, patient, program, day, pain_before=1, pain_during=7)
    db.commit()
    answer(db, patient, day + timedelta(days=1), 4)
    assert NeedCode.NOT_SETTLING not in reasons(db, patient), "the second morning is not told yet"
    for pain, is_sore in ((2, False), (3, True)):
        answer(db, patient, day + timedelta(days=2), pain)
        assert (NeedCode.NOT_SETTLING in reasons(db, patient)) == is_sore


def test_silence_needs_no_event(db: Session, physio: Somebody):
    patient, _ = a_case(db, physio)
    case = case_of(db, patient)
    need = next(need for need in case.needs if need.code is NeedCode.SILENT)
    assert need.days == (TODAY - MONDAY).days
    assert (case.recent.met, case.recent.due, case.light) == (0, 9, None)


def test_low_adherence_is_two_closed_weeks_in_a_row(db: Session, physio: Somebody):
    twice, _ = a_case(db, physio, days=(0, 2, 4, 7, 14, 21))
    once, _ = a_case(db, physio, days=(0, 2, 4, 7, 9, 14, 21))
    assert reasons(db, twice) == [NeedCode.LOW]
    assert reasons(db, once) == []


def test_a_new_patient_without_a_program_waits_for_one(
    db: Session, clinic: Clinic, physio: Somebody
):
    new = a_patient(db, clinic, physio)
    new.member.standing = Standing.PENDING
    db.commit()
    assert reasons(db, new) == [NeedCode.UNASSIGNED, NeedCode.INVITED]


def test_a_program_that_ends_within_two_weeks_is_told_unless_another_goes_on(
    db: Session, physio: Somebody
):
    patient, program = a_case(db, physio, days=ALL_DONE)
    ends_before = TODAY + timedelta(days=8)
    programs.end_program(db, physio.actor, program.id, ends_before, "Goal met", today=TODAY)
    db.commit()
    need = case_of(db, patient).needs[0]
    assert (need.code, need.on) == (NeedCode.ENDING, ends_before - timedelta(days=1))
    a_program(db, physio, patient, starts_on=TODAY + timedelta(days=7), title="Maintenance")
    db.commit()
    assert reasons(db, patient) == []


def test_a_pause_explains_silence_and_asks_for_no_look(db: Session, physio: Somebody):
    patient, _ = a_case(db, physio, days=(0, 2, 4))
    until = TODAY + timedelta(days=4)
    command = PauseProgram(
        patient_id=patient.id,
        first_on=MONDAY + timedelta(days=7),
        last_on=until,
        reason=PauseReason.ILLNESS,
    )
    programs.pause_programs(db, physio.actor, command, today=TODAY, now=NOW)
    db.commit()
    case = case_of(db, patient)
    assert [(need.code, need.subject, need.on) for need in case.needs] == [
        (NeedCode.PAUSED, PauseReason.ILLNESS, until)
    ]
    assert not case.presses


@pytest.mark.parametrize("standing", [Standing.DISABLED])
def test_who_left_the_clinic_is_not_listed(db: Session, physio: Somebody, standing: Standing):
    patient, _ = a_case(db, physio)
    patient.member.standing = standing
    db.commit()
    assert cases_of(db, now=NOW) == []
