"""The other jobs of every week are done without a mouse, too."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import clock
from tests.builders.logbook import a_log
from tests.builders.people import PASSWORD, Somebody, a_member, a_patient
from tests.builders.programs import a_program
from tests.journeys.conftest import PHONE, assert_accessible, sign_in
from tests.journeys.test_keyboard import tab_to

Open = Callable[..., Page]
TUESDAY_MORNING = datetime(2026, 3, 3, 8, tzinfo=UTC)


def a_patient_who_logged_on_monday(db: Session, clinic: Clinic) -> Somebody:
    physio = a_member(db, clinic)
    patient = a_patient(db, clinic, physio, name="Maria Costa")
    patient.person.password_hash = passwords.keep(PASSWORD)
    a_log(db, patient, a_program(db, physio, patient), date(2026, 3, 2))
    db.commit()
    return patient


def test_a_patient_is_invited(db: Session, clinic: Clinic, opened: Open):
    physio = a_member(db, clinic, password_hash=passwords.keep(PASSWORD))
    db.commit()
    page = opened()
    sign_in(page, physio.person.email)
    tab_to(page, "link", "Invite a patient")
    page.keyboard.press("Enter")
    page.wait_for_url("**/invite*")
    tab_to(page, "textbox", "Name")
    page.keyboard.type("Yael Amit")
    page.keyboard.press("Tab")
    page.keyboard.type("yael@example.org")
    page.keyboard.press("Enter")
    # what is missing takes the focus, and each sentence leads to its field
    expect(page.locator(".summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="Left")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("/welcome/")


def test_the_report_is_filtered_and_taken_along(db: Session, clinic: Clinic, opened: Open):
    a_patient_who_logged_on_monday(db, clinic)
    manager = a_member(db, clinic, Role.MANAGER, password_hash=passwords.keep(PASSWORD))
    db.commit()
    page = opened()
    with clock.stopped(TUESDAY_MORNING):
        sign_in(page, manager.person.email)
        tab_to(page, "combobox", "Weeks")
        page.keyboard.type("8")
        tab_to(page, "button", "Show")
        page.keyboard.press("Enter")
        page.wait_for_url("**weeks=8*")
        expect(page.get_by_role("main")).to_contain_text("8 weeks")
        tab_to(page, "link", "CSV")
        with page.expect_download() as waiting:
            page.keyboard.press("Enter")
        assert "Maria Costa" in waiting.value.path().read_text(encoding="utf-8-sig")
        clock.advance(timedelta(minutes=11))
        page.keyboard.press("Enter")
        expect(page.get_by_label("Password")).to_be_focused()
        page.keyboard.type(PASSWORD)
        with page.expect_download() as waiting:
            page.keyboard.press("Enter")
        assert "Maria Costa" in waiting.value.path().read_text(encoding="utf-8-sig")
        assert_accessible(page)
        tab_to(page, "link", "Back to the report")
        page.keyboard.press("Enter")
        page.wait_for_url("**/report?weeks=8*")


def test_the_morning_question_is_answered(db: Session, clinic: Clinic, opened: Open):
    patient = a_patient_who_logged_on_monday(db, clinic)
    page = opened(viewport=PHONE)
    with clock.stopped(TUESDAY_MORNING):
        sign_in(page, patient.person.email)
        tab_to(page, "button", "2")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="2", exact=True)).to_have_count(0)
        expect(page.get_by_role("main")).to_contain_text("2")


def test_a_pause_is_taken_and_ended(db: Session, clinic: Clinic, opened: Open):
    patient = a_patient_who_logged_on_monday(db, clinic)
    page = opened(viewport=PHONE)
    with clock.stopped(TUESDAY_MORNING):
        sign_in(page, patient.person.email)
        page.goto("/pause")
        tab_to(page, "radio", "Illness")
        page.keyboard.press("Space")
        tab_to(page, "button", "Pause everything")
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).to_contain_text("Paused")
        page.goto("/pause")
        tab_to(page, "button", "I am back: go on today")
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).not_to_contain_text("I am back")
