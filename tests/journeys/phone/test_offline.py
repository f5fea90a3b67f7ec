"""Without signal nothing is lost, and when it returns nothing arrives twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.logbook.models import LoggedSession
from rehab_tracker.programs.models import Program
from tests.builders.people import Somebody
from tests.journeys.conftest import PHONE, assert_accessible, sign_in
from tests.journeys.phone.exchange import Exchange
from tests.journeys.phone.taps import heading, tap


@contextmanager
def ready(chromium: Browser, site: str, patient: Somebody) -> Iterator[BrowserContext]:
    """Sign the patient's phone in, and wait until it can do without signal."""
    context = chromium.new_context(viewport=PHONE, has_touch=True, base_url=site)
    context.set_default_timeout(8000)
    page = context.new_page()
    sign_in(page, patient.person.email)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    yield context
    context.close()


@pytest.fixture
def phone(
    chromium: Browser, site: str, exchange: Exchange, patient: Somebody
) -> Iterator[BrowserContext]:
    assert not exchange.kept
    with ready(chromium, site, patient) as context:
        yield context


@pytest.fixture
def guided(phone: BrowserContext, exchange: Exchange) -> Page:
    page = phone.pages[0]
    page.goto(f"/train/{exchange.plan['programs'][0]['id']}")
    heading(page, "Hip strength")
    return page


def state(page: Page, text: str) -> None:
    expect(page.get_by_text(text, exact=True)).to_be_visible()


def as_prescribed(page: Page, pain: int = 1) -> None:
    tap(page, "All as prescribed")
    tap(page, str(pain), exact=True)
    heading(page, "Within your safe range")


def test_a_session_without_signal_arrives_once_when_it_returns(
    phone: BrowserContext,
    guided: Page,
    exchange: Exchange,
):
    phone.set_offline(True)
    guided.reload()
    heading(guided, "Hip strength")
    tap(guided, "Begin")
    tap(guided, "Set 1, left")
    guided.reload()
    expect(guided.get_by_role("button", name="Set 1, left, 8 reps, done")).to_be_visible()
    tap(guided, "Next exercise")
    tap(guided, "Finish")
    tap(guided, "1", exact=True)
    state(guided, "Saved on this phone")
    assert exchange.sessions == []
    phone.set_offline(False)
    state(guided, "Sent")
    (kept,) = exchange.sessions
    assert [len(done["sets"]) for done in kept["exercises"]] == [1]


def test_a_tap_is_kept_even_if_the_page_goes_away_in_the_same_moment(guided: Page):
    tap(guided, "Begin")
    heading(guided, "Step-down")
    first = guided.get_by_role("button", name="Set 1, left")
    for turn in range(16):
        tap(guided, "Set 1, left")
        guided.reload()
        expect(first).to_have_attribute("aria-pressed", "false" if turn % 2 else "true")


def test_a_closed_browser_loses_nothing(phone: BrowserContext, guided: Page, exchange: Exchange):
    phone.set_offline(True)
    as_prescribed(guided)
    guided.close()
    phone.set_offline(False)
    page = phone.new_page()
    page.goto("/today")
    state(page, "Sent")
    assert len(exchange.sessions) == 1


def test_an_answer_that_never_came_makes_no_second_session(guided: Page, exchange: Exchange):
    exchange.answers = False
    with guided.expect_response("**/log/sync"):
        as_prescribed(guided)
    state(guided, "Saved on this phone")
    assert len(exchange.sessions) == 1
    exchange.answers = True
    guided.evaluate("dispatchEvent(new Event('online'))")
    state(guided, "Sent")
    assert (len(exchange.sessions), exchange.posts >= 2) == (1, True)


def test_a_page_without_signal_offers_what_the_phone_keeps(phone: BrowserContext, guided: Page):
    phone.set_offline(True)
    guided.goto("/today")
    heading(guided, "On this phone")
    guided.get_by_role("link", name="Start").click()
    heading(guided, "Hip strength")
    guided.goto("/something-wrong")
    heading(guided, "Something feels wrong")
    expect(guided.get_by_text("112").first).to_be_visible()


def test_two_tabs_send_a_session_once(phone: BrowserContext, guided: Page, exchange: Exchange):
    other = phone.new_page()
    other.goto(guided.url)
    heading(other, "Hip strength")
    tap(guided, "Begin")
    heading(other, "Step-down")
    tap(guided, "Set 1, left")
    expect(other.get_by_role("button", name="Set 1, left, 8 reps, done")).to_be_visible()
    tap(other, "Next exercise")
    tap(other, "Finish")
    tap(other, "1", exact=True)
    heading(guided, "Within your safe range")
    state(guided, "Sent")
    state(other, "Sent")
    assert len(exchange.sessions) == 1


