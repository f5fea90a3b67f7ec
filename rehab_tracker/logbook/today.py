"""What a patient's day asks for, and what was done of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from flask_babel import format_date
from sqlalchemy.orm import Session

from rehab_tracker.domain.dosage import Dose, minutes, seconds_per_session
from rehab_tracker.domain.pain import Color, Light, Profile, is_unsettled, morning_window
from rehab_tracker.domain.red_flags import must_be_asked
from rehab_tracker.domain.schedule import Plan, is_active
from rehab_tracker.domain.week import Week, local_day, week_asked_about, week_of
from rehab_tracker.education.queries import Training, topic_of_the_day
from rehab_tracker.education.topics import Topic
from rehab_tracker.exercises.seed import topics_of_templates
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.logbook.models import LoggedSession, ProgramWeek, WeeklyCheck
from rehab_tracker.logbook.queries import (
    lights_of,
    mornings_of,
    sessions_of,
    weekly_check,
    weeks_of,
)
from rehab_tracker.programs.models import Pause, Program, ProgramVersion
from rehab_tracker.programs.news import ProgramNews, news_of
from rehab_tracker.programs.plans import dose_of, plan_of, version_row_on
from rehab_tracker.programs.queries import programs_of
from rehab_tracker.safety.models import SafetyCheck
from rehab_tracker.safety.queries import Standing, standing_of

_DAY = timedelta(days=1)
_BASELINE = timedelta(days=14)
_RECENT = timedelta(days=7)
_STEP_DRILL = "cadence-run-drill"


class ProgramState(StrEnum):
    """Where a program stands on a day."""

    ACTIVE = "active"
    PAUSED = "paused"
    COMING = "coming"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class ProgramToday:
    """One program on one day; `pause` is the one that covers the day."""

    program: Program
    plan: Plan
    version: ProgramVersion
    state: ProgramState
    pause: Pause | None
    week: ProgramWeek | None
    logged: Sequence[LoggedSession]

    @property
    def doses(self) -> Mapping[UUID, Dose]:
        """The doses by the ids of their prescriptions."""
        return {one.id: dose_of(one) for one in self.version.prescriptions}

    @property
    def minutes(self) -> int:
        """How long a session takes, about."""
        return minutes(seconds_per_session(self.doses.values()))


@dataclass(frozen=True, slots=True)
class Morning:
    """The check-in of one morning; `score` is the answer so far.

    `confirms` a light of yesterday, or watches a knee that was still sore after the day before.
    """

    on_day: date
    score: int | None
    confirms: bool
    sore_since: date | None
    is_settling: bool


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day of the week's strip."""

    name: str
    number: int
    state: str
    today: bool


@dataclass(frozen=True, slots=True)
class Weekly:
    """The check-in of the week that can be told about, with the answer so far."""

    week: Week
    answer: WeeklyCheck | None


@dataclass(frozen=True, slots=True)
class Signs:
    """The answer that holds every program; else a session that asks for the warning signs."""

    holding: SafetyCheck | None
    unasked: LoggedSession | None
    at_start: bool


@dataclass(frozen=True, slots=True)
class Today:
    """A patient's day: the open check-in, the programs, the week so far and the lights."""

    local: datetime
    programs: Sequence[ProgramToday]
    morning: Morning | None
    cells: Sequence[DayCell]
    lights: Mapping[UUID, Light]
    signs: Signs
    weekly: Weekly | None
    topic: Topic | None
    news: Sequence[ProgramNews]

    @property
    def due(self) -> int:
        """The sessions due this week in all programs."""
        return sum(one.week.due for one in self.programs if one.week)

    @property
    def met(self) -> int:
        """The due sessions that were done."""
        return sum(one.week.met for one in self.programs if one.week)

    @property
    def active(self) -> list[ProgramToday]:
        """The programs that ask for sessions today."""
        return [one for one in self.programs if one.state is ProgramState.ACTIVE]


def today_of(db: Session, actor: Actor, patient_id: UUID, now: datetime) -> Today:
    """Return the acting patient's day in twelve statements, however much was logged before."""
    day = local_day(now, actor.zone)
    week = week_of(day, actor.week_starts_on)
    recent = day - _RECENT
    programs = programs_of(db, patient_id)
    rows = {row.program_id: row for row in weeks_of(db, patient_id, week.first_on, week.first_on)}
    sessions = sessions_of(db, patient_id, recent, day)
    mornings = mornings_of(db, patient_id, recent - _BASELINE, day)
    near = [session for session in sessions if session.performed_on >= day - 2 * _DAY]
    versions = {version.id: version for program in programs for version in program.versions}
    found = [_program(program, rows.get(program.id), near, day) for program in programs]
    shown = [one for one in found if one.state is not ProgramState.OVER]
    lights = lights_of(sessions, versions, mornings, actor.zone, now)
    return Today(
        local=now.astimezone(actor.zone),
        programs=sorted(shown, key=_urgency),
        morning=_morning(near, lights, mornings, now, actor),
        cells=[_cell(one, day, shown, sessions) for one in week.days],
        lights=lights,
        news=news_of(db, programs, day),
        weekly=_weekly(db, actor, programs, now),
        signs=(signs := _signs(standing_of(db, patient_id), near, lights, shown)),
        topic=None
        if signs.holding
        else topic_of_the_day(db, patient_id, _training(shown, lights, day), actor.zone),
    )


