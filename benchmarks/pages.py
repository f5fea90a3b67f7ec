"""(b) A patient reads half a year of progress, and (c) a manager the report of a large clinic."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import cycle

from benchmarks.bench import CLINIC, LONG, SHORT, Bench, cpu, in_ms, p50, per_second, rate, seen_now
from benchmarks.client import get
from benchmarks.data import MANAGER, Group, logins, token_of
from benchmarks.figures import Figure, at_least, at_most, limit, told
from benchmarks.ours import browser, in_process, statements
from benchmarks.rounds import Contender, run
from benchmarks.servers import serving
from rehab_tracker.foundation.db import Database

STATEMENTS = 8
REPORT_MS = 75
RHYTHMS = (2, 6, 12, 20)
"""Sessions in twelve weeks: ten on average, so a hundred in ten times as long."""


def progress(bench: Bench) -> Iterator[Figure]:
    """Compare the progress page with the floor's, and a long history with a short one."""
    url = bench.place.fresh(CLINIC)
    see = seen_now(url)
    with Database(url).reading() as connection:
        floors = [get(f"/progress/{one.patient_id}") for one in logins(connection, SHORT)]
    with (
        serving("product", url, bench.folder) as product,
        serving("floor", url, bench.folder) as floor,
    ):
        contenders = {
            "floor": Contender(floor, cycle(floors)),
            "ours": Contender(product, cycle(_progress_of(SHORT))),
            "long": Contender(product, cycle(_progress_of(LONG))),
        }
        rounds = run(contenders, bench.seconds, see)
    floor_rate, rated, long_rate = (per_second(rounds, name) for name in contenders)
    work = "b. progress, 26 weeks"
    ratio, slower = rounds.ratio("ours", "floor", rate), rounds.ratio("ours", "long", rate)
    yield at_least(work, bench.engine, rated, floor_rate, ratio, 0.4)
    long = "b. 500 sessions of history, against 100"
    yield at_most(long, bench.engine, long_rate, rated, slower, 1.15)
    used = [in_ms(rounds, name, cpu) for name in ("ours", "floor")]
    yield told(f"{work}, processor time", bench.engine, *used, rounds.ratio("ours", "floor", cpu))
    counted = _statements(bench, url)
    yield limit("b. progress, SQL statements", bench.engine, counted, STATEMENTS)


def _progress_of(group: Group) -> Iterable[bytes]:
    return [get("/progress", token_of(group.member(n))) for n in range(group.patients)]


def _statements(bench: Bench, url: str) -> int:
    with in_process(url, bench.folder) as app:
        client = browser(app, SHORT.member(0))
        client.get("/progress")
        with statements(app) as found:
            client.get("/progress")
    return len(found)


def report(bench: Bench) -> Iterator[Figure]:
    """Time one page of the report, and again with a tenth of the history."""
    patients = 1_000 if bench.is_quick else 10_000
    big, small = (_clinic(patients, weeks) for weeks in (120, 12))
    urls = [bench.place.shared((group,)) for group in (big, small)]
    see = seen_now(*urls)
    asked = [get("/report", token_of(MANAGER))]
    with ExitStack() as stack:
        servers = [stack.enter_context(serving("product", url, bench.folder)) for url in urls]
        contenders = {
            name: Contender(server, cycle(asked), clients=1)
            for name, server in zip(("big", "small"), servers, strict=True)
        }
        rounds = run(contenders, bench.seconds, see)
    times = [in_ms(rounds, name, p50) for name in contenders]
    work = f"c. report, {patients * 100:,} sessions"
    yield limit(f"{work}, p50", bench.engine, rounds.middle("big", p50), REPORT_MS, " ms")
    slower = rounds.ratio("big", "small", p50)
    yield at_most(f"{work}, against {patients * 10:,}", bench.engine, *times, slower, 1.2)


def _clinic(patients: int, weeks: int) -> Group:
    return Group(f"weeks{weeks}", patients, weeks, 2, RHYTHMS, exercises=1, with_sets=False)
