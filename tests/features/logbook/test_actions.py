from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic, Patient
from rehab_tracker.accounts.queries import patient_card
from rehab_tracker.domain.pain import Color, Status
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Database, new_id
from rehab_tracker.foundation.errors import Forbidden, NotVisible, Refused, Stale
from rehab_tracker.logbook import actions, queries, treatments
from rehab_tracker.logbook.commands import ExerciseLog, LogSession, SetLog
from rehab_tracker.logbook.models import (
    ClinicTreatment,
    LoggedSession,
    MorningCheck,
    ProgramWeek,
    SetSide,
    SkipReason,
    TreatmentKind,
)
from rehab_tracker.programs import actions as programs
from rehab_tracker.programs.models import Program
from tests.builders.exercises import an_exercise
from tests.builders.logbook import a_command, a_log, a_morning, at, days_after
from tests.builders.people import Somebody, a_clinic, a_member, a_patient
from tests.builders.programs import MONDAY, a_program, an_adjusted, an_item
from tests.features.logbook.conftest import WEDNESDAY

NOW = at(WEDNESDAY, 20)


def done_this_week(db: Session, program: Program) -> int | None:
    return db.scalar(
        select(ProgramWeek.done).where(
            ProgramWeek.program_id == program.id, ProgramWeek.first_on == MONDAY
        )
    )


def refusal(db: Session, patient: Somebody, command: LogSession) -> dict[str, str]:
    with pytest.raises(Refused) as refused:
        actions.log_session(db, patient.actor, command, now=NOW)
    assert db.scalar(select(func.count(LoggedSession.id))) == 0
    return refused.value.problems


def first_exercise(command: LogSession, **changes: Any) -> LogSession:
    first, *others = command.exercises
    return replace(command, exercises=(replace(first, **changes), *others))


def test_a_session_done_as_prescribed_counts_in_its_week(
    db: Session, patient: Somebody, program: Program
):
    row = a_log(db, patient, program, WEDNESDAY)
    db.commit()
    kept = queries.session_of(db, patient.id, row.id)
    assert [done.counted_sets for done in kept.exercises] == [3, 6]
    assert done_this_week(db, program) == 1


def test_twice_the_sets_on_one_side_are_half_of_an_exercise_for_both(
    db: Session, patient: Somebody, program: Program
):
    command = a_command(patient, program, WEDNESDAY)
    both, apart = command.exercises
    left = tuple(SetLog(number, SetSide.LEFT, reps=12) for number in range(1, 7))
    told = replace(command, exercises=(both, replace(apart, sets=left)))
    row = actions.log_session(db, patient.actor, told, now=NOW)
    kept = queries.session_of(db, patient.id, row.id)
    assert [done.counted_sets for done in kept.exercises] == [3, 3]


def test_the_same_session_sent_again_is_the_one_already_kept(
    db: Session, patient: Somebody, program: Program
):
    command = a_command(patient, program, WEDNESDAY, note="Felt fine")
    first = actions.log_session(db, patient.actor, command, now=NOW)
    db.commit()
    again = actions.log_session(db, patient.actor, command, now=NOW + timedelta(minutes=2))
    db.commit()
    assert again.id == first.id
    assert db.scalar(select(func.count(LoggedSession.id))) == 1


def test_an_id_that_was_used_for_another_session_is_refused(
    db: Session, patient: Somebody, program: Program
):
    command = a_command(patient, program, WEDNESDAY)
    actions.log_session(db, patient.actor, command, now=NOW)
    db.commit()
    with pytest.raises(Stale):
        actions.log_session(db, patient.actor, replace(command, pain_during=7), now=NOW)


