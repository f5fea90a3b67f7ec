from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehab_tracker.domain.pain import (
    Color,
    PainLimits,
    PainScores,
    Profile,
    Status,
    baseline,
    earlier_mornings,
    is_unsettled,
    light,
    limits_for,
    morning_window,
)
from rehab_tracker.domain.week import local_day

Clock = tuple[int, int, int, int]

CALM = PainScores(before=0, during=0)


@pytest.mark.parametrize(
    ("profile", "green_max", "amber_max"),
    [(Profile.STANDARD, 2, 5), (Profile.IRRITABLE, 2, 3), (Profile.RUNNING, 2, 4)],
)
def test_each_profile_has_its_limits(profile: Profile, green_max: int, amber_max: int):
    assert limits_for(profile) == PainLimits(green_max, amber_max, profile)


@pytest.mark.parametrize(
    ("profile", "scores", "color", "code"),
    [
        ("standard", {"during": 2}, "green", "P9"),
        ("standard", {"during": 3}, "amber", "P4"),
        ("standard", {"during": 5}, "amber", "P4"),
        ("standard", {"during": 6}, "red", "P1"),
        ("irritable", {"during": 3}, "amber", "P4"),
        ("irritable", {"during": 4}, "red", "P1"),
        ("running", {"during": 4}, "amber", "P4"),
        ("running", {"during": 5}, "red", "P1"),
        ("standard", {"limp": True}, "amber", "P3"),
        ("irritable", {"limp": True}, "amber", "P3"),
        ("running", {"limp": True}, "red", "P3"),
        ("standard", {"new_swelling": True}, "red", "P2"),
        ("running", {"settled60": False}, "amber", "P5"),
        ("running", {"settled60": True}, "green", "P9"),
        ("running", {"settled60": None}, "green", "P9"),
        ("standard", {"settled60": False}, "green", "P9"),
        ("standard", {"red_flag": True}, "stop", "P0"),
        ("standard", {"red_flag": True, "during": 9, "new_swelling": True}, "stop", "P0"),
        ("standard", {"during": 6, "new_swelling": True, "limp": True}, "red", "P1"),
        ("standard", {"new_swelling": True, "limp": True}, "red", "P2"),
        ("standard", {"limp": True, "during": 4}, "amber", "P3"),
        ("running", {"during": 3, "settled60": False}, "amber", "P4"),
    ],
)
def test_pain_on_the_day_sets_the_first_color_that_applies(
    profile: str, scores: dict[str, Any], color: str, code: str
):
    shown = light(replace(CALM, **scores), limits_for(Profile(profile)), [0, 0, 0], None, False)
    assert (shown.color, shown.code, shown.status) == (color, code, Status.PENDING)


@pytest.mark.parametrize(
    ("usual", "next_morning", "color", "code"),
    [
        (0, 0, "green", "P9"),
        (0, 1, "green", "P9"),
        (0, 2, "amber", "M2"),
        (0, 3, "red", "M1"),
        (1, 2, "green", "P9"),
        (1, 3, "red", "M1"),
        (2, 3, "amber", "M3"),
        (2, 4, "red", "M1"),
        (3, 3, "green", "P9"),
        (5, 2, "green", "P9"),
        (9, 10, "amber", "M3"),
    ],
)
def test_the_next_morning_is_judged_against_the_usual_one(
    usual: int, next_morning: int, color: str, code: str
):
    shown = light(CALM, limits_for(Profile.STANDARD), [usual] * 3, next_morning, False)
    assert (shown.color, shown.code, shown.status) == (color, code, Status.FINAL)
    assert (shown.baseline, shown.next_morning) == (usual, next_morning)


@pytest.mark.parametrize(
    ("during", "next_morning", "code"),
    [(4, 3, "M1"), (4, 2, "P4"), (6, 3, "P1"), (6, 2, "P1"), (2, 1, "P9")],
)
def test_the_worse_cause_is_told_and_on_a_tie_the_one_at_saving(
    during: int, next_morning: int, code: str
):
    scores = replace(CALM, during=during)
    shown = light(scores, limits_for(Profile.STANDARD), [0] * 3, next_morning, False)
    assert shown.code == code


