from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic, Patient
from rehab_tracker.domain.adherence import Log, score_week
from rehab_tracker.domain.week import Week, week_of
from rehab_tracker.foundation.db import Database
from rehab_tracker.foundation.errors import Refused
from rehab_tracker.logbook import actions
from rehab_tracker.logbook.models import ClinicWeek, LoggedExercise, LoggedSession, ProgramWeek
from rehab_tracker.logbook.weeks import HORIZON_WEEKS, USED_WEEKS, rebuild
from rehab_tracker.programs import actions as programs
from rehab_tracker.programs.actions import PauseProgram
from rehab_tracker.programs.models import PauseReason, Program
from rehab_tracker.programs.plans import plan_of
from rehab_tracker.programs.queries import programs_of
from tests.builders.exercises import an_exercise
from tests.builders.logbook import a_command, a_log, at, days_after
from tests.builders.people import Somebody, a_member, a_patient
from tests.builders.programs import MONDAY, a_program, an_adjustment, an_item

_number = count(1)


def rows_of(db: Session, program: Program) -> list[ProgramWeek]:
    found = select(ProgramWeek).where(ProgramWeek.program_id == program.id)
    return list(
        db.scalars(
            found.order_by(ProgramWeek.first_on), execution_options={"populate_existing": True}
        )
    )


def read(row: ProgramWeek) -> dict[str, Any]:
    names = ("state", "due_sevenths", "due", "done", "met", "extra", "active_days", "paused_days")
    return {name: getattr(row, name) for name in (*names, "dose_num", "dose_den")}


def in_step(db: Session) -> bool:
    """Tell whether the clinic's weeks are the sums of its programs' weeks."""
    sums = []
    for table in (ClinicWeek, ProgramWeek):
        added = (func.sum(column) for column in (table.met, table.due, table.extra))
        found = select(table.first_on, *added).group_by(table.first_on).order_by(table.first_on)
        sums.append([tuple(row) for row in db.execute(found) if any(row[1:])])
    return sums[0] == sums[1] and bool(sums[0])


def recomputed(db: Session, program: Program, patient: Somebody) -> dict[date, dict[str, Any]]:
    """Return the stored weeks' true content, from raw rows by the rule of the definitions page."""
    logs = [
        Log(day, {str(exercise): counted}, stopped)
        for day, stopped, exercise, counted in db.execute(
            select(
                LoggedSession.performed_on,
                LoggedSession.stopped_for_pain,
                LoggedExercise.exercise_id,
                LoggedExercise.counted_sets,
            )
            .join(LoggedExercise, LoggedExercise.session_id == LoggedSession.id)
            .where(LoggedSession.program_id == program.id, LoggedSession.withdrawn_at.is_(None))
        )
    ]
    plan = plan_of(program)
    first = week_of(plan.starts_on, patient.actor.week_starts_on)
    found = {}
    for number in range(HORIZON_WEEKS + 30):
        week = Week(first.first_on + timedelta(weeks=number))
        result = score_week(plan, logs, week)
        found[week.first_on] = {
            **{name: getattr(result, name) for name in ("state", "due_sevenths", "due", "done")},
            **{name: getattr(result, name) for name in ("met", "extra")},
            **{name: getattr(result, name) for name in ("active_days", "paused_days")},
            "dose_num": result.dose.numerator,
            "dose_den": result.dose.denominator,
        }
    return found


def test_a_patient_who_never_logged_reads_nought_of_nine_after_three_weeks(
    db: Session, program: Program
):
    weeks = rows_of(db, program)[:3]
    assert (sum(w.met for w in weeks), sum(w.due for w in weeks)) == (0, 9)


def test_a_program_without_an_end_is_written_two_years_ahead(db: Session, program: Program):
    weeks = rows_of(db, program)
    assert weeks[0].first_on == MONDAY
    assert weeks[-1].first_on == MONDAY + timedelta(weeks=HORIZON_WEEKS)
    assert all(week.due == 3 for week in weeks)


def at_once(
    database: Database, clinic: Clinic, deeds: Sequence[Callable[[Session], object]]
) -> None:
    """Do each deed in a transaction of its own, all at the same time."""

    def do(deed: Callable[[Session], object]) -> None:
        with database.session(clinic_id=clinic.id) as own:
            deed(own)
            own.commit()

    with ThreadPoolExecutor(len(deeds)) as pool:
        list(pool.map(do, deeds))


