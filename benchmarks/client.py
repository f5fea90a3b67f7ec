"""A client that costs next to nothing, so that what is measured is the server."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median, quantiles

CLIENTS = 4
_HEADER_END = b"\r\n\r\n"


class UnexpectedAnswer(Exception):
    """A server said something else than the measurement rests on."""


@dataclass(frozen=True)
class Sample:
    """What one round of requests took."""

    seconds: float
    latencies: list[float]
    cpu_s: float = 0

    @property
    def cpu_ms(self) -> float:
        """Processor time of the workers per request."""
        return 1000 * self.cpu_s / len(self.latencies)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def p50_ms(self) -> float:
        return 1000 * median(self.latencies)

    @property
    def p95_ms(self) -> float:
        return 1000 * quantiles(self.latencies, n=20, method="inclusive")[-1]


class Connection:
    """One browser's connection: kept alive for as long as the server keeps it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, request: bytes, status: int) -> bytes:
        """Return the whole answer; UnexpectedAnswer unless it has the status."""
        kept = self._socket or socket.create_connection(("127.0.0.1", self._port), timeout=30)
        kept.sendall(request)
        head, body = self._receive(kept)
        is_kept = b"connection: close" not in head.lower()
        self._socket = kept if is_kept else None
        if not is_kept:
            kept.close()
        if int(head[9:12]) != status:
            raise UnexpectedAnswer((head + _HEADER_END + body)[:2000].decode())
        return head + _HEADER_END + body

    def _receive(self, kept: socket.socket) -> tuple[bytes, bytes]:
        head = b""
        while _HEADER_END not in head:
            head += self._part(kept)
        head, _, body = head.partition(_HEADER_END)
        parts, missing = [body], _length(head) - len(body)
        while missing > 0:
            parts.append(self._part(kept))
            missing -= len(parts[-1])
        return head, b"".join(parts)

    def _part(self, kept: socket.socket) -> bytes:
        part = kept.recv(1 << 18)
        if not part:
            raise UnexpectedAnswer("the server hung up")
        return part


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


def get(path: str, token: str = "") -> bytes:
    """Return a request for a page as a browser would send it."""
    return _head("GET", path, token) + b"\r\n"


def post(path: str, body: bytes, token: str = "") -> bytes:
    """Return a request that sends a form."""
    kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    return _head("POST", path, token) + kind.encode() + body


def _head(method: str, path: str, token: str) -> bytes:
    cookie = f"Cookie: sid={token}\r\n" if token else ""
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookie}".encode()


def load(
    port: int, requests: Iterator[bytes], status: int, seconds: float, clients: int = CLIENTS
) -> Sample:
    """Send requests from several clients at once for a while."""
    began = time.perf_counter()
    end = began + seconds

    def work(_number: int) -> list[float]:
        connection, latencies = Connection(port), []
        while (sent := time.perf_counter()) < end:
            connection.ask(next(requests), status)
            latencies.append(time.perf_counter() - sent)
        return latencies

    with ThreadPoolExecutor(clients) as pool:
        latencies = [one for of_client in pool.map(work, range(clients)) for one in of_client]
    return Sample(time.perf_counter() - began, latencies)
