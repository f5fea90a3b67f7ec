"""(a) A patient saves a session of 5 exercises of 3 sets with its light, audit and roll-up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode
from uuid import uuid4

from flask import Flask

from benchmarks.bench import CLINIC, LOGGING, Bench, cpu, in_ms, p95, per_second, rate, seen_now
from benchmarks.client import post
from benchmarks.data import REPS, SETS, Login, logins, prescribed, token_of
from benchmarks.figures import Figure, at_least, at_most, limit, told
from benchmarks.form import Form
from benchmarks.ours import browser, form_token, in_process, statements
from benchmarks.rounds import Contender, run
from benchmarks.servers import serving
from rehab_tracker.foundation.db import Database

STATEMENTS = 12
_CHANGING = {"client_id": "CLIENT-ID", "day": "CHOSEN-DAY", "csrf_token": "FORM-TOKEN"}


@dataclass(frozen=True)
class Sessions:
    """One filled-in form, sent for every patient in turn and for each day that may be logged."""

    body: bytes
    days: Sequence[str]
    patients: Sequence[Login]
    form_tokens: Sequence[str]

    def path(self, number: int) -> str:
        return f"/log/{self.patients[number % len(self.patients)].program_id}"

    def form(self, number: int) -> bytes:
        round_, place = divmod(number, len(self.patients))
        changed = (
            str(uuid4()),
            self.days[(place + round_) % len(self.days)],
            self.form_tokens[place],
        )
        body = self.body
        for name, value in zip(_CHANGING.values(), changed, strict=True):
            body = body.replace(name.encode(), value.encode())
        return body

    def request(self, number: int) -> bytes:
        token = token_of(self.patients[number % len(self.patients)].member)
        return post(self.path(number), self.form(number), token)


def measure(bench: Bench) -> Iterator[Figure]:
    """Compare the product's saves with the floor's."""
    urls = [bench.place.fresh(CLINIC) for _ in range(2)]
    see = seen_now(*urls)
    with in_process(urls[0], bench.folder) as app:
        ours, floors = sessions(app, urls[0])
        counted = _statements(app, ours)
    with (
        serving("product", urls[0], bench.folder) as product,
        serving("floor", urls[1], bench.folder) as floor,
    ):
        contenders = {
            "ours": Contender(product, map(ours.request, count()), 303),
            "floor": Contender(floor, map(floors.request, count()), 303),
        }
        rounds = run(contenders, bench.seconds, see)
    rates = [per_second(rounds, name) for name in contenders]
    tails = [in_ms(rounds, name, p95) for name in contenders]
    ratios = [rounds.ratio("ours", "floor", number) for number in (rate, p95)]
    yield at_least("a. save a session", bench.engine, *rates, ratios[0], 0.5)
    yield at_most("a. save a session, p95", bench.engine, *tails, ratios[1], 2)
    used = [in_ms(rounds, name, cpu) for name in contenders]
    spent = rounds.ratio("ours", "floor", cpu)
    yield told("a. save a session, processor time", bench.engine, *used, spent)
    yield limit("a. save a session, SQL statements", bench.engine, counted, STATEMENTS)


def sessions(app: Flask, url: str) -> tuple[Sessions, Sessions]:
    """Return the product's own form, filled in, and the floor's with the same content."""
    with Database(url).reading() as connection:
        patients, exercises = logins(connection, LOGGING), prescribed(connection)
    path = f"/log/{patients[0].program_id}"
    page = browser(app, patients[0].member).get(f"{path}?done=all")
    form = Form(page.text, path)
    knee = {"pain_before": "1", "pain_during": "2"}
    reps = {f"reps-{position}": [REPS] * SETS for position in range(len(exercises))}
    plain = {"exercise": exercises, **reps, **knee, **_CHANGING}
    days, tokens = form.options["day"], [form_token(app, patient.member) for patient in patients]
    bodies = (form.fields | knee | _CHANGING, plain)
    ours, floors = (
        Sessions(urlencode(body, doseq=True).encode(), days, patients, tokens) for body in bodies
    )
    return ours, floors


def _statements(app: Flask, sessions: Sessions) -> int:
    """Return how many statements one save takes when everything is compiled."""
    kind = "application/x-www-form-urlencoded"
    for number in range(3):
        client = browser(app, sessions.patients[number].member)
        with statements(app) as found:
            answer = client.post(
                sessions.path(number), data=sessions.form(number), content_type=kind
            )
        assert answer.status_code == 303, answer.text
    return len(found)
