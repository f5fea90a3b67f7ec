from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehab_tracker.domain.dosage import (
    Dose,
    PerformedAmount,
    Problem,
    Side,
    check_dose,
    counted_sets,
    counts,
    exceeds_core_advice,
    minutes,
    seconds_per_session,
    sets_due,
)

LIFT = Dose(sets=3, reps=8, reps_max=12, tempo="2-1-3-0", rest_s=60, target_rpe=7)
HOLDS = Dose(sets=3, reps=10, hold_s=5, tempo=None, rest_s=30)
PLANK = Dose(sets=2, reps=1, hold_s=20, hold_max_s=45, rest_s=45, per_side=True)
INTERVALS = Dose(sets=8, work_s=60, rest_s=120, target_rpe=4)


@pytest.mark.parametrize(
    "dose",
    [
        LIFT,
        HOLDS,
        PLANK,
        INTERVALS,
        Dose(sets=1, hold_s=600),
        Dose(sets=1, work_s=3600),
        Dose(sets=1, reps=20, tempo="quick"),
        Dose(sets=10, reps=100, reps_max=100, tempo="slow", rest_s=600, target_rpe=10),
        Dose(sets=3, reps=8, load_kg=Decimal("12.50")),
        Dose(sets=3, reps=8, load_kg=Decimal("0.01")),
        Dose(sets=3, reps=8, load_kg=Decimal("1E+2")),
        Dose(sets=3, reps=8, load_kg=Decimal("2.500")),
        Dose(sets=3, reps=8, load_kg=Decimal(300)),
        Dose(sets=3, reps=8, band=9, side=Side.LEFT, per_side=True),
    ],
)
def test_a_dose_a_physio_would_write_is_sound(dose: Dose):
    assert check_dose(dose) == ()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"sets": 0}, Problem("sets", "too_small", 1)),
        ({"sets": 11}, Problem("sets", "too_large", 10)),
        ({"reps": 0}, Problem("reps", "too_small", 1)),
        ({"reps_max": 101}, Problem("reps_max", "too_large", 100)),
        ({"reps_max": 7}, Problem("reps_max", "below_start", 8)),
        ({"hold_s": 0}, Problem("hold_s", "too_small", 1)),
        ({"hold_s": 601}, Problem("hold_s", "too_large", 600)),
        ({"hold_s": 20, "hold_max_s": 19}, Problem("hold_max_s", "below_start", 20)),
        ({"hold_max_s": 19}, Problem("hold_s", "start_missing")),
        ({"rest_s": -1}, Problem("rest_s", "too_small", 0)),
        ({"rest_s": 601}, Problem("rest_s", "too_large", 600)),
        ({"target_rpe": 0}, Problem("target_rpe", "too_small", 1)),
        ({"target_rpe": 11}, Problem("target_rpe", "too_large", 10)),
        ({"band": 0}, Problem("band", "too_small", 1)),
        ({"band": 10}, Problem("band", "too_large", 9)),
        ({"load_kg": Decimal(0)}, Problem("load_kg", "too_small", 0)),
        ({"load_kg": Decimal("300.01")}, Problem("load_kg", "too_large", 300)),
        ({"load_kg": Decimal("2.125")}, Problem("load_kg", "too_fine", 2)),
        ({"load_kg": Decimal("NaN")}, Problem("load_kg", "not_a_number")),
        ({"load_kg": Decimal("Infinity")}, Problem("load_kg", "not_a_number")),
        ({"load_kg": Decimal(5), "band": 2}, Problem("band", "load_and_band")),
        ({"work_s": 60}, Problem("work_s", "work_and_reps")),
        ({"reps": None, "reps_max": None}, Problem("reps", "nothing_to_do")),
        ({"tempo": "2-1-3"}, Problem("tempo", "tempo_form")),
        ({"tempo": "2-1-3-0\n"}, Problem("tempo", "tempo_form")),
        ({"tempo": "0-0-0-0"}, Problem("tempo", "tempo_form")),
        ({"tempo": "gentle"}, Problem("tempo", "tempo_form")),
    ],
)
def test_an_impossible_dose_names_the_field_and_the_limit(change: dict[str, Any], problem: Problem):
    assert check_dose(replace(LIFT, **change)) == (problem,)


def test_timed_work_has_its_own_limits():
    assert check_dose(Dose(sets=1, work_s=4)) == (Problem("work_s", "too_small", 5),)
    assert check_dose(Dose(sets=1, work_s=3601)) == (Problem("work_s", "too_large", 3600),)


def test_every_problem_of_a_dose_is_told_at_once():
    problems = check_dose(replace(LIFT, sets=0, reps_max=4, tempo="fast"))
    assert {problem.field for problem in problems} == {"sets", "reps_max", "tempo"}


@pytest.mark.parametrize(
    ("side", "per_side", "due"),
    [
        (Side.BOTH, True, 6),
        (Side.LEFT, True, 3),
        (Side.RIGHT, True, 3),
        (Side.ALTERNATING, True, 3),
        (Side.BOTH, False, 3),
    ],
)
def test_only_a_per_side_exercise_for_both_sides_doubles_its_sets(
    side: Side, per_side: bool, due: int
):
    assert sets_due(replace(LIFT, side=side, per_side=per_side)) == due


