"""Clinics begin, people are invited and join, and who looks after whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rehab_tracker.accounts import mail, passwords, queries, sign_ins, tokens
from rehab_tracker.accounts.models import (
    Aggravator,
    Clinic,
    Knee,
    Membership,
    OneTimeToken,
    Patient,
    Person,
    ProfileRevision,
    Purpose,
    SecondFactorFor,
    Standing,
)
from rehab_tracker.accounts.policy import invitable, may_edit
from rehab_tracker.domain.permission import Role
from rehab_tracker.domain.week import WeekStart
from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.errors import Forbidden, Refused


@dataclass(frozen=True)
class PatientProfile:
    """What a clinic knows of a patient's knee and home."""

    physio_id: UUID | None = None
    affected_side: Knee = Knee.RIGHT
    aggravator: Aggravator = Aggravator.OTHER
    goal: str = ""
    kit: tuple[str, ...] = ()
    blocked_cautions: tuple[str, ...] = ()
    symptoms_since_on: date | None = None


@dataclass(frozen=True)
class Invite:
    """Ask somebody to join the clinic in a role."""

    name: str
    email: str
    role: Role
    time_zone: str
    profile: PatientProfile = field(default_factory=PatientProfile)


OWN_WORDS = ("goal", "kit", "aggravator", "symptoms_since_on")
"""What patients correct of their profile themselves."""


def create_clinic(
    db: Session,
    name: str,
    time_zone: str,
    week_starts_on: WeekStart,
    now: datetime,
    second_factor_for: SecondFactorFor = SecondFactorFor.MANAGERS,
) -> Clinic:
    """Begin a clinic; it has no members and no library yet."""
    clinic = Clinic(
        name=name,
        time_zone=time_zone,
        week_starts_on=week_starts_on,
        second_factor_for=second_factor_for,
        created_at=now,
    )
    db.add(clinic)
    db.flush()
    return clinic


def invite(
    db: Session,
    actor: Actor | None,
    command: Invite,
    now: datetime,
    *,
    address: str,
    by_mail: bool = False,
) -> str:
    """Make a pending member and return the link, once; `address` takes the token for `{}`.

    The actor is None only where the operator invites a clinic's first manager. A letter is written
    `by_mail` alone: a link that nobody will send has no business in the outbox.
    """
    if actor and command.role not in invitable(actor):
        raise Refused({"role": _("You can invite patients; a manager invites colleagues.")})
    person = _person(db, command, now)
    known = db.scalars(select(Membership).where(Membership.person_id == person.id)).one_or_none()
    if known:
        raise Refused({"email": _already(known)})
    member = Membership(
        person_id=person.id, role=command.role, standing=Standing.PENDING, created_at=now
    )
    _add_new(db, member)
    if command.role is Role.PATIENT:
        _add_patient(db, actor, member, command.profile)
    audit.record(db, actor, "member.invited", subject_id=member.id, role=command.role)
    link = _new_link(db, member, now, address)
    if by_mail:
        _post_invitation(db, member, person, link)
    return link


def _add_new(db: Session, row: Person | Membership) -> None:
    """Add what may exist once only; a second click at the same moment reads like a later one."""
    db.add(row)
    try:
        db.flush()
    except IntegrityError as problem:
        raise Refused({"email": _("This address was invited a moment ago.")}) from problem


def _already(member: Membership) -> str:
    if member.standing is Standing.PENDING:
        return _(
            "This address is already invited. You can send the invitation again from the list."
        )
    return _("This address already belongs to a member of your clinic.")


def _person(db: Session, command: Invite, now: datetime) -> Person:
    email = queries.address_of(command.email)
    person = db.scalars(select(Person).where(Person.email == email)).one_or_none()
    if person is None:
        person = Person(
            name=command.name.strip(), email=email, time_zone=command.time_zone, created_at=now
        )
        _add_new(db, person)
    return person


