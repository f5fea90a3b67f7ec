"""Databases of both kinds, the app, and browsers that look at what they get."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy.orm import Session

from rehab_tracker import create_app
from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from rehab_tracker.accounts.sign_in import key_of
from rehab_tracker.config import Settings
from rehab_tracker.foundation import clock, migrate
from rehab_tracker.foundation.db import Base, Database
from tests import postgres
from tests.builders.people import Somebody, a_clinic
from tests.client import CheckedClient, statements_to

REQUIRED = {word for word in os.environ.get("REHAB_TEST_REQUIRE", "").split(",") if word}
_running = ExitStack()


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
"""For what only one of the databases can do; everything else runs on both."""


# A thousandth of what the product spends on a password, which `test_passwords` looks at.
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
passwords._hasher = lambda: CHEAP  # type: ignore[assignment]  # noqa: SLF001
passwords._NOBODY = CHEAP.hash("nobody has this password")  # noqa: SLF001


def missing(what: str, why: str) -> None:
    """Skip with a printed reason, or fail where the run says that it must be there."""
    if what in REQUIRED:
        pytest.fail(f"{what} is required by REHAB_TEST_REQUIRE, but {why}", pytrace=False)
    pytest.skip(f"{what}: {why}")


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL for the whole run, in the process that leads the others."""
    is_worker = hasattr(config, "workerinput")
    bin_folder = postgres.binaries()
    if not is_worker and postgres.SERVER not in os.environ and bin_folder:
        os.environ[postgres.SERVER] = _running.enter_context(postgres.server(bin_folder))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the PostgreSQL of this run."""
    if not hasattr(config, "workerinput"):
        _running.close()


@cache
def database_at(url: str) -> Database:
    """Return this process's one database of an address: what its engine compiled stays known."""
    return Database(url)


def migrated(url: str) -> None:
    """Give an empty database its tables."""
    database = Database(url)
    migrate.upgrade(database)
    database.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def sqlite_file() -> Iterator[Path]:
    """Return where tests put their databases, one after the other: in memory, if there is room."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of this process's own is made in it
    with TemporaryDirectory(prefix="rehab-", dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder) / "rehab.sqlite3"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Return the address of a migrated database that tests use one after the other."""
    if postgres.SERVER not in os.environ:
        missing("postgres", "no server was found on this machine")
    name = f"test_{secrets.token_hex(6)}"
    with postgres.passing_database(os.environ[postgres.SERVER], name) as url:
        migrated(url)
        yield url
        database_at(url).engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of a migrated database without a row."""
    if request.param == "sqlite":
        template, path = map(request.getfixturevalue, ("sqlite_template", "sqlite_file"))
        for left in path.parent.iterdir():
            left.unlink()
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
        return
    url, ruler = map(request.getfixturevalue, ("postgres_url", "ruler"))
    yield url
    ruler.execute(_empty(), prepare=False)


@pytest.fixture(scope="session")
def ruler(postgres_url: str) -> Iterator[psycopg.Connection[Any]]:
    """Open a connection to the same database for the one who rules the server."""
    patience = "-c statement_timeout=60s"  # where a test left rows locked, say so
    url = postgres.of_ruler(postgres_url)
    with psycopg.connect(url, autocommit=True, options=patience) as connection:
        yield connection


@cache
def _empty() -> str:
    deletes = (f"DELETE FROM {table.name}" for table in Base.metadata.sorted_tables)
    return "; ".join(("BEGIN", postgres.UNBOUND, *deletes, "COMMIT"))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, database_url=database_url, secret_key="t" * 40)


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Build the app once for all tests of a process: its routes and templates never change."""
    folder = tmp_path_factory.mktemp("app")
    return create_app(Settings(folder, "sqlite://", secret_key="t" * 40))


@pytest.fixture
def app(request: pytest.FixtureRequest, settings: Settings, shared_app: Flask) -> Iterator[Flask]:
    """Return the app on this test's database; `own_app` marks tests that add routes to it."""
    own = request.node.get_closest_marker("own_app")
    app = create_app(settings) if own else shared_app
    app.config["SETTINGS"] = settings
    app.extensions["database"] = database_at(settings.database_url)
    app.testing = True
    app.test_client_class = CheckedClient
    yield app
    engine = app.extensions["database"].engine
    assert engine.pool.checkedout() == 0, "a request left its connection open"
    if engine.dialect.name == "sqlite":
        engine.dispose()  # the next test has another file


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """Note what the database is asked from here on."""
    with statements_to(database.engine) as noted:
        yield noted


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def clinic(database: Database) -> Clinic:
    return a_clinic(database)


@pytest.fixture
def db(app: Flask, database: Database, clinic: Clinic) -> Iterator[Session]:
    """Open a session of the clinic; commit what a request is to see."""
    with app.test_request_context(), database.session(clinic_id=clinic.id) as session:
        yield session


@pytest.fixture
def as_(app: Flask, database: Database) -> Callable[[Somebody], CheckedClient]:
    """Sign somebody in, in a browser of their own; their rows must be committed."""

    def signed_in(somebody: Somebody) -> CheckedClient:
        from rehab_tracker.accounts import sign_ins  # noqa: PLC0415

        token = secrets.token_urlsafe(32)
        with database.all_clinics(because="a test signs in") as session:
            sign_ins.begin_sign_in(session, key_of(token), somebody.member, clock.now())
        client: Any = app.test_client()
        sessions: Any = app.session_interface
        client.set_cookie(sessions.cookie, token)
        return client

    return signed_in


@pytest.fixture
def stranger(app: Flask) -> CheckedClient:
    client: Any = app.test_client()
    return client
