import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import Role
from rehab_tracker.domain.red_flags import RED_FLAGS
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.db import new_id
from rehab_tracker.programs.models import Program
from rehab_tracker.safety import words
from rehab_tracker.safety.models import SafetyCheck
from tests.builders.logbook import a_log, a_morning, at, days_after
from tests.builders.people import Somebody, a_member
from tests.builders.safety import a_check
from tests.client import CheckedClient
from tests.features.logbook.conftest import WEDNESDAY

pytestmark = pytest.mark.usefixtures("program")
As = Callable[[Somebody], CheckedClient]
NOW = at(WEDNESDAY, 20)


@pytest.fixture(autouse=True)
def evening() -> Iterator[None]:
    with clock.stopped(NOW):
        yield


@pytest.fixture
def phone(as_: As, patient: Somebody) -> CheckedClient:
    return as_(patient)


def text(client: CheckedClient, path: str) -> str:
    return unescape(client.get(path).text)


def told(phone: CheckedClient, *signs: str, **fields: str) -> str:
    """Tick signs and return the page that says what to do."""
    answer = phone.post(
        "/something-wrong",
        data={"sign": [*signs], "answer": "some", "client_id": new_id()} | fields,
    )
    assert answer.status_code == 303
    return text(phone, answer.location)


def count_of(db: Session) -> int:
    db.rollback()
    return db.scalar(select(func.count(SafetyCheck.id))) or 0


def test_every_page_of_a_patient_leads_to_the_warning_signs(phone: CheckedClient, program: Program):
    for path in ("/today", "/progress", "/history", "/me", "/pause", f"/log/{program.id}"):
        assert phone.get(path).text.count('href="/something-wrong"') >= 2


def test_the_list_asks_for_every_sign_with_its_help_beside_it(phone: CheckedClient):
    page = text(phone, "/something-wrong")
    for code, flag in RED_FLAGS.items():
        assert f'name="sign" value="{code}"' in page
        assert str(words.QUESTIONS[code]) in page
        assert str(words.LEVEL_NAMES[flag.level]) in page
    assert 'href="tel:112"' in page
    assert 'href="tel:116117"' in page
    assert "This app is not watched" in page


def test_the_enter_key_never_answers_that_nothing_is_wrong(phone: CheckedClient):
    page = phone.get("/something-wrong").text
    assert page.index('value="some"') < page.index('value="none"')


def shown_inputs(page: str) -> list[str]:
    return [one for one in re.findall("<input[^>]*>", page) if "hidden" not in one]


def test_signed_out_the_list_says_the_same_and_asks_nothing(stranger: CheckedClient):
    page = text(stranger, "/something-wrong")
    assert str(words.QUESTIONS["E11"]) in page
    assert 'href="tel:112"' in page
    assert shown_inputs(page) == []


def test_the_answer_says_what_to_do_whom_to_call_and_what_to_say(
    phone: CheckedClient,
):
    page = told(phone, "E12", "E11")
    assert "Stop exercising. Call the emergency number now." in page
    assert 'href="tel:112"' in page
    assert "I have a numb, weak or cold foot" in page
    assert page.index(str(words.QUESTIONS["E11"])) < page.index(str(words.QUESTIONS["E12"]))
    assert "This app is not watched" in page
    assert "Your programs are held" in page


def test_today_says_why_nothing_is_asked_and_how_it_ends(phone: CheckedClient):
    told(phone, "E10")
    page = text(phone, "/today")
    assert "Your programs are held" in page
    assert "you told of a warning sign" in page
    assert "Your physio lifts the hold" in page
    assert "Done as prescribed" not in page
    assert "I need a pause" not in page


def test_a_tick_counts_whichever_button_was_pressed(phone: CheckedClient):
    assert "Your programs are held" in told(phone, "E5", answer="none")


def test_nothing_ticked_is_asked_again_rather_than_read_as_no(phone: CheckedClient, db: Session):
    answer = phone.post("/something-wrong", data={"answer": "some"})
    assert answer.status_code == 422
    assert "Tick what is true for you" in answer.text
    assert count_of(db) == 0


def test_none_of_the_signs_is_kept_and_holds_nothing(
    phone: CheckedClient,
    db: Session,
):
    assert "None of the warning signs" in told(phone, answer="none")
    assert count_of(db) == 1
    assert "Done as prescribed" in text(phone, "/today")


def test_codes_that_are_no_signs_are_not_kept(phone: CheckedClient, db: Session):
    answer = phone.post("/something-wrong", data={"sign": ["E99", "x"], "answer": "some"})
    assert answer.status_code == 422
    assert count_of(db) == 0


def test_who_starts_is_asked_once(phone: CheckedClient):
    assert "Before you start" in text(phone, "/today")
    told(phone, answer="none")
    assert "Before you start" not in text(phone, "/today")


@pytest.mark.parametrize("during", [8, 10])
def test_a_painful_session_asks_for_the_signs_at_once_and_on_today(
    phone: CheckedClient, db: Session, patient: Somebody, program: Program, during: int
):
    session = a_log(db, patient, program, WEDNESDAY, pain_during=during)
    db.commit()
    asked = f'href="/something-wrong?session={session.id}"'
    assert asked in phone.get(f"/log/{session.id}/light").text
    assert asked in phone.get("/today").text
    told(phone, answer="none", session=str(session.id))
    assert "none was true" in phone.get(f"/log/{session.id}/light").text
    assert asked not in phone.get("/today").text


