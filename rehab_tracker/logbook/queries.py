"""What was logged and felt, and the lights that follow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, selectinload

from rehab_tracker.domain import pain
from rehab_tracker.domain.pain import Light, PainLimits, PainScores, Profile
from rehab_tracker.foundation.errors import NotVisible
from rehab_tracker.logbook.models import (
    ClinicTreatment,
    LogConflict,
    LoggedExercise,
    LoggedSession,
    LogRevision,
    MorningCheck,
    ProgramWeek,
    WeeklyCheck,
)
from rehab_tracker.logbook.revising import Kept, Wording

_DAY = timedelta(days=1)
_MORNINGS_KEPT_FOR = timedelta(days=14)
_WITH_SETS = selectinload(LoggedSession.exercises).selectinload(LoggedExercise.sets)


class HasLimits(Protocol):
    """Anything that sets the pain limits of sessions, as a program's version does."""

    @property
    def pain_profile(self) -> Profile:
        """The kind of knee and work that the limits are for."""

    @property
    def green_max(self) -> int:
        """The highest worst pain that stays green."""

    @property
    def amber_max(self) -> int:
        """The highest worst pain that stays amber."""


def sessions_of(
    db: Session,
    patient_id: UUID,
    first: date,
    last: date,
    *,
    with_sets: bool = False,
    withdrawn: bool = False,
) -> Sequence[LoggedSession]:
    """Return a patient's standing sessions of some days, oldest first; withdrawn ones if asked.

    `with_sets` loads the exercises and their sets too, in two more statements.
    """
    found = select(LoggedSession).where(
        LoggedSession.patient_id == patient_id, LoggedSession.performed_on.between(first, last)
    )
    if not withdrawn:
        found = found.where(LoggedSession.withdrawn_at.is_(None))
    if with_sets:
        found = found.options(_WITH_SETS)
    order = (LoggedSession.performed_on, LoggedSession.performed_at, LoggedSession.id)
    return db.scalars(found.order_by(*order)).all()


@dataclass(frozen=True, slots=True)
class Counted:
    """As much of a standing session as decides whether it counts, in sets that count."""

    client_id: UUID
    program_id: UUID
    performed_on: date
    stopped_for_pain: bool
    done_sets: Mapping[UUID, int]


def counted_of(db: Session, patient_id: UUID, first: date, last: date) -> Sequence[Counted]:
    """Return what counts of a patient's standing sessions of some days, in one statement."""
    session = (
        LoggedSession.client_id,
        LoggedSession.program_id,
        LoggedSession.performed_on,
        LoggedSession.stopped_for_pain,
    )
    rows = db.execute(
        select(*session, LoggedExercise.exercise_id, LoggedExercise.counted_sets)
        .join(LoggedExercise, LoggedExercise.session_id == LoggedSession.id)
        .where(
            LoggedSession.patient_id == patient_id,
            LoggedSession.performed_on.between(first, last),
            LoggedSession.withdrawn_at.is_(None),
        )
        .order_by(LoggedSession.performed_on, LoggedSession.id, LoggedExercise.position)
    )
    return [
        Counted(client_id, program_id, day, stopped, {row[4]: row[5] for row in of_one})
        for (client_id, program_id, day, stopped), of_one in groupby(rows, key=lambda row: row[:4])
    ]


