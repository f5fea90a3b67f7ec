"""What a patient's phone may do for 90 days without a sign-in: fetch the plan and send sessions."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from flask import current_app, g, request
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from rehab_tracker.accounts.devices import device_of
from rehab_tracker.accounts.models import Clinic, Membership, Patient, Person, PhoneKey, Standing
from rehab_tracker.accounts.sign_in import WHO, SignInSessions, key_of, who_acts
from rehab_tracker.domain.permission import Permission
from rehab_tracker.foundation import audit, clock
from rehab_tracker.foundation.access import guard_of
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.db import database

LASTS = timedelta(days=90)
SEEN_EVERY = timedelta(days=1)
"""How often the use of a key is written down, and its end put off."""

PATHS = ("/log", "/sign-out")
"""Where a browser shows the key: to what it opens, and to what ends it."""

_ACTING = (
    select(
        PhoneKey.person_id,
        PhoneKey.membership_id,
        PhoneKey.seen_at,
        *WHO,
    )
    .join(Membership, Membership.id == PhoneKey.membership_id)
    .join(Person, Person.id == PhoneKey.person_id)
    .join(Clinic, Clinic.id == Membership.clinic_id)
    .join(Patient, Patient.membership_id == Membership.id)
    .where(
        PhoneKey.key == bindparam("key"),
        PhoneKey.ends_at > bindparam("now"),
        PhoneKey.revoked_at.is_(None),
        Membership.standing == Standing.ACTIVE,
    )
)


def recognize() -> None:
    """Let a phone's key act where nobody is signed in, on the pages that it opens alone."""
    if request.endpoint is None or g.actor or g.halfway:
        return
    opens = guard_of(current_app, request.endpoint) == Permission.LOG_SYNC
    if opens and (token := shown()):
        g.actor = actor_for(token, clock.now())


def actor_for(token: str, now: datetime) -> Actor | None:
    """Return whose phone shows a key, None for a strange or ended one."""
    key = key_of(token)
    with database().reading() as connection:
        row = connection.execute(_ACTING, {"key": key, "now": now}).one_or_none()
    if row is None:
        return None
    if now - row.seen_at >= SEEN_EVERY:
        _write_seen(key, now)
    opens = frozenset() if row.restricted_at else frozenset({Permission.LOG_SYNC})
    return who_acts(row, permissions=opens)


def opens_for(actor: Actor, now: datetime) -> bool:
    """Tell whether this browser shows a key of the acting person's own that still opens."""
    found = actor_for(shown(), now) if shown() else None
    return found is not None and found.membership_id == actor.membership_id


def _write_seen(key: str, now: datetime) -> None:
    with database().all_clinics(because="a phone's key belongs to a person") as db:
        db.execute(
            update(PhoneKey).where(PhoneKey.key == key).values(seen_at=now, ends_at=now + LASTS)
        )


def owner_of(actor: Actor) -> str:
    """Return by what a phone tells its patients apart; it says nothing about them."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    whose = f"owner {actor.clinic_id} {actor.patient_id}"
    return hmac.new(secret, whose.encode(), hashlib.sha256).hexdigest()[:32]


def shown() -> str:
    """Return the key that this browser shows, empty without one."""
    return request.cookies.get(_cookie(), "")


def give(response: Response, token: str) -> None:
    """Let the browser keep a key for its 90 days from now on."""
    for path in PATHS:
        response.set_cookie(_cookie(), token, max_age=LASTS, **_flags(path))


def take_back(response: Response) -> None:
    """Let the browser forget its key."""
    for path in PATHS:
        response.delete_cookie(_cookie(), **_flags(path))


def _cookie() -> str:
    return "__Secure-phone" if _sessions().secure else "phone"


def _flags(path: str) -> dict[str, Any]:
    return {"secure": _sessions().secure, "httponly": True, "samesite": "Strict", "path": path}


def _sessions() -> SignInSessions:
    return cast("SignInSessions", current_app.session_interface)


def begin(db: Session, actor: Actor, now: datetime) -> str:
    """Make a key for this phone and end the one that it shows; return its token, kept nowhere."""
    end(db, shown(), now)
    token = secrets.token_urlsafe(32)
    db.add(
        PhoneKey(
            key=key_of(token),
            person_id=actor.person_id,
            membership_id=actor.membership_id,
            device=device_of(request.user_agent.string),
            created_at=now,
            seen_at=now,
            ends_at=now + LASTS,
        )
    )
    audit.record(db, actor, "phone.kept", subject_id=actor.membership_id)
    return token


def end(db: Session, token: str, now: datetime) -> None:
    """Let a key open nothing any more."""
    if token:
        db.execute(
            update(PhoneKey)
            .where(PhoneKey.key == key_of(token), PhoneKey.revoked_at.is_(None))
            .values(revoked_at=now)
        )


def phones_of(db: Session, person_id: UUID, now: datetime) -> Sequence[PhoneKey]:
    """Return the phones that keep a person's plan, the one last seen first."""
    return db.scalars(
        select(PhoneKey)
        .where(
            PhoneKey.person_id == person_id,
            PhoneKey.revoked_at.is_(None),
            PhoneKey.ends_at > now,
        )
        .order_by(PhoneKey.seen_at.desc(), PhoneKey.id)
    ).all()
