"""Drawn figures reach the pages: quickly, lightly, on the right side."""

import gzip
import html
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic, Knee
from rehab_tracker.cli import main
from rehab_tracker.config import Settings
from rehab_tracker.domain.dosage import Side
from rehab_tracker.exercises import drawings, pictures
from rehab_tracker.exercises.figures.kinds import Kind
from rehab_tracker.exercises.seed import load_library
from rehab_tracker.foundation import clock
from tests.builders.exercises import a_library, an_exercise
from tests.builders.people import Somebody, a_member, a_patient
from tests.builders.programs import NOW, a_program, an_item
from tests.client import CheckedClient

As = Callable[[Somebody], CheckedClient]
KILOBYTE = 1000


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    yield
    pictures.drawn.cache_clear()


@pytest.fixture
def physio(db: Session, clinic: Clinic) -> Somebody:
    a_library(db)
    member = a_member(db, clinic)
    db.commit()
    return member


def address(slug: str = "step-up", kind: str = "still", side: str = "right") -> str:
    return f"/figures/{pictures.digest_of(slug)}/{slug}-{kind}-{side}.svg"


def test_a_figure_needs_no_sign_in_and_is_kept_for_good(stranger: CheckedClient):
    answer = stranger.get(address(), headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert gzip.decompress(answer.data).startswith(b"<svg")


def test_what_is_kept_for_everybody_carries_nobodys_cookie(physio: Somebody, as_: As):
    assert "Set-Cookie" not in as_(physio).get(address()).headers


def test_a_browser_that_cannot_unpack_gets_it_plain(stranger: CheckedClient):
    answer = stranger.get(address())
    assert "Content-Encoding" not in answer.headers
    assert answer.data.startswith(b"<svg")


@pytest.mark.parametrize(
    "wrong",
    [
        address().replace(pictures.digest_of("step-up"), "0" * 16),
        address().replace("step-up", "no-such"),
        address(kind="x-ray"),
        address(side="both"),
        address().replace("step-up-", "..%2f..%2fstep-up-"),
    ],
)
def test_nothing_else_is_drawn(stranger: CheckedClient, wrong: str):
    assert stranger.get(wrong).status_code == 404


def test_a_picture_is_drawn_once_for_all_processes(stranger: CheckedClient, settings: Settings):
    first = stranger.get(address()).data
    (file,) = (settings.data_dir / "figures").iterdir()
    assert gzip.decompress(file.read_bytes()) == first
    file.write_bytes(gzip.compress(b"<svg>as kept</svg>"))
    assert stranger.get(address()).data == first
    pictures.drawn.cache_clear()
    assert stranger.get(address()).data == b"<svg>as kept</svg>"


def test_a_disk_that_cannot_be_written_costs_time_only(app: Flask, settings: Settings):
    blocked = settings.data_dir / "blocked"
    blocked.touch()
    app.config["SETTINGS"] = replace(settings, data_dir=blocked)
    assert app.test_client().get(address()).status_code == 200


def test_drawing_all_ahead_takes_seconds_and_leaves_nothing_to_draw_and_nothing_outdated(
    tmp_path: Path,
):
    outdated = tmp_path / "figures" / "step-up-still-right-0000000000000000.svg.gz"
    outdated.parent.mkdir()
    outdated.touch()
    environ = {"REHAB_DATA_DIR": str(tmp_path), "REHAB_DATABASE_URL": "sqlite://"}
    began = process_time()
    answer = CliRunner().invoke(main, ["figures"], env=environ)
    assert process_time() - began < 20
    assert not outdated.exists()
    count = len(list(outdated.parent.iterdir()))
    assert answer.output.startswith(f"{count} pictures of 90 figures in ")
    assert count >= len(Kind) * len(drawings.figures())


def test_the_product_starts_without_what_no_request_needs_yet(tmp_path: Path):
    begin = f"""
import sys
from pathlib import Path
from rehab_tracker import create_app
from rehab_tracker.config import Settings
from rehab_tracker.exercises import pictures, seed
from rehab_tracker.exercises.figures import captions
create_app(Settings(Path({str(tmp_path)!r}), "sqlite://", secret_key="t" * 40))
assert not {{"sqlalchemy.dialects.postgresql", "psycopg"}} & sys.modules.keys()
assert pictures.digest_of("clamshell") and seed.topics_of_templates()
assert captions._caption.cache_info().currsize == 1, "one figure is read for one picture"
assert captions.caption("no-such-figure") is None
assert captions._caption.cache_info().currsize == 1, "strangers choose addresses, not what is kept"
assert seed.load_library.cache_info().currsize == 0
rarely = {{"structlog", "argon2", "smtplib", "rehab_tracker.exercises.drawings"}}
assert not rarely & sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", begin], check=True, cwd=Path(__file__).parents[3])


def thumbs(page: str) -> list[str]:
    return re.findall(r'<img class="thumb" src="([^"]+)"', page)


def shown_exercises(page: str) -> list[str]:
    return [one.rpartition("/")[2].partition("-still-")[0] for one in thumbs(page)]


def test_thirty_thumbnails_weigh_less_than_120_kilobytes(physio: Somebody, as_: As):
    client = as_(physio)
    page = client.get("/library").data
    shown = thumbs(page.decode())[:30]
    assert len(shown) == 30
    weight = len(gzip.compress(page)) + sum(
        len(client.get(one, headers={"Accept-Encoding": "gzip"}).data) for one in shown
    )
    assert weight < 120 * KILOBYTE


def test_thumbnails_load_when_they_are_looked_at_and_nothing_jumps(physio: Somebody, as_: As):
    page = as_(physio).get("/library").text
    for image in re.findall(r"<img [^>]+>", page):
        assert 'loading="lazy"' in image
        assert 'alt=""' in image
        assert 'width="96" height="96"' in image


def test_an_exercise_shows_its_figure_in_words_and_in_motion(physio: Somebody, as_: As):
    page = html.unescape(as_(physio).get("/library/step-up").text)
    figure = drawings.figures()["step-up"]
    assert f'src="{address(kind="pair")}" alt="{figure.words}"' in page
    assert f'href="{address(kind="moving")}"' in page
    assert ", ".join(figure.muscles) in page
    assert "shown: right side" in page


def test_the_ladder_shows_every_rung_and_marks_the_present_one(physio: Somebody, as_: As):
    page = as_(physio).get("/library/step-up").text
    ladder = page[page.index('<ol class="ladder"') :]
    rungs = ladder[: ladder.index("</ol>")].split("<li")[1:]
    harder_first = ["forward-step-down", "lateral-step-down", "step-up", "low-step-up"]
    assert [shown_exercises(rung) for rung in rungs] == [[slug] for slug in harder_first]
    assert [
        slug for slug, rung in zip(harder_first, rungs, strict=True) if "aria-current" in rung
    ] == ["step-up"]


def test_an_exercise_without_a_figure_says_so(db: Session, physio: Somebody, as_: As):
    own = an_exercise(db)
    db.commit()
    assert "No picture yet" in as_(physio).get(f"/library/{own.slug}").text


def test_the_sheet_shows_all_figures_and_what_is_wrong_with_them(
    physio: Somebody, as_: As, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(drawings, "unreadable", lambda: ["wall-sit.yaml: wall-sit: knee: bends"])
    page = as_(physio).get("/library/figures").text
    assert len(thumbs(page)) == len(drawings.figures())
    assert "of 90 exercises of the seed library are drawn" in page
    assert "wall-sit.yaml: wall-sit: knee: bends" in page


@pytest.mark.parametrize(
    ("prescribed", "affected", "shown"),
    [
        (Side.LEFT, Knee.RIGHT, "left"),
        (Side.RIGHT, Knee.LEFT, "right"),
        (Side.BOTH, Knee.LEFT, "left"),
        (Side.BOTH, Knee.BOTH, "right"),
        (Side.ALTERNATING, Knee.LEFT, "left"),
    ],
)
def test_patients_see_the_side_that_is_theirs(
    db: Session, clinic: Clinic, as_: As, prescribed: Side, affected: Knee, shown: str
):
    step_up = a_library(db)["step-up"]
    physio = a_member(db, clinic)
    patient = a_patient(db, clinic, physio, affected_side=affected)
    program = a_program(db, physio, patient, [an_item(step_up, side=prescribed)])
    db.commit()
    with clock.stopped(NOW):
        client = as_(patient)
        for page in ("/today", f"/log/{program.id}", f"/log/{program.id}?done=all"):
            text = client.get(page).text
            assert thumbs(text) == [address(side=shown)], page
            assert address(kind="moving", side=shown) in text
            assert f"shown: {shown} side" in text


@pytest.fixture
def with_a_sore_left_knee(db: Session, clinic: Clinic, physio: Somebody) -> Somebody:
    patient = a_patient(db, clinic, physio, affected_side=Knee.LEFT)
    db.commit()
    return patient


def test_a_template_shows_what_it_holds(physio: Somebody, with_a_sore_left_knee: Somebody, as_: As):
    page = as_(physio).get(f"/patients/{with_a_sore_left_knee.id}/programs/new").text
    held = [
        item.exercise
        for template in load_library().templates.values()
        for program in template.programs
        for item in program.items
    ]
    assert shown_exercises(page) == held
    assert address("quad-set", side="left") in thumbs(page)


def test_the_builder_shows_every_exercise_of_a_program(
    physio: Somebody, with_a_sore_left_knee: Somebody, as_: As
):
    ((slug, template), *_) = load_library().templates.items()
    new = f"/patients/{with_a_sore_left_knee.id}/programs/new?template={slug}"
    page = as_(physio).get(new).text
    assert shown_exercises(page) == [item.exercise for item in template.programs[0].items]
    assert address("quad-set", side="left") in thumbs(page)


def test_the_log_page_stays_light(db: Session, clinic: Clinic, as_: As):
    library = a_library(db)
    physio = a_member(db, clinic)
    patient = a_patient(db, clinic, physio)
    items = [an_item(library[slug]) for slug in list(drawings.figures())[:6]]
    program = a_program(db, physio, patient, items)
    db.commit()
    with clock.stopped(NOW):
        client = as_(patient)
        page = client.get(f"/log/{program.id}").text
        parts = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page)
        weight = len(gzip.compress(page.encode())) + sum(
            len(gzip.compress(client.get(part).data)) for part in parts
        )
    assert weight < 60 * KILOBYTE
