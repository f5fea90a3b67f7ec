"""Weeks × patients, or physios, or programs: sums of the roll-up and how they read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

from rehab_tracker.domain.adherence import WeekState, band, half_up
from rehab_tracker.domain.week import Week, WeekStart, week_of
from rehab_tracker.reports.closing import is_week_start

_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_HALF = timedelta(days=3)


class Fact(NamedTuple):
    """The sums of one week of one patient, physio or template.

    Patients' weeks alone tell all that was done, and whether a week with nothing due was paused.
    """

    key: Any
    first_on: date
    closed: bool
    met: int
    due: int
    extra: int
    done: int = 0
    state: WeekState = WeekState.NOT_SCORED


@dataclass(frozen=True, slots=True)
class Period:
    """The weeks of a report in the clinic's own calendar."""

    weeks: tuple[Week, ...]
    starts_on: WeekStart

    @classmethod
    def ending(cls, day: date, count: int, starts_on: WeekStart) -> "Period":
        """Return so many weeks, the last of which holds a day."""
        last = week_of(day, starts_on).first_on
        return cls(tuple(Week(last - i * _WEEK) for i in reversed(range(count))), starts_on)

    @property
    def first_on(self) -> date:
        """The first day."""
        return self.weeks[0].first_on

    @property
    def last_on(self) -> date:
        """The last day."""
        return self.weeks[-1].last_on

    @property
    def begins(self) -> list[date]:
        """Every day on which a patient's week of the period can begin: a Monday or a Sunday."""
        nearby = (week.first_on + i * _DAY for week in self.weeks for i in (-1, 0, 1))
        return [day for day in nearby if is_week_start(day) and self.column(day) in self.weeks]

    def column(self, first_on: date) -> Week:
        """Return the week that holds the middle of a patient's week, which may begin otherwise."""
        return week_of(first_on + _HALF, self.starts_on)


@dataclass(slots=True)
class Cell:
    """Sums over programs, patients or weeks; open as long as one of its weeks is."""

    met: int = 0
    due: int = 0
    done: int = 0
    extra: int = 0
    closed: bool = True
    paused: bool = False

    def add(self, fact: Fact) -> None:
        """Count one more week in."""
        self.met += fact.met
        self.due += fact.due
        self.done += fact.done
        self.extra += fact.extra
        self.closed = self.closed and fact.closed
        self.paused = self.paused or fact.state is WeekState.PAUSED

    @property
    def percent(self) -> int | None:
        """Session adherence; None while a week is open and where nothing was due."""
        return half_up(self.met, self.due) if self.due and self.closed else None

    @property
    def state(self) -> str:
        """How it reads: paused, not_due, open, or the band of its percentage."""
        if not self.due:
            return "paused" if self.paused else "not_due"
        found = band(self.percent)
        return found.value if found else "open"


@dataclass(slots=True)
class Line:
    """One row of weeks; its total sums what is closed and nothing else."""

    cells: dict[Week, Cell] = field(default_factory=dict)
    total: Cell = field(default_factory=Cell)

    def add(self, week: Week, fact: Fact) -> None:
        """Count a fact in its week, and in the total once it is closed."""
        self.cells.setdefault(week, Cell()).add(fact)
        if fact.closed:
            self.total.add(fact)


def lines(facts: Iterable[Fact], period: Period) -> Mapping[Any, Line]:
    """Return the facts in lines by their key."""
    found: defaultdict[Any, Line] = defaultdict(Line)
    column = cache(period.column)
    for fact in facts:
        found[fact.key].add(column(fact.first_on), fact)
    return found
