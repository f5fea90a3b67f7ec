"""Nobody is shut out of any page: axe looks at each, for each role, in every width and theme."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import ROLES, Role
from rehab_tracker.foundation import access
from tests.architecture.victim import Victim, a_victim
from tests.builders.exercises import a_library
from tests.builders.people import PASSWORD, a_member
from tests.journeys.conftest import WIDTHS, assert_accessible_in_both_themes, sign_in

NOT_PAGES = {
    "reports.clinic_csv",
    "accounts.join",
    "logbook.worker",
    "logbook.manifest",
    "logbook.ticket",
    "logbook.plan",
}


@pytest.fixture
def victim(db: Session, clinic: Clinic) -> Victim:
    a_library(db)
    victim = a_victim(db, clinic)
    victim.physio.person.password_hash = passwords.keep(PASSWORD)
    victim.patient.person.password_hash = passwords.keep(PASSWORD)
    db.commit()
    return victim


def pages(app: Flask, role: Role, ids: Any) -> list[str]:
    """Return the address of every page that a role may open."""
    adapter = app.url_map.bind("127.0.0.1")
    return [
        adapter.build(rule.endpoint, {name: ids[name] for name in rule.arguments})
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or set())
        and rule.endpoint not in NOT_PAGES
        and set(rule.arguments) <= ids.keys()
        and access.guard_of(app, rule.endpoint) in ROLES[role] | {access.PUBLIC}
    ]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_any_page_light_or_dark(
    app: Flask, clinic: Clinic, db: Session, victim: Victim, opened: Callable[..., Page],
    role: Role, width: int,
):  # fmt: skip
    somebody = victim.patient if role is Role.PATIENT else victim.physio
    if role is Role.MANAGER:
        somebody = a_member(db, clinic, role, password_hash=victim.physio.person.password_hash)
        db.commit()
    page = opened(viewport={"width": width, "height": 800})
    page.goto("/sign-in")
    assert_accessible_in_both_themes(page, width)
    sign_in(page, somebody.person.email)
    seen = 0
    for address in pages(app, role, victim.ids):
        response = page.goto(address)
        assert response is not None
        assert response.status in {200, 403, 404}, f"{address}: {response.status}"
        assert_accessible_in_both_themes(page, width)
        seen += 1
    assert seen > 15
