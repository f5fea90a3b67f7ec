"""Passwords and addresses that change: by who knows the old one, or by a link that works once."""

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rehab_tracker.accounts import mail, passwords, queries, tokens
from rehab_tracker.accounts.models import OneTimeToken, Person, Purpose
from rehab_tracker.accounts.sign_ins import end_sign_ins
from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.errors import Refused


def change_password(db: Session, actor: Actor, old: str, new: str, now: datetime) -> None:
    """Set a new password and end every other sign-in of the person.

    It crosses clinics: call it with a session opened for that.
    """
    person = queries.person(db, actor.person_id)
    if not passwords.matches(person.password_hash, old):
        raise Refused({"old_password": _("This is not your present password.")})
    _set_password(db, person, new, "new_password")
    end_sign_ins(db, person.id, now, but=actor.session_key)
    tokens.revoke(db, Purpose.RESET, person.id, now)
    tokens.revoke(db, Purpose.EMAIL, person.id, now)
    _record(db, person.id, "password.changed", actor)


def _set_password(db: Session, person: Person, password: str, field: str) -> None:
    roles = queries.roles_of(db, person.id)
    weak = passwords.objection(password, roles, (person.name, person.email))
    if weak:
        raise Refused({field: weak})
    person.password_hash = passwords.keep(password)


def _record(db: Session, person_id: UUID, action: str, actor: Actor | None = None) -> None:
    """Write down in each of a person's clinics what concerns the person as a whole."""
    for member, _name in queries.own_memberships(db, person_id):
        by_member = actor if actor and actor.membership_id == member.id else None
        audit.record(db, by_member, action, subject_id=member.id, clinic_id=member.clinic_id)


def ask_reset(db: Session, email: str, now: datetime, *, address: str) -> None:
    """Send a link for a new password; an unknown address costs the same and gets nothing.

    It crosses clinics: call it with a session opened for that.
    """
    recipient = queries.address_of(email)
    person = db.scalars(select(Person).where(Person.email == recipient)).one_or_none()
    token = tokens.issue(db, Purpose.RESET, person.id if person else None, now)
    subject = _("Choose a new password for Rehab Tracker")
    if person is None:
        mail.post_to_nobody(db, recipient, subject)
        return
    mail.post(db, recipient, subject, _reset_letter(person, address.replace("{}", token)))


def _reset_letter(person: Person, link: str) -> str:
    return _(
        "Hello %(name)s,\n\nsomebody asked for a new password for your account, hopefully you. "
        "Open this link within 30 minutes to choose one; it works once:\n\n%(link)s\n\n"
        "If it was not you, you can ignore this letter: your password stays as it is.\n",
        name=person.name,
        link=link,
    )


def reset_link(db: Session, email: str, now: datetime, *, address: str) -> str | None:
    """Make a link for a new password to hand over, as the operator may; None for an unknown one."""
    known = Person.email == queries.address_of(email)
    person_id = db.scalars(select(Person.id).where(known)).one_or_none()
    if person_id is None:
        return None
    _record(db, person_id, "password.reset_link_made")
    return address.replace("{}", tokens.issue(db, Purpose.RESET, person_id, now))


def reset_password(db: Session, token: OneTimeToken, password: str, now: datetime) -> UUID:
    """Use a link up, set the new password, end every sign-in and tell whose it is.

    A second factor stays.
    It crosses clinics: call it with a session opened for that.
    """
    person = _owner(db, token)
    _set_password(db, person, password, "password")
    _use(db, token, now)
    end_sign_ins(db, person.id, now)
    tokens.revoke(db, Purpose.EMAIL, person.id, now)
    _record(db, person.id, "password.reset")
    return person.id


def _owner(db: Session, token: OneTimeToken) -> Person:
    assert token.person_id is not None
    return queries.person(db, token.person_id)


def _use(db: Session, token: OneTimeToken, now: datetime) -> None:
    if not tokens.consume(db, token, now):
        raise Refused({"": _("This link was used or replaced a moment ago.")})


def ask_email_change(db: Session, actor: Actor, email: str, now: datetime, *, address: str) -> None:
    """Send a link to a new address; it becomes the person's own once it is opened.

    An address that belongs to somebody already gets no letter, and nobody is told so.
    It crosses clinics: call it with a session opened for that.
    """
    recipient = queries.address_of(email)
    taken = db.scalars(select(Person.id).where(Person.email == recipient)).one_or_none()
    token = tokens.issue(db, Purpose.EMAIL, actor.person_id, now, email=recipient)
    subject = _("Confirm your new address for Rehab Tracker")
    if taken:
        mail.post_to_nobody(db, recipient, subject)
        return
    letter = _(
        "Hello %(name)s,\n\nopen this link within 24 hours to use this address from now on; "
        "it works once:\n\n%(link)s\n\nIf you did not ask for it, you can ignore this letter.\n",
        name=actor.name,
        link=address.replace("{}", token),
    )
    mail.post(db, recipient, subject, letter)


def confirm_email(db: Session, token: OneTimeToken, now: datetime, *, undo_address: str) -> None:
    """Use a link up and take its address; the old one gets a link that undoes it.

    It crosses clinics: call it with a session opened for that.
    """
    person = _owner(db, token)
    before = person.email
    _use(db, token, now)
    _take_address(db, person, token)
    tokens.revoke(db, Purpose.RESET, person.id, now)
    undo = tokens.issue(db, Purpose.EMAIL_UNDO, person.id, now, email=before)
    letter = _(
        "Hello %(name)s,\n\nyour account now uses another address: %(email)s. If that was you, "
        "there is nothing to do.\n\nIf it was not, open this link within 7 days. It brings your "
        "old address back, signs everybody out and lets you choose a new password:\n\n%(link)s\n",
        name=person.name,
        email=person.email,
        link=undo_address.replace("{}", undo),
    )
    mail.post(db, before, _("The address of your account was changed"), letter)
    _record(db, person.id, "email.changed")


def _take_address(db: Session, person: Person, token: OneTimeToken) -> None:
    assert token.email is not None
    person.email = token.email
    try:
        db.flush()
    except IntegrityError as problem:
        raise Refused({"": _("This address cannot be used any more.")}) from problem


def undo_email(db: Session, token: OneTimeToken, now: datetime) -> str:
    """Bring the old address back, end every sign-in, and return a token for a new password.

    It crosses clinics: call it with a session opened for that.
    """
    person = _owner(db, token)
    _use(db, token, now)
    _take_address(db, person, token)
    end_sign_ins(db, person.id, now)
    tokens.revoke(db, Purpose.EMAIL, person.id, now)
    _record(db, person.id, "email.change_undone")
    return tokens.issue(db, Purpose.RESET, person.id, now)
