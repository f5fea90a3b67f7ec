"""Interleaved rounds, so that a machine that slows down slows everybody down alike."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from statistics import median

from benchmarks.client import CLIENTS, Sample, load
from benchmarks.servers import Server

ROUNDS = 5
WARM_UP_S = 0.5

Number = Callable[[Sample], float]


@dataclass(frozen=True)
class Contender:
    """One server with the requests to send and the status that each must be answered with."""

    server: Server
    requests: Iterator[bytes]
    status: int = 200
    clients: int = CLIENTS


@dataclass(frozen=True)
class Ratio:
    """One contender's figure over another's: the median of the rounds, and their spread."""

    middle: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class Rounds:
    """What every round of each contender took."""

    samples: Mapping[str, list[Sample]]

    def middle(self, name: str, number: Number) -> float:
        return median(number(sample) for sample in self.samples[name])

    def ratio(self, of: str, over: str, number: Number) -> Ratio:
        pairs = zip(self.samples[of], self.samples[over], strict=True)
        found = [number(one) / number(other) for one, other in pairs]
        return Ratio(median(found), min(found), max(found))


def run(
    contenders: Mapping[str, Contender], seconds: float, before: Callable[[], None] = lambda: None
) -> Rounds:
    """Let contenders answer in turn, A B A B, after warming each up; `before` opens every round."""
    before()
    for contender in contenders.values():
        _load(contender, WARM_UP_S)
    samples: dict[str, list[Sample]] = {name: [] for name in contenders}
    for _round in range(ROUNDS):
        before()
        for name, contender in contenders.items():
            samples[name].append(_load(contender, seconds))
    return Rounds(samples)


def _load(contender: Contender, seconds: float) -> Sample:
    server, before = contender.server, contender.server.cpu_s()
    sample = load(server.port, contender.requests, contender.status, seconds, contender.clients)
    return replace(sample, cpu_s=server.cpu_s() - before)
