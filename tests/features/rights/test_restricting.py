"""Kept, but not used: nobody reads or writes the record and no figure counts it, until lifted."""

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import RESTRICTED
from rehab_tracker.foundation import access
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Base, Database
from rehab_tracker.rights import actions
from tests.architecture.victim import SENTINEL, Victim, a_victim
from tests.builders.people import Somebody, a_member
from tests.builders.phone import Phone
from tests.client import CheckedClient
from tests.features.rights.conftest import GRACE, NO_LETTERS, NOW, As, House

MOVES_BY_ITSELF = {"sign_in", "audit_event", "audit_head", "phone_key"}


@pytest.fixture
def victim(db: Session, clinic: Clinic) -> Victim:
    found = a_victim(db, clinic)
    db.commit()
    return found


def restrict(db: Session, victim: Victim) -> None:
    actions.restrict(db, victim.patient.actor, victim.patient.id, NOW, letters=NO_LETTERS)
    db.commit()


def counted(database: Database) -> Mapping[str, Any]:
    with database.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
            if table.name not in MOVES_BY_ITSELF
        }


def addresses(app: Flask, victim: Victim, *, of_patients: bool) -> list[tuple[str, str]]:
    """Return every address of a patient's record: those of the staff, or the patient's own."""
    adapter = app.url_map.bind("127.0.0.1")
    return [
        (method, adapter.build(rule.endpoint, {a: victim.ids[a] for a in rule.arguments}, method))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD"})
        if set(rule.arguments) <= victim.ids.keys()
        and ("patient_id" in rule.arguments) == of_patients
        and not rule.endpoint.startswith("rights.")
    ]


@pytest.mark.parametrize("role", ["physio", "manager"])
def test_no_address_of_the_record_shows_or_changes_anything_for_the_staff(
    app: Flask, database: Database, db: Session, victim: Victim, clinic: Clinic, as_: As, role: str
):
    manager = a_member(db, clinic, "manager")  # type: ignore[arg-type]
    restrict(db, victim)
    before, client = counted(database), as_(victim.physio if role == "physio" else manager)
    asked = addresses(app, victim, of_patients=True)
    assert len(asked) > 15
    shown = 0
    for method, address in asked:
        answer = client.open(address, method=method)
        assert answer.status_code == 403, f"{method} {address}: {answer.status_code}"
        assert SENTINEL not in answer.text.replace(f"{SENTINEL} patient", "").replace(
            f"{SENTINEL} physio", ""
        ), address
        shown += "this record is restricted" in answer.text
    assert shown >= 10
    assert counted(database) == before


def test_no_address_shows_or_changes_anything_for_the_patient(
    app: Flask, database: Database, db: Session, victim: Victim, as_: As
):
    restrict(db, victim)
    before, client = counted(database), as_(victim.patient)
    for method, address in addresses(app, victim, of_patients=False):
        endpoint, _args = app.url_map.bind("127.0.0.1").match(address, method)
        guard = access.guard_of(app, endpoint)
        if guard in {access.PUBLIC, *access.STEPS, *RESTRICTED}:
            continue
        answer = client.open(address, method=method)
        if method == "GET" and answer.status_code == 303:
            assert answer.location == "/me/data", address
        else:
            assert answer.status_code == 403, f"{method} {address}: {answer.status_code}"
        assert SENTINEL not in answer.text
    assert counted(database) == before


def test_a_tap_on_today_leads_to_the_page_that_says_why(db: Session, victim: Victim, as_: As):
    restrict(db, victim)
    client = as_(victim.patient)
    assert client.get(client.get("/").location).location == "/me/data"
    page = client.get("/me/data")
    assert "Since Monday 1 June 2026 nobody reads or changes it" in page.text
    assert "/today" not in page.text


def test_a_phone_that_kept_the_plan_gets_nothing_until_it_is_used_again(
    db: Session, victim: Victim, as_: As
):
    browser = as_(victim.patient)
    headers = {"X-Ticket": Phone(browser).ticket()["ticket"]}
    assert browser.post("/log/phone", headers=headers, csrf=False, json={}).status_code == 200
    browser.delete_cookie("sid")
    assert browser.get("/log/plan").status_code == 200
    restrict(db, victim)
    answer = browser.get("/log/plan")
    assert (answer.status_code, answer.get_json()) == (403, {"error": "not_yours"})
    actions.use_again(db, victim.patient.actor, victim.patient.id, letters=NO_LETTERS)
    db.commit()
    assert browser.get("/log/plan").status_code == 200


def figures(client: CheckedClient) -> tuple[bool, bool]:
    """Return whether the patient stands in the list and in the report."""
    name = f"{SENTINEL} patient"
    listed = client.get("/patients").text.split("Kept, but not used")[0]
    csv = client.get("/report.csv?first=2026-01-05&last=2026-01-25").text
    return name in listed, name in csv


def test_it_leaves_the_lists_and_the_figures_and_comes_back(db: Session, victim: Victim, as_: As):
    client = as_(victim.physio)
    assert figures(client) == (True, True)
    restrict(db, victim)
    assert figures(client) == (False, False)
    page = client.get("/patients").text
    assert "Kept, but not used" in page
    assert f"{SENTINEL} patient" in page.split("Kept, but not used")[1]
    actions.use_again(db, victim.patient.actor, victim.patient.id, letters=NO_LETTERS)
    db.commit()
    assert figures(client) == (True, True)
    assert "Kept, but not used" not in client.get("/patients").text


def test_lifting_waits_until_the_erasure_is_taken_back(db: Session, house: House, as_: As):
    client, who = as_(house.patient), house.patient
    actions.ask_erasure(db, who.actor, who.id, NOW, grace=GRACE, letters=NO_LETTERS)
    db.commit()
    answer = client.post("/me/data/use-again")
    assert answer.status_code == 409
    assert "Take the erasure back first" in answer.text


@pytest.mark.parametrize("restricted_before", [False, True])
def test_taking_an_erasure_back_leaves_everything_as_it_was(
    db: Session, house: House, as_: As, restricted_before: bool
):
    client = as_(house.patient)
    if restricted_before:
        client.post("/me/data/restrict")
    client.post("/me/data/erase")
    assert is_restricted(db, house.patient)
    client.post("/me/data/keep")
    assert is_restricted(db, house.patient) == restricted_before


def is_restricted(db: Session, who: Somebody) -> bool:
    assert who.patient
    db.refresh(who.patient)
    db.commit()
    return who.patient.restricted_at is not None


def test_every_step_is_written_down_once(db: Session, house: House, as_: As):
    client = as_(house.patient)
    for step in ("restrict", "restrict", "use-again", "erase", "erase", "keep", "keep"):
        client.post(f"/me/data/{step}")
    deeds = db.execute(
        select(AuditEvent.action, func.count())
        .where(AuditEvent.patient_id == house.patient.id)
        .where(AuditEvent.membership_id == house.patient.member.id)
        .group_by(AuditEvent.action)
    )
    kinds = ("record.", "erasure.")
    assert {action: n for action, n in deeds if action.startswith(kinds)} == {
        "record.restricted": 1, "record.used_again": 1, "erasure.asked": 1,
        "erasure.taken_back": 1,
    }  # fmt: skip
