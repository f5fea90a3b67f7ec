"""What a patient's day asks for, and what was done of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from flask_babel import format_date
from sqlalchemy.orm import Session

from rehab_tracker.domain.dosage import Dose, minutes, seconds_per_session
from rehab_tracker.domain.pain import Light, morning_window
from rehab_tracker.domain.schedule import Plan, is_active
from rehab_tracker.domain.week import local_day, week_of
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.logbook.models import LoggedSession, ProgramWeek
from rehab_tracker.logbook.queries import lights_of, mornings_of, sessions_of, weeks_of
from rehab_tracker.programs.models import Pause, Program, ProgramVersion
from rehab_tracker.programs.plans import dose_of, plan_of, version_row_on
from rehab_tracker.programs.queries import programs_of

_DAY = timedelta(days=1)
_BASELINE = timedelta(days=14)


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
    """The check-in of one morning; `score` is the answer so far."""

    on_day: date
    score: int | None
    yesterday: Sequence[LoggedSession]


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day of the week's strip."""

    name: str
    number: int
    state: str
    today: bool


@dataclass(frozen=True, slots=True)
class Today:
    """A patient's day: the open check-in, the programs, the week so far and the lights."""

    local: datetime
    programs: Sequence[ProgramToday]
    morning: Morning | None
    cells: Sequence[DayCell]
    lights: Mapping[UUID, Light]

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
    """Return the acting patient's day in seven statements, however much was logged before."""
    day = local_day(now, actor.zone)
    week = week_of(day, actor.week_starts_on)
    programs = programs_of(db, patient_id)
    rows = {row.program_id: row for row in weeks_of(db, patient_id, week.first_on, week.first_on)}
    sessions = sessions_of(db, patient_id, min(week.first_on, day - _DAY), day)
    mornings = mornings_of(db, patient_id, day - _DAY - _BASELINE, day)
    near = [session for session in sessions if session.performed_on >= day - _DAY]
    versions = {version.id: version for program in programs for version in program.versions}
    found = [_program(program, rows.get(program.id), near, day) for program in programs]
    shown = [one for one in found if one.state is not ProgramState.OVER]
    return Today(
        local=now.astimezone(actor.zone),
        programs=sorted(shown, key=_urgency),
        morning=_morning(near, mornings, day, now, actor),
        cells=[_cell(one, day, shown, sessions) for one in week.days],
        lights=lights_of(near, versions, mornings, actor.zone, now),
    )


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
    near: Iterable[LoggedSession],
    mornings: Mapping[date, int],
    day: date,
    now: datetime,
    actor: Actor,
) -> Morning | None:
    """Return the check-in that a session of the day before asks for, while it can be answered."""
    yesterday = [session for session in near if session.performed_on == day - _DAY]
    opens, closes = morning_window(day - _DAY, actor.zone)
    if not yesterday or not opens <= now < closes:
        return None
    return Morning(day, mornings.get(day), yesterday)


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
