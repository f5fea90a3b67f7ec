"""A real browser on a real server, with a clock that the story can move."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright
from waitress.server import create_server
from waitress.wasyncore import close_all

from rehab_tracker import create_app
from rehab_tracker.config import Settings
from tests.builders.people import PASSWORD
from tests.conftest import missing
from tests.processes import free_port

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
WIDTHS = (320, 390, 1280)
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_RULES = {"runOnly": LEVELS, "resultTypes": ["violations"]}
AXE_COLORS = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
JUDGE = "async (rules) => ({ violations: (await axe.run(rules)).violations })"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing("browser", "no Chromium was found on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = shutil.copy(sqlite_template, tmp_path / "rehab.sqlite3")
    return f"sqlite:///{path}"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    port = free_port()
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        secret_key="t" * 40,
        port=port,
        public_url=f"http://127.0.0.1:{port}",
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    yield app
    app.extensions["database"].engine.dispose()


@pytest.fixture
def site(app: Flask, settings: Settings) -> Iterator[str]:
    """Serve the product and give its address."""
    sockets: dict[int, Any] = {}
    server = create_server(app, map=sockets, host="127.0.0.1", port=settings.port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield settings.public_url
    server.task_dispatcher.shutdown()
    server.trigger.pull_trigger(lambda: close_all(sockets))  # its loop does it, and ends
    thread.join(timeout=5)


@pytest.fixture
def opened(chromium: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Open a browser of somebody's own; a script error or a refused resource fails the test."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_page(**options: Any) -> Page:
        context = chromium.new_context(**{"viewport": DESKTOP, "base_url": site} | options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda said: (
                problems.append(said.text)
                if said.type == "error" and "status of 4" not in said.text
                else None
            ),
        )
        return page

    yield open_page
    found = list(problems)
    for context in contexts:
        close(context)
    assert not found


def close(context: BrowserContext) -> None:
    """Close somebody's browser; one that is just loading a page through its worker might never."""
    for page in context.pages:
        for _try in range(3):
            with suppress(Error):  # what was on its way arrived in between
                page.goto("about:blank")
                break
    context.close()


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Sign in as people do."""
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def assert_accessible(page: Page) -> None:
    """Fail with axe's words where a page shuts somebody out, or scrolls sideways."""
    settle(page)
    window = page.viewport_size
    assert window is not None
    look_at(page, window["width"], AXE_RULES)
    page.set_viewport_size(window)


def assert_accessible_in_both_themes(page: Page, width: int) -> None:
    """Look at a page in the light, and in the dark, which changes colors alone."""
    settle(page)
    for scheme, rules in (("light", AXE_RULES), ("dark", AXE_COLORS)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        look_at(page, width, rules)


def settle(page: Page) -> None:
    """Wait for a page, and for what it finds out about this phone once it is there."""
    page.wait_for_load_state("networkidle" if page.locator("[data-key]").count() else "load")


def look_at(page: Page, width: int, rules: dict[str, Any]) -> None:
    # At its full height: axe takes what a bar covers at the fold for lost.
    page.set_viewport_size({"width": width, "height": 800})
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(height, 800)})
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0, f"{page.url} scrolls sideways by {overflow} px at {width}"
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    page.evaluate("document.getAnimations().forEach((one) => one.cancel())")
    found = AxeResults(page.evaluate(JUDGE, rules))
    told = f"{page.url} at {width}\n{found.generate_report()}"
    assert found.violations_count == 0, told
