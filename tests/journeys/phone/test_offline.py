"""Without signal nothing is lost, and when it returns nothing arrives twice."""

from datetime import UTC, date, datetime
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session

from rehab_tracker.programs.models import Program
from tests.builders.people import Somebody
from tests.journeys.conftest import assert_accessible, sign_in
from tests.journeys.phone.conftest import NewPhone
from tests.journeys.phone.line import Line
from tests.journeys.phone.taps import (
    as_prescribed,
    heading,
    kept,
    sets_of,
    signal_returns,
    state,
    tap,
)


def test_a_session_without_signal_arrives_once_when_it_returns(
    phone: BrowserContext, guided: Page, db: Session
):
    phone.set_offline(True)
    guided.reload()
    heading(guided, "Hip strength")
    tap(guided, "Begin")
    tap(guided, "Set 1, left")
    guided.reload()
    expect(guided.get_by_role("button", name="Set 1, left, 8 reps, done")).to_be_visible()
    began_at = datetime.now(UTC)
    tap(guided, "Next exercise")
    tap(guided, "Finish")
    tap(guided, "1", exact=True)
    state(guided, "Saved on this phone")
    assert not kept(db)
    saved_at = datetime.now(UTC)
    phone.set_offline(False)
    state(guided, "Sent")
    (row,) = kept(db)
    assert sets_of(row) == [1]
    assert abs((row.performed_at - began_at).total_seconds()) < 20
    assert row.performed_at < saved_at <= row.received_at


def test_a_tap_is_kept_even_if_the_page_goes_away_in_the_same_moment(guided: Page):
    tap(guided, "Begin")
    heading(guided, "Step-down")
    first = guided.get_by_role("button", name="Set 1, left")
    for turn in range(16):
        tap(guided, "Set 1, left")
        guided.reload()
        expect(first).to_have_attribute("aria-pressed", "false" if turn % 2 else "true")


def test_a_closed_browser_loses_nothing(phone: BrowserContext, guided: Page, db: Session):
    phone.set_offline(True)
    as_prescribed(guided)
    guided.close()
    phone.set_offline(False)
    page = phone.new_page()
    page.goto("/today")
    state(page, "Sent")
    expect(page.get_by_text("1 of 3 so far")).to_be_visible()
    assert len(kept(db)) == 1


def test_a_plan_that_does_not_arrive_leaves_the_kept_one(line: Line, guided: Page, db: Session):
    line.cut = {"/log/plan"}
    guided.reload()
    heading(guided, "Hip strength")
    as_prescribed(guided)
    state(guided, "Sent")
    assert len(kept(db)) == 1


def test_a_connection_that_breaks_while_sending_loses_nothing(
    line: Line, guided: Page, db: Session
):
    for cut in ({"/log/ticket"}, {"/log/sync"}):
        line.cut = cut
        as_prescribed(guided) if not guided.get_by_text("Saved on this phone").count() else None
        state(guided, "Saved on this phone")
        signal_returns(guided)
        assert not kept(db)
    line.cut = set()
    signal_returns(guided)
    state(guided, "Sent")
    assert len(kept(db)) == 1


def test_an_answer_that_never_came_makes_no_second_session(line: Line, guided: Page, db: Session):
    line.mute = {"/log/sync"}
    with guided.expect_response("**/log/sync"):
        as_prescribed(guided)
    state(guided, "Saved on this phone")
    (before,) = [row.received_at for row in kept(db)]
    line.mute = set()
    signal_returns(guided)
    state(guided, "Sent")
    (row,) = kept(db)
    assert (row.received_at, row.revision) == (before, 1)
    assert len(line.sent) >= 2


def test_what_is_refused_as_a_whole_is_sent_one_by_one(
    phone: BrowserContext, line: Line, guided: Page, db: Session
):
    phone.set_offline(True)
    for _ in range(2):
        as_prescribed(guided)
        guided.evaluate(OVER)
        guided.reload()
    line.most_items = 1
    guided.goto("/train")
    expect(guided.get_by_text("Saved on this phone")).to_have_count(2)
    phone.set_offline(False)
    signal_returns(guided)
    expect(guided.get_by_text("Sent", exact=True)).to_have_count(2)
    assert len(kept(db)) == 2
    assert line.sent[:3] == [2, 1, 1]


OVER = """async () => {
  const page = document.querySelector("script[src*=guided_page]").src;
  const { all, drop, setting } = await import(page.replace("guided_page", "store"));
  for (const row of await all("current", await setting("owner"))) await drop("current", row.key);
}"""
"""What an hour after saving does: the next session of the program begins anew."""


