"""Films that clinics bring: whole, and silent about what is neither picture nor sound.

Where and when a film was taken, and by what, is overwritten in its place; nothing moves, so every
index in the file stays right.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

Film = IO[bytes]


class Torn(Exception):
    """The parts of a film do not fit together."""


class Laden(Exception):
    """A film carries what cannot be taken out of it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A box of an MP4 file, or an element of a WebM file: what it is, where it lies."""

    name: bytes
    at: int
    inside: int
    end: int


def _blacken(film: Film, at: int, end: int) -> None:
    film.seek(at)
    film.write(bytes(end - at))


def _read(film: Film, form: str) -> tuple[int, ...]:
    try:
        return struct.unpack(form, film.read(struct.calcsize(form)))
    except struct.error as problem:
        raise Torn from problem


_NESTS = {
    *(b"moov", b"trak", b"edts", b"mdia", b"minf", b"dinf", b"stbl"),
    *(b"mvex", b"moof", b"traf", b"mfra"),
}
_TABLES = {
    *(b"elst", b"dref", b"stsd", b"stts", b"ctts", b"cslg", b"stss", b"stsc", b"stsz", b"stz2"),
    *(b"stco", b"co64", b"sdtp", b"sbgp", b"sgpd", b"mehd", b"trex", b"mfhd", b"tfhd", b"tfdt"),
    *(b"trun", b"sidx", b"tfra", b"mfro", b"vmhd", b"smhd"),
}
_DATED = {b"mvhd", b"tkhd", b"mdhd"}
_KEPT = {*_NESTS, *_TABLES, *_DATED, b"ftyp", b"styp", b"mdat", b"hdlr"}
_SHOWN = {b"vide", b"soun"}


def clear_mp4(film: Film, size: int) -> None:
    """Leave picture and sound of an MP4 file; raises Torn if they are not whole, or Laden."""
    whole = list(_boxes(film, 0, size))
    tracks = [
        track
        for movie in whole
        if movie.name == b"moov"
        for track in _boxes(film, movie.inside, movie.end)
        if track.name == b"trak"
    ]
    kinds = [_kind(film, track) for track in tracks]
    if b"vide" not in kinds or b"mdat" not in {box.name for box in whole}:
        raise Torn
    for track, kind in zip(tracks, kinds, strict=True):
        if kind not in _SHOWN:
            if b"moof" in {box.name for box in whole}:
                raise Laden
            _blacken_samples(film, track, size)
            _free(film, track)
    _silence(film, 0, size)


def _boxes(film: Film, at: int, end: int) -> Iterator[Part]:
    while at < end:
        film.seek(at)
        length, name = _read(film, ">II")
        inside = at + 8
        if length == 1:
            (length,) = _read(film, ">Q")
            inside += 8
        stop = at + length if length else end
        if not inside <= stop <= end:
            raise Torn
        yield Part(name.to_bytes(4), at, inside, stop)
        at = stop


def _inner(film: Film, box: Part, *path: bytes) -> Part:
    for name in path:
        found = [one for one in _boxes(film, box.inside, box.end) if one.name == name]
        if not found:
            raise Torn
        box = found[0]
    return box


def _kind(film: Film, track: Part) -> bytes:
    film.seek(_inner(film, track, b"mdia", b"hdlr").inside + 8)
    return film.read(4)


def _silence(film: Film, at: int, end: int) -> None:
    """Free what no player needs, and forget when and by what the rest was written."""
    for box in _boxes(film, at, end):
        if box.name not in _KEPT:
            _free(film, box)
        elif box.name in _NESTS:
            _silence(film, box.inside, box.end)
        elif box.name in _DATED:
            film.seek(box.inside)
            (version,) = _read(film, ">B3x")
            _blacken(film, box.inside + 4, min(box.inside + (20 if version else 12), box.end))
        elif box.name == b"hdlr":
            _blacken(film, min(box.inside + 24, box.end), box.end)


def _free(film: Film, box: Part) -> None:
    film.seek(box.at + 4)
    film.write(b"free")
    _blacken(film, box.inside, box.end)


def _blacken_samples(film: Film, track: Part, size: int) -> None:
    """Overwrite what a track says, which lies among the pictures."""
    left = size
    for at, length in _chunks(film, _inner(film, track, b"mdia", b"minf", b"stbl")):
        left -= length
        if at + length > size or left < 0:
            raise Torn
        _blacken(film, at, at + length)


def _chunks(film: Film, tables: Part) -> Iterator[tuple[int, int]]:
    """Return where a track's samples lie together, and how long they are."""
    of = {box.name: box for box in _boxes(film, tables.inside, tables.end)}
    if not of.keys() >= {b"stsz", b"stsc"} or not of.keys() & {b"stco", b"co64"}:
        raise Torn
    film.seek(of[b"stsz"].inside + 4)
    (each,) = _read(film, ">I")
    sizes = [] if each else [size for (size,) in _rows(film, of[b"stsz"], ">I", skip=8)]
    runs = list(_rows(film, of[b"stsc"], ">III"))
    wide = b"co64" in of
    places = list(_rows(film, of[b"co64" if wide else b"stco"], ">Q" if wide else ">I"))
    held = taken = 0
    for number, (at,) in enumerate(places, 1):
        while runs and runs[0][0] <= number:
            held = runs.pop(0)[1]
        yield at, each * held if each else sum(sizes[taken : taken + held])
        taken += held


