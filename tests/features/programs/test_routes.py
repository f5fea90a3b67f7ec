import html
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Database
from rehab_tracker.programs import actions, queries
from rehab_tracker.programs.actions import PauseProgram
from rehab_tracker.programs.models import Pause, PauseReason, Program
from tests.builders.exercises import an_exercise
from tests.builders.people import Somebody, a_clinic, a_member, a_patient
from tests.builders.programs import MONDAY, NOW, a_program, an_adjusted, an_item
from tests.client import CheckedClient
from tests.features.programs.conftest import Ward

As = Callable[[Somebody], CheckedClient]
Kept = Callable[[], list[int | None]]
FIELD = re.compile(
    r"<(?:input|textarea)\b[^>]*>(?:[^<]*</textarea>)?|<select\b.*?</select>", re.DOTALL
)


@pytest.fixture(autouse=True)
def _monday_morning() -> Iterator[None]:
    with clock.stopped(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        yield


@pytest.fixture
def physio(db: Session, ward: Ward, as_: As) -> CheckedClient:
    db.commit()
    return as_(ward.physio)


@pytest.fixture
def program(db: Session, ward: Ward) -> Program:
    items = [
        an_item(ward.library["chair-squat"], reps=8, reps_max=12),
        an_item(ward.library["wall-sit"], reps=1, hold_s=20),
    ]
    return a_program(db, ward.physio, ward.patient, items, starts_on=MONDAY - timedelta(days=7))


def on(days: int) -> str:
    return (MONDAY + timedelta(days=days)).isoformat()


def new_path(patient: Somebody, template: str | None = "") -> str:
    query = "" if template is None else f"?template={template}"
    return f"/patients/{patient.id}/programs/new{query}"


def path_of(program: Program, page: str = "") -> str:
    return f"/patients/{program.patient_id}/programs/{program.id}{page}"


def fields_of(page: str) -> dict[str, Any]:
    """Return what a browser would send of the builder's form as it stands."""
    form = page[page.index("data-builder") :]
    found: MultiDict[str, str] = MultiDict()
    for tag in FIELD.findall(form[: form.index("</form>")]):
        name = re.search(r'name="([^"]+)"', tag)
        silent = 'type="checkbox"' in tag or 'type="radio"' in tag
        if name and name[1] != "csrf_token" and (not silent or " checked" in tag):
            found.add(name[1], html.unescape(_value(tag)))
    return {name: all_ if all_[1:] else all_[0] for name, all_ in found.lists()}


def _value(tag: str) -> str:
    if tag.startswith("<textarea"):
        return tag[tag.index(">") + 1 : -len("</textarea>")].removeprefix("\r\n")
    if tag.startswith("<select"):
        tag = next(iter(re.findall(r"<option[^>]* selected>", tag)), "")
    return (re.search(r'value="([^"]*)"', tag) or ("", ""))[1]


def typed(ward: Ward, **fields: Any) -> dict[str, Any]:
    """Return a sound new program as a browser sends it."""
    return {
        "title": "Hip strength",
        "starts_on": on(0),
        "sessions_per_week": "3",
        "pain_profile": "standard",
        "note": "",
        "items-0-exercise": str(ward.library["chair-squat"].id),
        "items-0-sets": "3",
        "items-0-reps": "8",
        "items-0-reps_max": "12",
        "items-0-side": "both",
        "do": "save",
    } | {name.replace("__", "-"): value for name, value in fields.items()}


def rows_on(page: str) -> list[str]:
    return [html.unescape(name) for name in re.findall(r'data-row data-name="([^"]+)"', page)]


# Assigning


@pytest.mark.usefixtures("whole_library")
def test_every_template_is_offered_with_what_it_asks_and_when_it_suits(
    ward: Ward, physio: CheckedClient
):
    page = physio.get(new_path(ward.patient, None)).text
    assert page.count("card template") == 8
    assert "2 × a week · 4 core exercises" in page
    assert "10 chair squats at pain 3 or less" in page


@pytest.mark.usefixtures("whole_library")
def test_a_template_is_assigned_with_one_click_and_another(
    db: Session, ward: Ward, physio: CheckedClient
):
    page = physio.get(new_path(ward.patient, "hip-and-knee-strength")).text
    answer = physio.post(
        new_path(ward.patient, "hip-and-knee-strength"), data=fields_of(page) | {"do": "save"}
    )
    assert answer.status_code == 303
    (program,) = queries.programs_of(db, ward.patient.id)
    version = program.versions[0]
    assert (program.template, program.starts_on) == ("hip-and-knee-strength", MONDAY)
    assert (version.sessions_per_week, version.green_max, version.amber_max) == (3, 2, 5)
    assert [row.optional for row in version.prescriptions] == [False] * 4 + [True] * 2


@pytest.mark.usefixtures("whole_library")
def test_a_template_of_two_programs_is_assigned_as_a_whole(
    db: Session, ward: Ward, physio: CheckedClient
):
    path = new_path(ward.patient, "runner-build-up")
    page = physio.get(path).text
    assert "Walk and run" in page
    physio.post(path, data=fields_of(page) | {"do": "save-all", "starts_on": on(3)})
    programs = queries.programs_of(db, ward.patient.id)
    assert {p.title: p.versions[0].sessions_per_week for p in programs} == {
        "Strength for runners": 2,
        "Walk and run": 3,
    }
    assert {p.starts_on for p in programs} == {date(2026, 3, 5)}
    assert {p.versions[0].amber_max for p in programs} == {4}


@pytest.mark.usefixtures("whole_library")
def test_or_one_program_after_the_other(db: Session, ward: Ward, physio: CheckedClient):
    path = new_path(ward.patient, "runner-build-up")
    answer = physio.post(path, data=fields_of(physio.get(path).text) | {"do": "save"})
    assert answer.location.endswith("template=runner-build-up&part=2")
    second = physio.get(answer.location).text
    assert 'value="Walk and run"' in second
    answer = physio.post(answer.location, data=fields_of(second) | {"do": "save"})
    assert answer.location.endswith(f"/patients/{ward.patient.id}")
    assert len(queries.programs_of(db, ward.patient.id)) == 2


@pytest.mark.usefixtures("whole_library")
def test_a_templates_exercise_that_the_clinic_hid_is_left_out_and_said(
    db: Session, ward: Ward, as_: As
):
    ward.library["low-step-up"].hidden = True
    db.commit()
    page = as_(ward.physio).get(new_path(ward.patient, "hip-and-knee-strength")).text
    assert "Left out" in page
    assert len(rows_on(page)) == 5


@pytest.mark.parametrize("query", ["nothing-such", "hip-first&part=2"])
def test_a_template_or_part_that_is_none_is_not_found(
    ward: Ward, physio: CheckedClient, query: str
):
    assert physio.get(new_path(ward.patient, query)).status_code == 404


@pytest.mark.usefixtures("whole_library")
def test_the_summary_names_minutes_kit_that_is_missing_and_blocked_cautions(
    db: Session, clinic: Clinic, ward: Ward, as_: As
):
    patient = a_patient(
        db, clinic, ward.physio, kit=["chair"], blocked_cautions=["deep_knee_flexion"]
    )
    db.commit()
    page = as_(ward.physio).get(new_path(patient, "hip-and-knee-strength")).text
    summary = page[page.index('id="summary"') :]
    summary = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", summary[: summary.index("</section>")]))
    assert re.search(r"57 min a session 170 min a week 4 core", summary)
    assert "Ankle weight or Loop band not at home" in summary
    assert "Squat to a chair : to keep away from for this patient: Deep loaded knee" in summary


def test_a_sixth_core_exercise_warns_and_does_not_block(ward: Ward, physio: CheckedClient):
    slugs = ["chair-squat", "low-step-up", "wall-sit", "glute-bridge", "split-squat", "clamshell"]
    items = {}
    for place, slug in enumerate(slugs):
        row = {"exercise": str(ward.library[slug].id), "sets": "3", "reps": "8", "side": "both"}
        items |= {f"items-{place}-{name}": value for name, value in row.items()}
    wish = typed(ward) | items
    page = physio.post(new_path(ward.patient), data=wish | {"do": "totals"}).text
    assert "More than 5 core exercises" in page
    assert physio.post(new_path(ward.patient), data=wish).status_code == 303


# The builder without JavaScript


def test_buttons_rearrange_the_rows_and_keep_what_was_typed(
    ward: Ward, physio: CheckedClient, kept: Kept
):
    path = new_path(ward.patient, "hip-first")
    before, rows = kept(), rows_on(physio.get(path).text)
    fields = fields_of(physio.get(path).text) | {"title": "שלום 🦵", "items-1-reps": "ten"}
    page = physio.post(path, data=fields | {"do": "down-0"}).text
    assert rows_on(page)[:2] == [rows[1], rows[0]]
    assert 'id="items-0-reps" name="items-0-reps" value="ten"' in page
    assert 'value="שלום 🦵"' in page
    page = physio.post(path, data=fields_of(page) | {"do": "remove-0"}).text
    assert rows_on(page)[0] == rows[0]
    page = physio.post(path, data=fields_of(page) | {"do": "find", "find": "wall sit"}).text
    assert page.count("<option value=") - page.count('<option value="both"') * 4 == 1
    add = {"do": "add", "add": str(ward.library["wall-sit"].id)}
    page = physio.post(path, data=fields_of(page) | add).text
    assert rows_on(page)[-1] == "Wall sit"
    again = physio.post(path, data=fields_of(page) | add).text
    assert rows_on(again) == rows_on(page)
    assert kept() == before


def test_the_summary_is_worked_out_again_and_leaves_out_what_cannot_be_read(
    ward: Ward, physio: CheckedClient
):
    wish = typed(ward, do="totals")
    assert (
        '1</span><span class="stat__label">core'
        in physio.post(new_path(ward.patient), data=wish).text
    )
    answer = physio.post(new_path(ward.patient), data=wish | {"items-0-reps": "x"})
    assert answer.status_code == 200
    assert "not complete yet are not counted" in answer.text


def test_limits_that_stay_blank_follow_the_profile(db: Session, ward: Ward, physio: CheckedClient):
    wish = typed(ward, pain_profile="irritable", green_max="1")
    assert physio.post(new_path(ward.patient), data=wish).status_code == 303
    version = queries.programs_of(db, ward.patient.id)[0].versions[0]
    assert (version.green_max, version.amber_max) == (1, 3)


# Bad input: beside its field, everything kept, nothing written


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("title", ""),
        ("title", "a\x00b"),
        ("title", "x" * 121),
        ("starts_on", "1900-01-01"),
        ("starts_on", "0001-01-01"),
        ("starts_on", "yesterday"),
        ("sessions_per_week", "8"),
        ("sessions_per_week", ""),
        ("preferred_days", "9"),
        ("pain_profile", "brave"),
        ("green_max", "11"),
        ("amber_max", "1"),
        ("amber_max", "lots"),
        ("note", "a\x00b"),
        ("note", "x" * 2001),
        ("items-0-reps", "0"),
        ("items-0-reps", "10000"),
        ("items-0-reps", "8\x00"),
        ("items-0-sets", ""),
        ("items-0-load_kg", "1e99"),
        ("items-0-load_kg", "nan"),
        ("items-0-tempo", "quickly"),
        ("items-0-side", "middle"),
        ("items-0-target_rpe", "11"),
        ("items-0-exercise", str(UUID(int=7))),
        ("items-0-exercise", "nonsense"),
    ],
)
def test_bad_input_is_said_beside_its_field_kept_and_not_written(
    ward: Ward, physio: CheckedClient, kept: Kept, field: str, text: str
):
    before = kept()
    wish = typed(ward, note="typed before") | {field: text}
    answer = physio.post(new_path(ward.patient), data=wish)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text or f'href="#{field}"' in answer.text
    assert kept() == before
    if field != "note":
        assert ">typed before</textarea>" in re.sub(r">\s+typed", ">typed", answer.text)
    if field.startswith("items") and field not in ("items-0-side", "items-0-exercise"):
        assert html.unescape(answer.text).count(f'name="{field}" value="{text}"') == 1


