"""Passkeys without a browser: what is refused, and where they do not exist. See the journey too."""

import json
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passkeys, queries
from rehab_tracker.accounts.models import OneTimeToken, Passkey
from rehab_tracker.config import Settings
from rehab_tracker.foundation.db import Database
from tests.builders.people import LONG_AGO, Somebody
from tests.client import CheckedClient
from tests.features.accounts.conftest import As, Letters, Team

HOSTILE = [
    "", "{", "[]", "null", "1", '"x"', "[" * 9000, '{"id": "x"}', '{"id": 1, "response": {}}',
    '{"id": "\\u0000", "response": {"clientDataJSON": "e30"}}',
    '{"id": "x", "response": {"clientDataJSON": "!"}}',
    '{"id": "x", "response": {"clientDataJSON": "e30"}}',
    '{"id": "x", "response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiAiX18ifQ"}}',
    '{"id": "\\ud800", "response": {"clientDataJSON": ["e30"]}}', "\x00", "x" * 20_001,
]  # fmt: skip


@pytest.fixture(autouse=True)
def named(app: Flask, settings: Settings) -> None:
    app.config["SETTINGS"] = replace(settings, public_url="http://localhost:8000")


def give_passkey(db: Session, somebody: Somebody, credential_id: str = "x") -> Passkey:
    passkey = Passkey(
        person_id=somebody.person.id,
        credential_id=credential_id,
        public_key="AA",
        sign_count=0,
        name="Desk",
        created_at=LONG_AGO,
    )
    db.add(passkey)
    db.commit()
    return passkey


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://rehab.example", "rehab.example"),
        ("http://localhost:8000", "localhost"),
        ("http://127.0.0.1:8000", None),
        ("http://[::1]:8000", None),
    ],
)
def test_passkeys_belong_to_a_hosts_name(url: str, host: str | None):
    place = passkeys.place_of(url)
    assert (place.host if place else None) == host


def test_at_a_bare_number_there_are_none(
    team: Team, as_: As, stranger: CheckedClient, app: Flask, settings: Settings
):
    app.config["SETTINGS"] = settings
    assert stranger.post("/sign-in/passkey/options").status_code == 404
    assert "Passkeys" not in as_(team.physio).get("/me/second-step").text


@pytest.mark.parametrize("answer", HOSTILE)
def test_what_is_no_answer_of_a_device_is_refused(
    team: Team, as_: As, stranger: CheckedClient, db: Session, answer: str
):
    give_passkey(db, team.colleague)
    refused = stranger.post("/sign-in/passkey", data={"credential": answer})
    assert refused.status_code == 422
    assert "does not open anything" in refused.text
    added = as_(team.physio).post("/me/passkeys", data={"credential": answer, "name": "Desk"})
    assert added.status_code == 422
    assert len(db.scalars(select(Passkey)).all()) == 1


def test_the_options_ask_for_a_check_of_the_person_and_a_fresh_challenge(
    team: Team, as_: As, stranger: CheckedClient, db: Session
):
    add = json.loads(as_(team.physio).post("/me/passkeys/options").text)
    use = [json.loads(stranger.post("/sign-in/passkey/options").text) for _ in "ab"]
    assert add["authenticatorSelection"]["userVerification"] == "required"
    assert add["rp"]["id"] == "localhost"
    assert use[0]["userVerification"] == "required"
    assert use[0]["allowCredentials"] == []
    assert len({add["challenge"], use[0]["challenge"], use[1]["challenge"]}) == 3
    assert len(db.scalars(select(OneTimeToken)).all()) == 3


def test_patients_make_no_passkeys(team: Team, as_: As):
    browser = as_(team.patient)
    assert "Passkeys" not in browser.get("/me/second-step").text
    assert browser.post("/me/passkeys/options").status_code == 403


def test_nobody_removes_anothers_passkey(team: Team, as_: As, db: Session):
    passkey = give_passkey(db, team.physio)
    path = f"/me/passkeys/{passkey.id}/remove"
    assert as_(team.colleague).post(path).status_code == 404
    assert as_(team.physio).post(path).status_code == 303


def test_a_passkey_that_is_removed_is_told(team: Team, as_: As, db: Session, letters: Letters):
    passkey = give_passkey(db, team.physio)
    as_(team.physio).post(f"/me/passkeys/{passkey.id}/remove")
    (letter,) = letters()
    assert letter["To"] == team.physio.person.email
    assert "A passkey was removed" in letter.get_content()


def test_asking_for_a_challenge_counts_as_a_try(stranger: CheckedClient):
    codes = [stranger.post("/sign-in/passkey/options").status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]


def test_the_second_step_stays_on_while_a_passkey_is_left(
    team: Team, db: Session, database: Database
):
    keys = [give_passkey(db, team.physio, name) for name in ("x", "y")]
    on = []
    for key in keys:
        with database.all_clinics(because="a test removes passkeys") as own:
            queries.person(own, team.physio.person.id).second_factor_since = LONG_AGO
            own.flush()
            passkeys.remove(own, team.physio.actor, key.id)
            on.append(queries.person(own, team.physio.person.id).second_factor_since)
    assert on == [LONG_AGO, None]
