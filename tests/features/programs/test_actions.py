from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.adherence import Log, score_week
from rehab_tracker.domain.permission import Role
from rehab_tracker.domain.week import Week
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Database
from rehab_tracker.foundation.errors import Forbidden, NotVisible, Refused, Stale
from rehab_tracker.programs import actions, queries
from rehab_tracker.programs.actions import PauseProgram
from rehab_tracker.programs.models import (
    ImmutableVersion,
    Pause,
    PauseReason,
    Prescription,
    Program,
    ProgramVersion,
)
from rehab_tracker.programs.plans import content_of, plan_of, version_row_on
from tests.builders.exercises import an_exercise
from tests.builders.people import Somebody, a_clinic, a_member, a_patient
from tests.builders.programs import (
    MONDAY,
    NOW,
    a_program,
    an_adjusted,
    an_adjustment,
    an_assignment,
    an_item,
)
from tests.features.programs.conftest import Ward


def on(days: int) -> date:
    return MONDAY + timedelta(days=days)


def problems(refused: pytest.ExceptionInfo[Refused]) -> dict[str, str]:
    return refused.value.problems


def deeds(db: Session) -> list[str]:
    db.commit()
    return list(db.scalars(select(AuditEvent.action).where(AuditEvent.action.like("program.%"))))


def pause(patient: Somebody, first: int, last: int | None, **fields: object) -> PauseProgram:
    return PauseProgram(
        patient_id=patient.id,
        first_on=on(first),
        last_on=None if last is None else on(last),
        **{"reason": PauseReason.ILLNESS} | fields,
    )


# Assigning


def test_an_assigned_program_reads_back_as_it_was_prescribed(db: Session, ward: Ward):
    items = (
        an_item(ward.library["chair-squat"], reps=8, reps_max=12, load_kg=Decimal("2.5")),
        an_item(ward.library["wall-calf-stretch"], optional=True, hold_s=30, reps=1),
    )
    a_program(db, ward.physio, ward.patient, items, preferred_days=(1, 5), note="Slowly")
    db.commit()
    db.expunge_all()
    (found,) = queries.programs_of(db, ward.patient.id)
    content = content_of(found.versions[0])
    assert content.items[0] == items[0]
    assert content.preferred_days == (1, 5)
    assert content.note == "Slowly"
    assert deeds(db) == ["program.assigned"]


def test_whether_sides_are_dosed_apart_follows_the_exercise_and_not_the_form(
    db: Session, ward: Ward
):
    item = an_item(ward.library["single-leg-bridge"])
    program = a_program(db, ward.physio, ward.patient, [item])
    assert not item.dose.per_side
    assert plan_of(program).versions[0].core_sets == {str(item.exercise_id): 6}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": "  "}, "title"),
        ({"starts_on": date(1900, 1, 1)}, "starts_on"),
        ({"starts_on": on(-8)}, "starts_on"),
        ({"starts_on": on(500)}, "starts_on"),
        ({"sessions_per_week": 0}, "sessions_per_week"),
        ({"sessions_per_week": 8}, "sessions_per_week"),
        ({"preferred_days": (0,)}, "preferred_days"),
        ({"green_max": 10}, "green_max"),
        ({"green_max": 6, "amber_max": 5}, "amber_max"),
        ({"amber_max": 11}, "amber_max"),
        ({"items": ()}, "items"),
    ],
)
def test_an_impossible_program_is_refused_beside_its_field(
    db: Session, ward: Ward, fields: dict[str, object], field: str
):
    command = an_assignment(ward.patient, [an_item(ward.library["chair-squat"])])
    with pytest.raises(Refused) as refused:
        actions.assign_program(
            db, ward.physio.actor, replace(command, **fields), today=MONDAY, now=NOW
        )
    assert list(problems(refused)) == [field]
    assert deeds(db) == []