def test_an_empty_program_is_refused_and_says_what_to_do(
    ward: Ward, physio: CheckedClient, kept: Kept
):
    before = kept()
    wish = {name: value for name, value in typed(ward).items() if "items" not in name}
    answer = physio.post(new_path(ward.patient), data=wish)
    assert answer.status_code == 422
    assert "Add at least one exercise." in answer.text
    assert kept() == before


def test_another_clinics_exercise_is_as_unknown_as_none(
    database: Database, ward: Ward, physio: CheckedClient, kept: Kept
):
    elsewhere = a_clinic(database, name="Other")
    with database.of_clinic(elsewhere.id) as db:
        theirs = an_exercise(db, name="Their secret drill")
    before = kept()
    wish = typed(ward, items__0__exercise=str(theirs.id))
    answer = physio.post(new_path(ward.patient), data=wish)
    assert answer.status_code == 422
    assert "not in your library" in answer.text
    assert "secret" not in answer.text
    assert kept() == before


def test_emoji_and_right_to_left_text_are_kept_letter_for_letter(
    db: Session, ward: Ward, physio: CheckedClient
):
    wish = typed(ward, title="ירך 🦵", note="לאט\r\nslowly 🐢")
    assert physio.post(new_path(ward.patient), data=wish).status_code == 303
    (program,) = queries.programs_of(db, ward.patient.id)
    assert (program.title, program.versions[0].note) == ("ירך 🦵", "לאט\nslowly 🐢")


