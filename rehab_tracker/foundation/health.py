"""Whether an installation is well: for its operator in words, for its guards in two addresses."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from rehab_tracker.foundation import audit, migrate, postgres
from rehab_tracker.foundation.db import Database
from rehab_tracker.foundation.logs import log

LEAST_FREE_MB = 64
"""Below this much room on the disk nobody should be sent here any more."""
LOOKED_AT_MB = 64
"""A start looks through the pages of a file up to this size; `check` looks at any."""
_newest = cache(migrate.newest)


class Damaged(Exception):
    """The database lost what it held; the text is one sentence."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `problem` is empty where it is well."""

    name: str
    said: str
    problem: str = ""


def require_sound(database: Database) -> None:
    """Refuse to start on a database of another version, or one that a quick look finds damaged."""
    migrate.require_newest(database)
    with database.reading() as connection:
        if connection.dialect.name != "sqlite":
            if problem := postgres.bypassing(connection):
                log().warning("isolation_is_weaker", problem=problem)
            return
        size = connection.scalar(
            text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        )
        if size and size <= LOOKED_AT_MB << 20:
            found = connection.scalar(text("PRAGMA quick_check(1)"))
            if found != "ok":
                said = " ".join(str(found).split())
                raise Damaged(f"The database is damaged ({said}): restore a backup.")


def findings(database: Database, data_dir: Path) -> Iterator[Finding]:
    """Look at everything, however long it takes."""
    yield Finding("version", f"{migrate.present(database)}, as this release needs")
    with database.reading() as connection:
        yield Finding("engine", _engine(connection))
        if connection.dialect.name == "postgresql":
            problem = postgres.bypassing(connection)
            yield Finding("isolation", "row-level security binds this role", problem)
    for name, problem in migrate.faults(database):
        yield Finding(name, "whole", problem)
    yield _audit(database)
    yield _disk(data_dir)


def _engine(connection: Connection) -> str:
    if connection.dialect.name != "sqlite":
        return f"PostgreSQL {connection.scalar(text('SHOW server_version'))}"
    version = connection.scalar(text("SELECT sqlite_version()"))
    return f"SQLite {version}, {connection.scalar(text('PRAGMA journal_mode'))} journal"


def _audit(database: Database) -> Finding:
    chains = list(audit.verify(database))
    broken = [f"clinic {chain.clinic_id}: {chain.problem}" for chain in chains if chain.problem]
    deeds = sum(chain.deeds for chain in chains)
    return Finding("audit", f"{deeds} deeds of {len(chains)} clinics, whole", "; ".join(broken))


def _disk(data_dir: Path) -> Finding:
    free = shutil.disk_usage(data_dir).free >> 20
    scarce = f"only {free} MB free" if free < LEAST_FREE_MB else ""
    return Finding("disk", f"{free} MB free", scarce)


Answer = Callable[[str, list[tuple[str, str]]], Any]


class Health:
    """Answers `/healthz` and `/readyz` before the product is asked: no sign-in, no cookie."""

    def __init__(self, app: Any, database: Callable[[], Database], data_dir: Path) -> None:
        self._app, self._database, self._data_dir = app, database, data_dir

    def __call__(self, environ: dict[str, Any], start_response: Answer) -> Iterable[bytes]:
        """Answer a probe; hand everything else on."""
        match environ.get("PATH_INFO"):
            case "/healthz":
                problems = []
            case "/readyz":
                problems = [finding.problem for finding in self._ready() if finding.problem]
            case _:
                found: Iterable[bytes] = self._app(environ, start_response)
                return found
        body = ("; ".join(problems) or "ok").encode()
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
        ]
        start_response("503 Service Unavailable" if problems else "200 OK", headers)
        return [body]

    def _ready(self) -> Iterator[Finding]:
        yield _disk(self._data_dir)
        try:
            version = migrate.present(self._database())
        except DatabaseError:
            yield Finding("database", "", "the database does not answer")
        else:
            other = "" if version == _newest() else "the database is of another version"
            yield Finding("version", str(version), other)
