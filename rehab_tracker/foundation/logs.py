"""What the server writes for its operator: one JSON object a line, never what people typed."""

import structlog


def init_logs() -> None:
    """Write every event with its time, level and request id; a stack trace without its values."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        cache_logger_on_first_use=False,
    )
