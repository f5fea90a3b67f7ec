"""Weekly adherence, exactly as the definitions page prints it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from rehab_tracker.domain.rule import setting
from rehab_tracker.domain.schedule import (
    Plan,
    due_sevenths,
    expected,
    is_active,
    unpaused,
    version_on,
)
from rehab_tracker.domain.week import DAYS_PER_WEEK, Week

_SESSION_COUNTS_AT = Fraction(setting("session_counts_at"), 100)
_OVERDOING_MARGIN = setting("overdoing_margin")
_LATE = timedelta(days=setting("late_days"))
_ON_TRACK_FROM = setting("on_track_from")
_PARTLY_FROM = setting("partly_from")
_LOW_WEEKS = setting("low_weeks")
_SILENT = timedelta(days=setting("silent_days"))


class WeekState(StrEnum):
    """Whether a week enters adherence, and if not, whether pauses are why."""

    SCORED = "scored"
    PAUSED = "paused"
    NOT_SCORED = "not_scored"


class Band(StrEnum):
    """Where a percentage stands, in neutral words."""

    ON_TRACK = "on_track"
    PARTLY = "partly"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Log:
    """What a patient did of one program on one local day, in sets that count, by exercise."""

    performed_on: date
    done_sets: Mapping[str, int]
    stopped_for_pain: bool = False


@dataclass(frozen=True, slots=True)
class WeekResult:
    """One program's week; `dose` is the sum of the best credits, of as many sessions as were due.

    `done` counts sessions on active days, `extra` those beyond the due ones and on other days.
    """

    week: Week
    due_sevenths: int
    due: int
    done: int
    extra: int
    dose: Fraction
    state: WeekState
    overdoing: bool
    active_days: int
    paused_days: int

    @property
    def exact(self) -> Fraction:
        """The sessions due before rounding."""
        return Fraction(self.due_sevenths, DAYS_PER_WEEK)

    @property
    def met(self) -> int:
        """The due sessions that were done."""
        return min(self.done, self.due)

    @property
    def percent(self) -> int | None:
        """Session adherence; None when nothing was due."""
        return _percent(self.met, self.due)

    @property
    def dose_percent(self) -> int | None:
        """Dose adherence; None when nothing was due."""
        return _percent(self.dose, self.due)


@dataclass(frozen=True, slots=True)
class Summary:
    """Several weeks or programs together: sums, never a mean of percentages."""

    met: int
    due: int
    extra: int
    dose: Fraction

    @property
    def percent(self) -> int | None:
        """Session adherence over all; None when nothing was due."""
        return _percent(self.met, self.due)

    @property
    def dose_percent(self) -> int | None:
        """Dose adherence over all; None when nothing was due."""
        return _percent(self.dose, self.due)


def half_up(numerator: int | Fraction, denominator: int) -> int:
    """Return a share as a whole percentage, halves rounded up."""
    return (200 * numerator + denominator) // (2 * denominator)


def session_credit(log: Log, core_sets: Mapping[str, int]) -> Fraction:
    """Return the share of the prescribed core sets that was done; surplus sets fill no gap."""
    done = sum(min(log.done_sets.get(item, 0), due) for item, due in core_sets.items())
    return Fraction(done, sum(core_sets.values()) or 1)


def counts_as_session(log: Log, core_sets: Mapping[str, int]) -> bool:
    """Whether enough was done, or the patient rightly stopped for pain after at least one set."""
    stopped_early = log.stopped_for_pain and any(log.done_sets.values())
    return stopped_early or session_credit(log, core_sets) >= _SESSION_COUNTS_AT


def score_week(plan: Plan, logs: Iterable[Log], week: Week) -> WeekResult:
    """Return one program's week from its logs in any order; those of other weeks are ignored."""
    merged = _by_day(log for log in logs if log.performed_on in week)
    on_plan = [log for log in merged if is_active(plan, log.performed_on)]
    credits_won = [session_credit(log, _core_sets(plan, log)) for log in on_plan]
    sevenths = due_sevenths(plan, week)
    due = expected(sevenths)
    done = _sessions(plan, on_plan)
    active_days = _active_days(plan, week)
    return WeekResult(
        week=week,
        due_sevenths=sevenths,
        due=due,
        done=done,
        extra=max(0, done - due) + _sessions(plan, merged) - done,
        dose=sum(sorted(credits_won, reverse=True)[:due], Fraction(0)),
        state=_state(plan, week, due),
        overdoing=done >= due + _OVERDOING_MARGIN,
        active_days=active_days,
        paused_days=_active_days(unpaused(plan), week) - active_days,
    )


def summarize(results: Iterable[WeekResult]) -> Summary:
    """Return scored weeks of any programs as one; what is extra in one never fills another."""
    results = tuple(results)
    scored = [result for result in results if result.state is WeekState.SCORED]
    return Summary(
        met=sum(result.met for result in scored),
        due=sum(result.due for result in scored),
        extra=sum(result.extra for result in results),
        dose=sum((result.dose for result in scored), Fraction(0)),
    )


def band(percent: int | None) -> Band | None:
    """Return where a session percentage stands; None when nothing was due."""
    if percent is None:
        return None
    if percent >= _ON_TRACK_FROM:
        return Band.ON_TRACK
    return Band.PARTLY if percent >= _PARTLY_FROM else Band.LOW


def is_low(closed_results: Sequence[WeekResult]) -> bool:
    """Whether one program's last scored closed weeks, newest last, are all in the low band."""
    percents = [result.percent for result in closed_results if result.state is WeekState.SCORED]
    latest = percents[-_LOW_WEEKS:]
    return len(latest) == _LOW_WEEKS and all(band(percent) is Band.LOW for percent in latest)


def is_silent(last_log_on: date | None, active_since: date | None, today: date) -> bool:
    """Whether nothing was logged for too many days of an unbroken active stretch."""
    if active_since is None:
        return False
    return today - max(active_since, last_log_on or active_since) >= _SILENT


def may_be_logged(performed_on: date, today: date) -> bool:
    """Whether a patient may still log a local day: not in the future, not too long ago."""
    return today - _LATE <= performed_on <= today


def _by_day(logs: Iterable[Log]) -> list[Log]:
    days: defaultdict[date, list[Log]] = defaultdict(list)
    for log in logs:
        days[log.performed_on].append(log)
    return [_merged(day, of_day) for day, of_day in days.items()]


def _merged(day: date, logs: Sequence[Log]) -> Log:
    done_sets: Counter[str] = Counter()
    for log in logs:
        done_sets.update(log.done_sets)
    return Log(day, done_sets, any(log.stopped_for_pain for log in logs))


def _core_sets(plan: Plan, log: Log) -> Mapping[str, int]:
    # Before the first version nothing was prescribed to compare with: what was done is the whole.
    version = version_on(plan, log.performed_on)
    return version.core_sets if version else log.done_sets


def _sessions(plan: Plan, logs: Iterable[Log]) -> int:
    return sum(counts_as_session(log, _core_sets(plan, log)) for log in logs)


def _active_days(plan: Plan, week: Week) -> int:
    return sum(is_active(plan, day) for day in week.days)


def _state(plan: Plan, week: Week, due: int) -> WeekState:
    if due:
        return WeekState.SCORED
    lost_to_pauses = expected(due_sevenths(unpaused(plan), week))
    return WeekState.PAUSED if lost_to_pauses else WeekState.NOT_SCORED


def _percent(numerator: int | Fraction, due: int) -> int | None:
    return half_up(numerator, due) if due else None