def _rows(film: Film, box: Part, form: str, *, skip: int = 4) -> Iterator[tuple[int, ...]]:
    """Read a table: its count, then rows."""
    film.seek(box.inside + skip)
    (count,) = _read(film, ">I")
    length = count * struct.calcsize(form)
    if film.tell() + length > box.end:
        raise Torn
    return struct.iter_unpack(form, film.read(length))


_EBML, _SEGMENT, _CLUSTER = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75"
_INFO, _TRACKS, _TRACK, _TYPE = b"\x15\x49\xa9\x66", b"\x16\x54\xae\x6b", b"\xae", b"\x83"
_SEEKS, _CUES = b"\x11\x4d\x9b\x74", b"\x1c\x53\xbb\x6b"
_IN_CLUSTER = {b"\xe7", b"\xa3", b"\xa0", b"\xab", b"\xa7"}
_SCALE, _LENGTH, _MUXER, _WRITER = b"\x2a\xd7\xb1", b"\x44\x89", b"\x4d\x80", b"\x57\x41"
_KEPT_IN: Mapping[bytes, set[bytes]] = {
    # A cluster of open length ends where something else begins, so its parts count as its siblings.
    _SEGMENT: {_SEEKS, _INFO, _TRACKS, _CLUSTER, _CUES, *_IN_CLUSTER},
    _INFO: {_SCALE, _LENGTH, _MUXER, _WRITER},
}
_VIDEO, _AUDIO = 1, 2


def clear_webm(film: Film, size: int) -> None:
    """Leave picture and sound of a WebM file; raises Torn if they are not whole, or Laden."""
    whole = list(_elements(film, 0, size))
    if [part.name for part in whole] != [_EBML, _SEGMENT]:
        raise Torn
    kinds = set()
    for part in _elements(film, whole[1].inside, size):
        if part.name == _TRACKS:
            kinds |= {kind for track in _children(film, part) for kind in _types(film, track)}
    if kinds - {_VIDEO, _AUDIO}:
        raise Laden
    if _VIDEO not in kinds:
        raise Torn
    _void_others(film, whole[1])


def _types(film: Film, track: Part) -> Iterator[int]:
    for part in _children(film, track):
        if part.name == _TYPE:
            film.seek(part.inside)
            yield int.from_bytes(film.read(part.end - part.inside))


def _void_others(film: Film, parent: Part) -> None:
    for part in _children(film, parent):
        if part.name not in _KEPT_IN[parent.name]:
            _void(film, part)
        elif part.name in _KEPT_IN:
            _void_others(film, part)


def _void(film: Film, part: Part) -> None:
    length = part.end - part.at
    film.seek(part.at)
    if length < 0x80:  # noqa: PLR2004 - one byte tells a length of so many
        film.write(bytes((0xEC, 0x80 | length - 2)))
    else:
        film.write(b"\xec\x01" + (length - 9).to_bytes(7))
    _blacken(film, film.tell(), part.end)


def _children(film: Film, parent: Part) -> Iterator[Part]:
    return _elements(film, parent.inside, parent.end)


def _elements(film: Film, at: int, end: int) -> Iterator[Part]:
    while at < end:
        film.seek(start := at)
        name, said = _marked(film), _marked(film)
        inside = film.tell()
        bits = 7 * len(said)
        length = int.from_bytes(said) & (1 << bits) - 1
        is_open = length == (1 << bits) - 1
        if is_open and name not in (_SEGMENT, _CLUSTER):
            raise Torn
        stop = end if is_open else inside + length
        if stop > end:
            raise Torn
        at = inside if is_open and name == _CLUSTER else stop
        yield Part(name, start, inside, at)


def _marked(film: Film) -> bytes:
    """Read a name or a length, whose first byte tells how many bytes it has."""
    (first,) = _read(film, ">B")
    if not first:
        raise Torn
    rest = film.read(8 - first.bit_length())
    return bytes((first,)) + rest


CLEAR: Mapping[str, Callable[[Film, int], None]] = {
    "video/mp4": clear_mp4,
    "video/webm": clear_webm,
}
