"""Every row of the contract between phones and server: nothing is lost, nothing is kept twice."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rehab_tracker.foundation import clock
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import new_id
from rehab_tracker.logbook import actions, queries
from rehab_tracker.logbook.commands import ExerciseLog, LogSession
from rehab_tracker.logbook.models import (
    LogConflict,
    LoggedSession,
    LogRevision,
    PerformedSet,
    ProgramWeek,
    SkipReason,
)
from rehab_tracker.programs import actions as programs
from rehab_tracker.programs.models import PauseReason, Program
from tests.builders.exercises import an_exercise
from tests.builders.logbook import a_command, at
from tests.builders.people import Somebody
from tests.builders.phone import Phone, an_item
from tests.builders.programs import MONDAY, a_program, an_adjusted
from tests.builders.programs import an_item as a_draft
from tests.client import CheckedClient
from tests.features.logbook.conftest import WEDNESDAY

As = Callable[[Somebody], CheckedClient]
NOW = at(WEDNESDAY, 20)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _wednesday_evening() -> Iterator[None]:
    with clock.stopped(NOW):
        yield


@pytest.fixture
def phone(patient: Somebody, program: Program, as_: As) -> Phone:
    assert program
    return Phone(as_(patient))


@pytest.fixture
def told(patient: Somebody, program: Program) -> LogSession:
    return a_command(patient, program, WEDNESDAY, note="Felt fine")


def seen(db: Session, statement: Any) -> list[Any]:
    """Read and let go of the database again: SQLite lets one write at a time."""
    found = list(db.scalars(statement))
    db.expunge_all()
    db.rollback()
    return found


def rows(db: Session) -> list[LoggedSession]:
    return seen(db, select(LoggedSession).order_by(LoggedSession.performed_at))


def the_row(db: Session) -> LoggedSession:
    (row,) = rows(db)
    return row


def history(db: Session) -> dict[int, Any]:
    """Return what the sessions said before, by revision."""
    return {one.revision: one.content for one in seen(db, select(LogRevision))}


def done_this_week(db: Session) -> int | None:
    done = select(func.sum(ProgramWeek.done)).where(ProgramWeek.first_on == MONDAY)
    return seen(db, done)[0]


def count(db: Session, model: Any) -> int:
    return int(seen(db, select(func.count()).select_from(model))[0])


def test_a_session_is_kept_once_and_counts_in_its_week(db: Session, phone: Phone, told: LogSession):
    assert phone.verdicts(an_item(told)) == ["created"]
    row = the_row(db)
    assert (row.note, row.pain_during, row.performed_on) == ("Felt fine", 2, WEDNESDAY)
    assert (row.performed_at, row.received_at, row.late) == (at(WEDNESDAY), NOW, False)
    assert count(db, PerformedSet) == 9
    assert done_this_week(db) == 1
    assert seen(db, select(AuditEvent.action).where(AuditEvent.subject_id == row.id)) == [
        "log.saved"
    ]


def test_the_same_batch_fifty_times_is_kept_once(db: Session, phone: Phone, told: LogSession):
    items = [an_item(replace(told, client_id=new_id())) for _ in range(4)]
    assert phone.verdicts(*items) == ["created"] * 4
    for _ in range(49):
        clock.advance(timedelta(seconds=7))
        assert phone.verdicts(*items) == ["duplicate"] * 4
    assert [row.revision for row in rows(db)] == [1] * 4
    assert count(db, PerformedSet) == 36


def test_the_same_batch_sent_again_by_a_clock_that_is_off_is_still_the_same(
    db: Session, phone: Phone, told: LogSession
):
    phone.clock_off = timedelta(minutes=40)
    item = an_item(replace(told, performed_at=told.performed_at + phone.clock_off))
    assert phone.verdicts(item) == ["created"]
    clock.advance(timedelta(seconds=90))
    phone.clock_off += timedelta(seconds=2)
    assert phone.verdicts(item) == ["duplicate"]
    assert the_row(db).performed_at == told.performed_at


def test_the_same_id_twice_in_one_batch_is_one_session(db: Session, phone: Phone, told: LogSession):
    assert phone.verdicts(an_item(told), an_item(told)) == ["created", "duplicate"]
    assert the_row(db).revision == 1


def test_a_correction_stands_and_what_was_said_before_is_kept(
    db: Session, phone: Phone, told: LogSession
):
    item = an_item(replace(told, pain_during=4, note="Sore later"), revision=2)
    assert phone.verdicts(an_item(told), item) == ["created", "updated"]
    row = the_row(db)
    assert (row.revision, row.pain_during, row.note) == (2, 4, "Sore later")
    assert {number: said["note"] for number, said in history(db).items()} == {1: "Felt fine"}
    assert phone.verdicts(an_item(told), item) == ["duplicate", "duplicate"]
    assert the_row(db).pain_during == 4


def test_a_corrected_session_counts_by_what_it_says_now(
    db: Session, phone: Phone, told: LogSession
):
    first = told.exercises[0]
    little = replace(told, exercises=(replace(first, sets=first.sets[:1]),))
    phone.send(an_item(little))
    assert done_this_week(db) == 0
    phone.send(an_item(told, revision=2))
    assert done_this_week(db) == 1


def test_a_correction_may_go_back_to_what_was_said_first(
    db: Session, phone: Phone, told: LogSession
):
    other = replace(told, pain_during=6)
    back = an_item(told, revision=3)
    assert phone.verdicts(an_item(told), an_item(other, revision=2), back)[2] == "updated"
    assert (the_row(db).pain_during, the_row(db).revision) == (2, 3)


def test_revisions_that_arrive_in_any_order_end_alike(db: Session, phone: Phone, told: LogSession):
    said = [an_item(replace(told, pain_during=pain), revision=pain) for pain in (1, 2, 3)]
    assert phone.verdicts(said[2], said[0], said[1]) == ["created", "duplicate", "duplicate"]
    row = the_row(db)
    assert (row.revision, row.pain_during) == (3, 3)
    kept = {number: said["pain_during"] for number, said in history(db).items()}
    assert kept == {1: 1, 2: 2}


def test_another_phone_never_overwrites_and_what_it_sent_is_kept(
    db: Session, phone: Phone, patient: Somebody, told: LogSession, as_: As
):
    phone.send(an_item(told))
    other = Phone(as_(patient))
    item = an_item(replace(told, pain_during=8), revision=9)
    for _ in range(3):
        (outcome,) = other.send(item)
        assert (outcome["outcome"], outcome["code"]) == ("conflict", "changed_elsewhere")
        assert "kept" in outcome["message"]
    assert (the_row(db).pain_during, the_row(db).revision) == (2, 1)
    (kept,) = seen(db, select(LogConflict))
    assert (kept.content["pain_during"], kept.revision) == (8, 9)
    assert other.verdicts(an_item(told)) == ["duplicate"]


def test_what_is_kept_beside_a_session_can_be_read_by_its_patient_and_physio(
    db: Session, phone: Phone, patient: Somebody, physio: Somebody, told: LogSession, as_: As
):
    phone.send(an_item(told))
    desk, other = as_(physio), Phone(as_(patient))
    other.send(an_item(replace(told, note="Zanzibar"), revision=2, withdrawn=True))
    (row,) = rows(db)
    addresses = (f"/history/{row.id}", f"/patients/{row.patient_id}/log/{row.id}")
    for reader, address in zip((phone.browser, desk), addresses, strict=True):
        page = reader.get(address).text
        assert page.index("Also sent from a phone") < page.index("Zanzibar")
        assert "It was to withdraw the session." in page


def test_what_was_corrected_on_a_page_meanwhile_is_not_overwritten(
    db: Session, phone: Phone, patient: Somebody, told: LogSession
):
    phone.send(an_item(told))
    row = the_row(db)
    corrected = replace(told, note="By hand")
    actions.correct_session(db, patient.actor, row.id, corrected, revision=1, now=NOW)
    db.commit()
    later = [an_item(replace(told, note="On the phone"), revision=n) for n in (2, 3)]
    assert phone.verdicts(an_item(told), *later) == ["duplicate", "conflict", "conflict"]
    assert the_row(db).note == "By hand"


def test_the_same_revision_with_other_words_is_a_conflict(
    db: Session, phone: Phone, told: LogSession
):
    phone.send(an_item(told))
    assert phone.verdicts(an_item(replace(told, note="Other"))) == ["conflict"]
    assert the_row(db).note == "Felt fine"
    assert count(db, LogConflict) == 1


def test_a_session_sent_for_another_program_is_a_conflict(
    db: Session, phone: Phone, patient: Somebody, physio: Somebody, told: LogSession
):
    phone.send(an_item(told))
    other = a_program(db, physio, patient, title="Running")
    db.commit()
    moved = replace(a_command(patient, other, WEDNESDAY), client_id=told.client_id)
    assert phone.verdicts(an_item(moved, revision=2)) == ["conflict"]
    assert the_row(db).program_id == told.program_id


def test_a_withdrawn_session_counts_no_more_and_does_not_come_back_when_resent(
    db: Session, phone: Phone, told: LogSession
):
    gone = an_item(told, revision=2, withdrawn=True)
    assert phone.verdicts(an_item(told), gone) == ["created", "updated"]
    assert the_row(db).withdrawn_at == NOW
    assert done_this_week(db) == 0
    assert phone.verdicts(an_item(told), gone) == ["duplicate", "duplicate"]
    assert the_row(db).withdrawn_at == NOW
    assert done_this_week(db) == 0


def test_a_withdrawal_that_overtakes_its_session_holds(db: Session, phone: Phone, told: LogSession):
    gone = an_item(told, revision=2, withdrawn=True)
    assert phone.verdicts(gone, an_item(told)) == ["created", "duplicate"]
    assert the_row(db).withdrawn_at == NOW
    assert done_this_week(db) == 0


def test_a_withdrawal_can_be_taken_back(db: Session, phone: Phone, told: LogSession):
    phone.send(an_item(told), an_item(told, revision=2, withdrawn=True))
    assert phone.verdicts(an_item(told, revision=3)) == ["updated"]
    assert the_row(db).withdrawn_at is None
    assert done_this_week(db) == 1


def test_what_was_withdrawn_on_a_page_stays_withdrawn(
    db: Session, phone: Phone, patient: Somebody, told: LogSession
):
    phone.send(an_item(told))
    actions.withdraw_session(db, patient.actor, the_row(db).id, revision=1, now=NOW)
    db.commit()
    corrected = an_item(replace(told, note="More"), revision=5)
    assert phone.verdicts(an_item(told), corrected) == ["duplicate", "conflict"]
    assert the_row(db).withdrawn_at == NOW


@pytest.mark.parametrize("off", [DAY, -DAY, timedelta(days=3653), timedelta(days=-3653)])
def test_a_clock_that_is_off_does_not_move_a_session(
    db: Session, phone: Phone, told: LogSession, off: timedelta
):
    phone.clock_off = off
    shown = told.performed_at + off
    wrong = replace(told, performed_at=shown, performed_on=told.performed_on + off)
    assert phone.verdicts(an_item(wrong)) == ["created"]
    row = the_row(db)
    assert (row.performed_at, row.performed_on) == (told.performed_at, WEDNESDAY)
    assert (row.told_at, row.received_at) == (shown, NOW)
    assert done_this_week(db) == 1


def test_five_minutes_are_no_reason_to_change_a_time(db: Session, phone: Phone, told: LogSession):
    phone.clock_off = timedelta(minutes=5)
    phone.send(an_item(told))
    assert the_row(db).performed_at == the_row(db).told_at == told.performed_at


@pytest.mark.parametrize(
    ("clock_off", "shown_at", "shown_on", "true_on"),
    [
        (timedelta(), "2026-03-04T00:10+01:00", date(2026, 3, 3), date(2026, 3, 3)),
        (timedelta(hours=12), "2026-03-05T07:00+01:00", date(2026, 3, 5), WEDNESDAY),
        (timedelta(minutes=20), "2026-03-04T00:10+01:00", WEDNESDAY, date(2026, 3, 3)),
        (timedelta(minutes=-20), "2026-03-03T23:50+01:00", date(2026, 3, 3), WEDNESDAY),
    ],
)
def test_a_session_about_midnight_keeps_the_day_on_which_it_began(
    db: Session,
    phone: Phone,
    told: LogSession,
    clock_off: timedelta,
    shown_at: str,
    shown_on: date,
    true_on: date,
):
    phone.clock_off = clock_off
    at_night = datetime.fromisoformat(shown_at)
    item = an_item(replace(told, performed_at=at_night, performed_on=shown_on))
    assert phone.verdicts(item) == ["created"]
    assert the_row(db).performed_on == true_on


def test_a_session_of_tomorrows_date_elsewhere_is_kept_as_its_phone_says(
    db: Session, phone: Phone, told: LogSession
):
    there = replace(
        told, zone="Pacific/Auckland", performed_on=WEDNESDAY + DAY, performed_at=at(WEDNESDAY, 19)
    )
    assert phone.verdicts(an_item(there)) == ["created"]
    assert the_row(db).performed_on == WEDNESDAY + DAY


@pytest.mark.parametrize(
    ("days", "code"),
    [(2, "future"), (3653, "future"), (-3, "before_program"), (-3653, "before_program")],
)
def test_a_time_that_cannot_be_is_refused_with_a_sentence(
    db: Session, phone: Phone, told: LogSession, days: int, code: str
):
    off = timedelta(days=days)
    item = an_item(
        replace(told, performed_at=told.performed_at + off, performed_on=told.performed_on + off)
    )
    (outcome,) = phone.send(item)
    assert (outcome["outcome"], outcome["code"]) == ("rejected", code)
    assert len(outcome["message"].split()) > 3
    assert not rows(db)


def test_a_day_that_does_not_fit_its_time_is_refused(phone: Phone, told: LogSession):
    (outcome,) = phone.send(an_item(replace(told, performed_on=MONDAY)))
    assert (outcome["outcome"], outcome["code"]) == ("rejected", "day")


def test_a_session_that_waited_for_weeks_is_kept_and_marked_late(
    db: Session, patient: Somebody, told: LogSession, as_: As
):
    clock.advance(timedelta(days=24))
    assert Phone(as_(patient)).verdicts(an_item(told)) == ["created"]
    assert the_row(db).late
    assert done_this_week(db) == 1


def test_one_bad_item_never_blocks_the_others(db: Session, phone: Phone, told: LogSession):
    good = [an_item(replace(told, client_id=new_id())) for _ in range(3)]
    bad = [
        an_item(replace(told, client_id=new_id()), pain_during="much"),
        an_item(replace(told, client_id=new_id()), program_id=str(new_id())),
        an_item(replace(told, client_id=new_id()), exercises=[]),
        {"client_id": str(new_id()), "revision": 1},
        an_item(replace(told, client_id=new_id(), pain_during=11)),
        an_item(replace(told, client_id=new_id(), zone="Mars/Olympus")),
    ]
    sent = [good[0], *bad[:3], good[1], *bad[3:], good[2]]
    outcomes = phone.send(*sent)
    assert [one["outcome"] == "created" for one in outcomes] == [item in good for item in sent]
    codes = [one["code"] for one in outcomes if one["outcome"] == "rejected"]
    assert codes == [
        "unreadable", "program", "exercises", "unreadable", "pain_during", "unreadable",
    ]  # fmt: skip
    assert all(one["message"] for one in outcomes if one["outcome"] == "rejected")
    assert len(rows(db)) == 3


def test_a_session_begun_under_an_older_version_stays_valid_under_it(
    db: Session, phone: Phone, physio: Somebody, program: Program, told: LogSession
):
    before = program.versions[0].id
    others = [a_draft(an_exercise(db, name="Lunge"))]
    an_adjusted(db, physio, program, effective_from=WEDNESDAY, today=WEDNESDAY, items=others)
    db.commit()
    assert phone.verdicts(an_item(told)) == ["created"]
    assert the_row(db).version_id == before


def test_a_session_belongs_to_the_version_of_its_day(
    db: Session, phone: Phone, physio: Somebody, program: Program, told: LogSession
):
    before = program.versions[0].id
    an_adjusted(db, physio, program, effective_from=WEDNESDAY + DAY, today=WEDNESDAY, note="Slower")
    db.commit()
    clock.advance(timedelta(minutes=30))
    assert phone.verdicts(an_item(told)) == ["created"]
    assert the_row(db).version_id == before


def test_a_session_of_a_paused_day_is_kept_as_extra(
    db: Session,
    phone: Phone,
    physio: Somebody,
    patient: Somebody,
    program: Program,
    told: LogSession,
):
    command = programs.PauseProgram(
        patient_id=patient.id,
        program_id=program.id,
        first_on=WEDNESDAY,
        last_on=WEDNESDAY,
        reason=PauseReason.ILLNESS,
        note="",
    )
    programs.pause_programs(db, physio.actor, command, today=WEDNESDAY, now=NOW)
    db.commit()
    assert phone.verdicts(an_item(told)) == ["created"]
    assert seen(db, select(func.sum(ProgramWeek.extra))) == [1]


def test_an_exercise_that_was_skipped_is_kept_with_its_reason(
    db: Session, phone: Phone, told: LogSession
):
    first, second = told.exercises
    skipped = ExerciseLog(second.exercise_id, skipped=SkipReason.PAIN)
    phone.send(an_item(replace(told, exercises=(first, skipped))))
    kept = queries.session_of(db, the_row(db).patient_id, the_row(db).id)
    assert [one.skipped for one in kept.exercises] == [None, SkipReason.PAIN]


def test_a_batch_of_two_hundred_known_sessions_costs_a_handful_of_statements(
    db: Session, phone: Phone, told: LogSession
):
    known = an_item(replace(told, exercises=told.exercises[:1]))
    phone.send(known)
    answer = phone.post(phone.batch([known] * 200), phone.ticket()["ticket"])
    assert answer.status_code == 200
    assert len(phone.browser.statements) <= 4, phone.browser.statements
    assert len(rows(db)) == 1


def test_a_new_session_costs_no_more_statements_than_the_form_does(phone: Phone, told: LogSession):
    ticket = phone.ticket()["ticket"]
    phone.post(phone.batch([an_item(told)]), ticket)
    said = [one for one in phone.browser.statements if not one.startswith("BEGIN")]
    assert len(said) <= 14, said
