"""Every way to send the library something wrong."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import Role
from rehab_tracker.exercises import queries
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.foundation.audit import AuditEvent
from tests.builders.exercises import TYPED, an_exercise
from tests.builders.people import Somebody, a_member
from tests.client import CheckedClient

As = Callable[[Somebody], CheckedClient]


@pytest.fixture
def physio(db: Session, clinic: Clinic) -> Somebody:
    member = a_member(db, clinic, Role.PHYSIO)
    db.commit()
    return member


def written(db: Session) -> tuple[int, int]:
    """Count the exercises and the deeds that there are."""
    db.expire_all()
    tables = (Exercise, AuditEvent)
    exercises, deeds = (db.scalar(select(func.count()).select_from(table)) for table in tables)
    return exercises or 0, deeds or 0


WRONG: dict[str, dict[str, tuple[Any, str]]] = {
    "unknown words": {
        "kind": ("dance", "Not a valid choice"),
        "level": ("9", "Not a valid choice"),
        "language": ("klingon", "Not a valid choice"),
        "equipment": (["towel", "sofa"], "not"),
        "evidence_level": ("Z", "Not a valid choice"),
    },
    "nothing given": {
        "name": ("   ", "This field is required."),
        "region": ("", "Not a valid choice"),
        "sets": ("", "This field is required."),
        "sessions_per_week": ("", "This field is required."),
    },
    "no numbers": {
        "level": ("two", "Invalid Choice"),
        "sets": ("three", "Not a valid integer"),
        "reps": ("9" * 5000, "Not a valid integer"),
        "load_kg": ("heavy", "Not a valid decimal"),
    },
    "NUL bytes": {
        "name": ("Wall\0sit", "control characters"),
        "cautions": (["kneel\0ing"], "not"),
        "targets": ("calf\0", "control characters"),
        "cues": ("fine\nwith\0a NUL", "control characters"),
        "tempo": ("2-1\0-2-0", "control characters"),
        "sources": ("\0", "control characters"),
    },
    "far too long": {
        "name": ("n" * 121, "120 characters"),
        "targets": ("x" * 61, "At most 60 characters a line"),
        "cues": ("fine\n" + "x" * 201, "At most 200 characters a line"),
        "tempo": ("2" * 21, "20 characters"),
        "sources": ("\n".join("abcdefghi"), "At most 8 lines"),
    },
    "too little": {
        "sets": ("0", "Enter 1 or more."),
        "reps": ("0", "Enter 1 or more."),
        "reps_max": ("0", "Enter 1 or more."),
        "rest_s": ("-5", "Enter 0 or more."),
        "load_kg": ("0", "Enter more than 0 kg"),
        "cues": ("Only one", "2 to 4 cues"),
        "equipment_any": (["mat"], "two or more"),
        "sessions_per_week": ("0", "From 1 to 7"),
    },
    "too much": {
        "sets": ("11", "Enter 10 or less."),
        "reps": ("10000", "Enter 100 or less."),
        "load_kg": ("1e9", "Enter 300 or less."),
        "target_rpe": ("11", "Enter 10 or less."),
        "cues": ("one\ntwo\nthree\nfour\nfive", "2 to 4 cues"),
        "sessions_per_week": ("8", "From 1 to 7"),
    },
    "no sense together": {
        "reps_max": ("5", "the start of the range"),
        "work_s": ("60", "either a time or repetitions"),
        "load_kg": ("NaN", "Enter a number."),
        "tempo": ("2-1", "Enter four numbers"),
    },
}


def beside(page: str, field: str) -> str:
    """Return the message beside a field, or nothing."""
    message = re.search(rf'id="{field}-error">(.*?)</p>', page, re.DOTALL)
    return html.unescape(message[1]) if message else ""


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_each_wrong_field_is_told_and_nothing_is_written(
    db: Session, physio: Somebody, as_: As, wrong: dict[str, tuple[Any, str]]
):
    typed = TYPED | {field: value for field, (value, _sentence) in wrong.items()}
    answer = as_(physio).post("/library/new", data=typed)
    assert answer.status_code == 422
    for field, (_value, sentence) in wrong.items():
        assert sentence in beside(answer.text, field), f"{field}: {beside(answer.text, field)!r}"
    assert "Everything you typed is still here" in answer.text
    assert written(db) == (0, 0)


def test_a_dose_of_nothing_is_told_where_it_begins(physio: Somebody, as_: As):
    page = as_(physio).post("/library/new", data={**TYPED, "reps": "", "reps_max": ""}).text
    assert "Enter repetitions, a hold or a time." in beside(page, "reps")


def test_wrong_values_stay_in_their_fields(physio: Somebody, as_: As):
    wrong = {"reps": "10000", "name": "Left in place", "cues": "first cue\nلا\n🦵\n4\n5"}
    page = as_(physio).post("/library/new", data={**TYPED, **wrong}).text
    assert 'value="10000"' in page
    assert 'value="Left in place"' in page
    assert "لا\n🦵" in page.replace("\r", "")
    assert re.search(r'value="towel" checked', page)


def test_a_wrong_edit_changes_nothing(db: Session, physio: Somebody, as_: As):
    own = an_exercise(db, name="As it was")
    db.commit()
    answer = as_(physio).post(f"/library/{own.slug}/edit", data={**TYPED, "reps": "0"})
    assert answer.status_code == 422
    assert "Edit: As it was" in answer.text
    db.expire_all()
    assert queries.exercise(db, own.slug).name == "As it was"


def test_a_text_far_too_long_is_refused_whole(db: Session, physio: Somebody, as_: As):
    client = as_(physio)
    answer = client.post("/library/new", data={**TYPED, "cues": "x" * 300 * 1024})
    assert answer.status_code == 413
    assert written(db) == (0, 0)


def test_an_exercise_that_nobody_has_is_not_there(physio: Somebody, as_: As):
    client = as_(physio)
    for slug in ("no-such", "%00", "wall%00sit", "🦵", "x" * 300):
        assert client.get(f"/library/{slug}").status_code == 404


def test_what_a_signed_out_form_held_is_not_saved(db: Session, stranger: CheckedClient):
    assert stranger.post("/library/new", data=TYPED).status_code == 401
    assert written(db) == (0, 0)
