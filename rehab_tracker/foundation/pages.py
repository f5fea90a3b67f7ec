"""What every page shares: addresses of static files, error pages, refused forms."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask, abort, current_app, flash, g, render_template, request
from flask_babel import get_locale, get_translations
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from jinja2 import FileSystemBytecodeCache, pass_eval_context
from jinja2.bccache import Bucket
from jinja2.nodes import EvalContext
from markupsafe import Markup
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from whitenoise import WhiteNoise
from wtforms import Field

from rehab_tracker.foundation import access, dates
from rehab_tracker.foundation.errors import NotVisible, Refused
from rehab_tracker.foundation.headers import REQUEST_ID
from rehab_tracker.foundation.logs import in_short, log
from rehab_tracker.foundation.repeats import passes

PACKAGE = Path(__file__).parent.parent
STATIC_ONLY = {400, 413, 500, 503, 507}
"""Errors whose page must not need an address, a person or the database."""


class StaticFiles:
    """The files that browsers keep for good, under an address that changes with any of them.

    `/static/<hash>/app.css` and `/static/<hash>/<feature>/log.js`: one hash for the whole tree, so
    that a module finds the others by relative names.
    """

    def __init__(self, package: Path) -> None:
        self.files = {path.relative_to(root).as_posix(): path for root, path in _files(package)}
        digest = hashlib.sha256()
        for name, path in sorted(self.files.items()):
            digest.update(name.encode() + path.read_bytes())
        self.prefix = f"/static/{digest.hexdigest()[:12]}/"

    def address(self, name: str) -> str:
        """Return the address of a file; KeyError when the product does not ship it."""
        if name not in self.files:
            raise KeyError(f"no static file is called {name}")
        return self.prefix + name

    def serve_before(self, app: Any) -> WhiteNoise:
        """Wrap a WSGI app so that static files never reach it."""
        wrapped = WhiteNoise(
            app,
            immutable_file_test=lambda _path, url: "/static/" in url,
            allow_all_origins=False,
        )
        for name, path in self.files.items():
            wrapped.add_file_to_dictionary(self.prefix + name, str(path))
        return wrapped


def _files(package: Path) -> Iterable[tuple[Path, Path]]:
    shared = package / "static"
    yield from ((shared, path) for path in shared.rglob("*") if path.is_file())
    for folder in package.glob("*/static"):
        for path in folder.rglob("*"):
            if path.is_file():
                yield folder, path


class _Compiled(FileSystemBytecodeCache):
    """Keeps compiled templates where Python keeps compiled modules, for the workers to come.

    To compile them takes a worker three megabytes and a fifth of a second. Where nobody may write,
    each one does.
    """

    def __init__(self) -> None:
        super().__init__(str(PACKAGE / "__pycache__"))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def init_pages(app: Flask) -> None:
    """Give the app its headers, error pages and what templates may call."""
    files = StaticFiles(PACKAGE)
    app.extensions["static_files"] = files
    app.wsgi_app = files.serve_before(app.wsgi_app)  # type: ignore[method-assign]
    app.jinja_env.bytecode_cache = _Compiled()
    app.jinja_env.globals["asset"] = files.address
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.before_request(_refuse_json)
    app.context_processor(lambda: {"actor": g.get("actor"), "current_locale": get_locale()})
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(NotVisible, lambda _: error_page(404))
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(OperationalError, database_busy)
    app.register_error_handler(PoolTimeout, database_busy)
    app.register_error_handler(DBAPIError, _database_failed)
    app.register_error_handler(Exception, _broken)


def init_words(app: Flask) -> None:
    """Give templates the words and the days of the reader's language."""
    for write in (dates.short_day, dates.long_day, dates.brief_day, dates.month_name):
        app.jinja_env.filters[write.__name__] = write
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _translations().ugettext(text),
        ngettext=lambda one, many, number: _translations().ungettext(one, many, number),
        newstyle=True,
    )
    app.jinja_env.globals["_"] = _translated


