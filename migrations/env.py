"""Runs migrations on the connection that `rehab_tracker.foundation.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import TypeDecorator

from rehab_tracker.foundation.db import Base


def _plain_types(kind: str, thing: Any, _autogen: Any) -> str | Literal[False]:
    """Write a migration with the database's own types, so that it never changes its meaning."""
    if kind == "type" and isinstance(thing, TypeDecorator):
        return f"sa.{thing.impl_instance!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=_plain_types,
    render_as_batch=False,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
