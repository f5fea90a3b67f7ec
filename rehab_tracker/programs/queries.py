"""A patient's programs as they are read."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from rehab_tracker.accounts.models import Membership, Person
from rehab_tracker.foundation.errors import NotVisible
from rehab_tracker.programs.models import Pause, Prescription, Program, ProgramVersion


def _whole_programs() -> Select[Program]:
    """Return the read of programs with everything below them: three statements or four."""
    prescriptions = selectinload(Program.versions).selectinload(ProgramVersion.prescriptions)
    return select(Program).options(
        prescriptions.joinedload(Prescription.exercise, innerjoin=True),
        selectinload(Program.pauses),
    )


def programs_of(db: Session, patient_id: UUID) -> list[Program]:
    """Return a patient's programs with versions, prescriptions, exercises and pauses."""
    found = db.scalars(
        _whole_programs()
        .where(Program.patient_id == patient_id)
        .order_by(Program.starts_on, Program.id),
        execution_options={"populate_existing": True},
    )
    return list(found)


def program(db: Session, patient_id: UUID, program_id: UUID) -> Program:
    """Return one program of a patient with everything below it; raises NotVisible."""
    found = program_by_id(db, program_id)
    if found.patient_id != patient_id:
        raise NotVisible
    return found


def program_by_id(db: Session, program_id: UUID) -> Program:
    """Return one program of the clinic, read anew, with everything below it; NotVisible."""
    wanted = _whole_programs().where(Program.id == program_id)
    found = db.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise NotVisible
    return found


def paused_count(db: Session, patient_id: UUID, day: date) -> int:
    """Return how many of a patient's running programs are paused on a day."""
    found = db.scalar(
        select(func.count(Program.id.distinct()))
        .join(Pause, Pause.program_id == Program.id)
        .where(
            Program.patient_id == patient_id,
            or_(Program.ends_before.is_(None), Program.ends_before > day),
            Pause.first_on <= day,
            or_(Pause.last_on.is_(None), Pause.last_on >= day),
        )
    )
    return found or 0


def names_of(db: Session, membership_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of members of the clinic."""
    rows = db.execute(
        select(Membership.id, Person.name)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.id.in_(set(membership_ids)))
    )
    return {row[0]: row[1] for row in rows}