def test_what_the_clinic_cannot_take_stays_with_its_sentence(guided: Page, exchange: Exchange):
    exchange.refuses = "Your program had ended by that day."
    as_prescribed(guided)
    state(guided, "Needs your attention")
    guided.goto("/today")
    expect(guided.get_by_text("Your program had ended by that day.")).to_be_visible()
    assert_accessible(guided)
    exchange.refuses = None
    tap(guided, "Try again")
    state(guided, "Sent")
    assert len(exchange.sessions) == 1


def test_another_person_neither_sees_nor_sends_what_waits(
    phone: BrowserContext,
    guided: Page,
    exchange: Exchange,
):
    phone.set_offline(True)
    as_prescribed(guided)
    exchange.plan["owner"] = "somebody else"
    phone.set_offline(False)
    guided.goto("/today")
    expect(guided.get_by_role("link", name="Start", exact=True)).to_be_visible()
    guided.evaluate("dispatchEvent(new Event('online'))")
    expect(guided.get_by_text("Saved on this phone")).to_have_count(0)
    assert exchange.sessions == []
    exchange.plan["owner"] = "maria"
    guided.reload()
    state(guided, "Sent")
    assert len(exchange.sessions) == 1


def test_the_plan_of_who_was_here_before_does_not_stay_on_show(guided: Page, exchange: Exchange):
    exchange.plan |= {"owner": "somebody else", "programs": []}
    guided.reload()
    heading(guided, "On this phone")
    expect(guided.get_by_text("Hip strength")).to_have_count(0)


def test_signing_out_asks_wipes_the_plan_and_keeps_what_is_unsent(
    phone: BrowserContext,
    guided: Page,
    exchange: Exchange,
    patient: Somebody,
):
    exchange.signed_out = True
    as_prescribed(guided)
    guided.goto("/today")
    asked: list[str] = []
    guided.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    tap(guided, "Sign out")
    guided.wait_for_url("**/sign-in")
    assert "not sent yet" in asked[0]
    phone.set_offline(True)
    guided.goto("/train")
    heading(guided, "On this phone")
    expect(guided.get_by_role("link", name="Start")).to_have_count(0)
    expect(guided.get_by_text("Saved on this phone")).to_have_count(0)
    phone.set_offline(False)
    exchange.signed_out = False
    sign_in(guided, patient.person.email)
    state(guided, "Sent")
    assert len(exchange.sessions) == 1


def test_fourteen_days_without_contact_wipe_the_plan(phone: BrowserContext, guided: Page):
    phone.set_offline(True)
    guided.clock.install()
    guided.clock.fast_forward(15 * 24 * 3600 * 1000)
    guided.goto("/train")
    heading(guided, "On this phone")
    expect(guided.get_by_role("link", name="Start")).to_have_count(0)


def test_a_phone_that_can_keep_nothing_says_so_and_sends_at_once(
    phone: BrowserContext,
    exchange: Exchange,
):
    page = phone.new_page()
    page.add_init_script(
        "IDBFactory.prototype.open = () => { throw new DOMException('no', 'UnknownError'); }"
    )
    page.goto(f"/train/{exchange.plan['programs'][0]['id']}")
    expect(page.get_by_text("This phone cannot keep anything now")).to_be_visible()
    tap(page, "All as prescribed")
    exchange.signed_out = True
    tap(page, "1", exact=True)
    expect(page.get_by_text("Not sent:")).to_be_visible()
    exchange.signed_out = False
    tap(page, "Save")
    heading(page, "Within your safe range")
    state(page, "Sent")
    assert len(exchange.sessions) == 1


KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      found.push([new URL(request.url).pathname, await answer.text()]);
    }
  }
  return found;
}"""


def test_the_worker_keeps_nothing_of_anybody(guided: Page):
    kept: list[Any] = guided.evaluate(KEPT)
    assert {"/train", "/something-wrong"} <= {path for path, _ in kept}
    for path, text in kept:
        assert "Maria" not in text, path
        assert "csrf_token" not in text, path
        assert not path.startswith(("/today", "/log", "/me")), path


def test_the_clinic_has_the_session_once_at_the_time_it_was_done(
    chromium: Browser,
    site: str,
    db: Session,
    program: Program,
    patient: Somebody,
):
    db.commit()
    with ready(chromium, site, patient) as phone:
        page = phone.pages[0]
        page.goto(f"/train/{program.id}")
        heading(page, "Hip strength")
        phone.set_offline(True)
        as_prescribed(page)
        state(page, "Saved on this phone")
        done_at = page.evaluate("Date.now()") / 1000
        phone.set_offline(False)
        state(page, "Sent")
    (logged,) = db.scalars(select(LoggedSession)).all()
    assert logged.pain_during == 1
    assert abs(logged.performed_at.timestamp() - done_at) < 10
