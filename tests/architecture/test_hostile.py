"""Whatever is sent to any address, nothing breaks: no answer of 5xx, no page that is half there.

`REHAB_TEST_FUZZ` says how often each form is sent, `REHAB_TEST_SEED` with what luck.
"""

import os
import random

import pytest
from flask import Flask
from sqlalchemy import delete, update

from rehab_tracker.accounts.models import (
    Clinic,
    Membership,
    Person,
    RateLimit,
    SecondFactorFor,
    Standing,
)
from rehab_tracker.foundation.db import Database
from tests.architecture.everywhere import As, People, addresses, may
from tests.architecture.hostile import ENCODINGS, QUERIES, VALUES, Form, forms_of, sent, twisted
from tests.architecture.victim import Victim
from tests.builders.people import Somebody
from tests.conftest import on_sqlite

TIMES = int(os.environ.get("REHAB_TEST_FUZZ", "1"))
SEED = int(os.environ.get("REHAB_TEST_SEED", "5"))

pytestmark = pytest.mark.usefixtures("at_noon")


def heal(database: Database) -> None:
    """Undo what would shut the next one out: fuzz that works is no fault."""
    with database.all_clinics(because="a test goes on") as db:
        db.execute(update(Membership).values(standing=Standing.ACTIVE))
        db.execute(update(Clinic).values(second_factor_for=SecondFactorFor.NOBODY))
        db.execute(update(Person).values(second_factor_since=None))
        db.execute(delete(RateLimit))


def every_form(app: Flask, victim: Victim, people: People, as_: As) -> list[tuple[Somebody, Form]]:
    """Return the forms of every page, and one without fields for each address that has none."""
    found: dict[str, tuple[Somebody, Form]] = {}
    for address, guard in addresses(app, victim, "GET"):
        for somebody in may(people, guard):
            answer = as_(somebody).get(address)
            if answer.mimetype == "text/html":
                for form in forms_of(answer.text, answer.request.path):
                    found.setdefault(f"{form.method} {form.address}", (somebody, form))
    for address, guard in addresses(app, victim, "POST"):
        whole = Form(address, "POST", (("name", ""), ("id", "")))
        found.setdefault(f"POST {address}", (may(people, guard)[0], whole))
    return list(found.values())


def test_no_form_and_no_query_breaks_the_server(
    app: Flask, database: Database, victim: Victim, people: People, as_: As
):
    forms = every_form(app, victim, people, as_)
    wanted = {address for address, _guard in addresses(app, victim, "POST")}
    assert wanted <= {form.address for _somebody, form in forms if form.method == "POST"}
    dice, inside = random.Random(SEED), 0  # noqa: S311 - luck, not a secret
    for turn in range(TIMES):
        for somebody, form in forms:
            fields, kind = twisted(form, dice), ""
            if form.method == "POST" and dice.random() < 0.1:
                kind = dice.choice(ENCODINGS)
            # the browser itself fails the test on an answer of 5xx, saying what it is
            answer = sent(as_(somebody), form, fields, kind)
            inside += answer.status_code in {200, 201, 302, 303, 422}
            assert answer.status_code not in {503, 507}, (turn, form, fields, kind)
            if form.method == "POST" and answer.status_code in {201, 303, 429}:
                heal(database)
    assert inside > len(forms) * TIMES * 0.6, "most of it never came as far as a form"


@on_sqlite
def test_no_value_in_any_query_breaks_a_page(app: Flask, victim: Victim, people: People, as_: As):
    dice = random.Random(SEED)  # noqa: S311 - luck, not a secret
    for address, guard in addresses(app, victim, "GET"):
        browser = as_(may(people, guard)[-1])
        for _ in range(TIMES):
            pairs = [(name, dice.choice(VALUES)) for name in dice.sample(QUERIES, 6)]
            answer = sent(browser, Form(address, "GET", ()), pairs)
            assert answer.status_code < 500, (address, pairs)


JSON = (
    b"", b"{", b"[]", b"null", b"NaN", b"[NaN]", b"[Infinity]", b'{"a": 1, "a": 2}',
    b"[" * 100_000, b'{"a":' * 40_000, b'["\\u0000"]', b'["\\ud800"]', b"[2147483648]",
    b"[" + b"9" * 100_000 + b"]", b'{"items": [' + b"{}," * 200 + b"{}]}", b"\xff", b"\x00",
)  # fmt: skip


@on_sqlite
def test_hostile_json_is_refused_wherever_something_is_sent(
    app: Flask, victim: Victim, people: People, as_: As
):
    adapter = app.url_map.bind("127.0.0.1")
    for address, guard in addresses(app, victim, "POST"):
        endpoint = str(adapter.match(address, "POST")[0])
        speaks_json = getattr(app.view_functions[endpoint], "speaks_json", False)
        for body in JSON if speaks_json else JSON[-2:]:
            browser = as_(may(people, guard)[0])
            headers = {"X-Ticket": browser.form_token()}
            answer = browser.post(
                address, data=body, content_type="application/json", headers=headers, csrf=False
            )
            if endpoint == "logbook.sync":
                assert (answer.status_code, set(answer.json)) == (400, {"error"}), body[:20]
            elif speaks_json:
                assert answer.is_json or answer.status_code == 204  # they read nothing of it
            else:
                assert answer.status_code == 415, address