@pytest.mark.parametrize(
    ("dose", "field"),
    [
        ({"reps": 0}, "reps"),
        ({"reps": 10_000}, "reps"),
        ({"reps": 12, "reps_max": 8}, "reps_max"),
        ({"sets": 0}, "sets"),
        ({"load_kg": Decimal(1000)}, "load_kg"),
        ({"load_kg": Decimal(5), "band": 2}, "band"),
        ({"tempo": "fast"}, "tempo"),
        ({"target_rpe": 11}, "target_rpe"),
        ({"work_s": 60, "reps": 5}, "work_s"),
        ({"rest_s": -1}, "rest_s"),
    ],
)
def test_an_impossible_dose_is_refused_beside_its_own_item(
    db: Session, ward: Ward, dose: dict[str, object], field: str
):
    items = [an_item(ward.library["chair-squat"]), an_item(ward.library["wall-sit"], **dose)]
    with pytest.raises(Refused) as refused:
        a_program(db, ward.physio, ward.patient, items)
    assert list(problems(refused)) == [f"items-1-{field}"]


def test_another_clinics_exercise_a_hidden_one_and_one_given_twice_are_refused(
    database: Database, db: Session, ward: Ward
):
    db.commit()
    elsewhere = a_clinic(database, name="Other")
    with database.of_clinic(elsewhere.id) as other_db:
        theirs = an_exercise(other_db)
    hidden = an_exercise(db, hidden=True)
    known = an_item(ward.library["chair-squat"])
    with pytest.raises(Refused) as refused:
        a_program(db, ward.physio, ward.patient, [an_item(theirs), an_item(hidden), known, known])
    assert list(problems(refused)) == [f"items-{place}-exercise" for place in (0, 1, 3)]


def test_a_program_of_optional_exercises_alone_could_never_count_and_is_refused(
    db: Session, ward: Ward
):
    with pytest.raises(Refused, match="core"):
        a_program(
            db, ward.physio, ward.patient, [an_item(ward.library["chair-squat"], optional=True)]
        )


def test_a_double_click_never_makes_two_programs(db: Session, ward: Ward):
    items = [an_item(ward.library["chair-squat"])]
    a_program(db, ward.physio, ward.patient, items)
    with pytest.raises(Refused, match="already"):
        a_program(db, ward.physio, ward.patient, items)


@pytest.mark.parametrize("role", [Role.PHYSIO, Role.MANAGER])
def test_only_the_assigned_physio_prescribes(db: Session, clinic: Clinic, ward: Ward, role: Role):
    program = a_program(db, ward.physio, ward.patient)
    other = a_member(db, clinic, role)
    for act in (
        lambda: a_program(db, other, ward.patient),
        lambda: an_adjusted(db, other, program, sessions_per_week=5),
        lambda: actions.end_program(db, other.actor, program.id, on(7), "x", today=MONDAY),
        lambda: actions.pause_programs(
            db, other.actor, pause(ward.patient, 0, 3), today=MONDAY, now=NOW
        ),
        lambda: actions.resume_programs(db, other.actor, ward.patient.id, today=MONDAY),
    ):
        with pytest.raises(Forbidden, match="over"):
            act()


# Adjusting


def test_an_adjustment_makes_a_new_version_and_leaves_the_old_one(db: Session, ward: Ward):
    program = a_program(db, ward.physio, ward.patient)
    before = content_of(program.versions[0])
    an_adjusted(db, ward.physio, program, sessions_per_week=5, reason="Stronger")
    db.commit()
    db.expunge_all()
    (found,) = queries.programs_of(db, ward.patient.id)
    assert content_of(found.versions[0]) == before
    assert [version_row_on(found, on(day)).number for day in (0, 6, 7, 60)] == [1, 1, 2, 2]
    assert version_row_on(found, on(-1)) is None
    assert deeds(db) == ["program.assigned", "program.adjusted"]