def test_a_note_of_300_kilobytes_is_turned_away(ward: Ward, physio: CheckedClient, kept: Kept):
    before = kept()
    answer = physio.post(new_path(ward.patient), data=typed(ward, note="x" * 300_000))
    assert answer.status_code == 413
    assert kept() == before


# Adjusting


def test_an_adjustment_is_reviewed_in_words_before_it_is_saved(
    db: Session, ward: Ward, program: Program, physio: CheckedClient, kept: Kept
):
    path, before = path_of(program, "/adjust"), kept()
    fields = fields_of(physio.get(path).text)
    assert fields["effective_from"] == on(1)
    wish = fields | {"items-0-reps": "10", "sessions_per_week": "4", "reason": "Stronger"}
    review = physio.post(path, data=wish | {"do": "review"})
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", review.text))
    assert "Squat to a chair was 3 × 8–12 → becomes 3 × 10–12" in words
    assert "Sessions a week was 3 → becomes 4" in words
    assert kept() == before
    typed_again = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', review.text))
    typed_again.pop("csrf_token")
    edited = physio.post(path, data=typed_again | {"do": "edit"})
    assert fields_of(edited.text)["items-0-reps"] == "10"
    assert physio.post(path, data=typed_again | {"do": "save"}).status_code == 303
    found = queries.program(db, ward.patient.id, program.id)
    assert [v.sessions_per_week for v in found.versions] == [3, 4]


