"""What a thumb does, what eyes look for, and what the clinic then has."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from playwright.sync_api import Error, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from rehab_tracker.logbook.models import LoggedExercise, LoggedSession

Told = TypeVar("Told")
CONTROLLED = """async () => {
  const { serviceWorker: worker } = navigator;
  for (let look = 0; look < 500 && !worker.controller; look++) {
    await new Promise((on) => setTimeout(on, 20));
  }
  return Boolean(worker.controller);
}"""


def tap(page: Page, name: str, **exactly: Any) -> None:
    page.get_by_role("button", name=name, **exactly).click()


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def state(page: Page, text: str) -> None:
    expect(page.get_by_text(text, exact=True)).to_be_visible()


def ready(page: Page) -> None:
    """Wait until the phone can do without signal."""
    assert page.evaluate(CONTROLLED), "no worker took the page over"


def as_prescribed(page: Page, pain: int = 1) -> None:
    tap(page, "All as prescribed")
    tap(page, str(pain), exact=True)
    heading(page, "Within your safe range")


def signal_returns(page: Page) -> None:
    """Let the phone notice, as the browser tells it; one that has noticed may be on its way."""
    with leaving():
        page.evaluate("dispatchEvent(new Event('online'))")


@contextmanager
def leaving() -> Iterator[None]:
    """Let a page leave while something is asked of it."""
    try:
        yield
    except Error as problem:
        if "context was destroyed" not in problem.message:
            raise


def eventually(page: Page, told: Callable[[], list[Told]]) -> list[Told]:
    """Return what the clinic was told, once it was: the page goes on while it sends."""
    for _look in range(80):
        if found := told():
            return found
        page.wait_for_timeout(100)
    return []


def kept(db: Session) -> Sequence[LoggedSession]:
    """Return every session that the clinic has, as it reads now, with its sets."""
    db.rollback()
    sets = selectinload(LoggedSession.exercises).selectinload(LoggedExercise.sets)
    found = select(LoggedSession).options(sets).order_by(LoggedSession.performed_at)
    rows = db.scalars(found, execution_options={"populate_existing": True}).all()
    db.expunge_all()
    db.rollback()  # whoever reads on SQLite lets nobody write
    return rows


def sets_of(row: LoggedSession) -> list[int]:
    """Return how many sets were done of each exercise."""
    return [len(one.sets) for one in row.exercises]
