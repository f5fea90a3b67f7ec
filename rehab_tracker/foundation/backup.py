"""Backups: taken while everybody goes on working, verified before they count, locked if asked."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, inspect

from rehab_tracker.foundation import archive, audit, migrate
from rehab_tracker.foundation.copying import copy_rows, counts
from rehab_tracker.foundation.db import Database
from rehab_tracker.foundation.locked_file import PIECE, CannotOpen, Lock, unlock

FORMAT = "rehab-tracker backup 2"
OF_OLD = "rehab-tracker backup 1"
"""It held the database alone, and no uploads."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself in its first line."""

    made_at: str
    version: str
    counts: Mapping[str, int]
    audit: Mapping[str, str]
    sha256: str
    is_locked: bool
    uploads: int = 0
    format: str = FORMAT

    def line(self) -> bytes:
        """Return the line that the file begins with."""
        return json.dumps(asdict(self), sort_keys=True).encode() + b"\n"


class NotRestored(Exception):
    """A backup was not restored, and nothing was changed; the text is one sentence."""


class NotBackedUp(Exception):
    """No backup could be made that holds what it must; the text is one sentence."""


def back_up(
    database: Database, to: Path, now: datetime, *, phrase: str | None, work: Path
) -> Manifest:
    """Write a verified backup to a new file and return what is in it.

    `work` is the data folder: uploads lie in it, and for a while a private copy of the database.
    """
    if to.exists():
        raise NotBackedUp(f"{to} exists already: a backup never overwrites a file.")
    version = migrate.present(database)
    if version is None:
        raise NotBackedUp("The database is empty: there is nothing to back up.")
    archive.sweep(work, "backup-")
    with (
        archive.holding(work / archive.UPLOADS) as held,
        tempfile.TemporaryDirectory(prefix="backup-", dir=work) as folder,
    ):
        plain = Path(folder) / archive.DATABASE
        held()  # what a row of this moment shows, others may replace before the copy is made
        expected = _copy(database, plain, version)
        uploads = held()
        manifest = Manifest(
            made_at=now.isoformat(timespec="seconds"),
            version=version,
            counts=expected,
            audit=_verified(plain, database, expected),
            sha256=_digest(plain),
            is_locked=phrase is not None,
            uploads=len(uploads),
        )
        _write(to, manifest, [(archive.DATABASE, plain), *uploads], phrase)
    return manifest


def _copy(database: Database, plain: Path, version: str) -> dict[str, int]:
    """Copy what one moment saw into a file of SQLite; return how many rows that were."""
    if database.engine.dialect.name == "sqlite":
        return _copy_pages(database, plain)
    target = Database(f"sqlite:///{plain}")
    migrate.upgrade(target, version)
    with database.reading() as source:
        source.exec_driver_sql("SET LOCAL statement_timeout = 0")
        with target.upkeep() as writing, writing.begin():
            copy_rows(source, writing)
        expected = counts(source)
    _close(target)
    return expected


def _copy_pages(database: Database, plain: Path) -> dict[str, int]:
    with database.reading() as connection:
        connection.exec_driver_sql("SELECT 1 FROM sqlite_master").all()  # this moment, not later
        driver: Any = connection.dialect.dbapi
        copy = driver.connect(plain)
        raw: Any = connection.connection.driver_connection
        raw.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.close()
        return counts(connection)


def _close(database: Database) -> None:
    """Leave one file without a log beside it."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    database.engine.dispose()


def _verified(plain: Path, source: Database, expected: Mapping[str, int]) -> dict[str, str]:
    """Return how each clinic's audit ends; NotBackedUp unless the copy is whole."""
    copy = Database(f"sqlite:///{plain}", source.audit_key)
    for name, problem in migrate.faults(copy):
        if problem:
            raise NotBackedUp(f"The copy is not whole ({name}: {problem}).")
    with copy.reading() as connection:
        if (found := counts(connection)) != expected:
            raise NotBackedUp(f"The copy holds {found} rows instead of {expected}.")
    ends = {}
    if migrate.present(copy) == migrate.newest():
        ends = {chain.clinic_id: chain.problem or chain.mac for chain in audit.verify(copy)}
    _close(copy)
    return ends


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(to: Path, manifest: Manifest, files: list[tuple[str, Path]], phrase: str | None) -> None:
    """Write the file whole or not at all, for its owner alone."""
    draft = to.with_name(f"{to.name}.{os.getpid()}.partial")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(manifest.line())
            if phrase is None:
                archive.pack(file, files)
            else:
                lock = Lock(file, phrase, manifest.line())
                archive.pack(lock, files)
                lock.end()
            file.flush()
            os.fsync(file.fileno())
        to.hardlink_to(draft)  # unlike a renaming, it never replaces a file
    finally:
        draft.unlink(missing_ok=True)


