"""The demo shows every course that a clinic sees, the same each time."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from rehab_tracker.accounts.models import Clinic, Membership, Patient, Person
from rehab_tracker.demo import story
from rehab_tracker.demo.people import HARBOR, HILLSIDE, PASSWORD, SIGN_INS, Course
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation.db import Database
from rehab_tracker.logbook.models import LoggedSession, ProgramWeek
from rehab_tracker.programs.models import Program

NOW = datetime(2026, 11, 22, 19, tzinfo=UTC)


@pytest.fixture
def lived(app: Flask, database: Database) -> Database:
    with app.test_request_context():
        story.make(database, NOW)
    return database


def test_the_demo_holds_what_it_promises(app: Flask, lived: Database):
    with lived.all_clinics(because="a test counts", reads_only=True) as db:
        clinics = dict(db.execute(select(Clinic.name, Clinic.id)).all())
        in_harbor = Membership.clinic_id == clinics[HARBOR.name]
        roles = Counter(db.scalars(select(Membership.role).where(in_harbor)))
        assert roles == {Role.MANAGER: 1, Role.PHYSIO: 4, Role.PATIENT: 40}
        assert HILLSIDE.name in clinics
        logs = db.scalar(select(func.count()).select_from(LoggedSession)) or 0
        late = db.scalar(select(func.count()).where(LoggedSession.late)) or 0
        assert logs > 800
        assert late > 5
        assert not [
            e for _who, e in SIGN_INS if not db.scalar(select(Person).where(Person.email == e))
        ]
        assert silent_weeks(lived, "Clara Nowak") == [(0, 3)] * 3
        before = logs
    with app.test_request_context():
        story.make(lived, NOW + timedelta(days=1))
    with lived.all_clinics(because="a test counts", reads_only=True) as db:
        assert db.scalar(select(func.count()).select_from(LoggedSession)) == before
    signed_in = app.test_client().post(
        "/sign-in", data={"email": SIGN_INS[2][1], "password": PASSWORD}
    )
    assert signed_in.status_code == 303


def silent_weeks(database: Database, name: str) -> list[tuple[int, int]]:
    """Return done and due of the closed weeks of a patient who was assigned three weeks ago."""
    with database.all_clinics(because="a test looks", reads_only=True) as db:
        rows = db.execute(
            select(ProgramWeek.done, ProgramWeek.due)
            .join(Patient, Patient.id == ProgramWeek.patient_id)
            .join(Membership, Membership.id == Patient.membership_id)
            .join(Person, Person.id == Membership.person_id)
            .join(Program, Program.id == ProgramWeek.program_id)
            .where(Person.name == name, ProgramWeek.first_on < NOW.date() - timedelta(days=6))
            .order_by(ProgramWeek.first_on)
        )
        return [(row[0], row[1]) for row in rows]


def test_every_course_is_lived_by_somebody():
    assert {patient.course for patient in HARBOR.patients} == set(Course)