def test_one_that_cannot_be_read_blocks_no_other(
    phone: BrowserContext, line: Line, guided: Page, db: Session
):
    phone.set_offline(True)
    as_prescribed(guided)
    guided.evaluate(BAD)
    guided.goto("/train")
    expect(guided.get_by_text("Saved on this phone")).to_have_count(2)
    phone.set_offline(False)
    signal_returns(guided)
    state(guided, "Sent")
    state(guided, "Needs your attention")
    expect(guided.get_by_role("main")).to_contain_text("The clinic could not read this session.")
    assert len(kept(db)) == 1
    assert line.sent == [2, 1, 1]


BAD = """async () => {
  const page = document.querySelector("script[src*=guided_page]").src;
  const { all, keep, setting } = await import(page.replace("guided_page", "store"));
  const [row] = await all("outbox", await setting("owner"));
  await keep("outbox", { ...row, client_id: "no id", performed_at: "2026-01-01T10:00:00Z" });
}"""


def test_a_page_without_signal_offers_what_the_phone_keeps(phone: BrowserContext, guided: Page):
    phone.set_offline(True)
    guided.goto("/today")
    heading(guided, "On this phone")
    expect(guided.get_by_text("0 of 3 so far")).to_be_visible()
    guided.get_by_role("link", name="Start").click()
    heading(guided, "Hip strength")
    as_prescribed(guided)
    guided.goto("/today")
    expect(guided.get_by_text("1 of 3 so far")).to_be_visible()
    expect(guided.get_by_text("Logged today")).to_be_visible()


def test_two_tabs_send_a_session_once(phone: BrowserContext, guided: Page, db: Session):
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
    assert len(kept(db)) == 1


def test_two_phones_keep_both_sessions_and_each_its_own(
    new_phone: NewPhone, db: Session, program: Program
):
    phones = [new_phone(), new_phone()]
    pages = [phone.pages[0] for phone in phones]
    for phone, page, pain in zip(phones, pages, (1, 2), strict=True):
        page.goto(f"/train/{program.id}")
        heading(page, "Hip strength")
        phone.set_offline(True)
        as_prescribed(page, pain)
    for phone, page in zip(phones, pages, strict=True):
        phone.set_offline(False)
        signal_returns(page)
        state(page, "Sent")
    first, second = kept(db)
    assert {first.pain_during, second.pain_during} == {1, 2}
    assert first.device_id != second.device_id
    pages[0].goto("/today")
    expect(pages[0].get_by_text("1 of 3 so far")).to_be_visible()


def end_program(db: Session, program: Program, day: date | None) -> None:
    db.get_one(Program, program.id).ends_before = day
    db.commit()


def test_what_the_clinic_cannot_take_stays_with_its_sentence(
    guided: Page, db: Session, program: Program
):
    end_program(db, program, program.starts_on)
    as_prescribed(guided)
    state(guided, "Needs your attention")
    guided.goto("/train")
    expect(guided.get_by_text("Your program had ended by that day.")).to_be_visible()
    assert_accessible(guided)
    end_program(db, program, None)
    tap(guided, "Try again")
    state(guided, "Sent")
    assert len(kept(db)) == 1


def test_another_person_neither_sees_nor_sends_what_waits(
    phone: BrowserContext, guided: Page, db: Session, patient: Somebody, other: Somebody
):
    phone.set_offline(True)
    as_prescribed(guided)
    phone.clear_cookies(name="sid")
    phone.set_offline(False)
    sign_in(guided, other.person.email)
    expect(guided.get_by_text("No program yet")).to_be_visible()
    signal_returns(guided)
    guided.goto("/train")
    heading(guided, "On this phone")
    expect(guided.get_by_text("Saved on this phone")).to_have_count(0)
    expect(guided.get_by_text("Hip strength")).to_have_count(0)
    assert not kept(db)
    phone.clear_cookies(name="sid")
    sign_in(guided, patient.person.email)
    state(guided, "Sent")
    assert [row.patient_id for row in kept(db)] == [patient.id]


def test_signing_out_leaves_what_waits_for_somebody_else(
    phone: BrowserContext, guided: Page, db: Session, patient: Somebody, other: Somebody
):
    phone.set_offline(True)
    as_prescribed(guided)
    phone.clear_cookies(name="sid")
    phone.set_offline(False)
    sign_in(guided, other.person.email)
    expect(guided.get_by_text("Is this your own phone?")).to_be_visible()
    tap(guided, "Sign out")
    guided.wait_for_url("**/sign-in")
    assert not kept(db)
    sign_in(guided, patient.person.email)
    state(guided, "Sent")
    assert [row.patient_id for row in kept(db)] == [patient.id]


