"""Databases to measure on: each built once, and copied for every server that writes to it."""

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from benchmarks.data import Group, build, monday_of
from rehab_tracker.foundation import migrate
from tests import postgres

KEPT = "REHAB_BENCH_DIR"
"""Names a folder that keeps the built SQLite files, for the next runs of the same week."""


DURABLE = ("max_connections=100",)
"""PostgreSQL as a clinic runs it: a saved session survives a power cut, as it does on SQLite."""


class Databases:
    """Gives databases of one kind."""

    engine = ""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder, self.now = folder, now
        self._copies = 0

    def shared(self, groups: Sequence[Group]) -> str:
        """Return the address of a database with these patients, to be read only."""
        raise NotImplementedError

    def fresh(self, groups: Sequence[Group]) -> str:
        """Return the address of a copy that nobody else has."""
        raise NotImplementedError

    def _name(self, groups: Sequence[Group]) -> str:
        meant = f"{groups} {monday_of(self.now)} {migrate.newest()}"
        return f"bench_{hashlib.sha256(meant.encode()).hexdigest()[:12]}"

    def _copy_name(self) -> str:
        self._copies += 1
        return f"copy_{self._copies}"


class SqliteFiles(Databases):
    """Files in a folder that may outlive the run."""

    engine = "sqlite"

    def shared(self, groups: Sequence[Group]) -> str:
        return f"sqlite:///{self._built(groups)}"

    def fresh(self, groups: Sequence[Group]) -> str:
        copied = self.folder / f"{self._copy_name()}.sqlite3"
        return f"sqlite:///{shutil.copy(self._built(groups), copied)}"

    def _built(self, groups: Sequence[Group]) -> Path:
        kept = Path(os.environ.get(KEPT) or self.folder)
        kept.mkdir(parents=True, exist_ok=True)
        built, half = (kept / f"{self._name(groups)}.{end}" for end in ("sqlite3", "half"))
        if not built.exists():
            half.unlink(missing_ok=True)
            build(f"sqlite:///{half}", groups, self.now)
            half.rename(built)
        _read_anew(built)
        return built


def _read_anew(file: Path) -> None:
    """Bring a file into memory as after a restart: what was just written lies there scattered."""
    with file.open("rb") as content:
        os.fsync(content.fileno())
        os.posix_fadvise(content.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while content.read(1 << 20):
            pass


class PostgresServer(Databases):
    """Databases of a server that runs for as long as the measurements do."""

    engine = "postgres"

    def __init__(self, folder: Path, now: datetime, url: str) -> None:
        super().__init__(folder, now)
        self._url = url
        self._built: dict[str, str] = {}

    def shared(self, groups: Sequence[Group]) -> str:
        name = self._name(groups)
        if name not in self._built:
            self._built[name] = postgres.a_database(self._url, name)
            unchecked = f"GRANT SET ON PARAMETER session_replication_role TO {postgres.ROLE}"
            postgres.run(self._url, unchecked)
            build(self._built[name], groups, self.now)
        return self._built[name]

    def fresh(self, groups: Sequence[Group]) -> str:
        self.shared(groups)
        return postgres.a_database(self._url, self._copy_name(), like=self._name(groups))


@contextmanager
def databases(engine: str, folder: Path, now: datetime) -> Iterator[Databases | None]:
    """Open databases of one kind; None where this machine has no such server."""
    bin_folder = postgres.binaries()
    if engine == "sqlite":
        yield SqliteFiles(folder, now)
    elif bin_folder is None:
        yield None
    else:
        with postgres.server(bin_folder, DURABLE) as url:
            yield PostgresServer(folder, now, url)
