"""What a thumb does, and what eyes look for."""

from typing import Any

from playwright.sync_api import Page, expect


def tap(page: Page, name: str, **exactly: Any) -> None:
    page.get_by_role("button", name=name, **exactly).click()


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
