"""What listed patients' programs ask for today, in three statements for any number of patients."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from rehab_tracker.domain.schedule import Pause as Paused
from rehab_tracker.domain.schedule import Plan, Version, active_since, version_on
from rehab_tracker.programs.models import Pause, Program, ProgramVersion


@dataclass(frozen=True, slots=True)
class Running:
    """A program that has not ended; its plan tells when it asks for sessions, not for what."""

    program_id: UUID
    title: str
    plan: Plan

    def per_week(self, day: date) -> int:
        """Return the sessions per week on a day; before the start, those it will start with."""
        version = version_on(self.plan, max(day, self.plan.starts_on))
        return version.sessions_per_week if version else 0


def running_programs(
    db: Session, patients: Sequence[UUID], today: date
) -> Mapping[UUID, Sequence[Running]]:
    """Return the programs of each patient that have not ended, the oldest first."""
    programs = db.execute(_RUNNING, {"patients": patients, "today": today}).all()
    ids = [program.id for program in programs]
    versions, pauses = _versions(db, ids), _pauses(db, ids)
    found: defaultdict[UUID, list[Running]] = defaultdict(list)
    for patient_id, program_id, title, starts_on, ends_before in programs:
        plan = Plan(starts_on, ends_before, tuple(versions[program_id]), tuple(pauses[program_id]))
        found[patient_id].append(Running(program_id, title, plan))
    return found


_RUNNING = (
    select(Program.patient_id, Program.id, Program.title, Program.starts_on, Program.ends_before)
    .where(
        Program.patient_id.in_(bindparam("patients", expanding=True)),
        or_(Program.ends_before.is_(None), Program.ends_before > bindparam("today")),
    )
    .order_by(Program.starts_on, Program.id)
)
_VERSIONS = select(
    ProgramVersion.program_id,
    ProgramVersion.effective_from,
    ProgramVersion.number,
    ProgramVersion.sessions_per_week,
).where(ProgramVersion.program_id.in_(bindparam("programs", expanding=True)))
_PAUSES = (
    select(Pause.program_id, Pause.first_on, Pause.last_on, Pause.reason)
    .where(Pause.program_id.in_(bindparam("programs", expanding=True)))
    .order_by(Pause.first_on)
)


def _versions(db: Session, programs: Sequence[UUID]) -> Mapping[UUID, list[Version]]:
    found: defaultdict[UUID, list[Version]] = defaultdict(list)
    rows = db.execute(_VERSIONS, {"programs": programs})
    for program_id, effective_from, number, per_week in rows:
        found[program_id].append(Version(effective_from, number, per_week, {}))
    return found


def _pauses(db: Session, programs: Sequence[UUID]) -> Mapping[UUID, list[Paused]]:
    found: defaultdict[UUID, list[Paused]] = defaultdict(list)
    rows = db.execute(_PAUSES, {"programs": programs})
    for program_id, first_on, last_on, reason in rows:
        found[program_id].append(Paused(first_on, last_on, reason))
    return found


def quiet_days(last_logged_on: date | None, programs: Iterable[Running], today: date) -> int | None:
    """Return the days without a log while sessions were asked for; None when none are today."""
    stretches = (active_since(program.plan, today) for program in programs)
    since = min((day for day in stretches if day), default=None)
    return (today - max(since, last_logged_on or since)).days if since else None
