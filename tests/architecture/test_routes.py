"""Every address says who may call it, and nobody reaches what is not theirs."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import access
from rehab_tracker.foundation.db import Database
from tests.architecture.guards import GUARDS
from tests.architecture.victim import SENTINEL, Victim, a_victim
from tests.builders.people import Somebody, a_clinic, a_member, a_patient
from tests.client import CheckedClient

As = Callable[[Somebody], CheckedClient]


def test_every_route_is_listed_with_its_guard(app: Flask):
    found = {
        f"{method} {rule.rule}": access.guard_of(app, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD"})
    }
    assert found == GUARDS


@pytest.mark.own_app
def test_a_route_that_forgot_its_guard_answers_nobody(
    app: Flask, clinic: Clinic, db: Session, as_: As
):
    app.add_url_rule("/forgotten", "forgotten", lambda: "open to all")
    manager = a_member(db, clinic)
    db.commit()
    assert as_(manager).get("/forgotten").status_code == 403
    assert app.test_client().get("/forgotten").status_code == 303


def _addresses(app: Flask, victim: Victim) -> list[tuple[str, str]]:
    """Return every address that holds an id, pointing at the victim's records."""
    adapter = app.url_map.bind("127.0.0.1")
    return [
        (method, adapter.build(rule.endpoint, {a: victim.ids[a] for a in rule.arguments}, method))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD"})
        if rule.arguments and access.guard_of(app, rule.endpoint) != access.PUBLIC
        and set(rule.arguments) <= victim.ids.keys()
    ]  # fmt: skip


def test_every_id_of_an_address_is_one_that_the_victim_has(app: Flask, clinic: Clinic, db: Session):
    victim = a_victim(db, clinic)
    named = {a for rule in app.url_map.iter_rules() for a in rule.arguments}
    assert named <= victim.ids.keys() | {"token", "digest", "kind", "side"}


@pytest.mark.parametrize("kind", ["patient", "physio", "manager"])
def test_another_clinics_records_do_not_exist(
    app: Flask, database: Database, clinic: Clinic, db: Session, as_: As, kind: str
):
    victim = a_victim(db, clinic)
    db.commit()
    elsewhere = a_clinic(database, name="Elsewhere")
    with database.of_clinic(elsewhere.id) as other:
        make: dict[str, Callable[..., Any]] = {
            "patient": lambda: a_patient(other, elsewhere),
            "physio": lambda: a_member(other, elsewhere),
            "manager": lambda: a_member(other, elsewhere, Role.MANAGER),
        }
        attacker = make[kind]()
    client = as_(attacker)
    for method, address in _addresses(app, victim):
        answer = client.open(address, method=method)
        assert answer.status_code in {403, 404, 422}, f"{method} {address}: {answer.status_code}"
        if answer.status_code == 422:
            raise AssertionError(f"{method} {address} judged the form before the record")
        assert SENTINEL not in answer.text


def test_another_patients_records_do_not_exist(app: Flask, clinic: Clinic, db: Session, as_: As):
    victim = a_victim(db, clinic)
    neighbor = a_patient(db, clinic, victim.physio)
    db.commit()
    client = as_(neighbor)
    for method, address in _addresses(app, victim):
        answer = client.open(address, method=method)
        assert answer.status_code in {403, 404}, f"{method} {address}: {answer.status_code}"
        assert SENTINEL not in answer.text


def test_unknown_ids_read_like_those_of_others(app: Flask, clinic: Clinic, db: Session, as_: As):
    victim = a_victim(db, clinic)
    db.commit()
    client = as_(victim.physio)
    ids = {name: uuid4() for name in victim.ids} | {"slug": "no-such"}
    unknown = Victim(victim.physio, victim.patient, ids)
    for method, address in _addresses(app, unknown):
        answer = client.open(address, method=method)
        assert answer.status_code in {403, 404}, f"{method} {address}: {answer.status_code}"
