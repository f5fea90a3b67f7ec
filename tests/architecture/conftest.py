"""One of everything, and one of everybody."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import clock
from tests.architecture.everywhere import People
from tests.architecture.victim import Victim, a_victim
from tests.builders.people import a_member


@pytest.fixture
def at_noon() -> Iterator[None]:
    """Stop the clock in the week in which the victim logs."""
    with clock.stopped(datetime(2026, 3, 4, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def victim(db: Session, clinic: Clinic) -> Victim:
    return a_victim(db, clinic)


@pytest.fixture
def people(db: Session, clinic: Clinic, victim: Victim) -> People:
    manager = a_member(db, clinic, Role.MANAGER)
    db.commit()
    return {Role.PATIENT: victim.patient, Role.PHYSIO: victim.physio, Role.MANAGER: manager}
