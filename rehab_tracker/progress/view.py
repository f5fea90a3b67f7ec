"""What a patient's progress is: frozen facts that the patient's and the staff's page print."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from rehab_tracker.domain.adherence import Band, Summary, WeekState, band
from rehab_tracker.domain.pain import Light, Profile
from rehab_tracker.domain.week import Week
from rehab_tracker.progress.chart_shapes import LoadPoint, MarkerKind


class Measure(StrEnum):
    """What an exercise's trend is drawn in: the first of these that was ever recorded."""

    LOAD = "load"
    SECONDS = "seconds"
    REPS = "reps"


class FlagCode(StrEnum):
    """Why a physio should look."""

    HELD = "held"
    STOP = "stop"
    RED = "red"
    NOT_SETTLING = "not_settling"
    SILENT = "silent"
    LOW = "low"


class WeekView(NamedTuple):
    """One week of a program, or of all programs together, with its summed figure."""

    week: Week
    figure: Summary
    state: WeekState
    closed: bool
    paused_days: int

    @property
    def percent(self) -> int | None:
        """Session adherence; None while the week is open or when nothing was due."""
        return self.figure.percent if self.closed else None


class Figures(NamedTuple):
    """The sums over the four weeks that closed last, and over every closed week there is."""

    recent: Summary
    whole: Summary

    @property
    def band(self) -> Band | None:
        """Where the recent figure stands."""
        return band(self.recent.percent)


class VersionView(NamedTuple):
    """What a program asks for from a day on."""

    number: int
    effective_from: date
    sessions_per_week: int
    pain_profile: Profile
    reason: str


class PauseView(NamedTuple):
    """Days on which a program asks for nothing; `last_on` is None until it is resumed."""

    first_on: date
    last_on: date | None
    reason: str


class ProgramView(NamedTuple):
    """One program: what is in force today, what comes, and its weeks, oldest first."""

    id: UUID
    title: str
    starts_on: date
    ends_before: date | None
    version: VersionView
    coming: VersionView | None
    pause: PauseView | None
    is_over: bool
    weeks: tuple[WeekView, ...]
    current: WeekView | None
    figures: Figures

    def in_week(self, week: Week) -> WeekView | None:
        """Return how a week went; None when the program did not run in it."""
        return next((view for view in self.weeks if view.week == week), None)


class SessionView(NamedTuple):
    """One logged session with its pain and its light; None where nothing was recorded."""

    id: UUID
    program: str
    performed_on: date
    before: int | None
    during: int
    next_morning: int | None
    light: Light
    stopped_for_pain: bool
    late: bool


class ExerciseTrend(NamedTuple):
    """How the best set of one exercise went over the days on which it was done, in its measure."""

    exercise: str
    language: str
    measure: Measure
    points: tuple[LoadPoint, ...]


class Happening(NamedTuple):
    """Something that may explain what follows: a version, a pause or a treatment in the clinic."""

    on: date
    kind: MarkerKind
    code: str
    subject: str
    note: str
    until: date | None = None


class Flag(NamedTuple):
    """A reason to look, with the program it concerns or the days it counts."""

    code: FlagCode
    subject: str = ""
    days: int = 0
    on: date | None = None


class WeekPain(NamedTuple):
    """What a patient said of a whole week, 0-10."""

    worst: int
    usual: int


class Progress(NamedTuple):
    """Everything that the pages of one patient show, over a window of weeks that ends today."""

    today: date
    weeks: tuple[WeekView, ...]
    recent_weeks: tuple[WeekView, ...]
    figures: Figures
    programs: tuple[ProgramView, ...]
    sessions: tuple[SessionView, ...]
    trends: tuple[ExerciseTrend, ...]
    happenings: tuple[Happening, ...]
    felt: Mapping[date, WeekPain]
    cards_read: int
    flags: tuple[Flag, ...]

    @property
    def current(self) -> WeekView | None:
        """The week that today is in; None before the first program."""
        return self.weeks[-1] if self.weeks else None

    @property
    def last_felt(self) -> tuple[date, WeekPain] | None:
        """The newest weekly answer with the first day of its week."""
        return max(self.felt.items(), key=lambda told: told[0], default=None)

    @property
    def still_open(self) -> WeekView | None:
        """Last week, as long as it counts and late entries can still complete it."""
        last = self.weeks[-2] if len(self.weeks) > 1 else None
        return last if last and last.figure.due and not last.closed else None

    @property
    def running(self) -> Sequence[ProgramView]:
        """The programs that have not ended."""
        return [program for program in self.programs if not program.is_over]

    @property
    def last_sessions(self) -> Sequence[SessionView]:
        """Every session of the window, newest first."""
        return self.sessions[::-1]
