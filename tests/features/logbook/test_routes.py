import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.db import Database, new_id
from rehab_tracker.logbook.models import ClinicTreatment, LoggedSession, MorningCheck, PerformedSet
from rehab_tracker.programs.models import Program
from tests.builders.exercises import an_exercise
from tests.builders.logbook import a_log, a_morning, at, days_after
from tests.builders.people import Somebody, a_clinic, a_member, a_patient
from tests.builders.programs import MONDAY, a_program, an_adjusted, an_item
from tests.client import CheckedClient
from tests.features.logbook.conftest import WEDNESDAY

As = Callable[[Somebody], CheckedClient]
FIELD = re.compile(r"<(input|textarea|select)\b([^>]*)>(?:([^<]*)</textarea>)?", re.DOTALL)
OPTION = re.compile(r'<option(?: value="([^"]*)")?( selected)?>([^<]*)</option>')
CONTROL = re.compile(r"^\s*(BEGIN|SAVEPOINT|RELEASE)", re.IGNORECASE)


@pytest.fixture(autouse=True)
def evening() -> Iterator[None]:
    with clock.stopped(at(WEDNESDAY, 20)):
        yield


@pytest.fixture
def phone(as_: As, patient: Somebody) -> CheckedClient:
    return as_(patient)


def form_of(page: str) -> dict[str, str]:
    """Return what a browser without scripts would send of the log's form."""
    form = unescape(page[page.index('<form class="form log"') : page.index("save-bar")])
    sent: dict[str, str] = {}
    for tag, attributes, text in FIELD.findall(form):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
        is_choice = found.get("type") in {"checkbox", "radio"}
        if tag == "input" and (not is_choice or " checked" in attributes):
            sent[found["name"]] = found.get("value", "")
        elif tag == "textarea":
            sent[found["name"]] = text
    for name, options in re.findall(
        r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = [value or label for value, selected, label in OPTION.findall(options) if selected]
        sent[name] = chosen[0] if chosen else ""
    sent.pop("csrf_token")
    return sent


def opened(phone: CheckedClient, program: Program, **query: str) -> dict[str, str]:
    return form_of(phone.get(f"/log/{program.id}", query_string=query).text)


def save(phone: CheckedClient, program: Program, sent: Mapping[str, str]) -> Any:
    return phone.post(f"/log/{program.id}", data=dict(sent))


def count_of(db: Session, table: type[Any]) -> int:
    db.rollback()
    return db.scalar(select(func.count(table.id))) or 0


def business(phone: CheckedClient) -> list[str]:
    return [s for s in phone.statements if not CONTROL.match(s)]


def test_a_session_as_prescribed_is_saved_in_three_taps(
    phone: CheckedClient, db: Session, program: Program
):
    today = phone.get("/today").text
    assert f'href="/log/{program.id}?done=all"' in today
    answer = save(phone, program, opened(phone, program, done="all") | {"pain_during": "2"})
    assert answer.status_code == 303
    light = phone.get(answer.location).text
    assert "Within your safe range. Carry on." in light
    assert "Worst pain 2 is in your green range" in light
    assert "not watched day and night" in light
    assert count_of(db, PerformedSet) == 9
    assert "1 of 3 sessions this week" in phone.get("/today").text


def test_only_ticked_sets_are_kept_and_sides_are_told_apart(
    phone: CheckedClient, db: Session, program: Program
):
    sent = opened(phone, program) | {
        "pain_during": "0",
        "ex-0-set-1-done": "1",
        "ex-0-set-1-reps": "8",
        "ex-1-set-2-left-done": "1",
        "ex-1-set-2-left-reps": "6",
        "ex-1-skipped": "pain",
        "ex-0-effort": "7",
    }
    assert save(phone, program, sent).status_code == 303
    kept = [(one.number, one.side, one.reps) for one in db.scalars(select(PerformedSet))]
    assert sorted(kept, key=str) == [(1, None, 8), (2, "left", 6)]
    entry = phone.get("/history").text
    assert "2 exercises · 2 sets" in entry


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"pain_during": "11"}, "choose a number from 0 to 10"),
        ({"pain_during": "\u0661"}, "choose a number from 0 to 10"),
        ({"pain_during": ""}, "choose a number from 0 to 10"),
        ({"ex-0-set-1-reps": "10000"}, "Repetitions are a number from 1 to 1000"),
        ({"ex-0-set-1-reps": "0"}, "Repetitions are a number from 1 to 1000"),
        ({"ex-0-set-1-reps": "9" * 400}, "Set 1: please enter a whole number"),
        ({"ex-0-set-1-reps": "ten"}, "Set 1: please enter a whole number"),
        ({"ex-0-skipped": "bored"}, "choose a reason from the list"),
        ({"ex-0-id": "nobody"}, "choose from the list"),
        ({"ex-0-id": str(new_id())}, "other exercises on that day"),
        ({"day": "1899-12-31"}, "choose a day"),
        ({"day": "1900-01-01"}, "up to 7 days back"),
        ({"day": "2026-03-05"}, "still to come"),
        ({"day": "9999-12-31"}, "still to come"),
        ({"day": "2026-02-24"}, "up to 7 days back"),
        ({"time": "25:99"}, "such as 18:30"),
        ({"note": "nul\x00byte"}, "leave out control characters"),
        ({"client_id": "none"}, "choose from the list"),
    ],
)
def test_bad_input_is_refused_and_everything_typed_stays(
    phone: CheckedClient,
    db: Session,
    program: Program,
    typed: dict[str, str],
    says: str,
):
    sent = opened(phone, program, done="all") | {"pain_during": "3", "note": "Rainy day"} | typed
    answer = save(phone, program, sent)
    assert answer.status_code == 422
    assert says in unescape(answer.text)
    again = form_of(answer.text)
    kept = {"limp", "ex-1-set-1-left-done", "ex-1-set-1-left-reps"} & sent.keys()
    assert {name: again[name] for name in kept} == {name: sent[name] for name in kept}
    assert again["note"].strip() == sent["note"].strip() or "\x00" in sent["note"]
    assert count_of(db, LoggedSession) == 0


