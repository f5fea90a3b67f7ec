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


def an_mp4(brand: bytes = b"isom", *, scenes: bytes = b"vide", length: int = 500) -> bytes:
    """Return the boxes of a film."""
    handler = a_box(b"trak", a_box(b"hdlr", b"\0" * 8 + scenes))
    return (
        a_box(b"ftyp", brand + b"\0" * 8) + a_box(b"moov", handler) + a_box(b"mdat", b"." * length)
    )


def a_webm(*, doctype: bytes = b"webm", length: int = 300, claimed: int | None = None) -> bytes:
    """Return the elements of a film; a claimed length of -1 is left open, as in live recordings."""
    kind = b"\x42\x82" + bytes([0x80 | len(doctype)]) + doctype
    head = b"\x1a\x45\xdf\xa3" + bytes([0x80 | len(kind)]) + kind
    said = length if claimed is None else claimed
    size = b"\x01" + b"\xff" * 7 if said < 0 else struct.pack(">I", 0x10000000 | said)
    return head + b"\x18\x53\x80\x67" + size + b"." * length
