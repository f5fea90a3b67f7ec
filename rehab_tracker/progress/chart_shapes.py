"""What goes into the progress charts and what comes out of their geometry."""

from datetime import date
from typing import Literal, NamedTuple

WeekState = Literal["scored", "paused", "not_scored", "open"]
LightColor = Literal["green", "amber", "red", "stop"]
MarkerKind = Literal["plan", "pause", "treatment"]


class WeekBar(NamedTuple):
    """One week: sessions due, done of them, done beyond them, and how the week counts."""

    label: str
    first_on: date
    due: int
    done: int
    extra: int
    percent: int | None
    state: WeekState
    paused_days: int = 0


class PainPoint(NamedTuple):
    """One session's pain, 0 to 10; None where nothing was recorded."""

    on: date
    before: int | None
    during: int | None
    next_morning: int | None
    color: LightColor


class Marker(NamedTuple):
    """Something that happened on a day and may explain what follows."""

    on: date
    kind: MarkerKind
    text: str


class LoadPoint(NamedTuple):
    """The load of one exercise on a day; None where none was recorded."""

    on: date
    load: float | None


class Text(NamedTuple):
    """A text at its anchor point."""

    x: float
    y: float
    text: str


class Tick(NamedTuple):
    """A line of the scale at `y` that stands for `value`."""

    y: float
    value: int


class Flag(NamedTuple):
    """A lettered marker on the time axis."""

    x: float
    y: float
    letter: str
    kind: MarkerKind


class PausedBlock(NamedTuple):
    """Neighboring paused weeks, hatched as one; the word stands upright where it does not fit."""

    x: float
    width: float
    middle: float
    upright: bool


class Column(NamedTuple):
    """The area of one week, over both panels, that explains itself when pointed at."""

    area: str
    week: WeekBar
    worst: int | None


class BarPanel(NamedTuple):
    """Sessions by week: `done` fills the outline of what was due, one segment per session."""

    top: float
    base: float
    ticks: tuple[Tick, ...]
    goal: Tick
    due: str
    open_due: str
    done: str
    segments: str
    not_scored: str
    partly_paused: str
    paused: tuple[PausedBlock, ...]
    counts: tuple[Text, ...]
    extras: tuple[Text, ...]
    labels: tuple[Text, ...]


class PainPanel(NamedTuple):
    """Pain by day; each path holds the marks of one kind."""

    top: float
    base: float
    ticks: tuple[Tick, ...]
    line: str
    rise: str
    before: str
    during: dict[LightColor, str]
    next_morning: str


class Summary(NamedTuple):
    """The chart in numbers, for those who hear it."""

    last_label: str
    met: int
    due: int
    extra: int
    scored_weeks: int
    paused_weeks: int
    first_pain: int | None
    last_pain: int | None
    worst_pain: int | None
    mornings_missing: int


class Chart(NamedTuple):
    """Everything one SVG draws, for one width."""

    id: str
    width: float
    height: float
    left: float
    right: float
    bars: BarPanel
    pain: PainPanel | None
    flags: tuple[Flag, ...]
    stems: str
    columns: tuple[Column, ...]
    open_week: WeekBar | None
    dense: bool
    summary: Summary


class LetteredMarker(NamedTuple):
    """A marker with its letter; `beyond_narrow` when the narrow chart leaves it out."""

    letter: str
    marker: Marker
    beyond_narrow: bool


class ProgressCharts(NamedTuple):
    """The same weeks for a wide and a narrow place, with one legend."""

    wide: Chart
    narrow: Chart
    markers: tuple[LetteredMarker, ...]
    goal: int


class Trend(NamedTuple):
    """A small line of one exercise's load."""

    width: float
    height: float
    line: str
    dots: str
    last: str
    first_load: float
    last_load: float
