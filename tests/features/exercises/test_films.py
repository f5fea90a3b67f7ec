"""A film that a clinic brings keeps picture and sound, and tells nothing else."""

import struct
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehab_tracker.exercises.media import judged
from rehab_tracker.foundation.errors import Refused
from tests.builders.media import FILM_HEAD, PLACE, a_box, a_track, a_webm, an_element, an_mp4

WHERE = PLACE.encode()
PICTURES = b"." * 250


def kept(film: bytes) -> bytes:
    content = judged(BytesIO(film)).content
    content.seek(0)
    return content.read()


def movie(*tracks: bytes) -> bytes:
    return FILM_HEAD + a_box(b"moov", b"".join(tracks)) + a_box(b"mdat", PICTURES)


TELLING = {
    "a place as phones note it": an_mp4(beside=a_box(b"udta", a_box(b"\xa9xyz", WHERE))),
    "a place among keys": an_mp4(beside=a_box(b"meta", WHERE)),
    "notes of a track": movie(a_track(beside=a_box(b"udta", WHERE))),
    "what wrote a track": movie(a_track(writer=WHERE)),
    "notes of an editor": an_mp4() + a_box(b"uuid", b"x" * 16 + WHERE),
    "what was freed but not emptied": an_mp4() + a_box(b"free", WHERE),
    "a long box that nobody knows": an_mp4()
    + struct.pack(">I4sQ", 1, b"gps ", 16 + len(WHERE))
    + WHERE,
    "tags": a_webm(beside=an_element("1254c367", WHERE)),
    "tags of a live recording": a_webm(
        beside=an_element("1254c367", WHERE), claimed=-1, open_cluster=True
    ),
    "a file inside the film": a_webm(beside=an_element("1941a469", WHERE * 20)),
    "a title": a_webm(beside=an_element("1549a966", an_element("7ba9", WHERE))),
    "what was voided but not emptied": a_webm(beside=an_element("ec", WHERE)),
}


@pytest.mark.parametrize("what", TELLING)
def test_a_film_tells_nothing_but_picture_and_sound(what: str):
    film = TELLING[what]
    silent = kept(film)
    assert WHERE in film
    assert WHERE not in silent
    assert len(silent) == len(film)
    assert PICTURES in silent
    assert kept(silent) == silent


@pytest.mark.parametrize(("version", "dates"), [(0, b"\1\2\3\4" * 2), (1, b"\1\2\3\4" * 4)])
@pytest.mark.parametrize("name", [b"mvhd", b"tkhd", b"mdhd"])
def test_a_film_does_not_tell_when_it_was_taken(name: bytes, version: int, dates: bytes):
    head = a_box(name, bytes((version, 0, 0, 7)) + dates + b"the rest")
    silent = kept(an_mp4(beside=head))
    assert head not in silent
    assert a_box(name, bytes((version, 0, 0, 7)) + bytes(len(dates)) + b"the rest") in silent


def table(name: bytes, *rows: tuple[int, ...], form: str = ">I", before: bytes = b"") -> bytes:
    packed = b"".join(struct.pack(form, *row) for row in rows)
    return a_box(name, b"\0" * 4 + before + struct.pack(">I", len(rows)) + packed)


def a_path_of_places(*, sizes: bytes, runs: bytes, places: bytes) -> bytes:
    """A film whose camera wrote down where it was, again and again, among its pictures."""
    mdat = a_box(b"mdat", PICTURES + WHERE + PICTURES + WHERE * 2)
    path = a_track(b"meta", tables=sizes + runs + places)
    return FILM_HEAD + mdat + a_box(b"moov", a_track() + path)


FIRST = len(FILM_HEAD) + 8 + len(PICTURES)
SECOND = FIRST + len(WHERE) + len(PICTURES)
EACH = (len(WHERE),)
ONE_SIZE = a_box(b"stsz", struct.pack(">III", 0, len(WHERE), 3))
SIZES = table(b"stsz", EACH, EACH, EACH, before=b"\0" * 4)
RUNS = table(b"stsc", (1, 1, 1), (2, 2, 1), form=">III")
PLACES = table(b"stco", (FIRST,), (SECOND,))
LARGE_PLACES = table(b"co64", (FIRST,), (SECOND,), form=">Q")


@pytest.mark.parametrize("places", [PLACES, LARGE_PLACES])
@pytest.mark.parametrize("sizes", [ONE_SIZE, SIZES])
def test_a_path_of_places_among_the_pictures_is_overwritten(sizes: bytes, places: bytes):
    film = a_path_of_places(sizes=sizes, runs=RUNS, places=places)
    silent = kept(film)
    assert film.count(WHERE) == 3
    assert WHERE not in silent
    assert silent.count(PICTURES) == 2
    assert b"meta" not in silent


@pytest.mark.parametrize(
    ("sizes", "runs", "places"),
    [
        (b"", RUNS, PLACES),
        (SIZES, b"", PLACES),
        (SIZES, RUNS, b""),
        (a_box(b"stsz", struct.pack(">III", 0, 0, 2**31)), RUNS, PLACES),
        (a_box(b"stsz", struct.pack(">III", 0, 2**31, 3)), RUNS, PLACES),
        (SIZES, RUNS, table(b"stco", (2**31,))),
        (ONE_SIZE, RUNS, table(b"stco", *[(FIRST,)] * 500)),
    ],
)
def test_tables_that_lead_nowhere_are_damage(sizes: bytes, runs: bytes, places: bytes):
    with pytest.raises(Refused, match="damaged or cut short"):
        kept(a_path_of_places(sizes=sizes, runs=runs, places=places))


@pytest.mark.parametrize(
    "film",
    [
        movie(a_track(), a_track(b"meta")) + a_box(b"moof"),
        a_webm(kind=17),
    ],
)
def test_what_cannot_be_taken_out_of_a_film_is_said(film: bytes):
    with pytest.raises(Refused, match="more than picture and sound"):
        kept(film)


WHOLE = [an_mp4(), a_path_of_places(sizes=SIZES, runs=RUNS, places=PLACES), a_webm()]


@given(st.sampled_from(WHOLE), st.data())
def test_a_film_with_any_byte_changed_is_kept_or_refused(film: bytes, data: st.DataObject):
    at = data.draw(st.integers(40, len(film) - 1))
    changed = bytearray(film)
    changed[at] = data.draw(st.integers(0, 255))
    with suppress(Refused):
        assert len(kept(bytes(changed))) == len(film)


@given(st.sampled_from(WHOLE), st.data())
def test_a_film_cut_anywhere_is_refused(film: bytes, data: st.DataObject):
    short = film[: data.draw(st.integers(1, len(film) - 1))]
    with pytest.raises(Refused):
        kept(short)
