"""How the server answers a phone: in JSON alone, whatever is sent, about its own person only."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.foundation import clock, strict_json
from rehab_tracker.foundation.db import Database, new_id
from rehab_tracker.logbook.commands import LogSession
from rehab_tracker.logbook.models import LogConflict, LoggedSession
from rehab_tracker.logbook.sent import read_batch
from rehab_tracker.programs.models import Program
from tests.builders.exercises import an_exercise
from tests.builders.logbook import a_command, at
from tests.builders.people import Somebody, a_clinic, a_member, a_patient
from tests.builders.phone import Phone, an_item
from tests.client import CheckedClient
from tests.features.logbook.conftest import WEDNESDAY

As = Callable[[Somebody], CheckedClient]
NOW = at(WEDNESDAY, 20)


@pytest.fixture(autouse=True)
def _wednesday_evening() -> Iterator[None]:
    with clock.stopped(NOW):
        yield


@pytest.fixture
def phone(patient: Somebody, as_: As) -> Phone:
    return Phone(as_(patient))


@pytest.fixture
def told(patient: Somebody, program: Program) -> LogSession:
    return a_command(patient, program, WEDNESDAY, note="Felt fine")


def sessions(db: Session) -> int:
    found = db.scalar(select(func.count(LoggedSession.id))) or 0
    db.expunge_all()
    db.rollback()
    return found


def body(phone: Phone, told: LogSession, **changes: Any) -> Any:
    return json.loads(json.dumps(phone.batch([an_item(told)]) | changes))


HOSTILE = {
    "NaN": ('"revision": 1', '"revision": NaN', "not_a_whole_number"),
    "infinity": ('"revision": 1', '"revision": Infinity', "not_a_whole_number"),
    "fraction": ('"pain_during": 2', '"pain_during": 2.5', "not_a_whole_number"),
    "twice": ('"revision": 1', '"revision": 1, "revision": 2', "named_twice"),
    "deep": ('"note": "Felt fine"', f'"note": {"[" * 90_000}', "too_deep"),
    "nul": ('"note": "Felt fine"', '"note": "\\u0000"', "unkeepable_text"),
    "half": ('"note": "Felt fine"', '"note": "\\ud83d"', "unkeepable_text"),
    "33 bits": ('"pain_during": 2', '"pain_during": 4294967296', "number_too_large"),
    "no json": ('"note": "Felt fine"', '"note": Felt fine', "not_json"),
}


@pytest.mark.parametrize("how", HOSTILE)
def test_hostile_json_is_refused_with_its_reason(
    db: Session, phone: Phone, told: LogSession, how: str
):
    innocent, hostile, code = HOSTILE[how]
    text = json.dumps(body(phone, told))
    assert innocent in text
    answer = phone.post(text.replace(innocent, hostile, 1).encode())
    assert (answer.status_code, answer.json) == (400, {"error": code})
    assert sessions(db) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"device_id": None}, {"device_id": 7}, {"device_id": "phone"}, {"client_now": "yesterday"},
        {"client_now": "2026-03-04T20:00:00"}, {"client_now": "0001-01-01T00:00:00+14:00"},
        {"client_now": "9999-12-31T23:59:59-14:00"}, {"client_now": 0}, {"items": None},
        {"items": {}}, {"items": [[]]}, {"items": [None]}, {"items": [{"revision": 1}]},
        {"owner": 1},
    ],
    ids=str,
)  # fmt: skip
def test_a_batch_that_cannot_be_answered_item_by_item_is_refused(
    db: Session, phone: Phone, told: LogSession, changes: dict[str, Any]
):
    answer = phone.post(body(phone, told, **changes))
    assert (answer.status_code, answer.json) == (400, {"error": "wrong_type"})
    assert sessions(db) == 0


def test_more_than_two_hundred_items_are_refused(phone: Phone):
    answer = phone.post(phone.batch([{}] * 201))
    assert (answer.status_code, answer.json) == (400, {"error": "too_many_items"})


@pytest.mark.parametrize("content", [None, [], "x", 1, True, {}], ids=str)
def test_a_body_of_another_kind_is_refused(phone: Phone, content: Any):
    answer = phone.post(json.dumps(content).encode())
    assert (answer.status_code, answer.json) == (400, {"error": "wrong_type"})


WRONG = [None, True, -1, 0, 2**31 - 1, "", "x", [], {}, [[]], "2026-13-45", "1e3", "../etc"]
FIELDS = [
    "performed_on", "pain_before", "pain_during", "settled_within_hour", "limp", "new_swelling",
    "stopped_for_pain", "sore_exercise_id", "note", "withdrawn", "exercises", "program_id",
]  # fmt: skip
OF_EXERCISE = ["exercise_id", "effort", "skipped", "sets"]
OF_SET = ["number", "side", "reps", "seconds", "load_kg", "band"]


def test_no_wrong_value_in_any_field_breaks_the_server_or_is_guessed(
    phone: Phone, told: LogSession
):
    sent = []
    for value in WRONG:
        for place, names in (("payload", FIELDS), ("exercise", OF_EXERCISE), ("set", OF_SET)):
            for name in names:
                item = json.loads(json.dumps(an_item(replace(told, client_id=new_id()))))
                exercise = item["payload"]["exercises"][0]
                item["payload"]["exercises"] = [exercise]
                exercise["sets"] = exercise["sets"][:1]
                of = {"payload": item["payload"], "exercise": exercise, "set": exercise["sets"][0]}
                of[place][name] = value
                sent.append(item)
    for start in range(0, len(sent), 100):
        outcomes = phone.send(*sent[start : start + 100])
        assert {one["outcome"] for one in outcomes} <= {"created", "rejected"}
        assert all(one["message"] for one in outcomes if one["outcome"] == "rejected")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**31) + 1, 2**31 - 1) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
            st.sampled_from(["items", "device_id", "client_now", "client_id", "revision",
                             "payload", "exercises", "sets", "zone", "performed_at"]), inner),
        max_leaves=15,
    )
)  # fmt: skip
def test_reading_a_batch_gives_a_batch_or_a_reason(content: Any):
    try:
        read_batch(content)
    except strict_json.Unreadable as refused:
        assert refused.code in {"wrong_type", "too_many_items"}  # noqa: PT017


def test_what_is_not_json_is_refused(phone: Phone, told: LogSession):
    answer = phone.browser.post(
        "/log/sync",
        data=json.dumps(body(phone, told)),
        content_type="text/plain",
        headers={"X-Ticket": phone.ticket()["ticket"]},
        csrf=False,
    )
    assert (answer.status_code, answer.json) == (415, {"error": "not_json"})


def test_more_than_a_quarter_megabyte_is_refused(phone: Phone):
    answer = phone.post(b'{"items": "' + b"x" * 262_144 + b'"}')
    assert (answer.status_code, answer.json) == (413, {"error": "too_large"})


@pytest.mark.parametrize("ticket", ["", "invented"])
def test_without_a_ticket_nothing_is_kept(db: Session, phone: Phone, told: LogSession, ticket: str):
    answer = phone.post(body(phone, told), ticket)
    assert (answer.status_code, answer.json) == (403, {"error": "ticket"})
    assert sessions(db) == 0


@pytest.mark.parametrize("accept", ["application/json", "text/html", "*/*"])
def test_a_signed_out_phone_is_told_so_and_never_led_elsewhere(
    stranger: CheckedClient, accept: str
):
    answers = [
        stranger.get("/log/ticket", headers={"Accept": accept}),
        stranger.get("/log/plan", headers={"Accept": accept}),
        stranger.post("/log/sync", json={}, headers={"Accept": accept}),
        stranger.post("/log/phone", json={}, headers={"Accept": accept}),
    ]
    assert [(one.status_code, one.json) for one in answers] == [(401, {"error": "signed_out"})] * 4


def test_a_sign_in_that_ends_midway_costs_no_session(
    db: Session, phone: Phone, patient: Somebody, told: LogSession, as_: As
):
    items = [an_item(replace(told, client_id=new_id())) for _ in range(2)]
    phone.send(items[0])
    ticket = phone.ticket()["ticket"]
    clock.advance(timedelta(hours=2))
    answer = phone.post(phone.batch(items), ticket)
    assert (answer.status_code, answer.json) == (401, {"error": "signed_out"})
    assert sessions(db) == 1
    again = Phone(as_(patient), device_id=None)
    again.device_id = phone.device_id
    assert again.verdicts(*items) == ["duplicate", "created"]


def test_staff_have_no_phone_to_send_from(phone: Phone, physio: Somebody, as_: As):
    desk = as_(physio)
    assert phone
    for answer in (desk.get("/log/ticket"), desk.get("/log/plan")):
        assert (answer.status_code, answer.json) == (403, {"error": "not_yours"})


@pytest.fixture
def neighbor(db: Session, clinic: Clinic, physio: Somebody) -> Somebody:
    found = a_patient(db, clinic, physio)
    db.commit()
    return found


def test_a_phones_owner_is_the_patient_in_the_clinic_and_says_nothing(
    phone: Phone, patient: Somebody, neighbor: Somebody, as_: As
):
    owner = phone.ticket()["owner"]
    assert owner == Phone(as_(patient)).ticket()["owner"]
    assert owner != Phone(as_(neighbor)).ticket()["owner"]
    assert str(patient.id) not in owner
    assert patient.id.hex not in owner


def test_what_belongs_to_another_person_of_this_phone_is_refused_as_a_whole(
    db: Session, phone: Phone, neighbor: Somebody, told: LogSession, as_: As
):
    owner = phone.ticket()["owner"]
    other = Phone(as_(neighbor))
    answer = other.post(other.batch([an_item(told)], owner=owner))
    assert (answer.status_code, answer.json) == (409, {"error": "other_person"})
    assert sessions(db) == 0
    assert phone.verdicts(an_item(told), owner=owner) == ["created"]


def test_a_ticket_of_another_sign_in_sends_nothing(
    db: Session, phone: Phone, neighbor: Somebody, told: LogSession, as_: As
):
    answer = Phone(as_(neighbor)).post(body(phone, told), phone.ticket()["ticket"])
    assert (answer.status_code, answer.json) == (403, {"error": "ticket"})
    assert sessions(db) == 0


def test_nobody_writes_to_or_learns_of_another_persons_session(
    db: Session, phone: Phone, neighbor: Somebody, told: LogSession, as_: As
):
    phone.send(an_item(told))
    (mine,) = Phone(as_(neighbor)).send(an_item(told, revision=2))
    unknown = replace(told, program_id=new_id(), client_id=new_id())
    (nobodys,) = Phone(as_(neighbor)).send(an_item(unknown, revision=2))
    assert {**mine, "client_id": ""} == {**nobodys, "client_id": ""}
    assert (mine["outcome"], mine["code"]) == ("rejected", "program")
    assert sessions(db) == 1
    assert db.scalar(select(func.count(LogConflict.id))) == 0


def test_a_session_cannot_name_an_exercise_of_another_clinic(
    db: Session, database: Database, phone: Phone, told: LogSession
):
    elsewhere = a_clinic(database, name="Elsewhere")
    with database.of_clinic(elsewhere.id) as other:
        a_member(other, elsewhere)
        theirs = an_exercise(other, name="Theirs").id
    done = replace(told.exercises[0], exercise_id=theirs)
    sore, strange = replace(told, sore_exercise_id=theirs), replace(told, exercises=(done,))
    codes = [one["code"] for one in phone.send(an_item(sore), an_item(strange))]
    assert codes == ["sore_exercise_id", "version"]
    assert sessions(db) == 0


def test_answers_are_kept_by_nobody(phone: Phone):
    answer = phone.browser.get("/log/ticket")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "application/json"
