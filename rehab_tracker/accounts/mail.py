"""Letters: put into the outbox with the change that causes them, sent once it is committed."""

import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import SplitResult, unquote, urlsplit

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import OutboxMail
from rehab_tracker.config import Settings
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.db import Database
from rehab_tracker.foundation.repeats import repeated

if TYPE_CHECKING:
    import smtplib

TRIES = 12
FIRST_WAIT = timedelta(minutes=1)
"""The wait after the first failure; it doubles with each one, a day and a half in all."""

SENT, GIVEN_UP = "(sent)", "(given up)"
"""What is left of a letter: its body held a link that must not lie about."""
SECONDS = 10


def post(db: Session, recipient: str, subject: str, body: str) -> None:
    """Put a letter into the outbox; it leaves when the transaction has been committed."""
    db.add(OutboxMail(recipient=recipient, subject=subject, body=body, created_at=clock.now()))


def post_to_nobody(db: Session, recipient: str, subject: str) -> None:
    """Do what a letter costs without sending one: time shall not tell who has an account."""
    now = clock.now()
    db.add(OutboxMail(recipient=recipient, subject=subject, body=SENT, created_at=now, sent_at=now))


def deliver(database: Database, settings: Settings) -> int:
    """Send what waits in the outbox; return how many letters left. Without SMTP nothing leaves."""
    if settings.smtp_url is None:
        return 0
    waiting = repeated(lambda: _waiting(database))
    now = clock.now()
    due = [letter for letter in waiting if _next_try_at(letter) <= now]
    return sum(_deliver_one(database, settings, letter) for letter in due)


def _waiting(database: Database) -> Sequence[OutboxMail]:
    with database.all_clinics(because="the outbox is shared", reads_only=True) as db:
        return db.scalars(
            select(OutboxMail)
            .where(OutboxMail.sent_at.is_(None), OutboxMail.attempts < TRIES)
            .order_by(OutboxMail.created_at, OutboxMail.id)
        ).all()


def _next_try_at(letter: OutboxMail) -> datetime:
    return letter.created_at + FIRST_WAIT * float(2**letter.attempts - 1)


def _deliver_one(database: Database, settings: Settings, letter: OutboxMail) -> bool:
    if not repeated(lambda: _claim(database, letter)):
        return False
    try:
        send(settings, letter)
    except (OSError, ValueError) as problem:
        last = letter.attempts + 1 == TRIES
        kept = {"body": GIVEN_UP} if last else {}
        _note(database, letter, problem=str(problem)[:300], **kept)
        return False
    _note(database, letter, sent_at=clock.now(), body=SENT)
    return True


def _claim(database: Database, letter: OutboxMail) -> bool:
    """Take a letter so that no other process sends it at the same time."""
    with database.all_clinics(because="the outbox is shared") as db:
        taken = db.execute(
            update(OutboxMail)
            .where(OutboxMail.id == letter.id, OutboxMail.attempts == letter.attempts)
            .values(attempts=letter.attempts + 1)
        )
        return cast("CursorResult[Any]", taken).rowcount == 1


def _note(database: Database, letter: OutboxMail, **outcome: object) -> None:
    """Write down what became of a letter; a letter that left must not leave again."""

    def write() -> None:
        with database.all_clinics(because="the outbox is shared") as db:
            db.execute(update(OutboxMail).where(OutboxMail.id == letter.id).values(**outcome))

    repeated(write)


def send(settings: Settings, letter: OutboxMail) -> None:
    """Send a letter now; OSError or SMTPException where it did not leave."""
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["Date"] = letter.created_at
    message["Message-ID"] = f"<{letter.id}@{settings.hostname}>"
    message["To"] = letter.recipient
    message["Subject"] = letter.subject
    message.set_content(letter.body)
    url = urlsplit(settings.smtp_url or "")
    with _connect(url) as server:
        if url.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(message)


def _connect(url: SplitResult) -> "smtplib.SMTP":
    """Connect to `smtp://`, `smtp+starttls://` or `smtps://`; certificates are checked."""
    import smtplib  # noqa: PLC0415 - for the few who send letters

    host = url.hostname or "localhost"
    if url.scheme == "smtps":
        checked = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, url.port or 465, timeout=SECONDS, context=checked)
    return smtplib.SMTP(host, url.port or 25, timeout=SECONDS)
