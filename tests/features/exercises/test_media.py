"""What clinics bring themselves: judged by its content, kept apart, gone when nobody needs it."""

import html
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import Role
from rehab_tracker.exercises import actions, media
from rehab_tracker.exercises.media import Store, judged
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.foundation.db import Database
from rehab_tracker.foundation.errors import Forbidden, Refused
from tests.builders.exercises import a_library, an_exercise
from tests.builders.media import PLACE, a_bomb, a_box, a_photo, a_webm, an_mp4
from tests.builders.people import Somebody, a_clinic, a_member, a_patient
from tests.client import CheckedClient

As = Callable[[Somebody], CheckedClient]
SLUG = "own--towel-slide"


@pytest.fixture
def physio(db: Session, clinic: Clinic) -> Somebody:
    an_exercise(db)
    member = a_member(db, clinic)
    db.commit()
    return member


def send(client: CheckedClient, content: bytes, name: str = "x", slug: str = SLUG) -> Any:
    form = {"csrf_token": client.form_token(), "upload": FileStorage(BytesIO(content), name)}
    boundary, body = encode_multipart(form)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(f"/library/{slug}/picture", data=body, content_type=kind)


def row(db: Session) -> Exercise:
    db.expire_all()
    found = db.scalars(select(Exercise).where(Exercise.slug == SLUG)).one()
    db.commit()  # the next request may write
    return found


def files(store: Store) -> list[Path]:
    return sorted(store.folder.iterdir()) if store.folder.exists() else []


def shown(page: str) -> str:
    found = re.search(r'class="figure__own" src="([^"]+)"', page)
    assert found, "no picture or film on the page"
    return html.unescape(found[1])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_drawn_anew_and_tells_nothing_else(kind: str):
    kept = judged(BytesIO(a_photo(kind)))
    assert kept.type == "image/webp"
    for part in (kept.content, kept.small):
        assert part is not None
        part.seek(0)
        assert PLACE.encode() not in part.read()
        with Image.open(part) as image:
            assert image.format == "WEBP"
            assert not image.getexif()
            assert "icc_profile" not in image.info


def test_a_picture_held_sideways_stands_upright():
    with Image.open(judged(BytesIO(a_photo(turned=True))).content) as image:
        assert image.size == (32, 64)
        red, _, blue = image.convert("RGB").getpixel((16, 4))  # type: ignore[misc]
        assert red > blue


def test_a_large_picture_is_kept_at_a_size_that_pages_need():
    kept = judged(BytesIO(a_photo(size=(4000, 1000))))
    assert kept.small is not None
    assert Image.open(kept.content).size == (1600, 400)
    assert Image.open(kept.small).size == (320, 80)


def test_what_is_see_through_stays_so():
    drawn = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(drawn, "PNG")
    assert Image.open(judged(drawn).content).mode == "RGBA"


def just_too_many() -> bytes:
    return a_photo("PNG", (5001, 4000))


DAMAGED = {
    "a picture cut short": a_photo()[:-200],
    "a PNG cut short": a_photo("PNG")[:-40],
    "a WebP cut short": a_photo("WEBP")[:-20],
    "a JPEG in name only": b"\xff\xd8\xff" + b"nothing else" * 20,
    "a film cut short": an_mp4()[:-1],
    "a film with something behind it": an_mp4() + b"PK\3\4",
    "a film without its index": a_box(b"ftyp", b"isom" + b"\0" * 8) + a_box(b"mdat", b"." * 99),
    "a film of sound alone": an_mp4(scenes=b"soun"),
    "a WebM cut short": a_webm()[:-1],
    "a WebM without a segment": a_webm()[:18],
    "a WebM of sound alone": a_webm(kind=2),
}
OTHERS = {
    "a text": b"just words, and more words",
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a drawing with a script": b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
    "an animated GIF": b"GIF89a" + b"\0" * 90,
    "a phone's HEIC": a_box(b"ftyp", b"heic" + b"\0" * 8),
    "a phone's MOV": an_mp4(b"qt  "),
    "a Matroska film": a_webm(doctype=b"matroska"),
    "a single byte": b"\xff",
}


@pytest.mark.parametrize("what", DAMAGED)
def test_what_is_damaged_is_refused_as_such(what: str):
    with pytest.raises(Refused, match="damaged or cut short"):
        judged(BytesIO(DAMAGED[what]))


@pytest.mark.parametrize("what", OTHERS)
def test_other_kinds_of_files_are_refused_whatever_their_name(what: str):
    with pytest.raises(Refused, match="none of JPEG, PNG, WebP, MP4 and WebM"):
        judged(BytesIO(OTHERS[what]))


