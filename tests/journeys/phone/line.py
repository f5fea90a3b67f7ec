"""The line between a phone and the real clinic, which a test can cut at every step."""

import io
import json
from collections.abc import Callable, Iterable
from typing import Any

Wsgi = Callable[..., Iterable[bytes]]


class Line:
    """Passes requests on; what comes in `cut` never arrives, answers in `mute` get lost."""

    def __init__(self, inner: Wsgi) -> None:
        self.inner = inner
        self.cut: set[str] = set()
        self.mute: set[str] = set()
        self.most_items = 200
        self.sent: list[int] = []

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path in self.cut:
            return _fail(start, "503 Busy")
        if path == "/log/sync" and self._items_in(environ) > self.most_items:
            return _fail(start, "413 Too large")
        if path not in self.mute:
            return self.inner(environ, start)
        for _ in self.inner(environ, lambda *_: None):
            pass
        return _fail(start, "503 Busy")

    def _items_in(self, environ: dict[str, Any]) -> int:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = io.BytesIO(body)
        self.sent.append(len(json.loads(body)["items"]))
        return self.sent[-1]


def _fail(start: Callable[..., Any], status: str) -> list[bytes]:
    start(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
    return [b'{"error": "busy"}']