def test_two_changes_from_one_day_leave_the_later_in_force(db: Session, ward: Ward):
    program = a_program(db, ward.physio, ward.patient)
    an_adjusted(db, ward.physio, program, sessions_per_week=5)
    an_adjusted(db, ward.physio, program, sessions_per_week=4)
    assert version_row_on(program, on(7)).sessions_per_week == 4


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"effective_from": on(4)}, "effective_from"),
        ({"effective_from": on(6)}, "effective_from"),
        ({"effective_from": on(600)}, "effective_from"),
        ({"reason": " "}, "reason"),
        ({"items": ()}, "items"),
        ({"sessions_per_week": 4}, ""),
    ],
)
def test_a_change_of_the_past_without_a_reason_or_of_nothing_is_refused(
    db: Session, ward: Ward, fields: dict[str, object], field: str
):
    """Today is the sixth day, and the newest version holds from the eighth."""
    program = a_program(db, ward.physio, ward.patient)
    an_adjusted(db, ward.physio, program, sessions_per_week=4)
    wish = an_adjustment(program, **({"sessions_per_week": 5} | fields))
    with pytest.raises(Refused) as refused:
        actions.adjust_program(db, ward.physio.actor, wish, today=on(5), now=NOW)
    assert list(problems(refused)) == [field]
    assert len(program.versions) == 2


def test_no_change_reaches_past_the_last_day(db: Session, ward: Ward):
    program = a_program(db, ward.physio, ward.patient)
    actions.end_program(db, ward.physio.actor, program.id, on(7), "Done", today=MONDAY)
    with pytest.raises(Refused) as refused:
        an_adjusted(db, ward.physio, program, sessions_per_week=5)
    assert list(problems(refused)) == ["effective_from"]


def test_an_exercise_that_was_hidden_later_stays_prescribable_where_it_was(db: Session, ward: Ward):
    exercise = an_exercise(db)
    program = a_program(db, ward.physio, ward.patient, [an_item(exercise)])
    exercise.hidden = True
    an_adjusted(db, ward.physio, program, sessions_per_week=5)
    assert len(program.versions) == 2


def test_the_second_of_two_physios_is_told_and_changes_nothing(
    database: Database, db: Session, clinic: Clinic, ward: Ward
):
    program = a_program(db, ward.physio, ward.patient)
    theirs = an_adjustment(program, sessions_per_week=5)
    mine = an_adjustment(program, sessions_per_week=2)
    db.commit()
    with database.of_clinic(clinic.id) as elsewhere:
        actions.adjust_program(elsewhere, ward.physio.actor, theirs, today=MONDAY, now=NOW)
    with pytest.raises(Stale):
        actions.adjust_program(db, ward.physio.actor, mine, today=MONDAY, now=NOW)
    assert [v.sessions_per_week for v in program.versions] == [3, 5]


def test_a_review_shows_what_would_change_and_writes_nothing(db: Session, ward: Ward):
    program = a_program(db, ward.physio, ward.patient)
    wish = an_adjustment(program, sessions_per_week=5)
    (change,) = actions.review_adjustment(db, ward.physio.actor, wish, today=MONDAY)
    assert (change.what, change.before, change.after) == ("Sessions a week", "3", "5")
    assert not db.dirty
    assert not db.new


changed = st.fixed_dictionaries(
    {
        "sessions_per_week": st.integers(1, 7),
        "note": st.text(alphabet="abc", min_size=1, max_size=3),
        "effective_from": st.integers(14, 60).map(on),
    }
)


