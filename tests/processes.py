"""Running the product as its users do: as a process of its own."""

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """Return a port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(command: Sequence[str | Path], environ: Mapping[str, str], cwd: Path) -> Iterator[str]:
    """Run a server until it answers, and stop it at the end; give its address."""
    address = f"http://127.0.0.1:{environ['REHAB_PORT']}"
    with subprocess.Popen(command, env=dict(environ), cwd=cwd, stdout=subprocess.DEVNULL) as server:
        try:
            _wait_for(address, server)
            yield address
        finally:
            server.terminate()
            try:
                server.wait(timeout=30)
            except subprocess.TimeoutExpired:
                server.kill()
                raise


def _wait_for(address: str, server: "subprocess.Popen[bytes]", seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert server.poll() is None, "the server stopped"
        try:
            urllib.request.urlopen(f"{address}/sign-in", timeout=5).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            server.poll()
        else:
            return
    raise AssertionError("the server did not answer in time")
