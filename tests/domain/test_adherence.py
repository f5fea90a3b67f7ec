from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehab_tracker.domain.adherence import (
    Band,
    Log,
    Summary,
    WeekResult,
    WeekState,
    band,
    counts_as_session,
    half_up,
    is_low,
    is_silent,
    may_be_logged,
    score_week,
    session_credit,
    summarize,
)
from rehab_tracker.domain.schedule import Pause, Plan, Version
from rehab_tracker.domain.week import Week, local_day

MONDAY = date(2026, 3, 2)
WEEK = Week(MONDAY)
CORE = {"squat": 3, "bridge": 3, "clam": 3, "raise": 3}
PLAN = Plan(MONDAY, None, (Version(MONDAY, 1, 3, CORE),))


def on(days: int) -> date:
    return MONDAY + timedelta(days=days)


def a_plan(per_week: int, start: int = 0) -> Plan:
    return Plan(on(start), None, (Version(on(start), 1, per_week, CORE),))


def full(*days: int) -> list[Log]:
    return [Log(on(day), CORE) for day in days]


def test_a_session_is_worth_the_share_of_its_core_sets():
    assert session_credit(Log(MONDAY, {"squat": 3, "bridge": 1}), CORE) == Fraction(1, 3)


def test_surplus_sets_of_one_exercise_never_stand_in_for_another():
    assert session_credit(Log(MONDAY, {"squat": 12}), CORE) == Fraction(1, 4)


def test_a_program_without_core_exercises_earns_no_credit():
    assert session_credit(Log(MONDAY, {"stretch": 2}), {}) == 0


@pytest.mark.parametrize(
    ("sets", "stopped", "counted"),
    [
        ({"squat": 3, "bridge": 3}, False, True),
        ({"squat": 3, "bridge": 2}, False, False),
        ({"stretch": 9}, False, False),
        ({"squat": 1}, True, True),
        ({"squat": 0}, True, False),
        ({}, True, False),
    ],
)
def test_half_the_core_sets_or_an_obeyed_stop_makes_a_session(
    sets: dict[str, int], stopped: bool, counted: bool
):
    assert counts_as_session(Log(MONDAY, sets, stopped), CORE) is counted


def test_two_halves_of_one_day_make_one_session():
    halves = [Log(MONDAY, {"squat": 3}), Log(MONDAY, {"bridge": 3})]
    result = score_week(PLAN, halves, WEEK)
    assert (result.done, result.dose) == (1, Fraction(1, 2))


def test_two_full_logs_of_one_day_are_still_one_session():
    assert score_week(PLAN, full(0, 0), WEEK).done == 1


def test_a_stop_in_one_of_a_days_logs_holds_for_the_day():
    logs = [Log(MONDAY, {"squat": 1}, stopped_for_pain=False), Log(MONDAY, {}, True)]
    assert score_week(PLAN, logs, WEEK).done == 1


@pytest.mark.parametrize(
    ("start", "exact", "due", "state"),
    [
        (0, Fraction(3), 3, WeekState.SCORED),
        (1, Fraction(18, 7), 3, WeekState.SCORED),
        (2, Fraction(15, 7), 2, WeekState.SCORED),
        (3, Fraction(12, 7), 2, WeekState.SCORED),
        (4, Fraction(9, 7), 1, WeekState.SCORED),
        (5, Fraction(6, 7), 1, WeekState.SCORED),
        (6, Fraction(3, 7), 0, WeekState.NOT_SCORED),
    ],
)
def test_a_later_start_in_the_week_asks_for_less(
    start: int, exact: Fraction, due: int, state: WeekState
):
    result = score_week(a_plan(3, start), [], WEEK)
    assert (result.exact, result.due, result.state) == (exact, due, state)
    assert (result.active_days, result.paused_days) == (7 - start, 0)


def test_a_session_in_a_week_that_asked_for_none_is_extra_and_has_no_percentage():
    result = score_week(a_plan(3, 6), full(6), WEEK)
    assert (result.done, result.extra, result.met) == (1, 1, 0)
    assert (result.percent, result.dose_percent, result.overdoing) == (None, None, False)


def test_sessions_on_days_off_are_kept_as_extra_and_never_score():
    plan = Plan(on(1), on(5), PLAN.versions, (Pause(on(2), on(3), "illness"),))
    result = score_week(plan, full(0, 2, 3, 5), WEEK)
    assert (result.done, result.extra, result.dose) == (0, 4, 0)
    assert (result.active_days, result.paused_days) == (2, 2)


