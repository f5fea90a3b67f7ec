"""A movement is shown when somebody asks for it, and only then."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from tests.builders.exercises import a_library, an_exercise
from tests.builders.people import PASSWORD, a_member
from tests.journeys.conftest import DESKTOP, PHONE, assert_accessible, sign_in

FIGURE = "/library/step-up"
NAME = "Show the movement"
Opened = Callable[..., Page]


@pytest.fixture
def at_step_up(db: Session, clinic: Clinic, opened: Opened) -> Opened:
    a_library(db)
    an_exercise(db)
    physio = a_member(db, clinic)
    physio.person.password_hash = passwords.keep(PASSWORD)
    db.commit()

    def go(**options: Any) -> Page:
        page = opened(**options)
        sign_in(page, physio.person.email)
        page.goto(FIGURE)
        return page

    return go


def stage(page: Page) -> Locator:
    return page.locator("[data-stage]")


def film(page: Page) -> Locator:
    return stage(page).locator("img[src*='-moving-']")


def expect_moving(page: Page) -> None:
    expect(film(page)).to_be_visible()
    expect(stage(page).locator("img[src*='-pair-']")).not_to_be_visible()
    expect(page.get_by_role("button", name=NAME)).to_have_attribute("aria-pressed", "true")


def expect_still(page: Page) -> None:
    expect(film(page)).to_have_count(0)
    expect(stage(page).locator("img")).to_be_visible()
    expect(page.get_by_role("button", name=NAME)).to_have_attribute("aria-pressed", "false")


def test_a_pointer_that_rests_on_the_figure_shows_the_movement(at_step_up: Opened):
    page = at_step_up(viewport=DESKTOP)
    expect_still(page)
    stage(page).hover()
    expect_moving(page)
    page.mouse.move(0, 0)
    expect_still(page)


def test_a_click_keeps_the_movement_until_the_next_click(at_step_up: Opened):
    page = at_step_up(viewport=DESKTOP)
    stage(page).click()
    expect_moving(page)
    page.mouse.move(0, 0)
    expect_moving(page)
    stage(page).click()
    expect_still(page)
    page.get_by_role("button", name=NAME).click()
    stage(page).hover()
    page.mouse.move(0, 0)
    expect_moving(page)


def test_a_tap_shows_the_movement_and_a_tap_stops_it(at_step_up: Opened):
    page = at_step_up(viewport=PHONE, has_touch=True)
    height = stage(page).bounding_box()
    stage(page).tap()
    expect_moving(page)
    assert stage(page).bounding_box() == height
    stage(page).tap()
    expect_still(page)
    page.get_by_role("button", name=NAME).tap()
    expect_moving(page)
    page.get_by_role("button", name=NAME).tap()
    expect_still(page)
    assert_accessible(page)


def test_keys_show_and_stop_the_movement(at_step_up: Opened):
    page = at_step_up()
    page.get_by_role("button", name=NAME).focus()
    page.keyboard.press("Space")
    expect_moving(page)
    page.keyboard.press("Escape")
    expect_still(page)
    page.keyboard.press("Enter")
    expect_moving(page)


def test_nothing_moves_by_itself_for_who_asked_for_calm(at_step_up: Opened):
    page = at_step_up(reduced_motion="reduce")
    stage(page).hover()
    expect_still(page)
    page.get_by_role("button", name=NAME).click()
    expect_moving(page)


def test_without_scripts_the_button_leads_to_the_moving_picture(at_step_up: Opened):
    page = at_step_up(java_script_enabled=False)
    page.get_by_role("link", name=NAME).click()
    page.wait_for_url("**/step-up-moving-right.svg")


def test_thumbnails_out_of_sight_are_not_loaded(at_step_up: Opened):
    page = at_step_up(viewport=PHONE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/library")
    page.wait_for_load_state("networkidle")
    thumbnails = [url for url in asked if "-still-" in url]
    assert 3 < len(thumbnails) < 60
    assert page.locator("img.thumb").count() > len(thumbnails)


RECORD = """async (mimeType) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 64;
  const paint = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const done = new Promise((resolve) => { recorder.onstop = resolve; });
  recorder.start();
  for (let shade = 0; shade < 12; shade++) {
    paint.fillStyle = `rgb(${shade * 20}, 80, 80)`;
    paint.fillRect(0, 0, 64, 64);
    await new Promise(requestAnimationFrame);
  }
  recorder.stop();
  await done;
  return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
}"""
READY = """async (element) => {
  for (let look = 0; look < 500 && element.readyState < 2; look++) {
    await new Promise((on) => setTimeout(on, 20));
  }
  return element.videoWidth;
}"""


def _upload(page: Page, file: Path) -> None:
    page.goto("/library/own--towel-slide/picture")
    page.get_by_label("Picture or short film").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/own--towel-slide")


def test_a_clinics_own_picture_and_films_show_in_the_page(at_step_up: Opened, tmp_path: Path):
    page = at_step_up()
    photo = tmp_path / "photo.jpg"
    written = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(written, "JPEG")
    photo.write_bytes(written.getvalue())
    _upload(page, photo)
    shown = page.locator("img.figure__own")
    shown.scroll_into_view_if_needed()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 64
    for kind in ("webm", "mp4"):
        recorded = tmp_path / f"film.{kind}"
        recorded.write_bytes(bytes(page.evaluate(RECORD, f"video/{kind}")))
        _upload(page, recorded)
        video = page.locator("video.figure__own")
        video.evaluate("element => { element.muted = true; return element.play(); }")
        assert video.evaluate(READY) == 64


def test_every_page_with_pictures_is_open_to_everybody(at_step_up: Opened):
    page = at_step_up(viewport=PHONE)
    for address in (FIGURE, "/library", "/library/own--towel-slide/picture"):
        page.goto(address)
        assert_accessible(page)