def test_emoji_and_right_to_left_notes_are_kept_as_they_are(
    phone: CheckedClient, db: Session, program: Program
):
    note = "كان الألم خفيفًا 🙂\r\nשורה שנייה"
    sent = opened(phone, program, done="all") | {"pain_during": "1", "note": note}
    save(phone, program, sent)
    assert db.scalar(select(LoggedSession.note)) == note.replace("\r\n", "\n")


def test_a_note_of_300_kilobytes_is_answered_with_a_plain_page(
    phone: CheckedClient, db: Session, program: Program
):
    sent = opened(phone, program, done="all") | {"pain_during": "1", "note": "x" * 300_000}
    assert save(phone, program, sent).status_code == 413
    assert count_of(db, LoggedSession) == 0


def test_a_double_submit_leads_to_the_one_session(
    phone: CheckedClient, db: Session, program: Program
):
    sent = opened(phone, program, done="all") | {"pain_during": "1"}
    first, second = save(phone, program, sent), save(phone, program, sent)
    assert first.location == second.location
    assert count_of(db, LoggedSession) == 1


def test_another_day_is_chosen_from_the_last_week(phone: CheckedClient, program: Program):
    sent = opened(phone, program, done="all") | {"pain_during": "1", "day": MONDAY.isoformat()}
    assert save(phone, program, sent).status_code == 303
    assert "Added later" in phone.get("/history").text


def test_others_programs_and_sessions_are_not_there(
    as_: As, db: Session, clinic: Clinic, physio: Somebody, patient: Somebody, program: Program,
    database: Database,
):  # fmt: skip
    row = a_log(db, patient, program, WEDNESDAY)
    neighbor = a_patient(db, clinic, physio)
    db.commit()
    elsewhere = a_clinic(database, name="Elsewhere")
    with database.session(clinic_id=elsewhere.id) as other_db:
        stranger = a_patient(other_db, elsewhere)
        foreign = a_member(other_db, elsewhere)
        other_db.commit()
    for client in (as_(neighbor), as_(stranger)):
        for path in (
            f"/log/{program.id}",
            f"/log/{row.id}/light",
            f"/history/{row.id}",
            f"/history/{row.id}/correct",
        ):
            assert client.get(path).status_code == 404
        sent = {
            "client_id": str(new_id()),
            "day": "2026-03-04",
            "time": "18:00",
            "pain_during": "1",
        }
        assert client.post(f"/log/{program.id}", data=sent).status_code == 404
        assert client.post(f"/history/{row.id}/correct", data=sent).status_code == 404
        assert client.post(f"/history/{row.id}/withdraw").status_code == 404
    desk = as_(foreign)
    assert desk.get(f"/patients/{patient.id}/log").status_code == 404
    assert desk.get(f"/patients/{patient.id}/log/{row.id}").status_code == 404
    assert desk.post(f"/patients/{patient.id}/treatments", data={}).status_code in {404, 422}


