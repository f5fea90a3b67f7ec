"""PostgreSQL: how its connections are set, how its transactions begin, and what a role may see.

Row-level security keeps every clinic's rows to sessions of that clinic, whatever a statement asks
for. Transactions say whose rows they see in the round trip that begins them; without a word, none.
"""

from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, text

OPTIONS: Mapping[str, Any] = MappingProxyType(
    {
        "pool_size": 5,
        "max_overflow": 5,
        "pool_timeout": 5,
        "pool_recycle": 300,
        "pool_pre_ping": True,
        "connect_args": {
            "autocommit": True,  # the driver begins no transaction: `_begin` does
            "connect_timeout": 3,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            # The last one fits disks without moving parts: there, an index beats reading whole
            # tables.
            "options": "-c statement_timeout=15000 -c lock_timeout=3000"
            " -c idle_in_transaction_session_timeout=30000 -c timezone=UTC -c random_page_cost=1.1",
        },
    }
)


def engine(url: str, **options: Any) -> Engine:
    """Return an engine whose transactions see the rows that their execution options name."""
    made = create_engine(url, hide_parameters=True, **OPTIONS, **options)
    event.listen(made, "begin", _begin)
    event.listen(made, "rollback", _end_reading)
    event.listen(made, "do_execute_no_params", _unprepared)
    event.listen(made, "handle_error", _leave_standby)
    return made


_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


def _begin(connection: Connection) -> None:
    """Begin, and say in the same round trip whose rows are seen until the transaction ends.

    All that one reading sees is of one moment, as SQLite has it anyway.
    """
    options = connection.get_execution_options()
    words = [_BEGIN_READING if options.get("reads_only") else "BEGIN"]
    clinic_id: UUID | None = options.get("clinic_id")
    if options.get("all_clinics"):
        words.append("SET LOCAL app.all_clinics = 'on'")
    elif clinic_id is not None:
        words.append(f"SET LOCAL app.clinic_id = '{clinic_id.hex}'")
    plain = {"no_parameters": True}
    connection.exec_driver_sql("; ".join(words), execution_options=plain)


def _end_reading(connection: Connection) -> None:
    """Let reads end by COMMIT: on ROLLBACK the driver forgets all statements it has prepared.

    Where that fails, the ROLLBACK that follows finds out what is wrong.
    """
    if connection.get_execution_options().get("reads_only") and not connection.invalidated:
        with suppress(connection.dialect.loaded_dbapi.Error):
            connection.connection.commit()


def _unprepared(cursor: Any, statement: str, _context: object) -> bool:
    """Send what has no parameters as it is: the driver would prepare it, which takes one alone."""
    cursor.execute(statement, prepare=False)
    return True


def _leave_standby(context: ExceptionContext) -> None:
    """Give up a connection whose server no longer writes: another one has taken its place."""
    if getattr(context.original_exception, "sqlstate", "") == "25006":
        context.is_disconnect = True


_BYPASSES = text(
    "SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)"
)
_OPEN = text(
    """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
    AND NOT (relrowsecurity AND relforcerowsecurity)
    AND EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = pg_class.oid AND attname = 'clinic_id' AND NOT attisdropped
    )
    ORDER BY relname
    """
)


def bypassing(connection: Connection) -> str:
    """Say in a sentence why row-level security would not bind this connection; empty if it does."""
    if role := connection.scalar(_BYPASSES):
        return (
            f"the role {role} bypasses row-level security: use one that is no superuser "
            "and has NOBYPASSRLS"
        )
    if tables := connection.scalars(_OPEN).all():
        return f"no row-level security on {', '.join(tables)}"
    return ""