@given(
    adjustments=st.lists(changed, min_size=1, max_size=4),
    logged=st.lists(st.integers(0, 13), max_size=8),
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_editing_a_program_leaves_every_earlier_week_as_it_was(
    db: Session, ward: Ward, adjustments: list[dict[str, object]], logged: list[int]
):
    exercise = ward.library["chair-squat"]
    db.commit()
    program = a_program(db, ward.physio, ward.patient, [an_item(exercise)])
    logs = [Log(on(day), {str(exercise.id): 3}) for day in logged]
    weeks = [Week(MONDAY), Week(on(7))]
    before = [score_week(plan_of(program), logs, week) for week in weeks]
    for fields in adjustments:
        try:
            an_adjusted(db, ward.physio, program, today=on(14), **fields)
        except Refused:
            continue
    after = [score_week(plan_of(program), logs, week) for week in weeks]
    db.expunge_all()
    db.rollback()
    assert after == before


# What stands, stands


def test_a_version_cannot_be_changed(db: Session, ward: Ward):
    program = a_program(db, ward.physio, ward.patient)
    db.commit()
    program.versions[0].sessions_per_week = 7
    with pytest.raises(ImmutableVersion):
        db.flush()


TAMPER = {
    "changed": lambda _db, version, _more: setattr(version.prescriptions[0], "reps", 99),
    "deleted": lambda db, version, _more: db.delete(version.prescriptions[0]),
    "added": lambda db, _version, more: db.add(more),
    "appended": lambda _db, version, more: version.prescriptions.append(more),
}


@pytest.mark.parametrize("how", TAMPER)
def test_a_prescription_cannot_be_changed_deleted_or_added_later(db: Session, ward: Ward, how: str):
    version = a_program(db, ward.physio, ward.patient).versions[0]
    db.commit()
    more = Prescription(
        version_id=version.id,
        exercise_id=ward.library["wall-sit"].id,
        position=2,
        optional=False,
        sets=1,
        reps=1,
        side="both",
        per_side=False,
    )
    TAMPER[how](db, version, more)
    with pytest.raises(ImmutableVersion):
        db.flush()


@pytest.mark.parametrize("table", [ProgramVersion, Prescription])
def test_no_statement_updates_versions_in_bulk(
    db: Session, ward: Ward, table: type[ProgramVersion | Prescription]
):
    a_program(db, ward.physio, ward.patient)
    for statement in (update(table).values(clinic_id=ward.physio.clinic.id), delete(table)):
        with pytest.raises(ImmutableVersion):
            db.execute(statement)


def test_the_database_itself_refuses_two_versions_of_one_number(db: Session, ward: Ward):
    program = a_program(db, ward.physio, ward.patient)
    program.versions.append(
        ProgramVersion(
            number=1,
            effective_from=MONDAY,
            sessions_per_week=1,
            pain_profile="standard",
            green_max=2,
            amber_max=5,
            created_by=ward.physio.member.id,
            created_at=NOW,
        )
    )
    with pytest.raises(IntegrityError):
        db.flush()


# Pauses


@pytest.fixture
def two(db: Session, ward: Ward) -> tuple[Program, Program]:
    """Strength and walk-run from the same Monday on."""
    return (
        a_program(db, ward.physio, ward.patient, title="Strength"),
        a_program(db, ward.physio, ward.patient, title="Walk and run"),
    )


def test_a_physio_pauses_one_program_back_in_time_and_without_an_end(
    db: Session, ward: Ward, two: tuple[Program, Program]
):
    strength, running = two
    wish = pause(ward.patient, 2, None, program_id=strength.id)
    actions.pause_programs(db, ward.physio.actor, wish, today=on(20), now=NOW)
    assert plan_of(strength).pauses[0].last_on is None
    assert not running.pauses
    assert deeds(db)[-1] == "program.paused"


def test_a_patient_pauses_everything_for_a_week_from_today(
    db: Session, ward: Ward, two: tuple[Program, Program]
):
    actions.pause_programs(db, ward.patient.actor, pause(ward.patient, 3, 9), today=on(3), now=NOW)
    assert [len(program.pauses) for program in two] == [1, 1]


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [(2, 5, "first_on"), (3, 10, "last_on"), (3, None, "last_on"), (5, 4, "last_on")],
)
@pytest.mark.usefixtures("two")
def test_a_patient_neither_backdates_nor_pauses_longer_than_a_week(
    db: Session, ward: Ward, first: int, last: int | None, field: str
):
    with pytest.raises(Refused) as refused:
        actions.pause_programs(
            db, ward.patient.actor, pause(ward.patient, first, last), today=on(3), now=NOW
        )
    assert list(problems(refused)) == [field]


