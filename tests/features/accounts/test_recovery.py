"""A forgotten password and an address that changes, by links in letters."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts import queries, recovery, tokens
from rehab_tracker.accounts.models import Clinic, OneTimeToken, OutboxMail, Purpose, Standing
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.db import Database
from tests.builders.people import LONG_AGO, PASSWORD, Somebody, a_member
from tests.client import CheckedClient
from tests.features.accounts.conftest import KEPT, As, Letters, Team
from tests.features.accounts.steps import NOW, at_once, deeds, link_in, plain, sign_in

NEW_PASSWORD = "four brave otters dance"
ASK = "/forgotten-password"


def asked(stranger: CheckedClient, letters: Letters, email: str) -> str:
    """Ask for a new password and return the link that arrives."""
    assert stranger.post(ASK, data={"email": email}).status_code == 200
    (letter,) = letters()
    assert letter["To"] == email
    return link_in(letter.get_content(), "/reset")


# A forgotten password


def test_a_forgotten_password_is_replaced_by_a_link_in_a_letter(
    team: Team, stranger: CheckedClient, letters: Letters
):
    link = asked(stranger, letters, team.patient.person.email)
    for _ in range(3):
        assert stranger.get(link).status_code == 200
    done = stranger.post(link, data={"password": NEW_PASSWORD})
    assert done.location == "/sign-in"
    assert "Please sign in" in stranger.get("/sign-in").text
    assert sign_in(stranger, team.patient).status_code == 422
    assert sign_in(stranger, team.patient, NEW_PASSWORD).status_code == 303
    for answer in (stranger.get(link), stranger.post(link, data={"password": PASSWORD})):
        assert answer.status_code == 410
        assert "This link is over" in answer.text


def test_a_new_password_signs_everybody_out_and_is_recorded(
    team: Team, as_: As, stranger: CheckedClient, letters: Letters, db: Session
):
    phone, desk, other = as_(team.patient), as_(team.patient), as_(team.physio)
    link = asked(stranger, letters, team.patient.person.email)
    stranger.post(link, data={"password": NEW_PASSWORD})
    assert [b.get("/me").status_code for b in (phone, desk, other)] == [303, 303, 200]
    assert deeds(db) == ["password.reset"]


def test_only_the_newest_link_works(team: Team, stranger: CheckedClient, letters: Letters):
    first = asked(stranger, letters, team.patient.person.email)
    second = asked(stranger, letters, team.patient.person.email)
    assert [stranger.get(link).status_code for link in (first, second)] == [410, 200]


def test_a_link_is_over_after_30_minutes(team: Team, stranger: CheckedClient, letters: Letters):
    with clock.stopped(LONG_AGO):
        link = asked(stranger, letters, team.patient.person.email)
        clock.advance(timedelta(minutes=30))
        assert stranger.post(link, data={"password": NEW_PASSWORD}).status_code == 410


@pytest.mark.parametrize(
    ("who", "password", "sentence"),
    [
        ("patient", "short", "at least 10"),
        ("physio", "x9!kQ2vb#Lm", "at least 12"),
        ("patient", "password1234", "easy to guess"),
        ("patient", "", "required"),
    ],
)
def test_a_weak_new_password_is_refused_and_the_link_stays_open(
    team: Team, stranger: CheckedClient, letters: Letters, who: str, password: str, sentence: str
):
    link = asked(stranger, letters, getattr(team, who).person.email)
    answer = stranger.post(link, data={"password": password})
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert sentence in answer.text
    assert stranger.post(link, data={"password": NEW_PASSWORD}).status_code == 303


def test_of_20_who_use_a_link_at_once_exactly_one_sets_a_password(
    app: Flask, db: Session, database: Database, team: Team
):
    token = tokens.issue(db, Purpose.RESET, team.patient.person.id, NOW)
    db.commit()

    def use() -> bool:
        with database.all_clinics(because="a test resets") as own:
            found = tokens.found(own, Purpose.RESET, token, NOW)
            if found:
                recovery.reset_password(own, found, NEW_PASSWORD, NOW)
        return found is not None

    assert at_once(app, 20, use) == 1
    assert deeds(db) == ["password.reset"]


def test_a_new_password_ends_a_change_of_address_that_a_thief_began(
    team: Team, as_: As, stranger: CheckedClient, letters: Letters
):
    as_(team.patient).post("/me/email", data={"email": "thief@example.org"})
    theirs = link_in(letters()[0].get_content(), "/email")
    link = asked(stranger, letters, team.patient.person.email)
    stranger.post(link, data={"password": NEW_PASSWORD})
    assert stranger.post(theirs).status_code == 410


@pytest.mark.usefixtures("team")
def test_without_mail_the_page_says_who_can_help(stranger: CheckedClient, db: Session):
    for answer in (stranger.get(ASK), stranger.post(ASK, data={"email": "x@example.org"})):
        assert "Please ask your clinic" in answer.text
        assert 'name="email"' not in answer.text
    assert db.scalars(select(OneTimeToken)).all() == []


def test_the_operator_makes_a_link_to_hand_over(
    team: Team, database: Database, stranger: CheckedClient, db: Session
):
    with database.all_clinics(because="the operator helps") as own:
        assert recovery.reset_link(own, "nobody@example.org", clock.now(), address="{}") is None
        link = recovery.reset_link(
            own, f" {team.patient.person.email.upper()}", clock.now(), address="/reset/{}"
        )
    assert link
    assert stranger.post(link, data={"password": NEW_PASSWORD}).status_code == 303
    assert deeds(db) == ["password.reset", "password.reset_link_made"]


# Nobody learns who has an account

WHO = ["patient", "disabled", "pending", "nobody"]


@pytest.fixture
def email_of(db: Session, clinic: Clinic, team: Team) -> Callable[[str], str]:
    disabled = a_member(db, clinic, standing=Standing.DISABLED, password_hash=KEPT)
    pending = a_member(db, clinic, standing=Standing.PENDING)
    db.commit()
    emails = {
        "patient": team.patient.person.email,
        "disabled": disabled.person.email,
        "pending": pending.person.email,
        "nobody": "nobody@example.org",
    }
    return emails.__getitem__


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize(
    ("path", "fields"), [("/sign-in", {"password": "a wrong password"}), (ASK, {})]
)
def test_known_and_unknown_addresses_cost_and_read_the_same(
    stranger: CheckedClient, email_of: Callable[[str], str], monkeypatch: pytest.MonkeyPatch,
    path: str, fields: dict[str, str],
):  # fmt: skip
    checks: list[str] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, kept: str, password: str) -> bool:
        checks.append(password)
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    seen = []
    for email in map(email_of, WHO):
        checks.clear()
        answer = stranger.post(path, data={"email": email, **fields})
        page = plain(answer.text, email)
        seen.append((answer.status_code, page, len(checks), stranger.statements))
    assert seen == [seen[0]] * len(WHO)
    assert seen[0][2] == len(fields)


@pytest.mark.usefixtures("team", "letters")
def test_an_unknown_address_gets_no_letter(stranger: CheckedClient, letters: Letters, db: Session):
    stranger.post(ASK, data={"email": "nobody@example.org"})
    assert letters() == []
    assert "/reset/" not in db.scalars(select(OutboxMail.body)).one()


# An address that changes


def change(browser: CheckedClient, letters: Letters, email: str = "new@example.org") -> str:
    """Ask for a new address and return the link that arrives there."""
    assert browser.post("/me/email", data={"email": email}).location == "/me"
    (letter,) = letters()
    assert letter["To"] == email
    return link_in(letter.get_content(), "/email")


def test_a_new_address_counts_once_its_link_is_confirmed(
    team: Team, as_: As, stranger: CheckedClient, letters: Letters, db: Session
):
    link = change(as_(team.patient), letters)
    assert "new@example.org" in stranger.get(link).text
    assert sign_in(stranger, team.patient).status_code == 303
    assert stranger.post(link).status_code == 303
    assert stranger.post(link).status_code == 410
    stranger.post("/sign-out")
    assert sign_in(stranger, team.patient).status_code == 422
    fields = {"email": "new@example.org", "password": PASSWORD}
    assert stranger.post("/sign-in", data=fields).status_code == 303
    assert deeds(db) == ["email.changed"]


def test_the_old_address_gets_a_way_back_that_ends_a_takeover(
    team: Team, as_: As, stranger: CheckedClient, letters: Letters, db: Session
):
    old = team.patient.person.email
    thief = as_(team.patient)
    stranger.post(change(thief, letters))
    (letter,) = letters()
    assert letter["To"] == old
    undo = link_in(letter.get_content(), "/email/undo")
    assert old in stranger.get(undo).text
    leads_to = stranger.post(undo)
    assert thief.get("/me").status_code == 303
    assert stranger.post(leads_to.location, data={"password": NEW_PASSWORD}).status_code == 303
    assert sign_in(stranger, team.patient, NEW_PASSWORD).status_code == 303
    assert stranger.post(undo).status_code == 410
    assert deeds(db) == ["email.change_undone", "email.changed", "password.reset"]


def test_an_address_of_somebody_else_reads_the_same_and_is_never_taken(
    team: Team, as_: As, letters: Letters
):
    browser = as_(team.patient)

    def ask(email: str) -> tuple[list[str], str]:
        browser.post("/me/email", data={"email": email})
        return browser.statements, plain(browser.get("/me").text, email)

    ask("first@example.org")
    assert ask("new@example.org") == ask(team.physio.person.email)
    assert [letter["To"] for letter in letters()] == ["first@example.org", "new@example.org"]


def test_an_address_that_was_taken_meanwhile_is_refused(
    team: Team, as_: As, stranger: CheckedClient, letters: Letters, db: Session, clinic: Clinic
):
    link = change(as_(team.patient), letters)
    other = a_member(db, clinic)
    other.person.email = "new@example.org"
    db.commit()
    answer = stranger.post(link)
    assert answer.status_code == 422
    assert "cannot be used" in answer.text
    with_old = queries.person(db, team.patient.person.id)
    assert with_old.email == team.patient.person.email


GROWS = "\u0130" * 200 + "@b.org"
"""Each of these capitals is two characters in small letters."""


@pytest.mark.parametrize("email", ["", "nobody", "a@b.org,c@d.org", f"{'x' * 250}@b.org", GROWS])
def test_an_impossible_address_is_refused_beside_its_field(
    team: Team, as_: As, letters: Letters, email: str
):
    answer = as_(team.patient).post("/me/email", data={"email": email})
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert letters() == []


def test_without_mail_an_address_cannot_be_checked_and_stays(team: Team, as_: As, db: Session):
    browser = as_(team.patient)
    assert "sends no e-mail" in browser.get("/me").text
    assert browser.post("/me/email", data={"email": "new@example.org"}).status_code == 422
    assert db.scalars(select(OneTimeToken)).all() == []


def test_a_person_of_two_clinics_is_recorded_in_both(
    team: Team, elsewhere: Somebody, database: Database, db: Session
):
    with database.of_clinic(elsewhere.clinic.id) as far:
        second = a_member(far, elsewhere.clinic).member
        second.person_id = team.physio.person.id
    token = tokens.issue(db, Purpose.RESET, team.physio.person.id, NOW)
    db.commit()
    with database.all_clinics(because="a test resets") as own:
        found = tokens.found(own, Purpose.RESET, token, NOW)
        assert found
        recovery.reset_password(own, found, NEW_PASSWORD, NOW)
    for clinic_id in (team.physio.clinic.id, elsewhere.clinic.id):
        with database.of_clinic(clinic_id) as one:
            assert deeds(one) == ["password.reset"]
