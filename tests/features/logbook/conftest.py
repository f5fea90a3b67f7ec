"""A physio, a patient with a program of two exercises, and the Wednesday of its first week."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.programs.models import Program
from tests.builders.exercises import an_exercise
from tests.builders.people import Somebody, a_member, a_patient
from tests.builders.programs import MONDAY, a_program, an_item

WEDNESDAY = date(2026, 3, 4)


@pytest.fixture
def physio(db: Session, clinic: Clinic) -> Somebody:
    return a_member(db, clinic, name="Ines Falk")


@pytest.fixture
def patient(db: Session, clinic: Clinic, physio: Somebody) -> Somebody:
    someone = a_patient(db, clinic, physio, name="Maria Lind")
    db.commit()
    return someone


@pytest.fixture
def program(db: Session, physio: Somebody, patient: Somebody) -> Program:
    """Return three sets of ten squats and of ten bridges a side, three times a week."""
    items = [
        an_item(an_exercise(db, name="Squat", laterality="both")),
        an_item(an_exercise(db, name="Bridge"), reps=10),
    ]
    found = a_program(db, physio, patient, items, starts_on=MONDAY)
    db.commit()
    return found