@pytest.mark.usefixtures("two")
def test_two_weeks_in_a_row_are_more_than_a_patient_may_pause_but_a_day_more_is_fine(
    db: Session, ward: Ward
):
    me = ward.patient
    actions.pause_programs(db, me.actor, pause(me, 0, 4), today=MONDAY, now=NOW)
    with pytest.raises(Refused, match="in a row"):
        actions.pause_programs(db, me.actor, pause(me, 5, 9), today=MONDAY, now=NOW)
    actions.pause_programs(db, me.actor, pause(me, 5, 6), today=MONDAY, now=NOW)


def test_an_overlapping_pause_is_refused_and_the_other_one_named(
    db: Session, ward: Ward, two: tuple[Program, Program]
):
    strength = two[0]
    first = pause(ward.patient, 0, 4, program_id=strength.id, reason=PauseReason.HOLIDAY)
    actions.pause_programs(db, ward.physio.actor, first, today=MONDAY, now=NOW)
    for again in (
        pause(ward.patient, 4, 8, program_id=strength.id),
        pause(ward.patient, 1, 2, program_id=strength.id),
        pause(ward.patient, 2, None),
    ):
        with clock.stopped(NOW), pytest.raises(Refused) as refused:
            actions.pause_programs(db, ward.physio.actor, again, today=MONDAY, now=NOW)
        assert problems(refused) == {
            "first_on": "Strength is already paused: Mon 2 Mar to Fri 6 Mar (Holiday)."
        }


def test_pausing_everything_leaves_alone_what_is_paused_on_all_of_those_days(
    db: Session, ward: Ward, two: tuple[Program, Program]
):
    strength, running = two
    knee = pause(ward.patient, 0, None, program_id=running.id, reason=PauseReason.PHYSIO_ADVISED)
    actions.pause_programs(db, ward.physio.actor, knee, today=MONDAY, now=NOW)
    actions.pause_programs(db, ward.patient.actor, pause(ward.patient, 3, 5), today=on(3), now=NOW)
    assert [len(program.pauses) for program in (strength, running)] == [1, 1]


def test_a_pause_begins_with_the_program_and_needs_one_that_runs(
    db: Session, ward: Ward, two: tuple[Program, Program]
):
    strength, running = two
    (made,) = actions.pause_programs(
        db,
        ward.physio.actor,
        pause(ward.patient, -9, 1, program_id=strength.id),
        today=MONDAY,
        now=NOW,
    )
    assert made.first_on == MONDAY
    actions.end_program(db, ward.physio.actor, running.id, on(3), "Done", today=MONDAY)
    for first, last in ((-9, -5), (3, 8)):
        with pytest.raises(Refused, match="No program runs"):
            actions.pause_programs(
                db,
                ward.physio.actor,
                pause(ward.patient, first, last, program_id=running.id),
                today=MONDAY,
                now=NOW,
            )


def test_resuming_ends_the_pause_yesterday(db: Session, ward: Ward, two: tuple[Program, Program]):
    me = ward.patient
    actions.pause_programs(db, me.actor, pause(me, 0, 6), today=MONDAY, now=NOW)
    actions.resume_programs(db, me.actor, me.id, today=on(3))
    assert [program.pauses[0].last_on for program in two] == [on(2), on(2)]
    assert deeds(db)[-1] == "program.resumed"
    with pytest.raises(Refused, match="Nothing is paused"):
        actions.resume_programs(db, me.actor, me.id, today=on(3))


@pytest.mark.parametrize("today", [0, -1])
def test_resuming_a_pause_that_has_not_begun_removes_it(
    db: Session, ward: Ward, two: tuple[Program, Program], today: int
):
    actions.pause_programs(db, ward.physio.actor, pause(ward.patient, 0, 6), today=MONDAY, now=NOW)
    strength, running = two
    actions.resume_programs(db, ward.physio.actor, ward.patient.id, strength.id, today=on(today))
    assert [program.id for program in db.scalars(select(Pause))] == [running.pauses[0].id]


