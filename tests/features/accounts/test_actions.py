"""Standing, passwords, and who looks after whom."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts import actions, queries, recovery, sign_ins
from rehab_tracker.accounts.actions import PatientProfile
from rehab_tracker.accounts.models import (
    Membership,
    SignIn,
    Standing,
)
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Database
from rehab_tracker.foundation.errors import Forbidden, NotVisible, Refused
from tests.builders.people import PASSWORD, Somebody
from tests.features.accounts.conftest import Team
from tests.features.accounts.steps import NOW, deeds, invite, is_open


def test_signing_in_leads_to_the_first_clinic_where_one_may_act(
    database: Database, team: Team, elsewhere: Somebody
):
    with database.of_clinic(elsewhere.clinic.id) as far:
        far.add(
            Membership(
                person_id=team.physio.person.id,
                role=Role.MANAGER,
                standing=Standing.ACTIVE,
                created_at=NOW,
            )
        )

    def clinic_of(somebody: Somebody) -> UUID | None:
        with database.all_clinics(because="a test signs in", reads_only=True) as db:
            member = sign_ins.authenticate(db, somebody.person.email, PASSWORD)
        return member.clinic_id if member else None

    assert clinic_of(team.physio) == team.physio.clinic.id
    with database.of_clinic(team.physio.clinic.id) as db:
        actions.disable(db, team.manager.actor, team.physio.member.id, NOW)
    assert clinic_of(team.physio) == elsewhere.clinic.id


def test_disabling_ends_the_sign_ins_of_this_clinic_alone(
    db: Session, database: Database, team: Team, elsewhere: Somebody
):
    with database.of_clinic(elsewhere.clinic.id) as far:
        second = Membership(
            person_id=team.physio.person.id, role=Role.PHYSIO, standing=Standing.ACTIVE,
            created_at=NOW,
        )  # fmt: skip
        far.add(second)
    with database.all_clinics(because="a test signs in") as everywhere:
        sign_ins.begin_sign_in(everywhere, "here", team.physio.member, NOW)
        sign_ins.begin_sign_in(everywhere, "there", second, NOW)
    actions.disable(db, team.manager.actor, team.physio.member.id, NOW)
    db.commit()
    assert dict(db.execute(select(SignIn.key, SignIn.revoked_at)).all()) == {
        "here": NOW,
        "there": None,
    }
    assert deeds(db) == ["member.disabled"]


def test_nobody_disables_themselves(db: Session, team: Team):
    with pytest.raises(Refused, match="yourself"):
        actions.disable(db, team.manager.actor, team.manager.member.id, NOW)


def test_another_clinics_member_does_not_exist(db: Session, team: Team, elsewhere: Somebody):
    with pytest.raises(NotVisible):
        actions.disable(db, team.manager.actor, elsewhere.member.id, NOW)
    with pytest.raises(NotVisible):
        actions.enable(db, team.manager.actor, elsewhere.member.id)


def test_a_member_who_is_enabled_acts_again(db: Session, team: Team):
    actions.disable(db, team.manager.actor, team.physio.member.id, NOW)
    actions.enable(db, team.manager.actor, team.physio.member.id)
    assert queries.membership(db, team.physio.member.id).standing is Standing.ACTIVE
    with pytest.raises(Refused):
        actions.enable(db, team.manager.actor, team.physio.member.id)


def test_who_never_joined_still_has_to_join_after_being_enabled(
    db: Session, database: Database, team: Team
):
    token = invite(db, team.physio)
    db.flush()
    member = db.scalars(select(Membership).where(Membership.standing == Standing.PENDING)).one()
    actions.disable(db, team.manager.actor, member.id, NOW)
    db.commit()
    assert not is_open(database, token)
    actions.enable(db, team.manager.actor, member.id)
    db.commit()
    assert member.standing is Standing.PENDING
    assert is_open(database, token)


def test_a_change_of_password_ends_every_other_sign_in(db: Session, database: Database, team: Team):
    with database.all_clinics(because="a test signs in") as everywhere:
        for key in ("phone", "desk"):
            sign_ins.begin_sign_in(everywhere, key, team.physio.member, NOW)
    with database.all_clinics(because="a password is the person's") as own:
        actor = replace(team.physio.actor, session_key="desk")
        recovery.change_password(own, actor, PASSWORD, "four brave otters dance", NOW)
    ended = dict(db.execute(select(SignIn.key, SignIn.revoked_at)).all())
    assert ended == {"phone": NOW, "desk": None}
    assert deeds(db) == ["password.changed"]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("wrong", "four brave otters dance", "old_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "Jonas Weber 1", "new_password"),
    ],
)
def test_a_password_is_not_changed_to_a_weak_one_or_by_somebody_else(
    database: Database, team: Team, old: str, new: str, field: str
):
    with (
        database.all_clinics(because="a password is the person's") as own,
        pytest.raises(Refused) as refused,
    ):
        recovery.change_password(own, team.physio.actor, old, new, NOW)
    assert set(refused.value.problems) == {field}


def test_taking_a_patient_over_is_recorded_with_who_it_was_before(db: Session, team: Team):
    colleague = team.colleague
    actions.assign_physio(db, colleague.actor, team.patient.id, colleague.member.id)
    db.commit()
    event = db.scalars(select(AuditEvent)).one()
    assert (event.action, event.membership_id) == ("patient.assigned", colleague.member.id)
    assert (event.patient_id, event.subject_id) == (team.patient.id, colleague.member.id)
    assert event.details == {"before": str(team.physio.member.id)}
    assert queries.patient_card(db, team.patient.id).physio_name == "Amina Yusuf"


@pytest.mark.parametrize("who", ["manager", "patient"])
def test_only_a_physio_looks_after_patients(db: Session, team: Team, who: str):
    with pytest.raises(Refused):
        actions.assign_physio(db, team.manager.actor, team.patient.id, getattr(team, who).member.id)


def test_a_disabled_physio_gets_no_patients(db: Session, team: Team):
    actions.disable(db, team.manager.actor, team.colleague.member.id, NOW)
    db.commit()
    with pytest.raises(Refused):
        actions.assign_physio(db, team.manager.actor, team.patient.id, team.colleague.member.id)


@pytest.mark.parametrize(
    ("who", "may"), [("manager", True), ("physio", True), ("colleague", False)]
)
def test_the_assigned_physio_and_managers_change_a_profile(
    db: Session, team: Team, who: str, may: bool
):
    actor, profile = getattr(team, who).actor, PatientProfile(goal="Dance", kit=("mat",))
    if not may:
        with pytest.raises(Forbidden, match="Take this patient over"):
            actions.change_patient(db, actor, team.patient.id, profile, NOW)
        return
    actions.change_patient(db, actor, team.patient.id, profile, NOW)
    db.commit()
    patient = queries.patient_card(db, team.patient.id).patient
    assert (patient.goal, patient.kit) == ("Dance", ["mat"])
    assert patient.physio_id == team.physio.member.id
    assert deeds(db) == ["patient.changed"]


def test_details_of_ones_own_are_changed(db: Session, team: Team):
    actions.change_own_details(db, team.physio.actor, " Jonas W. ", "Europe/Rome", NOW)
    db.commit()
    person = queries.person(db, team.physio.person.id)
    assert (person.name, person.time_zone) == ("Jonas W.", "Europe/Rome")
    assert deeds(db) == ["person.changed"]


def test_a_password_kept_with_weaker_settings_is_kept_anew_at_sign_in(db: Session, team: Team):
    from argon2 import PasswordHasher  # noqa: PLC0415

    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    person = queries.person(db, team.physio.person.id)
    person.password_hash = old
    db.commit()
    assert sign_ins.authenticate(db, person.email, PASSWORD)
    sign_ins.renew_password_hash(db, person.id, PASSWORD)
    assert person.password_hash != old
    assert sign_ins.authenticate(db, person.email, PASSWORD)


def test_time_is_read_from_the_clock_alone(db: Session, team: Team):
    with clock.stopped(NOW):
        actions.disable(db, team.manager.actor, team.colleague.member.id, clock.now())
        db.commit()
    assert db.scalars(select(AuditEvent.at)).one() == NOW
