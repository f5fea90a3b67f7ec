"""A clinic some weeks into its work: Thursday, March 26th, three weeks of it closed."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import clock
from tests.builders.people import Somebody, a_member
from tests.builders.reports import NOW


@pytest.fixture(autouse=True)
def now() -> Iterator[datetime]:
    with clock.stopped(NOW):
        yield NOW.astimezone(UTC)


@pytest.fixture
def physio(db: Session, clinic: Clinic) -> Somebody:
    member = a_member(db, clinic, Role.PHYSIO, name="Petra Physio")
    db.commit()
    return member


@pytest.fixture
def manager(db: Session, clinic: Clinic) -> Somebody:
    member = a_member(db, clinic, Role.MANAGER, name="Mara Manager")
    db.commit()
    return member
