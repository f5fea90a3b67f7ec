"""Led through a session on the phone: set by set, or as prescribed, and resumed exactly there."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from rehab_tracker.programs.models import Program
from tests.builders.people import Somebody
from tests.journeys.conftest import PHONE, assert_accessible, sign_in
from tests.journeys.phone.taps import as_prescribed, heading, kept, sets_of, state, tap

Open = Callable[..., Page]


def test_a_whole_session_as_prescribed_is_three_taps(today: Page, db: Session):
    today.get_by_role("link", name="Start", exact=True).click()
    tap(today, "All as prescribed")
    tap(today, "2", exact=True)
    heading(today, "Within your safe range")
    state(today, "Sent")
    (row,) = kept(db)
    assert (row.pain_during, sets_of(row)) == (2, [6, 2])
    assert {done.effort for done in row.exercises} == {None}


def test_a_session_set_by_set_tells_what_was_really_done(today: Page, db: Session):
    today.get_by_role("link", name="Start", exact=True).click()
    tap(today, "Begin")
    heading(today, "Step-down")
    tap(today, "More: Repetitions")
    tap(today, "Set 1, left")
    expect(today.get_by_text("Rest. Then: Set 1, right")).to_be_visible()
    tap(today, "Set 1, right")
    tap(today, "More: Load")
    tap(today, "Set 2, left")
    tap(today, "More: Effort, 1 to 10")
    tap(today, "This hurts")
    tap(today, "4", exact=True)
    expect(today.get_by_role("button", name="Hurt: 4 of 10")).to_be_visible()
    tap(today, "Next exercise")
    heading(today, "Wall sit")
    tap(today, "Skip")
    tap(today, "No time")
    heading(today, "How was your knee?")
    expect(today.get_by_role("button", name="3", exact=True)).to_be_disabled()
    tap(today, "4", exact=True)
    today.get_by_label("My knee is newly swollen").check()
    today.get_by_label("Note for your physio").fill("Stairs were hard")
    tap(today, "Save")
    heading(today, "Too much today.")
    expect(today.get_by_text("You noticed new swelling.")).to_be_visible()
    expect(today.get_by_text("You said that Step-down hurt.")).to_be_visible()
    state(today, "Sent")
    (row,) = kept(db)
    first, second = row.exercises
    assert [(s.side, s.reps, s.load_kg) for s in first.sets] == [
        ("left", 9, None), ("right", 9, None), ("left", 9, Decimal("0.5")),
    ]  # fmt: skip
    assert (first.effort, second.skipped, second.sets) == (7, "no_time", [])
    assert row.sore_exercise_id == first.exercise_id
    assert (row.new_swelling, row.note) == (True, "Stairs were hard")


def test_a_reload_resumes_exactly_there(today: Page):
    today.get_by_role("link", name="Start", exact=True).click()
    tap(today, "Begin")
    tap(today, "More: Repetitions")
    tap(today, "Set 1, left")
    today.reload()
    heading(today, "Step-down")
    expect(today.get_by_role("button", name="Set 1, left, 9 reps, done")).to_be_visible()
    expect(today.get_by_text("Rest. Then: Set 1, right")).to_be_visible()
    url = today.url
    today.goto("about:blank")
    today.goto(url)
    expect(today.get_by_role("button", name="Set 1, left, 9 reps, done")).to_be_visible()


def begin_with_stopped_clock(page: Page) -> None:
    """Open the session on a phone whose time passes only when a test lets it."""
    page.clock.install()
    page.get_by_role("link", name="Start", exact=True).click()
    expect(page.get_by_role("button", name="Begin")).to_be_visible()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 60)


def test_timers_are_right_after_the_phone_slept(today: Page):
    begin_with_stopped_clock(today)
    tap(today, "Begin")
    tap(today, "Set 1, left")
    expect(today.get_by_role("timer")).to_have_text("1:00")
    today.clock.fast_forward(45_000)
    expect(today.get_by_role("timer")).to_have_text("15")
    today.clock.fast_forward(3_600_000)
    expect(today.get_by_role("timer")).to_be_hidden()
    tap(today, "Next exercise")
    tap(today, "Start the timer: 20 s")
    today.clock.fast_forward(3_600_000)
    expect(today.get_by_role("button", name="Set 1, 20 s, done")).to_be_visible()


def test_a_hold_that_is_stopped_counts_the_seconds_held(today: Page):
    begin_with_stopped_clock(today)
    today.get_by_role("button", name="Wall sit").click()
    tap(today, "Start the timer: 20 s")
    today.clock.fast_forward(12_000)
    tap(today, "Stop here")
    expect(today.get_by_role("button", name="Set 1, 12 s, done")).to_be_visible()


def test_the_tempo_beat_names_its_phases(today: Page):
    begin_with_stopped_clock(today)
    tap(today, "Begin")
    tap(today, "Tempo beat")
    expect(today.get_by_text("Lower 3")).to_be_visible()
    today.clock.fast_forward(3_000)
    expect(today.get_by_text("Pause 1")).to_be_visible()
    today.clock.fast_forward(1_000)
    expect(today.get_by_text("Lift 2")).to_be_visible()


def test_a_saved_session_can_be_changed_and_stays_one(today: Page, db: Session):
    today.get_by_role("link", name="Start", exact=True).click()
    as_prescribed(today)
    tap(today, "Change, or add a note")
    tap(today, "5", exact=True)
    tap(today, "Save")
    heading(today, "Acceptable. Hold here for now.")
    state(today, "Sent")
    assert [(row.pain_during, row.revision) for row in kept(db)] == [(5, 2)]


def test_a_session_saved_by_mistake_is_withdrawn_in_one_tap(today: Page, db: Session):
    today.get_by_role("link", name="Start", exact=True).click()
    as_prescribed(today)
    state(today, "Sent")
    today.on("dialog", lambda dialog: dialog.accept())
    tap(today, "This was a mistake: withdraw it")
    heading(today, "Good")
    expect(today.get_by_text("Withdrawn", exact=True)).to_be_visible()
    state(today, "Sent")
    (row,) = kept(db)
    assert row.withdrawn_at
    today.get_by_role("link", name="Start", exact=True).click()
    expect(today.get_by_role("button", name="All as prescribed")).to_be_visible()


def test_above_the_limit_the_advice_is_to_stop_and_stopping_counts(today: Page, db: Session):
    today.get_by_role("link", name="Start", exact=True).click()
    tap(today, "Begin")
    tap(today, "Set 1, left")
    tap(today, "This hurts")
    expect(today.get_by_text("Your limit is 5.")).to_be_visible()
    tap(today, "5", exact=True)
    expect(today.get_by_role("alert")).to_be_hidden()
    tap(today, "6", exact=True)
    expect(today.get_by_role("alert")).to_contain_text("6 is above your limit of 5")
    tap(today, "Stop the session here")
    heading(today, "How was your knee?")
    tap(today, "6", exact=True)
    expect(today.get_by_label("I stopped because of pain")).to_be_checked()
    tap(today, "Save")
    heading(today, "Too much today.")
    state(today, "Sent")
    (row,) = kept(db)
    assert (row.stopped_for_pain, sets_of(row)) == (True, [1])


def test_when_to_stop_is_said_in_the_middle_with_what_needs_help_at_once(today: Page):
    today.get_by_role("link", name="Start", exact=True).click()
    tap(today, "Begin")
    today.get_by_text("When to stop in the middle").click()
    for sentence in ("rises sharply", "catches and that hurts", "dizzy", "Chest pain"):
        expect(today.get_by_text(sentence)).to_be_visible()
    tap(today, "End the session here")
    heading(today, "How was your knee?")


@pytest.mark.usefixtures("program")
def test_without_scripts_the_form_stays_the_way(opened: Open, patient: Somebody):
    page = opened(viewport=PHONE, java_script_enabled=False)
    sign_in(page, patient.person.email)
    expect(page.get_by_role("link", name="Done as prescribed")).to_be_visible()
    expect(page.get_by_role("link", name="Start", exact=True)).to_be_hidden()


def test_the_keyboard_alone_is_enough(today: Page, program: Program):
    def press(name: str, **exactly: Any) -> None:
        place = today.get_by_role("button", name=name, **exactly)
        for _ in range(60):
            if place.evaluate("button => button === document.activeElement"):
                break
            today.keyboard.press("Tab")
        expect(place).to_be_focused()
        today.keyboard.press("Enter")

    today.goto(f"/train/{program.id}")
    press("Begin")
    heading(today, "Step-down")
    press("Set 1, left")
    press("This hurts")
    press("2", exact=True)
    press("Next exercise")
    press("Finish")
    press("2", exact=True)
    heading(today, "Within your safe range")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390])
def test_nobody_is_shut_out_of_any_screen(
    program: Program, opened: Open, patient: Somebody, scheme: Any, width: int
):
    page = opened(viewport={"width": width, "height": 844}, color_scheme=scheme)
    sign_in(page, patient.person.email)
    assert_accessible(page)
    page.goto(f"/train/{program.id}")
    heading(page, "Hip strength")
    assert_accessible(page)
    tap(page, "Begin")
    tap(page, "Set 1, left")
    tap(page, "This hurts")
    tap(page, "Tempo beat")
    assert_accessible(page)
    tap(page, "Next exercise")
    tap(page, "Skip")
    assert_accessible(page)
    tap(page, "Pain", exact=True)
    tap(page, "6", exact=True)
    assert_accessible(page)
    tap(page, "Save")
    heading(page, "Too much today.")
    assert_accessible(page)
    page.goto("/train")
    heading(page, "On this phone")
    assert_accessible(page)
