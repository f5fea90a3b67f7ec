"""What was told of warning signs, and whom to call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, case, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.foundation.errors import NotVisible
from rehab_tracker.safety.models import HelpNumbers, SafetyCheck
from rehab_tracker.safety.numbers import Numbers, of_country

RECENT = 50
_HOLDS = SafetyCheck.level.is_not(None) & SafetyCheck.cleared_at.is_(None)
_CHECKS = (
    select(SafetyCheck)
    .where(SafetyCheck.patient_id == bindparam("patient_id"))
    .order_by(case((_HOLDS, 0), else_=1), SafetyCheck.answered_at.desc(), SafetyCheck.id.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a patient stands: the newest answer that holds everything, and what was asked for."""

    holding: SafetyCheck | None
    of_sessions: Mapping[UUID, SafetyCheck]
    ever_asked: bool


def checks_of(db: Session, patient_id: UUID, most: int = RECENT) -> Sequence[SafetyCheck]:
    """Return a patient's answers, first those that hold, newest first."""
    return db.scalars(_CHECKS, {"patient_id": patient_id, "most": most}).all()


def standing_of(db: Session, patient_id: UUID) -> Standing:
    """Return where a patient stands, in one statement."""
    checks = checks_of(db, patient_id)
    return Standing(
        holding=next((check for check in checks if check.holds), None),
        of_sessions={check.session_id: check for check in checks[::-1] if check.session_id},
        ever_asked=bool(checks),
    )


def is_held(db: Session, patient_id: UUID) -> bool:
    """Tell whether a sign that nobody has cleared holds a patient."""
    found = db.scalars(_CHECKS, {"patient_id": patient_id, "most": 1}).one_or_none()
    return found is not None and found.holds


def check(db: Session, patient_id: UUID, check_id: UUID) -> SafetyCheck:
    """Return one of a patient's answers; NotVisible when there is none of that id."""
    wanted = SafetyCheck.id == check_id, SafetyCheck.patient_id == patient_id
    found = db.scalars(select(SafetyCheck).where(*wanted)).one_or_none()
    if found is None:
        raise NotVisible
    return found


def sent_before(db: Session, patient_id: UUID, client_id: UUID) -> SafetyCheck | None:
    """Return the answer that a form sent before, when it is sent again."""
    same = SafetyCheck.patient_id == patient_id, SafetyCheck.client_id == client_id
    return db.scalars(select(SafetyCheck).where(*same)).one_or_none()


def numbers_of(db: Session, clinic_id: UUID) -> Numbers:
    """Return whom the patients of a clinic call: its own numbers, or else its country's."""
    zone, own = db.execute(
        select(Clinic.time_zone, HelpNumbers)
        .outerjoin(HelpNumbers, HelpNumbers.clinic_id == Clinic.id)
        .where(Clinic.id == clinic_id)
    ).one()
    return Numbers(own.emergency, own.urgent, own.clinic) if own else of_country(zone)
