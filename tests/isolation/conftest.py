"""One world for all tests of a process and a database: no test may change it."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from rehab_tracker.foundation import tenancy
from tests import postgres
from tests.conftest import migrated, missing
from tests.isolation.marks import mark
from tests.isolation.world import World, a_world

Worlds = Callable[[str, bool], World]
KINDS = ("sqlite", "postgres_without_the_filter")
"""By the filter alone, and by PostgreSQL alone: together they keep what either keeps."""


@contextmanager
def _on_postgres() -> Iterator[str]:
    if postgres.SERVER not in os.environ:
        missing("postgres", "no server was found on this machine")
    name = f"world_{secrets.token_hex(6)}"
    with postgres.passing_database(os.environ[postgres.SERVER], name) as url:
        migrated(url)
        yield url


@pytest.fixture(scope="session")
def worlds(
    request: pytest.FixtureRequest, shared_app: Flask, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Worlds]:
    """Return what makes a world of a kind, once."""
    with ExitStack() as places:

        @cache
        def make(kind: str, is_marked: bool) -> World:
            folder = tmp_path_factory.mktemp("world")
            if kind == "sqlite":
                template = request.getfixturevalue("sqlite_template")
                url = f"sqlite:///{shutil.copy(template, folder / 'rehab.sqlite3')}"
            else:
                url = places.enter_context(_on_postgres())
            found = a_world(shared_app, url, folder)
            places.callback(found.database.engine.dispose)
            if is_marked:
                mark(found)
            return found

        yield make


def _entered(request: pytest.FixtureRequest, worlds: Worlds, *, is_marked: bool) -> World:
    kind, _, without = request.param.partition("_")
    found = worlds(kind, is_marked)
    found.app.config["SETTINGS"] = found.settings
    found.app.extensions["database"] = found.database
    if without:
        request.getfixturevalue("without_the_filter")
    return found


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, worlds: Worlds) -> World:
    """Return both clinics; without the ORM's filter the database alone keeps them apart."""
    return _entered(request, worlds, is_marked=False)


@pytest.fixture(params=KINDS)
def marked(request: pytest.FixtureRequest, worlds: Worlds) -> World:
    """Return the same in which every text of the other clinic holds a word."""
    return _entered(request, worlds, is_marked=True)


@pytest.fixture
def without_the_filter() -> Iterator[None]:
    """Take belt 2 off: sessions see whatever the database lets them."""
    belt = tenancy._see_own_clinic  # noqa: SLF001 - the product has no way to take it off
    event.remove(Session, "do_orm_execute", belt)
    yield
    event.listen(Session, "do_orm_execute", belt)