@pytest.mark.parametrize(
    ("dose", "reps", "seconds", "counted"),
    [
        (LIFT, 4, None, True),
        (LIFT, 3, None, False),
        (LIFT, 12, None, True),
        (LIFT, 0, None, False),
        (LIFT, None, 90, False),
        (LIFT, None, None, False),
        (replace(LIFT, reps=5), 2, None, False),
        (replace(LIFT, reps=5), 3, None, True),
        (HOLDS, 5, 1, True),
        (HOLDS, 4, 5, False),
        (HOLDS, None, 5, False),
        (PLANK, 1, 10, True),
        (PLANK, 1, 9, False),
        (PLANK, 1, None, True),
        (PLANK, None, 10, True),
        (Dose(sets=1, hold_s=30), None, 15, True),
        (Dose(sets=1, hold_s=30), None, 14, False),
        (Dose(sets=1, hold_s=30), 1, None, False),
        (Dose(sets=1, reps=1), 1, 40, True),
        (INTERVALS, None, 30, True),
        (INTERVALS, None, 29, False),
    ],
)
def test_a_set_counts_from_half_of_its_repetitions_hold_or_work(
    dose: Dose, reps: int | None, seconds: int | None, counted: bool
):
    assert counts(PerformedAmount(reps, seconds), dose) is counted


def of_sides(left: int, right: int, reps: int = 8) -> list[PerformedAmount]:
    return [PerformedAmount(reps, side=side) for side in ["left"] * left + ["right"] * right]


@pytest.mark.parametrize(
    ("left", "right", "counted"), [(3, 3, 6), (6, 0, 3), (0, 6, 3), (4, 2, 5), (0, 0, 0)]
)
def test_more_sets_of_one_side_do_not_stand_for_the_other(left: int, right: int, counted: int):
    assert counted_sets(of_sides(left, right), replace(LIFT, per_side=True)) == counted


def test_a_set_done_by_less_than_half_counts_for_neither_side():
    performed = [*of_sides(2, 3), *of_sides(1, 0, reps=3)]
    assert counted_sets(performed, replace(LIFT, per_side=True)) == 5


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT, Side.ALTERNATING, Side.BOTH])
def test_where_the_sides_have_no_sets_of_their_own_every_set_counts(side: Side):
    dose = replace(LIFT, side=side, per_side=side is not Side.BOTH)
    assert counted_sets(of_sides(2, 2), dose) == 4


@given(st.integers(1, 10), st.integers(0, 20), st.integers(0, 20))
def test_per_side_sets_never_exceed_what_is_due_and_one_side_alone_is_at_most_half(
    sets: int, left: int, right: int
):
    dose = replace(LIFT, sets=sets, per_side=True)
    counted = counted_sets(of_sides(left, right), dose)
    assert counted == counted_sets(of_sides(right, left), dose) <= sets_due(dose)
    assert 2 * counted_sets(of_sides(left, 0), dose) <= sets_due(dose)
    assert (counted == sets_due(dose)) == (min(left, right) >= sets)


@given(st.integers(1, 100), st.integers(0, 100), st.integers(0, 100))
def test_doing_more_never_turns_a_counted_set_into_an_uncounted_one(due: int, done: int, more: int):
    dose = Dose(sets=1, reps=due)
    before = counts(PerformedAmount(done), dose)
    assert before <= counts(PerformedAmount(done + more), dose)
    assert before == (2 * done >= due)


@pytest.mark.parametrize(
    ("dose", "seconds"),
    [
        (LIFT, 3 * 12 * 6 + 2 * 60 + 30),
        (replace(LIFT, per_side=True), 6 * 12 * 6 + 2 * 60 + 30),
        (replace(LIFT, tempo=None), 3 * 12 * 4 + 2 * 60 + 30),
        (replace(LIFT, tempo="slow"), 3 * 12 * 6 + 2 * 60 + 30),
        (replace(LIFT, tempo="quick"), 3 * 12 * 1 + 2 * 60 + 30),
        (HOLDS, 3 * 10 * 7 + 2 * 30 + 30),
        (PLANK, 4 * 47 + 1 * 45 + 30),
        (Dose(sets=1, hold_s=30), 30 + 2 + 30),
        (INTERVALS, 8 * 60 + 7 * 120 + 30),
    ],
)
def test_the_time_of_an_exercise_counts_movement_rest_sides_and_change_over(
    dose: Dose, seconds: int
):
    assert seconds_per_session([dose]) == seconds


def test_the_time_of_a_session_is_the_sum_of_its_exercises():
    assert seconds_per_session([]) == 0
    together = seconds_per_session([LIFT, PLANK])
    assert together == seconds_per_session([LIFT]) + seconds_per_session([PLANK])


@pytest.mark.parametrize(("seconds", "shown"), [(0, 0), (29, 0), (30, 1), (89, 1), (90, 2)])
def test_half_a_minute_rounds_up(seconds: int, shown: int):
    assert minutes(seconds) == shown


def test_five_core_exercises_are_fine_and_six_are_too_many():
    assert not exceeds_core_advice(5)
    assert exceeds_core_advice(6)