def test_a_session_before_the_first_version_is_extra():
    early = [Log(on(0), {"squat": 1}), Log(on(1), {"squat": 0})]
    assert score_week(a_plan(3, 3), early, WEEK).extra == 1


def test_too_little_done_on_a_paused_day_is_not_an_extra_session():
    plan = replace(PLAN, pauses=(Pause(on(0), on(6), "holiday"),))
    assert score_week(plan, [Log(on(1), {"stretch": 4})], WEEK).extra == 0


def test_a_week_is_paused_only_when_the_pause_is_why_nothing_was_due():
    mostly_paused = replace(a_plan(1), pauses=(Pause(on(0), on(3), "illness"),))
    assert score_week(mostly_paused, [], WEEK).state is WeekState.PAUSED
    last_day_paused = replace(a_plan(3, 6), pauses=(Pause(on(6), on(6), "illness"),))
    assert score_week(last_day_paused, [], WEEK).state is WeekState.NOT_SCORED


def test_a_session_is_measured_by_the_version_of_its_day():
    versions = (*PLAN.versions, Version(on(3), 2, 3, {"squat": 1}))
    logs = [Log(on(0), {"squat": 1}), Log(on(3), {"squat": 1})]
    result = score_week(replace(PLAN, versions=versions), logs, WEEK)
    assert (result.done, result.dose) == (1, Fraction(13, 12))


def test_the_dose_view_takes_the_best_sessions_of_as_many_as_were_due():
    logs = [Log(on(0), {"squat": 3}), *full(1), Log(on(2), {"squat": 3, "clam": 3})]
    result = score_week(a_plan(2), logs, WEEK)
    assert (result.dose, result.dose_percent) == (Fraction(3, 2), 75)


@pytest.mark.parametrize(("done", "flagged"), [(3, False), (4, False), (5, True), (6, True)])
def test_two_sessions_more_than_due_are_flagged_as_overdoing(done: int, flagged: bool):
    result = score_week(PLAN, full(*range(done)), WEEK)
    assert result.overdoing is flagged
    assert (result.percent, result.extra) == (100, done - 3)


def test_a_clock_change_leaves_a_week_of_seven_dates():
    zone = ZoneInfo("America/Los_Angeles")
    instants = [datetime(2026, 3, 8, hour, 30, tzinfo=UTC) for hour in (7, 8, 10)]
    logs = [Log(local_day(instant, zone), CORE) for instant in instants]
    result = score_week(PLAN, logs, WEEK)
    assert [log.performed_on for log in logs] == [on(5), on(6), on(6)]
    assert (result.due, result.done, result.active_days) == (3, 2, 7)


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent"),
    [(0, 3, 0), (2, 3, 67), (1, 8, 13), (1, 40, 3), (199, 200, 100), (Fraction(1, 6), 3, 6)],
)
def test_half_a_percent_rounds_up(numerator: int | Fraction, denominator: int, percent: int):
    assert half_up(numerator, denominator) == percent


def test_weeks_add_up_as_sums_never_as_a_mean_of_percentages():
    weeks = [(a_plan(3), full(0, 1, 2)), (a_plan(3), full(0, 1)), (a_plan(1), [])]
    total = summarize(score_week(plan, logs, WEEK) for plan, logs in weeks)
    assert total == Summary(met=5, due=7, extra=0, dose=Fraction(5))
    assert (total.percent, total.dose_percent) == (71, 71)


def test_weeks_that_asked_for_nothing_add_their_extra_sessions_and_no_percentage():
    total = summarize([score_week(a_plan(3, 6), full(6), WEEK)])
    assert (total.due, total.extra, total.percent, total.dose_percent) == (0, 1, None, None)


@pytest.mark.parametrize(
    ("percent", "expected_band"),
    [
        (None, None),
        (0, Band.LOW),
        (49, Band.LOW),
        (50, Band.PARTLY),
        (79, Band.PARTLY),
        (80, Band.ON_TRACK),
        (100, Band.ON_TRACK),
    ],
)
def test_a_percentage_falls_in_its_band(percent: int | None, expected_band: Band | None):
    assert band(percent) is expected_band


