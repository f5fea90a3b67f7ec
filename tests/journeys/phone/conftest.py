"""A patient with a program, their phone, and the line to the clinic that a test can cut."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from rehab_tracker.programs import queries as programs
from rehab_tracker.programs.models import Program
from tests.builders.exercises import an_exercise
from tests.builders.people import PASSWORD, Somebody, a_member, a_patient
from tests.builders.programs import a_program, an_item
from tests.journeys.conftest import PHONE, close, sign_in
from tests.journeys.phone.line import Line
from tests.journeys.phone.taps import heading, ready

Open = Callable[..., Page]
NewPhone = Callable[..., BrowserContext]


@pytest.fixture
def physio(db: Session, clinic: Clinic) -> Somebody:
    return a_member(db, clinic)


def with_password(db: Session, somebody: Somebody) -> Somebody:
    somebody.person.password_hash = passwords.keep(PASSWORD)
    db.commit()
    return somebody


@pytest.fixture
def patient(db: Session, clinic: Clinic, physio: Somebody) -> Somebody:
    return with_password(db, a_patient(db, clinic, physio, name="Maria Costa"))


@pytest.fixture
def other(db: Session, clinic: Clinic, physio: Somebody) -> Somebody:
    """Return somebody who uses the same phone."""
    return with_password(db, a_patient(db, clinic, physio, name="Nils Berg"))


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
    found = programs.program(db, patient.id, made.id)
    db.commit()  # whoever reads on SQLite lets nobody write
    return found


@pytest.fixture
def line(app: Flask) -> Line:
    """Put a line that can be cut in front of the product."""
    line = Line(app.wsgi_app)
    app.wsgi_app = line  # type: ignore[method-assign]
    return line


@pytest.fixture
def today(line: Line, program: Program, opened: Open, patient: Somebody) -> Page:
    """Return the patient's Today on a phone."""
    assert line.inner
    assert program.id
    page = opened(viewport=PHONE, has_touch=True)
    page.set_default_timeout(8000)
    sign_in(page, patient.person.email)
    return page


@pytest.fixture
def new_phone(
    chromium: Browser, line: Line, site: str, program: Program, patient: Somebody
) -> Iterator[NewPhone]:
    """Sign the patient in on a phone whose clock stands `at`, ready to do without signal."""
    assert line.inner
    assert program.id
    contexts: list[BrowserContext] = []

    def make(at: datetime | None = None, **options: Any) -> BrowserContext:
        context = chromium.new_context(viewport=PHONE, has_touch=True, base_url=site, **options)
        contexts.append(context)
        context.set_default_timeout(8000)
        if at:
            context.clock.set_fixed_time(at)
        page = context.new_page()
        sign_in(page, patient.person.email)
        ready(page)
        return context

    yield make
    for context in contexts:
        close(context)


@pytest.fixture
def phone(new_phone: NewPhone) -> BrowserContext:
    return new_phone()


@pytest.fixture
def guided(phone: BrowserContext, program: Program) -> Page:
    """Return the program's session on the phone, not begun."""
    page = phone.pages[0]
    page.goto(f"/train/{program.id}")
    heading(page, "Hip strength")
    return page