def _add_patient(
    db: Session, actor: Actor | None, member: Membership, profile: PatientProfile
) -> None:
    clinic = queries.clinic(db, db.info["clinic_id"])
    patient = Patient(
        membership_id=member.id,
        week_starts_on=clinic.week_starts_on,
        **_profile_columns(db, profile),
    )
    db.add(patient)
    db.flush()
    audit.record(db, actor, "patient.added", patient_id=patient.id)


def _profile_columns(db: Session, profile: PatientProfile) -> dict[str, object]:
    if profile.physio_id and profile.physio_id not in {p.id for p in queries.physios(db)}:
        raise Refused({"physio_id": _("Please choose a physio of your clinic.")})
    return vars(profile) | {
        "kit": list(profile.kit),
        "blocked_cautions": list(profile.blocked_cautions),
    }


def invite_again(
    db: Session,
    actor: Actor,
    membership_id: UUID,
    now: datetime,
    *,
    address: str,
    by_mail: bool = False,
) -> tuple[Person, str]:
    """Replace a pending member's link by a new one; return who is invited and the link."""
    member = queries.membership(db, membership_id)
    if member.role not in invitable(actor):
        raise Forbidden({"": _("You can invite patients; a manager invites colleagues.")})
    if member.standing is not Standing.PENDING:
        raise Refused({"": _("This person is not waiting for an invitation.")})
    person = queries.person(db, member.person_id)
    audit.record(db, actor, "member.invited_again", subject_id=member.id)
    link = _new_link(db, member, now, address)
    if by_mail:
        _post_invitation(db, member, person, link)
    return person, link


def _new_link(db: Session, member: Membership, now: datetime, address: str) -> str:
    """Make a link that can be used, and end those before it."""
    token = tokens.issue(db, Purpose.INVITATION, member.person_id, now, membership_id=member.id)
    return address.replace("{}", token)


def _post_invitation(db: Session, member: Membership, person: Person, link: str) -> None:
    clinic = queries.clinic(db, member.clinic_id)
    mail.post(
        db,
        person.email,
        _("%(clinic)s invites you to Rehab Tracker", clinic=clinic.name),
        _(
            "Hello %(name)s,\n\n%(clinic)s uses Rehab Tracker for home exercises. "
            "Open this link within 7 days to join; it works once:\n\n%(link)s\n\n"
            "If you did not expect this letter, you can ignore it.\n",
            name=person.name,
            clinic=clinic.name,
            link=link,
        ),
    )


def join(db: Session, invitation: queries.OpenInvitation, password: str, now: datetime) -> None:
    """Use an invitation: set the password, or check the one there is, and let the member act."""
    person, member = invitation.person, invitation.member
    if person.password_hash is None:
        weak = passwords.objection(password, (member.role,), (person.name, person.email))
        if weak:
            raise Refused({"password": weak})
        person.password_hash = passwords.keep(password)
    elif not passwords.matches(person.password_hash, password):
        raise Refused({"password": _("This is not the password of your existing account.")})
    if not tokens.consume(db, invitation.token, now):
        raise Refused({"": _("This invitation was used or replaced a moment ago.")})
    member.standing = Standing.ACTIVE
    audit.record(db, None, "member.joined", subject_id=member.id, clinic_id=member.clinic_id)


def change_own_details(db: Session, actor: Actor, name: str, time_zone: str, now: datetime) -> None:
    """Change the acting person's name and time zone; a patient's record keeps the earlier ones."""
    person = queries.person(db, actor.person_id)
    before = _put_right(person, {"name": name.strip(), "time_zone": time_zone})
    if before and actor.patient_id:
        _keep_earlier(db, actor, actor.patient_id, before, now)
    audit.record(db, actor, "person.changed", subject_id=actor.membership_id, fields=[*before])


def change_patient(
    db: Session, actor: Actor, patient_id: UUID, profile: PatientProfile, now: datetime
) -> None:
    """Change what the clinic knows of a patient; the assigned physio changes elsewhere."""
    patient = queries.patient_card(db, patient_id).patient
    if not may_edit(actor, patient):
        raise Forbidden({"": _("Take this patient over first, then you can change the profile.")})
    columns = _profile_columns(db, profile)
    del columns["physio_id"]
    _correct(db, actor, patient, columns, now)


