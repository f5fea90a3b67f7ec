"""Deny by default, by role; who acts comes from the sign-in, never from a form."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import ROLES, Permission, Role
from rehab_tracker.foundation.access import public, requires
from rehab_tracker.foundation.actor import acting
from tests.builders.people import Somebody, a_member, a_patient
from tests.client import CheckedClient

As = Callable[[Somebody], CheckedClient]


@pytest.fixture
def people(db: Session, clinic: Clinic) -> dict[Role, Somebody]:
    physio = a_member(db, clinic)
    found = {
        Role.PHYSIO: physio,
        Role.MANAGER: a_member(db, clinic, Role.MANAGER),
        Role.PATIENT: a_patient(db, clinic, physio),
    }
    db.commit()
    return found


@pytest.mark.own_app
def test_a_view_lets_in_the_roles_of_its_permission_alone(
    app: Flask, people: dict[Role, Somebody], as_: As
):
    for permission in Permission:
        guarded = requires(permission)(lambda: "<title>in</title>")
        app.add_url_rule(f"/guarded/{permission}", permission.name, guarded)
    for role, somebody in people.items():
        browser = as_(somebody)
        for permission in Permission:
            expected = 200 if permission in ROLES[role] else 403
            answer = browser.get(f"/guarded/{permission}")
            assert answer.status_code == expected, (role, permission)


@pytest.mark.usefixtures("app")
def test_a_stranger_is_led_to_the_sign_in_and_back(stranger: CheckedClient):
    response = stranger.get("/me?from=mail")
    assert response.status_code == 303
    assert response.location == "/sign-in?back_to=/me?from%3Dmail"


def test_a_stranger_who_asks_for_json_is_told_and_never_redirected(stranger: CheckedClient):
    for ask in (stranger.get, stranger.post):
        response = ask("/me", headers={"Accept": "application/json"})
        assert (response.status_code, response.json) == (401, {"error": "signed_out"})


@pytest.mark.own_app
def test_a_public_view_answers_everybody(
    app: Flask, people: dict[Role, Somebody], as_: As, stranger: CheckedClient
):
    app.add_url_rule("/open", "open", public(lambda: "<title>open</title>"))
    assert stranger.get("/open").status_code == 200
    assert as_(people[Role.PATIENT]).get("/open").status_code == 200


@pytest.mark.own_app
def test_a_form_cannot_say_who_acts(app: Flask, people: dict[Role, Somebody], as_: As):
    def who() -> str:
        return f"<title>{acting().name}</title>"

    app.add_url_rule("/who", "who", requires(Permission.OWN_ACCOUNT)(who), methods=["POST"])
    physio, manager = people[Role.PHYSIO], people[Role.MANAGER]
    claim = {"membership_id": str(manager.member.id), "clinic_id": "x", "role": "manager"}
    assert physio.person.name in as_(physio).post("/who", data=claim).text
