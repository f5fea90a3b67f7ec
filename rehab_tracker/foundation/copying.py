"""Carrying every row from one database to another, whatever engine each is on."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import Connection, MetaData, text
from sqlalchemy.sql.expression import quoted_name
from sqlalchemy.types import Boolean

from rehab_tracker.foundation.db import as_kept

SUMS = {"clinic_week"}
"""Tables in which triggers add up others; a sum of nothing stands where there was something."""
KEPT_BY_ITSELF = {"alembic_version", "audit_head"} | SUMS
"""Tables that the migrations and triggers fill."""
_IN_ORDER = {"audit_event": "clinic_id, number"}
"""What a trigger counts along must arrive as it was written; PostgreSQL gives rows in any order."""
_CHUNK = 1000


def counts(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has, but for sums: those follow from the others."""
    return {
        name: connection.execute(text(f"SELECT count(*) FROM {_quoted(name)}")).scalar_one()  # noqa: S608 - names of the schema
        for name in sorted(_tables(connection).tables.keys() - SUMS)
    }


def copy_rows(source: Connection, target: Connection) -> None:
    """Insert all rows of one database into the empty tables of another of the same version."""
    here, there = _tables(source), _tables(target)
    for table in here.sorted_tables:
        if table.name in KEPT_BY_ITSELF:
            continue
        yes_or_no = {
            column.name
            for column in there.tables[table.name].columns
            if isinstance(column.type, Boolean)
        }
        rows = _rows(source, table.name)
        is_sqlite = target.dialect.name == "sqlite"
        converted = (_as_text(row) if is_sqlite else _typed(row, yes_or_no) for row in rows)
        _insert(target, table.name, [c.name for c in table.columns], converted)


def _tables(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    return found


def _quoted(name: str) -> str:
    return f'"{quoted_name(name, quote=True)}"'


def _rows(source: Connection, table: str) -> Iterator[Mapping[str, Any]]:
    order = f" ORDER BY {_IN_ORDER[table]}" if table in _IN_ORDER else ""
    found = source.execute(
        text(f"SELECT * FROM {_quoted(table)}{order}"),  # noqa: S608 - names of the schema
        execution_options={"yield_per": _CHUNK},
    )
    yield from (dict(row) for row in found.mappings())


def _insert(
    target: Connection, table: str, columns: list[str], rows: Iterable[Mapping[str, Any]]
) -> None:
    names = ", ".join(map(_quoted, columns))
    places = ", ".join(f":{name}" for name in columns)
    statement = text(f"INSERT INTO {_quoted(table)} ({names}) VALUES ({places})")  # noqa: S608 - names of the schema
    rows = iter(rows)
    while chunk := list(islice(rows, _CHUNK)):
        target.execute(statement, chunk)


def _as_text(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as SQLite keeps it."""
    return {name: as_kept(value) for name, value in row.items()}


def _typed(row: Mapping[str, Any], yes_or_no: set[str]) -> dict[str, Any]:
    """Return a row for PostgreSQL, which reads texts as what its columns are, but no numbers."""
    return {
        name: bool(value) if name in yes_or_no and value is not None else _plain_json(value)
        for name, value in row.items()
    }


def _plain_json(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value
