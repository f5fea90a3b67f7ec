"""Why a patient needs a look, in order of need."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rehab_tracker.domain.schedule import Plan, is_paused
from rehab_tracker.progress.view import Flag

_SOON = timedelta(days=14)


class NeedCode(StrEnum):
    """Reasons to look, the most pressing first."""

    HELD = "held"
    STOP = "stop"
    RED = "red"
    NOT_SETTLING = "not_settling"
    SILENT = "silent"
    LOW = "low"
    UNASSIGNED = "unassigned"
    ENDING = "ending"
    PAUSED = "paused"
    INVITED = "invited"


@dataclass(frozen=True, slots=True)
class Need:
    """One reason, with what it concerns, the days it counts or the day it happened."""

    code: NeedCode
    subject: str = ""
    days: int = 0
    on: date | None = None

    @classmethod
    def of(cls, flag: Flag) -> "Need":
        """Return a reason that the patient's page shows too."""
        return cls(NeedCode(flag.code), flag.subject, flag.days, flag.on)


TELLING = {NeedCode.PAUSED, NeedCode.INVITED}
"""What explains a patient's silence without asking for a look."""

_URGENCY = {code: place for place, code in enumerate(NeedCode)}


def by_need(needs: Sequence[Need]) -> tuple[int, int, int]:
    """Return what sorts patients: the most pressing reason, how many there are, how long it is."""
    places = [_URGENCY[need.code] for need in needs]
    longest = max((need.days for need in needs), default=0)
    return min(places, default=len(_URGENCY)), -len(places), -longest


def plan_needs(plans: Iterable[tuple[str, Plan]], today: date) -> Iterator[Need]:
    """Yield what is ahead of running programs, given by title: none, their end, a pause."""
    plans = tuple(plans)
    if not plans:
        yield Need(NeedCode.UNASSIGNED)
        return
    ends = [(plan.ends_before or date.max, title) for title, plan in plans]
    last, title = max(ends)
    if last <= today + _SOON:
        yield Need(NeedCode.ENDING, title, on=last - timedelta(days=1))
    pauses = [pause for _title, plan in plans for pause in plan.pauses if today in pause]
    if pauses and all(is_paused(plan, today) for _title, plan in plans):
        until = max(pause.last_on or date.max for pause in pauses)
        yield Need(NeedCode.PAUSED, pauses[0].reason, on=None if until == date.max else until)
