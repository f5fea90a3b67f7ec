"""The manager's page: who saw or changed what of a patient, by day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import audit, clock
from rehab_tracker.foundation.db import Database
from rehab_tracker.trail.queries import PAGE
from tests.builders.people import Somebody, a_clinic, a_member, a_patient
from tests.client import CheckedClient

As = Callable[[Somebody], CheckedClient]
MONDAY_MORNING = datetime(2026, 3, 2, 8, 5, tzinfo=UTC)


@pytest.fixture
def physio(db: Session, clinic: Clinic) -> Somebody:
    return a_member(db, clinic, name="Ines Okafor")


@pytest.fixture
def patient(db: Session, clinic: Clinic, physio: Somebody) -> Somebody:
    return a_patient(db, clinic, physio, name="Maria Rossi")


@pytest.fixture
def manager(db: Session, clinic: Clinic, as_: As) -> CheckedClient:
    somebody = a_member(db, clinic, Role.MANAGER)
    db.commit()
    with clock.stopped(MONDAY_MORNING):
        return as_(somebody)


def note(db: Session, who: Somebody | None, action: str, **about: Any) -> None:
    audit.record(db, who.actor if who else None, action, **about)
    db.commit()


def page(manager: CheckedClient, **asked: Any) -> str:
    with clock.stopped(MONDAY_MORNING):
        answer = manager.get("/audit", query_string=asked)
    assert answer.status_code == 200
    return answer.text


def test_a_days_deeds_are_told_in_plain_words_newest_first(
    db: Session, manager: CheckedClient, physio: Somebody, patient: Somebody
):
    with clock.stopped(MONDAY_MORNING):
        note(db, physio, "record.read", patient_id=patient.id)
        clock.advance(timedelta(minutes=10))
        note(db, patient, "log.saved", patient_id=patient.id, performed_on="2026-03-01")
        note(db, None, "library.seeded")
    shown = page(manager)
    assert "Monday 2 March 2026" in shown
    logged = shown.index("Logged a session of Sun 1 Mar")
    assert logged < shown.index("Looked at the record")
    assert "09:05" in shown, "the manager's own time"
    assert "Rehab Tracker itself" in shown
    assert "Ines Okafor" in shown
    assert "3 entries" in shown


def test_the_days_are_those_of_the_managers_zone(
    db: Session, manager: CheckedClient, physio: Somebody, patient: Somebody
):
    with clock.stopped(MONDAY_MORNING.replace(hour=23, minute=30, day=1)):
        note(db, physio, "record.read", patient_id=patient.id)
    assert "Looked at" in page(manager, first="2026-03-02", last="2026-03-02")
    assert "Nothing on these days" in page(manager, first="2026-03-01", last="2026-03-01")


def test_one_patient_or_a_name_is_picked_out(
    db: Session, clinic: Clinic, manager: CheckedClient, physio: Somebody, patient: Somebody
):
    other = a_patient(db, clinic, physio, name="Tom Becker")
    with clock.stopped(MONDAY_MORNING):
        note(db, physio, "record.read", patient_id=patient.id)
        note(db, physio, "patient.changed", patient_id=other.id)
    for asked in ({"patient": str(patient.id)}, {"q": "rossi"}):
        shown = page(manager, **asked)
        assert "Looked at the record" in shown
        assert "Changed the profile" not in shown


def test_long_lists_come_in_pages(
    db: Session, manager: CheckedClient, physio: Somebody, patient: Somebody
):
    with clock.stopped(MONDAY_MORNING):
        for _ in range(PAGE + 1):
            audit.record(db, physio.actor, "record.read", patient_id=patient.id)
        db.commit()
    assert page(manager).count("Looked at the record") == PAGE
    last = page(manager, page=2)
    assert last.count("Looked at the record") == 1
    assert "Page 2 of 2" in last


def test_the_page_reads_in_as_many_statements_for_many_deeds_as_for_one(
    db: Session, manager: CheckedClient, physio: Somebody, patient: Somebody
):
    counts = []
    for more in (1, 40):
        with clock.stopped(MONDAY_MORNING):
            for _ in range(more):
                audit.record(db, physio.actor, "record.read", patient_id=patient.id)
            db.commit()
        page(manager)
        counts.append(len([s for s in manager.statements if s.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 3


@pytest.mark.parametrize(
    "asked", [{"first": "1850-01-01"}, {"patient": "x"}, {"page": "0"}, {"last": "soon"}]
)
def test_what_makes_no_sense_is_left_out_and_said(manager: CheckedClient, asked: dict[str, str]):
    assert manager.get("/audit", query_string=asked).status_code in {303, 422}
    with clock.stopped(MONDAY_MORNING):
        assert manager.get("/audit", query_string=asked).status_code == 422


def test_nobody_but_managers_sees_it(
    db: Session, physio: Somebody, patient: Somebody, as_: As, manager: CheckedClient
):
    db.commit()
    assert as_(physio).get("/audit").status_code == 403
    assert as_(patient).get("/audit").status_code == 403
    assert "Audit" in page(manager)


def test_another_clinics_deeds_are_not_in_it(
    database: Database, db: Session, manager: CheckedClient, patient: Somebody
):
    db.commit()
    elsewhere = a_clinic(database, name="Elsewhere")
    with clock.stopped(MONDAY_MORNING), database.of_clinic(elsewhere.id) as far:
        audit.record(far, None, "record.read", patient_id=patient.id)
    assert "Nothing on these days" in page(manager)
