from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic, Patient
from rehab_tracker.accounts.queries import patient_card
from rehab_tracker.domain.pain import Color
from rehab_tracker.domain.red_flags import WORDING, Level
from rehab_tracker.domain.schedule import is_active
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import new_id
from rehab_tracker.foundation.errors import Forbidden, Refused, Stale
from rehab_tracker.logbook.history import limits_of
from rehab_tracker.logbook.models import ProgramWeek
from rehab_tracker.logbook.queries import lights_of
from rehab_tracker.programs import actions as programs
from rehab_tracker.programs.models import Pause, PauseReason, Program
from rehab_tracker.programs.plans import plan_of
from rehab_tracker.programs.queries import program as read
from rehab_tracker.safety.actions import clear_hold, set_numbers
from rehab_tracker.safety.models import SafetyCheck
from rehab_tracker.safety.numbers import Numbers
from rehab_tracker.safety.queries import checks_of, numbers_of, standing_of
from tests.builders.logbook import a_command, a_log, at
from tests.builders.people import Somebody, a_member, a_patient
from tests.builders.programs import MONDAY, a_program
from tests.builders.safety import a_check
from tests.features.logbook.conftest import WEDNESDAY

pytestmark = pytest.mark.usefixtures("program")
NOW = at(WEDNESDAY, 20)
_DAY = timedelta(days=1)


def clear(
    db: Session,
    physio: Somebody,
    patient: Somebody,
    seen: SafetyCheck,
    note: str = "Seen by the doctor; training may go on.",
    now: datetime = NOW,
) -> None:
    card = patient_card(db, patient.id)
    clear_hold(db, physio.actor, card, note, seen=seen.id, today=now.date(), now=now)
    db.commit()


def due(db: Session, program: Program) -> int:
    week = ProgramWeek.program_id == program.id, ProgramWeek.first_on == MONDAY
    return db.scalars(select(ProgramWeek.due_sevenths).where(*week)).one()


def test_a_sign_holds_every_program_from_that_moment(
    db: Session, physio: Somebody, patient: Somebody, program: Program
):
    other = a_program(db, physio, patient, title="Running", starts_on=MONDAY + 14 * _DAY)
    check = a_check(db, patient, "E10", "E5", at=NOW)
    db.commit()
    assert (check.level, check.signs) == (Level.URGENT_TODAY, ["E5", "E10"])
    assert (check.wording, check.language, check.answered_at) == (WORDING, "en", NOW)
    for one in (program, other):
        plan = plan_of(read(db, patient.id, one.id))
        assert not any(is_active(plan, WEDNESDAY + n * _DAY) for n in range(60))
    assert due(db, program) == 2 * 3


@pytest.mark.parametrize("sign", ["E1", "E7", "E10", "E12", "E13"])
def test_every_sign_holds_however_mild_its_help(
    db: Session, patient: Somebody, program: Program, sign: str
):
    a_check(db, patient, sign, at=NOW)
    db.commit()
    assert [p.reason for p in read(db, patient.id, program.id).pauses] == [PauseReason.SAFETY]


def test_without_a_sign_the_answer_is_kept_and_nothing_is_held(
    db: Session, patient: Somebody, program: Program
):
    check = a_check(db, patient, at=NOW)
    db.commit()
    assert (check.level, check.signs) == (None, [])
    assert read(db, patient.id, program.id).pauses == []
    assert patient_card(db, patient.id).patient.held_at is None


def test_the_session_of_the_day_still_counts_for_who_obeys_the_rule(
    db: Session, patient: Somebody, program: Program
):
    session = a_log(db, patient, program, WEDNESDAY, pain_during=9)
    a_check(db, patient, "E6", at=NOW, session_id=session.id)
    db.commit()
    (pause,) = read(db, patient.id, program.id).pauses
    assert pause.first_on == WEDNESDAY + _DAY
    week = db.scalars(select(ProgramWeek).where(ProgramWeek.first_on == MONDAY)).one()
    assert (week.due, week.met, week.extra) == (1, 1, 0)


def test_the_light_of_the_session_becomes_a_stop(db: Session, patient: Somebody, program: Program):
    session = a_log(db, patient, program, WEDNESDAY, pain_during=9)
    a_check(db, patient, "E6", at=NOW, session_id=session.id)
    db.commit()
    limits = limits_of(db, {session.version_id})
    light = lights_of([session], limits, {}, patient.actor.zone, NOW)[session.id]
    assert (light.color, light.code) == (Color.STOP, "P0")


