"""The main job, as four people live it."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import clock
from tests.builders.exercises import a_library
from tests.builders.people import Somebody, a_member, a_patient
from tests.journeys.conftest import PHONE, assert_accessible, sign_in

MONDAY_MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
MONDAY_EVENING = datetime(2026, 3, 2, 18, tzinfo=UTC)
TUESDAY_MORNING = datetime(2026, 3, 3, 6, tzinfo=UTC)
Open = Callable[..., Page]


@dataclass(frozen=True)
class Cast:
    manager: Somebody
    physio: Somebody
    patient: Somebody


@pytest.fixture
def cast(db: Session, clinic: Clinic) -> Cast:
    a_library(db)
    kept = passwords.keep("seven quiet herons wade")
    physio = a_member(db, clinic, name="Jonas Weber", password_hash=kept)
    manager = a_member(db, clinic, Role.MANAGER, name="Nora Lind", password_hash=kept)
    patient = a_patient(db, clinic, physio, name="Maria Costa")
    patient.person.password_hash = kept
    db.commit()
    return Cast(manager, physio, patient)


def test_from_the_assignment_to_the_report(cast: Cast, opened: Open):
    physio, patient, manager = opened(), opened(viewport=PHONE, has_touch=True), opened()
    with clock.stopped(MONDAY_MORNING):
        sign_in(physio, cast.physio.person.email)
        assign_from_template(physio)
        raise_a_dose(physio)
    with clock.stopped(MONDAY_EVENING):
        sign_in(patient, cast.patient.person.email)
        log_with_pain(patient)
    with clock.stopped(TUESDAY_MORNING):
        sign_in(patient, cast.patient.person.email)
        answer_the_morning(patient)
        sign_in(physio, cast.physio.person.email)
        see_the_light(physio)
        sign_in(manager, cast.manager.person.email)
        assert export(manager)["Patient"] == "Maria Costa"


def assign_from_template(page: Page) -> None:
    page.get_by_role("link", name="Maria Costa").click()
    page.get_by_role("link", name="Assign a program").first.click()
    assert_accessible(page)
    page.get_by_role("link", name="Hip and knee strength").click()
    assert_accessible(page)
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("heading", name="Maria Costa")).to_be_visible()
    expect(page.get_by_text("0 of 3 so far").first).to_be_visible()


def raise_a_dose(page: Page) -> None:
    page.get_by_role("link", name="Adjust").first.click()
    page.get_by_label("Reps, from").first.fill("10")
    page.get_by_label("Reason", exact=False).fill("Strong already")
    page.get_by_role("button", name="Review changes").click()
    expect(page.get_by_text("3 × 8–12").first).to_be_visible()
    expect(page.get_by_text("3 × 10–12").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name="Version 2, from Tue 3 Mar")).to_be_visible()


def log_with_pain(page: Page) -> None:
    page.get_by_role("link", name="Done as prescribed").click()
    assert_accessible(page)
    page.get_by_role("group", name="Worst pain").get_by_role("radio", name="6", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("above your limit of 5")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Today", exact=True).click()
    expect(page.get_by_text("1 of 3 so far").first).to_be_visible()


def answer_the_morning(page: Page) -> None:
    page.get_by_role("button", name="2", exact=True).click()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("Red").first).to_be_visible()


def see_the_light(page: Page) -> None:
    expect(page.get_by_text("Red light").first).to_be_visible()
    page.get_by_role("link", name="Maria Costa").click()
    expect(page.get_by_text("Red light").first).to_be_visible()
    assert_accessible(page)


def export(page: Page) -> dict[str, Any]:
    assert_accessible(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    return row
