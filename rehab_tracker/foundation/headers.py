"""What every answer carries, whoever gives it: a page, a file, a probe or a refusal."""

import secrets
from collections.abc import Iterable
from typing import Any

REQUEST_ID = "rehab_tracker.request_id"
"""Where a request's environment holds the name under which the log speaks of it."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self'; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)
"""No script or style stands in a page, so that none needs a nonce."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}


class Headers:
    """Adds to an answer what it does not say itself, and the id of its request."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Name the request and hand it on."""
        environ[REQUEST_ID] = secrets.token_hex(6)

        def start(status: str, said: list[tuple[str, str]], *rest: Any) -> Any:
            names = {name.lower() for name, _value in said}
            unsaid = [pair for pair in HEADERS.items() if pair[0].lower() not in names]
            own = ("X-Request-Id", environ[REQUEST_ID])
            return start_response(status, [*said, *unsaid, own], *rest)

        answer: Iterable[bytes] = self._app(environ, start)
        return answer
