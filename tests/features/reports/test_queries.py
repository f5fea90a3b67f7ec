from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.adherence import Log, band, half_up, is_silent, score_week, summarize
from rehab_tracker.domain.permission import Role
from rehab_tracker.domain.schedule import active_since
from rehab_tracker.domain.week import Week, WeekStart
from rehab_tracker.foundation.db import Database
from rehab_tracker.logbook.models import LoggedSession
from rehab_tracker.programs import actions as programs
from rehab_tracker.programs.actions import PauseProgram
from rehab_tracker.programs.models import PauseReason, Program
from rehab_tracker.programs.plans import plan_of
from rehab_tracker.programs.queries import programs_of
from rehab_tracker.reports.asked import OWN_PROGRAM, By, ReportFilter, Sort, Standing
from rehab_tracker.reports.closing import closing
from rehab_tracker.reports.grid import Line, lines
from rehab_tracker.reports.horizon import beyond_horizon
from rehab_tracker.reports.queries import count_patients, patients_of, weekly_facts
from rehab_tracker.reports.rows import patient_rows
from rehab_tracker.reports.whose import stands
from tests.builders.logbook import a_log
from tests.builders.people import Somebody, a_clinic, a_member, a_patient
from tests.builders.programs import MONDAY, a_program
from tests.builders.reports import NOW, TODAY, a_case, asked_for


def line_of(db: Session, patient: Somebody, asked: ReportFilter, now: datetime = NOW) -> Line:
    facts = weekly_facts(db, asked, closing(db, now), by=By.PATIENT, patients=[patient.id])
    return lines(facts, asked.period).get(patient.id, Line())


def listed(db: Session, now: datetime = NOW, **fields: Any) -> list[UUID]:
    asked = asked_for(**fields)
    closed = closing(db, now)
    found = list(patients_of(db, asked, closed))
    assert count_patients(db, asked, closed) == len(found)
    return found


def pause(db: Session, physio: Somebody, patient: Somebody, first: date, last: date | None) -> None:
    command = PauseProgram(
        patient_id=patient.id, first_on=first, last_on=last, reason=PauseReason.HOLIDAY
    )
    programs.pause_programs(db, physio.actor, command, today=TODAY, now=NOW)
    db.commit()


def test_a_patient_assigned_three_weeks_ago_who_never_logged_reads_nought_of_nine(
    db: Session, physio: Somebody
):
    patient, _program = a_case(db, physio)
    line = line_of(db, patient, asked_for())
    assert (line.total.met, line.total.due, line.total.percent) == (0, 9, 0)
    assert [cell.state for cell in line.cells.values()] == ["low", "low", "low", "open"]


def test_the_open_week_counts_in_no_percentage(db: Session, physio: Somebody):
    patient, _program = a_case(db, physio, days=(0, 2, 4, 21, 22))
    line = line_of(db, patient, asked_for())
    this_week = line.cells[Week(date(2026, 3, 23))]
    assert (this_week.met, this_week.due, this_week.percent) == (2, 3, None)
    assert (line.total.met, line.total.due) == (3, 9)


def test_totals_are_those_of_the_rule_on_the_raw_logs(db: Session, physio: Somebody):
    random = Random(7)  # noqa: S311 - made-up histories
    expected = {}
    for _ in range(6):
        days = sorted(random.sample(range(24), random.randrange(1, 14)))
        per_week = random.randrange(1, 6)
        patient, _strength = a_case(db, physio, days=days, sessions_per_week=per_week)
        second = a_program(db, physio, patient, sessions_per_week=2, title="Runs")
        a_log(db, patient, second, MONDAY + timedelta(days=random.randrange(7)))
        db.commit()
        expected[patient.id] = summarize(
            score_week(plan_of(one), _logs(db, one), Week(MONDAY + timedelta(weeks=week)))
            for one in programs_of(db, patient.id)
            for week in range(3)
        )
    asked = asked_for()
    facts = weekly_facts(db, asked, closing(db, NOW), by=By.PATIENT, patients=list(expected))
    found = lines(facts, asked.period)
    for patient_id, summary in expected.items():
        total = found[patient_id].total
        assert (total.met, total.due, total.extra, total.percent) == (
            summary.met, summary.due, summary.extra, summary.percent
        )  # fmt: skip
    whole = lines(weekly_facts(db, asked, closing(db, NOW)), asked.period)[None].total
    assert whole.met == sum(summary.met for summary in expected.values())
    assert whole.due == sum(summary.due for summary in expected.values())
    assert whole.extra == sum(summary.extra for summary in expected.values())


