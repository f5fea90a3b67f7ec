"""A clinic with one of each, who all know the password."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy.orm import Session

from rehab_tracker.accounts import mail
from rehab_tracker.accounts.models import Clinic
from rehab_tracker.accounts.passwords import keep
from rehab_tracker.config import Settings
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation.db import Database
from tests.builders.people import PASSWORD, Somebody, a_clinic, a_member, a_patient
from tests.client import CheckedClient
from tests.features.accounts.postbox import Postbox, free_port
from tests.features.accounts.steps import NEW, token_in

As = Callable[[Somebody], CheckedClient]
Letters = Callable[[], list[EmailMessage]]
KEPT = keep(PASSWORD)


@dataclass(frozen=True)
class Team:
    """Who the tests of this feature act as."""

    manager: Somebody
    physio: Somebody
    colleague: Somebody
    patient: Somebody


@pytest.fixture
def team(db: Session, clinic: Clinic) -> Team:
    physio = a_member(db, clinic, name="Jonas Weber", password_hash=KEPT)
    team = Team(
        manager=a_member(db, clinic, Role.MANAGER, name="Nora Lindqvist", password_hash=KEPT),
        physio=physio,
        colleague=a_member(db, clinic, name="Amina Yusuf", password_hash=KEPT),
        patient=a_patient(db, clinic, physio, name="Maria Costa"),
    )
    team.patient.person.password_hash = KEPT
    db.commit()
    return team


@pytest.fixture
def postbox(app: Flask, settings: Settings) -> Iterator[Postbox]:
    """Return what arrives by mail; the product of the test sends its letters there."""
    box, port = Postbox(), free_port()
    app.config["SETTINGS"] = replace(settings, smtp_url=f"smtp://127.0.0.1:{port}")
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box
    server.stop()


@pytest.fixture
def letters(app: Flask, database: Database, postbox: Postbox) -> Callable[[], list[EmailMessage]]:
    """Send what waits and return what arrived since the last look."""

    def arrived() -> list[EmailMessage]:
        mail.deliver(database, app.config["SETTINGS"])
        found, postbox.letters = postbox.letters, []
        return found

    return arrived


@pytest.fixture
def elsewhere(database: Database) -> Somebody:
    """Return the manager of another clinic."""
    clinic = a_clinic(database, name="Hillside")
    with database.of_clinic(clinic.id) as db:
        return a_member(db, clinic, Role.MANAGER, name="Moana Parata", password_hash=KEPT)


@pytest.fixture
def invited(team: Team, as_: As) -> str:
    """Return the token of a patient's invitation."""
    response = as_(team.physio).post("/invite", data=NEW)
    assert response.status_code == 201
    return token_in(response.text)
