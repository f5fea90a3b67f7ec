"""Warning signs that need help from elsewhere (clinical.md E): what each one asks for, how fast."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from rehab_tracker.domain.rule import Mark, setting

WORDING = 1
"""The edition of the questions and answers; a changed sentence is a new edition."""


class Level(StrEnum):
    """Which help to seek and how fast, the most pressing first."""

    EMERGENCY_NOW = "emergency_now"
    EMERGENCY_TODAY = "emergency_today"
    URGENT_TODAY = "urgent_today"
    URGENT = "urgent"
    DOCTOR_DAYS = "doctor_days"
    ASSESSMENT_DAYS = "assessment_days"
    PHYSIO_FIRST = "physio_first"

    @property
    def group(self) -> "Group":
        """Whom to turn to."""
        return _GROUPS[self]


class Group(StrEnum):
    """Whom to turn to, the most pressing first."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    DAYS = "days"
    PHYSIO = "physio"


_GROUPS = {
    Level.EMERGENCY_NOW: Group.EMERGENCY,
    Level.EMERGENCY_TODAY: Group.EMERGENCY,
    Level.URGENT_TODAY: Group.URGENT,
    Level.URGENT: Group.URGENT,
    Level.DOCTOR_DAYS: Group.DAYS,
    Level.ASSESSMENT_DAYS: Group.DAYS,
    Level.PHYSIO_FIRST: Group.PHYSIO,
}
_PLACES = {level: place for place, level in enumerate(Level)}


class Limit(StrEnum):
    """What a sign rules out beyond the held programs."""

    NO_IMPACT = "no_impact"
    NOT_EXERCISE = "not_exercise"
    NO_SPORT = "no_sport"
    NO_RUNNING = "no_running"


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One sign by the code of its row; `E2+` is E2 together with what makes it an emergency."""

    code: str
    level: Level
    marks: tuple[Mark, ...]
    limit: Limit | None = None


_TABLE = (
    RedFlag("E1", Level.EMERGENCY_TODAY, ("R",)),
    RedFlag("E2", Level.URGENT_TODAY, ("R",)),
    RedFlag("E2+", Level.EMERGENCY_NOW, ("R",)),
    RedFlag("E3", Level.EMERGENCY_TODAY, ("R", "K")),
    RedFlag("E4", Level.EMERGENCY_TODAY, ("R",)),
    RedFlag("E5", Level.URGENT_TODAY, ("R",)),
    RedFlag("E6", Level.URGENT_TODAY, ("R",)),
    RedFlag("E7", Level.URGENT, ("R",), Limit.NO_IMPACT),
    RedFlag("E8", Level.DOCTOR_DAYS, ("R",), Limit.NOT_EXERCISE),
    RedFlag("E9", Level.URGENT_TODAY, ("R",), Limit.NO_SPORT),
    RedFlag("E10", Level.ASSESSMENT_DAYS, ("K",), Limit.NO_RUNNING),
    RedFlag("E11", Level.EMERGENCY_NOW, ("R", "K")),
    RedFlag("E12", Level.DOCTOR_DAYS, ("K",)),
    RedFlag("E13", Level.PHYSIO_FIRST, ("K",)),
)
RED_FLAGS: Mapping[str, RedFlag] = MappingProxyType({flag.code: flag for flag in _TABLE})
"""Every sign by its code, in the order of the table."""


def by_group() -> Mapping[Group, tuple[RedFlag, ...]]:
    """Return the signs by whom to turn to, the most pressing first."""
    return {
        group: in_order(flag.code for flag in _TABLE if flag.level.group is group)
        for group in Group
    }


def in_order(codes: Iterable[str]) -> tuple[RedFlag, ...]:
    """Return signs, the most pressing first; KeyError for a code that there is not."""
    return tuple(sorted((RED_FLAGS[code] for code in codes), key=lambda f: _PLACES[f.level]))


def strictest(codes: Iterable[str]) -> Level | None:
    """Return how fast help is needed with these signs together; None without any."""
    ordered = in_order(codes)
    return ordered[0].level if ordered else None


def must_be_asked(during: int, *, is_red: bool) -> bool:
    """Whether a session asks for the warning signs: its light is red, or it hurt that much."""
    return is_red or during >= setting("red_flags_asked_from")