@pytest.mark.parametrize("make", [a_bomb, just_too_many])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_drawn(
    make: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Image.Image, "convert", lambda *_: pytest.fail("it was drawn"))
    with pytest.raises(Refused, match="20 megapixels"):
        judged(BytesIO(make()))


@pytest.mark.parametrize(
    ("film", "kind"),
    [
        (an_mp4(), "video/mp4"),
        (an_mp4(b"mp42"), "video/mp4"),
        (a_webm(), "video/webm"),
        (a_webm(claimed=-1), "video/webm"),
    ],
)
def test_the_pictures_of_a_film_are_kept_as_they_are(film: bytes, kind: str):
    kept = judged(BytesIO(film))
    kept.content.seek(0)
    assert (kept.type, kept.content.read(), kept.small) == (kind, film, None)


def test_a_clinic_shows_an_exercise_by_its_own_picture(physio: Somebody, as_: As, store: Store):
    client = as_(physio)
    answer = send(client, a_photo(), "../../etc/passwd")
    assert (answer.status_code, answer.location) == (303, f"/library/{SLUG}")
    page = client.get(answer.location).text
    picture = client.get(shown(page))
    assert picture.mimetype == "image/webp"
    assert picture.headers["Content-Disposition"].startswith("attachment; ")
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert picture.headers["Cache-Control"] == "private, no-cache"
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    small = client.get(f"{shown(page)}?size=small")
    assert len(small.data) < len(picture.data) + 1
    assert len(files(store)) == 2
    assert all(re.fullmatch(r"[0-9a-f-]{36}(-small)?\.webp", path.name) for path in files(store))
    assert 'class="thumb"' in client.get("/library").text


def test_a_browser_asks_again_whether_it_still_may_show_it(physio: Somebody, as_: As):
    client = as_(physio)
    send(client, a_photo())
    address = shown(client.get(f"/library/{SLUG}").text)
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_a_film_is_handed_out_in_parts(physio: Somebody, as_: As):
    client, film = as_(physio), an_mp4()
    send(client, film)
    page = client.get(f"/library/{SLUG}").text
    assert "<video" in page
    whole = client.get(shown(page))
    assert (whole.mimetype, whole.data) == ("video/mp4", film)
    part = client.get(shown(page), headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, film[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(film)}"
    beyond = client.get(shown(page), headers={"Range": f"bytes={len(film)}-"})
    assert beyond.status_code == 416


def test_members_of_another_clinic_find_nothing(
    db: Session, clinic: Clinic, database: Database, physio: Somebody, as_: As, stranger: Any
):
    client = as_(physio)
    send(client, a_photo())
    address = shown(client.get(f"/library/{SLUG}").text)
    patient = a_patient(db, clinic, physio)
    db.commit()
    assert as_(patient).get(address).status_code == 200
    elsewhere = a_clinic(database, name="Elsewhere")
    with database.of_clinic(elsewhere.id) as other:
        theirs = [a_member(other, elsewhere, Role.MANAGER), a_patient(other, elsewhere)]
    for somebody in theirs:
        assert as_(somebody).get(address).status_code == 404
        assert as_(somebody).get(f"{address}?size=small").status_code == 404
    assert stranger.get(address).status_code == 303


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "This file is empty"),
        (b"words", "none of JPEG, PNG, WebP, MP4 and WebM"),
        (a_photo()[:-200], "damaged or cut short"),
        (a_bomb(), "20 megapixels"),
    ],
)
def test_what_cannot_be_shown_is_refused_beside_the_field(
    db: Session, physio: Somebody, as_: As, store: Store, content: bytes, said: str
):
    answer = send(as_(physio), content, "holiday.jpg")
    assert answer.status_code == 422
    error = answer.text[answer.text.index('id="upload-error"') :]
    assert said in error[: error.index("</p>")]
    assert row(db).media_id is None
    assert files(store) == []


def test_no_file_at_all_is_said_beside_the_field(physio: Somebody, as_: As):
    answer = as_(physio).post(f"/library/{SLUG}/picture")
    assert answer.status_code == 422
    assert "Please choose a file first." in answer.text


@pytest.mark.parametrize("beyond", [1, 200_000])
def test_a_file_of_more_than_30_megabytes_is_refused_beside_the_field(
    physio: Somebody, as_: As, store: Store, beyond: int
):
    film = an_mp4(length=media.MOST_BYTES + beyond - len(an_mp4(length=0)))
    answer = send(as_(physio), film)
    assert answer.status_code == 422
    assert "larger than 30 MB" in answer.text[answer.text.index('id="upload-error"') :]
    assert files(store) == []


def test_a_film_of_30_megabytes_fits(physio: Somebody, as_: As, store: Store):
    film = an_mp4(length=media.MOST_BYTES - len(an_mp4(length=0)))
    assert send(as_(physio), film).status_code == 303
    assert [path.stat().st_size for path in files(store)] == [media.MOST_BYTES]


