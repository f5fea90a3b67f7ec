"""Sign-in sessions that live on the server; the cookie carries only a random key to one."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from rehab_tracker.accounts import sign_ins
from rehab_tracker.accounts.devices import device_of
from rehab_tracker.accounts.models import (
    Clinic,
    Level,
    Membership,
    Patient,
    Person,
    SignIn,
    Standing,
)
from rehab_tracker.accounts.second_factor import forced
from rehab_tracker.domain.permission import RESTRICTED, ROLES
from rehab_tracker.foundation import access, clock
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.db import database

SEEN_EVERY = timedelta(minutes=1)
"""How often a session's last use is written down."""

TOKEN_LENGTH = 43
"""Characters of 32 random bytes in URL-safe base 64."""


class Browser(dict[str, Any], SessionMixin):
    """What Flask calls the session: one browser's token, its form key and its notices."""

    def __init__(self, token: str, csrf_key: str, notices: list[Any], *, known: bool) -> None:
        super().__init__(csrf_token=csrf_key)
        self.token = token
        self.known = known
        """Whether the browser came with its token."""
        self.renewed = False
        self.had_notices = bool(notices)
        if notices:
            self["_flashes"] = notices


class SignInSessions(SessionInterface):
    """Opens and saves browsers; who is signed in stands in the table `sign_in`."""

    def __init__(self, secret: str, *, secure: bool) -> None:
        self.cookie = "__Host-sid" if secure else "sid"
        self.notice_cookie = "__Host-notice" if secure else "notice"
        self.secure = secure
        self._secret = secret.encode()
        self._notices = URLSafeSerializer(secret, "notices")

    def open_session(self, app: Flask, request: Request) -> Browser:  # noqa: ARG002 - Flask calls it so
        """Take the browser's token, or give it a new one; nothing is stored for strangers."""
        token = request.cookies.get(self.cookie, "")
        known = len(token) == TOKEN_LENGTH
        if not known:
            token = secrets.token_urlsafe(32)
        return Browser(token, self.csrf_key(token), self._read_notices(request), known=known)

    def csrf_key(self, token: str) -> str:
        """Return the form key that belongs to a token."""
        return hmac.new(self._secret, token.encode(), hashlib.sha256).hexdigest()

    def renew(self, browser: Browser) -> str:
        """Give the browser a new token, as at every change of what it may do; return its key."""
        browser.token = secrets.token_urlsafe(32)
        browser.renewed = True
        browser["csrf_token"] = self.csrf_key(browser.token)
        g.pop("csrf_token", None)
        return key_of(browser.token)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002
        """Send a token that is new, and the notices not yet shown.

        A stranger gets a token with their first form, nobody gets one twice: an answer that comes
        late, to a page that asks while its person signs in or out, must not undo that.
        """
        assert isinstance(session, Browser)
        if response.cache_control.public:  # what is kept for everybody carries nobody's token
            return
        flags: dict[str, Any] = {
            "secure": self.secure,
            "httponly": True,
            "samesite": "Lax",
            "path": "/",
        }
        if session.renewed or (not session.known and "csrf_token" in g):
            response.set_cookie(self.cookie, session.token, **flags)
        if notices := session.get("_flashes"):
            response.set_cookie(self.notice_cookie, str(self._notices.dumps(notices)), **flags)
        elif session.had_notices:
            response.delete_cookie(self.notice_cookie, **flags)

    def _read_notices(self, request: Request) -> list[Any]:
        try:
            notices = self._notices.loads(request.cookies.get(self.notice_cookie, ""))
        except BadSignature:
            return []
        return [tuple(notice) for notice in notices]


def browser() -> Browser:
    """Return this request's browser."""
    return cast("Any", session)._get_current_object()  # type: ignore[no-any-return]  # noqa: SLF001 - Flask's proxy


def renew_browser() -> str:
    """Give the browser a new token and return the key of its coming sign-in."""
    return cast("SignInSessions", current_app.session_interface).renew(browser())


