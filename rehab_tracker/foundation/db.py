"""The database: engine, types and the session of a request."""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache, wraps
from importlib import import_module
from typing import Any, ClassVar, ParamSpec
from uuid import UUID

from flask import current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    Uuid,
    create_engine,
    event,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from rehab_tracker.foundation import folding, postgres

FIXED_WAL = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""First releases of each SQLite line without the WAL-reset corruption bug."""

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values; SQLite keeps the UTC digits."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give every instant its UTC zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@lru_cache(maxsize=4096)
def _identity(text: str | None) -> UUID | None:
    return UUID(text) if text else None


class Identity(TypeDecorator[UUID]):
    """A UUID; where the database keeps it as text, each one is parsed once, not row by row."""

    impl = Uuid
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:
        """Return what reads a column's values."""
        native = dialect.supports_native_uuid
        return super().result_processor(dialect, coltype) if native else _identity


class Grams(TypeDecorator[Decimal]):
    """A load in kilograms, kept exactly as whole grams."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _dialect: Dialect) -> int | None:
        """Keep kilograms as grams."""
        return None if value is None else int(value * 1000)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> Decimal | None:
        """Return kilograms without needless zeros."""
        return None if value is None else kilograms(value)


@lru_cache(maxsize=1024)
def kilograms(grams: int) -> Decimal:
    """Return grams as kilograms in their shortest plain form: 2500 is 2.5, 20000 is 20."""
    return Decimal(f"{Decimal(grams) / 1000:f}")


def word(choices: type[StrEnum]) -> Enum:
    """Return a column type for one of the enum's words, checked by the database."""
    return Enum(
        choices,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda enum: [member.value for member in enum],
        name=choices.__name__.lower(),
    )


_AS_TEXT: tuple[type[Any], ...] = (Uuid, Date, DateTime, JSON, String, Enum)
for _type in _AS_TEXT:
    compiles(_type, "sqlite")(lambda *_, **__: "TEXT")
compiles(Boolean, "sqlite")(lambda *_, **__: "INTEGER")


class Base(DeclarativeBase):
    """Every table of the product."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        date: Date,
        UUID: Identity(),
        Decimal: Grams,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[int]: JSON,
    }


WHERE = "where"
"""Names in an index's `info` which rows it holds. Migrations hand it to the dialects: to say it in
each one's words would load both wherever the product runs, two megabytes for nothing."""


def new_id() -> UUID:
    """Return a UUID of version 7: unguessable, and in order of creation to the millisecond."""
    stamp = time.time_ns() // 1_000_000
    value = stamp << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62
    return UUID(int=value | secrets.randbits(62))


def as_kept(value: Any) -> Any:
    """Return a value read from any database as SQLite keeps it: what is sealed and backed up."""
    match value:
        case UUID():
            return value.hex
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
        case date():
            return value.isoformat()
        case bool():
            return int(value)
        case dict() | list():
            return json.dumps(value)
    return value


def table_of(model: type[Base]) -> Table:
    """Return a model's table, for writing many rows at once under the columns' own names.

    The guard of a clinic's rows looks at every row; an ORM insert takes half as long again.
    """
    table = model.__table__
    assert isinstance(table, Table)
    return table


def insert_or_update(dialect: str, into: Any) -> Any:
    """Return an INSERT with `on_conflict_do_update`, which SQLAlchemy has for each database apart.

    Of the dialects, two megabytes each, only the one in use is loaded.
    """
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(into)


def longest(column: str, characters: int) -> CheckConstraint:
    """Return a check on a text's length, which SQLite would not keep by itself."""
    return CheckConstraint(f"length({column}) <= {characters}", f"{column}_length")


class UnsafeDatabase(Exception):
    """The database cannot keep what the product promises; the text says why."""


