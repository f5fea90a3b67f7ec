"""Somebody who can do everything to a database, but does not know the key of its audit."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from rehab_tracker.foundation.db import Database
from tests import postgres


@contextmanager
def tampering(database: Database) -> Iterator[Connection]:
    """Open a connection that no trigger stops; commit at its end."""
    if database.engine.dialect.name != "sqlite":
        with postgres.ruling(database.engine.url) as connection:
            yield connection
        return
    triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    with database.engine.begin() as connection:
        for name in connection.scalars(triggers).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        yield connection
