"""What all measurements share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine

from benchmarks.client import Sample
from benchmarks.data import Group, keep_signed_in
from benchmarks.databases import Databases
from benchmarks.rounds import Rounds

LOGGING = Group("log", patients=400, weeks=12, per_week=3, rhythms=(36,))
SHORT = Group("short", patients=8, weeks=25, per_week=4, rhythms=(48,))
LONG = Group("long", patients=8, weeks=125, per_week=4, rhythms=(48,))
CLINIC = (LOGGING, SHORT, LONG)
"""400 patients who log, 8 with 100 sessions so far and 8 with 500, at the same pace."""


@dataclass(frozen=True)
class Bench:
    """Where and how long to measure."""

    place: Databases
    folder: Path
    is_quick: bool

    @property
    def seconds(self) -> float:
        """How long one contender's round takes."""
        return 0.7 if self.is_quick else 2.0

    @property
    def engine(self) -> str:
        return self.place.engine


def rate(sample: Sample) -> float:
    return sample.per_second


def p50(sample: Sample) -> float:
    return sample.p50_ms


def p95(sample: Sample) -> float:
    return sample.p95_ms


def per_second(rounds: Rounds, name: str) -> str:
    return f"{rounds.middle(name, rate):.0f}/s"


def cpu(sample: Sample) -> float:
    return sample.cpu_ms


def in_ms(rounds: Rounds, name: str, percentile: Callable[[Sample], float]) -> str:
    return f"{rounds.middle(name, percentile):.1f} ms"


def seen_now(*urls: str) -> Callable[[], None]:
    """Return how to let everybody have been seen a moment ago, as after opening a page."""
    engines = [create_engine(url) for url in urls]

    def see() -> None:
        for engine in engines:
            with engine.connect() as connection:
                keep_signed_in(connection, datetime.now(UTC))

    see()
    return see
