from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.accounts.queries import patient_card
from rehab_tracker.domain.adherence import WeekState
from rehab_tracker.domain.pain import Color, Status
from rehab_tracker.programs.models import Program
from rehab_tracker.progress.drawings import charts_of
from rehab_tracker.progress.queries import progress_of
from rehab_tracker.progress.view import FlagCode, Measure, Progress
from tests.builders.exercises import an_exercise
from tests.builders.logbook import a_log, a_morning, at
from tests.builders.people import Somebody, a_member, a_patient
from tests.builders.programs import MONDAY, a_program, an_adjusted, an_item
from tests.builders.progress import a_long_history, a_past_log, a_past_pause, a_treatment

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass
class Pair:
    """A physio, a patient and how their progress reads at a moment."""

    db: Session
    physio: Somebody
    patient: Somebody

    def seen(self, on: date, hour: int = 12, weeks: int = 26) -> Progress:
        return self.seen_at(at(on, hour, self.patient.person.time_zone), weeks)

    def seen_at(self, now: datetime, weeks: int = 26) -> Progress:
        self.db.commit()
        self.db.expire_all()
        return progress_of(self.db, patient_card(self.db, self.patient.id), now=now, weeks=weeks)


@pytest.fixture
def pair(db: Session, clinic: Clinic) -> Pair:
    physio = a_member(db, clinic)
    return Pair(db, physio, a_patient(db, clinic, physio))


def log_weeks(pair: Pair, program: Program, *counts: int) -> None:
    """Log so many days of each week, from the Monday on."""
    for week, count in enumerate(counts):
        for day in range(count):
            a_log(pair.db, pair.patient, program, MONDAY + week * WEEK + day * DAY)


@pytest.mark.parametrize(
    ("zone", "last_open_moment"),
    [
        ("Europe/Berlin", datetime(2026, 3, 10, 22, 59, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 3, 10, 10, 59, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 3, 11, 6, 59, tzinfo=UTC)),
    ],
)
def test_a_week_shows_its_percentage_when_the_grace_is_over_where_the_patient_lives(
    db: Session, clinic: Clinic, zone: str, last_open_moment: datetime
):
    physio = a_member(db, clinic)
    pair = Pair(db, physio, a_patient(db, clinic, physio, time_zone=zone))
    log_weeks(pair, a_program(db, physio, pair.patient), 2)
    still_open = pair.seen_at(last_open_moment)
    closed = pair.seen_at(last_open_moment + timedelta(minutes=1))
    assert [week.percent for week in still_open.weeks] == [None, None]
    assert still_open.figures.recent.due == 0
    assert still_open.still_open is not None
    assert [week.percent for week in closed.weeks] == [67, None]
    assert (closed.figures.recent.met, closed.figures.recent.due) == (2, 3)
    assert closed.still_open is None


@pytest.mark.parametrize("weeks", [6, 26])
def test_four_weeks_and_the_whole_are_sums_that_do_not_depend_on_the_weeks_shown(
    pair: Pair, weeks: int
):
    log_weeks(pair, a_program(pair.db, pair.physio, pair.patient), 3, 2, 5, 0, 3, 1, 2, 1, 2)
    progress = pair.seen(MONDAY + 8 * WEEK + 3 * DAY, weeks=weeks)
    recent, whole = progress.figures.recent, progress.figures.whole
    assert (recent.met, recent.due, recent.percent) == (3 + 1 + 2 + 1, 12, 58)
    assert (whole.met, whole.due, whole.percent) == (3 + 2 + 3 + 0 + 3 + 1 + 2 + 1, 24, 63)
    assert whole.extra == 2
    assert len(progress.weeks) == min(weeks, 9)
    assert progress.programs[0].figures == progress.figures


def test_silence_shows_by_itself(pair: Pair):
    a_program(pair.db, pair.physio, pair.patient)
    progress = pair.seen(MONDAY + 3 * WEEK + 3 * DAY)
    assert (progress.figures.whole.met, progress.figures.whole.due) == (0, 9)
    assert {(flag.code, flag.days) for flag in progress.flags} == {
        (FlagCode.SILENT, 24),
        (FlagCode.LOW, 0),
    }


def test_surplus_in_one_program_never_fills_another(pair: Pair):
    strength = a_program(pair.db, pair.physio, pair.patient)
    a_program(pair.db, pair.physio, pair.patient, title="Run", sessions_per_week=2)
    log_weeks(pair, strength, 5)
    week = pair.seen(MONDAY + WEEK + 3 * DAY).weeks[0]
    assert (week.figure.met, week.figure.due, week.percent, week.figure.extra) == (3, 5, 60, 2)


