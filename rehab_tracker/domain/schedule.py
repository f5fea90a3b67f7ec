"""What a program asked for on each local day: versions in force, pauses and sessions due."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rehab_tracker.domain.rule import setting
from rehab_tracker.domain.week import DAYS_PER_WEEK, Week

_PATIENT_PAUSE_MAX = timedelta(days=setting("patient_pause_max_days"))
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Version:
    """An immutable state of a program; `core_sets` are the sets due of each core exercise."""

    effective_from: date
    number: int
    sessions_per_week: int
    core_sets: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which nothing is due, both ends included; open while `last_on` is None."""

    first_on: date
    last_on: date | None
    reason: str

    def __contains__(self, day: date) -> bool:
        return self.first_on <= day and (self.last_on is None or day <= self.last_on)


@dataclass(frozen=True, slots=True)
class Plan:
    """One program over time; it runs up to, not including, `ends_before`."""

    starts_on: date
    ends_before: date | None
    versions: tuple[Version, ...]
    pauses: tuple[Pause, ...] = ()


def version_on(plan: Plan, day: date) -> Version | None:
    """Return the newest version that took effect by a day; of one day's, the highest number."""
    in_effect = (version for version in plan.versions if version.effective_from <= day)
    return max(in_effect, key=lambda v: (v.effective_from, v.number), default=None)


def is_paused(plan: Plan, day: date) -> bool:
    """Whether a pause or a safety hold covers the day."""
    return any(day in pause for pause in plan.pauses)


def is_active(plan: Plan, day: date) -> bool:
    """Whether the program asks for sessions at its frequency on this day."""
    started = plan.starts_on <= day and version_on(plan, day) is not None
    ended = plan.ends_before is not None and plan.ends_before <= day
    return started and not ended and not is_paused(plan, day)


def active_since(plan: Plan, today: date) -> date | None:
    """Return the first day of the unbroken active stretch up to today; None when not active."""
    if not is_active(plan, today):
        return None
    resumed = (p.last_on + _DAY for p in plan.pauses if p.last_on and p.last_on < today)
    return max(plan.starts_on, min(v.effective_from for v in plan.versions), *resumed)


def due_sevenths(plan: Plan, week: Week) -> int:
    """Return the sessions due in a week, times seven so that part weeks stay whole numbers."""
    in_force = (version_on(plan, day) for day in week.days if is_active(plan, day))
    return sum(version.sessions_per_week for version in in_force if version)


def unpaused(plan: Plan) -> Plan:
    """Return the plan as it would be had it never been paused."""
    return replace(plan, pauses=())


def expected(sevenths: int) -> int:
    """Return the whole sessions due, floor(X + 1/2) with X in sevenths."""
    return (2 * sevenths + DAYS_PER_WEEK) // (2 * DAYS_PER_WEEK)


def patient_may_pause(first_on: date, last_on: date | None, today: date) -> bool:
    """Whether a patient may set this pause alone: short, ended, and not back-dated."""
    return (
        last_on is not None
        and today <= first_on <= last_on
        and last_on - first_on < _PATIENT_PAUSE_MAX
    )
