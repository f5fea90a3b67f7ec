"""The main jobs are done without a mouse."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from rehab_tracker.foundation import clock
from tests.builders.exercises import a_library
from tests.builders.people import PASSWORD, a_member, a_patient
from tests.builders.programs import a_program
from tests.journeys.conftest import PHONE, sign_in

MONDAY_EVENING = datetime(2026, 3, 2, 18, tzinfo=UTC)
FARTHEST = 60


def tab_to(page: Page, role: str, name: str) -> None:
    """Press Tab until something is in focus; it must be visible there."""
    wanted = page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
    for _ in range(FARTHEST):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            expect(wanted).to_be_in_viewport()
            return
    pytest.fail(f"Tab never reached the {role} {name}")


def test_a_session_is_logged_by_keyboard_alone(
    db: Session, clinic: Clinic, opened: Callable[..., Page]
):
    physio = a_member(db, clinic)
    patient = a_patient(db, clinic, physio)
    patient.person.password_hash = passwords.keep(PASSWORD)
    a_program(db, physio, patient)
    db.commit()
    page = opened()
    with clock.stopped(MONDAY_EVENING):
        sign_in(page, patient.person.email)
        tab_to(page, "link", "Done as prescribed")
        page.keyboard.press("Enter")
        page.wait_for_url("**/log/**")
        tab_to(page, "radio", "0")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        tab_to(page, "button", "Save")
        page.keyboard.press("Enter")
        page.wait_for_url("**/light")
        expect(page.get_by_role("main")).to_contain_text("Green")
        expect(page.get_by_role("main")).to_contain_text("2")


def test_a_program_is_assigned_within_a_few_keys(
    db: Session, clinic: Clinic, opened: Callable[..., Page]
):
    a_library(db)
    physio = a_member(db, clinic, password_hash=passwords.keep(PASSWORD))
    patient = a_patient(db, clinic, physio)
    db.commit()
    page = opened()
    sign_in(page, physio.person.email)
    page.goto(f"/patients/{patient.id}/programs/new?template=hip-first")
    for name in ("Skip to the content", "Skip to “Assign”"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name=name)).to_be_focused()
        expect(page.get_by_role("link", name=name)).to_be_in_viewport()
        page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assign = page.get_by_role("button", name="Assign", exact=True)
    expect(assign).to_be_focused()
    expect(assign).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "programs" not in url)
    expect(page.get_by_role("link", name="Hip strength").first).to_be_visible()


def test_what_is_folded_in_the_log_opens_by_keyboard_and_tells_what_was_chosen(
    db: Session, clinic: Clinic, opened: Callable[..., Page]
):
    physio = a_member(db, clinic)
    patient = a_patient(db, clinic, physio)
    patient.person.password_hash = passwords.keep(PASSWORD)
    program = a_program(db, physio, patient)
    db.commit()
    page = opened(viewport=PHONE)
    with clock.stopped(MONDAY_EVENING):
        sign_in(page, patient.person.email)
        page.goto(f"/log/{program.id}")
        fold = page.locator(".ex__more > summary").first
        effort = page.get_by_label("Effort, 1 to 10").first
        expect(effort).to_be_hidden()
        fold.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(effort).to_be_focused()
        effort.select_option("7")
        page.get_by_label("Left out because").first.select_option(label="No time")
        fold.focus()
        page.keyboard.press("Enter")
        expect(effort).to_be_hidden()
        expect(fold).to_contain_text("Effort 7 of 10")
        expect(fold).to_contain_text("Left out: No time")