def test_dose_adds_up_exact_shares_also_of_weeks_that_are_no_longer_shown(pair: Pair):
    exercise = an_exercise(pair.db, laterality="both")
    program = a_program(pair.db, pair.physio, pair.patient, [an_item(exercise, sets=7)])
    for day, sets in ((0, 7), (2, 5), (4, 3)):
        a_log(pair.db, pair.patient, program, MONDAY + day * DAY, sets={exercise.id: sets})
    soon, late = pair.seen(MONDAY + WEEK + 3 * DAY), pair.seen(MONDAY + 9 * WEEK, weeks=6)
    assert soon.figures.recent.dose == Fraction(15, 7)
    assert soon.figures.recent.dose_percent == 71
    assert late.figures.whole.dose == Fraction(15, 7)


def test_a_paused_week_is_not_scored_and_blames_nobody(pair: Pair):
    program = a_program(pair.db, pair.physio, pair.patient)
    log_weeks(pair, program, 3)
    a_past_pause(pair.db, program, MONDAY + WEEK, MONDAY + 2 * WEEK + 6 * DAY)
    progress = pair.seen(MONDAY + 3 * WEEK + 2 * DAY)
    assert [week.state for week in progress.weeks[1:3]] == [WeekState.PAUSED] * 2
    assert [week.percent for week in progress.weeks[:3]] == [100, None, None]
    assert (progress.figures.recent.met, progress.figures.recent.due) == (3, 3)
    assert progress.flags == ()


def test_weeks_between_two_programs_stay_on_the_time_axis_as_not_due(pair: Pair):
    first = a_program(pair.db, pair.physio, pair.patient)
    first.ends_before = MONDAY + WEEK
    a_program(pair.db, pair.physio, pair.patient, title="Later", starts_on=MONDAY + 3 * WEEK)
    progress = pair.seen(MONDAY + 3 * WEEK)
    assert [week.state for week in progress.weeks] == [
        WeekState.SCORED,
        WeekState.NOT_SCORED,
        WeekState.NOT_SCORED,
        WeekState.SCORED,
    ]
    assert [program.is_over for program in progress.programs] == [True, False]


def test_a_missing_morning_is_a_gap_and_never_a_zero(pair: Pair):
    program = a_program(pair.db, pair.physio, pair.patient)
    a_log(pair.db, pair.patient, program, MONDAY, pain_before=None)
    a_log(pair.db, pair.patient, program, MONDAY + 2 * DAY)
    a_morning(pair.db, pair.patient, MONDAY + 3 * DAY, 0)
    missing, answered = pair.seen(MONDAY + 4 * DAY).sessions
    assert (missing.before, missing.next_morning) == (None, None)
    assert missing.light.status is Status.UNCONFIRMED
    assert answered.next_morning == 0
    assert answered.light.status is Status.FINAL


def test_two_sessions_of_a_day_are_one_mark_with_the_worse_pain(pair: Pair):
    program = a_program(pair.db, pair.physio, pair.patient)
    a_log(pair.db, pair.patient, program, MONDAY, pain_during=7, performed_at=at(MONDAY, 8))
    a_log(pair.db, pair.patient, program, MONDAY, pain_during=1)
    progress = pair.seen(MONDAY + DAY)
    assert [session.during for session in progress.sessions] == [7, 1]
    charts = charts_of(progress)
    assert charts
    assert charts.wide.summary.first_pain == charts.wide.summary.last_pain == 7


def test_a_red_light_of_the_last_seven_days_is_a_reason_to_look(pair: Pair):
    program = a_program(pair.db, pair.physio, pair.patient)
    a_log(pair.db, pair.patient, program, MONDAY, pain_during=8)
    on_sunday, on_monday = pair.seen(MONDAY + 6 * DAY), pair.seen(MONDAY + 7 * DAY)
    assert [flag.code for flag in on_sunday.flags] == [FlagCode.RED]
    assert on_sunday.sessions[0].light.color is Color.RED
    assert on_monday.flags == ()


def test_a_withdrawn_session_is_gone_from_the_weeks_and_the_pain(pair: Pair):
    program = a_program(pair.db, pair.physio, pair.patient)
    a_log(pair.db, pair.patient, program, MONDAY).withdrawn_at = at(MONDAY, 21)
    progress = pair.seen(MONDAY + DAY)
    assert progress.sessions == ()
    assert progress.weeks[0].figure.met == 0


