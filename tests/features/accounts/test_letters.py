"""Who signs in otherwise than before reads of it, even if they did it themselves."""

from collections.abc import Iterator

import pytest

from rehab_tracker.foundation import clock
from rehab_tracker.foundation.db import Database
from tests.builders.people import LONG_AGO, PASSWORD
from tests.client import CheckedClient
from tests.features.accounts.conftest import As, Letters, Team
from tests.features.accounts.steps import link_in, sign_in
from tests.features.accounts.test_second_factor import code_now, give_app, set_up

NEW_PASSWORD = "nine patient badgers hum"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.stopped(LONG_AGO):
        yield


def one(letters: Letters) -> tuple[str, str]:
    (letter,) = letters()
    told = letter.get_content()
    assert "/forgotten-password" in told
    return letter["To"], told


def test_an_app_that_is_added_or_removed_is_told(team: Team, as_: As, letters: Letters):
    browser = as_(team.patient)
    set_up(browser)
    to, told = one(letters)
    assert to == team.patient.person.email
    assert "was added as your second step" in told
    browser.post("/me/second-step/codes")
    assert "codes were replaced" in one(letters)[1]
    browser.post("/me/second-step/app/remove")
    assert "Your app for codes was removed" in one(letters)[1]


def test_a_recovery_code_that_let_somebody_in_is_told(
    team: Team, database: Database, stranger: CheckedClient, letters: Letters
):
    codes = give_app(database, team.physio)
    sign_in(stranger, team.physio)
    stranger.post("/sign-in/code", data={"code": codes[0]})
    assert "signed in with a recovery code" in one(letters)[1]
    stranger.post("/sign-out")
    sign_in(stranger, team.physio)
    stranger.post("/sign-in/code", data={"code": code_now()})
    assert letters() == []


def test_a_changed_password_is_told(team: Team, as_: As, stranger: CheckedClient, letters: Letters):
    passwords = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    as_(team.physio).post("/me/password", data=passwords)
    assert "Your password was changed" in one(letters)[1]
    stranger.post("/forgotten-password", data={"email": team.physio.person.email})
    link = link_in(letters()[0].get_content(), "/reset")
    stranger.post(link, data={"password": PASSWORD})
    assert "Your password was changed" in one(letters)[1]


def test_what_was_refused_is_not_told(team: Team, as_: As, letters: Letters):
    browser = as_(team.physio)
    browser.post("/me/password", data={"old_password": "wrong", "new_password": NEW_PASSWORD})
    browser.post("/me/second-step")
    browser.post("/me/second-step/app", data={"code": "000000"})
    browser.post("/me/second-step/codes")
    assert letters() == []
