"""The pages of one's own account, of the team, its invitations and its patients."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts import mail
from rehab_tracker.accounts.models import (
    Clinic,
    Membership,
    OneTimeToken,
    OutboxMail,
    Standing,
)
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Database
from tests.builders.people import LONG_AGO, PASSWORD, Somebody, a_member
from tests.client import CheckedClient
from tests.features.accounts.conftest import As, Team
from tests.features.accounts.postbox import Postbox
from tests.features.accounts.steps import (
    NEW,
    sign_in,
    token_in,
)

# One's own account


def test_ones_own_name_and_zone_are_changed(team: Team, as_: As):
    browser = as_(team.patient)
    typed = {"name": "Maria C. 🌊", "time_zone": "Europe/Lisbon"}
    assert browser.post("/me", data=typed).location == "/me"
    page = browser.get("/me").text
    assert "Maria C. 🌊" in page
    assert 'selected value="Europe/Lisbon"' in page


@pytest.mark.parametrize(
    ("name", "zone", "field"),
    [
        ("  ", "Europe/Rome", "name"),
        ("x" * 121, "Europe/Rome", "name"),
        ("a\x00b", "Europe/Rome", "name"),
        ("Maria", "Mars/Olympus", "time_zone"),
    ],
)
def test_impossible_details_are_refused_beside_their_field(
    team: Team, as_: As, name: str, zone: str, field: str
):
    response = as_(team.patient).post("/me", data={"name": name, "time_zone": zone})
    assert response.status_code == 422
    assert f'id="{field}-error"' in response.text
    assert "Maria Costa" in as_(team.patient).get("/me").text


@pytest.mark.usefixtures("app")
def test_a_changed_password_works_at_once_and_the_old_one_no_more(
    team: Team, as_: As, stranger: CheckedClient
):
    desk, phone = as_(team.physio), as_(team.physio)
    typed = {"old_password": PASSWORD, "new_password": "four brave otters dance"}
    assert desk.post("/me/password", data=typed).location == "/me"
    assert desk.get("/me").status_code == 200
    assert phone.get("/me").status_code == 303
    assert sign_in(stranger, team.physio).status_code == 422
    assert sign_in(stranger, team.physio, "four brave otters dance").status_code == 303


def test_a_weak_new_password_is_said_beside_its_field(team: Team, as_: As):
    typed = {"old_password": PASSWORD, "new_password": "short"}
    response = as_(team.physio).post("/me/password", data=typed)
    assert response.status_code == 422
    assert 'id="new_password-error"' in response.text
    assert "at least 12" in response.text


def test_a_person_of_two_clinics_goes_from_one_to_the_other(
    team: Team, elsewhere: Somebody, database: Database, as_: As
):
    with database.of_clinic(elsewhere.clinic.id) as far:
        second = Membership(
            person_id=team.physio.person.id,
            role=Role.MANAGER,
            standing=Standing.ACTIVE,
            created_at=LONG_AGO,
        )
        far.add(second)
    browser = as_(team.physio)
    before = browser.get_cookie("sid")
    assert "Hillside" in browser.get("/me").text
    browser.post(f"/me/clinic/{second.id}")
    assert "Manager at Hillside" in browser.get("/me").text
    after = browser.get_cookie("sid")
    assert before
    assert after
    assert before.value != after.value
    assert browser.get("/team").status_code == 200
    assert "Maria Costa" not in browser.get("/team").text


@pytest.mark.parametrize("whose", ["colleague", "elsewhere"])
def test_nobody_goes_to_a_clinic_as_somebody_else(
    team: Team, elsewhere: Somebody, as_: As, whose: str
):
    member = elsewhere if whose == "elsewhere" else team.colleague
    assert as_(team.physio).post(f"/me/clinic/{member.member.id}").status_code == 404


# The team


@pytest.mark.usefixtures("elsewhere")
def test_the_team_page_lists_everybody_with_their_standing_in_few_statements(
    team: Team, db: Session, clinic: Clinic, as_: As
):
    a_member(db, clinic, name="Gone Away", standing=Standing.DISABLED)
    db.commit()
    browser = as_(team.manager)
    browser.post("/invite", data=NEW)
    page = browser.get("/team").text
    for name in ("Nora Lindqvist", "Jonas Weber", "Maria Costa", "Gone Away", "Yael"):
        assert name in page
    assert "Invited until" in page
    assert "Disabled" in page
    assert "Moana" not in page
    assert len([line for line in browser.statements if line.startswith("SELECT")]) <= 4


def test_an_invitation_that_ran_out_says_so(team: Team, as_: As):
    with clock.stopped(LONG_AGO):
        as_(team.manager).post("/invite", data=NEW)
        clock.advance(timedelta(days=8))
        assert "Invitation ran out" in as_(team.manager).get("/team").text


@pytest.mark.parametrize("who", ["physio", "patient"])
def test_the_team_is_the_managers_alone(team: Team, as_: As, who: str):
    browser = as_(getattr(team, who))
    assert browser.get("/team").status_code == 403
    disabled = browser.post(f"/team/{team.colleague.member.id}/disable")
    assert disabled.status_code == 403


def test_a_disabled_member_is_out_at_once_and_comes_back_when_enabled(
    team: Team, as_: As, stranger: CheckedClient
):
    theirs, manager = as_(team.colleague), as_(team.manager)
    assert theirs.get("/me").status_code == 200
    assert manager.post(f"/team/{team.colleague.member.id}/disable").location == "/team"
    assert theirs.get("/me").status_code == 303
    assert sign_in(stranger, team.colleague).status_code == 422
    manager.post(f"/team/{team.colleague.member.id}/enable")
    assert theirs.get("/me").status_code == 303
    assert sign_in(stranger, team.colleague).status_code == 303


def test_a_manager_cannot_lock_themselves_out(team: Team, as_: As):
    browser = as_(team.manager)
    response = browser.post(f"/team/{team.manager.member.id}/disable")
    assert response.status_code == 422
    assert "another manager can" in response.text
    assert browser.get("/team").status_code == 200


# Inviting


def test_without_mail_the_link_is_on_the_page_and_nowhere_else(team: Team, as_: As, db: Session):
    response = as_(team.physio).post("/invite", data=NEW)
    assert token_in(response.text)
    assert "sends no e-mail" in response.text
    assert db.scalars(select(OutboxMail)).all() == []


def test_an_invitation_arrives_by_mail_and_its_link_lets_in(
    team: Team, as_: As, app: Flask, database: Database, postbox: Postbox, stranger: CheckedClient
):
    response = as_(team.physio).post("/invite", data=NEW)
    assert "on its way" in response.text
    mail.deliver(database, app.config["SETTINGS"])
    (letter,) = postbox.letters
    assert letter["To"] == NEW["email"]
    token = token_in(letter.get_content())
    assert token == token_in(response.text)
    assert stranger.get(f"/welcome/{token}").status_code == 200


@pytest.mark.usefixtures("postbox")
def test_a_refused_invitation_sends_no_letter(team: Team, as_: As, app: Flask, database: Database):
    as_(team.physio).post("/invite", data=NEW | {"email": team.patient.person.email})
    assert mail.deliver(database, app.config["SETTINGS"]) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "Ya\nel"),
        ("email", "nobody"),
        ("email", "a@b.org,c@d.org"),
        ("email", "Yael <a@b.org>"),
        ("email", f"{'x' * 250}@b.org"),
        ("time_zone", "Mars/Olympus"),
        ("physio_id", "00000000-0000-0000-0000-000000000000"),
        ("affected_side", ""),
        ("affected_side", "middle"),
        ("aggravator", "moonwalk"),
        ("kit", "jetpack"),
        ("goal", "x" * 301),
        ("goal", "a\x00b"),
        ("symptoms_since_on", "1850-01-01"),
        ("symptoms_since_on", "tomorrow"),
        ("symptoms_since_on", "2100-01-01"),
    ],
)
def test_an_impossible_invitation_is_refused_beside_its_field(
    team: Team, as_: As, db: Session, field: str, value: str
):
    response = as_(team.manager).post("/invite", data=NEW | {field: value})
    assert response.status_code == 422
    assert f'id="{field}-error"' in response.text
    if field != "email":
        assert NEW["email"] in response.text
    assert db.scalar(select(func.count(OneTimeToken.id))) == 0


@pytest.mark.parametrize("standing", [Standing.PENDING, Standing.ACTIVE])
def test_an_address_of_the_clinic_is_refused_beside_its_field(
    team: Team, as_: As, db: Session, clinic: Clinic, standing: Standing
):
    known = a_member(db, clinic, standing=standing)
    db.commit()
    response = as_(team.manager).post("/invite", data=NEW | {"email": known.person.email})
    assert response.status_code == 422
    assert 'id="email-error"' in response.text
    assert NEW["name"] in response.text


def test_a_physio_sees_patients_alone_to_invite_and_cannot_smuggle_a_role(
    team: Team, as_: As, db: Session
):
    browser = as_(team.physio)
    assert 'type="radio" id="role' not in browser.get("/invite?role=manager").text
    response = browser.post("/invite", data=NEW | {"role": "manager"})
    assert response.status_code == 422
    assert db.scalar(select(func.count(Membership.id)).where(
        Membership.standing == Standing.PENDING)) == 0  # fmt: skip


def test_a_colleague_is_invited_without_a_knee(team: Team, as_: As, db: Session):
    fields = {name: NEW[name] for name in ("name", "email", "time_zone")} | {"role": "physio"}
    assert as_(team.manager).post("/invite", data=fields).status_code == 201
    pending = select(Membership.role).where(Membership.standing == Standing.PENDING)
    assert db.scalars(pending).all() == [Role.PHYSIO]


def test_a_link_can_be_replaced(invited: str, team: Team, as_: As, db: Session, app: Flask):
    member = db.scalars(select(Membership).where(Membership.standing == Standing.PENDING)).one()
    db.commit()
    response = as_(team.physio).post(f"/invite/{member.id}")
    assert response.status_code == 201
    assert "Yael" in response.text
    assert app.test_client().get(f"/welcome/{invited}").status_code == 410
    assert app.test_client().get(f"/welcome/{token_in(response.text)}").status_code == 200


# A patient's profile and physio


def edit(patient: Somebody) -> str:
    return f"/patients/{patient.id}/edit"


PROFILE = {"affected_side": "both", "aggravator": "running", "goal": "Dance", "kit": ["mat"]}


def test_the_profile_is_changed(team: Team, as_: As):
    browser = as_(team.physio)
    assert browser.post(edit(team.patient), data=PROFILE).location == f"/patients/{team.patient.id}"
    page = browser.get(edit(team.patient)).text
    assert "Dance" in page
    assert re.search(r'value="both"[^>]* checked', page)
    assert re.search(r'value="mat"[^>]* checked', page)


def test_an_impossible_profile_is_refused_and_what_was_typed_is_kept(team: Team, as_: As):
    response = as_(team.physio).post(edit(team.patient), data=PROFILE | {"kit": ["jetpack"]})
    assert response.status_code == 422
    assert 'id="kit-error"' in response.text
    assert "Dance" in response.text


def test_another_physio_takes_the_patient_over_first(team: Team, as_: As, db: Session):
    browser = as_(team.colleague)
    assert "Take over" in browser.get(edit(team.patient)).text
    refused = browser.post(edit(team.patient), data=PROFILE)
    assert refused.status_code == 403
    assert "Take this patient over first" in refused.text
    browser.post(f"/patients/{team.patient.id}/take-over")
    assert browser.post(edit(team.patient), data=PROFILE).status_code == 303
    events = set(db.scalars(select(AuditEvent.action))) - {"record.read"}
    assert events == {"patient.assigned", "patient.changed"}


@pytest.mark.usefixtures("db")
def test_a_manager_hands_a_patient_over(team: Team, as_: As):
    browser = as_(team.manager)
    path = f"/patients/{team.patient.id}/reassign"
    browser.post(path, data={"physio_id": str(team.colleague.member.id)})
    assert "Amina Yusuf looks after" in browser.get(edit(team.patient)).text


@pytest.mark.parametrize("whose", ["nobody", "manager", "elsewhere"])
def test_a_patient_is_handed_to_a_physio_of_the_clinic_alone(
    team: Team, elsewhere: Somebody, as_: As, whose: str
):
    chosen: dict[str, UUID | str] = {
        "nobody": "", "manager": team.manager.member.id, "elsewhere": elsewhere.member.id,
    }  # fmt: skip
    path = f"/patients/{team.patient.id}/reassign"
    response = as_(team.manager).post(path, data={"physio_id": str(chosen[whose])})
    assert response.status_code == 422
    assert 'id="physio_id-error"' in response.text


@pytest.mark.parametrize(("who", "path"), [("physio", "reassign"), ("manager", "take-over")])
def test_handing_over_is_the_managers_and_taking_over_the_physios(
    team: Team, as_: As, who: str, path: str
):
    response = as_(getattr(team, who)).post(f"/patients/{team.patient.id}/{path}")
    assert response.status_code == 403


def test_a_patient_edits_nobody(team: Team, as_: As):
    assert as_(team.patient).get(edit(team.patient)).status_code == 403


def test_another_clinics_patient_does_not_exist(team: Team, elsewhere: Somebody, as_: As):
    browser = as_(elsewhere)
    assert browser.get(edit(team.patient)).status_code == 404
    assert browser.post(edit(team.patient), data=PROFILE).status_code == 404
