from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest
from flask import Flask
from flask_babel import Babel
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Database
from rehab_tracker.programs.models import Pause, Prescription, Program, ProgramVersion
from tests.builders.exercises import a_library
from tests.builders.people import Somebody, a_member, a_patient

KEPT = (
    *map(select, (Program, ProgramVersion, Prescription, Pause)),
    select(AuditEvent).where(AuditEvent.action != "record.read"),
)


FEW = (
    *("chair-squat", "wall-sit", "low-step-up", "glute-bridge", "split-squat", "clamshell"),
    *("single-leg-bridge", "wall-calf-stretch"),
)
"""Exercises that seed a clinic quickly where a test needs no more."""


@dataclass(frozen=True)
class Ward:
    """A clinic with a physio, a patient of theirs, and exercises of the library by slug."""

    physio: Somebody
    patient: Somebody
    library: Mapping[str, Exercise]


@pytest.fixture
def ward(db: Session, clinic: Clinic) -> Ward:
    physio = a_member(db, clinic, name="Jonas Weber")
    patient = a_patient(db, clinic, physio, name="Maria Lindqvist", kit=["mat", "chair"])
    return Ward(physio, patient, a_library(db, *FEW))


@pytest.fixture
def whole_library(db: Session, ward: Ward) -> None:
    """Give the ward's clinic every exercise, as templates want them."""
    assert len(a_library(db)) > len(ward.library)
    db.commit()


@pytest.fixture
def kept(database: Database) -> Callable[[], list[int | None]]:
    """Return how many rows of all that this feature writes there are, in every clinic.

    That a record was read is written down too, by every feature alike.
    """

    def count() -> list[int | None]:
        with database.session(reads_only=True, all_clinics="a test counts") as session:
            counts = (select(func.count()).select_from(rows.subquery()) for rows in KEPT)
            return [session.scalar(one) for one in counts]

    return count


@pytest.fixture
def in_english() -> Iterator[None]:
    """Let words be read where no database is needed."""
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield
