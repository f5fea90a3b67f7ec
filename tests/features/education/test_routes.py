from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.education.models import TopicState
from rehab_tracker.education.topics import load_topics
from rehab_tracker.foundation import clock
from rehab_tracker.programs.models import Program
from tests.builders.logbook import a_log, at
from tests.builders.people import Somebody
from tests.builders.safety import a_check
from tests.client import CheckedClient
from tests.features.logbook.conftest import WEDNESDAY

As = Callable[[Somebody], CheckedClient]
OFFER = "A minute to read"
pytestmark = pytest.mark.usefixtures("program")


@pytest.fixture(autouse=True)
def evening() -> Iterator[None]:
    with clock.stopped(at(WEDNESDAY, 20)):
        yield


@pytest.fixture
def phone(as_: As, patient: Somebody) -> CheckedClient:
    return as_(patient)


def test_today_offers_one_card_at_a_time(phone: CheckedClient):
    page = phone.get("/today").text
    assert page.count(OFFER) == 1
    assert "What is runner&#39;s knee?" in page


def test_a_read_card_makes_room_for_another_one_on_another_day(
    phone: CheckedClient, as_: As, patient: Somebody
):
    assert phone.post("/learn/what-is-pfp/read").status_code == 303
    assert OFFER not in phone.get("/today").text
    with clock.stopped(at(WEDNESDAY + timedelta(days=1), 20)):
        page = as_(patient).get("/today").text
    assert "Change it, do not stop it" in page


def test_a_card_that_was_put_off_is_not_offered_again_but_stays_listed(
    phone: CheckedClient, as_: As, patient: Somebody
):
    assert phone.post("/learn/what-is-pfp/later").status_code == 303
    for days in (0, 1, 2):
        with clock.stopped(at(WEDNESDAY + timedelta(days=days), 20)):
            assert "What is runner" not in as_(patient).get("/today").text
    assert "What is runner" in phone.get("/learn").text


def test_after_a_red_light_the_plan_for_a_bad_day_is_offered(
    phone: CheckedClient, db: Session, patient: Somebody, program: Program
):
    a_log(db, patient, program, WEDNESDAY, pain_during=7)
    db.commit()
    assert "A plan for a bad day" in phone.get("/today").text


def test_nothing_is_offered_while_a_warning_sign_holds_everything(
    phone: CheckedClient, db: Session, patient: Somebody
):
    a_check(db, patient, "E5", at=clock.now())
    db.commit()
    assert OFFER not in phone.get("/today").text


def test_every_card_can_be_read_at_any_time_with_its_sources(phone: CheckedClient):
    listed = unescape(phone.get("/learn").text)
    for slug, topic in load_topics().items():
        assert f'href="/learn/{slug}"' in listed
        page = unescape(phone.get(f"/learn/{slug}").text)
        assert topic.text[0] in page
        assert topic.sources[0] in page
    assert listed.index("When to get help") < listed.index("What is runner's knee?")
    assert phone.get("/learn/no-such-card").status_code == 404
    assert phone.post("/learn/no-such-card/read").status_code == 404


def test_the_first_reading_stands(phone: CheckedClient, db: Session):
    phone.post("/learn/pain-rules/read")
    first = db.scalars(select(TopicState.read_at)).one()
    db.rollback()
    with clock.stopped(at(WEDNESDAY, 21)):
        phone.post("/learn/pain-rules/read")
    assert db.scalars(select(TopicState.read_at)).one() == first


def test_the_physio_sees_what_was_read_and_when(
    phone: CheckedClient, as_: As, physio: Somebody, patient: Somebody
):
    phone.post("/learn/pain-rules/read")
    phone.post("/learn/what-is-pfp/later")
    desk = as_(physio)
    page = desk.get(f"/patients/{patient.id}").text
    assert "1 of 13" in page
    cards = desk.get(f"/patients/{patient.id}/learn").text
    assert "put off on Wed 4 Mar" in cards
    assert cards.count("not yet") == 11
    assert desk.post("/learn/pain-rules/read").status_code == 403