def test_a_program_gets_another_name_and_the_audit_keeps_the_one_before(
    db: Session, program: Program, physio: CheckedClient
):
    path = path_of(program, "/adjust")
    fields = fields_of(physio.get(path).text)
    assert fields["title"] == "Hip strength"
    wish = fields | {"title": " Hips and knees ", "reason": "Clearer"}
    review = physio.post(path, data=wish | {"do": "review"}).text
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", review))
    assert "Name, at once was Hip strength → becomes Hips and knees" in words
    assert physio.post(path, data=wish | {"do": "save"}).status_code == 303
    page = physio.get(path_of(program)).text
    assert "The program is now called Hips and knees." in page
    assert "Version 2" not in page, "a name is no part of what was prescribed"
    told = db.scalars(select(AuditEvent).where(AuditEvent.action == "program.renamed")).one()
    assert told.details == {"before": "Hip strength", "after": "Hips and knees"}


def test_a_new_name_and_a_new_dose_are_one_change(
    db: Session, ward: Ward, program: Program, physio: CheckedClient
):
    path = path_of(program, "/adjust")
    wish = fields_of(physio.get(path).text) | {"title": "Hips", "reason": "More"}
    physio.post(path, data=wish | {"items-0-reps": "10", "do": "save"})
    found = queries.program(db, ward.patient.id, program.id)
    assert (found.title, len(found.versions)) == ("Hips", 2)


