"""Who reaches what: every route, method and person, with everybody's ids (S1)."""

import pytest
from werkzeug.test import TestResponse

from tests.isolation.cells import FIELDS, PEOPLE, Answer, Cell, Who, cells, problem
from tests.isolation.world import World, fingerprint


def found_wrong(world: World, cell: Cell) -> list[str]:
    """Send a cell's request; return what is wrong with the answer, nothing where all is well."""
    try:
        said = problem(cell, ask(world, cell))
    except Exception as failure:
        failure.add_note(str(cell))
        raise
    return [f"{cell} {said}"] if said else []


def ask(world: World, cell: Cell) -> TestResponse:
    """Send a request without a field, or with those that its form wants before it looks further."""
    browser = world.browser(cell.who.name)
    view = world.app.view_functions[cell.endpoint]
    if cell.method == "POST" and getattr(view, "speaks_json", False):
        ticket = {"X-Ticket": browser.form_token()}
        return browser.post(cell.address, json={}, headers=ticket)
    fields = FIELDS.get(cell.route) if cell.method == "POST" else None
    return browser.open(cell.address, method=cell.method, data=fields)


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_everybody_reaches_what_the_table_says_and_nothing_else(world: World, who: Who):
    known, before = list(cells(world, who)), fingerprint(world.database)
    wrong = []
    with world.nothing_kept():
        for cell in known:
            if cell.expected is Answer.LET_IN:
                wrong += found_wrong(world, cell)
    for cell in known:
        if cell.expected is not Answer.LET_IN:
            wrong += found_wrong(world, cell)
    assert not wrong, "\n".join(wrong)
    assert fingerprint(world.database) == before
