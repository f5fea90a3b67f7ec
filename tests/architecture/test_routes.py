"""Every address says who may call it; tests/isolation asks who then reaches what."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.foundation import access
from tests.architecture.guards import GUARDS
from tests.architecture.victim import a_victim
from tests.builders.people import Somebody, a_member
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


def test_every_id_of_an_address_is_one_that_the_victim_has(app: Flask, clinic: Clinic, db: Session):
    victim = a_victim(db, clinic)
    named = {a for rule in app.url_map.iter_rules() for a in rule.arguments}
    assert named <= victim.ids.keys() | {"token", "digest", "kind", "side"}
