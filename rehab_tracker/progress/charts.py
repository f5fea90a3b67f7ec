"""The geometry of the progress charts: numbers in, SVG paths and text places out.

Adherence by week stands above pain on one time axis. Nothing is drawn where nothing was recorded.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, product
from string import ascii_uppercase

from rehab_tracker.progress.chart_shapes import (
    BarPanel,
    Chart,
    Column,
    Flag,
    LetteredMarker,
    LightColor,
    LoadPoint,
    Marker,
    PainPanel,
    PainPoint,
    PausedBlock,
    ProgressCharts,
    Summary,
    Text,
    Tick,
    Trend,
    WeekBar,
)
from rehab_tracker.progress.svg_paths import (
    Place,
    box,
    circles,
    diamonds,
    line,
    scale,
    spread,
    squares,
    triangles,
)

__all__ = ["LoadPoint", "Marker", "PainPoint", "WeekBar", "load_trend", "progress_charts"]

DAYS = 7
PAIN_MAX = 10
MARKS: dict[LightColor, Callable[[Iterable[Place], float], str]] = {
    "green": circles,
    "amber": triangles,
    "red": squares,
    "stop": squares,
}
"""Each light has its own shape, so that color is never the only sign."""


@dataclass(frozen=True)
class _Frame:
    """The place a chart is drawn for, in its own units; `text` is the size of its letters."""

    id: str
    width: float
    left: float
    right: float
    bar_height: float
    pain_height: float
    text: float
    weeks_at_most: int


_WIDE = _Frame("wide", 760, 48, 756, 132, 124, 12, 52)
_NARROW = _Frame("narrow", 340, 46, 338, 120, 128, 12, 12)
_TITLE_ROW = 18.0
_OPEN_ROW = 16.0
_FLAG = 16.0
_DOTTED = 24
"""How many points a small drawing may dot; more would hide the line that they lie on."""


@dataclass(frozen=True)
class _TimeAxis:
    firsts: tuple[date, ...]
    end: date
    left: float
    step: float

    @classmethod
    def of(cls, weeks: Sequence[WeekBar], frame: _Frame) -> "_TimeAxis":
        firsts = tuple(week.first_on for week in weeks[-frame.weeks_at_most :])
        end = firsts[-1] + timedelta(days=DAYS)
        return cls(firsts, end, frame.left, (frame.right - frame.left) / len(firsts))

    def week(self, on: date) -> int:
        return bisect_right(self.firsts, on) - 1

    def center(self, index: int) -> float:
        return round(self.left + self.step * (index + 0.5), 1)

    def day(self, on: date) -> float:
        """Return the middle of a day; a day after the last week stays at its end."""
        index = self.week(on)
        days = min((on - self.firsts[index]).days + 0.5, DAYS)
        return round(self.left + self.step * (index + days / DAYS), 1)

    def holds(self, on: date) -> bool:
        return self.firsts[0] <= on < self.end


def progress_charts(
    weeks: Sequence[WeekBar],
    pain: Sequence[PainPoint] = (),
    markers: Sequence[Marker] = (),
    *,
    goal: int = 80,
    name: str = "progress",
) -> ProgressCharts | None:
    """Lay out a patient's weeks, oldest first, wide and narrow; None without a week to draw.

    `goal` is the dashed line in percent; `name` keeps two charts on one page apart.
    """
    if not weeks:
        return None
    pain = sorted(pain, key=lambda point: point.on)
    lettered = _lettered(markers, _TimeAxis.of(weeks, _WIDE), _TimeAxis.of(weeks, _NARROW))
    return ProgressCharts(
        wide=_chart(weeks, pain, lettered, _WIDE, goal, name),
        narrow=_chart(weeks, pain, lettered, _NARROW, goal, name),
        markers=lettered,
        goal=goal,
    )


def load_trend(
    points: Sequence[LoadPoint], *, width: float = 120, height: float = 32
) -> Trend | None:
    """Lay out a load over time, broken where none was recorded; None without any load."""
    known = [(on, load) for on, load in points if load is not None]
    if not known:
        return None
    loads = [load for _, load in known]
    first_on, days = known[0][0], max((known[-1][0] - known[0][0]).days, 1)
    to_y, day_width = scale(min(loads), max(loads), height - 5, 5), (width - 10) / days
    y = {load: to_y(load) for load in set(loads)}
    places = [
        None if load is None else (5 + (on - first_on).days * day_width, y[load])
        for on, load in points
    ]
    found = [place for place in places if place is not None]
    return Trend(
        width=width,
        height=height,
        line=line(places),
        dots=circles(found[:-1], 1.8) if len(found) <= _DOTTED else "",
        last=circles(found[-1:], 3.2),
        first_load=loads[0],
        last_load=loads[-1],
    )


def _lettered(
    markers: Sequence[Marker], wide: _TimeAxis, narrow: _TimeAxis
) -> tuple[LetteredMarker, ...]:
    shown = sorted((m for m in markers if wide.holds(m.on)), key=lambda marker: marker.on)
    letters = (*ascii_uppercase, *map("".join, product(ascii_uppercase, repeat=2)))
    return tuple(
        LetteredMarker(letter, marker, not narrow.holds(marker.on))
        for letter, marker in zip(letters, shown, strict=False)
    )


def _chart(
    weeks: Sequence[WeekBar],
    pain: Sequence[PainPoint],
    markers: Sequence[LetteredMarker],
    frame: _Frame,
    goal: int,
    name: str,
) -> Chart:
    axis, weeks = _TimeAxis.of(weeks, frame), weeks[-frame.weeks_at_most :]
    shown = [point for point in pain if axis.holds(point.on)]
    open_week = weeks[-1] if weeks[-1].state == "open" else None
    bars = _bar_panel(weeks, axis, frame, goal, above=_OPEN_ROW if open_week else 0)
    flags = _flags(markers, axis, frame, bars.base + frame.text * 2 + 14)
    below = max((flag.y + _FLAG for flag in flags), default=bars.base + frame.text * 2 + 10)
    panel = _pain_panel(shown, axis, frame, below + _TITLE_ROW + 12) if shown else None
    base = panel.base if panel else bars.base
    return Chart(
        id=f"{name}-{frame.id}",
        width=frame.width,
        height=math.ceil(max(base, below) + 8),
        left=frame.left,
        right=frame.right,
        bars=bars,
        pain=panel,
        flags=flags,
        stems=_stems(flags, bars, panel),
        columns=_columns(weeks, shown, axis, (bars.top, base)),
        open_week=open_week,
        dense=axis.step < frame.text * 1.5,
        summary=_summary(weeks, shown),
    )


def _bar_panel(
    weeks: Sequence[WeekBar], axis: _TimeAxis, frame: _Frame, goal: int, above: float
) -> BarPanel:
    top = _TITLE_ROW + above + frame.text + 4
    y = scale(0, 100, top + frame.bar_height, top)
    width = min(30.0, axis.step * 0.66)
    placed = [(axis.center(index), week) for index, week in enumerate(weeks)]
    counted = [(x, week) for x, week in placed if week.due and week.state in {"scored", "open"}]

    def part(x: float, sessions: int, due: int) -> str:
        return box(x - width / 2, y(100 * sessions / due), width, y(0))

    def rule(x: float, at: float, length: float = width) -> str:
        return f"M{x - width / 2:.1f} {at:.1f}h{length:.1f}"

    def outlines(state: str) -> str:
        return "".join(part(x, 1, 1) for x, week in counted if week.state == state)

    counts, labels = _texts_below(placed, counted, frame, y(0))
    return BarPanel(
        top=y(100),
        base=y(0),
        ticks=tuple(Tick(y(value), value) for value in (0, 50, 100)),
        goal=Tick(y(goal), goal),
        due=outlines("scored"),
        open_due=outlines("open"),
        done="".join(part(x, min(w.done, w.due), w.due) for x, w in counted if w.done),
        segments="".join(
            rule(x, y(100 * session / week.due))
            for x, week in counted
            for session in range(1, week.due)
        ),
        not_scored="".join(rule(x, y(0)) for x, week in placed if week.state == "not_scored"),
        partly_paused="".join(
            rule(x, y(0) + 3, width * w.paused_days / DAYS) for x, w in counted if w.paused_days
        ),
        paused=tuple(_paused(placed, width, frame)),
        counts=counts,
        extras=tuple(Text(x, y(100) - 4, f"+{week.extra}") for x, week in placed if week.extra),
        labels=labels,
    )


def _texts_below(
    placed: Sequence[tuple[float, WeekBar]],
    counted: Sequence[tuple[float, WeekBar]],
    frame: _Frame,
    base: float,
) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    """Return "2/3" for every bar, or for none where they do not all fit, and the week labels."""
    counts = [(x, f"{week.done}/{week.due}") for x, week in counted]
    fitting = spread(counts, size=frame.text, width=frame.width, gap=1)
    labels = spread([(x, week.label) for x, week in placed], size=frame.text, width=frame.width)
    return (
        tuple(Text(x, base + frame.text + 4, text) for x, text in counts)
        if len(fitting) == len(counts)
        else (),
        tuple(Text(x, base + frame.text * 2 + 8, text) for x, text in labels),
    )


def _paused(
    placed: Sequence[tuple[float, WeekBar]], bar: float, frame: _Frame
) -> Iterator[PausedBlock]:
    for is_paused, group in groupby(placed, key=lambda pair: pair[1].state == "paused"):
        if is_paused:
            xs = [x for x, _ in group]
            width = round(xs[-1] - xs[0] + bar, 1)
            yield PausedBlock(
                x=round(xs[0] - bar / 2, 1),
                width=width,
                middle=round((xs[0] + xs[-1]) / 2, 1),
                upright=width < frame.text * 4.5,
            )


def _pain_panel(
    points: Sequence[PainPoint], axis: _TimeAxis, frame: _Frame, top: float
) -> PainPanel:
    to_y = scale(0, PAIN_MAX, top + frame.pain_height, top)
    y = [to_y(score) for score in range(PAIN_MAX + 1)]
    size = min(1.0, max(0.6, axis.step / 24))
    placed = [(axis.day(point.on), point) for point in points]
    worst = [(x, y[p.during], p) for x, p in placed if p.during is not None]
    before = [(x, y[p.before]) for x, p in placed if p.before is not None]
    mornings = [
        (round(min(x + axis.step / DAYS, frame.right), 1), y[p.next_morning])
        for x, p in placed
        if p.next_morning is not None
    ]
    return PainPanel(
        top=y[PAIN_MAX],
        base=y[0],
        ticks=tuple(Tick(y[score], score) for score in (0, 5, PAIN_MAX)),
        line=line(_with_gaps(placed, axis, y)),
        rise="".join(f"M{x} {y[p.before]}V{at}" for x, at, p in worst if p.before is not None),
        before=circles(before, 2.4 * size),
        during={
            color: mark([(x, at) for x, at, p in worst if p.color == color], 4 * size)
            for color, mark in MARKS.items()
        },
        next_morning=diamonds(mornings, 3.6 * size),
    )


def _with_gaps(
    placed: Sequence[tuple[float, PainPoint]], axis: _TimeAxis, y: Sequence[float]
) -> Iterator[Place | None]:
    """Yield the worst pains in order; None also where a whole week has no record."""
    latest = None
    for x, point in placed:
        week = axis.week(point.on)
        if latest is not None and week - latest > 1:
            yield None
        yield None if point.during is None else (x, y[point.during])
        latest = week


def _flags(
    markers: Sequence[LetteredMarker], axis: _TimeAxis, frame: _Frame, top: float
) -> tuple[Flag, ...]:
    """Place flags on the axis; one that would cover another moves a row down."""
    free_from: list[float] = []
    flags = []
    for lettered in markers:
        if axis.holds(lettered.marker.on):
            x = min(axis.day(lettered.marker.on), frame.right - _FLAG / 2)
            row = next((row for row, free in enumerate(free_from) if free <= x), len(free_from))
            free_from[row : row + 1] = [x + _FLAG + 2]
            y = top + row * (_FLAG + 2)
            flags.append(Flag(x, y, lettered.letter, lettered.marker.kind))
    return tuple(flags)


def _stems(flags: Sequence[Flag], bars: BarPanel, pain: PainPanel | None) -> str:
    spans = [(panel.top, panel.base) for panel in (bars, pain) if panel]
    return "".join(f"M{flag.x} {top}V{base}" for flag in flags for top, base in spans)


def _columns(
    weeks: Sequence[WeekBar],
    pain: Sequence[PainPoint],
    axis: _TimeAxis,
    reach: tuple[float, float],
) -> tuple[Column, ...]:
    worst: dict[int, int] = {}
    for point in pain:
        if point.during is not None:
            index = axis.week(point.on)
            worst[index] = max(worst.get(index, 0), point.during)
    return tuple(
        Column(
            box(axis.left + axis.step * index, reach[0], axis.step, reach[1]),
            week,
            worst.get(index),
        )
        for index, week in enumerate(weeks)
    )


def _summary(weeks: Sequence[WeekBar], pain: Sequence[PainPoint]) -> Summary:
    scored = [week for week in weeks if week.state == "scored"]
    pains = [point.during for point in pain if point.during is not None]
    return Summary(
        last_label=weeks[-1].label,
        met=sum(min(week.done, week.due) for week in scored),
        due=sum(week.due for week in scored),
        extra=sum(week.extra for week in weeks),
        scored_weeks=len(scored),
        paused_weeks=sum(week.state == "paused" for week in weeks),
        first_pain=pains[0] if pains else None,
        last_pain=pains[-1] if pains else None,
        worst_pain=max(pains, default=None),
        mornings_missing=sum(point.next_morning is None for point in pain),
    )