def restore(
    database: Database, source: Path, *, phrase: str | None, work: Path, trust_audit: bool = False
) -> Manifest:
    """Fill an empty database from a backup and return what is in it.

    `trust_audit` lets a backup pass whose seals were made with a key that is gone.
    """
    uploads = work / archive.UPLOADS
    _require_empty(database, uploads)
    with opened(source, phrase, work) as (manifest, folder), ExitStack() as undo:
        plain = folder / archive.DATABASE
        known = migrate.known()
        if manifest.version not in known:
            raise NotRestored(f"The backup is of a newer version ({manifest.version}).")
        _require_whole(plain, manifest, database.audit_key, trust_audit=trust_audit)
        _put_uploads(folder / archive.UPLOADS, uploads, undo)
        if database.engine.dialect.name == "sqlite":
            _put_file(database, plain)
        else:
            _put_rows(database, plain, manifest)
        undo.pop_all()
    return manifest


@contextmanager
def opened(source: Path, phrase: str | None, work: Path) -> Iterator[tuple[Manifest, Path]]:
    """Give a backup's manifest and its content in a private folder."""
    with (
        tempfile.TemporaryDirectory(prefix="restore-", dir=work) as folder,
        source.open("rb") as file,
    ):
        line, content = file.readline(PIECE), Path(folder)
        manifest = _manifest(line)
        pieces = _pieces(file, manifest, line, phrase)
        if manifest.format == OF_OLD:
            with (content / archive.DATABASE).open("xb") as to:
                to.writelines(pieces)
        else:
            archive.unpack(pieces, content)
        _require_said(manifest, content)
        yield manifest, content


def _require_said(manifest: Manifest, content: Path) -> None:
    plain = content / archive.DATABASE
    if not plain.exists() or _digest(plain) != manifest.sha256:
        raise CannotOpen("The backup was changed or cut short.")
    if len(list(content.glob(f"{archive.UPLOADS}/*/*"))) != manifest.uploads:
        raise CannotOpen("The backup holds other uploads than it says.")


def _manifest(line: bytes) -> Manifest:
    try:
        said: dict[str, Any] = json.loads(line)
        manifest = Manifest(**said)
    except (ValueError, TypeError) as problem:
        raise CannotOpen("This file is no backup of Rehab Tracker.") from problem
    if manifest.format not in {FORMAT, OF_OLD}:
        raise CannotOpen(f"This backup has a format that is not known here ({manifest.format}).")
    return manifest


def _pieces(
    file: IO[bytes], manifest: Manifest, line: bytes, phrase: str | None
) -> Iterator[bytes]:
    if not manifest.is_locked:
        return iter(lambda: file.read(PIECE), b"")
    if phrase is None:
        raise CannotOpen("The backup is locked: set REHAB_BACKUP_KEY to the key it was made with.")
    return unlock(file, phrase, line)


def _require_empty(database: Database, uploads: Path) -> None:
    if any(uploads.glob("[!.]*")):
        raise NotRestored(f"There are uploads in {uploads}: a restore never overwrites any.")
    with database.reading() as connection:
        if inspect(connection).get_table_names():
            raise NotRestored("There is a database already: a restore never overwrites one.")


def _require_whole(plain: Path, manifest: Manifest, key: bytes, *, trust_audit: bool) -> None:
    copy = Database(f"sqlite:///{plain}", key)
    problems = [f"{name}: {problem}" for name, problem in migrate.faults(copy) if problem]
    with copy.reading() as connection:
        if counts(connection) != manifest.counts:
            problems.append("other rows than it says")
    if manifest.version == migrate.newest() and not trust_audit:
        ends = {chain.clinic_id: chain.problem or chain.mac for chain in audit.verify(copy)}
        if ends != manifest.audit:
            problems.append("its audit is sealed with another key, or was changed")
    _close(copy)
    if problems:
        raise NotRestored(f"The backup is not whole ({'; '.join(problems)}).")


def _put_uploads(restored: Path, place: Path, undo: ExitStack) -> None:
    """Move every clinic's uploads to their place, and away again if the rest fails."""
    for clinic in restored.glob("*"):
        place.mkdir(exist_ok=True)
        undo.callback(shutil.rmtree, place / clinic.name, ignore_errors=True)
        shutil.move(clinic, place / clinic.name)


def _put_file(database: Database, plain: Path) -> None:
    place = Path(str(database.engine.url.database))
    database.engine.dispose()
    for left in (place, *(place.with_name(place.name + end) for end in ("-wal", "-shm"))):
        left.unlink(missing_ok=True)  # what looking into an empty place has made
    draft = place.with_name(f"{place.name}.{os.getpid()}.partial")
    with plain.open("rb") as content, draft.open("xb") as file:
        draft.chmod(0o600)
        while piece := content.read(PIECE):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(place)


def _put_rows(database: Database, plain: Path, manifest: Manifest) -> None:
    migrate.upgrade(database, manifest.version)
    copy = Database(f"sqlite:///{plain}")
    with copy.reading() as source, database.upkeep() as target, target.begin():
        copy_rows(source, target)
        _require_same(target, manifest)
    copy.engine.dispose()


def _require_same(target: Connection, manifest: Manifest) -> None:
    if (found := counts(target)) != manifest.counts:
        raise NotRestored(f"{found} rows arrived instead of {manifest.counts}.")