def test_the_form_says_what_was_already_logged_on_its_day(
    phone: CheckedClient, db: Session, patient: Somebody, program: Program
):
    assert "You already logged this program" not in phone.get(f"/log/{program.id}").text
    row = a_log(db, patient, program, WEDNESDAY)
    db.commit()
    page = phone.get(f"/log/{program.id}").text
    assert "You already logged this program: Today" in page
    assert f'href="/history/{row.id}"' in page


def test_a_refused_set_is_named_with_its_exercise_and_side(phone: CheckedClient, program: Program):
    sent = opened(phone, program, done="all") | {
        "pain_during": "1",
        "ex-1-set-2-left-reps": "10000",
    }
    page = save(phone, program, sent).text
    assert "</bdi>: Set 2, left: Repetitions are a number from 1 to 1000" in page


def test_every_set_that_cannot_be_read_is_named_with_its_exercise(
    phone: CheckedClient, program: Program
):
    sent = opened(phone, program, done="all") | {
        "pain_during": "1",
        "ex-1-set-2-left-reps": "ten",
        "ex-1-set-3-right-reps": "8x",
    }
    page = save(phone, program, sent).text
    for number, side in ((2, "left"), (3, "right")):
        assert f"Set {number}, {side}: please enter a whole number." in page
    assert "Bridge</bdi>: Set 2, left" in page


def test_a_correction_shows_what_was_logged_and_keeps_it(
    phone: CheckedClient, db: Session, patient: Somebody, program: Program
):
    row = a_log(db, patient, program, WEDNESDAY, pain_during=4, note="Stairs hurt")
    db.commit()
    sent = form_of(phone.get(f"/history/{row.id}/correct").text)
    assert (sent["pain_during"], sent["note"]) == ("4", "Stairs hurt")
    assert sent["ex-1-set-3-right-done"] == "1"
    answer = phone.post(f"/history/{row.id}/correct", data=sent | {"pain_during": "2"})
    assert answer.status_code == 303
    page = phone.get(f"/history/{row.id}").text
    assert "Corrected" in page
    assert re.search(r"<del>.*4 of 10</del>", page)


def test_a_stale_correction_is_told_and_keeps_what_was_typed(
    phone: CheckedClient, db: Session, patient: Somebody, program: Program
):
    row = a_log(db, patient, program, WEDNESDAY)
    db.commit()
    first = form_of(phone.get(f"/history/{row.id}/correct").text)
    second = first | {"note": "Typed in the other tab"}
    phone.post(f"/history/{row.id}/correct", data=first | {"pain_during": "3"})
    answer = phone.post(f"/history/{row.id}/correct", data=second)
    assert answer.status_code == 409
    assert "corrected meanwhile" in answer.text
    assert form_of(answer.text)["note"] == "Typed in the other tab"


def test_a_withdrawn_session_is_marked_and_no_longer_corrected(
    phone: CheckedClient, db: Session, patient: Somebody, program: Program
):
    row = a_log(db, patient, program, WEDNESDAY)
    db.commit()
    assert phone.post(f"/history/{row.id}/withdraw", data={"revision": "1"}).status_code == 303
    assert "Withdrawn" in phone.get("/history").text
    assert phone.get(f"/history/{row.id}/correct").status_code == 409
    light = phone.get(f"/log/{row.id}/light").text
    assert "You withdrew it on Wed 4 Mar." in light
    for gone in ("Green", "Do your next session as planned.", "Only that makes this light final"):
        assert gone not in light


def test_what_is_folded_away_shows_once_it_is_told(phone: CheckedClient, program: Program):
    blank = phone.get(f"/log/{program.id}").text
    assert 'data-says="Effort {} of 10" hidden></span>' in blank
    sent = opened(phone, program, done="all") | {"pain_during": "1", "ex-0-effort": "7"}
    sent |= {"ex-1-skipped": "no_time"}
    for name in [name for name in sent if name.startswith("ex-1-set") and name.endswith("done")]:
        del sent[name]
    row = save(phone, program, sent)
    correction = phone.get(row.location.replace("/log/", "/history/").replace("light", "correct"))
    squat, bridge = re.findall(r"<summary>.*?</summary>", correction.text, re.DOTALL)[::4]
    assert "3 of 3 sets" in squat
    assert ">Left out: No time</span>" in bridge
    assert re.search(r"data-count hidden>0 of 6 sets", bridge), "it was left out, not forgotten"
    assert ">Effort 7 of 10</span>" in correction.text


