"""Something feels wrong, without signal: help and a hold at once, and the clinic told later."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Patient
from rehab_tracker.programs.models import Program
from rehab_tracker.safety.actions import set_numbers
from rehab_tracker.safety.models import SafetyCheck
from rehab_tracker.safety.numbers import Numbers
from tests.builders.people import LONG_AGO, Somebody
from tests.journeys.conftest import assert_accessible
from tests.journeys.phone.taps import eventually, heading, kept, ready, signal_returns, state, tap


@pytest.fixture(autouse=True)
def numbers(db: Session, physio: Somebody) -> None:
    set_numbers(db, physio.actor, Numbers("999", "111", "030 1234"), now=LONG_AGO)
    db.commit()


@pytest.fixture
def page(phone: BrowserContext) -> Page:
    return phone.pages[0]


def answers(db: Session) -> list[SafetyCheck]:
    db.rollback()
    found = list(db.scalars(select(SafetyCheck)))
    db.expunge_all()
    db.rollback()
    return found


def test_a_sign_told_without_signal_helps_and_holds_at_once_and_is_sent_once(
    phone: BrowserContext, page: Page, db: Session, program: Program, patient: Somebody
):
    phone.set_offline(True)
    page.goto("/something-wrong")
    heading(page, "Something feels wrong")
    expect(page.get_by_role("link", name="Emergency 999")).to_be_visible()
    expect(page.get_by_role("link", name="Your clinic 030 1234")).to_be_visible()
    expect(page.get_by_text("may be another one")).to_be_hidden()
    tap(page, "Show me what to do")
    expect(page.get_by_text("Tick what is true for you, or choose")).to_be_visible()
    page.get_by_label("My knee is stuck").check()
    assert_accessible(page)
    tap(page, "Show me what to do")
    heading(page, "Stop exercising. Call a doctor or an urgent-care line now and be seen today.")
    expect(page.get_by_role("link", name="Urgent care 111")).to_be_visible()
    state(page, "Saved on this phone")
    assert_accessible(page)
    page.goto("/today")
    expect(page.get_by_role("heading", name="Your programs are held")).to_be_visible()
    state(page, "Safety hold")
    assert_accessible(page)
    page.goto(f"/train/{program.id}")
    expect(page.get_by_text("Safety hold: you told of a warning sign.")).to_be_visible()
    assert not answers(db)
    phone.set_offline(False)
    page.goto("/today")
    expect(page.get_by_role("heading", name="Your programs are held")).to_be_visible()
    signal_returns(page)
    (check,) = eventually(page, lambda: answers(db))
    assert (check.signs, check.holds, check.language) == (["E5"], True, "en")
    assert db.get_one(Patient, patient.id).held_at == check.answered_at


def train_with_much_pain(page: Page, program: Program) -> None:
    """Train without signal, and follow where the light leads."""
    page.goto(f"/train/{program.id}")
    heading(page, "Hip strength")
    page.context.set_offline(True)
    tap(page, "All as prescribed")
    tap(page, "9", exact=True)
    tap(page, "Save")
    page.get_by_role("link", name="Check the warning signs").click()


def test_after_much_pain_the_answer_belongs_to_its_session(
    phone: BrowserContext, page: Page, db: Session, program: Program
):
    train_with_much_pain(page, program)
    tap(page, "None of these is true")
    heading(page, "None of the warning signs")
    phone.set_offline(False)
    signal_returns(page)
    state(page, "Sent")
    (check,), (session,) = eventually(page, lambda: answers(db)), kept(db)
    assert (check.session_id, check.holds) == (session.id, False)


def test_a_sign_makes_the_light_of_its_session_a_stop(page: Page, program: Program):
    train_with_much_pain(page, program)
    page.get_by_label("My knee is stuck").check()
    tap(page, "Show me what to do")
    state(page, "Saved on this phone")
    page.goto(f"/train/{program.id}")
    heading(page, "Stop the program and get help.")


def test_who_is_signed_out_sees_a_number_and_is_asked_nothing(phone: BrowserContext, page: Page):
    tap(page, "Sign out")
    page.wait_for_url("**/sign-in")
    for offline in (False, True):
        phone.set_offline(offline)
        page.goto("/something-wrong")
        expect(page.get_by_role("link", name="Emergency 112")).to_be_visible()
        expect(page.get_by_text("may be another one")).to_be_visible()
        expect(page.get_by_role("checkbox")).to_have_count(0)
        expect(page.get_by_role("button", name="Show me what to do")).to_be_hidden()
        ready(page)
