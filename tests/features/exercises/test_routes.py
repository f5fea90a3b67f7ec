"""The library's pages."""

import html
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import Role
from rehab_tracker.exercises import queries
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Database
from tests.builders.exercises import TYPED, a_library, an_exercise
from tests.builders.people import Somebody, a_clinic, a_member, a_patient
from tests.client import CheckedClient

As = Callable[[Somebody], CheckedClient]


@pytest.fixture
def physio(db: Session, clinic: Clinic) -> Somebody:
    member = a_member(db, clinic, Role.PHYSIO)
    db.commit()
    return member


@pytest.fixture
def manager(db: Session, clinic: Clinic) -> Somebody:
    member = a_member(db, clinic, Role.MANAGER)
    db.commit()
    return member


def names(page: str) -> list[str]:
    return [html.unescape(name) for name in re.findall(r"<h3><a [^>]*>(.*?)</a></h3>", page)]


def count_of(page: str, facet: str, word: str) -> int:
    option = re.search(rf'name="{facet}" value="{word}".*?data-live>(\d+)<', page)
    assert option, f"no option {word} of {facet}"
    return int(option[1])


def test_the_library_shows_everything_with_one_query(db: Session, physio: Somebody, as_: As):
    a_library(db)
    db.commit()
    client = as_(physio)
    page = client.get("/library").text
    assert "90 of 90 exercises" in page
    assert len(names(page)) == 90
    assert len([s for s in client.statements if "FROM exercise" in s]) == 1
    assert len([s for s in client.statements if s.startswith("SELECT")]) <= 2


def test_the_address_holds_the_filter_and_every_option_its_count(
    db: Session, physio: Somebody, as_: As
):
    library = a_library(db)
    db.commit()
    page = as_(physio).get("/library?region=calf&kind=strength&level=1&level=2").text
    wanted = {
        exercise.name
        for exercise in library.values()
        if (exercise.region, exercise.kind) == ("calf", "strength") and exercise.level < 3
    }
    assert set(names(page)) == wanted
    assert f"{len(wanted)} of 90 exercises" in page
    assert count_of(page, "region", "calf") == len(wanted)
    assert re.search(r'name="region" value="calf" checked', page)
    assert not re.search(r'name="region" value="hip" checked', page)


def test_a_filter_that_nobody_offers_is_left_out(db: Session, physio: Somebody, as_: As):
    an_exercise(db)
    db.commit()
    client = as_(physio)
    for query in ("region=moon&level=9", "kind=", "level=1%00", "nothing=1"):
        assert "1 of 1 exercises" in client.get(f"/library?{query}").text
    for text in ("%00%1f", "x" * 900):
        assert "0 of 1 exercises" in client.get(f"/library?q={text}").text


def test_a_search_that_finds_nothing_offers_a_way_back(db: Session, physio: Somebody, as_: As):
    an_exercise(db)
    db.commit()
    page = as_(physio).get("/library?q=zebra&region=hip").text
    assert "0 of 1 exercises" in page
    assert "No exercise fits all of this" in page
    assert page.count("Clear filters") == 2


def test_an_empty_library_says_what_to_do(physio: Somebody, as_: As):
    page = as_(physio).get("/library").text
    assert "Your library is empty" in page


def test_an_exercise_shows_all_that_is_known_of_it(db: Session, physio: Somebody, as_: As):
    a_library(db)
    db.commit()
    client = as_(physio)
    page = html.unescape(client.get("/library/forward-step-down").text)
    for said in (
        "Lower the free heel in front of the step over four seconds",
        "3 × 6–10 · each side · 4-0-2-0 · rest 90 s · effort 8 of 10",
        "2 sessions a week",
        "quadriceps, gluteus medius",
        "Step, Something to hold on to",
        "Have a wall, rail or chair within reach",
        "Not with a newly swollen knee",
        "Song K et al.",
        "read in the source",
        "Evidence B",
        "part of a program tested in PFP trials",
    ):
        assert said in page
    assert 'lang="en"' in page
    assert len([s for s in client.statements if s.startswith("SELECT")]) <= 3


def test_the_ladder_names_every_rung_and_marks_this_one(db: Session, physio: Somebody, as_: As):
    a_library(db)
    db.commit()
    page = as_(physio).get("/library/step-up").text
    ladder = page[
        page.index('<ol class="ladder"') : page.index("</ol>", page.index("ladder__here"))
    ]
    linked = re.findall(r'href="/library/([\w-]+)"', ladder)
    assert linked == ["forward-step-down", "lateral-step-down", "low-step-up"]
    here = ladder[ladder.index('aria-current="true"') :]
    assert here.index("Step-up") < here.index("</li>")


def test_texts_keep_their_language_and_are_shown_as_text(db: Session, physio: Somebody, as_: As):
    exercise = an_exercise(
        db,
        name="<script>alert(1)</script>",
        slug="own--x",
        language="ar",
        cues=["ارفع الحوض ببطء", "<b>bold</b>"],
    )
    db.commit()
    page = as_(physio).get(f"/library/{exercise.slug}").text
    assert 'lang="ar" dir="auto"' in page
    assert "ارفع الحوض ببطء" in page
    assert "<script>alert" not in page
    assert "<b>bold" not in page


