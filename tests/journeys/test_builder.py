"""The physio's builder in a browser: by keyboard alone, by drag, and in a narrow window."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from tests.builders.exercises import a_library
from tests.builders.people import PASSWORD, a_member, a_patient
from tests.journeys.conftest import PHONE, assert_accessible, sign_in

Open = Callable[..., Page]


@pytest.fixture
def builder(db: Session, clinic: Clinic, opened: Open) -> Open:
    """Open the builder on the template of hip strength."""
    a_library(db)
    physio = a_member(db, clinic, password_hash=passwords.keep(PASSWORD))
    patient = a_patient(db, clinic, physio, name="Maria Costa")
    db.commit()

    def open_builder(**options: object) -> Page:
        page = opened(**options)
        sign_in(page, physio.person.email)
        page.goto(f"/patients/{patient.id}/programs/new?template=hip-first")
        return page

    return open_builder


def rows(page: Page) -> list[str]:
    names = page.locator("[data-row]").evaluate_all("rows => rows.map(row => row.dataset.name)")
    return list(names)


def test_a_program_is_built_and_assigned_by_keyboard_alone(builder: Open):
    page = builder()
    first, second, *_others = rows(page)
    minutes = page.locator("#summary .stats").inner_text()
    down = page.get_by_role("button", name=f"Move down: {first}")
    down.focus()
    page.keyboard.press("Enter")
    assert rows(page)[:2] == [second, first]
    expect(down).to_be_focused()
    expect(page.get_by_text(f"{first} is now number 2 of 6.")).to_be_attached()

    page.get_by_label("Search").focus()
    page.keyboard.type("wall sit")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(7)
    expect(page.locator("[data-row]").last.get_by_label("Sets")).to_be_focused()
    page.keyboard.type("2")
    expect(page.locator("#summary .stats")).not_to_have_text(minutes)

    page.get_by_role("button", name=f"Remove: {second}").focus()
    page.keyboard.press("Space")
    assert rows(page)[0] == first
    expect(page.get_by_role("button", name=f"Remove: {first}")).to_be_focused()
    assert_accessible(page)

    page.get_by_role("button", name="Assign", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Hip strength").first).to_be_visible()


def test_a_row_is_dragged_to_the_top_by_its_grip(builder: Open):
    page = builder()
    before = rows(page)
    grip = page.locator("[data-grip]").nth(2)
    start, end = grip.bounding_box(), page.locator("[data-row]").first.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 4, start["y"] + 4)
    page.mouse.down()
    page.mouse.move(start["x"] + 4, end["y"] + 4, steps=15)
    page.mouse.up()
    assert rows(page) == [before[2], *before[:2], *before[3:]]


def test_without_a_script_the_same_buttons_work(builder: Open):
    page = builder(java_script_enabled=False)
    names = page.locator(".item__name a").all_inner_texts()
    page.get_by_role("button", name=f"Move down: {names[0]}").click()
    assert page.locator(".item__name a").all_inner_texts()[:2] == [names[1], names[0]]
    page.get_by_label("Search").fill("wall sit")
    page.get_by_role("button", name="Find").click()
    page.get_by_label("From your library").select_option(index=0)
    page.get_by_role("button", name="Add to the program").click()
    assert page.locator(".item__name a").last.inner_text() == "Wall sit"
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("link", name="Hip strength").first).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 768])
def test_the_builder_fits_narrow_windows_with_everything_open(builder: Open, width: int):
    page = builder(viewport=PHONE | {"width": width})
    page.locator(".item details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert_accessible(page)
