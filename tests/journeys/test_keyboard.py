"""A session is logged without a mouse."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from rehab_tracker.foundation import clock
from tests.builders.people import PASSWORD, a_member, a_patient
from tests.builders.programs import a_program
from tests.journeys.conftest import sign_in

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
