"""Why a patient needs a look, in order of need."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rehab_tracker.domain.pain import Color, Status
from rehab_tracker.domain.rule import setting
from rehab_tracker.domain.schedule import Plan, is_paused
from rehab_tracker.progress.flags import light_flags
from rehab_tracker.progress.view import Flag, SessionView

_RISE = setting("morning_rise")
_TWO_DAYS = timedelta(days=2)
_SOON = timedelta(days=14)


class NeedCode(StrEnum):
    """Reasons to look, the most pressing first."""

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


def light_needs(
    sessions: Sequence[SessionView], mornings: Mapping[date, int], today: date
) -> Iterator[Need]:
    """Yield the lights of the last seven days that ask for a look, and knees still sore."""
    yield from (Need.of(flag) for flag in light_flags(sessions, today))
    unsettled = [s for s in sessions if _is_unsettled(s, mornings)]
    if unsettled:
        yield Need(NeedCode.NOT_SETTLING, unsettled[-1].program, on=unsettled[-1].performed_on)


def _is_unsettled(session: SessionView, mornings: Mapping[date, int]) -> bool:
    """Tell whether a red session's pain was still up on the second morning (clinical.md B6)."""
    light, later = session.light, mornings.get(session.performed_on + _TWO_DAYS)
    if light.color is not Color.RED or light.status is not Status.FINAL:
        return False
    return later is not None and light.baseline is not None and later >= light.baseline + _RISE


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