def test_a_trend_shows_the_heaviest_load_of_each_day_with_gaps(pair: Pair):
    program = a_program(pair.db, pair.physio, pair.patient)
    loads = {0: "8", 2: None, 4: "10.5"}
    for day, load in loads.items():
        amounts = {"reps": 10, "load_kg": Decimal(load) if load else None}
        a_past_log(pair.db, program, MONDAY + day * DAY, amounts=amounts)
    (trend,) = pair.seen(MONDAY + 5 * DAY).trends
    assert trend.measure is Measure.LOAD
    assert [point.load for point in trend.points] == [8.0, None, 10.5]


@pytest.mark.parametrize(
    ("amounts", "measure", "best"),
    [
        ({"reps": 12}, Measure.REPS, 12),
        ({"seconds": 45}, Measure.SECONDS, 45),
        ({"reps": 1, "seconds": 30}, Measure.SECONDS, 30),
        ({"reps": 8, "seconds": 5}, Measure.REPS, 8),
    ],
)
def test_without_loads_a_trend_shows_single_holds_in_seconds_and_the_rest_in_repetitions(
    pair: Pair, amounts: dict[str, int], measure: Measure, best: int
):
    program = a_program(pair.db, pair.physio, pair.patient)
    a_past_log(pair.db, program, MONDAY, amounts=amounts)
    (trend,) = pair.seen(MONDAY + DAY).trends
    assert (trend.measure, trend.points[0].load) == (measure, best)


def test_changes_pauses_and_treatments_stand_in_order_and_a_common_pause_stands_once(pair: Pair):
    programs = [a_program(pair.db, pair.physio, pair.patient, title=t) for t in ("Hip", "Run")]
    an_adjusted(pair.db, pair.physio, programs[0], sessions_per_week=4, reason="Stronger now")
    for program in programs:
        a_past_pause(pair.db, program, MONDAY + 3 * DAY, MONDAY + 4 * DAY)
    a_treatment(pair.db, pair.patient, pair.physio, MONDAY + 2 * DAY, "Patellar tape")
    progress = pair.seen(MONDAY + 2 * WEEK)
    assert [(h.kind, h.subject, h.note) for h in progress.happenings] == [
        ("plan", "Hip", ""),
        ("plan", "Run", ""),
        ("treatment", "", "Patellar tape"),
        ("pause", "", ""),
        ("plan", "Hip", "Stronger now"),
    ]
    assert progress.programs[0].version.number == 2


def test_an_adjustment_that_is_still_to_come_is_announced_and_not_in_force(pair: Pair):
    program = a_program(pair.db, pair.physio, pair.patient)
    an_adjusted(pair.db, pair.physio, program, today=MONDAY, sessions_per_week=4)
    (view,) = pair.seen(MONDAY + DAY).programs
    assert (view.version.sessions_per_week, view.version.number) == (3, 1)
    assert view.coming is not None
    assert (view.coming.number, view.coming.effective_from) == (2, MONDAY + WEEK)


def test_a_program_that_begins_later_has_no_week_yet(pair: Pair):
    a_program(pair.db, pair.physio, pair.patient, today=MONDAY, starts_on=MONDAY + 2 * WEEK)
    progress = pair.seen(MONDAY + DAY)
    assert progress.current is None
    assert progress.programs[0].current is None
    assert charts_of(progress) is None


def test_sessions_before_the_weeks_shown_are_not_read(pair: Pair):
    start = MONDAY - 60 * WEEK
    program = a_program(pair.db, pair.physio, pair.patient, starts_on=start)
    a_long_history(pair.db, program, MONDAY, sessions=150)
    progress = pair.seen(MONDAY, weeks=26)
    assert min(s.performed_on for s in progress.sessions) >= MONDAY - 25 * WEEK
    assert len(progress.weeks) == 26
    assert progress.figures.whole.due > 3 * 50


@pytest.fixture
def counted(statements: list[str]) -> Callable[[], list[str]]:
    return lambda: [s for s in statements if s.startswith("SELECT")]


def test_the_read_takes_seven_statements_however_long_the_history(
    pair: Pair, counted: Callable[[], list[str]]
):
    start = MONDAY - 150 * WEEK
    program = a_program(pair.db, pair.physio, pair.patient, starts_on=start)
    a_long_history(pair.db, program, MONDAY, sessions=100)
    few = _statements(pair, counted)
    for number in range(100, 500):
        a_past_log(pair.db, program, MONDAY - 2 * number * DAY)
    assert _statements(pair, counted) == few == 7


def _statements(pair: Pair, counted: Callable[[], list[str]]) -> int:
    patient_id = pair.patient.id
    pair.db.commit()
    before = len(counted())
    card = patient_card(pair.db, patient_id)
    assert progress_of(pair.db, card, now=at(MONDAY, 12)).sessions
    return len(counted()) - before