def test_a_form_opened_before_the_program_changed_is_kept_where_the_exercises_still_match(
    phone: CheckedClient, db: Session, physio: Somebody, program: Program
):
    sent = opened(phone, program, done="all") | {"pain_during": "1"}
    an_adjusted(db, physio, program, today=WEDNESDAY, effective_from=WEDNESDAY, sessions_per_week=5)
    db.commit()
    assert save(phone, program, sent).status_code == 303
    assert db.scalar(select(LoggedSession.version_id)) == program.versions[-1].id


def test_a_form_with_exercises_that_left_the_program_says_so_and_keeps_what_was_typed(
    phone: CheckedClient, db: Session, physio: Somebody, program: Program
):
    sent = opened(phone, program, done="all") | {"pain_during": "1", "note": "All done"}
    items = (an_item(an_exercise(db, name="Calf raise")),)
    an_adjusted(db, physio, program, today=WEDNESDAY, effective_from=WEDNESDAY, items=items)
    db.commit()
    answer = save(phone, program, sent)
    assert answer.status_code == 422
    assert "other exercises on that day" in answer.text
    again = form_of(answer.text)
    assert again["note"] == "All done"
    assert again["ex-1-set-3-right-done"] == "1"
    assert f"/log/{program.id}?day=2026-03-04" in answer.text


def test_a_signed_out_submit_keeps_what_was_typed(
    phone: CheckedClient, stranger: CheckedClient, db: Session, program: Program
):
    sent = opened(phone, program, done="all") | {"pain_during": "1", "note": "Do not lose me"}
    answer = stranger.post(f"/log/{program.id}", data=sent)
    assert answer.status_code == 401
    assert "Do not lose me" in unescape(answer.text)
    assert count_of(db, LoggedSession) == 0


def test_the_morning_is_asked_first_and_makes_yesterdays_light_final(
    as_: As, db: Session, patient: Somebody, program: Program
):
    row = a_log(db, patient, program, days_after(WEDNESDAY, -1))
    db.commit()
    phone = as_(patient)
    asked = phone.get("/today").text
    assert asked.index("How much does your knee hurt this morning?") < asked.index("This week")
    answer = phone.post("/morning", data={"on_day": WEDNESDAY.isoformat(), "pain": "2"})
    assert answer.status_code == 303
    assert "This morning: 2 of 10. Change" in phone.get("/today").text
    assert "This light is final" in phone.get(f"/log/{row.id}/light").text


@pytest.mark.parametrize(
    ("first", "second", "asked", "warned"),
    [("4", "2", True, False), ("4", "3", True, True), ("2", "4", False, False)],
)
def test_a_knee_still_sore_on_the_first_morning_is_asked_for_the_second(
    as_: As,
    db: Session,
    patient: Somebody,
    program: Program,
    first: str,
    second: str,
    asked: bool,
    warned: bool,
):
    a_log(db, patient, program, days_after(WEDNESDAY, -2), pain_before=1, pain_during=7)
    a_morning(db, patient, days_after(WEDNESDAY, -1), int(first))
    db.commit()
    phone = as_(patient)
    page = phone.get("/today").text
    assert ("still sore on the morning after your session of Mon 2 Mar" in page) is asked
    assert "makes yesterday" not in page
    phone.post("/morning", data={"on_day": WEDNESDAY.isoformat(), "pain": second})
    assert ("has not settled since your session of Mon 2 Mar" in phone.get("/today").text) is warned


@pytest.mark.parametrize(
    "sent",
    [
        {"on_day": "2026-03-04", "pain": "11"},
        {"on_day": "2026-03-04", "pain": "bad"},
        {"on_day": "2026-03-03", "pain": "1"},
        {"on_day": "0001-01-01", "pain": "1"},
        {"on_day": "9999-12-31", "pain": "1"},
        {},
    ],
)
def test_an_impossible_morning_is_refused(phone: CheckedClient, db: Session, sent: dict[str, str]):
    assert phone.post("/morning", data=sent).status_code == 422
    assert count_of(db, MorningCheck) == 0


def test_before_four_the_morning_is_not_asked_for(
    as_: As, db: Session, patient: Somebody, program: Program
):
    a_log(db, patient, program, days_after(WEDNESDAY, -1))
    db.commit()
    with clock.stopped(at(WEDNESDAY, 3)):
        assert "this morning" not in as_(patient).get("/today").text


