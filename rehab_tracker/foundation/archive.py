"""What a backup holds: a tar file, and after it the digest of all its bytes."""

import hashlib
import os
import re
import shutil
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from rehab_tracker.foundation.locked_file import PIECE, CannotOpen

DATABASE, UPLOADS = "database.sqlite3", "media"
_NAMES = re.compile(r"database\.sqlite3|media/[0-9A-Za-z-]+/[0-9A-Za-z][0-9A-Za-z._-]*")
_END = 64 + 1  # hexadecimal digits and the end of their line
_STALE_S = 24 * 3600


class Sink(Protocol):
    """What can be written to."""

    def write(self, data: bytes, /) -> object:
        """Take more."""


class _Summed:
    def __init__(self, to: Sink) -> None:
        self._to, self.digest = to, hashlib.sha256()

    def write(self, data: bytes) -> None:
        self.digest.update(data)
        self._to.write(data)


def pack(to: Sink, files: Iterable[tuple[str, Path]]) -> None:
    """Write files, each under its name, without holding any of them in memory."""
    summed = _Summed(to)
    with tarfile.open(fileobj=summed, mode="w|") as tar:  # type: ignore[call-overload]
        for name, path in files:
            with path.open("rb") as content:
                about = tarfile.TarInfo(name)
                about.size, about.mode = os.fstat(content.fileno()).st_size, 0o600
                tar.addfile(about, content)
    to.write(summed.digest.hexdigest().encode() + b"\n")


class _Source:
    """Gives what comes before the digest, and tells at the end whether the digest is right."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._held, self._digest = pieces, b"", hashlib.sha256()

    def read(self, size: int) -> bytes:
        while len(self._held) < size + _END and (piece := next(self._pieces, b"")):
            self._held += piece
        end = min(size, max(len(self._held) - _END, 0))
        given, self._held = self._held[:end], self._held[end:]
        self._digest.update(given)
        return given

    def is_whole(self) -> bool:
        while self.read(PIECE):
            pass
        return self._held == self._digest.hexdigest().encode() + b"\n"


def unpack(pieces: Iterator[bytes], into: Path) -> None:
    """Put the files into an empty folder; CannotOpen unless all is as it was packed."""
    source = _Source(pieces)
    try:
        with tarfile.open(fileobj=source, mode="r|", bufsize=PIECE) as tar:  # type: ignore[call-overload]
            for member in tar:
                _take_out(tar, member, into)
    except tarfile.TarError as problem:
        raise CannotOpen("The backup was changed or cut short.") from problem
    if not source.is_whole():
        raise CannotOpen("The backup was changed or cut short.")


def _take_out(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> None:
    content = tar.extractfile(member) if _NAMES.fullmatch(member.name) else None
    if content is None:
        raise CannotOpen("The backup holds something that no backup holds.")
    place = into / member.name
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("xb") as file:
        place.chmod(0o600)
        shutil.copyfileobj(content, file, PIECE)
        file.flush()
        os.fsync(file.fileno())


Held = Callable[[], list[tuple[str, Path]]]


@contextmanager
def holding(uploads: Path) -> Iterator[Held]:
    """Give what holds on to all uploads of that moment: they can be removed, and stay readable."""
    if not uploads.is_dir():
        yield list
        return
    sweep(uploads, ".backup-")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=uploads) as folder:
        yield lambda: _hold(uploads, Path(folder))


def _hold(uploads: Path, held: Path) -> list[tuple[str, Path]]:
    for path in uploads.glob("[!.]*/*"):
        place = held / path.relative_to(uploads)
        place.parent.mkdir(exist_ok=True)
        if not place.exists():
            _link(path, place)
    held_now = sorted(held.glob("*/*"))
    return [(f"{UPLOADS}/{path.relative_to(held).as_posix()}", path) for path in held_now]


def _link(path: Path, place: Path) -> None:
    try:
        place.hardlink_to(path)
    except FileNotFoundError:
        return  # it was removed just now, with the row that it belonged to
    except OSError:  # such as a shared folder without links
        shutil.copyfile(path, place)


def sweep(folder: Path, prefix: str) -> None:
    """Remove what a backup that was killed has left behind."""
    for left in folder.glob(f"{prefix}*"):
        if left.stat().st_mtime < time.time() - _STALE_S:
            shutil.rmtree(left, ignore_errors=True)