def test_a_coming_holiday_outlives_the_end_of_todays_illness(
    db: Session, ward: Ward, two: tuple[Program, Program]
):
    for first, last in ((0, 6), (20, 26)):
        actions.pause_programs(
            db, ward.physio.actor, pause(ward.patient, first, last), today=MONDAY, now=NOW
        )
    actions.resume_programs(db, ward.physio.actor, ward.patient.id, today=on(2))
    assert [(p.first_on, p.last_on) for p in two[0].pauses] == [(on(0), on(1)), (on(20), on(26))]


@pytest.mark.usefixtures("two")
def test_a_patient_cannot_end_the_physios_pause(db: Session, ward: Ward):
    actions.pause_programs(
        db, ward.physio.actor, pause(ward.patient, 0, None), today=MONDAY, now=NOW
    )
    with pytest.raises(Refused, match="physio"):
        actions.resume_programs(db, ward.patient.actor, ward.patient.id, today=on(1))


def test_a_patient_reaches_nobody_elses_pauses(
    db: Session, clinic: Clinic, ward: Ward, two: tuple[Program, Program]
):
    other = a_patient(db, clinic, ward.physio)
    with pytest.raises(NotVisible):
        actions.pause_programs(db, other.actor, pause(ward.patient, 0, 3), today=MONDAY, now=NOW)
    with pytest.raises(NotVisible):
        actions.pause_programs(
            db,
            ward.physio.actor,
            pause(other, 0, 3, program_id=two[0].id),
            today=MONDAY,
            now=NOW,
        )
    with pytest.raises(NotVisible):
        actions.resume_programs(db, other.actor, ward.patient.id, today=MONDAY)


# The end


def test_a_program_ends_on_a_coming_day_and_keeps_the_reason(db: Session, ward: Ward):
    program = a_program(db, ward.physio, ward.patient)
    actions.end_program(db, ward.physio.actor, program.id, on(10), " Goals met ", today=on(3))
    assert (program.ends_before, program.end_reason) == (on(10), "Goals met")
    actions.end_program(db, ward.physio.actor, program.id, on(12), "Later", today=on(3))
    assert program.ends_before == on(12)
    assert deeds(db)[-1] == "program.ended"


@pytest.mark.parametrize(
    ("ends", "reason", "today", "field"),
    [
        (-1, "x", 0, "last_on"),
        (2, "x", 3, "last_on"),
        (5, " ", 3, "reason"),
    ],
)
def test_an_end_before_the_start_in_the_past_or_without_a_reason_is_refused(
    db: Session, ward: Ward, ends: int, reason: str, today: int, field: str
):
    program = a_program(db, ward.physio, ward.patient)
    with pytest.raises(Refused) as refused:
        actions.end_program(db, ward.physio.actor, program.id, on(ends), reason, today=on(today))
    assert list(problems(refused)) == [field]
    assert program.ends_before is None


def test_a_program_that_is_over_cannot_end_again(db: Session, ward: Ward):
    program = a_program(db, ward.physio, ward.patient)
    actions.end_program(db, ward.physio.actor, program.id, on(3), "Done", today=on(3))
    with pytest.raises(Refused, match="ended already"):
        actions.end_program(db, ward.physio.actor, program.id, on(9), "Done", today=on(4))


def test_another_clinics_program_does_not_exist(database: Database, db: Session, ward: Ward):
    program = a_program(db, ward.physio, ward.patient)
    db.commit()
    elsewhere = a_clinic(database, name="Other")
    with database.of_clinic(elsewhere.id) as other_db:
        physio = a_member(other_db, elsewhere)
        wish = an_adjustment(program, sessions_per_week=5)
        for act in (
            lambda: a_program(other_db, physio, ward.patient),
            lambda: actions.adjust_program(other_db, physio.actor, wish, today=MONDAY, now=NOW),
            lambda: actions.end_program(
                other_db, physio.actor, program.id, on(9), "x", today=MONDAY
            ),
            lambda: actions.pause_programs(
                other_db, physio.actor, pause(ward.patient, 0, 3), today=MONDAY, now=NOW
            ),
        ):
            with pytest.raises(NotVisible):
                act()