def test_a_session_of_somebody_else_never_keeps_help_away(
    db: Session, clinic: Clinic, physio: Somebody, patient: Somebody, program: Program
):
    neighbor = a_patient(db, clinic, physio)
    theirs = a_log(db, patient, program, WEDNESDAY)
    check = a_check(db, neighbor, "E5", at=NOW, session_id=theirs.id)
    assert check.session_id is None
    assert not theirs.red_flag


def test_the_same_answer_sent_twice_is_kept_once(db: Session, patient: Somebody, program: Program):
    client_id = new_id()
    first = a_check(db, patient, "E5", at=NOW, client_id=client_id)
    db.commit()
    assert a_check(db, patient, "E5", at=NOW, client_id=client_id).id == first.id
    assert len(read(db, patient.id, program.id).pauses) == 1


def test_a_second_sign_is_kept_under_the_same_hold(
    db: Session, patient: Somebody, program: Program
):
    a_check(db, patient, "E13", at=NOW)
    a_check(db, patient, "E11", at=NOW + _DAY)
    db.commit()
    assert len(read(db, patient.id, program.id).pauses) == 1
    assert patient_card(db, patient.id).patient.held_at == NOW


def test_a_program_assigned_during_a_hold_is_held_too(
    db: Session, physio: Somebody, patient: Somebody
):
    a_check(db, patient, "E5", at=NOW)
    program = a_program(db, physio, patient, starts_on=WEDNESDAY + _DAY, today=WEDNESDAY)
    db.commit()
    (pause,) = read(db, patient.id, program.id).pauses
    assert (pause.first_on, pause.last_on) == (WEDNESDAY + _DAY, None)


def test_a_running_pause_does_not_keep_the_hold_away(
    db: Session, patient: Somebody, program: Program
):
    command = programs.PauseProgram(
        patient_id=patient.id,
        first_on=WEDNESDAY,
        last_on=WEDNESDAY + 2 * _DAY,
        reason=PauseReason.ILLNESS,
    )
    programs.pause_programs(db, patient.actor, command, today=WEDNESDAY, now=NOW)
    a_check(db, patient, "E5", at=NOW)
    db.commit()
    plan = plan_of(read(db, patient.id, program.id))
    assert not is_active(plan, WEDNESDAY + 5 * _DAY)


@pytest.mark.parametrize("who", ["patient", "physio"])
def test_nobody_ends_a_hold_by_resuming(db: Session, physio: Somebody, patient: Somebody, who: str):
    a_check(db, patient, "E5", at=NOW)
    actor = {"patient": patient, "physio": physio}[who].actor
    with pytest.raises(Refused, match="Nothing is paused"):
        programs.resume_programs(db, actor, patient.id, today=WEDNESDAY + _DAY)


def test_a_note_of_the_assigned_physio_ends_the_hold(
    db: Session, physio: Somebody, patient: Somebody, program: Program
):
    first = a_check(db, patient, "E13", at=NOW)
    second = a_check(db, patient, "E5", at=NOW + timedelta(hours=1))
    db.commit()
    clear(db, physio, patient, second, " Knee moves freely. ", NOW + 2 * _DAY)
    kept = checks_of(db, patient.id)
    assert [(c.id, c.clear_note, c.cleared_by) for c in kept] == [
        (second.id, "Knee moves freely.", physio.member.id),
        (first.id, "Knee moves freely.", physio.member.id),
    ]
    plan = plan_of(read(db, patient.id, program.id))
    assert [is_active(plan, WEDNESDAY + n * _DAY) for n in range(4)] == [False, False, True, True]
    assert patient_card(db, patient.id).patient.held_at is None
    deeds = [row.action for row in db.scalars(select(AuditEvent).order_by(AuditEvent.number))]
    assert deeds.count("safety.answered") == 2
    assert deeds.count("safety.cleared") == 1


def test_a_hold_cleared_on_its_own_day_leaves_no_pause(
    db: Session, physio: Somebody, patient: Somebody, program: Program
):
    check = a_check(db, patient, "E13", at=NOW)
    db.commit()
    clear(db, physio, patient, check)
    assert db.scalars(select(Pause)).all() == []
    assert due(db, program) == 7 * 3


