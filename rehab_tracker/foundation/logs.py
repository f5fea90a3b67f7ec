"""What the server writes for its operator: one JSON object a line, never what people typed."""

import traceback
from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

from flask import has_request_context, request
from sqlalchemy.exc import StatementError

from rehab_tracker.foundation.headers import REQUEST_ID

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger


def log() -> "BoundLogger":
    """Return what writes events, each with its time, level and request."""
    import structlog  # noqa: PLC0415 - a megabyte, for a worker that has something to tell

    if not structlog.is_configured():
        structlog.configure(
            processors=[
                _name_request,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _without_words,
                structlog.processors.JSONRenderer(),
            ],
            cache_logger_on_first_use=False,
        )
    found: BoundLogger = structlog.get_logger()
    return found


def _name_request(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if has_request_context() and (name := request.environ.get(REQUEST_ID)):
        event["request_id"] = name
    return event


def _without_words(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Tell what broke and where, but not in the error's own words: people's may be among them."""
    if problem := event.pop("exc_info", None):
        event["exception"] = "".join(_trace(problem))
    return event


def _trace(problem: BaseException) -> Iterator[str]:
    statement = problem.statement if isinstance(problem, StatementError) else None
    yield f"{type(problem).__module__}.{type(problem).__qualname__}: {statement or ''}\n"
    yield from traceback.format_tb(problem.__traceback__)
    if cause := problem.__cause__ or (not problem.__suppress_context__ and problem.__context__):
        yield from _trace(cause)


def in_short(problem: Exception) -> str:
    """Return the first line of what a database or the system says: values come after it."""
    said = str(getattr(problem, "orig", None) or problem)
    return said.strip().partition("\n")[0]
