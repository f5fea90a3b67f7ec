"""From rows of the weekly roll-up to the figures of a patient's weeks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from rehab_tracker.domain.adherence import Summary, WeekResult, WeekState, summarize
from rehab_tracker.domain.rule import setting
from rehab_tracker.domain.week import Week, WeekStart, is_closed, week_of, weeks_between
from rehab_tracker.progress.view import Figures, WeekView

RECENT_WEEKS = 4
"""How many closed weeks the recent figure sums: enough that one miss of two is no verdict."""

_WEEK = timedelta(weeks=1)
_OVERDOING_MARGIN = setting("overdoing_margin")
NOTHING = summarize(())


@dataclass(frozen=True, slots=True)
class Window:
    """The weeks that a page shows, and how far they are over at one moment where the patient is."""

    now: datetime
    zone: ZoneInfo
    today: date
    starts_on: WeekStart
    weeks: int

    @property
    def this_week(self) -> Week:
        """The week that today is in."""
        return week_of(self.today, self.starts_on)

    @property
    def first_on(self) -> date:
        """The first day of the first week."""
        return self.this_week.first_on - (self.weeks - 1) * _WEEK

    @property
    def recent_from(self) -> date:
        """The first day of the weeks that closed last."""
        last = self.this_week.previous()
        last_closed = last if self.is_closed(last) else last.previous()
        return last_closed.first_on - (RECENT_WEEKS - 1) * _WEEK

    def is_closed(self, week: Week) -> bool:
        """Tell whether a week may show its percentage."""
        return is_closed(week, self.now, self.zone)


@dataclass(frozen=True, slots=True)
class RollUp:
    """A patient's weeks in the window by program, and the sum of those before it, all closed."""

    results: Mapping[UUID, tuple[WeekResult, ...]]
    earlier: Mapping[UUID, Summary]

    def every_result(self) -> tuple[WeekResult, ...]:
        """Return the weeks of all programs, the oldest first."""
        found = (result for results in self.results.values() for result in results)
        return tuple(sorted(found, key=lambda result: result.week))


def roll_up(rows: Iterable[Any]) -> RollUp:
    """Sort rows by program; those without a first day were summed by the database."""
    results: dict[UUID, list[WeekResult]] = {}
    earlier: dict[UUID, Summary] = {}
    for row in rows:
        if row.shown_on is None:
            summed = earlier.get(row.program_id, NOTHING)
            earlier[row.program_id] = together(
                summed, Summary(row.met, row.due, row.extra, _dose(row))
            )
        else:
            results.setdefault(row.program_id, []).append(_result(row))
    return RollUp({key: tuple(found) for key, found in results.items()}, earlier)


def together(*summaries: Summary) -> Summary:
    """Return several sums as one."""
    return Summary(
        met=sum(summary.met for summary in summaries),
        due=sum(summary.due for summary in summaries),
        extra=sum(summary.extra for summary in summaries),
        dose=sum((summary.dose for summary in summaries), Fraction(0)),
    )


def figures(results: Sequence[WeekResult], earlier: Summary, window: Window) -> Figures:
    """Sum what is closed: the last weeks, and all there is."""
    closed = [result for result in results if window.is_closed(result.week)]
    return Figures(
        recent=summarize(r for r in closed if r.week.first_on >= window.recent_from),
        whole=together(earlier, summarize(closed)),
    )


def week_views(
    results: Sequence[WeekResult], window: Window, last_on: date | None = None
) -> tuple[WeekView, ...]:
    """Return every week from the first result to today, also those in which no program ran."""
    if not results:
        return ()
    by_week: dict[Week, list[WeekResult]] = {}
    for result in results:
        by_week.setdefault(result.week, []).append(result)
    weeks = weeks_between(min(by_week).first_on, last_on or window.today, window.starts_on)
    return tuple(_week_view(week, by_week.get(week, ()), window) for week in weeks)


def _week_view(week: Week, results: Sequence[WeekResult], window: Window) -> WeekView:
    return WeekView(
        week=week,
        figure=summarize(results),
        state=_state({result.state for result in results}),
        closed=window.is_closed(week),
        paused_days=max((result.paused_days for result in results), default=0),
    )


def _state(states: set[WeekState]) -> WeekState:
    in_order = (WeekState.SCORED, WeekState.PAUSED)
    return next((state for state in in_order if state in states), WeekState.NOT_SCORED)


def _result(row: Any) -> WeekResult:
    return WeekResult(
        week=Week(row.shown_on),
        due_sevenths=row.due_sevenths,
        due=row.due,
        done=row.done,
        extra=row.extra,
        dose=_dose(row),
        state=row.state,
        overdoing=row.done >= row.due + _OVERDOING_MARGIN,
        active_days=row.active_days,
        paused_days=row.paused_days,
    )


def _dose(row: Any) -> Fraction:
    return Fraction(row.dose_num, row.dose_den)
