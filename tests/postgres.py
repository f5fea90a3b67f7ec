"""A PostgreSQL server of the tests' own, on a socket in a temporary folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import psycopg
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url

SERVER = "REHAB_TEST_POSTGRES_URL"
FAST = (
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off"),
    *("max_connections=100", "deadlock_timeout=50ms"),
)


def binaries() -> Path | None:
    """Return the folder of the newest server on this machine, if there is one."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda f: int(f.parent.name))
    found = shutil.which("pg_ctl")
    folders = [Path(found).resolve().parent] if found and not folders else folders
    return folders[-1] if folders else None


def user() -> str | None:
    """Return whom to run the server as: root may not, an ordinary person runs it themselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


@contextmanager
def server(bin_folder: Path, settings: Sequence[str] = FAST) -> Iterator[str]:
    """Run a server and give the address of its first database."""
    folder = Path(tempfile.mkdtemp(prefix="rehab-pg-"))
    owner = user()
    if owner:
        shutil.chown(folder, owner)
    run = {"user": owner, "check": True, "cwd": folder, "stdout": subprocess.DEVNULL}
    data = folder / "data"
    subprocess.run(
        [bin_folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"],
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        **run,
    )
    chosen = " ".join(f"-c {setting}" for setting in settings)
    options = f"-k {folder} -h '' {chosen}"
    start = [bin_folder / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"]
    subprocess.run(start, **run)
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        subprocess.run([bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **run)
        shutil.rmtree(folder, ignore_errors=True)


ROLE = "rehab"
"""Whom row-level security binds, though it owns its databases: what a small clinic has."""


def run(url: str | URL, *statements: str) -> None:
    """Run statements that cannot be taken back, such as making a database."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def a_database(server: str, name: str, *, like: str = "template1") -> str:
    """Make a database of the bound role and return its address."""
    role = f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{ROLE}'"
    run(server, f"DO $$BEGIN {role}; EXCEPTION WHEN duplicate_object THEN NULL; END$$")
    run(server, f"CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {like}")
    url = make_url(server).set(database=name, username=ROLE, password=ROLE)
    return url.render_as_string(hide_password=False)


@contextmanager
def passing_database(server: str, name: str) -> Iterator[str]:
    """Make a database, give its address, and drop it, whoever still looks at it.

    Who rules the server drops it: a vacuum that passes by cannot be sent away by its owner.
    """
    url = a_database(server, name)
    try:
        yield url
    finally:
        run(server, f"DROP DATABASE {name} WITH (FORCE)")


UNBOUND = "SET LOCAL session_replication_role = replica"


def of_ruler(url: str | URL) -> str:
    """Return the address at which the one who rules the server finds the same database."""
    database = make_url(url).database
    ruler = make_url(os.environ[SERVER]).set(drivername="postgresql", database=database)
    return ruler.render_as_string(hide_password=False)


@contextmanager
def ruling(url: str | URL) -> Iterator[Connection]:
    """Open a connection of the one who rules the server: no policy, no trigger, no key binds."""
    engine = create_engine(of_ruler(url), poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(UNBOUND)
        yield connection


class Cutter:
    """Cuts an engine's connections off in the server; `meets` says when, and it counts how often.

    A statement is cut before it is done; `"COMMIT"` after it is done, so that its answer is lost.
    """

    def __init__(self, engine: Engine, meets: Callable[[str], bool], times: int = 1) -> None:
        self._engine, self._meets, self.left = engine, meets, times
        self.met = 0

    def __enter__(self) -> Self:
        event.listen(self._engine, "before_cursor_execute", self._before)
        event.listen(self._engine, "commit", self._committed)
        return self

    def __exit__(self, *_problem: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._before)
        event.remove(self._engine, "commit", self._committed)

    def _before(self, connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if self._meets(statement):
            self._cut(connection)

    def _committed(self, connection: Connection) -> None:
        if self._meets("COMMIT"):
            raw: Any = connection.connection.driver_connection
            raw.execute("COMMIT")
            raw.execute("BEGIN")  # so that the driver has a transaction whose end it misses
            self._cut(connection)

    def _cut(self, connection: Connection) -> None:
        self.met += 1
        if self.left == 0:
            return
        self.left -= 1
        raw: Any = connection.connection.driver_connection
        with psycopg.connect(raw.info.dsn, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [raw.info.backend_pid])
