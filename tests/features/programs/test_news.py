"""What a physio changed reaches the patient once, in one card."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.foundation import clock
from rehab_tracker.programs.models import Program
from rehab_tracker.programs.plans import content_of
from tests.builders.exercises import an_exercise
from tests.builders.logbook import at
from tests.builders.people import Somebody, a_member, a_patient
from tests.builders.programs import MONDAY, a_program, an_adjusted, an_item
from tests.client import CheckedClient

As = Callable[[Somebody], CheckedClient]
TITLE = "Your physio changed your program"
NEXT_WEEK = MONDAY + timedelta(days=7)


@pytest.fixture(autouse=True)
def next_week() -> Iterator[None]:
    with clock.stopped(at(NEXT_WEEK, 20)):
        yield


@pytest.fixture
def physio(db: Session, clinic: Clinic) -> Somebody:
    return a_member(db, clinic)


@pytest.fixture
def patient(db: Session, clinic: Clinic, physio: Somebody) -> Somebody:
    return a_patient(db, clinic, physio)


@pytest.fixture
def program(db: Session, physio: Somebody, patient: Somebody) -> Program:
    items = [an_item(an_exercise(db, name=name)) for name in ("Squat", "Bridge")]
    found = a_program(db, physio, patient, items)
    db.commit()
    return found


def change(db: Session, physio: Somebody, program: Program, **fields: object) -> None:
    an_adjusted(db, physio, program, today=NEXT_WEEK, **fields)
    db.commit()


def today(phone: CheckedClient) -> str:
    return unescape(phone.get("/today").text)


def test_a_first_version_is_no_change(as_: As, patient: Somebody, program: Program):
    assert program.versions
    assert TITLE not in today(as_(patient))


def test_several_changes_come_in_one_card_with_the_note(
    as_: As, db: Session, physio: Somebody, patient: Somebody, program: Program
):
    squat, bridge = content_of(program.versions[-1]).items
    harder = replace(squat, dose=replace(squat.dose, reps=12))
    row = an_item(an_exercise(db, name="Row"))
    change(db, physio, program, items=(harder, bridge), note="Well done!")
    change(db, physio, program, items=(harder, row), note="Well done!", sessions_per_week=4)
    page = today(as_(patient))
    assert page.count(TITLE) == 1
    card = page[page.index(TITLE) : page.index("Seen</button>")]
    assert "Well done!" in card
    assert "4 sessions a week, before it was 3" in card
    for name, turned in (("Squat", "harder"), ("Row", "new"), ("Bridge", "no longer in it")):
        assert turned in card[card.index(name) :].split("</li>")[0]


def test_seen_once_it_is_gone_until_something_changes_again(
    as_: As, db: Session, physio: Somebody, patient: Somebody, program: Program
):
    change(db, physio, program, sessions_per_week=4)
    phone = as_(patient)
    assert phone.post("/programs/seen", data={"seen": f"{program.id}:2"}).status_code == 303
    assert TITLE not in today(phone)
    change(db, physio, program, sessions_per_week=2)
    page = today(phone)
    assert "2 sessions a week, before it was 4" in page


def test_a_change_that_came_while_the_page_was_open_is_not_taken_for_seen(
    as_: As, db: Session, physio: Somebody, patient: Somebody, program: Program
):
    change(db, physio, program, sessions_per_week=4)
    change(db, physio, program, sessions_per_week=5)
    phone = as_(patient)
    phone.post("/programs/seen", data={"seen": f"{program.id}:2"})
    assert "5 sessions a week, before it was 4" in today(phone)


def test_a_change_to_come_says_from_when(
    as_: As, db: Session, physio: Somebody, patient: Somebody, program: Program
):
    change(db, physio, program, sessions_per_week=4, effective_from=NEXT_WEEK + timedelta(days=1))
    assert "From Tue 10 Mar on:" in today(as_(patient))


@pytest.mark.parametrize("sent", ["", "x:2", "x", "{}:many"])
def test_what_cannot_be_read_marks_nothing(
    as_: As, db: Session, physio: Somebody, patient: Somebody, program: Program, sent: str
):
    change(db, physio, program, sessions_per_week=4)
    phone = as_(patient)
    phone.post("/programs/seen", data={"seen": sent.format(program.id)})
    assert TITLE in today(phone)


def test_nobody_marks_the_program_of_somebody_else(
    as_: As, db: Session, clinic: Clinic, physio: Somebody, program: Program
):
    neighbor = a_patient(db, clinic, physio)
    db.commit()
    answer = as_(neighbor).post("/programs/seen", data={"seen": f"{program.id}:2"})
    assert answer.status_code == 404
