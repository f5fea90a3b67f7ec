"""Files as people upload them, made byte by byte."""

import struct
import zlib
from io import BytesIO

from PIL import Image

PLACE = "N 52 31 12"
"""What a camera may note about where it was."""


def a_photo(kind: str = "JPEG", size: tuple[int, int] = (64, 32), *, turned: bool = False) -> bytes:
    """Return a picture, its left half red; it tells where it was taken, and how it was held."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = image.getexif()
    exif[0x010E] = PLACE
    if turned:
        exif[0x0112] = 6  # the top of the scene is at the right edge of the file
    written = BytesIO()
    image.save(written, kind, exif=exif.tobytes())
    return written.getvalue()


def a_bomb() -> bytes:
    """Return a small PNG that claims to be 30000 by 30000 pixels."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    whole = a_photo("PNG")
    return whole[:12] + head + struct.pack(">I", zlib.crc32(head)) + whole[33:]


def a_box(name: bytes, content: bytes = b"") -> bytes:
    """Return a box of an MP4 file."""
    return struct.pack(">I4s", 8 + len(content), name) + content


FILM_HEAD = a_box(b"ftyp", b"isom" + b"\0" * 8)


def a_track(
    kind: bytes = b"vide", *, tables: bytes = b"", writer: bytes = b"", beside: bytes = b""
) -> bytes:
    """Return a track of an MP4 file: of pictures, of sound ("soun"), or of something else."""
    handler = a_box(b"hdlr", b"\0" * 8 + kind + b"\0" * 12 + writer)
    content = a_box(b"minf", a_box(b"stbl", tables))
    return a_box(b"trak", beside + a_box(b"mdia", handler + content))


def an_mp4(
    brand: bytes = b"isom", *, scenes: bytes = b"vide", length: int = 500, beside: bytes = b""
) -> bytes:
    """Return the boxes of a film, with others beside its track."""
    return (
        a_box(b"ftyp", brand + b"\0" * 8)
        + a_box(b"moov", a_track(scenes) + beside)
        + a_box(b"mdat", b"." * length)
    )


def an_element(name: str, content: bytes = b"", claimed: int | None = None) -> bytes:
    """Return an element of a WebM file; a claimed length of -1 is left open."""
    said = len(content) if claimed is None else claimed
    size = b"\x01" + b"\xff" * 7 if said < 0 else struct.pack(">I", 0x10000000 | said)
    return bytes.fromhex(name) + size + content


def a_webm(
    *,
    doctype: bytes = b"webm",
    kind: int = 1,
    beside: bytes = b"",
    claimed: int | None = None,
    open_cluster: bool = False,
) -> bytes:
    """Return the elements of a film, which may be left open, as live recordings are."""
    content = (
        an_element("1549a966", an_element("2ad7b1", b"\x0f\x42\x40"))
        + an_element("1654ae6b", an_element("ae", an_element("83", bytes((kind,)))))
        + an_element("1f43b675", an_element("a3", b"." * 250), -1 if open_cluster else None)
        + beside
    )
    head = an_element("1a45dfa3", an_element("4282", doctype))
    return head + an_element("18538067", content, claimed)