def _logs(db: Session, program: Program) -> list[Log]:
    version = program.versions[0]
    done = {str(p.exercise_id): 100 for p in version.prescriptions}
    days = select(LoggedSession.performed_on).where(LoggedSession.program_id == program.id)
    return [Log(day, done) for day in db.scalars(days)]


def test_a_patient_with_nothing_due_is_not_due_and_never_nought_percent(
    db: Session, clinic: Clinic, physio: Somebody
):
    nothing = a_patient(db, clinic, physio)
    paused, _program = a_case(db, physio)
    pause(db, physio, paused, MONDAY, None)
    for patient, state in ((nothing, "not_due"), (paused, "paused")):
        line = line_of(db, patient, asked_for())
        assert (line.total.percent, line.total.state) == (None, state)
    assert set(listed(db, standing=Standing.NOT_DUE)) == {nothing.id, paused.id}
    assert listed(db, standing=Standing.LOW) == []


def test_lowest_adherence_comes_first_and_nothing_due_last_both_ways(
    db: Session, clinic: Clinic, physio: Somebody
):
    all_done, _ = a_case(db, physio, days=(0, 2, 4, 7, 9, 11, 14, 16, 18))
    nothing = a_patient(db, clinic, physio)
    some_done, _ = a_case(db, physio, days=(0, 2))
    none_done, _ = a_case(db, physio)
    db.commit()
    ids = [none_done.id, some_done.id, all_done.id]
    assert listed(db) == [*ids, nothing.id]
    assert listed(db, backwards=True) == [*reversed(ids), nothing.id]


def test_patients_sort_by_name_extra_sessions_and_silence(
    db: Session, clinic: Clinic, physio: Somebody
):
    carol, _ = a_case(db, physio, "Carol", days=(0, 1, 2, 3, 4))
    anna, _ = a_case(db, physio, "anna", days=(20,))
    nobody = a_patient(db, clinic, physio, name="Zed")
    bert, _ = a_case(db, physio, "Bert")
    db.commit()
    assert listed(db, sort=Sort.NAME) == [anna.id, bert.id, carol.id, nobody.id]
    assert listed(db, sort=Sort.EXTRA)[0] == carol.id
    assert listed(db, sort=Sort.SILENT) == [bert.id, carol.id, anna.id, nobody.id]


@pytest.mark.parametrize("standing", Standing)
def test_bands_in_the_database_are_those_of_the_rule(db: Session, standing: Standing):
    for due, met in product(range(30), repeat=2):
        if met <= due:
            percent = half_up(met, due) if due else None
            belongs = (band(percent) or "not_due") == standing
            found = db.scalar(
                select(literal(1)).where(stands(standing, literal(met), literal(due)))
            )
            assert bool(found) == belongs, (met, due)


def test_a_sum_of_percentages_is_never_taken(db: Session, physio: Somebody):
    patient, _strength = a_case(db, physio, days=(0, 2, 4))
    runs = a_program(db, physio, patient, sessions_per_week=2, title="Runs")
    a_log(db, patient, runs, MONDAY)
    db.commit()
    week = line_of(db, patient, asked_for()).cells[Week(MONDAY)]
    assert (week.met, week.due, week.percent) == (4, 5, 80)


