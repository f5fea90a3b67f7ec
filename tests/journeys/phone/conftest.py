"""A patient with a program, and the clinic's side of their phone that a test can cut off."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from rehab_tracker.programs import queries as programs
from rehab_tracker.programs.models import Program
from tests.builders.exercises import an_exercise
from tests.builders.people import PASSWORD, Somebody, a_member, a_patient
from tests.builders.programs import a_program, an_item
from tests.journeys.conftest import PHONE, sign_in
from tests.journeys.phone.exchange import Exchange, a_plan


@pytest.fixture
def physio(db: Session, clinic: Clinic) -> Somebody:
    return a_member(db, clinic)


@pytest.fixture
def patient(db: Session, clinic: Clinic, physio: Somebody) -> Somebody:
    somebody = a_patient(db, clinic, physio, name="Maria Costa")
    somebody.person.password_hash = passwords.keep(PASSWORD)
    db.commit()
    return somebody


@pytest.fixture
def program(db: Session, physio: Somebody, patient: Somebody) -> Program:
    step_down = an_exercise(db, name="Step-down")
    wall_sit = an_exercise(db, name="Wall sit", laterality="bilateral")
    dose: dict[str, Any] = {"reps": 8, "reps_max": 12, "rest_s": 60, "tempo": "3-1-2-0"}
    items = [
        an_item(step_down, **dose, per_side=True, target_rpe=7),
        an_item(wall_sit, sets=2, hold_s=20, hold_max_s=40, rest_s=30),
    ]
    made = a_program(db, physio, patient, items)
    db.commit()
    return programs.program(db, patient.id, made.id)


@pytest.fixture
def exchange(app: Flask, db: Session, program: Program) -> Exchange:
    exchange = Exchange(app.wsgi_app)
    exchange.plan = a_plan(program)
    db.commit()
    app.wsgi_app = exchange  # type: ignore[method-assign]
    return exchange


@pytest.fixture
def today(exchange: Exchange, opened: Callable[..., Page], patient: Somebody) -> Page:  # noqa: ARG001
    page = opened(viewport=PHONE, has_touch=True)
    page.set_default_timeout(8000)
    sign_in(page, patient.person.email)
    return page