class Database:
    """One engine with a reading and a writing way to open sessions."""

    def __init__(self, url: str, audit_key: bytes | None = None, **engine_options: Any) -> None:
        self.engine = _engine(url, **engine_options)
        # Without a key, one that nobody has: what is then recorded can be verified by this alone.
        self.audit_key = audit_key or secrets.token_bytes(32)
        self._reading = self.engine.execution_options(reads_only=True)

    def reading(self) -> Connection:
        """Open a connection that sees every clinic, to find out who asks before one is known."""
        return self._reading.connect().execution_options(all_clinics=True)

    def upkeep(self) -> Connection:
        """Open a connection that sees and changes every clinic, for whole tables at a time."""
        return self.engine.connect().execution_options(all_clinics=True)

    def session(self, *, reads_only: bool = False, **info: Any) -> Session:
        """Open a session; `info` carries its clinic or the reason why it has none."""
        bind = self._reading if reads_only else self.engine
        known = {"reads_only": reads_only, "audit_key": self.audit_key}
        return _sessions(bind=bind, info=known | info, execution_options=info)

    @contextmanager
    def all_clinics(self, *, because: str, reads_only: bool = False) -> Iterator[Session]:
        """Open a session that sees every clinic, for a stated reason; commit at its end."""
        with self.session(reads_only=reads_only, all_clinics=because) as db:
            yield db
            db.commit()

    @contextmanager
    def of_clinic(self, clinic_id: UUID) -> Iterator[Session]:
        """Open a session of one clinic outside a request; commit at its end."""
        with self.session(clinic_id=clinic_id) as db:
            yield db
            db.commit()


_sessions = sessionmaker(expire_on_commit=False, autoflush=False)


def _engine(url: str, **options: Any) -> Engine:
    if not url.startswith("sqlite"):
        return postgres.engine(url, **options)
    engine = create_engine(url, module=_sqlite_driver(), hide_parameters=True, **options)
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@cache
def _sqlite_driver() -> Any:
    """Return the newest SQLite that is installed; nobody loads it for PostgreSQL."""
    try:
        return import_module("pysqlite3.dbapi2")
    except ImportError:
        return import_module("sqlite3")


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Tell whether this SQLite keeps its write-ahead log without the known corruption."""
    return version >= max(FIXED_WAL) or any(
        fixed <= version < (fixed[0], fixed[1] + 1, 0) for fixed in FIXED_WAL
    )


_BUSY_S = 10
_NAP_S = 0.0005


def prepare_sqlite(connection: Any, _record: object = None) -> None:
    """Set what must hold on every SQLite connection."""
    connection.isolation_level = None
    safe = wal_is_safe(_sqlite_driver().sqlite_version_info)
    for pragma in (
        f"busy_timeout={_BUSY_S * 1000}",
        f"journal_mode={'WAL' if safe else 'DELETE'}",
        f"synchronous={'FULL' if safe else 'EXTRA'}",
        "foreign_keys=ON",
        "secure_delete=ON",
        "mmap_size=0",
        "journal_size_limit=67108864",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")
    folding.prepare_sqlite(connection)
    if wait := getattr(connection, "set_busy_handler", None):  # Python's own driver has none
        wait(_Patience())


class _Patience:
    """Naps while somebody else writes; SQLite's own naps grow, and late-comers get ahead of it."""

    def __init__(self) -> None:
        self._began = 0.0

    def __call__(self, times: int) -> bool:
        """Tell whether to look again; a busy machine's naps are long, so the clock decides."""
        if times == 0:
            self._began = time.monotonic()
        time.sleep(_NAP_S)
        return time.monotonic() - self._began < _BUSY_S


def _begin_sqlite(connection: Any) -> None:
    reads_only = connection.get_execution_options().get("reads_only")
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


READS = {"GET", "HEAD"}
"""What a request's method is when it writes nothing."""


def database() -> Database:
    """Return the database of the running app."""
    found: Database = current_app.extensions["database"]
    return found


def current() -> Session:
    """Return this request's session: reading only for GET, of the acting person's clinic."""
    if "db" not in g:
        actor = g.get("actor")
        g.db = database().session(
            reads_only=request.method in READS,
            **({"clinic_id": actor.clinic_id} if actor else {}),
        )
    session: Session = g.db
    return session


def close_current(_problem: BaseException | None = None) -> None:
    """Give this request's connection back, undoing what was not committed."""
    if (session := g.pop("db", None)) is not None:
        session.close()


P = ParamSpec("P")


def commits(
    view: Callable[P, ResponseReturnValue],
) -> Callable[P, ResponseReturnValue]:
    """Commit what a view wrote when it answers 2xx or 3xx, and only then."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        response = current_app.make_response(view(*args, **kwargs))
        if "db" in g:
            if response.status_code < 400:  # noqa: PLR2004 - the first status that refuses
                g.db.commit()
            else:
                g.db.rollback()
        return response

    return answer
