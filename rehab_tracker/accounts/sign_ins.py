"""Who is signed in on which device: it begins, is proved again, moves on and ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords, queries
from rehab_tracker.accounts.models import Level, Membership, Person, PhoneKey, SignIn
from rehab_tracker.accounts.queries import address_of
from rehab_tracker.accounts.tokens import NOBODY
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.errors import NotVisible

ABSOLUTE = timedelta(hours=12)
IDLE = MappingProxyType(
    {
        Role.PATIENT: timedelta(minutes=60),
        Role.PHYSIO: timedelta(minutes=15),
        Role.MANAGER: timedelta(minutes=15),
    }
)


def authenticate(db: Session, email: str, password: str) -> Membership | None:
    """Return the membership to act in, or None; unknown addresses take as long as wrong words.

    It only reads, so that nobody's writing waits for the slow check of a password.
    """
    person = db.scalars(select(Person).where(Person.email == address_of(email))).one_or_none()
    right = passwords.matches(person.password_hash if person else None, password)
    own = queries.own_memberships(db, person.id if person else NOBODY)
    return own[0][0] if right and own else None


def renew_password_hash(db: Session, person_id: UUID, password: str) -> None:
    """Keep a right password with today's settings where it was kept with weaker ones."""
    person = queries.person(db, person_id)
    if person.password_hash and passwords.outdated(person.password_hash):
        person.password_hash = passwords.keep(password)


def begin_sign_in(
    db: Session,
    key: str,
    member: Membership,
    now: datetime,
    *,
    device: str = "",
    level: Level = Level.PASSWORD,
) -> None:
    """Write down that a browser is signed in as a member."""
    db.add(
        SignIn(
            key=key,
            person_id=member.person_id,
            membership_id=member.id,
            device=device,
            level=level,
            created_at=now,
            proved_at=now,
            seen_at=now,
            idle_ends_at=now + IDLE[member.role],
            ends_at=now + ABSOLUTE,
        )
    )


def move_on(db: Session, key: str, new_key: str, **changed: object) -> None:
    """Give a sign-in a new key, as at every change of what it may do; the old key opens nothing."""
    db.execute(
        update(SignIn)
        .where(SignIn.key == key, SignIn.revoked_at.is_(None))
        .values(key=new_key, **changed)
        .execution_options(synchronize_session=False)
    )


def end_sign_in(db: Session, key: str, now: datetime) -> None:
    """Revoke one sign-in."""
    db.execute(update(SignIn).where(SignIn.key == key).values(revoked_at=now))


def end_sign_ins(db: Session, person_id: UUID, now: datetime, *, but: str = "") -> None:
    """Revoke every sign-in of a person, but one, and the keys of all their phones."""
    db.execute(
        update(SignIn)
        .where(SignIn.person_id == person_id, SignIn.revoked_at.is_(None), SignIn.key != but)
        .values(revoked_at=now)
    )
    db.execute(
        update(PhoneKey)
        .where(PhoneKey.person_id == person_id, PhoneKey.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def end_member_sign_ins(db: Session, membership_id: UUID, now: datetime) -> None:
    """Revoke every sign-in of a member in their clinic, and the keys of their phones."""
    for kind in (SignIn, PhoneKey):
        db.execute(
            update(kind)
            .where(kind.membership_id == membership_id, kind.revoked_at.is_(None))
            .values(revoked_at=now)
        )


def open_sign_ins(db: Session, person_id: UUID, now: datetime) -> Sequence[SignIn]:
    """Return where a person is signed in, the one last seen first."""
    return db.scalars(
        select(SignIn)
        .where(
            SignIn.person_id == person_id,
            SignIn.revoked_at.is_(None),
            SignIn.idle_ends_at > now,
            SignIn.ends_at > now,
        )
        .order_by(SignIn.seen_at.desc(), SignIn.id)
    ).all()


def end_device(db: Session, actor: Actor, sign_in_id: UUID, now: datetime) -> None:
    """Revoke one of one's own sign-ins; NotVisible when it is nobody's or another's."""
    _end_own(db, actor, SignIn, sign_in_id, now)
    audit.record(db, actor, "device.signed_out", subject_id=actor.membership_id)


def end_phone(db: Session, actor: Actor, phone_id: UUID, now: datetime) -> None:
    """Revoke one of one's own phones; NotVisible when it is nobody's or another's."""
    _end_own(db, actor, PhoneKey, phone_id, now)
    audit.record(db, actor, "phone.ended", subject_id=actor.membership_id)


def _end_own(
    db: Session, actor: Actor, kind: type[SignIn | PhoneKey], row_id: UUID, now: datetime
) -> None:
    ended = db.execute(
        update(kind)
        .where(kind.id == row_id, kind.person_id == actor.person_id, kind.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    if cast("CursorResult[Any]", ended).rowcount != 1:
        raise NotVisible


def end_other_devices(db: Session, actor: Actor, now: datetime) -> None:
    """Revoke all of one's own sign-ins but this one."""
    end_sign_ins(db, actor.person_id, now, but=actor.session_key)
    audit.record(db, actor, "devices.signed_out", subject_id=actor.membership_id)