def test_saving_nothing_new_says_so(program: Program, physio: CheckedClient, kept: Kept):
    path, before = path_of(program, "/adjust"), kept()
    wish = fields_of(physio.get(path).text) | {"reason": "None", "do": "save"}
    answer = physio.post(path, data=wish)
    assert answer.status_code == 422
    assert "Nothing is different" in answer.text
    assert kept() == before


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("effective_from", on(-1)),
        ("effective_from", "1900-01-01"),
        ("reason", ""),
        ("title", ""),
        ("title", " "),
    ],
)
def test_a_change_in_the_past_or_without_reason_is_refused_and_kept(
    program: Program, physio: CheckedClient, kept: Kept, field: str, text: str
):
    path, before = path_of(program, "/adjust"), kept()
    wish = fields_of(physio.get(path).text) | {"reason": "Stronger", "items-0-reps": "11"}
    answer = physio.post(path, data=wish | {field: text, "do": "review"})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert fields_of(answer.text)["items-0-reps"] == "11"
    assert kept() == before


def test_the_second_of_two_physios_sees_what_changed_and_loses_nothing(
    db: Session, ward: Ward, program: Program, physio: CheckedClient, kept: Kept
):
    path = path_of(program, "/adjust")
    wish = fields_of(physio.get(path).text) | {"items-0-reps": "10", "reason": "Mine"}
    an_adjusted(db, ward.physio, program, sessions_per_week=5, effective_from=MONDAY)
    db.commit()
    before = kept()
    for do in ("review", "save"):
        answer = physio.post(path, data=wish | {"do": do})
        words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))
        assert answer.status_code == 409
        assert "Jonas Weber changed this program in the meantime" in words
        assert "Sessions a week was 3 → becomes 5" in words
        assert kept() == before
    again = fields_of(answer.text)
    assert (again["items-0-reps"], again["reason"], again["based_on"]) == ("10", "Mine", "2")
    assert physio.post(path, data=again | {"do": "save"}).status_code == 303


@pytest.mark.parametrize("based_on", ["", "99", "x"])
def test_a_form_that_claims_no_known_version_is_stale(
    program: Program, physio: CheckedClient, based_on: str
):
    path = path_of(program, "/adjust")
    wish = fields_of(physio.get(path).text) | {"based_on": based_on, "reason": "x", "do": "save"}
    assert physio.post(path, data=wish).status_code == 409


def test_the_history_tells_every_version_who_why_and_every_pause(
    db: Session, ward: Ward, program: Program, as_: As
):
    an_adjusted(db, ward.physio, program, sessions_per_week=5, reason="Asked for more")
    wish = PauseProgram(
        patient_id=ward.patient.id,
        first_on=MONDAY,
        last_on=MONDAY,
        reason=PauseReason.FLARE,
        note="Stairs",
    )
    actions.pause_programs(db, ward.physio.actor, wish, today=MONDAY, now=NOW)
    actions.end_program(
        db, ward.physio.actor, program.id, date(2026, 5, 1), "Goals met", today=MONDAY
    )
    db.commit()
    page = as_(ward.physio).get(path_of(program)).text
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert words.index("Version 2, from Mon 2 Mar") < words.index("Version 1")
    for text in (
        "Jonas Weber, Mon 2 Mar",
        "Asked for more",
        "Sessions a week was 3 → becomes 5",
        "Mon 2 Mar to Mon 2 Mar",
        "Stairs",
        "the last day is Thu 30 Apr",
        "Goals met",
    ):
        assert text in words


