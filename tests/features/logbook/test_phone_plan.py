"""The plan that a phone keeps: all for a week of training without signal, of its patient alone."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.pain import Profile
from rehab_tracker.domain.rule import SETTINGS
from rehab_tracker.foundation import clock
from rehab_tracker.logbook import actions
from rehab_tracker.logbook.commands import ExerciseLog, SetLog
from rehab_tracker.programs import actions as programs
from rehab_tracker.programs.models import PauseReason, Program
from tests.builders.exercises import a_library, an_exercise
from tests.builders.logbook import a_log, a_morning, at, days_after
from tests.builders.people import Somebody, a_patient
from tests.builders.programs import MONDAY, a_program, an_adjusted, an_item
from tests.builders.safety import a_check
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
def plan(patient: Somebody, db: Session, as_: As) -> Callable[[], dict[str, Any]]:
    """Fetch the plan as the patient's phone does; what the test wrote is committed first."""

    def fetch() -> dict[str, Any]:
        db.commit()
        answer = as_(patient).get("/log/plan")
        assert answer.status_code == 200
        found: dict[str, Any] = answer.get_json()
        return found

    return fetch


Plan = Callable[[], dict[str, Any]]


def test_the_plan_says_whose_it_is_when_and_where(plan: Plan, program: Program):
    found = plan()
    assert (found["zone"], found["today"]) == ("Europe/Berlin", "2026-03-04")
    assert found["now"].startswith("2026-03-04T19:00:00")
    assert len(found["owner"]) == 32
    assert found["help"] == {"emergency": "112", "urgent": "116 117", "clinic": ""}
    assert not found["is_held"]
    assert found["rules"] == {name: row.value for name, row in SETTINGS.items()}
    assert [one["id"] for one in found["programs"]] == [str(program.id)]


def test_a_program_brings_its_version_limits_and_doses(plan: Plan, program: Program):
    (one,) = plan()["programs"]
    assert (one["title"], one["version_number"], one["sessions_per_week"]) == ("Hip strength", 1, 3)
    assert one["version_id"] == str(program.versions[0].id)
    assert one["limits"] == {"green_max": 2, "amber_max": 5, "profile": "standard"}
    squat, bridge = one["exercises"]
    assert (squat["name"], squat["sides"], squat["optional"]) == ("Squat", [None], False)
    assert (bridge["sides"], bridge["per_side"]) == (["left", "right"], True)
    assert squat["cues"] == ["Slide the foot back slowly", "Keep the hips level"]
    assert (squat["dose"]["sets"], squat["dose"]["reps"], squat["dose"]["load_kg"]) == (3, 10, None)
    assert squat["dose_line"].startswith("3 × 10")
    assert (squat["last"], squat["figures"]) == (None, None)


def test_the_last_time_is_told_with_what_was_lifted(
    db: Session, plan: Plan, patient: Somebody, program: Program
):
    squat = program.versions[0].prescriptions[0].exercise_id
    for back, load in ((2, "7.5"), (1, "8")):
        sets = tuple(SetLog(n, reps=10 + n, load_kg=Decimal(load)) for n in (1, 2))
        done = (ExerciseLog(squat, effort=6, sets=sets),)
        a_log(db, patient, program, days_after(WEDNESDAY, -back), exercises=done)
    first, second = plan()["programs"][0]["exercises"]
    assert first["last"] == {
        "on_day": "2026-03-03", "reps": 12, "seconds": None, "load_kg": "8", "band": None,
        "effort": 6,
    }  # fmt: skip
    assert second["last"] is None


def test_a_withdrawn_session_is_no_last_time(
    db: Session, plan: Plan, patient: Somebody, program: Program
):
    row = a_log(db, patient, program, WEDNESDAY)
    (log,) = plan()["programs"][0]["logs"]
    assert (log["client_id"], log["performed_on"]) == (str(row.client_id), "2026-03-04")
    actions.withdraw_session(db, patient.actor, row.id, revision=1, now=NOW)
    (one,) = plan()["programs"]
    assert one["logs"] == []
    assert {exercise["last"] for exercise in one["exercises"]} == {None}


def test_mornings_of_two_weeks_come_along(
    db: Session, plan: Plan, patient: Somebody, program: Program
):
    assert program
    for back in (20, 14, 1, 0):
        a_morning(db, patient, days_after(WEDNESDAY, -back), back % 10)
    assert plan()["mornings"] == [
        {"on_day": "2026-02-18", "pain": 4},
        {"on_day": "2026-03-03", "pain": 1},
        {"on_day": "2026-03-04", "pain": 0},
    ]


