"""Any order of arrival ends alike: random histories of two phones against in-order delivery."""

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from rehab_tracker.foundation import clock
from rehab_tracker.foundation.db import Database, new_id
from rehab_tracker.logbook import sync
from rehab_tracker.logbook.commands import LogSession
from rehab_tracker.logbook.models import (
    LogConflict,
    LoggedExercise,
    LoggedSession,
    LogRevision,
    ProgramWeek,
)
from rehab_tracker.logbook.revising import Kept, Step, Wording, revision_after, step_for
from rehab_tracker.logbook.sent import Batch, Item
from rehab_tracker.logbook.weeks import rebuild
from rehab_tracker.programs.models import Program
from tests.builders.logbook import a_command, at
from tests.builders.people import Somebody
from tests.features.logbook.conftest import WEDNESDAY
from tests.features.logbook.histories import History, Said, a_history, arrivals, seeded

BY_RULE, IN_DATABASE = 10_000, int(os.environ.get("REHAB_TEST_HISTORIES", "25"))
"""How many go through the real database; each takes about a tenth of a second."""

NOW = at(WEDNESDAY, 20)
PROGRAM = new_id()


def identity(name: str) -> UUID:
    return uuid5(NAMESPACE_OID, name)


def content(said: Said) -> str:
    return f"{said.pain} {said.withdrawn}"


