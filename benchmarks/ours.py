"""The product in this process: to read its forms and to count its statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event

from benchmarks.data import token_of
from benchmarks.servers import environ
from rehab_tracker import create_app
from rehab_tracker.config import Settings

_TRANSACTION_WORDS = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")


@contextmanager
def in_process(url: str, folder: Path) -> Iterator[Flask]:
    """Build the product for a database, with the servers' settings."""
    app = create_app(Settings.from_environment(environ(url, folder)))
    app.testing = True
    yield app
    app.extensions["database"].engine.dispose()


def browser(app: Flask, member: str) -> FlaskClient:
    """Return a browser in which a member is signed in."""
    client = app.test_client()
    client.set_cookie("sid", token_of(member))
    return client


def form_token(app: Flask, member: str) -> str:
    """Return what a member's forms carry against forgery."""
    key = app.session_interface.csrf_key(token_of(member))  # type: ignore[attr-defined]
    return str(URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(key))


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect the statements of a request, without those that only mark a transaction."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(_TRANSACTION_WORDS):
            found.append(statement)

    engine = app.extensions["database"].engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)