@pytest.mark.parametrize("note", ["", "  \n "])
def test_a_hold_is_not_cleared_without_a_note(
    db: Session, physio: Somebody, patient: Somebody, note: str
):
    check = a_check(db, patient, "E5", at=NOW)
    with pytest.raises(Refused) as refused:
        clear(db, physio, patient, check, note)
    assert "note" in refused.value.problems
    assert check.holds


def test_another_physio_or_a_manager_does_not_clear(
    db: Session,
    clinic: Clinic,
    patient: Somebody,
):
    check = a_check(db, patient, "E5", at=NOW)
    with pytest.raises(Forbidden, match="Take the patient over"):
        clear(db, a_member(db, clinic), patient, check)


def test_a_sign_told_meanwhile_is_read_before_anything_is_cleared(
    db: Session,
    physio: Somebody,
    patient: Somebody,
):
    seen = a_check(db, patient, "E13", at=NOW)
    a_check(db, patient, "E11", at=NOW + timedelta(minutes=5))
    with pytest.raises(Stale, match="another sign"):
        clear(db, physio, patient, seen)


def test_any_number_of_later_answers_never_hides_what_holds(
    db: Session, physio: Somebody, patient: Somebody
):
    check = a_check(db, patient, "E5", at=NOW)
    for minutes in range(60):
        a_check(db, patient, at=NOW + timedelta(minutes=minutes + 1))
    db.commit()
    standing = standing_of(db, patient.id)
    assert standing.holding
    assert standing.holding.id == check.id
    clear(db, physio, patient, check)
    assert standing_of(db, patient.id).holding is None


def test_what_is_cleared_is_cleared_once(
    db: Session,
    physio: Somebody,
    patient: Somebody,
):
    check = a_check(db, patient, "E5", at=NOW)
    db.commit()
    clear(db, physio, patient, check)
    with pytest.raises(Stale, match="somebody has cleared it"):
        clear(db, physio, patient, check)


def test_a_correction_keeps_the_warning_of_its_session(
    db: Session, patient: Somebody, program: Program
):
    from rehab_tracker.logbook import actions as logbook  # noqa: PLC0415

    session = a_log(db, patient, program, WEDNESDAY, pain_during=9)
    a_check(db, patient, "E6", at=NOW, session_id=session.id)
    db.commit()
    command = a_command(patient, program, WEDNESDAY, pain_during=2)
    logbook.correct_session(db, patient.actor, session.id, command, revision=1, now=NOW)
    assert session.red_flag


@pytest.mark.parametrize(
    ("zone", "emergency", "urgent"),
    [
        ("Europe/Berlin", "112", "116 117"),
        ("Europe/London", "999", "111"),
        ("America/New_York", "911", ""),
        ("Australia/Sydney", "000", "1800 022 222"),
        ("UTC", "112", ""),
    ],
)
def test_a_clinic_begins_with_the_numbers_of_its_country(
    db: Session, clinic: Clinic, zone: str, emergency: str, urgent: str
):
    db.merge(clinic).time_zone = zone
    db.flush()
    assert numbers_of(db, clinic.id) == Numbers(emergency, urgent, "")


def test_a_clinics_own_numbers_replace_them(db: Session, clinic: Clinic, physio: Somebody):
    own = Numbers("144", "+41 44 421 21 21", "")
    set_numbers(db, physio.actor, own, now=NOW)
    set_numbers(db, physio.actor, own, now=NOW)
    db.commit()
    assert numbers_of(db, clinic.id) == own


@pytest.mark.parametrize("wrong", ["", "call us", "1", "112; rm", "+", "٩١١"])
def test_what_is_no_number_is_refused(db: Session, physio: Somebody, wrong: str):
    with pytest.raises(Refused) as refused:
        set_numbers(db, physio.actor, Numbers(wrong, "", ""), now=NOW)
    assert refused.value.problems.keys() == {"emergency"}


def test_the_patient_row_is_what_lists_read(db: Session, patient: Somebody):
    a_check(db, patient, "E5", at=NOW)
    db.commit()
    assert db.scalars(select(Patient.held_at)).one() == NOW