# Pauses and the end


def a_pause(**fields: str) -> dict[str, str]:
    return {"scope": "this", "first_on": on(0), "last_on": on(3), "reason": "illness"} | fields


def own_days(**fields: str) -> dict[str, str]:
    return a_pause(length="own") | fields


def test_a_physio_pauses_and_resumes_a_program(
    db: Session, program: Program, physio: CheckedClient
):
    answer = physio.post(path_of(program, "/pause"), data=a_pause(first_on=on(-3), last_on=""))
    assert answer.status_code == 303
    assert "Resume today" in physio.get(path_of(program)).text
    assert physio.post(path_of(program, "/resume")).status_code == 303
    (pause,) = db.scalars(select(Pause))
    db.commit()
    assert pause.last_on == MONDAY - timedelta(days=1)
    assert physio.post(path_of(program, "/resume")).status_code == 422


def test_a_physio_pauses_everything_at_once_and_resumes_it_with_one_button(
    db: Session, ward: Ward, program: Program, as_: As
):
    a_program(db, ward.physio, ward.patient, title="Walk and run")
    db.commit()
    physio, overview = as_(ward.physio), f"/patients/{ward.patient.id}"
    history, resume = path_of(program), path_of(program, "/resume")
    physio.post(path_of(program, "/pause"), data=a_pause(scope="all"))
    assert len(db.scalars(select(Pause)).all()) == 2
    db.rollback()
    for page in (overview, history):
        assert "Resume all programs today" in physio.get(page).text
    assert physio.post(resume, data={"scope": "all"}).location == overview
    assert "Resumed: Hip strength, Walk and run." in physio.get(overview).text
    assert not db.scalars(select(Pause)).all()


def test_one_paused_program_is_resumed_by_itself(program: Program, physio: CheckedClient):
    physio.post(path_of(program, "/pause"), data=a_pause())
    for page in (f"/patients/{program.patient_id}", path_of(program)):
        assert "Resume all" not in physio.get(page).text


def test_resume_and_pause_on_the_patients_page_lead_to_places_that_are_there(
    program: Program, physio: CheckedClient
):
    for word, place in (("Pause", "new-pause"), ("Resume", "pause")):
        overview = physio.get(f"/patients/{program.patient_id}").text
        link = re.search(rf'href="([^"#]+)#([\w-]+)"><span>{word}', overview)
        assert link is not None
        assert link[2] == place
        assert f'id="{place}"' in physio.get(link[1]).text
        physio.post(path_of(program, "/pause"), data=a_pause())


def test_a_pause_is_proposed_from_tomorrow_once_something_was_logged_today(
    db: Session, ward: Ward, program: Program, as_: As
):
    ward.patient.patient.last_logged_on = MONDAY
    db.commit()
    page = as_(ward.physio).get(path_of(program)).text
    assert f'type="date" value="{on(1)}"' in page
    assert "On a paused day it would count as extra" in page
    patient = as_(ward.patient)
    page = patient.get("/pause").text
    assert "Tomorrow" in page
    assert "Today<small>" not in page
    patient.post("/pause", data={"length": "3", "reason": "illness"})
    (pause,) = db.scalars(select(Pause))
    assert (pause.first_on, pause.last_on) == (
        MONDAY + timedelta(days=1), MONDAY + timedelta(days=3),
    )  # fmt: skip