def test_silence_in_the_database_is_that_of_the_rule(db: Session, physio: Somebody):
    random = Random(3)  # noqa: S311 - made-up histories
    expected = set()
    for _ in range(12):
        patient, program = a_case(
            db, physio, days=random.sample(range(24), random.randrange(3)),
            starts_on=MONDAY - timedelta(days=random.randrange(30)),
        )  # fmt: skip
        if random.random() < 0.6:
            first = MONDAY + timedelta(days=random.randrange(25))
            last = first + timedelta(days=random.randrange(8))
            pause(db, physio, patient, first, random.choice([last, None]))
        program = programs_of(db, patient.id)[0]
        db.refresh(patient.patient)
        if is_silent(patient.patient.last_logged_on, active_since(plan_of(program), TODAY), TODAY):
            expected.add(patient.id)
    assert 0 < len(expected) < 12
    assert set(listed(db, silent_days=10)) == expected


def test_silence_goes_by_the_day_where_the_patient_lives(db: Session, physio: Somebody):
    early, _ = a_case(db, physio, "Early", days=(14,), time_zone="Pacific/Auckland")
    late, _ = a_case(db, physio, "Late", days=(14,), time_zone="America/Los_Angeles")
    between = datetime(2026, 3, 25, 20, tzinfo=UTC)  # the 26th in Auckland, the 25th in California
    assert listed(db, between, silent_days=10) == [early.id]
    assert set(listed(db, between, silent_days=9)) == {early.id, late.id}
    db.expire_all()
    rows = patient_rows(db, asked_for(), closing(db, between), [early.id, late.id])
    assert [row.quiet_days for row in rows] == [10, 9]


def test_a_week_is_closed_where_the_patient_lives(db: Session, physio: Somebody):
    early, _ = a_case(db, physio, days=(14,), time_zone="Pacific/Auckland")
    late, _ = a_case(db, physio, days=(14,), time_zone="America/Los_Angeles")
    between = datetime(2026, 3, 24, 20, tzinfo=UTC)  # Wednesday in Auckland, Tuesday in California
    week = Week(date(2026, 3, 16))
    assert line_of(db, early, asked_for(), between).cells[week].percent == 33
    assert line_of(db, late, asked_for(), between).cells[week].percent is None
    asked = asked_for()
    whole = lines(weekly_facts(db, asked, closing(db, between)), asked.period)[None]
    assert (whole.cells[week].met, whole.cells[week].due, whole.cells[week].closed) == (2, 6, False)
    assert (whole.total.met, whole.total.due) == (1, 15), "the total has only what is closed"
    assert listed(db, now=between) == [late.id, early.id], "0 of 6 comes before 1 of 9"


def test_weeks_that_begin_on_sunday_stand_in_the_column_they_share_most_days_with(
    db: Session, physio: Somebody
):
    patient, _ = a_case(db, physio, days=(6,), week_starts_on=WeekStart.SUNDAY)
    line = line_of(db, patient, asked_for())
    assert list(line.cells) == [Week(MONDAY + timedelta(weeks=week)) for week in range(4)]
    assert line.cells[Week(MONDAY + timedelta(weeks=1))].met == 1, "Sunday begins their week"


def test_a_report_of_one_template_counts_its_programs_alone(db: Session, physio: Somebody):
    patient, _ = a_case(db, physio, days=(0,), template="hip-first")
    runs = a_program(db, physio, patient, sessions_per_week=2, title="Runs")
    a_log(db, patient, runs, MONDAY)
    other, _ = a_case(db, physio)
    db.commit()
    assert listed(db, template="hip-first") == [patient.id]
    assert line_of(db, patient, asked_for(template="hip-first")).total.due == 9
    assert set(listed(db, template=OWN_PROGRAM)) == {patient.id, other.id}
    by_template = lines(
        weekly_facts(db, asked_for(), closing(db, NOW), by=By.PROGRAM), asked_for().period
    )
    assert {key: line.total.due for key, line in by_template.items()} == {
        "hip-first": 9, None: 6 + 9
    }  # fmt: skip


