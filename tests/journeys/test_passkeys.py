"""A member of the staff makes a passkey and signs in with it, on a device that the test plays."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import CDPSession, Page, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic, OutboxMail, Passkey, Person, SecondFactorFor
from rehab_tracker.config import Settings
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation.db import Database
from tests.builders.people import PASSWORD, Somebody, a_member
from tests.journeys.conftest import PHONE, assert_accessible, sign_in

Devices = Callable[..., tuple[CDPSession, str]]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Passkeys belong to a host's name; a bare number has none."""
    return replace(settings, public_url=f"http://localhost:{settings.port}")


@pytest.fixture
def manager(db: Session, clinic: Clinic) -> Somebody:
    kept = passwords.keep(PASSWORD)
    somebody = a_member(db, clinic, Role.MANAGER, name="Nora Lindqvist", password_hash=kept)
    db.commit()
    return somebody


@pytest.fixture
def device() -> Devices:
    """Give a page a device that holds passkeys, and checks its person or does not."""

    def plugged_in(page: Page, *, checks: bool = True) -> tuple[CDPSession, str]:
        cdp = page.context.new_cdp_session(page)
        cdp.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": checks,
            "automaticPresenceSimulation": True,
        }
        added = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return cdp, added["authenticatorId"]

    return plugged_in


def add_passkey(page: Page) -> None:
    page.goto("/me/second-step")
    page.get_by_label("What to call it").fill("Desk")
    page.get_by_role("button", name="Add a passkey").click()


def use_passkey(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_role("button", name="Use a passkey").click()


def passkeys(database: Database) -> list[tuple[str, int]]:
    with database.all_clinics(because="a test looks", reads_only=True) as db:
        return [(key.name, key.sign_count) for key in db.scalars(select(Passkey))]


def told(database: Database) -> list[tuple[str, str]]:
    with database.all_clinics(because="a test looks", reads_only=True) as db:
        letters = db.scalars(select(OutboxMail))
        return [(letter.recipient, letter.body.splitlines()[2]) for letter in letters]


def test_a_passkey_is_made_and_signs_in_without_anything_to_type(
    manager: Somebody, opened: Callable[..., Page], device: Devices, database: Database, app: Flask
):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], smtp_url="smtp://127.0.0.1:1")
    page = opened(viewport=PHONE)
    device(page)
    sign_in(page, manager.person.email)
    add_passkey(page)
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    assert_accessible(page)
    page.goto("/me/second-step")
    expect(page.get_by_text("Desk", exact=True)).to_be_visible()
    assert_accessible(page)
    page.context.clear_cookies()
    use_passkey(page)
    page.wait_for_url(re.compile("/report"))
    ((name, uses),) = passkeys(database)
    assert name == "Desk"
    assert uses > 0
    assert told(database) == [(manager.person.email, "A passkey was added: Desk.")]


def test_a_passkey_is_the_second_step_after_a_password(
    manager: Somebody, opened: Callable[..., Page], device: Devices
):
    page = opened()
    device(page)
    sign_in(page, manager.person.email)
    add_passkey(page)
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(manager.person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/sign-in/code")
    assert_accessible(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(re.compile("/report"))


def test_a_clinic_that_asks_for_a_second_step_is_content_with_a_passkey(
    manager: Somebody, opened: Callable[..., Page], device: Devices, db: Session
):
    db.execute(update(Clinic).values(second_factor_for=SecondFactorFor.STAFF))
    db.commit()
    page = opened()
    device(page)
    sign_in(page, manager.person.email)
    page.wait_for_url("**/me/second-step")
    assert_accessible(page)
    add_passkey(page)
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url(re.compile("/report"))


def test_a_device_that_does_not_check_its_person_makes_no_passkey(
    manager: Somebody, opened: Callable[..., Page], device: Devices, database: Database
):
    page = opened()
    device(page, checks=False)
    sign_in(page, manager.person.email)
    add_passkey(page)
    expect(page.get_by_text("The passkey was not used")).to_be_visible()
    assert passkeys(database) == []


def test_a_removed_passkey_opens_nothing(
    manager: Somebody, opened: Callable[..., Page], device: Devices, database: Database
):
    page = opened()
    device(page)
    sign_in(page, manager.person.email)
    add_passkey(page)
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    page.goto("/me/second-step")
    page.get_by_role("button", name=re.compile("Remove")).click()
    expect(page.get_by_text("The passkey is removed")).to_be_visible()
    page.context.clear_cookies()
    use_passkey(page)
    expect(page.get_by_text("does not open anything here")).to_be_visible()
    with database.all_clinics(because="a test looks", reads_only=True) as db:
        assert db.scalars(select(Person.second_factor_since)).one() is None


def test_a_signed_answer_opens_once(
    manager: Somebody, opened: Callable[..., Page], device: Devices
):
    page = opened()
    device(page)
    sign_in(page, manager.person.email)
    add_passkey(page)
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    page.context.clear_cookies()
    answers: list[str] = []
    page.on(
        "request",
        lambda request: (
            answers.append(request.post_data_json["credential"])
            if request.url.endswith("/sign-in/passkey")
            else None
        ),
    )
    use_passkey(page)
    page.wait_for_url(re.compile("/report"))
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.evaluate(
        """answer => {
          const form = document.querySelector("[data-passkey]");
          form.elements.credential.value = answer;
          form.submit();
        }""",
        answers[0],
    )
    expect(page.get_by_text("does not open anything here")).to_be_visible()