def test_a_sign_turns_the_light_of_its_session_to_stop(
    phone: CheckedClient, db: Session, patient: Somebody, program: Program
):
    session = a_log(db, patient, program, WEDNESDAY, pain_during=9)
    db.commit()
    told(phone, "E6", session=str(session.id))
    page = text(phone, f"/log/{session.id}/light")
    assert "Stop the program and get help." in page
    assert "What to do now" in page


def test_a_light_that_turns_red_in_the_morning_asks_too(
    as_: As, db: Session, patient: Somebody, program: Program
):
    session = a_log(db, patient, program, WEDNESDAY, pain_during=2)
    thursday = days_after(WEDNESDAY, 1)
    a_morning(db, patient, thursday, 6)
    db.commit()
    with clock.stopped(at(thursday, 9)):
        assert f"/something-wrong?session={session.id}" in as_(patient).get("/today").text


def test_a_mild_session_does_not_ask(
    phone: CheckedClient, db: Session, patient: Somebody, program: Program
):
    session = a_log(db, patient, program, WEDNESDAY, pain_during=4)
    a_check(db, patient, at=NOW)
    db.commit()
    assert "?session=" not in phone.get("/today").text
    assert "?session=" not in phone.get(f"/log/{session.id}/light").text


def test_staff_read_the_list_but_answer_nothing(as_: As, physio: Somebody):
    client = as_(physio)
    assert shown_inputs(client.get("/something-wrong").text) == []
    assert client.post("/something-wrong", data={"sign": ["E1"]}).status_code == 403


def test_the_clinic_sees_the_sign_first_of_all(
    phone: CheckedClient,
    as_: As,
    physio: Somebody,
    patient: Somebody,
):
    told(phone, "E5")
    desk = as_(physio)
    listed = text(desk, "/patients")
    assert "Warning sign told" in listed
    assert listed.index("Warning sign told") < listed.index("Last session", listed.index("<tbody"))
    page = text(desk, f"/patients/{patient.id}")
    assert "A warning sign holds every program" in page
    assert str(words.QUESTIONS["E5"]) in page
    assert "Resume all" not in page


def test_a_note_clears_the_hold_and_is_kept(
    phone: CheckedClient,
    as_: As,
    db: Session,
    physio: Somebody,
    patient: Somebody,
):
    told(phone, "E5")
    desk, path = as_(physio), f"/patients/{patient.id}/safety"
    seen = str(db.scalars(select(SafetyCheck.id)).one())
    db.rollback()
    refused = desk.post(path, data={"seen": seen, "note": " "})
    assert refused.status_code == 422
    assert "Write down what was found" in refused.text
    sent = {"seen": seen, "note": "Full range today."}
    assert desk.post(path, data=sent).status_code == 303
    assert "Full range today." in desk.get(path).text
    assert "Warning sign told" not in desk.get("/patients").text
    assert "Done as prescribed" in phone.get("/today").text
    assert desk.post(path, data=sent).status_code == 409


def test_a_colleague_reads_the_sign_and_may_take_over_first(
    as_: As,
    db: Session,
    clinic: Clinic,
    patient: Somebody,
):
    check = a_check(db, patient, "E5", at=NOW)
    colleague = a_member(db, clinic)
    db.commit()
    path = f"/patients/{patient.id}/safety"
    desk = as_(colleague)
    assert "Take over" in desk.get(path).text
    answer = desk.post(path, data={"seen": str(check.id), "note": "Fine"})
    assert answer.status_code == 403
    assert "Take the patient over" in answer.text


def test_patients_read_their_own_answers_alone(
    as_: As, db: Session, clinic: Clinic, physio: Somebody, patient: Somebody
):
    from tests.builders.people import a_patient  # noqa: PLC0415

    check = a_check(db, patient, "E5", at=NOW)
    neighbor = a_patient(db, clinic, physio)
    db.commit()
    assert as_(neighbor).get(f"/something-wrong/{check.id}").status_code == 404


def test_a_manager_sets_the_numbers_that_patients_dial(
    as_: As, db: Session, clinic: Clinic, phone: CheckedClient
):
    manager = a_member(db, clinic, Role.MANAGER)
    db.commit()
    desk = as_(manager)
    assert 'value="112"' in desk.get("/clinic/numbers").text
    sent = {"emergency": "144", "urgent": "0800 33 66 55", "clinic": "+41 (0)44 421-21 21"}
    assert desk.post("/clinic/numbers", data=sent).status_code == 303
    page = phone.get("/something-wrong").text
    assert 'href="tel:144"' in page
    assert 'href="tel:0800336655"' in page
    assert 'href="tel:+410444212121"' in page
    refused = desk.post("/clinic/numbers", data=sent | {"emergency": "<b>"})
    assert refused.status_code == 422
    assert "Please enter a telephone number" in refused.text


def test_physios_and_patients_do_not_change_the_numbers(
    as_: As, physio: Somebody, phone: CheckedClient
):
    for client in (as_(physio), phone):
        assert client.get("/clinic/numbers").status_code == 403
