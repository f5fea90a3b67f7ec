"""What the server writes for its operator: one JSON object a line, never what people typed."""

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from flask import has_request_context, request

from rehab_tracker.foundation.headers import REQUEST_ID

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger


def log() -> "BoundLogger":
    """Return what writes events, each with its time, level and request; a trace without values."""
    import structlog  # noqa: PLC0415 - a megabyte, for a worker that has something to tell

    if not structlog.is_configured():
        structlog.configure(
            processors=[
                _name_request,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
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