@pass_eval_context
def _translated(context: EvalContext, text: str, /, **values: Any) -> str:
    """Return a text with its values; Jinja's own `_` goes through three calls, a page has 100."""
    found = _translations().ugettext(text)
    # Words are the product's own; what they quote is escaped as it is put in.
    return (Markup(found) if context.autoescape else found) % values  # noqa: S704


def _translations() -> Any:
    found = g.get("translations")
    if found is None:
        found = g.translations = get_translations()
    return found


def request_id() -> str:
    """Return the name under which the log speaks of this request."""
    name: str = request.environ[REQUEST_ID]
    return name


def _refuse_json() -> None:
    # Forms would read it in place of what a page sends: numbers and lists where texts are expected.
    if request.is_json and not access.answers_json():
        abort(415)


def error_page(code: int, sentence: str | None = None) -> tuple[Any, int]:
    """Return the page that says what happened, that nothing was lost, and what to do."""
    if access.answers_json():
        return {"error": _CODES.get(code, "broken")}, code
    template = "errors/plain.html" if code in STATIC_ONLY else "errors/page.html"
    styles = [current_app.extensions["static_files"].address(f"{name}.css") for name in STYLES]
    page = render_template(
        template, code=code, sentence=sentence, request_id=request_id(), styles=styles
    )
    return page, code


STYLES = ("tokens", "base", "components")


_CODES = {
    400: "unreadable",
    401: "signed_out",
    403: "not_yours",
    409: "changed",
    413: "too_large",
    415: "not_json",
    422: "refused",
    429: "slow_down",
    503: "busy",
    507: "full",
}
"""What programs are told in place of a page."""


def _http_error(problem: HTTPException) -> Any:
    code = problem.code or 500
    if access.answers_json():
        return ({"error": "ticket"}, 403) if isinstance(problem, CSRFError) else error_page(code)
    if code < 400:  # noqa: PLR2004 - redirects pass as they are
        return problem
    if code == 401 or isinstance(problem, CSRFError):  # noqa: PLR2004
        try:
            return current_app.extensions["sign_in_again"](code)
        except RequestEntityTooLarge:  # what was typed cannot even be read
            return error_page(413)
    return error_page(code)


def _refused(refused: Refused) -> Any:
    return *error_page(refused.status, str(refused)), refused.headers


def database_busy(problem: DBAPIError | PoolTimeout) -> Any:
    """Answer that the database cannot be used at this moment, and when to try again."""
    log().error("database_unavailable", problem=in_short(problem))
    page, code = error_page(507 if _is_full(problem) else 503)
    return page, code, {"Retry-After": "10"}


def _database_failed(problem: DBAPIError) -> Any:
    return database_busy(problem) if passes(problem) else _broken(problem)


def _is_full(problem: DBAPIError | PoolTimeout) -> bool:
    said = in_short(problem).lower()
    return "disk is full" in said or "no space left" in said


def _broken(problem: Exception) -> Any:
    log().error("request_broke", path=request.path, exc_info=problem)
    if current_app.testing:
        raise problem
    return error_page(500)


def typed_again() -> list[tuple[str, str]]:
    """Return what a form sent, so that a page can offer it again; never its token or a password."""
    return [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name != "csrf_token" and "password" not in name
    ]


def show_refusal(form: FlaskForm, refused: Refused) -> None:
    """Put each sentence beside its field, and the rest at the top of the form."""
    for name, sentence in refused.problems.items():
        field: Field | None = form._fields.get(name)
        if field is None:
            form.form_errors.append(sentence)
        else:
            field.errors = [*field.errors, sentence]


def said(sentence: str) -> None:
    """Show one sentence of success on the next page."""
    flash(sentence, "success")


def not_readable() -> str:
    """Return the sentence for a form that holds something impossible."""
    return _("Please look at the marked fields. Nothing was saved yet, and nothing was lost.")
