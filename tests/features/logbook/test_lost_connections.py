"""A connection that PostgreSQL ends in the middle costs nobody a page or a session."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Session

from rehab_tracker.foundation import clock
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Database
from rehab_tracker.logbook.models import LoggedSession, MorningCheck, PerformedSet
from rehab_tracker.programs.models import Program
from tests.builders.logbook import a_command, at
from tests.builders.people import Somebody
from tests.builders.phone import Phone, an_item
from tests.client import CheckedClient
from tests.conftest import on_postgres
from tests.features.logbook.conftest import WEDNESDAY
from tests.postgres import Cutter

pytestmark = on_postgres
MORNING = {"on_day": WEDNESDAY.isoformat(), "pain": "2"}
As = Callable[[Somebody], CheckedClient]


@pytest.fixture(autouse=True)
def _wednesday_evening() -> Iterator[None]:
    with clock.stopped(at(WEDNESDAY, 20)):
        yield


def nth(number: int) -> Callable[[str], bool]:
    """Meet one statement by its place."""
    seen: list[str] = []

    def meets(statement: str) -> bool:
        seen.append(statement)
        return len(seen) == number + 1

    return meets


@pytest.mark.usefixtures("program")
def test_a_page_is_shown_wherever_its_connection_was_cut(
    patient: Somebody, as_: As, database: Database
):
    browser = as_(patient)
    whole = browser.get("/history")
    asked = len(browser.statements)
    assert asked >= 3
    for number in range(asked):
        with Cutter(database.engine, nth(number)) as cutter:
            again = browser.get("/history")
        assert (again.status_code, cutter.left) == (200, 0)
        assert again.text.count("<li") == whole.text.count("<li")


@pytest.mark.usefixtures("program")
def test_a_record_is_shown_and_its_reading_written_down_once(
    physio: Somebody, patient: Somebody, as_: As, database: Database, db: Session
):
    browser = as_(physio)
    with Cutter(database.engine, lambda said: "INSERT INTO audit_event" in said) as cutter:
        assert browser.get(f"/patients/{patient.id}/log").status_code == 200
    assert cutter.left == 0
    reads = select(AuditEvent.id).where(AuditEvent.action == "record.read")
    assert len(db.scalars(reads).all()) == 1


def test_a_page_says_when_to_come_back_where_the_database_stays_away(
    patient: Somebody, as_: As, database: Database
):
    browser = as_(patient)
    with Cutter(database.engine, lambda said: "sign_in" in said, times=9) as cutter:
        answer = browser.get("/history")
    assert (answer.status_code, cutter.met) == (503, 3)
    assert answer.headers["Retry-After"] == "10"


@pytest.mark.usefixtures("program")
def test_a_form_is_sent_once_and_nothing_of_it_is_half_kept(
    patient: Somebody, as_: As, database: Database, db: Session
):
    browser = as_(patient)
    with Cutter(database.engine, lambda said: "INSERT INTO morning_check" in said) as cutter:
        assert browser.post("/morning", data=MORNING).status_code == 503
    assert cutter.met == 1, "a form is never repeated by itself"
    assert db.scalars(select(MorningCheck)).all() == []
    assert browser.post("/morning", data=MORNING).status_code == 303


@pytest.mark.usefixtures("program")
def test_a_form_that_meets_a_server_turned_standby_may_be_sent_again(
    patient: Somebody, as_: As, database: Database, db: Session
):
    def demote(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "INSERT INTO morning_check" in statement:
            connection.connection.cursor().execute("SET TRANSACTION READ ONLY")

    browser = as_(patient)
    event.listen(database.engine, "before_cursor_execute", demote)
    answer = browser.post("/morning", data=MORNING)
    event.remove(database.engine, "before_cursor_execute", demote)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert db.scalars(select(MorningCheck)).all() == []
    assert browser.post("/morning", data=MORNING).status_code == 303


def kept(database: Database) -> tuple[int, int, list[str]]:
    log_deeds = select(AuditEvent.action).where(AuditEvent.action.startswith("log."))
    with database.all_clinics(because="a test counts", reads_only=True) as db:
        sessions, sets = (
            len(db.scalars(select(m.id)).all()) for m in (LoggedSession, PerformedSet)
        )
        return sessions, sets, list(db.scalars(log_deeds))


def test_what_a_phone_sent_is_kept_once_wherever_its_connection_was_cut(
    patient: Somebody, program: Program, as_: As, database: Database
):
    phone = Phone(as_(patient))
    phone.verdicts(an_item(a_command(patient, program, WEDNESDAY)))
    written = [said for said in phone.browser.statements if "RETURNING" not in said]
    first_write = next(n for n, said in enumerate(written) if "INSERT INTO logged_session" in said)
    assert len(written) - first_write >= 5
    for number in range(first_write, len(written)):
        before = kept(database)
        told = an_item(a_command(patient, program, WEDNESDAY))
        ticket = phone.ticket()["ticket"]
        with Cutter(database.engine, nth(number)) as cutter:
            (outcome,) = phone.post(phone.batch([told]), ticket).get_json()["outcomes"]
        assert cutter.left == 0
        assert outcome["outcome"] == "created"
        sessions, sets, deeds = kept(database)
        assert (sessions - before[0], len(deeds) - len(before[2])) == (1, 1)
        assert sets > before[1]


def test_a_session_whose_commit_was_never_answered_is_a_duplicate_of_itself(
    patient: Somebody, program: Program, as_: As, database: Database
):
    phone = Phone(as_(patient))
    ticket = phone.ticket()["ticket"]
    told = an_item(a_command(patient, program, WEDNESDAY))
    writes: list[str] = []

    def committed_session(said: str) -> bool:
        writes.append(said)
        return said == "COMMIT" and any("INSERT INTO logged_session " in one for one in writes)

    with Cutter(database.engine, committed_session) as cutter:
        (outcome,) = phone.post(phone.batch([told]), ticket).get_json()["outcomes"]
    assert cutter.left == 0
    assert outcome["outcome"] == "duplicate"
    sessions, _sets, deeds = kept(database)
    assert (sessions, deeds) == (1, ["log.saved"])
