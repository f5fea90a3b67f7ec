"""How a clinic begins: its library, and an invitation for its first manager."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rehab_tracker.accounts import actions as accounts
from rehab_tracker.accounts.models import SecondFactorFor
from rehab_tracker.domain.permission import Role
from rehab_tracker.domain.week import WeekStart
from rehab_tracker.exercises import actions as exercises


@dataclass(frozen=True)
class NewClinic:
    """What an operator says of a clinic that begins."""

    name: str
    time_zone: str
    week_starts_on: WeekStart
    manager_name: str
    manager_email: str
    second_factor_for: SecondFactorFor = SecondFactorFor.MANAGERS


def begin_clinic(
    db: Session, new: NewClinic, now: datetime, *, public_url: str, by_mail: bool = False
) -> str:
    """Make a clinic and return the link that its first manager joins with.

    The session sees every clinic before, and only the new one after.
    """
    clinic = accounts.create_clinic(
        db, new.name, new.time_zone, new.week_starts_on, now, new.second_factor_for
    )
    db.info.update(clinic_id=clinic.id, all_clinics=None)
    exercises.seed_clinic(db)
    manager = accounts.Invite(new.manager_name, new.manager_email, Role.MANAGER, new.time_zone)
    address = f"{public_url}/welcome/{{}}"
    return accounts.invite(db, None, manager, now, address=address, by_mail=by_mail)