def test_sessions_saved_at_the_same_time_all_count(
    database: Database, db: Session, clinic: Clinic, patient: Somebody, program: Program
):
    commands = [a_command(patient, program, days_after(MONDAY, day)) for day in range(5)]
    now, actor = at(days_after(MONDAY, 5)), patient.actor
    deeds = [partial(actions.log_session, actor=actor, command=c, now=now) for c in commands]
    at_once(database, clinic, deeds)
    assert rows_of(db, program)[0].done == 5
    assert in_step(db)


def test_patients_of_one_clinic_who_log_at_the_same_time_all_count(
    database: Database, db: Session, clinic: Clinic, physio: Somebody
):
    exercise = an_exercise(db)
    patients = [a_patient(db, clinic, physio) for _ in range(8)]
    own = [a_program(db, physio, one, [an_item(exercise)]) for one in patients]
    db.commit()
    at_once(
        database,
        clinic,
        [
            partial(
                actions.log_session,
                actor=one.actor,
                command=a_command(one, program, MONDAY),
                now=at(MONDAY, 20),
            )
            for one, program in zip(patients, own, strict=True)
        ],
    )
    week = select(func.sum(ClinicWeek.met)).where(ClinicWeek.first_on == MONDAY)
    assert db.scalar(week) == len(patients)
    assert in_step(db)


def test_one_session_sent_many_times_at_once_is_kept_once(
    database: Database, db: Session, clinic: Clinic, patient: Somebody, program: Program
):
    command, now = a_command(patient, program, MONDAY), at(MONDAY, 20)
    same = partial(actions.log_session, actor=patient.actor, command=command, now=now)
    at_once(database, clinic, [same] * 4)
    assert len(db.scalars(select(LoggedSession)).all()) == 1
    assert rows_of(db, program)[0].done == 1


def test_a_log_rewrites_its_own_week_alone(db: Session, patient: Somebody, program: Program):
    other, own = rows_of(db, program)[:2]
    other.due = own.due = 6
    db.commit()
    a_log(db, patient, program, days_after(MONDAY, 9))
    db.commit()
    assert [row.due for row in rows_of(db, program)[:2]] == [6, 3]


def test_a_program_that_stays_in_use_is_written_further_ahead(
    db: Session, patient: Somebody, program: Program
):
    last_before = rows_of(db, program)[-1].first_on
    day = MONDAY + timedelta(weeks=80)
    a_log(db, patient, program, day)
    db.commit()
    found = rows_of(db, program)
    assert found[-1].first_on == day + timedelta(weeks=HORIZON_WEEKS) > last_before
    assert len({row.first_on for row in found}) == (found[-1].first_on - MONDAY).days // 7 + 1
    rebuild(db)
    db.commit()
    assert [read(row) for row in rows_of(db, program)] == [read(row) for row in found]


@pytest.mark.parametrize("week", [0, 51, 52, 53, 103])
def test_a_program_is_written_ahead_as_long_as_the_report_believes(
    db: Session, patient: Somebody, program: Program, week: int
):
    a_log(db, patient, program, MONDAY + timedelta(weeks=week))
    db.commit()
    assert rows_of(db, program)[-1].first_on >= MONDAY + timedelta(weeks=week + USED_WEEKS)


def test_rebuilding_mends_rows_that_went_wrong(db: Session, patient: Somebody, program: Program):
    a_log(db, patient, program, MONDAY)
    db.commit()
    true = [read(row) for row in rows_of(db, program)]
    for row in rows_of(db, program)[:5]:
        row.due, row.met, row.done = 7, 7, 7
    db.delete(rows_of(db, program)[9])
    db.commit()
    rebuild(db)
    db.commit()
    assert [read(row) for row in rows_of(db, program)] == true


def test_rebuilding_takes_as_many_statements_for_many_programs_as_for_one(
    statements: list[str], db: Session, clinic: Clinic, physio: Somebody, program: Program
):
    counts = []
    for _round in range(2):
        statements.clear()
        assert rebuild(db) in {HORIZON_WEEKS + 1, 6 * (HORIZON_WEEKS + 1)}
        counts.append(len(statements))
        for _ in range(5):
            a_program(db, physio, a_patient(db, clinic, physio))
        db.commit()
    assert counts[0] == counts[1]
    assert program.starts_on == MONDAY


Step = tuple[str, int, int, int, int]
STEPS = st.tuples(
    st.sampled_from(
        ["log", "log", "log", "correct", "withdraw", "adjust", "pause", "resume", "end"]
    ),
    st.integers(0, 4),
    st.integers(0, 7),
    st.integers(0, 6),
    st.integers(0, 3),
)


