"""Worked examples of the definitions page, computed by the rules themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rehab_tracker.domain.adherence import Log, WeekResult, score_week
from rehab_tracker.domain.pain import Light, PainLimits, PainScores, Profile, light, limits_for
from rehab_tracker.domain.schedule import Pause, Plan, Version
from rehab_tracker.domain.week import Week

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
_WEEK = Week(date(2026, 11, 16))
_FOUR_EXERCISES = {"squat": 3, "step-up": 3, "bridge": 3, "calf raise": 3}


def _day(weekday: int) -> date:
    return _WEEK.first_on + timedelta(days=weekday)


def _plan(sessions_per_week: int, core_sets: Mapping[str, int] | None = None) -> Plan:
    starts_on = _WEEK.first_on - timedelta(weeks=2)
    version = Version(starts_on, 1, sessions_per_week, core_sets or _FOUR_EXERCISES)
    return Plan(starts_on, None, (version,))


def _logs(*weekdays: int) -> list[Log]:
    return [Log(_day(weekday), _FOUR_EXERCISES) for weekday in weekdays]


def whole_half_and_quarter() -> WeekResult:
    """Return a week of 3 in which all sets, half of them and a quarter of them were done."""
    halves = dict(list(_FOUR_EXERCISES.items())[:2])
    quarter = {"squat": 3}
    logs = [*_logs(MONDAY), Log(_day(WEDNESDAY), halves), Log(_day(FRIDAY), quarter)]
    return score_week(_plan(3), logs, _WEEK)


def starts_on_thursday() -> WeekResult:
    """Return the first week of a program of 3 a week that began in its middle."""
    plan = replace(_plan(3), starts_on=_day(THURSDAY))
    return score_week(plan, _logs(FRIDAY, SUNDAY), _WEEK)


def changed_on_thursday() -> WeekResult:
    """Return a week that turned from 3 to 5 sessions in its middle."""
    plan = _plan(3)
    faster = replace(plan.versions[0], effective_from=_day(THURSDAY), number=2, sessions_per_week=5)
    changed = replace(plan, versions=(*plan.versions, faster))
    return score_week(changed, _logs(MONDAY, FRIDAY, SUNDAY), _WEEK)


def paused_in_the_middle() -> WeekResult:
    """Return a week of 4 with three days paused, on one of which something was done."""
    pause = Pause(_day(WEDNESDAY), _day(FRIDAY), "illness")
    return score_week(replace(_plan(4), pauses=(pause,)), _logs(MONDAY, THURSDAY, SUNDAY), _WEEK)


def five_of_three() -> WeekResult:
    """Return a week of 3 in which five days were logged."""
    return score_week(_plan(3), _logs(MONDAY, TUESDAY, THURSDAY, FRIDAY, SUNDAY), _WEEK)


def strength_and_run() -> tuple[WeekResult, WeekResult]:
    """Return a week of two programs: strength 3 of 3, running 1 of 2."""
    strength = score_week(_plan(3), _logs(MONDAY, WEDNESDAY, FRIDAY), _WEEK)
    return strength, score_week(_plan(2), _logs(SATURDAY), _WEEK)


def three_weeks() -> tuple[WeekResult, WeekResult, WeekResult]:
    """Return weeks of 3, 3 and 1 due sessions, of which 3, 2 and none were done."""
    last = replace(_plan(3), starts_on=_day(FRIDAY))
    return (
        score_week(_plan(3), _logs(MONDAY, WEDNESDAY, FRIDAY), _WEEK),
        score_week(_plan(3), _logs(MONDAY, WEDNESDAY), _WEEK),
        score_week(last, (), _WEEK),
    )


@dataclass(frozen=True, slots=True)
class LightExample:
    """One made-up session, the usual morning before it, and the light that the rule gives it."""

    scores: PainScores
    limits: PainLimits
    usual: int
    next_morning: int
    light: Light


def _lit(
    profile: Profile, during: int, *, usual: int = 1, next_morning: int = 1, **signs: bool
) -> LightExample:
    scores, limits = PainScores(usual, during, **signs), limits_for(profile)
    lit = light(scores, limits, (usual,) * 3, next_morning, day_after_over=True)
    return LightExample(scores, limits, usual, next_morning, lit)


def light_examples() -> tuple[LightExample, ...]:
    """Return one session for every code that a light can carry, in the order of the rules."""
    return (
        _lit(Profile.STANDARD, 1, red_flag=True),
        _lit(Profile.STANDARD, 6),
        _lit(Profile.STANDARD, 2, new_swelling=True),
        _lit(Profile.RUNNING, 2, limp=True),
        _lit(Profile.STANDARD, 4),
        _lit(Profile.RUNNING, 2, settled60=False),
        _lit(Profile.STANDARD, 2),
        _lit(Profile.STANDARD, 2, next_morning=3),
        _lit(Profile.STANDARD, 1, usual=0, next_morning=2),
        _lit(Profile.STANDARD, 2, usual=2, next_morning=3),
    )