def test_the_plan_of_who_was_here_before_does_not_stay_on_show(
    phone: BrowserContext, guided: Page, other: Somebody
):
    phone.clear_cookies(name="sid")
    page = phone.new_page()
    sign_in(page, other.person.email)
    guided.reload()
    heading(guided, "On this phone")
    expect(guided.get_by_text("Hip strength")).to_have_count(0)


def test_signing_out_asks_wipes_the_plan_and_keeps_what_is_unsent(
    phone: BrowserContext, line: Line, guided: Page, db: Session, patient: Somebody
):
    line.cut = {"/log/sync"}
    as_prescribed(guided)
    guided.goto("/today")
    asked: list[str] = []
    guided.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    tap(guided, "Sign out")
    guided.wait_for_url("**/sign-in")
    assert "not sent yet" in asked[0]
    guided.goto("/train")
    heading(guided, "On this phone")
    phone.set_offline(True)
    guided.reload()
    heading(guided, "On this phone")
    expect(guided.get_by_role("link", name="Start")).to_have_count(0)
    expect(guided.get_by_text("Saved on this phone")).to_have_count(0)
    phone.set_offline(False)
    line.cut = set()
    sign_in(guided, patient.person.email)
    state(guided, "Sent")
    assert len(kept(db)) == 1


def test_fourteen_days_without_contact_wipe_the_plan(phone: BrowserContext, guided: Page):
    phone.set_offline(True)
    guided.clock.install()
    guided.clock.fast_forward(15 * 24 * 3600 * 1000)
    guided.goto("/train")
    heading(guided, "On this phone")
    expect(guided.get_by_role("link", name="Start")).to_have_count(0)


def test_a_phone_that_can_keep_nothing_says_so_and_sends_at_once(
    phone: BrowserContext, line: Line, db: Session, program: Program
):
    page = phone.new_page()
    page.add_init_script(
        "IDBFactory.prototype.open = () => { throw new DOMException('no', 'UnknownError'); }"
    )
    page.goto(f"/train/{program.id}")
    expect(page.get_by_text("This phone cannot keep anything now")).to_be_visible()
    tap(page, "All as prescribed")
    line.cut = {"/log/ticket"}
    tap(page, "1", exact=True)
    expect(page.get_by_text("Not sent:")).to_be_visible()
    line.cut = set()
    tap(page, "Save")
    heading(page, "Within your safe range")
    state(page, "Sent")
    tap(page, "Change, or add a note")
    tap(page, "2", exact=True)
    tap(page, "Save")
    heading(page, "Within your safe range")
    assert [(row.pain_during, row.revision) for row in kept(db)] == [(2, 2)]


FULL = """() => {
  IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); };
}"""


def test_a_phone_that_fills_up_in_the_middle_says_so_and_sends_at_once(guided: Page, db: Session):
    tap(guided, "Begin")
    tap(guided, "Set 1, left")
    guided.evaluate(FULL)
    tap(guided, "Set 1, right")
    expect(guided.get_by_text("This phone cannot keep anything now")).to_be_visible()
    tap(guided, "Next exercise")
    tap(guided, "Finish")
    tap(guided, "1", exact=True)
    heading(guided, "Within your safe range")
    state(guided, "Sent")
    assert [sets_of(row) for row in kept(db)] == [[2]]
    guided.reload()
    expect(guided.get_by_role("button", name="All as prescribed")).to_be_visible()


def test_a_saved_session_is_corrected_and_withdrawn_without_signal(
    phone: BrowserContext, guided: Page, db: Session
):
    phone.set_offline(True)
    as_prescribed(guided)
    guided.goto("/today")
    tap(guided, "Change")
    heading(guided, "How was your knee?")
    tap(guided, "4", exact=True)
    tap(guided, "Save")
    heading(guided, "Acceptable. Hold here for now.")
    phone.set_offline(False)
    state(guided, "Sent")
    assert [(row.pain_during, row.revision) for row in kept(db)] == [(4, 2)]
    phone.set_offline(True)
    guided.goto("/today")
    expect(guided.get_by_text("1 of 3 so far")).to_be_visible()
    guided.on("dialog", lambda dialog: dialog.accept())
    tap(guided, "Withdraw")
    expect(guided.get_by_text("0 of 3 so far")).to_be_visible()
    phone.set_offline(False)
    state(guided, "Sent")
    (row,) = kept(db)
    assert (row.withdrawn_at is not None, row.revision) == (True, 3)


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
