"""A patient of whom every table says something, their physio, a manager and a neighbor."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.db import Database
from rehab_tracker.rights.belonging import Whose, whose
from rehab_tracker.rights.letters import Letters
from tests.builders.people import PASSWORD, Somebody, a_member, a_patient
from tests.builders.record import a_full_record
from tests.client import CheckedClient

As = Callable[[Somebody], CheckedClient]
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
GRACE = timedelta(days=30)
NO_LETTERS = Letters("", leave=False)


@dataclass(frozen=True)
class House:
    """Who the tests of this feature act as."""

    patient: Somebody
    neighbor: Somebody
    physio: Somebody
    manager: Somebody


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.stopped(NOW):
        yield


@pytest.fixture
def house(db: Session, clinic: Clinic) -> House:
    patient = a_full_record(db, clinic)
    physio = a_member(db, clinic, name="Ines Okafor")
    manager = a_member(db, clinic, Role.MANAGER, name="Mara Manager")
    neighbor = a_patient(db, clinic, physio, name="Nils Neighbor")
    assert patient.patient
    patient.patient.physio_id = physio.member.id
    db.commit()
    return House(patient, neighbor, physio, manager)


@pytest.fixture
def far(app: Flask, database: Database) -> Iterator[Session]:
    """Open a session that sees every clinic."""
    with app.test_request_context(), database.session(all_clinics="a test looks") as db:
        yield db


@pytest.fixture
def who(database: Database, house: House) -> Whose:
    with database.all_clinics(because="a test looks", reads_only=True) as db:
        found = whose(db, house.patient.id)
    assert found
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "data"
    found.mkdir()
    return found


__all__ = ["GRACE", "NOW", "NO_LETTERS", "PASSWORD", "As", "House"]