def session_of(db: Session, patient_id: UUID, session_id: UUID) -> LoggedSession:
    """Return one of a patient's sessions with its sets; NotVisible when there is none."""
    found = db.scalars(
        select(LoggedSession)
        .where(LoggedSession.id == session_id, LoggedSession.patient_id == patient_id)
        .options(_WITH_SETS)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotVisible
    return found


def standing_session(
    db: Session, patient_id: UUID, session_id: UUID | None
) -> LoggedSession | None:
    """Return one of a patient's sessions without its sets; None when there is none.

    A phone knows it by the id under which it told of it.
    """
    return db.scalars(
        select(LoggedSession).where(
            or_(LoggedSession.id == session_id, LoggedSession.client_id == session_id),
            LoggedSession.patient_id == patient_id,
            LoggedSession.withdrawn_at.is_(None),
        )
    ).one_or_none()


def revisions_of(db: Session, session_id: UUID) -> Sequence[LogRevision]:
    """Return how a session read before, newest first."""
    return db.scalars(
        select(LogRevision)
        .where(LogRevision.session_id == session_id)
        .order_by(LogRevision.revision.desc())
    ).all()


Contents = Mapping[UUID, tuple[str | None, int]]
"""The hash and the revision of what stands of sessions, by the id that a phone gave them."""


def standing_contents(db: Session, patient_id: UUID, client_ids: Iterable[UUID]) -> Contents:
    """Return what stands of the sessions that a patient's phones sent."""
    found = db.execute(
        select(LoggedSession.client_id, LoggedSession.content_hash, LoggedSession.revision).where(
            LoggedSession.patient_id == patient_id, LoggedSession.client_id.in_({*client_ids})
        )
    )
    return {client_id: (known_as, revision) for client_id, known_as, revision in found}


def session_sent_as(db: Session, patient_id: UUID, client_id: UUID) -> LoggedSession | None:
    """Return the session that a patient's phone sent under an id, with its sets."""
    return db.scalars(
        select(LoggedSession)
        .where(LoggedSession.patient_id == patient_id, LoggedSession.client_id == client_id)
        .options(_WITH_SETS)
        .execution_options(populate_existing=True)
    ).one_or_none()


def last_done(
    db: Session, patient_id: UUID, since: date
) -> dict[UUID, tuple[LoggedSession, LoggedExercise]]:
    """Return when each exercise was last done since a day, with its sets, in three statements."""
    done = db.execute(
        select(LoggedExercise.exercise_id, LoggedExercise.id)
        .join(LoggedSession, LoggedSession.id == LoggedExercise.session_id)
        .where(
            LoggedSession.patient_id == patient_id,
            LoggedSession.performed_on >= since,
            LoggedSession.withdrawn_at.is_(None),
            LoggedExercise.counted_sets > 0,
        )
        .order_by(LoggedSession.performed_on, LoggedSession.performed_at, LoggedSession.id)
    )
    newest = {row.exercise_id: row.id for row in done}
    found = db.execute(
        select(LoggedSession, LoggedExercise)
        .join(LoggedExercise, LoggedExercise.session_id == LoggedSession.id)
        .where(LoggedExercise.id.in_(newest.values()))
        .options(selectinload(LoggedExercise.sets))
    )
    return {one.exercise_id: (session, one) for session, one in found}


def conflicts_of(db: Session, session_id: UUID) -> Sequence[LogConflict]:
    """Return what phones sent of a session that was changed elsewhere, oldest first."""
    return db.scalars(
        select(LogConflict)
        .where(LogConflict.session_id == session_id)
        .order_by(LogConflict.received_at, LogConflict.id)
    ).all()


def kept_of(db: Session, row: LoggedSession) -> Kept:
    """Return all that is known of a session, to judge what else is sent of it."""
    before = db.execute(
        select(LogRevision.revision, LogRevision.content_hash).where(
            LogRevision.session_id == row.id
        )
    )
    beside = select(LogConflict.content_hash).where(LogConflict.session_id == row.id)
    return Kept(
        Wording(row.device_id, row.program_id, row.revision, row.content_hash),
        {one.revision: one.content_hash for one in before},
        frozenset(db.scalars(beside)),
    )


_MORNINGS = (
    select(MorningCheck.on_day, MorningCheck.pain)
    .where(
        MorningCheck.patient_id == bindparam("patient_id"),
        MorningCheck.on_day.between(bindparam("first"), bindparam("last")),
    )
    .order_by(MorningCheck.on_day)
)


def mornings_of(db: Session, patient_id: UUID, first: date, last: date) -> dict[date, int]:
    """Return the morning scores of some days; a day without an answer is not in it."""
    rows = db.execute(_MORNINGS, {"patient_id": patient_id, "first": first, "last": last})
    return {row.on_day: row.pain for row in rows}


def mornings_about(
    db: Session, patient_id: UUID, sessions: Sequence[LoggedSession]
) -> dict[date, int]:
    """Return every morning score that the lights of these sessions rest on."""
    if not sessions:
        return {}
    days = [session.performed_on for session in sessions]
    return mornings_of(db, patient_id, min(days) - _MORNINGS_KEPT_FOR, max(days) + _DAY)


def lights_of(
    sessions: Iterable[LoggedSession],
    versions: Mapping[UUID, HasLimits],
    mornings: Mapping[date, int],
    zone: ZoneInfo,
    now: datetime,
) -> dict[UUID, Light]:
    """Return each session's light by its id, as it stands at an instant."""
    limits = {
        key: PainLimits(version.green_max, version.amber_max, version.pain_profile)
        for key, version in versions.items()
    }
    return {
        session.id: _light(session, limits[session.version_id], mornings, zone, now)
        for session in sessions
    }


def _light(
    session: LoggedSession,
    limits: PainLimits,
    mornings: Mapping[date, int],
    zone: ZoneInfo,
    now: datetime,
) -> Light:
    day = session.performed_on
    morning = mornings.get(day + _DAY)
    return pain.light(
        PainScores(
            session.pain_before,
            session.pain_during,
            session.settled_within_hour,
            session.limp,
            session.new_swelling,
            session.red_flag,
        ),
        limits,
        pain.earlier_mornings(mornings, day),
        morning,
        morning is not None or now >= pain.morning_window(day, zone)[1],
    )


def morning_check(db: Session, patient_id: UUID, on_day: date) -> MorningCheck | None:
    """Return the answer of one morning, if it was given."""
    return db.scalars(
        select(MorningCheck).where(
            MorningCheck.patient_id == patient_id, MorningCheck.on_day == on_day
        )
    ).one_or_none()


def weekly_check(db: Session, patient_id: UUID, first_on: date) -> WeeklyCheck | None:
    """Return the answer about the week that begins on a day, if it was given."""
    wanted = WeeklyCheck.patient_id == patient_id, WeeklyCheck.first_on == first_on
    return db.scalars(select(WeeklyCheck).where(*wanted)).one_or_none()


def weeks_of(db: Session, patient_id: UUID, first: date, last: date) -> Sequence[ProgramWeek]:
    """Return the roll-up of a patient's weeks that begin in some days, oldest first."""
    return db.scalars(
        select(ProgramWeek)
        .where(ProgramWeek.patient_id == patient_id, ProgramWeek.first_on.between(first, last))
        .order_by(ProgramWeek.first_on, ProgramWeek.program_id)
    ).all()


_TREATMENTS = (
    select(ClinicTreatment)
    .where(
        ClinicTreatment.patient_id == bindparam("patient_id"),
        ClinicTreatment.on_day.between(bindparam("first"), bindparam("last")),
    )
    .order_by(ClinicTreatment.on_day, ClinicTreatment.id)
)


def treatments_of(
    db: Session, patient_id: UUID, first: date, last: date
) -> Sequence[ClinicTreatment]:
    """Return a patient's clinic treatments of some days, oldest first."""
    asked = {"patient_id": patient_id, "first": first, "last": last}
    return db.scalars(_TREATMENTS, asked).all()
