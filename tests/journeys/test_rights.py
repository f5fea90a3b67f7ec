"""A patient takes the record along, asks to be erased, and thinks better of it, by keyboard."""

from collections.abc import Callable
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import Role
from tests.architecture.victim import Victim, a_victim
from tests.builders.people import PASSWORD, Somebody, a_member
from tests.journeys.conftest import PHONE, assert_accessible, sign_in

REASON = "Records of treatment are kept for ten years (" + "§" * 200 + ")"


@pytest.fixture
def victim(db: Session, clinic: Clinic) -> Victim:
    found = a_victim(db, clinic)
    found.physio.person.password_hash = passwords.keep(PASSWORD)
    found.patient.person.password_hash = found.physio.person.password_hash
    db.commit()
    return found


@pytest.fixture
def manager(db: Session, clinic: Clinic, victim: Victim) -> Somebody:
    kept = victim.physio.person.password_hash
    found = a_member(db, clinic, Role.MANAGER, name="Mara Manager", password_hash=kept)
    db.commit()
    return found


def press(page: Page, role: str, name: str) -> None:
    """Follow a link or button by keyboard, to the page that it leads to."""
    with page.expect_navigation():
        page.get_by_role(role, name=name).first.press("Enter")  # type: ignore[arg-type]


def test_a_record_is_taken_along_set_aside_held_and_kept(
    victim: Victim, manager: Somebody, opened: Callable[..., Page]
):
    phone = opened(viewport=PHONE, color_scheme="dark")
    sign_in(phone, victim.patient.person.email)
    phone.goto("/me")
    press(phone, "link", "Look after my data")
    with phone.expect_download() as download:
        phone.get_by_role("button", name="Download everything").press("Enter")
    assert "record.json" in ZipFile(download.value.path()).namelist()
    press(phone, "link", "Erase my record")
    assert_accessible(phone)
    press(phone, "button", "Erase on")
    assert phone.get_by_text("Nothing is erased before that day").is_visible()

    physio = opened()
    sign_in(physio, victim.physio.person.email)
    physio.goto(f"/patients/{victim.patient.id}")
    assert physio.get_by_role("heading", name="Kept, but not used").is_visible()
    assert_accessible(physio)
    press(physio, "link", "Back to the patients")
    assert physio.get_by_role("heading", name="Kept, but not used").is_visible()
    assert_accessible(physio)

    desk = opened()
    sign_in(desk, manager.person.email)
    desk.goto(f"/team/{victim.patient.member.id}")
    press(desk, "link", "Look after their data")
    desk.get_by_label("Why it has to be kept").fill(REASON)
    press(desk, "button", "Note it")
    assert_accessible(desk)

    phone.goto("/today")
    assert phone.get_by_text(REASON).is_visible()
    assert_accessible(phone)
    phone.goto("/something-wrong")
    assert phone.get_by_role("button", name="Show me what to do").count() == 0
    assert_accessible(phone)
    phone.goto("/me/data")
    press(phone, "button", "Take it back, keep my record")
    assert phone.get_by_text("Taken back. Nothing was erased.").is_visible()
    assert_accessible(phone)
    phone.goto("/today")
    assert phone.url.endswith("/today")