@pytest.mark.parametrize(
    "fields",
    [
        {"first_on": ""},
        {"first_on": "1899-01-01"},
        {"last_on": on(-1)},
        {"last_on": "9999-12-31"},
        {"reason": "safety"},
        {"reason": ""},
        {"scope": "everyone"},
        {"note": "a\x00b"},
        {"first_on": on(2)},
    ],
)
def test_an_impossible_or_overlapping_pause_is_refused(
    program: Program, physio: CheckedClient, kept: Kept, fields: dict[str, str]
):
    """The last case meets the pause that is there."""
    physio.post(path_of(program, "/pause"), data=a_pause(first_on=on(3), last_on=on(5)))
    before = kept()
    answer = physio.post(path_of(program, "/pause"), data=a_pause(note="Flu") | fields)
    assert answer.status_code == 422
    assert "-error" in answer.text
    assert kept() == before


@pytest.mark.parametrize(
    "fields",
    [
        {"last_on": on(-9)},
        {"last_on": on(-2)},
        {"last_on": "1900-01-01"},
        {"last_on": "9999-12-31"},
        {"reason": ""},
    ],
)
def test_an_impossible_end_is_refused_and_what_was_typed_kept(
    program: Program, physio: CheckedClient, kept: Kept, fields: dict[str, str]
):
    before = kept()
    wish = {"last_on": on(5), "reason": "Goals met"} | fields
    answer = physio.post(path_of(program, "/end"), data=wish)
    assert answer.status_code == 422
    assert f'value="{wish["last_on"]}"' in answer.text
    assert kept() == before


def test_a_program_ends_after_its_last_day(
    db: Session, ward: Ward, program: Program, physio: CheckedClient
):
    wish = {"last_on": on(5), "reason": "Goals met"}
    assert physio.post(path_of(program, "/end"), data=wish).status_code == 303
    db.expire_all()
    found = queries.program(db, ward.patient.id, program.id)
    assert found.ends_before == MONDAY + timedelta(days=6)


@pytest.mark.usefixtures("program")
def test_a_patient_pauses_everything_and_comes_back(db: Session, ward: Ward, as_: As):
    db.commit()
    patient = as_(ward.patient)
    assert patient.post("/pause", data=own_days(last_on=on(6))).status_code == 303
    assert "I am back" in patient.get("/pause").text
    assert patient.post("/pause/end").status_code == 303
    assert not db.scalars(select(Pause)).all()
    db.commit()
    assert patient.post("/pause/end").status_code == 422


@pytest.mark.parametrize(("length", "last"), [("1", 0), ("3", 2), ("7", 6)])
@pytest.mark.usefixtures("program")
def test_a_patient_pauses_with_one_choice_and_no_date(
    db: Session, ward: Ward, as_: As, length: str, last: int
):
    db.commit()
    patient = as_(ward.patient)
    page = patient.get("/pause").text
    assert re.search(r'value="1" checked><span>Today<small>Mon 2 Mar</small>', page)
    assert "A week<small>until Sun 8 Mar</small>" in page
    sent = {"length": length, "reason": "holiday", "first_on": on(5), "last_on": ""}
    assert patient.post("/pause", data=sent).status_code == 303
    (pause,) = db.scalars(select(Pause))
    assert (pause.first_on, pause.last_on) == (MONDAY, MONDAY + timedelta(days=last))


@pytest.mark.usefixtures("program")
def test_a_choice_that_makes_too_many_days_in_a_row_says_so_beside_it(
    db: Session, ward: Ward, as_: As
):
    db.commit()
    patient = as_(ward.patient)
    patient.post("/pause", data=own_days(first_on=on(1), last_on=on(7)))
    answer = patient.post("/pause", data={"length": "1", "reason": "illness"})
    assert answer.status_code == 422
    beside = answer.text[answer.text.index('id="length-error"') :]
    assert "up to 7 days in a row" in beside[: beside.index("</p>")]


def test_nothing_running_is_a_sentence_and_no_form(db: Session, ward: Ward, as_: As):
    db.commit()
    page = as_(ward.patient).get("/pause").text
    assert "No program of yours is running" in page
    assert "Pause everything" not in page


