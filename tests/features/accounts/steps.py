"""What the tests of this feature do again and again."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from html import unescape
from threading import Barrier

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts import actions, queries
from rehab_tracker.accounts.actions import Invite, PatientProfile
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Database
from rehab_tracker.foundation.errors import Refused
from tests.builders.people import LONG_AGO, PASSWORD, Somebody
from tests.client import CheckedClient

NEW = {
    "role": "patient",
    "name": "Yael",
    "email": "yael@example.org",
    "time_zone": "Asia/Jerusalem",
    "physio_id": "",
    "affected_side": "left",
    "aggravator": "stairs",
}

NOW = LONG_AGO + timedelta(days=60)
WEEK = timedelta(days=7)


def sign_in(browser: CheckedClient, somebody: Somebody, password: str = PASSWORD, **fields: str):
    return browser.post(
        "/sign-in", data={"email": somebody.person.email, "password": password, **fields}
    )


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, f"no field {name}"
    return unescape(found[1])


def token_in(page: str) -> str:
    found = re.search(r"/welcome/([\w-]{43})", page)
    assert found
    return found[1]


def invite(
    db: Session,
    by: Somebody | None,
    role: Role = Role.PATIENT,
    email: str = "new@example.org",
    profile: PatientProfile | None = None,
) -> str:
    """Invite somebody and return the link's token."""
    command = Invite("Yael", email, role, "Asia/Jerusalem", profile or PatientProfile())
    return actions.invite(db, by.actor if by else None, command, NOW, address="{}")


def is_open(database: Database, token: str, now: datetime = NOW) -> bool:
    with database.all_clinics(because="a test follows a link", reads_only=True) as db:
        return queries.open_invitation(db, token, now) is not None


def join(database: Database, token: str, password: str = PASSWORD) -> None:
    with database.all_clinics(because="a test joins") as db:
        invitation = queries.open_invitation(db, token, NOW)
        if invitation is None:
            raise Refused({"": "over"})
        actions.join(db, invitation, password, NOW)


def deeds(db: Session) -> list[str]:
    return sorted(db.scalars(select(AuditEvent.action)))


def at_once(app: Flask, tries: int, deed: Callable[[], bool]) -> int:
    """Let many do the same at the same moment; return how many it worked for."""
    start = Barrier(tries, timeout=30)

    def do(_number: int) -> bool:
        with app.test_request_context():
            start.wait()
            try:
                return deed()
            except Refused:
                return False

    with ThreadPoolExecutor(tries) as pool:
        return sum(pool.map(do, range(tries)))


def link_in(letter: str, path: str) -> str:
    found = re.search(rf"({path}/[\w-]{{43}})", letter)
    assert found, letter
    return found[1]


def plain(page: str, *private: str) -> str:
    """Return a page without what differs from person to person by right."""
    page = re.sub(r'(name="csrf_token" value=")[^"]*', r"\1", page)
    for word in private:
        page = page.replace(word, "somebody")
    return page