@pytest.mark.parametrize(
    ("before", "mornings", "usual"),
    [
        (4, [1, 1, 1], 1),
        (4, [0, 1, 2, 3], 1),
        (4, [3, 0, 2], 2),
        (4, [2, 2], 4),
        (4, [], 4),
        (None, [2, 2], None),
        (None, [2, 2, 2], 2),
        (4, [9, 9, 9, 0, 0, 0, 0, 1, 1, 1], 0),
    ],
)
def test_the_usual_morning_is_the_lower_median_of_the_latest_seven(
    before: int | None, mornings: list[int], usual: int | None
):
    assert baseline(before, mornings) == usual


def test_only_mornings_of_the_fourteen_days_up_to_the_session_are_asked():
    session_day = date(2026, 3, 20)
    scores = {session_day - timedelta(days=ago): ago for ago in (-1, 14, 0, 15, 3)}
    assert earlier_mornings({day: max(ago, 0) for day, ago in scores.items()}, session_day) == (
        14,
        3,
        0,
    )


@pytest.mark.parametrize(
    ("next_morning", "day_after_over", "status"),
    [
        (None, False, Status.PENDING),
        (None, True, Status.UNCONFIRMED),
        (1, False, Status.UNCONFIRMED),
        (1, True, Status.UNCONFIRMED),
    ],
)
def test_a_morning_without_anything_to_judge_it_by_never_confirms(
    next_morning: int | None, day_after_over: bool, status: Status
):
    unknown = replace(CALM, before=None)
    shown = light(unknown, limits_for(Profile.STANDARD), [1], next_morning, day_after_over)
    assert (shown.color, shown.code, shown.status) == (Color.GREEN, "P9", status)
    assert shown.baseline is None


@pytest.mark.parametrize(
    ("during", "usual", "next_morning", "later", "unsettled"),
    [
        (7, 1, 4, 3, True),
        (7, 1, 4, 2, False),
        (7, 1, 1, 3, True),
        (2, 1, 3, 3, True),
        (7, 1, 4, None, False),
        (7, 1, None, 9, False),
        (2, 0, 2, 2, False),
    ],
)
def test_only_a_confirmed_red_light_is_followed_until_the_pain_is_no_longer_up(
    during: int, usual: int, next_morning: int | None, later: int | None, unsettled: bool
):
    """The last case is a small rise at low pain: amber, and a wobble of the scale."""
    scores = PainScores(before=usual, during=during)
    lit = light(scores, limits_for(Profile.STANDARD), [usual] * 3, next_morning, True)
    assert is_unsettled(lit, later) is unsettled


def test_a_red_flag_stays_a_stop_while_the_morning_is_awaited():
    flagged = replace(CALM, red_flag=True)
    shown = light(flagged, limits_for(Profile.STANDARD), [], None, False)
    assert (shown.color, shown.status) == (Color.STOP, Status.PENDING)


@pytest.mark.parametrize("score", [-1, 11, 2.0, "2", True, None])
def test_a_pain_score_is_a_whole_number_from_zero_to_ten(score: Any):
    with pytest.raises(ValueError, match="pain score"):
        PainScores(before=0, during=score)
    if score is not None:
        with pytest.raises(ValueError, match="pain score"):
            PainScores(before=score, during=0)
        with pytest.raises(ValueError, match="pain score"):
            light(CALM, limits_for(Profile.STANDARD), [], score, False)
    with pytest.raises(ValueError, match="pain score"):
        baseline(0, [score])
    with pytest.raises(ValueError, match="pain score"):
        PainLimits(score, 10)


def test_the_green_limit_cannot_lie_above_the_amber_limit():
    assert PainLimits(3, 3).profile is Profile.STANDARD
    with pytest.raises(ValueError, match="green limit"):
        PainLimits(4, 3)


