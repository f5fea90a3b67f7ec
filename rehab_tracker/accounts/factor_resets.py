"""Taking somebody's lost second factor away: one manager asks, a second member approves.

Where nobody else could approve, it waits for a day, and the person is told by letter meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session, aliased

from rehab_tracker.accounts import mail, queries, second_factor
from rehab_tracker.accounts.models import (
    Membership,
    Person,
    SecondFactorReset,
    Standing,
)
from rehab_tracker.accounts.sign_ins import end_sign_ins
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.errors import Forbidden, NotVisible, Refused
from rehab_tracker.foundation.folding import Folded

ALONE = timedelta(hours=24)


@dataclass(frozen=True)
class Request:
    """An open wish to reset a second factor, with the names that a page needs."""

    id: UUID
    membership_id: UUID
    name: str
    asked_by: UUID
    asker: str
    asked_at: datetime

    def concerns(self, actor: Actor) -> bool:
        """Tell whether somebody asked themselves or is the one whose factor it is."""
        return actor.membership_id in {self.asked_by, self.membership_id}


_MEMBER, _ASKER = aliased(Membership), aliased(Membership)
_PERSON, _ASKING_PERSON = aliased(Person), aliased(Person)
_OPEN = (
    select(
        SecondFactorReset.id,
        SecondFactorReset.membership_id,
        _PERSON.name,
        SecondFactorReset.asked_by,
        _ASKING_PERSON.name,
        SecondFactorReset.asked_at,
    )
    .join(_MEMBER, _MEMBER.id == SecondFactorReset.membership_id)
    .join(_PERSON, _PERSON.id == _MEMBER.person_id)
    .join(_ASKER, _ASKER.id == SecondFactorReset.asked_by)
    .join(_ASKING_PERSON, _ASKING_PERSON.id == _ASKER.person_id)
    .where(SecondFactorReset.done_at.is_(None), SecondFactorReset.ended_at.is_(None))
    .order_by(SecondFactorReset.asked_at, SecondFactorReset.id)
)


def open_requests(db: Session) -> Sequence[Request]:
    """Return what the clinic has not decided yet, oldest first."""
    return [Request(*row) for row in db.execute(_OPEN)]


def request_for(db: Session, membership_id: UUID) -> Request | None:
    """Return the open request about a member."""
    found = (r for r in open_requests(db) if r.membership_id == membership_id)
    return next(found, None)


def _request(db: Session, request_id: UUID) -> Request:
    found = next((r for r in open_requests(db) if r.id == request_id), None)
    if found is None:
        raise NotVisible
    return found


def approvers(db: Session, membership_id: UUID, asked_by: UUID) -> Sequence[tuple[str, str]]:
    """Return name and address of the staff who may approve: neither who asks nor whom it is about.

    Whoever is not active, or a patient, approves nothing.
    """
    rows = db.execute(
        select(Person.name, Person.email)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.role != Role.PATIENT,
            Membership.standing == Standing.ACTIVE,
            Membership.id.not_in([membership_id, asked_by]),
        )
        .order_by(Folded(Person.name))
    )
    return [(row[0], row[1]) for row in rows]


def ask(
    db: Session,
    actor: Actor,
    membership_id: UUID,
    now: datetime,
    *,
    acts_elsewhere: bool,
    by_mail: bool = False,
) -> None:
    """Ask for the reset of a member's second factor."""
    member = queries.membership(db, membership_id)
    person = queries.person(db, member.person_id)
    if why_not := _why_not(db, actor, member, person, acts_elsewhere=acts_elsewhere):
        raise Refused({"": why_not})
    reset = SecondFactorReset(membership_id=member.id, asked_by=actor.membership_id, asked_at=now)
    db.add(reset)
    audit.record(db, actor, "second_factor.reset_asked", subject_id=member.id)
    if by_mail:
        _tell(db, actor, person, approvers(db, member.id, actor.membership_id))


