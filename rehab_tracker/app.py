"""The one place that puts the product together."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, g, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from rehab_tracker.accounts import phone_keys, sign_in, signed_out
from rehab_tracker.accounts import routes as accounts
from rehab_tracker.config import Settings
from rehab_tracker.education import routes as education
from rehab_tracker.exercises import routes as exercises
from rehab_tracker.foundation import access, db, headers, health, pages, readings
from rehab_tracker.foundation.repeats import repeated
from rehab_tracker.logbook import routes as logbook
from rehab_tracker.programs import routes as programs
from rehab_tracker.progress import routes as progress
from rehab_tracker.reports import routes as reports
from rehab_tracker.rights import routes as rights
from rehab_tracker.safety import routes as safety
from rehab_tracker.trail import routes as trail

FEATURES = (
    *(accounts, exercises, programs, safety, education),
    *(logbook, progress, reports, trail, rights),
)


class _Product(Flask):
    """Asks a database that went away in the middle once more for those who only read."""

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Find out who asks."""
        return _read(super().preprocess_request)

    def dispatch_request(self) -> ResponseReturnValue:
        """Answer."""
        return _read(super().dispatch_request)


T = TypeVar("T")


def _read(step: Callable[[], T]) -> T:
    return repeated(step, undo=db.close_current) if request.method in db.READS else step()


def create_app(settings: Settings) -> Flask:
    """Build the WSGI application for one set of settings."""
    app = _Product(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SETTINGS=settings,
        MAX_CONTENT_LENGTH=256 * 1024,
        MAX_FORM_PARTS=200,
        MAX_FORM_MEMORY_SIZE=256 * 1024,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        TRUSTED_HOSTS=[settings.hostname, "localhost", "127.0.0.1"],
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_HEADERS=["X-Ticket", "X-CSRFToken"],
        BABEL_DEFAULT_LOCALE="en",
    )
    app.session_interface = sign_in.SignInSessions(settings.secret_key, secure=settings.secure)
    app.extensions["database"] = db.Database(settings.database_url, settings.audit_key)
    app.teardown_appcontext(db.close_current)
    if settings.metrics_port:
        from rehab_tracker.foundation import metrics  # noqa: PLC0415 - a megabyte for those who ask

        metrics.init_metrics(app)
    pages.init_pages(app)
    Babel(app, locale_selector=lambda: "en")
    pages.init_words(app)
    _init_sign_in(app)
    CSRFProtect(app)
    for feature in FEATURES:
        app.register_blueprint(feature.blueprint)
    if settings.proxy_count:
        count = settings.proxy_count
        app.wsgi_app = ProxyFix(app.wsgi_app, count, count, count)  # type: ignore[method-assign]
    probed = health.Health(app.wsgi_app, lambda: app.extensions["database"], settings.data_dir)
    app.wsgi_app = headers.Headers(probed)  # type: ignore[method-assign]
    return app


def _init_sign_in(app: Flask) -> None:
    login = LoginManager(app)
    login.session_protection = None
    login.request_loader(lambda _request: g.get("actor"))
    app.before_request(lambda: sign_in.recognize(sign_in.browser().token))
    app.before_request(phone_keys.recognize)
    app.before_request(access.check)
    app.after_request(readings.note)
    app.extensions["sign_in_again"] = signed_out.sign_in_again