LOW = score_week(PLAN, full(0), WEEK)
GOOD = score_week(PLAN, full(0, 2), WEEK)
PAUSED = score_week(replace(PLAN, pauses=(Pause(on(0), on(6), "illness"),)), [], WEEK)


@pytest.mark.parametrize(
    ("weeks", "low"),
    [
        ([], False),
        ([LOW], False),
        ([LOW, LOW], True),
        ([GOOD, LOW, LOW], True),
        ([LOW, LOW, GOOD], False),
        ([LOW, GOOD, LOW], False),
        ([LOW, PAUSED, LOW], True),
        ([PAUSED, LOW], False),
    ],
)
def test_two_low_scored_weeks_in_a_row_ask_for_attention(weeks: list[WeekResult], low: bool):
    assert is_low(weeks) is low


def test_one_missed_session_of_a_twice_a_week_plan_is_not_low():
    week = score_week(a_plan(2), full(0), WEEK)
    assert not is_low([week, week])


@pytest.mark.parametrize(
    ("last_log", "since", "today", "silent"),
    [
        (None, 0, 9, False),
        (None, 0, 10, True),
        (5, 0, 14, False),
        (5, 0, 15, True),
        (0, 8, 17, False),
        (0, 8, 18, True),
        (0, None, 99, False),
    ],
)
def test_ten_days_without_a_log_are_silence_unless_paused(
    last_log: int | None, since: int | None, today: int, silent: bool
):
    last_log_on = None if last_log is None else on(last_log)
    assert is_silent(last_log_on, None if since is None else on(since), on(today)) is silent


@pytest.mark.parametrize(("days_ago", "allowed"), [(-1, False), (0, True), (7, True), (8, False)])
def test_a_patient_may_log_up_to_seven_days_back_and_never_ahead(days_ago: int, allowed: bool):
    assert may_be_logged(on(-days_ago), today=MONDAY) is allowed


logs_of_a_week = st.lists(
    st.builds(
        Log,
        st.integers(0, 6).map(on),
        st.dictionaries(st.sampled_from([*CORE, "stretch"]), st.integers(0, 5)),
        st.booleans(),
    ),
    max_size=12,
)
frequencies = st.integers(1, 7)


@given(logs_of_a_week, frequencies, st.randoms())
def test_the_order_of_logs_never_matters(logs: list[Log], per_week: int, random: Random):
    shuffled = random.sample(logs, len(logs))
    assert score_week(a_plan(per_week), shuffled, WEEK) == score_week(a_plan(per_week), logs, WEEK)


@given(logs_of_a_week, frequencies, st.integers(0, 6))
def test_every_count_of_a_week_stays_within_its_bounds(logs: list[Log], per_week: int, start: int):
    result = score_week(a_plan(per_week, start), logs, WEEK)
    assert 0 <= result.met <= result.due <= 7
    assert result.met <= result.done <= 7
    assert 0 <= result.extra <= 7
    assert 0 <= result.dose <= result.due
    assert (result.percent is None) == (result.due == 0) == (result.state != WeekState.SCORED)
    assert result.percent is None or 0 <= result.dose_percent <= 100 >= result.percent


@given(logs_of_a_week, frequencies, frequencies)
def test_surplus_never_lifts_another_week_or_program(
    logs: list[Log], per_week: int, other_per_week: int
):
    other = score_week(a_plan(other_per_week), [], WEEK.next())
    result = score_week(a_plan(per_week), [*logs, *full(*range(7))], WEEK)
    total = summarize([result, other])
    assert (result.percent, other.percent) == (100, 0)
    assert total.met == result.due
    assert total.due == result.due + other.due


@given(logs_of_a_week, st.integers(0, 6), frequencies)
def test_one_more_session_never_lowers_a_week(logs: list[Log], day: int, per_week: int):
    before = score_week(a_plan(per_week), logs, WEEK)
    after = score_week(a_plan(per_week), [*logs, *full(day)], WEEK)
    assert after.met >= before.met
    assert after.dose >= before.dose
    assert after.extra >= before.extra


@given(logs_of_a_week, frequencies)
def test_a_log_of_another_week_changes_nothing(logs: list[Log], per_week: int):
    plan = a_plan(per_week, -7)
    assert score_week(plan, [*logs, *full(-1, 7)], WEEK) == score_week(plan, logs, WEEK)
