"""Where one is signed in, and showing again who one is."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from rehab_tracker.accounts.devices import device_of
from rehab_tracker.foundation import clock
from tests.builders.people import LONG_AGO, PASSWORD, Somebody
from tests.client import CheckedClient
from tests.features.accounts.conftest import As, Letters, Team
from tests.features.accounts.steps import NEW, deeds, hidden, sign_in

FIREFOX = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


@pytest.mark.parametrize(
    ("says", "device"),
    [
        (FIREFOX, "Firefox · Android"),
        (SAFARI, "Safari · iPhone"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Edg/140.0", "Edge · Windows"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) {CHROME}", "Chrome · Mac"),
        (f"Mozilla/5.0 (X11; CrOS x86_64) {CHROME}", "Chrome · ChromeOS"),
        ("curl/8.0 <script>", ""),
        ("", ""),
    ],
)
def test_a_device_is_called_by_its_browser_and_system(says: str, device: str):
    assert device_of(says) == device


def devices(browser: CheckedClient) -> str:
    page = browser.get("/me").text
    return page[page.index('id="devices"') :]


def end_address(page: str) -> str:
    start = page.index("/me/devices/")
    return page[start : page.index('"', start)]


def test_ones_devices_are_listed_and_this_one_is_marked(
    team: Team, as_: As, stranger: CheckedClient
):
    as_(team.colleague)
    with clock.stopped(LONG_AGO):
        desk = as_(team.physio)
        clock.advance(timedelta(minutes=5))
        fields = {"email": team.physio.person.email, "password": PASSWORD}
        stranger.post("/sign-in", data=fields, headers={"User-Agent": FIREFOX})
        listed = devices(stranger)
        assert listed.index("This device") > listed.index("Firefox · Android")
        assert listed.count("<li>") == 2
        assert "1 Jan, 01:00" in listed
        assert desk.get("/me").status_code == 200


def test_another_device_is_signed_out_at_once(team: Team, as_: As, db: Session):
    lost, mine = as_(team.physio), as_(team.physio)
    assert mine.post(end_address(devices(mine))).location == "/me#devices"
    assert lost.get("/me").status_code == 303
    assert mine.get("/me").status_code == 200
    assert devices(mine).count("<li>") == 1
    assert deeds(db) == ["device.signed_out"]


def test_all_others_are_signed_out_at_once(team: Team, as_: As):
    lost, stolen, mine, other = (
        as_(team.physio), as_(team.physio), as_(team.physio), as_(team.colleague),
    )  # fmt: skip
    mine.post("/me/devices/end")
    codes = [browser.get("/me").status_code for browser in (lost, stolen, mine, other)]
    assert codes == [303, 303, 200, 200]


def test_nobody_signs_anothers_device_out(team: Team, as_: As):
    theirs = as_(team.physio)
    as_(team.physio)
    address = end_address(devices(theirs))
    assert as_(team.manager).post(address).status_code == 404
    assert as_(team.colleague).post(address).status_code == 404


def test_an_ended_device_is_not_listed(team: Team, as_: As):
    with clock.stopped(LONG_AGO):
        as_(team.physio)
        clock.advance(timedelta(minutes=15))
        assert devices(as_(team.physio)).count("<li>") == 1


# Staying


@pytest.mark.parametrize(("who", "minutes"), [("patient", 60), ("physio", 15), ("manager", 15)])
def test_a_press_lets_a_sign_in_go_on_until_its_absolute_end(
    team: Team, as_: As, who: str, minutes: int
):
    with clock.stopped(LONG_AGO):
        browser, past = as_(getattr(team, who)), 0
        while (answer := browser.post("/me/stay")).status_code == 200:
            left = min(minutes * 60, 12 * 3600 - past * 60)
            assert answer.get_json() == {"left": left}
            assert f'data-idle="{left}"' in browser.get("/me").text
            clock.advance(timedelta(minutes=minutes - 1))
            past += minutes - 1
        assert past >= 12 * 60


def test_a_press_that_comes_too_late_is_told_so(team: Team, as_: As):
    with clock.stopped(LONG_AGO):
        browser = as_(team.physio)
        clock.advance(timedelta(minutes=15))
        late = browser.post("/me/stay", headers={"Accept": "application/json"})
    assert (late.status_code, late.get_json()) == (401, {"error": "signed_out"})


# Showing again who one is


def token_of(browser: CheckedClient) -> str:
    cookie = browser.get_cookie("sid")
    assert cookie
    return cookie.value


def test_what_matters_asks_for_the_password_again_after_10_minutes(
    team: Team, as_: As, letters: Letters
):
    with clock.stopped(LONG_AGO):
        browser = as_(team.patient)
        clock.advance(timedelta(minutes=9, seconds=59))
        assert browser.post("/me/email", data={"email": "a@example.org"}).status_code == 303
        assert len(letters()) == 1
        clock.advance(timedelta(seconds=1))
        asked = browser.post("/me/email", data={"email": "b@example.org"})
        assert asked.status_code == 403
        assert "Your password once more" in asked.text
        assert letters() == []
        carried = {name: hidden(asked.text, name) for name in ("back_to", "kept")}
        wrong = browser.post("/me/proof", data={"password": "wrong", **carried})
        assert wrong.status_code == 422
        assert {name: hidden(wrong.text, name) for name in carried} == carried
        before = token_of(browser)
        again = browser.post("/me/proof", data={"password": PASSWORD, **carried})
        assert "b@example.org" in again.text
        assert "You are signed in" not in again.text, "nobody was signed out"
        assert token_of(browser) != before
        assert browser.post("/me/email", data={"email": "b@example.org"}).status_code == 303


def test_a_proof_that_comes_too_late_carries_on_what_it_was_asked_for(
    stranger: CheckedClient,
):
    carried = {"back_to": "/me/email", "kept": '{"by": "", "typed": [["email", "b@example.org"]]}'}
    answer = stranger.post("/me/proof", data={"password": PASSWORD, **carried})
    assert answer.status_code == 401
    assert {name: hidden(answer.text, name) for name in carried} == carried
    assert PASSWORD not in answer.text


def test_a_cookie_from_before_the_proof_is_worth_nothing_after_it(
    team: Team, as_: As, stranger: CheckedClient
):
    browser = as_(team.patient)
    stranger.set_cookie("sid", token_of(browser))
    assert stranger.get("/me").status_code == 200
    browser.post("/me/proof", data={"password": PASSWORD})
    assert stranger.get("/me").status_code == 303
    assert browser.get("/me").status_code == 200


def test_a_proof_does_not_make_a_sign_in_last_longer(team: Team, as_: As):
    with clock.stopped(LONG_AGO):
        browser = as_(team.patient)
        for _ in range(23):
            clock.advance(timedelta(minutes=31))
            browser.post("/me/proof", data={"password": PASSWORD})
        clock.advance(timedelta(minutes=8))
        assert browser.get("/me").status_code == 303


def test_going_to_another_clinic_does_not_make_a_sign_in_last_longer(
    team: Team, as_: As, elsewhere: Somebody
):
    with clock.stopped(LONG_AGO):
        browser = as_(team.patient)
        for _ in range(23):
            clock.advance(timedelta(minutes=31))
            assert browser.post(f"/me/clinic/{team.patient.member.id}").status_code == 303
        clock.advance(timedelta(minutes=8))
        assert browser.get("/me").status_code == 303
    assert elsewhere


def test_a_proof_leads_back_within_the_product_alone(team: Team, as_: As):
    typed = {"password": PASSWORD, "back_to": "//evil.com"}
    assert as_(team.patient).post("/me/proof", data=typed).location == "/"


def test_a_sign_in_keeps_what_was_typed_through_too_many_tries(team: Team, stranger: CheckedClient):
    page = stranger.post("/invite", data=NEW).text
    carried = {name: hidden(page, name) for name in ("back_to", "kept")}
    for _ in range(11):
        page = sign_in(stranger, team.physio, "wrong", **carried).text
    assert "Please wait" in page
    assert {name: hidden(page, name) for name in carried} == carried
