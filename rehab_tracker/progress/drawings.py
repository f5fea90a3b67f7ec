"""From facts to what the charts draw: with names, dates and units in the reader's language."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from textwrap import shorten

from flask_babel import gettext as _
from flask_babel import ngettext

from rehab_tracker.domain.adherence import WeekState
from rehab_tracker.domain.pain import Light
from rehab_tracker.domain.rule import setting
from rehab_tracker.foundation.dates import brief_day, brief_days
from rehab_tracker.logbook.models import TreatmentKind
from rehab_tracker.logbook.words import TREATMENT_NAMES
from rehab_tracker.programs.models import PauseReason
from rehab_tracker.programs.words import PAUSE_NAMES
from rehab_tracker.progress.chart_shapes import (
    Marker,
    PainPoint,
    ProgressCharts,
    Trend,
    WeekBar,
)
from rehab_tracker.progress.charts import load_trend, progress_charts
from rehab_tracker.progress.view import ExerciseTrend, Happening, Progress, SessionView, WeekView
from rehab_tracker.progress.words import MEASURE_UNITS

_GOAL = setting("on_track_from")
_MARKER_LENGTH = 48


@dataclass(frozen=True, slots=True)
class TrendLine:
    """One exercise's trend with its small drawing and its unit."""

    trend: ExerciseTrend
    drawing: Trend | None
    unit: str
    points: str


def charts_of(progress: Progress) -> ProgressCharts | None:
    """Return the weeks and the pain as charts; None before the first week."""
    return progress_charts(
        [_bar(week) for week in progress.weeks],
        list(_pain(progress.sessions)),
        [_marker(h, told(h, progress)) for h in progress.happenings],
        goal=_GOAL,
    )


def trend_lines(trends: Iterable[ExerciseTrend]) -> list[TrendLine]:
    """Return every exercise's trend ready to draw."""
    return [_trend_line(trend, str(MEASURE_UNITS[trend.measure])) for trend in trends]


def _trend_line(trend: ExerciseTrend, unit: str) -> TrendLine:
    unknown = str(_("not recorded"))
    amounts = [unknown if p.load is None else f"{p.load:g} {unit}" for p in trend.points]
    days = brief_days([point.on for point in trend.points])
    points = "\n".join([f"{day}: {amount}" for day, amount in zip(days, amounts, strict=True)])
    unbroken = points.replace(" ", "\u00a0").replace("\n", ", ")
    return TrendLine(trend, load_trend(trend.points), unit, unbroken)


def told(happening: Happening, progress: Progress) -> str:
    """Return in words what happened; a change names its program where there are several."""
    if happening.kind == "pause":
        return _pause(happening)
    if happening.kind == "treatment":
        name = str(TREATMENT_NAMES[TreatmentKind(happening.code)])
        return f"{name}: {happening.note}" if happening.note else name
    if happening.code == "1":
        return str(_("Start of “%(program)s”", program=happening.subject))
    reason = happening.note or str(_("Plan changed"))
    return f"{happening.subject}: {reason}" if len(progress.programs) > 1 else reason


def _marker(happening: Happening, text: str) -> Marker:
    return Marker(happening.on, happening.kind, shorten(text, _MARKER_LENGTH, placeholder="…"))


def _pause(happening: Happening) -> str:
    name = str(PAUSE_NAMES[PauseReason(happening.code)])
    if happening.until is None and happening.code == PauseReason.SAFETY:
        return str(_("%(reason)s, until it is cleared", reason=name))
    if happening.until is None:
        return str(_("%(reason)s, until resumed", reason=name))
    days = (happening.until - happening.on).days + 1
    return f"{name}, {ngettext('%(num)s day', '%(num)s days', days)}"


def _bar(week: WeekView) -> WeekBar:
    scored = week.state is WeekState.SCORED
    return WeekBar(
        label=brief_day(week.week.first_on),
        first_on=week.week.first_on,
        due=week.figure.due,
        done=week.figure.met,
        extra=week.figure.extra,
        percent=week.percent,
        state="open" if scored and not week.closed else week.state.value,
        paused_days=week.paused_days,
    )


def _pain(sessions: Sequence[SessionView]) -> Iterator[PainPoint]:
    """Yield one point per day on which something was logged: the worst of its sessions."""
    for day, logged in groupby(sessions, key=attrgetter("performed_on")):
        yield _worst(day, list(logged))


def _worst(day: date, sessions: Sequence[SessionView]) -> PainPoint:
    light: Light = max((s.light for s in sessions), key=lambda light: light.color.severity)
    return PainPoint(
        on=day,
        before=max((s.before for s in sessions if s.before is not None), default=None),
        during=max(s.during for s in sessions),
        next_morning=sessions[0].next_morning,
        color=light.color.value,
    )
