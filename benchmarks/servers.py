"""Both applications behind the same server, each on a database of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.client import Connection, get
from tests.processes import free_port

SECRET = "only for measuring, on this machine alone"
ROOT = Path(__file__).parents[1]
WORKERS = 2


def product() -> Any:
    """Return the product as WSGI application; only its server imports it."""
    _as_installed_by_a_clinic()
    from rehab_tracker.wsgi import app  # noqa: PLC0415

    return app


def floor() -> Any:
    """Return the floor as WSGI application."""
    _as_installed_by_a_clinic()
    from benchmarks.floor import create_floor  # noqa: PLC0415

    return create_floor(os.environ["REHAB_DATABASE_URL"])


def _as_installed_by_a_clinic() -> None:
    """Hide what only the tests' tools bring; some libraries load it where they find it."""
    for name in ("rich", "greenlet"):
        sys.modules[name] = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    pid: int

    def worker_mb(self) -> float:
        """Return the resident memory of its largest worker, in megabytes."""
        return max(_resident_kb(worker) for worker in self._workers()) / 1024

    def cpu_s(self) -> float:
        """Return the processor time that its workers have used so far, in seconds."""
        return sum(_cpu_ticks(worker) for worker in self._workers()) / os.sysconf("SC_CLK_TCK")

    def _workers(self) -> list[Path]:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [Path("/proc") / pid for pid in children]


def _resident_kb(worker: Path) -> int:
    lines = (worker / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def _cpu_ticks(worker: Path) -> int:
    user, system = (worker / "stat").read_text().rpartition(") ")[2].split()[11:13]
    return int(user) + int(system)


def environ(url: str, folder: Path, port: int = 8000) -> Mapping[str, str]:
    """Return the environment of a process that answers from a database."""
    return os.environ | {
        "REHAB_DATA_DIR": str(folder),
        "REHAB_DATABASE_URL": url,
        "REHAB_SECRET_KEY": SECRET,
        "REHAB_PORT": str(port),
    }


@contextmanager
def serving(app: str, url: str, folder: Path, workers: int = WORKERS) -> Iterator[Server]:
    """Run `product` or `floor` behind gunicorn until it is no longer needed."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", f"benchmarks.servers:{app}()"),
        *("--workers", str(workers), "--worker-class", "sync", "--bind", f"127.0.0.1:{port}"),
        *("--log-level", "error", "--no-control-socket"),
    ]
    with subprocess.Popen(command, cwd=ROOT, env=environ(url, folder, port)) as process:
        try:
            _wait(port, process)
            yield Server(port, process.pid)
        finally:
            process.terminate()


def _wait(port: int, process: "subprocess.Popen[bytes]", seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            Connection(port).ask(get("/sign-in"), 200)
        except ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not answer")
