"""A test browser that looks at every page it gets, as a reviewer would."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Any

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from rehab_tracker.accounts.sign_in import SignInSessions

WRITES = re.compile(
    r"^\s*(INSERT INTO|UPDATE|DELETE FROM)\b(?! \"?(sign_in|phone_key|audit_event)\b)",
    re.IGNORECASE,
)
TITLE = re.compile(r"<title>\s*\S[^<]*</title>")
FORM = re.compile(r"<form\b(.*?)</form>", re.DOTALL)


@contextmanager
def statements_to(engine: Engine) -> Iterator[list[str]]:
    """Note what an engine's database is asked."""
    noted: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        noted.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        event.remove(engine, "before_cursor_execute", note)


class CheckedClient(FlaskClient):
    """Fails the test on a GET that writes, an answer of 5xx, a page without a title or an
    unprotected form. Counts the SQL statements of the last request. POST carries its form token.
    """

    statements: list[str]

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> TestResponse:  # type: ignore[override]
        if kwargs.get("method") == "POST" and csrf and "json" not in kwargs:
            data = kwargs.get("data")
            if data is None or hasattr(data, "setdefault"):
                kwargs["data"] = {"csrf_token": self.form_token(), **(data or {})}
        kwargs.setdefault("buffered", True)
        with statements_to(self.application.extensions["database"].engine) as self.statements:
            # a context of its own: a request never shares the `g` of the test around it, and what
            # it streams is read to the end in there
            response: TestResponse = Context().run(super().open, *args, **kwargs)
        self._look_at(response)
        return response

    def form_token(self) -> str:
        """Return the token that this browser's forms carry."""
        sessions = self.application.session_interface
        assert isinstance(sessions, SignInSessions)
        if self.get_cookie(sessions.cookie) is None:  # as somebody's first form gives it
            self.set_cookie(sessions.cookie, secrets.token_urlsafe(32))
        cookie = self.get_cookie(sessions.cookie)
        assert cookie
        signer = URLSafeTimedSerializer(self.application.secret_key or "", salt="wtf-csrf-token")
        return str(signer.dumps(sessions.csrf_key(cookie.value)))

    def _look_at(self, response: TestResponse) -> None:
        assert response.status_code < 500 or response.status_code in {503, 507}, response.text
        if response.request.method == "GET":
            written = [s for s in self.statements if WRITES.match(s)]
            assert not written, f"a GET wrote: {written}"
        has_page = response.mimetype == "text/html" and response.request.method != "HEAD"
        if has_page and response.status_code not in {302, 303}:
            page = response.text
            assert TITLE.search(page), "a page without a title"
            assert 'class=""' not in page, "an empty class"
            for form in FORM.findall(page):
                protected = "csrf_token" in form or 'method="post"' not in form.lower()
                assert protected, f"an unprotected form: {form[:200]}"