def test_physios_are_summed_by_whom_patients_are_assigned_to(
    db: Session, clinic: Clinic, physio: Somebody
):
    colleague = a_member(db, clinic, Role.PHYSIO)
    a_case(db, physio, days=(0,))
    a_case(db, colleague, days=(0, 2))
    a_case(db, physio, assigned=False)
    found = lines(weekly_facts(db, asked_for(), closing(db, NOW), by=By.PHYSIO), asked_for().period)
    assert {key: line.total.met for key, line in found.items()} == {
        physio.id: 1, colleague.id: 2, None: 0
    }  # fmt: skip
    assert len(listed(db, physio=physio.id)) == len(listed(db, unassigned=True)) == 1


def test_a_filter_narrows_the_totals_like_the_list(db: Session, physio: Somebody):
    a_case(db, physio, "Özil Ünal", days=(0, 2, 4, 7, 9, 11, 14, 16, 18))
    a_case(db, physio, "Bert 100%_")
    for fields, due in (
        ({"standing": Standing.ON_TRACK}, 9),
        ({"name": "özil"}, 9),
        ({"name": "100%_"}, 9),
        ({"name": "100%x"}, 0),
        ({"silent_days": 10}, 9),
        ({}, 18),
    ):
        asked = asked_for(**fields)
        found = lines(weekly_facts(db, asked, closing(db, NOW)), asked.period)
        assert found.get(None, Line()).total.due == due, fields


@pytest.mark.parametrize("restricted", [0, 1, 2])
def test_the_whole_clinic_reads_as_its_patients_together_without_those_not_used(
    db: Session, physio: Somebody, restricted: int
):
    cases = [a_case(db, physio, days=days)[0] for days in ((0, 2), (0, 2, 4, 5), (7, 9, 22))]
    for who in cases[:restricted]:
        who.patient.restricted_at = NOW
    db.commit()
    asked, closed = asked_for(), closing(db, NOW)
    by_patient = weekly_facts(db, asked, closed, by=By.PATIENT)
    together = lines([fact._replace(key=None) for fact in by_patient], asked.period)[None]
    whole = lines(weekly_facts(db, asked, closed), asked.period)[None]
    assert len(by_patient) == 4 * (3 - restricted)
    for week, cell in together.cells.items():
        shown = whole.cells[week]
        assert (shown.met, shown.due, shown.extra) == (cell.met, cell.due, cell.extra)
        assert shown.closed == cell.closed
    assert whole.total.percent == together.total.percent


def test_another_clinic_never_counts(db: Session, database: Database, physio: Somebody):
    other = a_clinic(database, name="Elsewhere")
    with database.of_clinic(other.id) as elsewhere:
        stranger = a_member(elsewhere, other, Role.PHYSIO)
        a_case(elsewhere, stranger, days=(0, 2))
    patient, _ = a_case(db, physio)
    assert listed(db) == [patient.id]
    for by in (None, By.PHYSIO, By.PROGRAM):
        found = lines(weekly_facts(db, asked_for(), closing(db, NOW), by=by), asked_for().period)
        assert [(line.total.met, line.total.due) for line in found.values()] == [(0, 9)]


def test_weeks_that_are_not_written_yet_are_told_and_never_silently_empty(
    db: Session, physio: Somebody
):
    patient, _ = a_case(db, physio, "Long Ago")
    ended, _ = a_case(db, physio, "Over", days=(0,))
    over = programs_of(db, ended.id)[0].id
    programs.end_program(db, physio.actor, over, TODAY, "Done", today=TODAY)
    db.commit()
    a_case(db, physio, "In Use", days=(700,))
    of_two, _ = a_case(db, physio, "One of Two", days=(700,))
    a_program(db, physio, of_two, title="Left")
    db.commit()
    last_written, closed = MONDAY + timedelta(weeks=104), closing(db, NOW)
    assert beyond_horizon(db, asked_for(day=last_written - timedelta(days=1)), closed) == []
    later = asked_for(day=last_written + timedelta(weeks=3))
    assert beyond_horizon(db, later, closed) == [
        (patient.id, "Long Ago"),
        (of_two.id, "One of Two"),
    ]
