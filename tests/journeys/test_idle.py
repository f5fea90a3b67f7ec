"""A sign-in that nobody uses ends; before that a page asks, and nothing typed is lost."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from rehab_tracker.foundation import clock
from tests.builders.people import PASSWORD, Somebody, a_member, a_patient
from tests.journeys.conftest import PHONE, assert_accessible, sign_in

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.stopped(NOON):
        yield


@pytest.fixture
def physio(db: Session, clinic: Clinic) -> Somebody:
    somebody = a_member(db, clinic, password_hash=passwords.keep(PASSWORD))
    db.commit()
    return somebody


def wait(page: Page, minutes: float) -> None:
    """Let time pass for the server and the browser."""
    clock.advance(timedelta(minutes=minutes))
    page.clock.run_for(int(minutes * 60_000))


def begin(page: Page, somebody: Somebody, address: str) -> None:
    page.clock.install(time=NOON)
    sign_in(page, somebody.person.email)
    page.goto(address)


def test_it_warns_two_minutes_before_and_one_press_goes_on(
    physio: Somebody, opened: Callable[..., Page]
):
    page = opened(viewport=PHONE)
    begin(page, physio, "/me")
    name, warning = page.get_by_label("Name"), page.get_by_role("dialog", name="Are you still")
    name.fill("Jonas W")
    wait(page, 12.9)
    expect(warning).to_be_hidden()
    wait(page, 0.2)
    expect(warning).to_contain_text("signed out in two minutes")
    expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
    assert_accessible(page)
    wait(page, 1)
    expect(warning).to_contain_text("less than a minute")
    with page.expect_response("**/me/stay"):
        page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    expect(name).to_be_focused()
    expect(name).to_have_value("Jonas W")
    wait(page, 12)
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()


def test_after_the_end_nothing_typed_is_lost(physio: Somebody, opened: Callable[..., Page]):
    page = opened()
    begin(page, physio, "/me")
    page.get_by_label("Name").fill("Jonas Weber-Lang")
    wait(page, 15.1)
    curtain = page.get_by_role("dialog", name="You were signed out")
    expect(curtain).to_contain_text("Nothing was lost")
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(curtain).to_be_hidden()
    expect(page.get_by_label("Name")).to_have_value("Jonas Weber-Lang")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("heading", name="Please sign in again")).to_be_visible()
    page.get_by_label("E-mail").fill(physio.person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_label("Name")).to_have_value("Jonas Weber-Lang")


def test_a_page_in_which_nothing_was_typed_is_closed(physio: Somebody, opened: Callable[..., Page]):
    page = opened()
    begin(page, physio, "/patients")
    wait(page, 15.1)
    page.wait_for_url(re.compile(r"/sign-in\?back_to=/patients"))


def test_another_tab_in_use_keeps_this_one_quiet(physio: Somebody, opened: Callable[..., Page]):
    page = opened()
    begin(page, physio, "/me")
    wait(page, 10)
    other = page.context.new_page()
    other.clock.install(time=clock.now())
    other.goto("/patients")
    wait(page, 4)
    expect(page.get_by_role("dialog")).to_be_hidden()
    wait(page, 9.5)
    expect(page.get_by_role("dialog")).to_be_visible()


def test_patients_have_an_hour(db: Session, clinic: Clinic, opened: Callable[..., Page]):
    patient = a_patient(db, clinic)
    patient.person.password_hash = passwords.keep(PASSWORD)
    db.commit()
    page = opened(viewport=PHONE)
    begin(page, patient, "/me")
    wait(page, 57.5)
    expect(page.get_by_role("dialog")).to_be_hidden()
    wait(page, 0.6)
    expect(page.get_by_role("dialog")).to_be_visible()
