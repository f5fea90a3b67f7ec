"""One world for all tests of a process and a database: no test may change it."""

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from rehab_tracker.foundation import migrate, tenancy
from rehab_tracker.foundation.db import Database
from tests import postgres
from tests.conftest import missing
from tests.isolation.world import World, a_world


@pytest.fixture(scope="session")
def sqlite_world(
    shared_app: Flask, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> World:
    folder = tmp_path_factory.mktemp("world")
    path = shutil.copy(sqlite_template, folder / "rehab.sqlite3")
    return a_world(shared_app, f"sqlite:///{path}", folder)


@pytest.fixture(scope="session")
def postgres_world(shared_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    if postgres.SERVER not in os.environ:
        missing("postgres", "no server was found on this machine")
    server, name = os.environ[postgres.SERVER], f"world_{secrets.token_hex(6)}"
    url = postgres.a_database(server, name)
    migrate.upgrade(Database(url))
    world = a_world(shared_app, url, tmp_path_factory.mktemp("world"))
    yield world
    world.database.engine.dispose()
    postgres.run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres", "postgres without the filter"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return both clinics; without the ORM's filter the database alone keeps them apart."""
    kind, _, without = request.param.partition(" ")
    found: World = request.getfixturevalue(f"{kind}_world")
    found.app.config["SETTINGS"] = found.settings
    found.app.extensions["database"] = found.database
    if not without:
        yield found
        return
    belt = tenancy._see_own_clinic  # noqa: SLF001 - the product has no way to take it off
    event.remove(Session, "do_orm_execute", belt)
    yield found
    event.listen(Session, "do_orm_execute", belt)