def test_colors_are_ordered_from_green_to_stop():
    assert sorted(Color, key=lambda color: color.severity) == ["green", "amber", "red", "stop"]


@pytest.mark.parametrize(
    ("zone", "session_day", "opens", "closes"),
    [
        ("UTC", date(2026, 3, 2), (3, 3, 4, 0), (3, 4, 0, 0)),
        ("Pacific/Auckland", date(2026, 3, 2), (3, 2, 15, 0), (3, 3, 11, 0)),
        # The clock changes on the morning after: 8 March, 5 April, 5 April.
        ("America/Los_Angeles", date(2026, 3, 7), (3, 8, 11, 0), (3, 9, 7, 0)),
        ("Pacific/Auckland", date(2026, 4, 4), (4, 4, 16, 0), (4, 5, 12, 0)),
        ("Australia/Lord_Howe", date(2026, 4, 4), (4, 4, 17, 30), (4, 5, 13, 30)),
    ],
)
def test_the_morning_is_asked_from_four_until_midnight_local(
    zone: str, session_day: date, opens: Clock, closes: Clock
):
    window = morning_window(session_day, ZoneInfo(zone))
    assert window == (datetime(2026, *opens, tzinfo=UTC), datetime(2026, *closes, tzinfo=UTC))
    assert local_day(window[0], ZoneInfo(zone)) == session_day + timedelta(days=1)


points = st.integers(0, 10)
answers = st.builds(
    PainScores,
    points | st.none(),
    points,
    st.none() | st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
limits = st.tuples(points, points, st.sampled_from(Profile)).map(
    lambda chosen: PainLimits(min(chosen[:2]), max(chosen[:2]), chosen[2])
)
mornings = st.lists(points, max_size=9)


@given(answers, limits, mornings, st.booleans())
def test_a_missing_morning_is_never_green_and_final(
    scores: PainScores, of_patient: PainLimits, earlier: list[int], over: bool
):
    shown = light(scores, of_patient, earlier, None, over)
    assert shown.status is (Status.UNCONFIRMED if over else Status.PENDING)


@given(answers, limits, mornings, st.none() | points)
def test_final_always_rests_on_a_morning_and_a_baseline(
    scores: PainScores, of_patient: PainLimits, earlier: list[int], morning: int | None
):
    shown = light(scores, of_patient, earlier, morning, True)
    rests = shown.next_morning is not None and shown.baseline is not None
    assert (shown.status is Status.FINAL) == rests


@given(answers, limits, mornings, st.none() | points, points)
def test_the_light_never_gets_milder_as_the_worst_pain_rises(
    scores: PainScores, of_patient: PainLimits, earlier: list[int], morning: int | None, worse: int
):
    risen = replace(scores, during=max(scores.during, worse))
    mild = light(scores, of_patient, earlier, morning, True)
    assert light(risen, of_patient, earlier, morning, True).color.severity >= mild.color.severity


@given(answers, limits, mornings, st.none() | points, points)
def test_the_light_never_gets_milder_as_the_next_morning_hurts_more(
    scores: PainScores, of_patient: PainLimits, earlier: list[int], morning: int | None, worse: int
):
    risen = worse if morning is None else max(morning, worse)
    mild = light(scores, of_patient, earlier, morning, True)
    assert light(scores, of_patient, earlier, risen, True).color.severity >= mild.color.severity


@given(
    answers,
    limits,
    mornings,
    st.none() | points,
    st.sampled_from(["limp", "new_swelling", "red_flag", "settled60"]),
)
def test_the_light_never_gets_milder_with_a_warning_sign(
    scores: PainScores, of_patient: PainLimits, earlier: list[int], morning: int | None, sign: str
):
    warned = replace(scores, **{sign: sign != "settled60"})
    mild = light(scores, of_patient, earlier, morning, True)
    assert light(warned, of_patient, earlier, morning, True).color.severity >= mild.color.severity
