"""A browser itself takes no text for more than a text, in the pages that scripts draw too."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Dialog, Page, expect
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from rehab_tracker.foundation.db import Database
from tests.architecture.poison import TAG, poison
from tests.architecture.victim import a_victim
from tests.builders.people import PASSWORD
from tests.journeys.conftest import PHONE, sign_in

PAGES = {
    "patient": (
        "/today",
        "/train/{program_id}",
        "/log/{program_id}",
        "/history",
        "/progress",
        "/me",
    ),
    "physio": (
        "/patients",
        "/patients/{patient_id}",
        "/patients/{patient_id}/programs/{program_id}/adjust",
        "/library/{slug}",
        "/report",
    ),
}


@pytest.mark.parametrize("who", PAGES)
def test_nothing_springs_in_a_browser(
    app: Flask, db: Session, clinic: Clinic, opened: Callable[..., Page], who: str
):
    victim = a_victim(db, clinic)
    somebody = getattr(victim, who)
    somebody.person.password_hash = passwords.keep(PASSWORD)
    db.commit()
    database: Database = app.extensions["database"]
    assert poison(database) > 5
    page, sprung = opened(viewport=PHONE), list[str]()

    def note(dialog: Dialog) -> None:
        sprung.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    sign_in(page, somebody.person.email)
    for address in PAGES[who]:
        answer = page.goto(address.format(**victim.ids))
        assert answer is not None
        assert answer.ok, address
        expect(page.locator("body")).to_contain_text(TAG)
        assert page.locator(f"{TAG}, [{TAG}], [onerror], [onfocus]").count() == 0, address
    assert sprung == []
