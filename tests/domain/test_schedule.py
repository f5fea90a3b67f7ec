from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehab_tracker.domain.schedule import (
    Pause,
    Plan,
    Version,
    active_since,
    due_sevenths,
    expected,
    is_active,
    is_paused,
    patient_may_pause,
    unpaused,
    version_on,
)
from rehab_tracker.domain.week import Week

MONDAY = date(2026, 3, 2)
WEEK = Week(MONDAY)
THREE = Version(MONDAY, 1, 3, {"squat": 3})
PLAN = Plan(MONDAY, None, (THREE,))


def on(days: int) -> date:
    return MONDAY + timedelta(days=days)


def test_the_newest_version_that_took_effect_is_in_force():
    plan = replace(PLAN, versions=(replace(THREE, effective_from=on(3), number=2), THREE))
    assert version_on(plan, on(-1)) is None
    assert [version_on(plan, on(i)).number for i in (0, 2, 3, 9)] == [1, 1, 2, 2]


@pytest.mark.parametrize("numbers", [(1, 2), (2, 1)])
def test_of_two_versions_from_one_day_the_higher_number_is_in_force(numbers: tuple[int, int]):
    versions = tuple(replace(THREE, number=number) for number in numbers)
    assert version_on(replace(PLAN, versions=versions), MONDAY) == replace(THREE, number=2)


def test_a_program_is_active_from_its_start_up_to_but_not_on_its_end():
    plan = replace(PLAN, ends_before=on(3))
    assert [is_active(plan, on(i)) for i in (-1, 0, 2, 3)] == [False, True, True, False]


def test_a_program_waits_for_its_first_version():
    plan = replace(PLAN, starts_on=on(-7))
    assert not is_active(plan, on(-1))
    assert due_sevenths(plan, WEEK.previous()) == 0
    assert active_since(plan, on(2)) == MONDAY


def test_a_version_effective_before_the_start_asks_for_nothing_until_the_start():
    assert due_sevenths(replace(PLAN, starts_on=on(3)), WEEK) == 12


def test_a_pause_covers_both_its_ends():
    plan = replace(PLAN, pauses=(Pause(on(2), on(4), "holiday"),))
    paused = [False, False, True, True, True, False, False]
    assert [is_paused(plan, day) for day in WEEK.days] == paused
    assert [not is_active(plan, day) for day in WEEK.days] == paused
    assert due_sevenths(plan, WEEK) == 12
    assert due_sevenths(unpaused(plan), WEEK) == 21


def test_overlapping_pauses_take_a_day_off_once():
    plan = replace(PLAN, pauses=(Pause(on(2), on(4), "illness"), Pause(on(4), on(5), "safety")))
    assert due_sevenths(plan, WEEK) == 9


def test_an_open_hold_lasts_until_it_is_ended():
    plan = replace(PLAN, pauses=(Pause(on(2), None, "safety"),))
    assert not is_paused(plan, on(1))
    assert is_paused(plan, on(500))


def test_an_active_stretch_begins_at_the_start_or_after_the_latest_pause():
    plan = replace(PLAN, pauses=(Pause(on(2), on(4), "illness"), Pause(on(20), None, "safety")))
    assert active_since(plan, on(1)) == MONDAY
    assert active_since(plan, on(3)) is None
    assert active_since(plan, on(10)) == on(5)
    assert active_since(plan, on(20)) is None


def test_a_pause_that_lies_ahead_does_not_move_the_active_stretch():
    plan = replace(PLAN, pauses=(Pause(on(9), on(12), "holiday"),))
    assert active_since(plan, on(5)) == MONDAY


@pytest.mark.parametrize(
    ("sevenths", "sessions"),
    [(0, 0), (3, 0), (4, 1), (9, 1), (10, 1), (11, 2), (12, 2), (29, 4), (49, 7)],
)
def test_half_a_session_rounds_up_without_floating_point(sevenths: int, sessions: int):
    assert expected(sevenths) == sessions


@pytest.mark.parametrize(
    ("first", "last", "allowed"),
    [(0, 6, True), (0, 7, False), (3, 3, True), (-1, 2, False), (0, None, False), (3, 2, False)],
)
def test_a_patient_may_pause_up_to_seven_days_but_never_backwards(
    first: int, last: int | None, allowed: bool
):
    last_on = None if last is None else on(last)
    assert patient_may_pause(on(first), last_on, today=MONDAY) is allowed


frequencies = st.integers(0, 7)
offsets = st.integers(-10, 10)


@st.composite
def plans(draw: st.DrawFn):
    changes = draw(st.lists(st.tuples(offsets, frequencies), min_size=1, max_size=4))
    versions = tuple(
        Version(on(offset), number, frequency, {"squat": 3})
        for number, (offset, frequency) in enumerate(changes, 1)
    )
    spans = draw(st.lists(st.tuples(offsets, st.integers(0, 6) | st.none()), max_size=2))
    pauses = tuple(
        Pause(on(first), None if length is None else on(first + length), "illness")
        for first, length in spans
    )
    ends_before = draw(st.none() | offsets.map(on))
    return Plan(on(draw(offsets)), ends_before, versions, pauses)


@given(plans())
def test_never_more_than_seven_sessions_are_due_in_a_week(plan: Plan):
    assert 0 <= expected(due_sevenths(plan, WEEK)) <= 7
    assert due_sevenths(plan, WEEK) <= due_sevenths(unpaused(plan), WEEK)


@given(plans(), st.integers(0, 3), st.integers(0, 10))
def test_splitting_a_version_into_two_equal_ones_changes_nothing_due(
    plan: Plan, which: int, later: int
):
    first = plan.versions[which % len(plan.versions)]
    split_on = first.effective_from + timedelta(days=later)
    in_force = version_on(plan, split_on)
    repeated = replace(in_force, effective_from=split_on, number=99)
    split = replace(plan, versions=(*plan.versions, repeated))
    assert due_sevenths(split, WEEK) == due_sevenths(plan, WEEK)


@given(plans(), st.integers(-20, 20))
def test_a_program_is_active_on_every_day_of_its_active_stretch(plan: Plan, days: int):
    today = on(days)
    since = active_since(plan, today)
    assert (since is not None) == is_active(plan, today)
    if since is not None:
        assert all(is_active(plan, today - timedelta(i)) for i in range((today - since).days + 1))
        assert not is_active(plan, since - timedelta(days=1))
