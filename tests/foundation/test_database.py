"""The settings that durability and patience rest on, read back from the databases themselves."""

import threading

import pytest
from sqlalchemy import Connection, text

from rehab_tracker.foundation.db import Database, wal_is_safe
from tests.conftest import on_postgres, on_sqlite

SQLITE = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "secure_delete": 1,
    "mmap_size": 0,
    "journal_size_limit": 67108864,
    "trusted_schema": 0,
}
POSTGRES = {
    "statement_timeout": "15s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "30s",
    "TimeZone": "UTC",
    "transaction_isolation": "read committed",
}
CONNECTION = {
    "connect_timeout": "3",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
}


def _told(connection: Connection, word: str, name: str) -> object:
    return connection.scalar(text(f"{word} {name}"))


def test_every_connection_has_its_settings(database: Database):
    with database.engine.connect() as one, database.reading() as reader:
        if one.dialect.name == "sqlite":
            assert {name: _told(one, "PRAGMA", name) for name in SQLITE} == SQLITE
            assert {name: _told(reader, "PRAGMA", name) for name in SQLITE} == SQLITE
            return
        assert {name: _told(one, "SHOW", name) for name in POSTGRES} == POSTGRES
        assert _told(reader, "SHOW", "transaction_read_only") == "on"
        raw = one.connection.driver_connection
        assert raw is not None
        assert raw.info.get_parameters().items() >= CONNECTION.items()
        pool = database.engine.pool
        names = ("max_overflow", "timeout", "recycle", "pre_ping")
        told = [getattr(pool, f"_{name}") for name in names]
        assert [pool.size(), *told] == [5, 5, 5, 300, True]  # type: ignore[attr-defined]


@on_sqlite
def test_a_writer_takes_its_turn_at_once_and_a_reader_bars_nobody(
    database: Database, statements: list[str]
):
    """Who reads first and writes then would be refused when somebody else wrote in between."""
    with database.engine.connect() as writer:
        writer.execute(text("SELECT 1"))
        driver = writer.connection.driver_connection
        assert driver is not None
        assert driver.isolation_level is None, "the driver begins nothing by itself"
        with database.reading() as reader:
            reader.execute(text("SELECT 1"))
    assert statements == ["BEGIN IMMEDIATE", "SELECT 1", "BEGIN", "SELECT 1"]


@on_sqlite
def test_a_writer_waits_for_another_who_is_not_long(database: Database):
    began, done = threading.Event(), threading.Event()

    def hold() -> None:
        with database.engine.begin() as connection:
            connection.execute(text("SELECT 1"))
            began.set()
            done.wait(0.2)

    other = threading.Thread(target=hold)
    other.start()
    assert began.wait(10)
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM rate_limit"))
    other.join()


@on_postgres
def test_a_connection_that_died_in_the_pool_is_replaced_before_it_is_used(database: Database):
    with database.engine.connect() as resting, database.engine.connect() as other:
        dead = resting.scalar(text("SELECT pg_backend_pid()"))
        resting.close()
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": dead})
        with database.engine.connect() as alive:
            assert alive.scalar(text("SELECT pg_backend_pid()")) not in {None, dead}


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
    ],
)
def test_a_log_written_ahead_is_for_libraries_without_the_known_corruption(
    version: tuple[int, ...], is_safe: bool
):
    assert wal_is_safe(version) is is_safe


@on_sqlite
def test_every_table_of_sqlite_is_strict(database: Database):
    with database.reading() as connection:
        loose = connection.scalars(
            text(
                "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
                " AND NOT strict AND name NOT LIKE 'sqlite_%'"
            )
        )
        assert loose.all() == ["alembic_version"]
