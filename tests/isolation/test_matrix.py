"""Who reaches what: every route, method and person, with everybody's ids (S1)."""

import pytest
from flask import g
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from rehab_tracker.accounts import sign_in
from rehab_tracker.foundation.tenancy import CrossClinic
from tests.isolation.cells import FIELDS, PEOPLE, Answer, Cell, Who, answer, cells, problem
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


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_the_matrix_notices_when_everybody_is_let_in(
    world: World, who: Who, monkeypatch: pytest.MonkeyPatch
):
    """Its own proof: whoever asks acts as somebody who may, and the cells that deny must fail."""
    halfway = "before the second step"
    actors = {one.name: world.actor(one.name) for one in PEOPLE if one.role or one.name == halfway}
    asked: list[Cell] = []

    def let_in(_token: str) -> None:
        found = actors[may(asked[-1])]
        g.actor, g.halfway = (None, found) if found.owes else (found, None)

    monkeypatch.setattr(sign_in, "recognize", let_in)
    failed = []
    with world.nothing_kept():
        for cell in cells(world, who):
            if cell.is_decided:
                asked.append(cell)
                failed += found_wrong(world, cell)
    assert len(asked) > 100
    assert len(failed) > 0.95 * len(asked), f"{len(failed)} of {len(asked)}"


def may(cell: Cell) -> str:
    """Return somebody who is let in where the cell's own person is not."""
    return next(
        one.name
        for one in PEOPLE
        if one.name != "phone key" and answer(cell.route, one, cell.whose) is Answer.LET_IN
    )


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("without_the_filter")
@pytest.mark.parametrize("name", ["manager", "assigned physio"])
def test_the_matrix_notices_when_nothing_keeps_clinics_apart(world: World, name: str):
    """SQLite has no row-level security: what denies there without the filter was never asked."""
    who = next(one for one in PEOPLE if one.name == name)
    asked = [cell for cell in cells(world, who) if cell.whose == "elsewhere"]
    asked = [cell for cell in asked if cell.expected is Answer.HIDDEN and "<uuid:" in cell.rule]
    otherwise = "/me/", "/media/"  # the person keeps the one apart, the clinic's folder the other
    asked = [cell for cell in asked if not cell.rule.startswith(otherwise)]
    failed = []
    with world.nothing_kept():
        for cell in asked:
            try:
                failed += found_wrong(world, cell)
            except (IntegrityError, CrossClinic) as keys:  # belts 1 and 3 hold even then
                failed.append(str(keys))
    assert len(asked) > 15
    assert len(failed) > 0.95 * len(asked), f"{len(failed)} of {len(asked)}"


METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "LOOK")


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_no_route_answers_to_a_method_that_is_not_in_the_table(world: World):
    browser = world.browser("manager")
    for cell in cells(world, PEOPLE[0]):
        if cell.whose in {"", "own"}:
            for method in METHODS:
                status = browser.open(cell.address, method=method).status_code
                assert status == 405, f"{method} {cell.address}"
