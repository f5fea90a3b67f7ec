"""A nursery of servers: everything is imported and built, so that a new one answers at once.

It reads `start` from its standard input, forks servers that share one port, and prints their ids.
What the servers log goes elsewhere.
"""

import logging
import os
import signal
import socket
import sys

from waitress.server import create_server

from rehab_tracker.app import create_app
from rehab_tracker.config import Settings

SERVERS = 2


def main() -> None:
    """Fork servers until the input ends; then none is left."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    answers, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: PTH123, SIM115 - until the end
    logging.disable()
    app = create_app(Settings.from_environment())
    door = socket.create_server(("127.0.0.1", int(os.environ["REHAB_PORT"])), backlog=64)
    born: list[int] = []
    print("ready", file=answers, flush=True)
    for _line in sys.stdin:
        born = [_fork(app, door) for _ in range(SERVERS)]
        print(*born, file=answers, flush=True)
    for pid in born:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _fork(app: object, door: socket.socket) -> int:
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        create_server(app, sockets=[door.dup()], threads=2, ident=None).run()
        os._exit(0)
    return pid


if __name__ == "__main__":
    main()