def test_no_other_form_takes_that_much(physio: Somebody, as_: As):
    client = as_(physio)
    large = {"upload": (BytesIO(b"." * 300_000), "x")}
    answer = client.post(f"/library/{SLUG}/figure", data=large, content_type="multipart/form-data")
    assert answer.status_code == 413


def test_strangers_cannot_send_that_much(stranger: Any):
    answer = send(stranger, b"." * 300_000)
    assert answer.status_code == 413


def test_a_seeded_exercise_keeps_its_figure(db: Session, physio: Somebody, as_: As, store: Store):
    a_library(db)
    db.commit()
    assert send(as_(physio), a_photo(), slug="step-up").status_code == 403
    with pytest.raises(Forbidden):
        actions.choose_figure(db, physio.actor, "step-up", None, store)


def test_what_is_replaced_is_removed(db: Session, physio: Somebody, as_: As, store: Store):
    client = as_(physio)
    send(client, a_photo())
    before = set(files(store))
    send(client, an_mp4())
    assert row(db).media_type == "video/mp4"
    (film,) = files(store)
    assert film not in before
    client.post(f"/library/{SLUG}/figure", data={"figure": "step-up"})
    assert (row(db).figure, row(db).media_id) == ("step-up", None)
    assert files(store) == []


def test_a_refused_replacement_leaves_what_was_there(
    db: Session, physio: Somebody, as_: As, store: Store
):
    client = as_(physio)
    send(client, a_photo())
    before = files(store)
    assert send(client, b"words").status_code == 422
    assert client.post(f"/library/{SLUG}/figure", data={"figure": "x"}).status_code == 422
    assert row(db).media_type == "image/webp"
    assert files(store) == before


def test_a_failed_transaction_leaves_no_file_and_removes_none(
    db: Session, physio: Somebody, store: Store
):
    first = judged(BytesIO(a_photo()))
    actions.show_media(db, physio.actor, SLUG, first, store)
    db.commit()
    before = files(store)
    actions.show_media(db, physio.actor, SLUG, judged(BytesIO(an_mp4())), store)
    assert len(files(store)) == 3
    db.rollback()
    assert files(store) == before


def test_a_session_that_is_only_closed_leaves_no_file(
    database: Database, clinic: Clinic, physio: Somebody, store: Store
):
    with database.session(clinic_id=clinic.id) as session:
        actions.show_media(session, physio.actor, SLUG, judged(BytesIO(a_photo())), store)
        with session.begin_nested():
            session.flush()
        assert len(files(store)) == 2
    assert files(store) == []


def test_a_disk_that_is_full_is_said_and_leaves_no_half_file(
    db: Session, physio: Somebody, as_: As, store: Store, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(media, "copyfileobj", full)
    answer = send(as_(physio), a_photo())
    assert answer.status_code == 507
    assert "cannot keep files now" in answer.text[answer.text.index('id="upload-error"') :]
    assert row(db).media_id is None
    assert files(store) == []


def test_a_copy_keeps_the_figure(db: Session, physio: Somebody, store: Store):
    a_library(db)
    assert actions.copy_exercise(db, physio.actor, "step-up", store).figure == "step-up"


def test_a_copy_has_a_picture_of_its_own(db: Session, physio: Somebody, store: Store):
    actions.show_media(db, physio.actor, SLUG, judged(BytesIO(a_photo())), store)
    copy = actions.copy_exercise(db, physio.actor, SLUG, store)
    db.commit()
    assert len(files(store)) == 4
    actions.choose_figure(db, physio.actor, SLUG, None, store)
    db.commit()
    assert copy.media_id is not None
    assert store.path(copy.media_id, "image/webp", small=True).exists()
    assert len(files(store)) == 2


def test_a_copy_goes_without_a_picture_whose_file_is_gone(
    db: Session, physio: Somebody, store: Store
):
    actions.show_media(db, physio.actor, SLUG, judged(BytesIO(a_photo())), store)
    db.commit()
    for file in files(store):
        file.unlink()
    copy = actions.copy_exercise(db, physio.actor, SLUG, store)
    db.commit()
    assert (copy.media_id, copy.media_type, files(store)) == (None, None, [])


def test_the_page_offers_every_drawn_figure(db: Session, physio: Somebody, as_: As):
    a_library(db)
    db.commit()
    client = as_(physio)
    client.post(f"/library/{SLUG}/figure", data={"figure": "step-up"})
    page = client.get(f"/library/{SLUG}/picture").text
    assert re.search(r'name="figure" value="step-up" checked', page)
    assert "Show no picture" in page
    assert "step-up-pair-right.svg" in client.get(f"/library/{SLUG}").text
