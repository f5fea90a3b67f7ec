"""(d) How long the product takes to its first answer, and what a worker keeps in memory."""

import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

from benchmarks.bench import CLINIC, SHORT, Bench, seen_now
from benchmarks.client import Connection, get
from benchmarks.data import token_of
from benchmarks.figures import Figure, limit
from benchmarks.ours import in_process
from benchmarks.rounds import ROUNDS
from benchmarks.saving import Sessions, sessions
from benchmarks.servers import ROOT, Server, environ, serving

START_S, WORKER_MB = 1.5, 90
REQUESTS = 200
_PAGES = ("/today", "/progress", "/history")
_PROBE = """
from benchmarks import servers
assert servers.{app}().test_client().get("/sign-in").status_code == 200
"""


def measure(bench: Bench) -> Iterator[Figure]:
    """Start both several times, then let one worker of each answer for a while."""
    url = bench.place.fresh(CLINIC)
    seen_now(url)
    starts: dict[str, list[float]] = {"product": [], "floor": []}
    for _round in range(1 + ROUNDS):
        for app, taken in starts.items():
            taken.append(_start(bench, app, url))
    ours, floor = (median(taken[1:]) for taken in starts.values())
    yield limit("d. cold start", bench.engine, ours, START_S, " s", f"{floor:.2f} s")
    with in_process(url, bench.folder) as app:
        ours_saved, floors_saved = sessions(app, url)
    with serving("product", url, bench.folder, workers=1) as server:
        ours = _worker_mb(server, ours_saved, _PAGES)
    with serving("floor", url, bench.folder, workers=1) as server:
        floor = _worker_mb(server, floors_saved, ())
    work = f"d. a worker's memory after {REQUESTS} requests"
    yield limit(work, bench.engine, ours, WORKER_MB, " MB", f"{floor:.0f} MB")


def _start(bench: Bench, app: str, url: str) -> float:
    began = time.perf_counter()
    command = [sys.executable, "-c", _PROBE.format(app=app)]
    subprocess.run(command, cwd=ROOT, env=environ(url, bench.folder), check=True)
    return time.perf_counter() - began


def _worker_mb(server: Server, saved: Sessions, pages: tuple[str, ...]) -> float:
    """Return a worker's memory after saves and pages in turn."""
    connection, token = Connection(server.port), token_of(SHORT.member(0))
    for number in range(REQUESTS):
        page = number % (len(pages) + 1)
        if page:
            connection.ask(get(pages[page - 1], token), 200)
        else:
            connection.ask(saved.request(number), 303)
    return server.worker_mb()