def test_two_sessions_of_one_day_are_both_kept_and_count_once(
    db: Session, patient: Somebody, program: Program
):
    a_log(db, patient, program, WEDNESDAY)
    a_log(db, patient, program, WEDNESDAY)
    db.commit()
    assert db.scalar(select(func.count(LoggedSession.id))) == 2
    assert done_this_week(db, program) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"performed_on": days_after(WEDNESDAY, 1)}, "day"),
        ({"performed_on": days_after(WEDNESDAY, -8)}, "day"),
        ({"performed_on": days_after(MONDAY, -1)}, "day"),
        ({"performed_at": at(WEDNESDAY, 23)}, "time"),
        ({"pain_during": 11}, "pain_during"),
        ({"pain_before": -1}, "pain_before"),
        ({"exercises": ()}, "exercises"),
        ({"exercises": (ExerciseLog(new_id(), sets=(SetLog(1, reps=10),)),)}, "version"),
        ({"sore_exercise_id": new_id()}, "sore_exercise_id"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_what_cannot_be_true_is_refused_beside_its_field(
    db: Session, patient: Somebody, program: Program, changes: dict[str, Any], field: str
):
    command = replace(a_command(patient, program, WEDNESDAY), **changes)
    assert refusal(db, patient, command).keys() == {field}


@pytest.mark.parametrize(
    "changes",
    [
        {"sets": (SetLog(1, reps=0),)},
        {"sets": (SetLog(1, reps=10_000),)},
        {"sets": (SetLog(1, seconds=40_000),)},
        {"sets": (SetLog(1),)},
        {"sets": (SetLog(1, reps=8, load_kg=Decimal(301)),)},
        {"sets": (SetLog(1, reps=8, band=12),)},
        {"sets": tuple(SetLog(number, reps=8) for number in range(1, 99))},
        {"effort": 11},
        {"sets": ()},
    ],
)
def test_an_impossible_set_is_refused_beside_its_exercise(
    db: Session, patient: Somebody, program: Program, changes: dict[str, Any]
):
    command = first_exercise(a_command(patient, program, WEDNESDAY), **changes)
    field = f"exercise-{command.exercises[0].exercise_id}"
    assert refusal(db, patient, command).keys() == {field}


def test_a_left_out_exercise_needs_only_its_reason(
    db: Session, patient: Somebody, program: Program
):
    command = a_command(patient, program, WEDNESDAY)
    command = first_exercise(command, sets=(), skipped=SkipReason.NO_TIME)
    row = actions.log_session(db, patient.actor, command, now=NOW)
    kept = queries.session_of(db, patient.id, row.id)
    assert [done.skipped for done in kept.exercises] == [SkipReason.NO_TIME, None]


def test_a_session_of_another_day_is_marked_as_added_later(
    db: Session, patient: Somebody, program: Program
):
    assert a_log(db, patient, program, MONDAY, now=NOW).late
    assert not a_log(db, patient, program, WEDNESDAY, now=NOW).late


def test_a_day_is_the_patients_own_even_where_utc_is_a_day_behind(db: Session, clinic: Clinic):
    physio = a_member(db, clinic)
    far = a_patient(db, clinic, physio, time_zone="Pacific/Auckland")
    program = a_program(db, physio, far, starts_on=MONDAY)
    just_after_midnight = at(WEDNESDAY, 0, "Pacific/Auckland") + timedelta(minutes=20)
    command = a_command(far, program, WEDNESDAY, performed_at=just_after_midnight)
    row = actions.log_session(db, far.actor, command, now=just_after_midnight)
    assert (row.performed_on, row.late) == (WEDNESDAY, False)


def test_an_older_day_is_read_by_the_version_that_was_in_force_then(
    db: Session, physio: Somebody, patient: Somebody, program: Program
):
    tuesday = days_after(MONDAY, 1)
    an_adjusted(db, physio, program, today=MONDAY, effective_from=tuesday, sessions_per_week=5)
    db.commit()
    first, second = (version.id for version in program.versions)
    assert a_log(db, patient, program, MONDAY, now=NOW).version_id == first
    assert a_log(db, patient, program, WEDNESDAY, now=NOW).version_id == second


def test_no_session_follows_the_end_of_its_program(
    db: Session, physio: Somebody, patient: Somebody, program: Program
):
    programs.end_program(db, physio.actor, program.id, WEDNESDAY, "Moved away", today=WEDNESDAY)
    db.commit()
    assert refusal(db, patient, a_command(patient, program, WEDNESDAY)).keys() == {"day"}


def test_another_patients_program_is_not_there(
    db: Session, clinic: Clinic, physio: Somebody, program: Program
):
    other = a_patient(db, clinic, physio)
    with pytest.raises(NotVisible):
        a_log(db, other, program, WEDNESDAY)


def test_a_physio_cannot_log_for_a_patient(
    db: Session, physio: Somebody, patient: Somebody, program: Program
):
    with pytest.raises(NotVisible):
        actions.log_session(db, physio.actor, a_command(patient, program, WEDNESDAY), now=NOW)


def test_a_correction_keeps_what_was_said_and_moves_the_day_between_weeks(
    db: Session, patient: Somebody, program: Program
):
    row = a_log(db, patient, program, WEDNESDAY, pain_during=2)
    db.commit()
    later = days_after(WEDNESDAY, 7)
    command = a_command(patient, program, later, pain_during=4, sets={})
    actions.correct_session(db, patient.actor, row.id, command, revision=1, now=at(later, 20))
    db.commit()
    kept = queries.revisions_of(db, row.id)[0]
    assert (kept.revision, kept.content["pain_during"]) == (1, 2)
    assert kept.content["performed_on"] == WEDNESDAY.isoformat()
    assert (row.revision, row.pain_during, row.performed_on) == (2, 4, later)
    assert done_this_week(db, program) == 0


def test_a_correction_may_leave_an_old_session_on_its_day(
    db: Session, patient: Somebody, program: Program
):
    row = a_log(db, patient, program, MONDAY)
    command = a_command(patient, program, MONDAY, note="It was raining")
    much_later = at(days_after(MONDAY, 40), 20)
    actions.correct_session(db, patient.actor, row.id, command, revision=1, now=much_later)
    assert row.note == "It was raining"


def test_the_second_of_two_corrections_is_told_of_the_first(
    db: Session, patient: Somebody, program: Program
):
    row = a_log(db, patient, program, WEDNESDAY)
    command = a_command(patient, program, WEDNESDAY, pain_during=3)
    actions.correct_session(db, patient.actor, row.id, command, revision=1, now=NOW)
    with pytest.raises(Stale):
        actions.correct_session(db, patient.actor, row.id, command, revision=1, now=NOW)


def test_a_withdrawn_session_counts_nowhere_and_stays_to_be_read(
    db: Session, patient: Somebody, program: Program
):
    row = a_log(db, patient, program, WEDNESDAY)
    db.commit()
    actions.withdraw_session(db, patient.actor, row.id, revision=1, now=NOW)
    db.commit()
    assert done_this_week(db, program) == 0
    assert queries.sessions_of(db, patient.id, MONDAY, WEDNESDAY) == []
    assert queries.session_of(db, patient.id, row.id).withdrawn_at == NOW
    noted = select(Patient.last_logged_on).where(Patient.id == patient.id)
    assert db.scalar(noted) is None
    with pytest.raises(Stale):
        actions.withdraw_session(db, patient.actor, row.id, revision=2, now=NOW)


def test_another_patients_session_can_be_neither_corrected_nor_withdrawn(
    db: Session, clinic: Clinic, physio: Somebody, patient: Somebody, program: Program
):
    row = a_log(db, patient, program, WEDNESDAY)
    other = a_patient(db, clinic, physio)
    own = a_program(db, physio, other)
    command = a_command(other, own, WEDNESDAY)
    with pytest.raises(NotVisible):
        actions.correct_session(db, other.actor, row.id, command, revision=1, now=NOW)
    with pytest.raises(NotVisible):
        actions.withdraw_session(db, other.actor, row.id, revision=1, now=NOW)


def test_a_morning_is_answered_once_and_corrected_until_midnight(db: Session, patient: Somebody):
    a_morning(db, patient, WEDNESDAY, 2)
    a_morning(db, patient, WEDNESDAY, 3)
    assert [check.pain for check in db.scalars(select(MorningCheck))] == [3]


@pytest.mark.parametrize("hours", [3, 28])
def test_a_morning_is_asked_from_four_until_midnight(db: Session, patient: Somebody, hours: int):
    now = at(WEDNESDAY, 0) + timedelta(hours=hours)
    with pytest.raises(Refused):
        actions.answer_morning(db, patient.actor, WEDNESDAY, 2, now=now)


def test_a_morning_above_ten_is_refused(db: Session, patient: Somebody):
    with pytest.raises(Refused):
        a_morning(db, patient, WEDNESDAY, 11)


def test_a_missing_morning_is_never_green_and_final(
    db: Session, patient: Somebody, program: Program
):
    row = a_log(db, patient, program, WEDNESDAY)
    lights = [
        queries.lights_of(
            [row], {row.version_id: program.versions[0]}, {}, patient.actor.zone, now
        )[row.id]
        for now in (NOW, at(days_after(WEDNESDAY, 3)))
    ]
    assert [(light.color, light.status) for light in lights] == [
        (Color.GREEN, Status.PENDING),
        (Color.GREEN, Status.UNCONFIRMED),
    ]


def test_the_sessions_own_morning_belongs_to_the_usual_pain_and_the_next_one_decides(
    db: Session, patient: Somebody, program: Program
):
    for back in range(3):
        a_morning(db, patient, days_after(WEDNESDAY, -back), 1)
    row = a_log(db, patient, program, WEDNESDAY)
    a_morning(db, patient, days_after(WEDNESDAY, 1), 3)
    mornings = queries.mornings_about(db, patient.id, [row])
    light = queries.lights_of(
        [row], {row.version_id: program.versions[0]}, mornings, patient.actor.zone, NOW
    )[row.id]
    assert (light.color, light.code, light.status) == (Color.RED, "M1", Status.FINAL)


def test_only_the_assigned_physio_records_a_treatment(
    db: Session, clinic: Clinic, physio: Somebody, patient: Somebody
):
    card, told = (
        patient_card(db, patient.id),
        treatments.RecordTreatment(MONDAY, TreatmentKind.TAPING),
    )
    with pytest.raises(Forbidden):
        treatments.record_treatment(db, a_member(db, clinic).actor, card, told, now=NOW)
    row = treatments.record_treatment(db, physio.actor, card, told, now=NOW)
    treatments.withdraw_treatment(db, physio.actor, card, row.id)
    assert db.scalar(select(func.count(ClinicTreatment.id))) == 0
    with pytest.raises(NotVisible):
        treatments.withdraw_treatment(db, physio.actor, card, row.id)


def test_a_treatment_lies_in_no_future(db: Session, physio: Somebody, patient: Somebody):
    told = treatments.RecordTreatment(days_after(WEDNESDAY, 1), TreatmentKind.BRACE)
    with pytest.raises(Refused):
        treatments.record_treatment(db, physio.actor, patient_card(db, patient.id), told, now=NOW)


def test_every_deed_leaves_its_trace(
    db: Session, physio: Somebody, patient: Somebody, program: Program
):
    row = a_log(db, patient, program, WEDNESDAY)
    command = a_command(patient, program, WEDNESDAY, pain_during=3)
    actions.correct_session(db, patient.actor, row.id, command, revision=1, now=NOW)
    actions.withdraw_session(db, patient.actor, row.id, revision=2, now=NOW)
    a_morning(db, patient, WEDNESDAY, 2)
    card, told = (
        patient_card(db, patient.id),
        treatments.RecordTreatment(MONDAY, TreatmentKind.OTHER),
    )
    treatment = treatments.record_treatment(db, physio.actor, card, told, now=NOW)
    treatments.withdraw_treatment(db, physio.actor, card, treatment.id)
    db.commit()
    seen = db.scalars(select(AuditEvent.action).where(AuditEvent.patient_id == patient.id))
    assert set(seen) >= {
        "log.saved", "log.corrected", "log.withdrawn", "morning.answered",
        "treatment.recorded", "treatment.withdrawn",
    }  # fmt: skip


def test_a_session_of_another_clinic_is_not_there(
    database: Database, db: Session, patient: Somebody, program: Program
):
    row = a_log(db, patient, program, WEDNESDAY)
    db.commit()
    elsewhere = a_clinic(database, name="Elsewhere")
    with database.session(clinic_id=elsewhere.id) as other, pytest.raises(NotVisible):
        queries.session_of(other, patient.id, row.id)


def test_an_exercise_in_timed_work_counts_by_its_seconds(
    db: Session, physio: Somebody, patient: Somebody
):
    run = an_item(an_exercise(db, name="Run", laterality="both"), sets=4, work_s=60)
    program = a_program(db, physio, patient, [run], starts_on=MONDAY)
    command = a_command(patient, program, WEDNESDAY)
    sets = tuple(replace(one, seconds=seconds) for one, seconds in
                 zip(command.exercises[0].sets, (60, 40, 20, 30), strict=True))  # fmt: skip
    row = actions.log_session(db, patient.actor, first_exercise(command, sets=sets), now=NOW)
    assert queries.session_of(db, patient.id, row.id).exercises[0].counted_sets == 3


def test_every_set_is_kept_as_it_was_told(db: Session, patient: Somebody, program: Program):
    told = (
        SetLog(1, "left", reps=12, load_kg=Decimal("7.5")),
        SetLog(1, "right", seconds=40, band=3),
    )
    command = first_exercise(a_command(patient, program, WEDNESDAY), sets=told)
    row = actions.log_session(db, patient.actor, command, now=NOW)
    kept = queries.session_of(db, patient.id, row.id).exercises[0].sets
    names = ("number", "side", "reps", "seconds", "load_kg", "band")
    assert [[getattr(one, name) for name in names] for one in kept] == [
        [1, "left", 12, None, Decimal("7.5"), None],
        [1, "right", None, 40, None, 3],
    ]
