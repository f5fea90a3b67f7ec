"""One member as their manager sees them: role, access, and a lost second step."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts import factor_resets, queries
from rehab_tracker.accounts.models import (
    Authenticator,
    Membership,
    RecoveryCode,
    SecondFactorReset,
    SignIn,
    Standing,
)
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Database
from rehab_tracker.foundation.errors import Forbidden
from tests.builders.people import LONG_AGO, Somebody
from tests.client import CheckedClient
from tests.features.accounts.conftest import As, Letters, Team
from tests.features.accounts.steps import deeds, sign_in
from tests.features.accounts.test_second_factor import give_app

DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.stopped(LONG_AGO):
        yield


def page_of(somebody: Somebody) -> str:
    return f"/team/{somebody.member.id}"


# Role and access


def test_a_physio_becomes_a_manager_and_is_signed_out(
    team: Team, as_: As, stranger: CheckedClient, db: Session
):
    theirs, manager = as_(team.physio), as_(team.manager)
    assert manager.post(f"{page_of(team.physio)}/role", data={"role": "manager"}).status_code == 303
    assert theirs.get("/me").status_code == 303
    sign_in(stranger, team.physio)
    assert stranger.get("/team").status_code == 200
    event = db.scalars(select(AuditEvent)).one()
    assert event.action == "member.role_changed"
    assert event.details == {"before": "physio", "after": "manager"}


def test_the_patients_of_who_is_no_physio_any_more_are_listed_as_not_assigned(
    team: Team, as_: As, db: Session
):
    as_(team.manager).post(f"{page_of(team.physio)}/role", data={"role": "manager"})
    card = queries.patient_card(db, team.patient.id)
    assert card.physio_name is None
    assert [c.id for c in queries.patient_cards(db, queries.looked_after_by_nobody())] == [card.id]


@pytest.mark.parametrize(
    ("whose", "role"),
    [("manager", "physio"), ("patient", "manager"), ("physio", "patient"), ("physio", "boss")],
)
def test_nobody_changes_their_own_role_and_patients_stay_patients(
    team: Team, as_: As, db: Session, whose: str, role: str
):
    answer = as_(team.manager).post(f"{page_of(getattr(team, whose))}/role", data={"role": role})
    assert answer.status_code == 422
    of_whom = Membership.id == getattr(team, whose).member.id
    assert db.scalars(select(Membership.role).where(of_whom)).one() == whose


def test_disabling_says_what_it_does_before_it_is_done(team: Team, as_: As, db: Session):
    manager = as_(team.manager)
    assert f"{page_of(team.physio)}/disable" in manager.get(page_of(team.physio)).text
    asked = manager.get(f"{page_of(team.physio)}/disable")
    assert "Their patients are listed as not assigned" in asked.text
    assert "can enable them again" in asked.text
    member = db.scalars(select(Membership).where(Membership.id == team.physio.member.id)).one()
    assert member.standing is Standing.ACTIVE


def test_a_manager_sees_no_way_to_lock_themselves_out(team: Team, as_: As):
    page = as_(team.manager).get(page_of(team.manager)).text
    assert "/disable" not in page
    assert "/role" not in page


@pytest.mark.parametrize("who", ["physio", "patient"])
@pytest.mark.parametrize("path", ["", "/disable", "/role", "/second-step"])
def test_members_are_the_managers_alone(team: Team, as_: As, who: str, path: str):
    method = "GET" if path in {"", "/disable"} else "POST"
    address = page_of(team.colleague) + path
    assert as_(getattr(team, who)).open(address, method=method).status_code == 403


# A lost second step


@pytest.fixture
def lost(team: Team, database: Database) -> Somebody:
    """Return who lost their phone and their codes."""
    give_app(database, team.physio)
    return team.physio


def ask(manager: CheckedClient, somebody: Somebody) -> None:
    assert manager.post(f"{page_of(somebody)}/second-step").status_code == 303


def wish_of(database: Database) -> str:
    with database.all_clinics(because="a test looks", reads_only=True) as db:
        is_open = SecondFactorReset.ended_at.is_(None)
        return str(db.scalars(select(SecondFactorReset.id).where(is_open)).one())


def has_factor(database: Database, somebody: Somebody) -> bool:
    with database.all_clinics(because="a test looks", reads_only=True) as db:
        on = queries.person(db, somebody.person.id).second_factor_since is not None
        for table in (Authenticator, RecoveryCode):
            assert bool(db.scalars(select(table.person_id)).all()) == on
    return on


def test_a_colleague_approves_and_the_password_is_enough_again(
    team: Team, lost: Somebody, as_: As, stranger: CheckedClient, db: Session, database: Database
):
    manager, colleague = as_(team.manager), as_(team.colleague)
    sign_in(stranger, lost)
    ask(manager, lost)
    assert has_factor(database, lost)
    assert "waits for one of: Amina Yusuf" in manager.get(page_of(lost)).text
    assert "asks you to approve" in colleague.get("/me").text
    wish = wish_of(database)
    assert wish in colleague.get("/approvals").text
    assert colleague.post(f"/approvals/{wish}/approve").status_code == 303
    assert not has_factor(database, lost)
    assert stranger.get("/me").location.startswith("/sign-in?")
    assert sign_in(stranger, lost).location == "/"
    assert deeds(db) == ["second_factor.reset", "second_factor.reset_asked"]


def test_who_asks_and_whom_it_is_about_do_not_approve(
    team: Team, lost: Somebody, as_: As, db: Session, database: Database
):

    ask(as_(team.manager), lost)
    wish = wish_of(database)
    answer = as_(team.manager).post(f"/approvals/{wish}/approve")
    assert answer.status_code == 403
    assert "Somebody else" in answer.text
    assert as_(team.patient).post(f"/approvals/{wish}/approve").status_code == 403
    with pytest.raises(Forbidden, match="Somebody else"):
        factor_resets.approve(db, lost.actor, UUID(wish), LONG_AGO)


def test_an_approval_counts_once(team: Team, lost: Somebody, as_: As, database: Database):
    ask(as_(team.manager), lost)
    wish = wish_of(database)
    colleague = as_(team.colleague)
    codes = [colleague.post(f"/approvals/{wish}/approve").status_code for _ in range(2)]
    assert codes == [303, 404]


def test_a_refused_wish_changes_nothing(
    team: Team, lost: Somebody, as_: As, db: Session, database: Database
):
    ask(as_(team.manager), lost)
    wish = wish_of(database)
    as_(team.colleague).post(f"/approvals/{wish}/refuse")
    assert as_(team.colleague).post(f"/approvals/{wish}/approve").status_code == 404
    assert has_factor(database, lost)
    ask(as_(team.manager), lost)
    asked, refused = "second_factor.reset_asked", "second_factor.reset_refused"
    assert deeds(db) == [asked, asked, refused]


def test_everybody_concerned_gets_a_letter(
    team: Team, lost: Somebody, as_: As, letters: Letters, database: Database
):
    ask(as_(team.manager), lost)
    told = {letter["To"]: letter.get_content() for letter in letters()}
    assert set(told) == {lost.person.email, team.colleague.person.email}
    assert "tell your clinic at once" in told[lost.person.email]
    as_(team.colleague).post(f"/approvals/{wish_of(database)}/approve")
    (done,) = letters()
    assert done["To"] == lost.person.email
    assert "took your second step away" in done.get_content()


@pytest.mark.parametrize("who", ["colleague", "manager"])
def test_what_cannot_be_reset_is_refused_with_the_reason(
    team: Team, as_: As, db: Session, who: str
):
    answer = as_(team.manager).post(f"{page_of(getattr(team, who))}/second-step")
    assert answer.status_code == 422
    assert db.scalars(select(SecondFactorReset)).all() == []


def test_it_is_asked_for_once(team: Team, lost: Somebody, as_: As):
    ask(as_(team.manager), lost)
    assert as_(team.manager).post(f"{page_of(lost)}/second-step").status_code == 422


def test_no_single_clinic_resets_somebody_of_two(
    team: Team, lost: Somebody, as_: As, elsewhere: Somebody, database: Database
):
    with database.of_clinic(elsewhere.clinic.id) as far:
        far.add(
            Membership(
                person_id=lost.person.id, role=Role.PHYSIO, standing=Standing.ACTIVE,
                created_at=LONG_AGO,
            )
        )  # fmt: skip
    answer = as_(team.manager).post(f"{page_of(lost)}/second-step")
    assert answer.status_code == 422
    assert "Whoever runs the server" in answer.text


def test_a_manager_who_is_alone_waits_for_a_day(
    team: Team, lost: Somebody, as_: As, db: Session, database: Database
):
    team.colleague.member.standing = Standing.DISABLED
    db.commit()
    ask(as_(team.manager), lost)
    wish = wish_of(database)
    assert "can be carried out a day after" in as_(team.manager).get(page_of(lost)).text
    clock.advance(DAY - timedelta(seconds=1))
    assert as_(team.manager).post(f"/approvals/{wish}/carry-out").status_code == 403
    clock.advance(timedelta(seconds=1))
    assert "Reset it now" in as_(team.manager).get(page_of(lost)).text
    assert as_(team.manager).post(f"/approvals/{wish}/carry-out").status_code == 303
    assert not has_factor(database, lost)


def test_a_day_does_not_replace_a_colleague_who_could_approve(
    team: Team, lost: Somebody, as_: As, database: Database
):
    ask(as_(team.manager), lost)
    wish = wish_of(database)
    clock.advance(DAY * 30)
    assert as_(team.manager).post(f"/approvals/{wish}/carry-out").status_code == 403
    assert has_factor(database, lost)


def test_asking_and_approving_ask_for_the_password_after_10_minutes(
    team: Team, lost: Somebody, as_: As, database: Database
):
    ask(as_(team.manager), lost)
    wish = wish_of(database)
    colleague, manager = as_(team.colleague), as_(team.manager)
    clock.advance(timedelta(minutes=10))
    assert "once more" in colleague.post(f"/approvals/{wish}/approve").text
    assert "once more" in manager.post(f"{page_of(lost)}/second-step").text


def test_the_operator_resets_a_second_step(
    lost: Somebody, as_: As, db: Session, database: Database
):
    as_(lost)
    with database.all_clinics(because="the operator helps") as own:
        assert not factor_resets.reset_by_operator(own, "nobody@example.org", LONG_AGO)
        assert factor_resets.reset_by_operator(own, lost.person.email, LONG_AGO)
    assert not has_factor(database, lost)
    assert None not in db.scalars(select(SignIn.revoked_at)).all()
    assert deeds(db) == ["second_factor.reset"]
