"""Who may invite whom, and what a link is good for."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts import actions, mail, queries
from rehab_tracker.accounts.actions import Invite, PatientProfile
from rehab_tracker.accounts.models import (
    Aggravator,
    Clinic,
    Knee,
    Membership,
    OneTimeToken,
    OutboxMail,
    Patient,
    Person,
    Standing,
)
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Database
from rehab_tracker.foundation.errors import Forbidden, Refused
from tests.builders.people import LONG_AGO, PASSWORD, Somebody, a_member
from tests.features.accounts.conftest import Team
from tests.features.accounts.steps import (
    NOW,
    WEEK,
    at_once,
    deeds,
    invite,
    is_open,
    join,
)


def test_an_invited_patient_joins_with_everything_the_physio_wrote(
    db: Session, database: Database, team: Team
):
    profile = PatientProfile(
        team.physio.member.id, Knee.LEFT, Aggravator.RUNNING, "Run 5 km", ("mat",), ("impact",),
        LONG_AGO.date(),
    )  # fmt: skip
    token = invite(db, team.physio, email=" New@Example.ORG ", profile=profile)
    db.commit()
    join(database, token)
    person = db.scalars(select(Person).where(Person.email == "new@example.org")).one()
    member = db.scalars(select(Membership).where(Membership.person_id == person.id)).one()
    patient = db.scalars(select(Patient).where(Patient.membership_id == member.id)).one()
    assert member.standing is Standing.ACTIVE
    assert patient.physio_id == team.physio.member.id
    assert (patient.affected_side, patient.kit, patient.blocked_cautions) == (
        Knee.LEFT, ["mat"], ["impact"],
    )  # fmt: skip
    assert deeds(db) == ["member.invited", "member.joined", "patient.added"]


def test_an_audit_event_holds_no_names(db: Session, team: Team):
    invite(db, team.manager)
    db.flush()
    for event in db.scalars(select(AuditEvent)):
        assert "Yael" not in str(event.details)
        assert "new@" not in str(event.details)


@pytest.mark.parametrize("role", [Role.PHYSIO, Role.MANAGER])
def test_a_physio_invites_no_colleagues(db: Session, team: Team, role: Role):
    with pytest.raises(Refused, match="manager invites"):
        invite(db, team.physio, role)


@pytest.mark.parametrize("role", Role)
def test_a_manager_invites_everybody(db: Session, team: Team, role: Role):
    assert len(invite(db, team.manager, role)) == 43


@pytest.mark.usefixtures("clinic")
def test_the_operator_invites_a_clinics_first_manager(db: Session):
    assert invite(db, None, Role.MANAGER)


@pytest.mark.parametrize(
    ("standing", "sentence"), [(Standing.PENDING, "already invited"), (Standing.ACTIVE, "belongs")]
)
def test_nobody_is_invited_twice(
    db: Session, clinic: Clinic, team: Team, standing: Standing, sentence: str
):
    known = a_member(db, clinic, standing=standing)
    with pytest.raises(Refused, match=sentence) as refused:
        invite(db, team.manager, email=known.person.email.upper())
    assert set(refused.value.problems) == {"email"}


def test_two_clicks_at_the_same_moment_invite_once(app: Flask, database: Database, team: Team):
    def click() -> bool:
        with database.session(clinic_id=team.manager.clinic.id) as db:
            invite(db, team.manager)
            db.commit()
        return True

    assert at_once(app, 2, click) == 1


def test_another_clinics_physio_cannot_be_assigned(db: Session, team: Team, elsewhere: Somebody):
    with pytest.raises(Refused) as refused:
        invite(db, team.physio, profile=PatientProfile(physio_id=elsewhere.member.id))
    assert set(refused.value.problems) == {"physio_id"}


def test_a_link_works_once(db: Session, database: Database, team: Team):
    token = invite(db, team.physio)
    db.commit()
    join(database, token)
    assert not is_open(database, token)


def test_of_many_who_use_a_link_at_once_exactly_one_joins(
    app: Flask, db: Session, database: Database, team: Team
):
    token = invite(db, team.physio)
    db.commit()

    def use() -> bool:
        join(database, token)
        return True

    assert at_once(app, 20, use) == 1
    assert deeds(db).count("member.joined") == 1


def test_a_link_ends_after_7_days(db: Session, database: Database, team: Team):
    token = invite(db, team.physio)
    db.commit()
    assert is_open(database, token, NOW + WEEK - timedelta(seconds=1))
    assert not is_open(database, token, NOW + WEEK)


def test_a_new_link_ends_the_one_before(db: Session, database: Database, team: Team):
    first = invite(db, team.physio)
    db.commit()
    member = db.scalars(select(Membership).where(Membership.standing == Standing.PENDING)).one()
    _, second = actions.invite_again(db, team.physio.actor, member.id, NOW, address="{}")
    db.commit()
    assert not is_open(database, first)
    assert is_open(database, second)


def test_a_link_that_ended_while_somebody_typed_is_not_used(
    db: Session, database: Database, team: Team
):
    token = invite(db, team.physio)
    db.commit()
    with database.all_clinics(because="a test types slowly", reads_only=True) as slow:
        opened = queries.open_invitation(slow, token, NOW)
    assert opened
    actions.invite_again(db, team.physio.actor, opened.member.id, NOW, address="{}")
    db.commit()
    with (
        database.all_clinics(because="a test joins") as late,
        pytest.raises(Refused, match="replaced"),
    ):
        actions.join(late, opened, PASSWORD, NOW)


def test_a_link_is_not_kept_where_a_thief_could_read_it(db: Session, team: Team):
    token = invite(db, team.physio)
    db.flush()
    assert db.scalars(select(OneTimeToken.token_hash)).one() != token
    assert db.scalars(select(OutboxMail)).all() == []


def test_who_has_joined_is_not_invited_again(db: Session, team: Team):
    with pytest.raises(Refused):
        actions.invite_again(db, team.manager.actor, team.colleague.member.id, NOW, address="{}")


def test_a_physio_does_not_get_a_managers_link(db: Session, team: Team):
    invite(db, team.manager, Role.MANAGER)
    member = db.scalars(select(Membership).where(Membership.standing == Standing.PENDING)).one()
    with pytest.raises(Forbidden):
        actions.invite_again(db, team.physio.actor, member.id, NOW, address="{}")


def test_a_weak_password_leaves_the_link_open(db: Session, database: Database, team: Team):
    token = invite(db, team.physio)
    db.commit()
    with pytest.raises(Refused, match="easy to guess"):
        join(database, token, "password1234")
    assert is_open(database, token)


def test_somebody_of_another_clinic_joins_with_their_own_password(
    db: Session, database: Database, team: Team, elsewhere: Somebody
):
    token = invite(db, team.manager, Role.PHYSIO, elsewhere.person.email)
    db.commit()
    with pytest.raises(Refused, match="existing account"):
        join(database, token, "another long password here")
    join(database, token, PASSWORD)
    with database.all_clinics(because="a test counts clinics", reads_only=True) as everywhere:
        own = queries.own_memberships(everywhere, elsewhere.person.id)
    assert [name for _member, name in own] == ["Hillside", team.manager.clinic.name]


def test_an_invitation_never_renames_somebody_of_another_clinic(
    db: Session, team: Team, elsewhere: Somebody
):
    invite(db, team.manager, Role.PHYSIO, elsewhere.person.email)
    assert queries.person(db, elsewhere.person.id).name == "Moana Parata"


def test_a_letter_is_written_only_where_it_can_be_sent(db: Session, team: Team):
    command = Invite("Yael", "new@example.org", Role.PATIENT, "UTC")
    link = actions.invite(db, team.physio.actor, command, NOW, address="https://x/{}", by_mail=True)
    db.flush()
    letter = db.scalars(select(OutboxMail)).one()
    assert letter.recipient == "new@example.org"
    assert link in letter.body
    assert mail.SENT not in letter.body


def test_a_waiting_invitation_shows_until_when_it_works(db: Session, team: Team):
    invite(db, team.physio)
    db.flush()
    waiting = [m for m in queries.members(db, Role.PATIENT) if m.standing is Standing.PENDING]
    assert [(m.email, m.invited_until) for m in waiting] == [("new@example.org", NOW + WEEK)]
