"""Runs migrations on the connection that `rehab_tracker.foundation.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import TypeDecorator, text

from rehab_tracker.foundation.db import WHERE, Base


def _plain_types(kind: str, thing: Any, _autogen: Any) -> str | Literal[False]:
    """Write a migration with the database's own types, so that it never changes its meaning."""
    if kind == "type" and isinstance(thing, TypeDecorator):
        return f"sa.{thing.impl_instance!r}"
    return False


def _say_in_dialects() -> None:
    """Say what each database has its own words for."""
    for table in Base.metadata.tables.values():
        table.dialect_options["sqlite"]["strict"] = True
        for index in table.indexes:
            if rows := index.info.get(WHERE):
                for dialect in ("sqlite", "postgresql"):
                    index.dialect_options[dialect]["where"] = text(rows)


_say_in_dialects()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=_plain_types,
    render_as_batch=False,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
