"""The library narrows while somebody types, and by hand where no script runs."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from tests.builders.exercises import a_library
from tests.builders.people import PASSWORD, a_member
from tests.journeys.conftest import PHONE, assert_accessible, sign_in

Open = Callable[..., Page]


@pytest.fixture
def library(db: Session, clinic: Clinic, opened: Open) -> Open:
    """Open the library as a physio."""
    a_library(db)
    physio = a_member(db, clinic, password_hash=passwords.keep(PASSWORD))
    db.commit()

    def open_library(**options: object) -> Page:
        page = opened(**options)
        sign_in(page, physio.person.email)
        page.goto("/library")
        return page

    return open_library


def names(page: Page) -> list[str]:
    return page.locator(".shelf h3").all_inner_texts()


def test_the_list_narrows_while_somebody_types(library: Open):
    page = library()
    found, search = page.locator("#found"), page.get_by_label("Search")
    everything = found.inner_text()
    search.press_sequentially("squat", delay=20)
    expect(found).not_to_have_text(everything)
    expect(page.locator(".shelf h3").filter(has_not_text="quat")).to_have_count(0)
    assert names(page)
    assert page.url.endswith("/library?q=squat")
    expect(search).to_be_focused()
    search.fill("")
    expect(found).to_have_text(everything)
    assert page.url.endswith("/library")


def test_words_and_filters_narrow_together_by_keyboard(library: Open):
    page = library()
    page.get_by_label("Search").press_sequentially("squat", delay=20)
    expect(page.locator("#found")).not_to_have_text("90 of 90 exercises")
    before = len(names(page))
    page.get_by_role("checkbox", name="Retraining").focus()
    page.keyboard.press("Space")
    page.wait_for_url("**kind=retraining*")
    assert 0 < len(names(page)) < before
    expect(page.get_by_role("checkbox", name="Retraining")).to_be_focused()
    page.get_by_label("Search").fill("nothing is called so")
    expect(page.get_by_role("heading", name="No exercise fits all of this")).to_be_visible()
    assert_accessible(page)


def test_the_address_of_a_search_brings_it_back(library: Open):
    page = library()
    page.get_by_label("Search").press_sequentially("bridge", delay=20)
    page.wait_for_url("**/library?q=bridge")
    found = names(page)
    page.get_by_role("link", name=found[0], exact=True).click()
    page.wait_for_url("**/library/*")
    page.go_back()
    expect(page.get_by_label("Search")).to_have_value("bridge")
    assert names(page) == found


def test_without_a_script_the_search_is_sent(library: Open):
    page = library(java_script_enabled=False, viewport=PHONE)
    page.get_by_label("Search").fill("bridge")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=bridge*")
    assert names(page)
    assert all("ridge" in name for name in names(page))
