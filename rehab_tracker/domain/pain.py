"""The traffic light of a logged session: pain on the day, then pain the next morning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from rehab_tracker.domain.rule import setting
from rehab_tracker.domain.week import at_local

_SCORE_MAX = setting("pain_score_max")
_BASELINE_DAYS = [timedelta(days=back) for back in range(setting("baseline_window_days"), -1, -1)]
_BASELINE_SCORES_MAX = setting("baseline_scores_max")
_BASELINE_SCORES_MIN = setting("baseline_scores_min")
_RISE = setting("morning_rise")
_SMALL_RISE = setting("morning_small_rise")
_PAINFUL_FROM = setting("morning_painful_from")
_MORNING_OPENS_HOUR = setting("morning_opens_hour")
_DAY = timedelta(days=1)


class Profile(StrEnum):
    """The kind of knee and work for which pain limits are set."""

    STANDARD = "standard"
    IRRITABLE = "irritable"
    RUNNING = "running"


class Color(StrEnum):
    """A light's color, mildest first."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    STOP = "stop"

    @property
    def severity(self) -> int:
        """Place from 0, the mildest."""
        return _SEVERITIES[self]


_SEVERITIES = {color: place for place, color in enumerate(Color)}


class Status(StrEnum):
    """Whether the next morning has confirmed a light."""

    PENDING = "pending"
    FINAL = "final"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class PainLimits:
    """The highest worst pain that stays green and amber; ValueError unless 0 <= green <= amber."""

    green_max: int
    amber_max: int
    profile: Profile = Profile.STANDARD

    def __post_init__(self) -> None:
        _require_scores(self.green_max, self.amber_max)
        if self.green_max > self.amber_max:
            raise ValueError("the green limit lies above the amber limit")


@dataclass(frozen=True, slots=True)
class PainScores:
    """What a patient told about one session, 0-10; None is not answered; ValueError outside."""

    before: int | None
    during: int
    settled60: bool | None = None
    limp: bool = False
    new_swelling: bool = False
    red_flag: bool = False

    def __post_init__(self) -> None:
        _require_scores(self.during, self.during if self.before is None else self.before)


@dataclass(frozen=True, slots=True)
class Light:
    """A session's color with the code of the rule that set it, and what it rests on."""

    color: Color
    code: str
    status: Status
    baseline: int | None
    next_morning: int | None


def limits_for(profile: Profile) -> PainLimits:
    """Return the limits that a profile starts from; a physio may set others."""
    return PainLimits(setting(f"{profile}_green_max"), setting(f"{profile}_amber_max"), profile)


def earlier_mornings(scores: Mapping[date, int], session_day: date) -> tuple[int, ...]:
    """Return the morning scores that may set a session's baseline, oldest first.

    The session's own morning came before the session, so it belongs to them.
    """
    found = [scores.get(session_day - back) for back in _BASELINE_DAYS]
    return tuple(score for score in found if score is not None)


def baseline(before: int | None, earlier_mornings: Sequence[int]) -> int | None:
    """Return the usual morning pain, the lower median of the latest scores, oldest first.

    With too few mornings it is the pain just before; None when that is not known either.
    """
    latest = sorted(earlier_mornings[-_BASELINE_SCORES_MAX:])
    _require_scores(*latest)
    if len(latest) < _BASELINE_SCORES_MIN:
        return before
    return latest[(len(latest) - 1) // 2]


def light(
    scores: PainScores,
    limits: PainLimits,
    earlier_mornings: Sequence[int],
    next_morning: int | None,
    day_after_over: bool,
) -> Light:
    """Return the worse of the color at saving and the next morning's; on a tie the first's code.

    Without a morning score, or a baseline to judge it by, the color at saving stands, never final.
    """
    if next_morning is not None:
        _require_scores(next_morning)
    usual = baseline(scores.before, earlier_mornings)
    at_saving = _at_saving(scores, limits)
    if next_morning is None or usual is None:
        over = day_after_over or next_morning is not None
        status = Status.UNCONFIRMED if over else Status.PENDING
        return Light(*at_saving, status, usual, next_morning)
    worse = max(at_saving, _in_the_morning(next_morning, usual), key=lambda c: c[0].severity)
    return Light(*worse, Status.FINAL, usual, next_morning)


def is_unsettled(light: Light, later_morning: int | None) -> bool:
    """Whether a morning's pain is still up after a red session (clinical.md B6); None is not."""
    if later_morning is None or light.baseline is None or light.status is not Status.FINAL:
        return False
    return light.color is Color.RED and later_morning >= light.baseline + _RISE


def morning_window(session_day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the UTC instants between which the next morning is asked for, the end excluded."""
    morning = session_day + _DAY
    return at_local(morning, _MORNING_OPENS_HOUR, zone), at_local(morning + _DAY, 0, zone)


def _at_saving(scores: PainScores, limits: PainLimits) -> tuple[Color, str]:
    running = limits.profile is Profile.RUNNING
    rules = (
        (scores.red_flag, Color.STOP, "P0"),
        (scores.during > limits.amber_max, Color.RED, "P1"),
        (scores.new_swelling, Color.RED, "P2"),
        (scores.limp, Color.RED if running else Color.AMBER, "P3"),
        (scores.during > limits.green_max, Color.AMBER, "P4"),
        (running and scores.settled60 is False, Color.AMBER, "P5"),
    )
    return next(((color, code) for met, color, code in rules if met), (Color.GREEN, "P9"))


def _in_the_morning(score: int, usual: int) -> tuple[Color, str]:
    rise, painful = score - usual, score >= _PAINFUL_FROM
    if rise >= _RISE:
        return (Color.RED, "M1") if painful else (Color.AMBER, "M2")
    return (Color.AMBER, "M3") if rise >= _SMALL_RISE and painful else (Color.GREEN, "M9")


def _require_scores(*scores: int) -> None:
    for score in scores:
        if type(score) is not int or not 0 <= score <= _SCORE_MAX:
            raise ValueError(f"a pain score is a whole number from 0 to {_SCORE_MAX}, not {score}")