def test_a_physio_adds_an_exercise_and_finds_it_in_the_library(
    db: Session, physio: Somebody, as_: As
):
    client = as_(physio)
    assert client.get("/library/new").status_code == 200
    answer = client.post("/library/new", data=TYPED)
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Added to your library." in page
    assert "3 × 8–12 · each side · rest 60 s · effort 7 of 10" in html.unescape(page)
    assert names(client.get("/library?origin=clinic").text) == ["Towel slide"]
    deed = db.scalars(select(AuditEvent)).one()
    assert (deed.action, deed.membership_id) == ("exercise.added", physio.member.id)


def test_a_physio_copies_a_seeded_exercise_and_edits_the_copy(
    db: Session, physio: Somebody, as_: As
):
    a_library(db)
    db.commit()
    client = as_(physio)
    answer = client.post("/library/wall-sit/copy")
    form = client.get(answer.location).text
    assert 'value="Wall sit (copy)"' in form
    assert "van der Heijden RA et al." in form
    saved = client.post(answer.location, data=TYPED)
    assert saved.status_code == 303
    assert "Towel slide" in client.get(saved.location).text
    assert "Wall sit" in client.get("/library/wall-sit").text


def test_sources_taken_over_from_the_seed_stay_known_ones(db: Session, physio: Somebody, as_: As):
    origin = a_library(db)["wall-sit"]
    db.commit()
    client = as_(physio)
    edit = client.post("/library/wall-sit/copy").location
    form = client.get(edit).text
    typed = re.search(r'<textarea[^>]*name="sources"[^>]*>\s*(.*?)</textarea>', form, re.DOTALL)
    assert typed
    client.post(edit, data={**TYPED, "sources": html.unescape(typed[1])})
    db.expire_all()
    slug = edit.split("/")[2]
    assert queries.exercise(db, slug).sources == origin.sources


def test_what_is_saved_unchanged_stays_as_it_was(db: Session, physio: Somebody, as_: As):
    client = as_(physio)
    address = client.post("/library/new", data={**TYPED, "load_kg": "2.50"}).location
    slug = address.split("/")[-1]
    client.post(f"{address}/edit", data={**TYPED, "load_kg": "2.50"})
    change = db.scalars(select(AuditEvent).where(AuditEvent.action == "exercise.changed")).one()
    assert change.details["fields"] == []
    assert queries.exercise(db, slug).dose["load_kg"] == "2.50"


def test_only_a_manager_hides_and_everyone_is_told(
    db: Session, physio: Somebody, manager: Somebody, as_: As
):
    a_library(db)
    db.commit()
    assert as_(physio).post("/library/wall-sit/hide").status_code == 403
    client = as_(manager)
    assert client.post("/library/wall-sit/hide").status_code == 303
    assert "has hidden this exercise" in as_(physio).get("/library/wall-sit").text
    assert "Wall sit" not in names(client.get("/library").text)
    assert names(client.get("/library?hidden=1").text) == ["Wall sit"]
    client.post("/library/wall-sit/show")
    assert "Wall sit" in names(client.get("/library").text)


def test_buttons_show_only_to_those_who_may_use_them(
    db: Session, physio: Somebody, manager: Somebody, as_: As
):
    a_library(db)
    own = an_exercise(db)
    db.commit()
    seeded_for_physio = as_(physio).get("/library/wall-sit").text
    assert "/wall-sit/copy" in seeded_for_physio
    assert "/wall-sit/edit" not in seeded_for_physio
    assert "/wall-sit/hide" not in seeded_for_physio
    assert f"/{own.slug}/edit" in as_(physio).get(f"/library/{own.slug}").text
    assert "/wall-sit/hide" in as_(manager).get("/library/wall-sit").text


def test_a_seeded_exercise_is_not_edited_in_place(db: Session, manager: Somebody, as_: As):
    a_library(db)
    db.commit()
    client = as_(manager)
    for answer in (
        client.get("/library/wall-sit/edit"),
        client.post("/library/wall-sit/edit", data=TYPED),
    ):
        assert answer.status_code == 403
        assert "Copy it first" in answer.text


def test_patients_do_not_read_the_library(db: Session, clinic: Clinic, as_: As):
    a_library(db)
    patient = a_patient(db, clinic)
    db.commit()
    client = as_(patient)
    for address in ("/library", "/library/wall-sit", "/library/new"):
        assert client.get(address).status_code == 403


def test_names_of_every_script_lead_to_a_page(physio: Somebody, as_: As):
    client = as_(physio)
    for name in ("🦵 slide", "تمرين الجسر للورك", "Ｆｕｌｌ width", "../../etc", "a/b?c#d"):
        answer = client.post("/library/new", data={**TYPED, "name": name})
        assert answer.status_code == 303
        assert html.escape(name) in client.get(answer.location).text


def test_two_exercises_of_one_name_have_two_pages(physio: Somebody, as_: As):
    client = as_(physio)
    first, second = (client.post("/library/new", data=TYPED).location for _ in range(2))
    assert first != second


def test_another_clinics_exercise_is_not_there(database: Database, manager: Somebody, as_: As):
    elsewhere = a_clinic(database, name="Elsewhere")
    with database.of_clinic(elsewhere.id) as other:
        theirs = an_exercise(other, name="Their secret").slug
    client = as_(manager)
    for address in (f"/library/{theirs}", f"/library/{theirs}/edit"):
        assert client.get(address).status_code == 404
    for deed in ("edit", "copy", "hide", "show"):
        answer = client.post(f"/library/{theirs}/{deed}", data=TYPED)
        assert answer.status_code == 404
        assert "Their secret" not in answer.text
    assert "Their secret" not in client.get("/library").text
    with database.of_clinic(elsewhere.id) as other:
        assert not queries.exercise(other, theirs).hidden
