"""Ids that a form carries in its fields are believed no more than those of an address."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event

from rehab_tracker.foundation import clock
from tests.isolation import marks
from tests.isolation.cells import PEOPLE, Who
from tests.isolation.reading import Page, PageForm
from tests.isolation.test_crawl import pages
from tests.isolation.world import World

TYPED = {
    "name": "Zed",
    "email": "zed@example.org",
    "affected_side": "left",
    "pain_before": "1",
    "pain_during": "2",
    "reason": "Stronger now",
    "title": "Hips",
}
"""What is typed into fields that a page leaves empty, so that a form gets as far as it can."""
SENDERS = [one for one in PEOPLE if one.name in {"patient", "assigned physio", "manager"}]
Fields = list[tuple[str, str]]


@pytest.mark.parametrize("who", SENDERS, ids=lambda who: who.name)
def test_an_id_in_a_field_reaches_nothing_of_others(marked: World, who: Who):
    whose = ["elsewhere", "neighbor"] if who.name == "patient" else ["elsewhere"]
    swapped = reached = 0
    wrong = []
    with clock.stopped(datetime(2026, 3, 4, 18, tzinfo=UTC)), marked.nothing_kept():
        for form in forms(marked, who):
            for others in whose:
                ids = _swaps(marked, others)
                theirs = [(_put(ids, name), _put(ids, value)) for name, value in form.fields]
                if theirs == form.fields:
                    continue
                swapped += 1
                reached += send(marked, who, form, form.fields, ids)[0] < 400
                status, text, written = send(marked, who, form, theirs, ids)
                if written or marks.WORD in text.lower() or status >= 500:
                    wrong.append(f"{form.action} with ids of {others}: {status}, {written}")
    assert not wrong, "\n".join(wrong)
    assert reached >= 1, f"none of {swapped} forms gets anywhere even with ids of one's own"


def forms(world: World, who: Who) -> Iterator[PageForm]:
    """Return every form that sends something, once for each address, filled in."""
    known = set()
    for address, text in pages(world, who, asks=False):
        if text.lstrip().startswith("<!"):
            for form in Page(address, text).forms:
                names = frozenset(name for name, _value in form.fields)
                if form.method == "POST" and (form.action, names) not in known:
                    known.add((form.action, names))
                    form.fields = [
                        (name, value or TYPED.get(name, "")) for name, value in form.fields
                    ]
                    form.fields += [one for one in TYPED.items() if one[0] not in names]
                    yield form


def _swaps(world: World, others: str) -> dict[str, str]:
    own, theirs = world.ids["own"], world.ids[others]
    return {str(own[kind]): str(theirs[kind]) for kind in own if kind != "slug"}


def _put(ids: dict[str, str], text: str) -> str:
    for own, theirs in ids.items():
        text = text.replace(own, theirs)
    return text


def send(
    world: World, who: Who, form: PageForm, fields: Fields, ids: dict[str, str]
) -> tuple[int, str, list[str]]:
    """Send a form; return how it was answered, and what was written with an id of the others."""
    data: dict[str, Any] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    with _watched(world, {theirs.replace("-", "") for theirs in ids.values()}) as written:
        response = world.browser(who.name).post(form.action, data=data)
    return response.status_code, response.get_data().decode(errors="replace"), written


@contextmanager
def _watched(world: World, ids: set[str]) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        plain = repr(parameters).replace("-", "")
        if not statement.startswith(("SELECT", "BEGIN")) and any(one in plain for one in ids):
            found.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", note)
    yield found
    event.remove(world.database.engine, "before_cursor_execute", note)
