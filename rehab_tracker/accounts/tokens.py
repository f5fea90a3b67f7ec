"""Links that work once: only a hash is kept, a newer one ends the older, one UPDATE uses it up."""

import hashlib
import secrets
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, and_, select, update
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import OneTimeToken, Purpose

LASTS = MappingProxyType(
    {
        Purpose.INVITATION: timedelta(days=7),
        Purpose.RESET: timedelta(minutes=30),
        Purpose.EMAIL: timedelta(hours=24),
        Purpose.EMAIL_UNDO: timedelta(days=7),
        Purpose.PASSKEY: timedelta(minutes=5),
    }
)

NOBODY = UUID(int=0)
"""Nobody's id, for statements that shall cost the same whether there is somebody or not."""


def hash_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def unused() -> ColumnElement[bool]:
    """Pick the tokens that were neither used nor revoked; they may have expired."""
    return OneTimeToken.used_at.is_(None) & OneTimeToken.revoked_at.is_(None)


def opens(purpose: Purpose, token: str, now: datetime) -> ColumnElement[bool]:
    """Pick the one token that still opens something, by its secret."""
    return and_(
        OneTimeToken.purpose == purpose,
        OneTimeToken.token_hash == hash_of(token),
        OneTimeToken.expires_at > now,
        unused(),
    )


def found(db: Session, purpose: Purpose, token: str, now: datetime) -> OneTimeToken | None:
    """Return a token that still opens something; looking at it uses nothing up."""
    opening = opens(purpose, token, now) & OneTimeToken.person_id.is_not(None)
    return db.scalars(select(OneTimeToken).where(opening)).one_or_none()


def issue(
    db: Session,
    purpose: Purpose,
    person_id: UUID | None,
    now: datetime,
    *,
    membership_id: UUID | None = None,
    email: str | None = None,
) -> str:
    """Make a token, end those before it for the same purpose, and return its secret, once."""
    revoke(db, purpose, person_id, now, membership_id=membership_id)
    token = secrets.token_urlsafe(32)
    db.add(
        OneTimeToken(
            purpose=purpose,
            token_hash=hash_of(token),
            person_id=person_id,
            membership_id=membership_id,
            email=email,
            created_at=now,
            expires_at=now + LASTS[purpose],
        )
    )
    return token


def revoke(
    db: Session,
    purpose: Purpose,
    person_id: UUID | None,
    now: datetime,
    *,
    membership_id: UUID | None = None,
) -> None:
    """End a person's unused tokens of a purpose, in one clinic where they belong to one."""
    db.execute(
        update(OneTimeToken)
        .where(
            OneTimeToken.purpose == purpose,
            OneTimeToken.person_id == (person_id or NOBODY),
            OneTimeToken.membership_id.is_not_distinct_from(membership_id),
            unused(),
        )
        .values(revoked_at=now)
    )


def consume(db: Session, token: OneTimeToken, now: datetime) -> bool:
    """Use a token up; of all who try at the same moment exactly one is told True."""
    used = db.execute(
        update(OneTimeToken)
        .where(OneTimeToken.id == token.id, OneTimeToken.expires_at > now, unused())
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", used).rowcount == 1