def key_of(token: str) -> str:
    """Return the key under which a token's sign-in is kept: a stolen table opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in_as(db: Session, member: Membership, level: Level = Level.PASSWORD) -> None:
    """End what this browser was signed in as, and begin anew under a new token."""
    now = clock.now()
    sign_ins.end_sign_in(db, key_of(browser().token), now)
    device = device_of(request.user_agent.string)
    sign_ins.begin_sign_in(db, renew_browser(), member, now, device=device, level=level)


WHO = (
    Membership.clinic_id,
    Membership.role,
    Person.name,
    Person.time_zone,
    Clinic.name.label("clinic_name"),
    Clinic.week_starts_on,
    Patient.id.label("patient_id"),
    Patient.week_starts_on.label("own_week_starts_on"),
    Patient.affected_side,
    Patient.restricted_at,
)
"""What is read of somebody who acts, beside the ids of the person and the membership."""

_ACTING = (
    select(
        SignIn.person_id,
        SignIn.membership_id,
        SignIn.seen_at,
        SignIn.proved_at,
        SignIn.idle_ends_at,
        SignIn.ends_at,
        SignIn.level,
        Person.second_factor_since,
        Clinic.second_factor_for,
        *WHO,
    )
    .join(Membership, Membership.id == SignIn.membership_id)
    .join(Person, Person.id == SignIn.person_id)
    .join(Clinic, Clinic.id == Membership.clinic_id)
    .outerjoin(Patient, Patient.membership_id == Membership.id)
    .where(
        SignIn.key == bindparam("key"),
        SignIn.idle_ends_at > bindparam("now"),
        SignIn.ends_at > bindparam("now"),
        SignIn.revoked_at.is_(None),
        Membership.standing == Standing.ACTIVE,
    )
)


def actor_for(token: str, now: datetime) -> Actor | None:
    """Return who a token acts as, or None when its sign-in ended, was revoked or never was."""
    key = key_of(token)
    with database().reading() as connection:
        row = connection.execute(_ACTING, {"key": key, "now": now}).one_or_none()
    if row is None:
        return None
    idle_ends_at = row.idle_ends_at
    if now - row.seen_at >= SEEN_EVERY:
        idle_ends_at = now + sign_ins.IDLE[row.role]
        _write_seen(key, idle_ends_at, now)
    return who_acts(
        row,
        permissions=RESTRICTED if row.restricted_at else ROLES[row.role],
        session_key=key,
        proved_at=row.proved_at,
        ends_at=min(idle_ends_at, row.ends_at),
        owes=_owed(row),
    )


def who_acts(row: Any, **more: Any) -> Actor:
    """Return the person of a row that was read with `WHO`."""
    return Actor(
        person_id=row.person_id,
        membership_id=row.membership_id,
        clinic_id=row.clinic_id,
        role=row.role,
        name=row.name,
        zone=ZoneInfo(row.time_zone),
        clinic_name=row.clinic_name,
        week_starts_on=row.own_week_starts_on or row.week_starts_on,
        patient_id=row.patient_id,
        affected_side=row.affected_side,
        restricted=row.restricted_at is not None,
        **more,
    )


def _owed(row: Any) -> str:
    """Return the step that a sign-in still lacks, as people and their clinic are set just now."""
    if row.level is Level.MFA:
        return ""
    if row.second_factor_since:
        return access.SECOND_FACTOR
    return access.ENROLLMENT if forced(row.second_factor_for, row.role) else ""


def _write_seen(key: str, idle_ends_at: datetime, now: datetime) -> None:
    with database().all_clinics(because="a sign-in belongs to a person") as db:
        seen = {"seen_at": now, "idle_ends_at": idle_ends_at}
        db.execute(update(SignIn).where(SignIn.key == key).values(seen))


def recognize(token: str) -> None:
    """Set the acting person of this request; who still owes a step is known but does not act."""
    found = actor_for(token, clock.now())
    g.actor, g.halfway = (None, found) if found and found.owes else (found, None)


def signed_in() -> Actor:
    """Return whose sign-in this is, whether they may act already or not."""
    found: Actor | None = g.actor or g.halfway
    if found is None:
        raise RuntimeError("no one is signed in here")
    return found