def _training(
    programs: Iterable[ProgramToday], lights: Mapping[UUID, Light], day: date
) -> Training:
    """Return what decides about the card of the day."""
    running = [one for one in programs if one.state is not ProgramState.COMING]
    topics = topics_of_templates()
    drilled = {p.exercise.slug for one in running for p in one.version.prescriptions}
    return Training(
        today=day,
        started_on=min((one.program.starts_on for one in running), default=None),
        had_red=any(light.color is Color.RED for light in lights.values()),
        runs=any(one.version.pain_profile is Profile.RUNNING for one in running),
        steps=_STEP_DRILL in drilled,
        named=frozenset(
            topic for one in running for topic in topics.get(one.program.template or "", ())
        ),
    )


def _weekly(db: Session, actor: Actor, programs: Iterable[Program], now: datetime) -> Weekly | None:
    """Return the weekly check-in while it can be answered, for a week in which a program ran."""
    week = week_asked_about(now, actor.zone, actor.week_starts_on)
    if week is None or not any(_ran_in(program, week) for program in programs):
        return None
    assert actor.patient_id is not None
    return Weekly(week, weekly_check(db, actor.patient_id, week.first_on))


def _ran_in(program: Program, week: Week) -> bool:
    return program.starts_on <= week.last_on and (program.ends_before or date.max) > week.first_on


def _signs(
    standing: Standing,
    near: Iterable[LoggedSession],
    lights: Mapping[UUID, Light],
    programs: Sequence[ProgramToday],
) -> Signs:
    """Return what the warning signs have to do with the day; whoever starts is asked once."""
    unasked = (
        s for s in near if asks_for_signs(s, lights[s.id]) and s.id not in standing.of_sessions
    )
    return Signs(
        holding=standing.holding,
        unasked=None if standing.holding else next(unasked, None),
        at_start=bool(programs) and not standing.ever_asked,
    )


def asks_for_signs(session: LoggedSession, light: Light) -> bool:
    """Tell whether a session asks its patient for the warning signs."""
    return must_be_asked(session.pain_during, is_red=light.color is Color.RED)


def _program(
    program: Program, week: ProgramWeek | None, near: Iterable[LoggedSession], day: date
) -> ProgramToday:
    plan = plan_of(program)
    pause = next((p for p in program.pauses if _covers(p, day)), None)
    over = program.ends_before is not None and program.ends_before <= day
    state = ProgramState.ACTIVE
    if over:
        state = ProgramState.OVER
    elif day < program.starts_on:
        state = ProgramState.COMING
    elif pause:
        state = ProgramState.PAUSED
    logged = [s for s in near if s.program_id == program.id and s.performed_on == day]
    version = version_row_on(program, max(day, program.starts_on)) or program.versions[0]
    return ProgramToday(program, plan, version, state, pause, week, logged)


def _covers(pause: Pause, day: date) -> bool:
    return pause.first_on <= day <= (pause.last_on or date.max)


_ORDER = list(ProgramState)


def _urgency(one: ProgramToday) -> tuple[int, bool, date, UUID]:
    """Put what still waits today first."""
    return _ORDER.index(one.state), bool(one.logged), one.program.starts_on, one.program.id


def _morning(
    near: Sequence[LoggedSession],
    lights: Mapping[UUID, Light],
    mornings: Mapping[date, int],
    now: datetime,
    actor: Actor,
) -> Morning | None:
    """Return the check-in that a session of the day before asks for, while it can be answered.

    A red session is followed to its second morning when the first one was no better.
    """
    day = local_day(now, actor.zone)
    yesterday, two_days_ago = (
        [session for session in near if session.performed_on == day - back * _DAY]
        for back in (1, 2)
    )
    sore = [
        light
        for light in (lights[session.id] for session in two_days_ago)
        if is_unsettled(light, light.next_morning)
    ]
    opens, closes = morning_window(day - _DAY, actor.zone)
    if not (yesterday or sore) or not opens <= now < closes:
        return None
    score = mornings.get(day)
    return Morning(
        on_day=day,
        score=score,
        confirms=bool(yesterday),
        sore_since=day - 2 * _DAY if sore else None,
        is_settling=not any(is_unsettled(light, score) for light in sore),
    )


def _cell(
    day: date, today: date, programs: Sequence[ProgramToday], sessions: Iterable[LoggedSession]
) -> DayCell:
    state = "rest"
    if any(session.performed_on == day for session in sessions):
        state = "done"
    elif programs and any(_covers(p, day) for one in programs for p in one.program.pauses):
        state = "paused"
    if state != "done" and any(_planned(one, day) for one in programs):
        state = "planned" if day >= today else "rest"
    return DayCell(format_date(day, "EEE"), day.day, state, day == today)


def _planned(one: ProgramToday, day: date) -> bool:
    version = version_row_on(one.program, day)
    preferred = version.preferred_days if version else ()
    return day.isoweekday() in preferred and is_active(one.plan, day)
