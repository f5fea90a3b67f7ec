"""What a patient was told is saved survives the death of every server, and is there once."""

import http.client
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median

import pytest
from sqlalchemy import make_url

from rehab_tracker.foundation import migrate
from rehab_tracker.foundation.db import Database
from tests import postgres
from tests.conftest import missing
from tests.faults.ward import ROOT, Nursery, Ward, a_ward, nursery, wait_until

KILLS = int(os.environ.get("REHAB_FAULT_KILLS", "40"))


def kill_and_replace(ward: Ward, servers: Nursery, kills: int, chance: random.Random) -> None:
    for _ in range(kills):
        ward.let_log(chance.randint(1, 8))
        threading.Event().wait(chance.random() / 30)  # anywhere in the course of a save
        servers.kill()
        servers.start()
    ward.let_log(5)


def test_nothing_is_lost_or_doubled_when_servers_are_killed(database_url: str, tmp_path: Path):
    ward = a_ward(database_url, tmp_path)
    kills = KILLS if database_url.startswith("sqlite") else KILLS // 4
    with nursery(ward) as servers, ward.logging():
        kill_and_replace(ward, servers, kills, random.Random(1))  # noqa: S311 - a course to repeat
    told, found = ward.account()
    print(f"\n{kills} kills: {told} told, 0 lost, 0 doubled; {found} kept without an answer")  # noqa: T201


def test_a_killed_server_is_ready_again_and_lost_nothing(database_url: str, tmp_path: Path):
    """The command itself, killed under load and started anew as a supervisor does."""
    ward = a_ward(database_url, tmp_path)
    took = []
    with ward.logging():
        for _ in range(4):
            began = time.monotonic()
            with subprocess.Popen(SERVE, env=dict(ward.environ), cwd=ROOT, **QUIET) as server:  # type: ignore[call-overload]
                try:
                    wait_until(lambda: is_ready(ward.phones[0].port))
                    took.append(time.monotonic() - began)
                    ward.let_log(5)
                finally:
                    server.kill()
    assert ward.account()[0] >= 20
    print(f"\nready again after {median(took[1:]):.2f} s")  # noqa: T201


SERVE = [sys.executable, "-c", "from rehab_tracker.cli import main; main()", "serve"]
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def test_nothing_is_lost_when_postgresql_dies(tmp_path: Path):
    bin_folder = postgres.binaries()
    if bin_folder is None:
        missing("postgres", "no server was found on this machine")
    with postgres.server(bin_folder, ("max_connections=50",)) as server:
        url = postgres.a_database(server, "ward")
        database = Database(url)
        migrate.upgrade(database)
        database.engine.dispose()
        ward = a_ward(url, tmp_path)
        with nursery(ward), ward.logging():
            for _ in range(max(2, KILLS // 20)):
                ward.let_log(10)
                _crash(bin_folder, Path(str(make_url(url).query["host"])))
            ward.let_log(10)
        told, _found = ward.account()
    assert told >= 30
    assert 503 in {status for phone in ward.phones for status in phone.answers}


def _crash(bin_folder: Path, folder: Path) -> None:
    """Stop PostgreSQL as a crash does, without writing anything back, and start it again."""
    command = [bin_folder / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "restart"]
    log = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(
        [*command, "-l", folder / "log"], check=True, cwd=folder, user=postgres.user(), **log
    )  # type: ignore[call-overload]


@pytest.mark.parametrize("times", [1, 2])
def test_an_answer_that_was_lost_after_the_commit_saves_nothing_twice(
    database_url: str, tmp_path: Path, times: int
):
    from uuid import uuid4  # noqa: PLC0415

    ward = a_ward(database_url, tmp_path)
    phone, client_id = ward.phones[0], uuid4()
    with nursery(ward):
        for _ in range(times):
            with pytest.raises(TimeoutError):
                phone.send(client_id, timeout=0.0005)
        first = phone.send(client_id)
        again = phone.send(client_id)
    assert first.status == again.status == 303
    assert first.headers["Location"] == again.headers["Location"]
    phone.saved.add(client_id)
    assert ward.account() == (1, 0)