def test_this_mornings_answer_is_filled_in_as_the_pain_before(
    phone: CheckedClient, db: Session, patient: Somebody, program: Program
):
    a_morning(db, patient, WEDNESDAY, 3)
    db.commit()
    page = phone.get(f"/log/{program.id}").text
    assert form_of(page)["pain_before"] == "3"
    assert "your answer of this morning" in page


def test_today_without_a_program_is_friendly(as_: As, db: Session, clinic: Clinic):
    nobody = a_patient(db, clinic)
    db.commit()
    assert "No program yet" in as_(nobody).get("/today").text


def test_the_physio_reads_a_log_with_what_changed(
    as_: As,
    phone: CheckedClient,
    db: Session,
    physio: Somebody,
    patient: Somebody,
    program: Program,
):
    row = a_log(db, patient, program, WEDNESDAY, pain_during=4, note="First words")
    db.commit()
    sent = form_of(phone.get(f"/history/{row.id}/correct").text)
    phone.post(f"/history/{row.id}/correct", data=sent | {"note": "Other words"})
    desk = as_(physio)
    assert "Other words" in desk.get(f"/patients/{patient.id}/log").text
    page = desk.get(f"/patients/{patient.id}/log/{row.id}").text
    assert re.search(r"<del>.*First words</del>", page)


def test_a_physio_records_a_treatment_and_another_one_is_told_to_take_over(
    as_: As, db: Session, clinic: Clinic, physio: Somebody, patient: Somebody
):
    colleague = a_member(db, clinic)
    db.commit()
    sent = {"on_day": "2026-03-03", "kind": "taping", "note": "Medial glide"}
    path = f"/patients/{patient.id}/treatments"
    refused = as_(colleague).post(path, data=sent)
    assert refused.status_code == 403
    assert "Take them over first" in refused.text
    assert as_(physio).post(path, data=sent).status_code == 303
    assert as_(physio).post(path, data=sent | {"on_day": "2026-03-09"}).status_code == 422
    assert as_(physio).post(path, data=sent | {"on_day": "1800-01-01"}).status_code == 422
    assert as_(physio).post(path, data=sent | {"kind": "magic"}).status_code == 422
    assert count_of(db, ClinicTreatment) == 1


def test_the_warning_signs_can_be_read_signed_out(stranger: CheckedClient):
    page = stranger.get("/something-wrong").text
    assert "This app is not watched" in page


def test_a_save_of_five_exercises_takes_twelve_statements_at_most(
    as_: As, db: Session, physio: Somebody, patient: Somebody
):
    items = [an_item(an_exercise(db, name=f"Row {n}", laterality="both")) for n in range(5)]
    program = a_program(db, physio, patient, items, starts_on=MONDAY)
    db.commit()
    phone = as_(patient)
    sent = opened(phone, program, done="all") | {"pain_during": "2"}
    assert save(phone, program, sent).status_code == 303
    assert len(business(phone)) <= 12, business(phone)


def test_todays_statements_do_not_grow_with_exercises_and_sessions(
    as_: As, db: Session, clinic: Clinic, physio: Somebody, patient: Somebody
):
    a_program(db, physio, patient, starts_on=MONDAY)
    db.commit()
    few = as_(patient)
    few.get("/today")
    busy = a_patient(db, clinic, physio)
    for number in range(3):
        items = [an_item(an_exercise(db, name=f"Move {number}-{n}")) for n in range(6)]
        much = a_program(db, physio, busy, items, title=f"Plan {number}")
        for day in (days_after(WEDNESDAY, -1), WEDNESDAY):
            a_log(db, busy, much, day)
    db.commit()
    many = as_(busy)
    many.get("/today")
    assert len(many.statements) == len(few.statements)
    assert len(business(many)) <= 12


def test_the_history_reads_any_number_of_sessions_in_as_many_statements(
    as_: As, db: Session, patient: Somebody, program: Program
):
    phone = as_(patient)
    a_log(db, patient, program, MONDAY)
    db.commit()
    phone.get("/history")
    before = len(phone.statements)
    for back in range(35):
        day = WEDNESDAY if back % 2 else MONDAY
        a_log(db, patient, program, day, performed_at=at(day, 1) + timedelta(minutes=back))
    db.commit()
    page = phone.get("/history").text
    assert len(phone.statements) == before
    older = re.search(r'href="(/history\?older_than=[^"]+)"', page)
    assert older
    assert (
        page.count('class="card entry"') + phone.get(older[1]).text.count('class="card entry"')
        == 36
    )