class History:
    """One patient's program under random hands; what a rule refuses simply does not happen."""

    def __init__(self, db: Session, clinic: Clinic, starts_on: date) -> None:
        self.db = db
        self.physio = a_member(db, clinic)
        self.patient = a_patient(db, clinic, self.physio)
        items = [
            an_item(an_exercise(db, name=f"Bridge {next(_number)}", laterality="both")),
            an_item(an_exercise(db, name=f"Squat {next(_number)}"), sets=2),
            an_item(an_exercise(db, name=f"Stretch {next(_number)}"), optional=True),
        ]
        self.program = a_program(db, self.physio, self.patient, items, starts_on=starts_on)
        db.commit()
        self.today = starts_on
        self.logs: list[LoggedSession] = []

    def take(self, step: Step) -> None:
        kind, forward, *numbers = step
        self.today = days_after(self.today, forward)
        try:
            getattr(self, kind)(*numbers)
        except Refused:
            self.db.rollback()
        self.db.commit()
        self.program = programs_of(self.db, self.patient.id)[0]

    def told(self, back: int, sets: int, way: int) -> actions.LogSession:
        day = days_after(self.today, -back)
        chosen = {p.exercise_id: sets for p in self.program.versions[0].prescriptions[: way + 1]}
        return a_command(
            self.patient, self.program, day, sets=chosen, stopped_for_pain=way == 3, pain_during=4
        )

    def log(self, back: int, sets: int, way: int) -> None:
        told, now = self.told(back, sets, way), at(self.today, 22)
        self.logs.append(actions.log_session(self.db, self.patient.actor, told, now=now))

    def correct(self, back: int, sets: int, way: int) -> None:
        for row in self.logs[-1:]:
            told = self.told(back, sets, way)
            actions.correct_session(
                self.db, self.patient.actor, row.id, told,
                revision=row.revision, now=at(self.today, 22),
            )  # fmt: skip

    def withdraw(self, which: int, *_rest: int) -> None:
        for row in self.logs[which : which + 1]:
            actions.withdraw_session(
                self.db, self.patient.actor, row.id,
                revision=row.revision, now=at(self.today, 22),
            )  # fmt: skip

    def adjust(self, ahead: int, per_week: int, sets: int) -> None:
        items = tuple(
            replace(item, dose=replace(item.dose, sets=sets + 1))
            for item in an_adjustment(self.program).items
        )
        effective_from = days_after(self.today, ahead)
        told = an_adjustment(
            self.program, effective_from=effective_from, sessions_per_week=per_week + 1, items=items
        )
        now = at(self.today)
        programs.adjust_program(self.db, self.physio.actor, told, today=self.today, now=now)

    def pause(self, back: int, length: int, reason: int) -> None:
        first_on = days_after(self.today, 3 - back)
        told = PauseProgram(
            patient_id=self.patient.id,
            program_id=self.program.id,
            first_on=first_on,
            last_on=None if reason == 3 else days_after(first_on, length),
            reason=PauseReason.ILLNESS,
        )
        now = at(self.today)
        programs.pause_programs(self.db, self.physio.actor, told, today=self.today, now=now)

    def resume(self, *_numbers: int) -> None:
        actor, patient_id = self.physio.actor, self.patient.id
        programs.resume_programs(self.db, actor, patient_id, today=self.today)

    def end(self, ahead: int, *_rest: int) -> None:
        day = days_after(self.today, ahead)
        programs.end_program(
            self.db, self.physio.actor, self.program.id, day, "Done", today=self.today
        )

    def stored(self) -> dict[date, dict[str, Any]]:
        return {row.first_on: read(row) for row in rows_of(self.db, self.program)}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(starts=st.integers(0, 6), steps=st.lists(STEPS, min_size=1, max_size=14))
def test_the_roll_up_is_what_a_recomputation_gives_after_any_history(
    db: Session, clinic: Clinic, starts: int, steps: Sequence[Step]
):
    history = History(db, clinic, days_after(MONDAY, starts))
    for step in steps:
        history.take(step)
    stored = history.stored()
    true = recomputed(db, history.program, history.patient)
    assert stored == {week: true[week] for week in stored}
    ended = history.program.ends_before is not None
    unwritten = [true[week] for week in true.keys() - stored.keys() if ended or week < max(stored)]
    assert not any(row["due"] or row["extra"] for row in unwritten)
    rebuild(db, [history.program.id])
    db.commit()
    assert history.stored() == stored
    assert in_step(db)
    last = db.scalar(
        select(LoggedSession.performed_on)
        .where(LoggedSession.patient_id == history.patient.id, LoggedSession.withdrawn_at.is_(None))
        .order_by(LoggedSession.performed_on.desc())
    )
    noted = select(Patient.last_logged_on).where(Patient.id == history.patient.id)
    assert db.scalar(noted) == last
