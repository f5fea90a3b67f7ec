"""What programs asked for on each day, read in two statements for any number of programs."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Patient
from rehab_tracker.domain.dosage import Dose, sets_due
from rehab_tracker.domain.schedule import Pause as Paused
from rehab_tracker.domain.schedule import Plan, Version, version_on
from rehab_tracker.domain.week import Week, WeekStart, week_of
from rehab_tracker.logbook.models import ProgramWeek
from rehab_tracker.programs.models import Pause, Prescription, Program, ProgramVersion


@dataclass(frozen=True, slots=True)
class Asked:
    """One version's exercises, with as much of their doses as decides what counts."""

    version_id: UUID
    doses: Mapping[UUID, Dose]


@dataclass(frozen=True, slots=True)
class Timeline:
    """One program over time.

    `written_to` is the last week that its roll-up holds, `last_logged_on` the newest day that the
    patient logged for any program.
    """

    program_id: UUID
    patient_id: UUID
    clinic_id: UUID
    week_starts_on: WeekStart
    plan: Plan
    asked: Mapping[int, Asked]
    written_to: date | None
    last_logged_on: date | None

    def asked_on(self, day: date) -> Asked | None:
        """Return what the version in force on a day asks for; None before the first."""
        version = version_on(self.plan, day)
        return self.asked[version.number] if version else None

    def asked_of_phone(self, day: date, exercises: Collection[UUID]) -> Asked | None:
        """Return what a phone asked for on a day: it may not have heard of the newest version.

        Where no version up to that day asked for all of the exercises, the one in force.
        """
        known = (one for one in self.plan.versions if one.effective_from <= day)
        newest = sorted(known, key=lambda one: (one.effective_from, one.number), reverse=True)
        asked = [self.asked[version.number] for version in newest]
        fitting = (one for one in asked if one.doses.keys() >= {*exercises})
        return next(fitting, asked[0] if asked else None)

    def week(self, day: date) -> Week:
        """Return the patient's week that holds a day."""
        return week_of(day, self.week_starts_on)


_PROGRAMS = (
    select(
        Program.id,
        Program.patient_id,
        Program.clinic_id,
        Patient.week_starts_on,
        Program.starts_on,
        Program.ends_before,
        select(func.max(ProgramWeek.first_on))
        .where(ProgramWeek.program_id == Program.id, ProgramWeek.clinic_id == Program.clinic_id)
        .correlate(Program)
        .scalar_subquery(),
        Patient.last_logged_on,
        Pause.first_on,
        Pause.last_on,
        Pause.reason,
    )
    .join(Patient, Patient.id == Program.patient_id)
    .outerjoin(Pause, (Pause.program_id == Program.id) & (Pause.clinic_id == Program.clinic_id))
    .where(Program.id.in_(bindparam("programs", expanding=True)))
)
_VERSIONS = (
    select(
        ProgramVersion.program_id,
        ProgramVersion.number,
        ProgramVersion.id,
        ProgramVersion.effective_from,
        ProgramVersion.sessions_per_week,
        Prescription.exercise_id,
        Prescription.optional,
        Prescription.sets,
        Prescription.reps,
        Prescription.hold_s,
        Prescription.work_s,
        Prescription.side,
        Prescription.per_side,
    )
    .outerjoin(
        Prescription,
        (Prescription.version_id == ProgramVersion.id)
        & (Prescription.clinic_id == ProgramVersion.clinic_id),
    )
    .where(ProgramVersion.program_id.in_(bindparam("programs", expanding=True)))
    .order_by(ProgramVersion.number, Prescription.position)
)


def timelines(db: Session, program_ids: Collection[UUID]) -> dict[UUID, Timeline]:
    """Return those of the programs that the session may see, by id."""
    wanted = {"programs": list(program_ids)}
    rows: dict[UUID, list[Any]] = defaultdict(list)
    for row in db.execute(_PROGRAMS, wanted):
        rows[row[0]].append(row)
    if not rows:
        return {}
    versions: dict[UUID, dict[int, list[Any]]] = {program_id: {} for program_id in rows}
    for part in db.execute(_VERSIONS, wanted):
        versions[part[0]].setdefault(part[1], []).append(part)
    return {key: _timeline(of_one, versions[key]) for key, of_one in rows.items()}


def _timeline(rows: list[Any], versions: Mapping[int, list[Any]]) -> Timeline:
    program_id, patient_id, clinic_id, week_start, starts_on, ends_before, *known, _, _, _ = rows[0]
    plan = Plan(
        starts_on,
        ends_before,
        tuple(_version(of_one) for of_one in versions.values()),
        tuple(Paused(*row[8:]) for row in rows if row[8]),
    )
    asked = {number: Asked(of_one[0][2], _doses(of_one)) for number, of_one in versions.items()}
    return Timeline(program_id, patient_id, clinic_id, week_start, plan, asked, *known)


def _version(rows: list[Any]) -> Version:
    _program, number, _id, effective_from, per_week, *_ = rows[0]
    core = {
        str(exercise_id): sets_due(dose)
        for exercise_id, dose in _doses(row for row in rows if not row[6]).items()
    }
    return Version(effective_from, number, per_week, core)


def _doses(rows: Iterable[Any]) -> dict[UUID, Dose]:
    return {
        row[5]: Dose(
            sets=row[7], reps=row[8], hold_s=row[9], work_s=row[10], side=row[11], per_side=row[12]
        )
        for row in rows
        if row[5]
    }
