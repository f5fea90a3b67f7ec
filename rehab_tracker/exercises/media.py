"""Pictures and short films that clinics bring themselves: judged, cleared, kept as files."""

import os
import struct
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from pathlib import Path
from shutil import copyfileobj
from typing import IO, TYPE_CHECKING
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from rehab_tracker.exercises import films
from rehab_tracker.foundation.db import new_id
from rehab_tracker.foundation.errors import Refused
from rehab_tracker.foundation.logs import in_short, log

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 30 * 1024 * 1024
MOST_PIXELS = 20_000_000
LONGEST, LONGEST_SMALL = 1600, 320
"""Pixels of the longer side of what is kept, and of its thumbnail."""

PICTURE = "image/webp"
_ENDINGS = {PICTURE: "webp", "video/mp4": "mp4", "video/webm": "webm"}
_PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_MP4_BRANDS = {
    *(b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6"),
    *(b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV"),
}
_EBML = b"\x1a\x45\xdf\xa3"
_HEAD = 64  # bytes in which every kind of file says what it is


class NoRoom(Refused):
    """The disk takes no more files."""

    status = 507

    def __init__(self) -> None:
        super().__init__({"upload": _("The server cannot keep files now. Please try again later.")})


@dataclass(frozen=True)
class Media:
    """A picture with its thumbnail, or a film, fit to be kept."""

    type: str
    content: IO[bytes]
    small: IO[bytes] | None = None


def judged(upload: IO[bytes]) -> Media:
    """Return what an upload holds, by its content alone; raises Refused if it cannot be shown."""
    size = upload.seek(0, SEEK_END)
    upload.seek(0)
    head = upload.read(_HEAD)
    if not size:
        raise _refused(_("This file is empty. Please choose another one."))
    if size > MOST_BYTES:
        raise too_large()
    if head.startswith(_PICTURE_STARTS) or (head[:4], head[8:12]) == (b"RIFF", b"WEBP"):
        return _picture(upload)
    if head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS:
        return _film("video/mp4", upload, size)
    if head.startswith(_EBML) and b"webm" in head:
        return _film("video/webm", upload, size)
    raise _refused(_("This is none of JPEG, PNG, WebP, MP4 and WebM. Please choose another file."))


def too_large() -> Refused:
    """Return what to say of a file that is not even read."""
    return _refused(_("This file is larger than 30 MB. A shorter or smaller film will do."))


def _refused(sentence: str) -> Refused:
    return Refused({"upload": sentence})


def _broken() -> Refused:
    return _refused(_("This file is damaged or cut short. Please save it anew and try again."))


def _picture(upload: IO[bytes]) -> Media:
    """Draw the pixels anew, upright: what else the file says, such as where, is left behind."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - the product starts without it

    Image.MAX_IMAGE_PIXELS = None  # a stricter limit stands below, before anything is decoded
    upload.seek(0)
    try:
        with Image.open(upload, formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _refused(
                    _("This picture has more than 20 megapixels. A smaller one will do.")
                )
            image.draft("RGB", (LONGEST, LONGEST))
            upright = ImageOps.exif_transpose(image)
            plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (OSError, SyntaxError, ValueError, IndexError, struct.error) as problem:
        raise _broken() from problem
    return Media(PICTURE, _encoded(plain, LONGEST), _encoded(plain, LONGEST_SMALL))


def _encoded(image: "Image", longest: int) -> IO[bytes]:
    image = image.copy()
    image.info.clear()
    image.thumbnail((longest, longest))
    written = BytesIO()
    image.save(written, "WEBP", quality=82)
    return written


def _film(kind: str, upload: IO[bytes], size: int) -> Media:
    """Leave picture and sound alone: what else the file says, such as where, is overwritten."""
    try:
        films.CLEAR[kind](upload, size)
    except films.Torn as problem:
        raise _broken() from problem
    except films.Laden as problem:
        raise _refused(
            _("This film carries more than picture and sound. Please save it anew and try again.")
        ) from problem
    return Media(kind, upload)


@dataclass(frozen=True)
class Store:
    """The files of one clinic, under names that nobody chose; they live and die with their rows."""

    folder: Path

    def path(self, media_id: UUID, media_type: str, *, small: bool = False) -> Path:
        """Return where a file lies; only pictures have a small one beside them."""
        is_small = small and media_type == PICTURE
        return self.folder / f"{media_id}{'-small' if is_small else ''}.{_ENDINGS[media_type]}"

    def keep(self, db: Session, media: Media) -> UUID:
        """Write the files; they are gone again when the session's changes are not committed."""
        media_id = new_id()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write(db, self.path(media_id, media.type), media.content)
            if media.small:
                _write(db, self.path(media_id, media.type, small=True), media.small)
        except OSError as problem:
            log().error("media_unwritable", problem=in_short(problem))
            raise NoRoom from problem
        return media_id

    def copy(self, db: Session, media_id: UUID, media_type: str) -> UUID | None:
        """Keep the same once more, for another row; None where its files are gone."""
        with ExitStack() as opened:
            paths = dict.fromkeys(self.path(media_id, media_type, small=s) for s in (False, True))
            try:
                content, *small = [opened.enter_context(path.open("rb")) for path in paths]
            except FileNotFoundError:
                return None
            return self.keep(db, Media(media_type, content, *small))

    def release(self, db: Session, media_id: UUID, media_type: str) -> None:
        """Remove the files once the session's changes are committed."""
        both = (self.path(media_id, media_type, small=small) for small in (False, True))
        db.info.setdefault(_OLD, []).extend(both)


_NEW, _OLD = "new files", "old files"


def _write(db: Session, path: Path, content: IO[bytes]) -> None:
    db.info.setdefault(_NEW, []).append(path)
    path.touch(0o600)
    content.seek(0)
    with path.open("wb") as file:
        copyfileobj(content, file)
        file.flush()
        os.fsync(file.fileno())


@event.listens_for(Session, "after_commit")
def _keep_new(db: Session) -> None:
    if not db.in_nested_transaction():
        db.info.pop(_NEW, None)
        _remove(db.info.pop(_OLD, ()))


@event.listens_for(Session, "after_transaction_end")
def _forget_new(db: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        db.info.pop(_OLD, None)
        _remove(db.info.pop(_NEW, ()))


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