class Memory:
    """A server that is nothing but the rule."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}

    def receive(self, said: Said) -> Step | None:
        sent = Wording(identity(said.phone), PROGRAM, said.revision, content(said))
        kept = self.kept.get(said.session)
        step = step_for(sent, kept) if kept else None
        if kept is None:
            self.kept[said.session] = Kept(sent, {}, frozenset())
        elif step is Step.STANDS_ALREADY:
            again = replace(kept.standing, revision=revision_after(sent, kept.standing))
            self.kept[said.session] = replace(kept, standing=again)
        elif step is Step.REPLACE:
            before = {kept.standing.revision: kept.standing.content_hash}
            self.kept[said.session] = replace(
                kept, standing=sent, revisions={**kept.revisions, **before}
            )
        elif step is Step.ADD_TO_HISTORY:
            late = {said.revision: content(said)}
            self.kept[said.session] = replace(kept, revisions={**kept.revisions, **late})
        elif step is Step.KEEP_BESIDE:
            beside = frozenset({*kept.conflicts, content(said)})
            self.kept[said.session] = replace(kept, conflicts=beside)
        return step


def standing_in(memory: Memory) -> Mapping[str, tuple[int, str | None]]:
    return {
        name: (kept.standing.revision, kept.standing.content_hash)
        for name, kept in memory.kept.items()
    }


def expected(history: History) -> Mapping[str, tuple[int, str | None]]:
    return {name: (one.revision, content(one)) for name, one in history.standing().items()}


def test_ten_thousand_histories_end_as_if_they_had_arrived_in_order():
    for seed in range(BY_RULE):
        random = seeded(seed)
        history = a_history(random)
        in_order, shuffled = Memory(), Memory()
        for one in history.said:
            in_order.receive(one)
        news = arrivals(random, history)
        for one in news:
            shuffled.receive(one)
        assert standing_in(in_order) == standing_in(shuffled) == expected(history), seed
        for name, kept in shuffled.kept.items():
            sent = {content(one) for one in news if one.session == name}
            held = {kept.standing.content_hash, *kept.revisions.values(), *kept.conflicts}
            assert held == sent, seed


def test_what_was_answered_once_is_answered_alike_ever_after():
    for seed in range(500):
        random = seeded(seed)
        memory, news = Memory(), arrivals(random, a_history(random))
        for one in news:
            memory.receive(one)
        before = dict(memory.kept)
        again = [memory.receive(one) for one in news for _ in range(2)]
        assert memory.kept == before
        assert not {Step.REPLACE, Step.ADD_TO_HISTORY, Step.KEEP_BESIDE} & {*again}


@pytest.fixture
def told(patient: Somebody, program: Program) -> LogSession:
    whole = a_command(patient, program, WEDNESDAY)
    first = whole.exercises[0]
    return replace(whole, exercises=(replace(first, sets=first.sets[:2]),))


def deliver(db: Session, patient: Somebody, told: LogSession, news: Iterable[Said]) -> None:
    for one in news:
        client_id = identity(one.session)
        wording = replace(told, client_id=client_id, pain_during=one.pain)
        item = Item(client_id, one.revision, one.withdrawn, wording)
        batch = Batch(identity(one.phone), NOW, None, (item,))
        (outcome,) = sync.receive(db, patient.actor, batch, now=NOW)
        assert outcome.outcome is not sync.Verdict.REJECTED


def test_histories_end_in_the_database_as_if_they_had_arrived_in_order(
    db: Session, patient: Somebody, told: LogSession
):
    wanted: dict[UUID, Said] = {}
    actor = patient.actor
    for seed in range(IN_DATABASE):
        random = seeded(seed)
        history = a_history(random, f"{seed} ")
        wanted |= {identity(name): one for name, one in history.standing().items()}
        deliver(db, patient, told, arrivals(random, history))
    assert actor
    rows = list(db.scalars(select(LoggedSession)))
    found = {
        row.client_id: (row.revision, row.pain_during, row.withdrawn_at is not None) for row in rows
    }
    assert found == {key: (one.revision, one.pain, one.withdrawn) for key, one in wanted.items()}
    exercises = db.scalar(select(func.count(LoggedExercise.id)))
    assert exercises == len(rows), "an exercise was left behind or lost"
    weeks = select(ProgramWeek.first_on, ProgramWeek.done, ProgramWeek.dose_num)
    kept = db.execute(weeks.order_by(ProgramWeek.first_on)).all()
    rebuild(db)
    assert db.execute(weeks.order_by(ProgramWeek.first_on)).all() == kept


def test_the_same_batch_from_twenty_sides_at_once_is_kept_once(
    db: Session, database: Database, patient: Somebody, told: LogSession
):
    actor, phones = patient.actor, 20
    db.commit()
    items = tuple(
        Item(client_id, revision, told=replace(told, client_id=client_id, pain_during=revision))
        for client_id in (new_id(), new_id(), new_id())
        for revision in (1, 2)
    )
    batch = Batch(new_id(), NOW, None, items)

    def send(number: int) -> list[str]:
        mixed = list(items)
        seeded(number).shuffle(mixed)
        for _try in range(100):  # a phone that was told to come back later does
            with suppress(OperationalError, PoolTimeout):
                with database.session(clinic_id=actor.clinic_id) as own:
                    found = sync.receive(own, actor, replace(batch, items=tuple(mixed)), now=NOW)
                return [one.outcome for one in found]
        raise AssertionError("told to come back for ever")

    with ThreadPoolExecutor(phones) as pool:
        verdicts = [one for answer in pool.map(send, range(phones)) for one in answer]
    assert verdicts.count("created") <= 3, "of those whose answer arrived"
    assert set(verdicts) <= {"created", "updated", "duplicate"}
    rows = list(db.scalars(select(LoggedSession)))
    assert [(row.revision, row.pain_during) for row in rows] == [(2, 2)] * 3
    assert sorted(db.scalars(select(LogRevision.revision))) == [1, 1, 1]
    assert db.scalar(select(func.count(LogConflict.id))) == 0
    assert db.scalar(select(func.count(LoggedExercise.id))) == 3


def test_one_answered_but_unheard_is_a_duplicate_and_moves_nothing(
    db: Session, patient: Somebody, told: LogSession
):
    deliver(db, patient, told, [Said("x", "A", 1, 3)])
    before = db.scalar(select(LoggedSession.received_at))
    db.rollback()
    with clock.stopped(NOW + timedelta(days=2)):
        deliver(db, patient, told, [Said("x", "A", 1, 3)])
    assert db.scalar(select(LoggedSession.received_at)) == before
