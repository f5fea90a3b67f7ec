"""Who works by keyboard is never thrown back to the top because a part of the page changed."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from tests.builders.exercises import a_library
from tests.builders.people import PASSWORD, a_member, a_patient
from tests.journeys.conftest import PHONE, sign_in

Open = Callable[..., Page]
WATCH = """() => {
  window.lost = 0;
  const look = () => {
    const here = document.activeElement;
    if (!here || here === document.body || !here.checkVisibility()) window.lost += 1;
  };
  new MutationObserver(() => requestAnimationFrame(look)).observe(
    document.body, { childList: true, subtree: true, attributes: true });
}"""
"""Counts each frame after a change of the page in which nothing on it has the focus."""


def test_rows_come_and_go_under_the_keyboard(db: Session, clinic: Clinic, opened: Open):
    a_library(db)
    physio = a_member(db, clinic, password_hash=passwords.keep(PASSWORD))
    patient = a_patient(db, clinic, physio)
    db.commit()
    page = opened()
    sign_in(page, physio.person.email)
    page.goto(f"/patients/{patient.id}/programs/new?template=hip-first")
    rows = page.locator("[data-row]")
    rows.first.get_by_role("button", name="Move down").focus()
    page.evaluate(WATCH)
    for key in ("Enter", "Enter"):
        page.keyboard.press(key)
    sets = rows.first.get_by_label("Sets")
    sets.focus()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.type("4")
    expect(sets).to_be_focused()
    rows.last.get_by_role("button", name="Remove").focus()
    for left in reversed(range(rows.count())):
        page.keyboard.press("Enter")
        expect(rows).to_have_count(left)
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.type("wall sit")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(rows.first.get_by_label("Sets")).to_be_focused()
    assert page.evaluate("window.lost") == 0


def test_a_list_that_narrows_leaves_the_focus_where_it_was(
    db: Session, clinic: Clinic, opened: Open
):
    a_library(db)
    physio = a_member(db, clinic, password_hash=passwords.keep(PASSWORD))
    db.commit()
    page = opened(viewport=PHONE)
    sign_in(page, physio.person.email)
    page.goto("/library")
    search, filters = page.get_by_label("Search"), page.locator(".filters > summary")
    search.focus()
    page.evaluate(WATCH)
    page.keyboard.type("squat")
    page.wait_for_url("**q=squat")
    expect(search).to_be_focused()
    filters.focus()
    page.keyboard.press("Enter")
    chip = page.get_by_role("checkbox", name="Retraining")
    chip.focus()
    page.keyboard.press("Space")
    page.wait_for_url("**kind=retraining*")
    expect(chip).to_be_focused()
    page.keyboard.press("Enter")  # sends the form: the panel closes over the chip
    expect(filters).to_be_focused()
    assert page.evaluate("window.lost") == 0