def correct_own_profile(db: Session, actor: Actor, profile: PatientProfile, now: datetime) -> None:
    """Change what patients say of themselves; the rest of the profile is their physio's word."""
    assert actor.patient_id is not None
    patient = queries.patient_card(db, actor.patient_id).patient
    columns = _profile_columns(db, profile)
    _correct(db, actor, patient, {name: columns[name] for name in OWN_WORDS}, now)


def _correct(
    db: Session, actor: Actor, patient: Patient, columns: Mapping[str, object], now: datetime
) -> None:
    if before := _put_right(patient, columns):
        _keep_earlier(db, actor, patient.id, before, now)
        audit.record(db, actor, "patient.changed", patient_id=patient.id, fields=[*before])


def _put_right(row: Person | Patient, columns: Mapping[str, object]) -> dict[str, object]:
    """Change what differs, and return how that read before."""
    before = {name: getattr(row, name) for name in columns if getattr(row, name) != columns[name]}
    for name in before:
        setattr(row, name, columns[name])
    return before


def _keep_earlier(
    db: Session, actor: Actor, patient_id: UUID, before: Mapping[str, object], now: datetime
) -> None:
    """Keep how something read beside the record; not in the audit, which outlives it."""
    content = {k: str(v) if isinstance(v, date) else v for k, v in before.items()}
    row = ProfileRevision(
        patient_id=patient_id, content=content, replaced_at=now, replaced_by=actor.membership_id
    )
    db.add(row)


def assign_physio(db: Session, actor: Actor, patient_id: UUID, physio_id: UUID | None) -> None:
    """Give a patient to a physio of the clinic."""
    patient = queries.patient_card(db, patient_id).patient
    if physio_id not in {p.id for p in queries.physios(db)}:
        raise Refused({"physio_id": _("Please choose a physio of your clinic.")})
    if patient.physio_id == physio_id:
        return
    audit.record(
        db,
        actor,
        "patient.assigned",
        patient_id=patient_id,
        subject_id=physio_id,
        before=str(patient.physio_id) if patient.physio_id else None,
    )
    patient.physio_id = physio_id


def change_role(db: Session, actor: Actor, membership_id: UUID, role: Role, now: datetime) -> None:
    """Make a physio a manager or the other way round; their sign-ins in this clinic end."""
    member = queries.membership(db, membership_id)
    if member.id == actor.membership_id:
        raise Refused({"role": _("You cannot change your own role; another manager can.")})
    if Role.PATIENT in {member.role, role}:
        raise Refused({"role": _("Patients stay patients; invite a colleague instead.")})
    audit.record(
        db, actor, "member.role_changed", subject_id=member.id, before=member.role, after=role
    )
    member.role = role
    sign_ins.end_member_sign_ins(db, member.id, now)


def disable(db: Session, actor: Actor, membership_id: UUID, now: datetime) -> None:
    """Stop a member from acting; their sign-ins in this clinic end, their link opens nothing."""
    member = queries.membership(db, membership_id)
    if member.id == actor.membership_id:
        raise Refused({"": _("You cannot disable yourself; another manager can.")})
    member.standing = Standing.DISABLED
    sign_ins.end_member_sign_ins(db, member.id, now)
    audit.record(db, actor, "member.disabled", subject_id=member.id)


def enable(db: Session, actor: Actor, membership_id: UUID) -> None:
    """Let a disabled member act again, or wait for their invitation again if they never joined."""
    member = queries.membership(db, membership_id)
    if member.standing is not Standing.DISABLED:
        raise Refused({"": _("This person is not disabled.")})
    waits = db.scalar(
        select(exists().where(OneTimeToken.membership_id == member.id, tokens.unused()))
    )
    member.standing = Standing.PENDING if waits else Standing.ACTIVE
    audit.record(db, actor, "member.enabled", subject_id=member.id)
