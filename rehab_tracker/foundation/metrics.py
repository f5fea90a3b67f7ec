"""Figures for the operator's monitoring, on a port of their own; nothing of them names anybody."""

import os
import time

from flask import Flask, Response, g, request
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    multiprocess,
    start_http_server,
)

REQUESTS = Counter("rehab_requests", "Answers", ["endpoint", "method", "status"])
SECONDS = Histogram("rehab_request_seconds", "Time to the answer", ["endpoint"])
SAVES = Counter("rehab_saves", "Sessions that patients were told are saved")
SAVING = "logbook.log"


def init_metrics(app: Flask) -> None:
    """Count every answer of the app."""
    app.before_request(_begin)
    app.after_request(_count)


def _begin() -> None:
    g.began = time.perf_counter()


def _count(response: Response) -> Response:
    endpoint = request.endpoint or "none"
    REQUESTS.labels(endpoint, request.method, response.status_code).inc()
    if "began" in g:
        SECONDS.labels(endpoint).observe(time.perf_counter() - g.began)
    if endpoint == SAVING and response.status_code == 303:  # noqa: PLR2004 - saved and committed
        SAVES.inc()
    return response


def listen(host: str, port: int) -> None:
    """Answer `/metrics` in the background: of this process, or of all that share a folder."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    start_http_server(port, host, registry)