def _why_not(
    db: Session, actor: Actor, member: Membership, person: Person, *, acts_elsewhere: bool
) -> str | None:
    if member.id == actor.membership_id:
        return _("You look after your own second step on your account's page.")
    if person.second_factor_since is None:
        return _("This person has no second step that could be reset.")
    if acts_elsewhere:
        return _(
            "This person belongs to another clinic too, so no single clinic may reset their "
            "second step. Whoever runs the server can."
        )
    if request_for(db, member.id):
        return _("This was asked for already.")
    return None


def _tell(db: Session, actor: Actor, person: Person, approving: Sequence[tuple[str, str]]) -> None:
    subject = _("A second step is to be reset")
    told = _(
        "Hello %(name)s,\n\n%(asker)s at %(clinic)s asked to reset your second step for signing "
        "in to Rehab Tracker. If you did not ask for that, tell your clinic at once.\n",
        name=person.name,
        asker=actor.name,
        clinic=actor.clinic_name,
    )
    mail.post(db, person.email, subject, told)
    for name, email in approving:
        wish = _(
            "Hello %(name)s,\n\n%(asker)s asks to reset the second step of %(person)s, who lost "
            "it. Please make sure that this is so, best by asking them in person. Then approve or "
            "refuse it in Rehab Tracker, under My account.\n",
            name=name,
            asker=actor.name,
            person=person.name,
        )
        mail.post(db, email, subject, wish)


def approve(db: Session, actor: Actor, request_id: UUID, now: datetime) -> UUID:
    """Carry a reset out as the second member who stands for it; return whose it was."""
    wish = _request(db, request_id)
    if wish.concerns(actor):
        raise Forbidden({"": _("Somebody else has to approve this.")})
    return _carry_out(db, actor, wish, now)


def may_go_alone(db: Session, wish: Request, now: datetime) -> bool:
    """Tell whether a reset needs nobody else: there is nobody, and the day has passed."""
    return now - wish.asked_at >= ALONE and not approvers(db, wish.membership_id, wish.asked_by)


def carry_out_alone(db: Session, actor: Actor, request_id: UUID, now: datetime) -> UUID:
    """Carry one's own wish out after a day without another approver; return whose it was."""
    wish = _request(db, request_id)
    if wish.asked_by != actor.membership_id or not may_go_alone(db, wish, now):
        raise Forbidden({"": _("Somebody else has to approve this.")})
    return _carry_out(db, actor, wish, now)


def _carry_out(db: Session, actor: Actor, wish: Request, now: datetime) -> UUID:
    _end(db, wish, done_at=now, approved_by=actor.membership_id)
    person_id = queries.membership(db, wish.membership_id).person_id
    second_factor.forget(db, person_id)
    end_sign_ins(db, person_id, now)
    audit.record(
        db,
        actor,
        "second_factor.reset",
        subject_id=wish.membership_id,
        asked_by=str(wish.asked_by),
    )
    return person_id


def reset_by_operator(db: Session, email: str, now: datetime) -> UUID | None:
    """Reset a second factor from the command line; return whose, None for an unknown address.

    It crosses clinics: call it with a session opened for that.
    """
    known = Person.email == queries.address_of(email)
    person_id = db.scalars(select(Person.id).where(known)).one_or_none()
    if person_id is None:
        return None
    second_factor.forget(db, person_id)
    end_sign_ins(db, person_id, now)
    for member, _clinic_name in queries.own_memberships(db, person_id):
        clinic_id = member.clinic_id
        audit.record(db, None, "second_factor.reset", subject_id=member.id, clinic_id=clinic_id)
    return person_id


def refuse(db: Session, actor: Actor, request_id: UUID, now: datetime) -> None:
    """End a wish: who asked takes it back, another member or the person refuses it."""
    wish = _request(db, request_id)
    _end(db, wish, ended_at=now)
    audit.record(db, actor, "second_factor.reset_refused", subject_id=wish.membership_id)


def _end(db: Session, wish: Request, **how: object) -> None:
    ended = db.execute(
        update(SecondFactorReset)
        .where(
            SecondFactorReset.id == wish.id,
            SecondFactorReset.done_at.is_(None),
            SecondFactorReset.ended_at.is_(None),
        )
        .values(**how)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", ended).rowcount != 1:
        raise Refused({"": _("This was decided a moment ago.")})
