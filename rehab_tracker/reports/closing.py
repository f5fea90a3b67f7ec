"""Which weeks of the roll-up are closed, for patients who live in different zones."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Membership, Patient, Person
from rehab_tracker.domain.week import DAYS_PER_WEEK, Week, WeekStart, is_closed, local_day, week_of
from rehab_tracker.logbook.models import ProgramWeek

_DAY = timedelta(days=1)

ByDay = tuple[tuple[date, tuple[str, ...]], ...]
"""Days in order, each with the zones that it is true of."""


def is_week_start(day: date) -> bool:
    """Tell whether anybody's week begins on this day."""
    return any(week_of(day, start).first_on == day for start in WeekStart)


@lru_cache(maxsize=64)
def last_closed(now: datetime, zone: ZoneInfo) -> date:
    """Return the first day of the last week that is closed in a zone, Monday's or Sunday's."""
    day = local_day(now, zone) - DAYS_PER_WEEK * _DAY
    while not is_week_start(day) or not is_closed(Week(day), now, zone):
        day -= _DAY
    return day


@dataclass(frozen=True, slots=True)
class Closing:
    """Weeks that begin by `everywhere` are closed for all, later ones in some zones only.

    `days` are the local days of the instant, up to three, with the zones in which it is that day.
    """

    everywhere: date
    ahead: ByDay
    days: ByDay

    @property
    def latest(self) -> date:
        """The first day of the last week that is closed for anybody."""
        return self.ahead[-1][0] if self.ahead else self.everywhere

    @property
    def is_closed(self) -> ColumnElement[bool]:
        """The condition for a row of the roll-up; it names patients only while zones differ."""
        return or_(
            ProgramWeek.first_on <= self.everywhere,
            *(
                (ProgramWeek.first_on <= last) & ProgramWeek.patient_id.in_(_living_in(zones))
                for last, zones in self.ahead
            ),
        )

    def today(self, zone: ZoneInfo) -> date:
        """Return the local day in a zone that somebody lives in."""
        return next(day for day, zones in self.days if zone.key in zones)

    def locally(self, condition: Callable[[date], ColumnElement[bool]]) -> ColumnElement[bool]:
        """Return a condition on patients that depends on their local day."""
        if len(self.days) == 1:
            return condition(self.days[0][0])
        return or_(*(condition(day) & Patient.id.in_(_living_in(z)) for day, z in self.days))


def _living_in(zones: tuple[str, ...]) -> Select[UUID]:
    return (
        select(Patient.id)
        .join(Membership, Membership.id == Patient.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.time_zone.in_(zones))
    )


def closing(db: Session, now: datetime) -> Closing:
    """Return what is closed at an instant, from the zones that people live in."""
    zones = db.scalars(_ZONES).all()
    (everywhere, _zones), *ahead = _by_day(zones, lambda zone: last_closed(now, zone))
    return Closing(everywhere, tuple(ahead), _by_day(zones, lambda zone: local_day(now, zone)))


def _each_zone() -> Select[str]:
    """Return each zone once: from one to the next in the index, past all who live in the same."""
    found = select(func.min(Person.time_zone).label("zone")).cte("zone", recursive=True)
    following = select(func.min(Person.time_zone)).where(Person.time_zone > found.c.zone)
    found = found.union_all(select(following.scalar_subquery()).where(found.c.zone.is_not(None)))
    return select(found.c.zone).where(found.c.zone.is_not(None))


_ZONES = _each_zone()


def _by_day(zones: Iterable[str], day_of: Callable[[ZoneInfo], date]) -> ByDay:
    found: defaultdict[date, list[str]] = defaultdict(list)
    for zone in sorted(zones):
        found[day_of(ZoneInfo(zone))].append(zone)
    return tuple((day, tuple(found[day])) for day in sorted(found))
