"""A text stays a text: on every page of everybody, in what programs are told, and in the sheets."""

import csv
import io
from typing import Any

import pytest
from flask import Flask

from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation.db import Database
from tests.architecture.everywhere import As, People, addresses, may
from tests.architecture.hostile import Form, forms_of, sent
from tests.architecture.poison import TAG, WHOLE, poison, sprung
from tests.architecture.victim import Victim
from tests.client import CheckedClient
from tests.conftest import on_sqlite

pytestmark = [on_sqlite, pytest.mark.usefixtures("at_noon")]
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def test_no_text_that_is_kept_becomes_more_than_a_text(
    app: Flask, database: Database, victim: Victim, people: People, as_: As
):
    assert poison(database) >= 10
    bad, shown = [], 0
    for address, guard in addresses(app, victim, "GET"):
        for somebody in may(people, guard):
            answer = as_(somebody).get(address)
            if answer.mimetype == "text/html":
                bad += [f"{address}: {what}" for what in sprung(answer.text)]
                shown += f"&lt;{TAG}" in answer.text
            assert "Set-Cookie: a" not in str(answer.headers)
    assert bad == []
    assert shown > 30, "hardly any page shows what was written"


def test_no_text_that_is_refused_becomes_more_than_a_text(
    app: Flask, victim: Victim, people: People, as_: As
):
    """Every text field of every form, sent with each form's other fields as they were."""
    bad, tried = [], 0
    for address, guard in addresses(app, victim, "GET"):
        somebody = may(people, guard)[-1]
        page = as_(somebody).get(address)
        forms = forms_of(page.text, page.request.path) if page.mimetype == "text/html" else ()
        for form in forms:
            if form.texts:
                answer = as_and_send(as_(somebody), form)
                bad += [f"{form.address}: {what}" for what in sprung(answer.text)]
                tried += len(form.texts)
    assert bad == []
    assert tried > 30


def as_and_send(browser: CheckedClient, form: Form) -> Any:
    pairs = [
        (name, WHOLE.encode() if name in form.texts else value.encode())
        for name, value in form.fields
    ]
    return sent(browser, form, pairs)


def test_no_cell_of_a_sheet_begins_like_a_formula(database: Database, people: People, as_: As):
    poison(database)
    for by in ("patient", "physio"):
        answer = as_(people[Role.MANAGER]).get(f"/report.csv?by={by}")
        rows = csv.reader(io.StringIO(answer.text.lstrip("\ufeff"), newline=""))
        cells = [cell for row in rows for cell in row]
        assert any(TAG in cell for cell in cells)
        assert [cell for cell in cells if cell.startswith(FORMULAS)] == []
