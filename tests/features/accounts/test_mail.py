"""Letters, delivered to a real mail server on this machine."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts import mail
from rehab_tracker.accounts.models import OutboxMail
from rehab_tracker.config import Settings
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.db import Database
from tests.builders.people import LONG_AGO
from tests.conftest import on_postgres
from tests.features.accounts.postbox import Postbox, free_port
from tests.postgres import Cutter


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def postbox(port: int) -> Iterator[Postbox]:
    box = Postbox()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box
    server.stop()


@pytest.fixture
def mailing(settings: Settings, port: int) -> Settings:
    return replace(settings, smtp_url=f"smtp://127.0.0.1:{port}", mail_from="Rehab <r@x.org>")


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.stopped(LONG_AGO):
        yield


def write(db: Session, recipient: str = "yaël@example.org", subject: str = "Welcome") -> None:
    mail.post(db, recipient, subject, "Join here: https://x/welcome/secret\nשלום")
    db.commit()


def outbox(database: Database) -> list[OutboxMail]:
    with database.all_clinics(because="a test looks", reads_only=True) as db:
        return list(db.scalars(select(OutboxMail).order_by(OutboxMail.created_at)))


@on_postgres
@pytest.mark.parametrize("said", ["SELECT", "attempts=", "sent_at=", "COMMIT"])
def test_a_letter_leaves_once_wherever_the_connection_was_cut(
    db: Session, database: Database, mailing: Settings, postbox: Postbox, said: str
):
    write(db)
    with Cutter(database.engine, lambda statement: said in statement) as cutter:
        mail.deliver(database, mailing)
    assert cutter.left == 0
    with clock.stopped(LONG_AGO + timedelta(hours=1)):
        mail.deliver(database, mailing)
    assert len(postbox.letters) == 1
    assert outbox(database)[0].sent_at


def test_a_letter_arrives_once_and_its_link_is_forgotten(
    db: Session, database: Database, mailing: Settings, postbox: Postbox
):
    write(db, "maria@example.org")
    assert [mail.deliver(database, mailing), mail.deliver(database, mailing)] == [1, 0]
    (letter,) = postbox.letters
    assert (letter["To"], letter["From"]) == ("maria@example.org", "Rehab <r@x.org>")
    assert letter["Subject"] == "Welcome"
    assert "https://x/welcome/secret" in letter.get_content()
    assert letter["Date"]
    assert letter["Message-ID"]
    (row,) = outbox(database)
    assert (row.sent_at, row.body) == (LONG_AGO, mail.SENT)


def test_a_letter_waits_while_the_server_is_down(
    db: Session, database: Database, mailing: Settings, port: int
):
    write(db, "maria@example.org")
    assert mail.deliver(database, mailing) == 0
    assert mail.deliver(database, mailing) == 0
    (row,) = outbox(database)
    assert (row.sent_at, row.attempts) == (None, 1)
    assert row.problem
    box = Postbox()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    clock.advance(timedelta(minutes=1))
    assert mail.deliver(database, mailing) == 1
    server.stop()
    assert len(box.letters) == 1


def test_a_letter_that_the_server_put_off_is_tried_again_ever_later(
    db: Session, database: Database, mailing: Settings, postbox: Postbox
):
    write(db, "maria@example.org")
    postbox.refuses = True
    waits = []
    minutes = 0
    while len(waits) < 5:
        mail.deliver(database, mailing)
        if outbox(database)[0].attempts > len(waits):
            waits.append(minutes)
        clock.advance(timedelta(minutes=1))
        minutes += 1
    assert waits == [0, 1, 3, 7, 15]


def test_a_letter_that_never_left_keeps_no_link(
    db: Session, database: Database, mailing: Settings, postbox: Postbox
):
    write(db, "maria@example.org")
    postbox.refuses = True
    for _ in range(mail.TRIES + 2):
        mail.deliver(database, mailing)
        clock.advance(timedelta(days=2))
    (row,) = outbox(database)
    assert (row.attempts, row.body, row.sent_at) == (mail.TRIES, mail.GIVEN_UP, None)
    assert postbox.letters == []


def test_one_letter_that_cannot_be_sent_holds_up_no_other(
    db: Session, database: Database, mailing: Settings, postbox: Postbox
):
    write(db, "maria@example.org", subject="Two\nlines")
    write(db, "yaël@example.org")
    write(db, "emeka@example.org")
    mail.deliver(database, mailing)
    assert "emeka@example.org" in [letter["To"] for letter in postbox.letters]


def test_two_processes_do_not_send_the_same_letter(
    db: Session, database: Database, mailing: Settings, postbox: Postbox
):
    write(db, "maria@example.org")
    (letter,) = outbox(database)
    assert [mail._deliver_one(database, mailing, letter) for _ in "ab"] == [True, False]  # noqa: SLF001
    assert len(postbox.letters) == 1


def test_without_a_mail_server_nothing_leaves(db: Session, database: Database, settings: Settings):
    write(db)
    assert mail.deliver(database, settings) == 0
    assert outbox(database)[0].attempts == 0


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_server_that_cannot_encrypt_gets_no_letter(
    scheme: str, db: Session, database: Database, mailing: Settings, postbox: Postbox
):
    write(db, "maria@example.org")
    encrypted = replace(mailing, smtp_url=(mailing.smtp_url or "").replace("smtp", scheme))
    assert mail.deliver(database, encrypted) == 0
    assert postbox.letters == []
