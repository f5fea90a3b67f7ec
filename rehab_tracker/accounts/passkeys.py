"""Passkeys: a device signs a challenge after its own check of who holds it; nothing to type."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from rehab_tracker.accounts import queries, second_factor, tokens
from rehab_tracker.accounts.models import OneTimeToken, Passkey, Purpose
from rehab_tracker.accounts.totp import ISSUER
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.errors import Forbidden, NotVisible, Refused
from rehab_tracker.foundation.lazy import lazily

if TYPE_CHECKING:
    import webauthn
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor
else:  # most workers never meet a passkey: the library costs 10 MB and a twentieth of a second
    webauthn = lazily("webauthn")

_MANGLED = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What the answer of a device can break on when it is none."""


@dataclass(frozen=True)
class Place:
    """Where passkeys are valid: a host's name, and the address that pages have there."""

    host: str
    origin: str


def place_of(public_url: str) -> Place | None:
    """Return where this installation's passkeys are valid; None where it has no name."""
    parts = urlsplit(public_url)
    try:
        ip_address(parts.hostname or "")
    except ValueError:
        return Place(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")
    return None


def passkeys_of(db: Session, person_id: UUID) -> Sequence[Passkey]:
    """Return a person's passkeys, the oldest first."""
    of_person = select(Passkey).where(Passkey.person_id == person_id)
    return db.scalars(of_person.order_by(Passkey.created_at, Passkey.id)).all()


def has_any(db: Session, person_id: UUID) -> bool:
    """Tell whether a person has a passkey."""
    return bool(db.scalar(select(exists().where(Passkey.person_id == person_id))))


def options_to_add(db: Session, actor: Actor, place: Place, now: datetime) -> str:
    """Return what a browser needs to make a passkey, as JSON."""
    if actor.role == Role.PATIENT:
        raise Forbidden({"": _("Passkeys are for the staff.")})
    person, shapes = queries.person(db, actor.person_id), webauthn.helpers.structs
    options = webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name=ISSUER,
        user_id=person.id.bytes,
        user_name=person.email,
        user_display_name=person.name,
        challenge=_challenge(db, person.id, now),
        authenticator_selection=shapes.AuthenticatorSelectionCriteria(
            resident_key=shapes.ResidentKeyRequirement.REQUIRED,
            user_verification=shapes.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(db, person.id),
    )
    return webauthn.options_to_json(options)


def _challenge(db: Session, person_id: UUID | None, now: datetime) -> bytes:
    return tokens.issue(db, Purpose.PASSKEY, person_id, now).encode()


def _descriptors(db: Session, person_id: UUID) -> "list[PublicKeyCredentialDescriptor]":
    describe = webauthn.helpers.structs.PublicKeyCredentialDescriptor
    kept = (webauthn.base64url_to_bytes(key.credential_id) for key in passkeys_of(db, person_id))
    return [describe(id=credential_id) for credential_id in kept]


def add(
    db: Session, actor: Actor, answer: str, name: str, place: Place, now: datetime
) -> list[str]:
    """Keep the passkey that a device made; return recovery codes where there were none."""
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=_use_challenge(db, answer, actor.person_id, now),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except (webauthn.helpers.exceptions.WebAuthnException, *_MANGLED) as problem:
        raise Refused({"": _("This passkey could not be kept. Please try again.")}) from problem
    passkey = Passkey(
        person_id=actor.person_id,
        credential_id=webauthn.helpers.bytes_to_base64url(made.credential_id),
        public_key=webauthn.helpers.bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        name=name,
        created_at=now,
    )
    db.add(passkey)
    db.flush()
    _record(db, actor, "second_factor.passkey_added")
    return second_factor.turn_on(db, actor, now)


def _use_challenge(db: Session, answer: str, person_id: UUID | None, now: datetime) -> bytes:
    """Return the challenge that a device signed, once; ValueError for any that we did not give."""
    client = json.loads(
        webauthn.base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"])
    )
    challenge = webauthn.base64url_to_bytes(client["challenge"])
    given = db.scalars(
        select(OneTimeToken).where(
            tokens.opens(Purpose.PASSKEY, challenge.decode(), now),
            OneTimeToken.person_id.is_not_distinct_from(person_id),
        )
    ).one_or_none()
    if given is None or not tokens.consume(db, given, now):
        raise ValueError("a challenge that is over")
    return challenge


def options_to_sign_in(db: Session, person_id: UUID | None, place: Place, now: datetime) -> str:
    """Return what a browser needs to use a passkey, as JSON: anybody's, or one person's."""
    options = webauthn.generate_authentication_options(
        rp_id=place.host,
        challenge=_challenge(db, person_id, now),
        allow_credentials=_descriptors(db, person_id) if person_id else [],
        user_verification=webauthn.helpers.structs.UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def used_by(db: Session, answer: str, person_id: UUID | None, place: Place, now: datetime) -> UUID:
    """Return whose passkey signed a challenge, Refused where none did; None asks for anybody's."""
    try:
        kept = _kept(db, webauthn.base64url_to_bytes(json.loads(answer)["id"]), person_id)
        shown = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=_use_challenge(db, answer, person_id, now),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=webauthn.base64url_to_bytes(kept.public_key),
            credential_current_sign_count=kept.sign_count,
            require_user_verification=True,
        )
    except (webauthn.helpers.exceptions.WebAuthnException, *_MANGLED) as problem:
        raise Refused({"": _("This passkey does not open anything here.")}) from problem
    changed = {"sign_count": shown.new_sign_count, "used_at": now}
    db.execute(update(Passkey).where(Passkey.id == kept.id).values(changed))
    return kept.person_id


def _kept(db: Session, credential_id: bytes, person_id: UUID | None) -> Passkey:
    named = select(Passkey).where(
        Passkey.credential_id == webauthn.helpers.bytes_to_base64url(credential_id)
    )
    if person_id:
        named = named.where(Passkey.person_id == person_id)
    found = db.scalars(named).one_or_none()
    if found is None:
        raise ValueError("a passkey of nobody")
    return found


def remove(db: Session, actor: Actor, passkey_id: UUID) -> None:
    """Remove one of one's own passkeys; NotVisible when it is nobody's or another's."""
    own = (Passkey.id == passkey_id) & (Passkey.person_id == actor.person_id)
    if not db.scalar(select(exists().where(own))):
        raise NotVisible
    db.execute(delete(Passkey).where(own))
    _record(db, actor, "second_factor.passkey_removed")
    second_factor.turn_off_without_any(db, actor.person_id)


def _record(db: Session, actor: Actor, action: str) -> None:
    audit.record(db, actor, action, subject_id=actor.membership_id, clinic_id=actor.clinic_id)