def test_a_change_within_the_week_comes_along_before_it_counts(
    db: Session, plan: Plan, physio: Somebody, program: Program
):
    assert plan()["programs"][0]["next"] is None
    friday = days_after(WEDNESDAY, 2)
    an_adjusted(db, physio, program, effective_from=friday, today=WEDNESDAY, green_max=1)
    (one,) = plan()["programs"]
    assert (one["version_number"], one["limits"]["green_max"]) == (1, 2)
    assert one["next"]["effective_from"] == "2026-03-06"
    assert (one["next"]["version_number"], one["next"]["limits"]["green_max"]) == (2, 1)


def test_a_pause_is_told_and_what_is_over_or_far_away_is_not(
    db: Session, plan: Plan, physio: Somebody, patient: Somebody, program: Program
):
    soon = a_program(db, physio, patient, title="Soon", starts_on=WEDNESDAY + 7 * DAY)
    a_program(db, physio, patient, title="Far", starts_on=WEDNESDAY + 8 * DAY)
    over = a_program(db, physio, patient, title="Over", starts_on=MONDAY)
    programs.end_program(db, physio.actor, over.id, WEDNESDAY, "Done", today=WEDNESDAY)
    pause = programs.PauseProgram(
        patient_id=patient.id,
        program_id=program.id,
        first_on=WEDNESDAY,
        last_on=WEDNESDAY,
        reason=PauseReason.ILLNESS,
        note="",
    )
    programs.pause_programs(db, physio.actor, pause, today=WEDNESDAY, now=NOW)
    found = {one["title"]: one for one in plan()["programs"]}
    assert found.keys() == {"Hip strength", "Soon"}
    (told,) = found["Hip strength"]["schedule"]["pauses"]
    assert told == {"first_on": "2026-03-04", "last_on": "2026-03-04", "reason": "illness"}
    assert found["Soon"]["schedule"]["starts_on"] == soon.starts_on.isoformat()


def test_a_seeded_exercise_brings_its_pictures_of_the_sore_side(
    db: Session, plan: Plan, physio: Somebody, patient: Somebody, as_: As
):
    library = a_library(db)
    shown = next(one for one in library.values() if one.figure)
    a_program(db, physio, patient, [an_item(shown)])
    (exercise,) = plan()["programs"][0]["exercises"]
    assert exercise["figures"].keys() == {"still", "pair", "moving"}
    assert all(one.endswith("-right.svg") for one in exercise["figures"].values())
    assert as_(patient).get(exercise["figures"]["still"]).status_code == 200


def test_nobody_sees_another_patients_plan(
    db: Session, clinic: Clinic, plan: Plan, physio: Somebody, program: Program
):
    other = a_patient(db, clinic, physio)
    secret = an_exercise(db, name="Zanzibar slide")
    a_program(db, physio, other, [an_item(secret)], title="Zanzibar")
    found = plan()
    assert [one["id"] for one in found["programs"]] == [str(program.id)]
    assert "Zanzibar" not in str(found)


@pytest.mark.parametrize("count", [1, 4])
def test_a_plan_costs_the_same_few_statements_however_long_it_is(
    db: Session, clinic: Clinic, physio: Somebody, as_: As, count: int
):
    patient = a_patient(db, clinic, physio)
    for number in range(count):
        items = [an_item(an_exercise(db, name=f"Slide {number}-{n}")) for n in range(count)]
        program = a_program(
            db, physio, patient, items, title=f"P {number}", pain_profile=Profile.STANDARD
        )
        for _ in range(count):
            a_log(db, patient, program, WEDNESDAY)
    db.commit()
    phone = as_(patient)
    assert phone.get("/log/plan").status_code == 200
    said = [one for one in phone.statements if not one.startswith("BEGIN")]
    assert len(said) <= 12, said


def test_the_week_comes_along_as_far_as_it_decides_what_counts(
    db: Session, plan: Plan, patient: Somebody, program: Program
):
    squat, bridge = (str(one.exercise_id) for one in program.versions[0].prescriptions)
    a_log(db, patient, program, MONDAY)
    found = plan()
    assert found["week_starts_on"] == "monday"
    (one,) = found["programs"]
    assert one["schedule"]["versions"][0]["core_sets"] == {squat: 3, bridge: 6}
    (log,) = one["logs"]
    assert log["done_sets"] == {squat: 3, bridge: 6}
    assert (log["performed_on"], log["stopped_for_pain"]) == ("2026-03-02", False)


def test_a_safety_hold_is_told_by_its_name(
    db: Session, plan: Plan, patient: Somebody, program: Program
):
    a_check(db, patient, "E5", at=NOW)
    found = plan()
    assert found["is_held"]
    assert found["programs"][0]["id"] == str(program.id)
    (pause,) = found["programs"][0]["schedule"]["pauses"]
    assert (pause["reason"], pause["last_on"]) == ("safety", None)
