"""A sign-in that ends costs no log: with the phone's key it is sent, without it it waits."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session

from rehab_tracker.programs.models import Program
from tests.builders.people import Somebody
from tests.journeys.conftest import sign_in
from tests.journeys.phone.taps import as_prescribed, heading, kept, state, tap


@pytest.fixture
def page(phone: BrowserContext) -> Page:
    page = phone.pages[0]
    expect(page.get_by_text("Is this your own phone?")).to_be_visible()
    return page


def test_with_its_key_a_phone_trains_and_sends_after_the_sign_in_ended(
    phone: BrowserContext, page: Page, db: Session, program: Program
):
    tap(page, "Yes, keep it ready")
    expect(page.get_by_text("This phone trains and sends without a sign-in")).to_be_visible()
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Is this your own phone?")).to_have_count(0)
    phone.clear_cookies(name="sid")
    page.goto(f"/train/{program.id}")
    heading(page, "Hip strength")
    as_prescribed(page)
    state(page, "Sent")
    assert len(kept(db)) == 1
    page.goto("/me")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_without_a_key_it_waits_until_the_next_sign_in(
    phone: BrowserContext, page: Page, db: Session, program: Program, patient: Somebody
):
    page.goto(f"/train/{program.id}")
    heading(page, "Hip strength")
    page.wait_for_load_state("networkidle")
    phone.clear_cookies(name="sid")
    as_prescribed(page)
    state(page, "Saved on this phone")
    page.goto("/train")
    tap(page, "Send now")
    expect(page.get_by_text("You are signed out. Sign in, and it is sent.")).to_be_visible()
    page.get_by_role("link", name="Sign in to send").click()
    sign_in(page, patient.person.email)
    state(page, "Sent")
    assert len(kept(db)) == 1


def test_who_says_not_now_is_asked_no_more_but_finds_it_in_their_account(page: Page):
    offer = page.get_by_role("region", name="Is this your own phone?")
    offer.get_by_role("button", name="Not now").click()
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Is this your own phone?")).to_have_count(0)
    page.goto("/me")
    tap(page, "Yes, keep it ready")
    expect(page.get_by_text("This phone trains and sends without a sign-in")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Phones that keep your plan")).to_be_visible()


def test_signing_out_takes_the_plan_off_for_whoever_comes_next(page: Page, program: Program):
    tap(page, "Yes, keep it ready")
    expect(page.get_by_text("This phone trains and sends without a sign-in")).to_be_visible()
    tap(page, "Sign out")
    page.wait_for_url("**/sign-in")
    page.goto("/train")
    heading(page, "On this phone")
    expect(page.get_by_text(program.title)).to_have_count(0)
