"""Forgetting what opens nothing any more: ended sign-ins, phones, links, and sent letters."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, or_
from sqlalchemy.orm import Session

from rehab_tracker.accounts import limits
from rehab_tracker.accounts.mail import TRIES
from rehab_tracker.accounts.models import OneTimeToken, OutboxMail, PhoneKey, Purpose, SignIn
from rehab_tracker.foundation.db import Base

KEPT = timedelta(days=7)
"""For how long it is kept after its end: somebody may come back to a page, or ask what happened."""

LONGEST_WAIT = timedelta(days=30)
"""After which a letter that never left says nothing true any more."""


def forget_ended(db: Session, now: datetime) -> int:
    """Delete what ended a week ago, and return how many rows that were.

    It crosses clinics: call it with a session opened for that.
    """
    limits.forget_old(db, now)
    return sum(_delete(db, model, ended) for model, ended in _ended(now - KEPT, now))


def _ended(before: datetime, now: datetime) -> list[tuple[type[Base], ColumnElement[bool]]]:
    # An invitation that ran out still tells that its member never joined, until a newer one does.
    is_invitation = OneTimeToken.purpose == Purpose.INVITATION
    return [
        (SignIn, SignIn.ends_at < before),
        (PhoneKey, or_(PhoneKey.ends_at < before, PhoneKey.revoked_at < before)),
        (
            OneTimeToken,
            or_(
                OneTimeToken.used_at < before,
                OneTimeToken.revoked_at < before,
                ~is_invitation & (OneTimeToken.expires_at < before),
            ),
        ),
        (
            OutboxMail,
            or_(
                OutboxMail.sent_at < before,
                (OutboxMail.attempts >= TRIES) & (OutboxMail.created_at < before),
                OutboxMail.created_at < now - LONGEST_WAIT,
            ),
        ),
    ]


def _delete(db: Session, model: type[Base], ended: ColumnElement[bool]) -> int:
    done = db.execute(delete(model).where(ended).execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount
