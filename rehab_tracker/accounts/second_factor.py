"""The second step of signing in: a code from an app, or one of ten that were written down."""

import base64
import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import CursorResult, delete, exists, func, select, update
from sqlalchemy.orm import Session

from rehab_tracker.accounts import queries, totp
from rehab_tracker.accounts.models import (
    Authenticator,
    Clinic,
    Passkey,
    RecoveryCode,
    SecondFactorFor,
)
from rehab_tracker.accounts.sealed import Seal
from rehab_tracker.accounts.tokens import hash_of
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.errors import Refused

CODES = 10
CODE_BYTES = 16


class Used(StrEnum):
    """What somebody showed as their second factor."""

    CODE = "code"
    RECOVERY = "recovery"


def forced(rule: SecondFactorFor, role: Role) -> bool:
    """Tell whether a clinic lets nobody of a role in without a second factor."""
    match rule:
        case SecondFactorFor.NOBODY:
            return False
        case SecondFactorFor.MANAGERS:
            return role is Role.MANAGER
        case SecondFactorFor.STAFF:
            return role is not Role.PATIENT


def set_rule(db: Session, actor: Actor, rule: SecondFactorFor) -> None:
    """Decide who of the clinic needs a second factor."""
    clinic: Clinic = queries.clinic(db, actor.clinic_id)
    audit.record(
        db, actor, "clinic.second_factor", before=clinic.second_factor_for, after=rule.value
    )
    clinic.second_factor_for = rule


def authenticator(db: Session, person_id: UUID) -> Authenticator | None:
    """Return a person's app, confirmed or not yet."""
    of_person = Authenticator.person_id == person_id
    return db.scalars(select(Authenticator).where(of_person)).one_or_none()


def begin(db: Session, actor: Actor, now: datetime, seal: Seal) -> None:
    """Make the secret that an app is to read; it counts once a code of it was typed."""
    known = authenticator(db, actor.person_id)
    if known and known.confirmed_at:
        raise Refused({"": _("An app is set up already. Remove it first.")})
    draft = known or Authenticator(person_id=actor.person_id)
    draft.secret, draft.created_at = seal.lock(totp.new_secret(), actor.person_id), now
    db.add(draft)


def confirm(db: Session, actor: Actor, code: str, now: datetime, seal: Seal) -> list[str]:
    """Turn the second factor on with a first code; return the recovery codes, once."""
    draft = authenticator(db, actor.person_id)
    if draft is None or draft.confirmed_at:
        raise Refused({"": _("Please begin once more: this step is over.")})
    timecode = totp.timecode_of(seal.open(draft.secret, actor.person_id), plain(code), now)
    if timecode is None:
        raise Refused({"code": _("This code is not right. Please type the one that shows now.")})
    draft.confirmed_at, draft.last_timecode = now, timecode
    _record(db, actor, "second_factor.app_added")
    return turn_on(db, actor, now)


def turn_on(db: Session, actor: Actor, now: datetime) -> list[str]:
    """Ask the person for a second factor from now on; return new codes where there were none."""
    person = queries.person(db, actor.person_id)
    if person.second_factor_since:
        return []
    person.second_factor_since = now
    return _write_codes(db, person.id)


def renew_codes(db: Session, actor: Actor) -> list[str]:
    """Replace the recovery codes; return the new ones, once."""
    if queries.person(db, actor.person_id).second_factor_since is None:
        raise Refused({"": _("Set up the second step first.")})
    _record(db, actor, "second_factor.codes_renewed")
    return _write_codes(db, actor.person_id)


def _write_codes(db: Session, person_id: UUID) -> list[str]:
    db.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = [_new_code() for _number in range(CODES)]
    db.add_all(RecoveryCode(person_id=person_id, code_hash=hash_of(code)) for code in codes)
    return ["-".join((c[:5], c[5:10], c[10:15], c[15:20], c[20:])) for c in codes]


def _new_code() -> str:
    return base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().rstrip("=").lower()


def codes_left(db: Session, person_id: UUID) -> int:
    """Return how many recovery codes still work."""
    left = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
    )
    return db.scalars(left).one()


def plain(code: str) -> str:
    """Return a code as apps and lists mean it, however it is spaced."""
    return "".join(code.split()).replace("-", "").lower()


def use(db: Session, person_id: UUID, code: str, now: datetime, seal: Seal) -> Used | None:
    """Use a code up and tell of which kind it was; None when it is wrong or was used before."""
    typed = plain(code)
    if _use_app_code(db, person_id, typed, now, seal):
        return Used.CODE
    return Used.RECOVERY if _burn(db, person_id, typed, now) else None


def _use_app_code(db: Session, person_id: UUID, code: str, now: datetime, seal: Seal) -> bool:
    app = authenticator(db, person_id)
    if app is None or app.confirmed_at is None:
        return False
    timecode = totp.timecode_of(seal.open(app.secret, person_id), code, now)
    return timecode is not None and _only_one(
        db,
        update(Authenticator)
        .where(Authenticator.person_id == person_id, Authenticator.last_timecode < timecode)
        .values(last_timecode=timecode),
    )


def _burn(db: Session, person_id: UUID, code: str, now: datetime) -> bool:
    return _only_one(
        db,
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == hash_of(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now),
    )


def _only_one(db: Session, statement: Any) -> bool:
    """Of all who do the same at the same moment exactly one changes the row."""
    done = db.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount == 1


def remove_app(db: Session, actor: Actor) -> None:
    """Remove one's own app; without any other second factor the second step is off."""
    db.execute(delete(Authenticator).where(Authenticator.person_id == actor.person_id))
    _record(db, actor, "second_factor.app_removed")
    turn_off_without_any(db, actor.person_id)


def turn_off_without_any(db: Session, person_id: UUID) -> None:
    """Ask for no second factor any more where a person has none left."""
    app = authenticator(db, person_id)
    passkeys = select(exists().where(Passkey.person_id == person_id))
    if not (app and app.confirmed_at) and not db.scalar(passkeys):
        db.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
        queries.person(db, person_id).second_factor_since = None


def forget(db: Session, person_id: UUID) -> None:
    """Take every second factor of a person away."""
    for table in (Authenticator, Passkey):
        db.execute(delete(table).where(table.person_id == person_id))
    turn_off_without_any(db, person_id)


def note_recovery(db: Session, actor: Actor) -> None:
    """Write down that somebody came in with a recovery code."""
    _record(db, actor, "second_factor.recovery_code_used")


def _record(db: Session, actor: Actor, action: str) -> None:
    audit.record(db, actor, action, subject_id=actor.membership_id, clinic_id=actor.clinic_id)
