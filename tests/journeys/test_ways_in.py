"""Nobody is shut out of the ways in: axe looks at links, set-up and codes, on phone and desktop."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords, tokens, totp
from rehab_tracker.accounts.models import Clinic, Purpose
from rehab_tracker.foundation import clock
from tests.builders.people import PASSWORD, Somebody, a_patient
from tests.journeys.conftest import DESKTOP, assert_accessible, sign_in

NARROW = {"width": 320, "height": 640}


@pytest.fixture
def patient(db: Session, clinic: Clinic) -> Somebody:
    somebody = a_patient(db, clinic, name="Maria Costa")
    somebody.person.password_hash = passwords.keep(PASSWORD)
    db.commit()
    return somebody


@pytest.mark.parametrize(("viewport", "scheme"), [(NARROW, "dark"), (DESKTOP, "light")])
def test_axe_finds_nothing_on_pages_behind_links(
    db: Session, patient: Somebody, opened: Callable[..., Page], viewport: Any, scheme: str
):
    now = clock.now()
    paths = {Purpose.RESET: "/reset", Purpose.EMAIL: "/email", Purpose.EMAIL_UNDO: "/email/undo"}
    links = [
        f"{path}/{tokens.issue(db, purpose, patient.person.id, now, email='new@example.org')}"
        for purpose, path in paths.items()
    ]
    db.commit()
    page = opened(viewport=viewport, color_scheme=scheme)
    for link in [*links, "/reset/over"]:
        page.goto(link)
        assert_accessible(page)


@pytest.mark.parametrize(("viewport", "scheme"), [(NARROW, "dark"), (DESKTOP, "light")])
def test_an_app_is_set_up_and_used_by_keyboard_alone(
    patient: Somebody, opened: Callable[..., Page], viewport: Any, scheme: str
):
    page = opened(viewport=viewport, color_scheme=scheme)
    sign_in(page, patient.person.email)
    page.goto("/me/second-step")
    assert_accessible(page)
    page.get_by_role("button", name="Set up the app").press("Enter")
    expect(page.get_by_label("Code")).to_be_visible()
    page.get_by_text("No camera at hand?").press("Enter")
    assert_accessible(page)
    secret = page.locator("code").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(totp.code_at(secret, totp.timecode_at(clock.now())))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    assert_accessible(page)
    code = page.locator("[data-codes] code").first.inner_text()
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(patient.person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code")).to_be_focused()
    assert_accessible(page)
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today")
