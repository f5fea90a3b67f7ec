"""What PostgreSQL refused for a moment is asked again, if it may be done twice; nothing else is."""

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from rehab_tracker.foundation.db import Database
from rehab_tracker.foundation.repeats import TRIES, repeated
from tests.conftest import on_postgres
from tests.postgres import Cutter

MORE = "UPDATE rate_limit SET full_at = full_at + 1 WHERE key = cast(:n AS text)"


@pytest.fixture
def two_rows(database: Database) -> Database:
    with database.engine.begin() as connection:
        for number in (0, 1):
            connection.execute(
                text("INSERT INTO rate_limit (key, full_at) VALUES (:key, 0)"), {"key": str(number)}
            )
    return database


def sums(database: Database) -> list[int]:
    with database.reading() as connection:
        return list(connection.scalars(text("SELECT full_at FROM rate_limit ORDER BY key")))


@on_postgres
def test_a_cut_connection_is_asked_twice_more_and_no_more(two_rows: Database):
    def more() -> int:
        with two_rows.engine.begin() as connection:
            return connection.execute(text(MORE), {"n": 0}).rowcount

    with Cutter(two_rows.engine, lambda said: "UPDATE" in said, times=TRIES - 1) as cutter:
        assert repeated(more) == 1
    assert (cutter.met, sums(two_rows)) == (TRIES, [1, 0])
    with Cutter(two_rows.engine, lambda said: "UPDATE" in said, times=9) as cutter:
        with pytest.raises(OperationalError):
            repeated(more)
        assert cutter.met == TRIES
    assert sums(two_rows) == [1, 0]


def test_a_server_that_cannot_be_reached_is_asked_thrice():
    nowhere = Database("postgresql://somebody@127.0.0.1:1/nothing")
    asked: list[int] = []

    def ask() -> None:
        asked.append(1)
        nowhere.reading()

    with pytest.raises(OperationalError):
        repeated(ask)
    assert len(asked) == TRIES
    nowhere.engine.dispose()


def crosswise(database: Database, level: str, first: str, then: str) -> list[int]:
    """Run two transactions that bar each other at their first try; return how often each began."""
    both_began = threading.Barrier(2, timeout=10)
    tries = [0, 0]

    def unit(who: int) -> None:
        tries[who] += 1
        with database.engine.begin() as connection:
            connection.execute(text(f"SET TRANSACTION ISOLATION LEVEL {level}"))
            connection.execute(text(first), {"n": who})
            if tries[who] == 1:
                both_began.wait()
            connection.execute(text(then), {"n": 1 - who})

    hands = [threading.Thread(target=lambda who=who: repeated(lambda: unit(who))) for who in (0, 1)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    return sorted(tries)


@on_postgres
def test_whoever_gave_way_in_a_deadlock_is_done_in_the_end(two_rows: Database):
    assert crosswise(two_rows, "READ COMMITTED", MORE, MORE) == [1, 2]
    assert sums(two_rows) == [2, 2]


@on_postgres
def test_whoever_could_not_be_put_in_order_is_done_in_the_end(two_rows: Database):
    sees = "SELECT full_at FROM rate_limit WHERE key <> cast(:n AS text)"
    all_more = "UPDATE rate_limit SET full_at = full_at + 1 WHERE :n < 9"
    assert crosswise(two_rows, "REPEATABLE READ", sees, all_more) == [1, 2]
    assert sums(two_rows) == [2, 2]


@on_postgres
def test_a_server_that_became_a_standby_is_left(two_rows: Database):
    """Whoever writes to it is told 25006; its connection must not be handed out again."""
    seen: list[int] = []

    def unit() -> None:
        with two_rows.engine.begin() as connection:
            seen.append(connection.scalar(text("SELECT pg_backend_pid()")) or 0)
            if len(seen) == 1:
                connection.execute(text("SET TRANSACTION READ ONLY"))
            connection.execute(text(MORE), {"n": 0})

    repeated(unit)
    assert len(set(seen)) == 2
    assert sums(two_rows) == [1, 0]


@on_postgres
@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("INSERT INTO rate_limit SELECT * FROM rate_limit", IntegrityError),
        ("SELECT 1 / 0", DBAPIError),
        ("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)", OperationalError),
    ],
)
def test_what_would_fail_again_is_asked_once(
    two_rows: Database, statement: str, kind: type[DBAPIError]
):
    asked: list[str] = []

    def ask() -> None:
        asked.append(statement)
        with two_rows.engine.begin() as connection:
            connection.exec_driver_sql(statement)

    with pytest.raises(kind):
        repeated(ask)
    assert len(asked) == 1
