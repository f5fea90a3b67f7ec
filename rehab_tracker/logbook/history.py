"""The list of what a patient logged, with the light of each session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.orm import Session

from rehab_tracker.domain.pain import Light, Profile
from rehab_tracker.logbook.models import LoggedExercise, LoggedSession, PerformedSet
from rehab_tracker.logbook.queries import lights_of, mornings_about
from rehab_tracker.programs.models import Program, ProgramVersion

PAGE = 30


@dataclass(frozen=True, slots=True)
class VersionLimits:
    """The pain limits of a version, with its program's title and its number."""

    title: str
    number: int
    pain_profile: Profile
    green_max: int
    amber_max: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One logged session in a list."""

    session: LoggedSession
    version: VersionLimits
    light: Light
    exercises: int
    sets: int


@dataclass(frozen=True, slots=True)
class History:
    """A page of entries, newest first; `older_than` leads to the next one."""

    entries: Sequence[Entry]
    older_than: UUID | None


def history_of(
    db: Session, patient_id: UUID, zone: ZoneInfo, now: datetime, older_than: UUID | None = None
) -> History:
    """Return a page of everything that a patient logged, withdrawn sessions too."""
    found = _page(db, patient_id, older_than)
    sessions = found[:PAGE]
    limits = limits_of(db, {session.version_id for session in sessions})
    lights = lights_of(sessions, limits, mornings_about(db, patient_id, sessions), zone, now)
    amounts = _amounts(db, [session.id for session in sessions])
    entries = [
        Entry(s, limits[s.version_id], lights[s.id], *amounts.get(s.id, (0, 0))) for s in sessions
    ]
    return History(entries, sessions[-1].id if len(found) > PAGE else None)


def limits_of(db: Session, version_ids: set[UUID]) -> Mapping[UUID, VersionLimits]:
    """Return the pain limits of some versions."""
    rows = db.execute(
        select(
            ProgramVersion.id,
            Program.title,
            ProgramVersion.number,
            ProgramVersion.pain_profile,
            ProgramVersion.green_max,
            ProgramVersion.amber_max,
        )
        .join(Program, Program.id == ProgramVersion.program_id)
        .where(ProgramVersion.id.in_(version_ids))
    )
    return {row[0]: VersionLimits(*row[1:]) for row in rows}


_ORDER = (LoggedSession.performed_on, LoggedSession.performed_at, LoggedSession.id)
_TYPES = tuple(column.type for column in _ORDER)


def _page(db: Session, patient_id: UUID, older_than: UUID | None) -> Sequence[LoggedSession]:
    found = select(LoggedSession).where(LoggedSession.patient_id == patient_id)
    if older_than is not None:
        last = select(*_ORDER).where(
            LoggedSession.id == older_than, LoggedSession.patient_id == patient_id
        )
        if (place := db.execute(last).one_or_none()) is not None:
            found = found.where(tuple_(*_ORDER) < tuple_(*map(literal, place, _TYPES)))
    return db.scalars(found.order_by(*(column.desc() for column in _ORDER)).limit(PAGE + 1)).all()


def _amounts(db: Session, session_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return how many exercises were done in each session, and in how many sets."""
    rows = db.execute(
        select(
            LoggedExercise.session_id,
            func.count(PerformedSet.exercise_row_id.distinct()),
            func.count(PerformedSet.id),
        )
        .outerjoin(PerformedSet, PerformedSet.exercise_row_id == LoggedExercise.id)
        .where(LoggedExercise.session_id.in_(session_ids))
        .group_by(LoggedExercise.session_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}