@pytest.mark.parametrize(
    "fields",
    [
        {"last_on": on(7)},
        {"last_on": ""},
        {"first_on": on(-1)},
        {"first_on": ""},
        {"length": ""},
        {"length": "30"},
        {"reason": "physio_advised"},
    ],
)
@pytest.mark.usefixtures("program")
def test_a_patients_own_pause_has_its_limits(
    db: Session, ward: Ward, as_: As, kept: Kept, fields: dict[str, str]
):
    db.commit()
    before = kept()
    answer = as_(ward.patient).post("/pause", data=own_days() | fields)
    assert answer.status_code == 422
    assert "-error" in answer.text
    assert kept() == before


def test_a_patient_does_not_lift_what_the_physio_paused(
    program: Program, ward: Ward, physio: CheckedClient, as_: As
):
    physio.post(path_of(program, "/pause"), data=a_pause(last_on=""))
    answer = as_(ward.patient).post("/pause/end")
    assert answer.status_code == 422
    assert "Your physio set this pause" in html.unescape(answer.text)


# Who may


PAGES = ("", "/adjust")
DEEDS = ("/adjust", "/pause", "/resume", "/end")


def test_another_physio_reads_and_is_offered_to_take_over(
    db: Session, clinic: Clinic, ward: Ward, program: Program, as_: As, kept: Kept
):
    other = as_committed(db, as_, a_member(db, clinic))
    before = kept()
    assert other.get(path_of(program)).status_code == 200
    for answer in (
        other.get(new_path(ward.patient)),
        other.post(new_path(ward.patient), data=typed(ward)),
        other.get(path_of(program, "/adjust")),
        *(other.post(path_of(program, deed), data=a_pause()) for deed in DEEDS),
    ):
        assert answer.status_code == 403
        assert "Take the patient over" in answer.text
        assert f"/patients/{ward.patient.id}/take-over" in answer.text
    assert kept() == before


def as_committed(db: Session, as_: As, somebody: Somebody) -> CheckedClient:
    db.commit()
    return as_(somebody)


def test_managers_read_the_history_and_change_nothing(
    db: Session, clinic: Clinic, ward: Ward, program: Program, as_: As, kept: Kept
):
    manager = as_committed(db, as_, a_member(db, clinic, Role.MANAGER))
    before = kept()
    page = manager.get(path_of(program))
    assert page.status_code == 200
    assert "/adjust" not in page.text
    assert manager.get(new_path(ward.patient)).status_code == 403
    assert {manager.post(path_of(program, deed)).status_code for deed in DEEDS} == {403}
    assert kept() == before


def test_patients_reach_none_of_it(ward: Ward, program: Program, db: Session, as_: As):
    patient = as_committed(db, as_, ward.patient)
    for page in PAGES:
        assert patient.get(path_of(program, page)).status_code == 403


def test_another_clinics_or_patients_ids_are_not_found(
    database: Database,
    db: Session,
    clinic: Clinic,
    ward: Ward,
    program: Program,
    as_: As,
    kept: Kept,
):
    second = a_patient(db, clinic, ward.physio)
    db.commit()
    elsewhere = a_clinic(database, name="Other")
    with database.of_clinic(elsewhere.id) as other_db:
        stranger = a_member(other_db, elsewhere)
    before = kept()
    mixed = path_of(program).replace(str(ward.patient.id), str(second.id))
    for client, path in ((as_(stranger), path_of(program)), (as_(ward.physio), mixed)):
        statuses = {client.get(path + page).status_code for page in PAGES}
        statuses |= {client.post(path + deed, data=a_pause()).status_code for deed in DEEDS}
        assert statuses == {404}
    stranger_client = as_(stranger)
    assert stranger_client.get(new_path(ward.patient)).status_code == 404
    assert stranger_client.post(new_path(ward.patient), data=typed(ward)).status_code == 404
    assert kept() == before


@pytest.mark.usefixtures("whole_library")
def test_the_builder_reads_the_library_once(ward: Ward, physio: CheckedClient):
    for _ in "12":  # the first reading of an hour is written down
        physio.get(new_path(ward.patient, "hip-and-knee-strength"))
    reads = [said for said in physio.statements if said.startswith("SELECT")]
    assert len(reads) <= 4
