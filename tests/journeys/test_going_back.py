"""What a patient meets after saving: the answer in sight, and Back that logs nothing twice."""

from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from rehab_tracker.foundation import clock
from tests.builders.people import PASSWORD, Somebody, a_member, a_patient
from tests.builders.programs import a_program
from tests.journeys.conftest import sign_in

MONDAY_EVENING = datetime(2026, 3, 2, 18, tzinfo=UTC)
ON_TOP = """element => {
  const box = element.getBoundingClientRect();
  return element.contains(document.elementFromPoint(box.x + box.width / 2, box.bottom - 6));
}"""


def a_patient_with_a_program(db: Session, clinic: Clinic) -> Somebody:
    physio = a_member(db, clinic)
    patient = a_patient(db, clinic, physio)
    patient.person.password_hash = passwords.keep(PASSWORD)
    a_program(db, physio, patient)
    db.commit()
    return patient


def save(page: Page) -> None:
    page.locator("#pain_during label").nth(2).click()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/light")


def test_saving_again_after_going_back_makes_no_second_session(
    db: Session, clinic: Clinic, opened: Callable[..., Page]
):
    patient, page = a_patient_with_a_program(db, clinic), opened()
    with clock.stopped(MONDAY_EVENING):
        sign_in(page, patient.person.email)
        page.get_by_role("link", name="Done as prescribed").click()
        save(page)
        page.go_back()
        page.wait_for_url("**/log/*?done=all")
        expect(page.get_by_text("You already logged this program")).to_be_visible()
        save(page)
        page.get_by_role("link", name="History").click()
        expect(page.locator(".entry")).to_have_count(1)


def test_the_answer_after_a_pause_is_covered_by_nothing(
    db: Session, clinic: Clinic, opened: Callable[..., Page]
):
    patient, page = a_patient_with_a_program(db, clinic), opened()
    with clock.stopped(MONDAY_EVENING):
        sign_in(page, patient.person.email)
        page.get_by_role("link", name="I need a pause").click()
        page.get_by_label("3 days").check()
        page.get_by_label("Illness").check()
        page.get_by_role("button", name="Pause everything").click()
        page.wait_for_url("**/today")
        assert page.get_by_role("status").evaluate(ON_TOP)
