import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.db import Database
from rehab_tracker.programs.models import Program
from tests.builders.logbook import a_log, a_morning, at
from tests.builders.people import Somebody, a_clinic, a_member, a_patient
from tests.builders.programs import MONDAY, a_program, an_adjusted
from tests.builders.progress import a_long_history, a_past_log, a_past_pause, a_treatment
from tests.client import CheckedClient

SignIn = Callable[[Somebody], CheckedClient]
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
NOW = at(MONDAY + 5 * WEEK + 3 * DAY, 12)
COUNT = re.compile(r'<a class="count" href="[^"]*#([\w-]+)">(.*?)</a>', re.DOTALL)
DRAWING = re.compile(r'<svg.*?</svg>|<ul class="legend">.*?</ul>', re.DOTALL)
TABLE = re.compile(r"<table.*?</table>", re.DOTALL)


@dataclass
class Story:
    """A patient with two programs, pains, a pause, a change and a treatment."""

    physio: Somebody
    patient: Somebody
    program: Program

    @property
    def path(self) -> str:
        return f"/patients/{self.patient.id}"


@pytest.fixture
def story(db: Session, clinic: Clinic) -> Story:
    physio = a_member(db, clinic)
    patient = a_patient(
        db, clinic, physio, name="Mara Quell", goal="Walk down the stairs", symptoms_since_on=MONDAY
    )
    hip = a_program(db, physio, patient)
    run = a_program(db, physio, patient, title="Run-walk", sessions_per_week=2)
    for day in (0, 2, 7, 9, 11, 12, 28, 30, 35):
        a_log(db, patient, hip, MONDAY + day * DAY, pain_during=day % 5 + 1)
    for day in (1, 8, 29):
        a_log(db, patient, run, MONDAY + day * DAY, pain_before=None)
        a_morning(db, patient, MONDAY + (day + 1) * DAY, 1)
    a_past_pause(db, hip, MONDAY + 14 * DAY, MONDAY + 20 * DAY)
    an_adjusted(db, physio, hip, effective_from=MONDAY + 4 * WEEK, sessions_per_week=4)
    a_treatment(db, patient, physio, MONDAY + 10 * DAY, "Patellar tape")
    db.commit()
    return Story(physio, patient, hip)


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def figures(page: str) -> set[tuple[str, str]]:
    return {(anchor, text_of(inner)) for anchor, inner in COUNT.findall(page)}


def tables(page: str) -> list[str]:
    return [text_of(table) for table in TABLE.findall(page) if "table--tight" not in table]


def test_patient_and_physio_read_the_same_numbers(story: Story, as_: SignIn):
    with clock.stopped(NOW):
        mine = as_(story.patient).get("/progress").text
        staff = as_(story.physio).get(story.path).text
    assert figures(mine) == {figure for figure in figures(staff) if figure[0] != "dose"}
    assert tables(mine) == tables(staff)
    assert {("four-weeks", "7 of 18 · 39 %"), ("whole", "10 of 23 · 43 %")} < figures(mine)
    assert {("four-weeks", "5 of 10 · 50 %"), ("four-weeks", "2 of 8 · 25 %")} < figures(mine)


def test_every_number_leads_to_its_definition(story: Story, as_: SignIn, stranger: CheckedClient):
    definitions = stranger.get("/definitions").text
    with clock.stopped(NOW):
        pages = as_(story.patient).get("/progress").text + as_(story.physio).get(story.path).text
    wanted = set(re.findall(r"/definitions#([\w-]+)", pages))
    assert {"four-weeks", "whole", "dose", "week-adherence", "open-week", "P4"} <= wanted
    assert wanted <= set(re.findall(r'id="([\w-]+)"', definitions))


def test_no_percentage_stands_alone_and_nothing_blames(story: Story, as_: SignIn):
    with clock.stopped(NOW):
        for client, path in ((as_(story.patient), "/progress"), (as_(story.physio), story.path)):
            page = DRAWING.sub("", client.get(path).text)
            shown = text_of(page.split("<main")[1])
            assert len(re.findall(r"\d %", shown)) == len(re.findall(r"\d of \d+ · \d+ %", shown))
            assert "fail" not in shown.lower()
            assert "complian" not in shown.lower()


def test_the_open_week_reads_so_far_and_a_paused_one_paused(story: Story, as_: SignIn):
    with clock.stopped(NOW):
        page = as_(story.patient).get("/progress").text
    assert ("open-week", "1 of 6 so far") in figures(page)
    assert ("week-states", "paused") in figures(page)
    assert "5 more until Sunday" in text_of(page)


def test_a_missing_answer_reads_not_recorded(story: Story, as_: SignIn):
    with clock.stopped(NOW):
        page = as_(story.patient).get("/progress").text
    assert "Run-walk not recorded 2 1" in text_of(page)
    assert "morning not recorded" in page


def test_the_chart_has_a_text_alternative_and_is_a_table_too(story: Story, as_: SignIn):
    with clock.stopped(NOW):
        page = as_(story.patient).get("/progress").text
    for name in ("wide", "narrow"):
        assert f'aria-labelledby="progress-{name}-title progress-{name}-desc"' in page
    weeks, sessions, trends = tables(page)
    assert "Mon 2 Mar 3 of 5 · 60 %" in weeks
    assert sessions.count("Hip strength") == 9
    assert "Slide" in trends


def test_staff_see_what_decides_the_next_step(story: Story, as_: SignIn):
    with clock.stopped(NOW):
        page = as_(story.physio).get(story.path).text
    shown = text_of(page)
    for fact in ("Mara Quell", "Right knee", "stairs", "Mar 2026", "Walk down the stairs"):
        assert fact in shown
    for address in (
        f"{story.path}/programs/new",
        f"{story.path}/programs/{story.program.id}/adjust",
        f"{story.path}/programs/{story.program.id}#new-pause",
        f"{story.path}/treatments",
        f"{story.path}/edit",
        f"{story.path}/log",
    ):
        assert f'"{address}"' in page
    assert "Take over" not in shown
    assert "Patellar tape" in shown


def test_another_physio_reads_and_may_take_over_but_not_prescribe(
    story: Story, db: Session, clinic: Clinic, as_: SignIn
):
    other = a_member(db, clinic)
    db.commit()
    page = as_(other).get(story.path).text
    assert f'action="{story.path}/take-over"' in page
    assert "/adjust" not in page
    assert "/treatments" not in page


def test_a_manager_only_reads(story: Story, db: Session, clinic: Clinic, as_: SignIn):
    manager = a_member(db, clinic, Role.MANAGER)
    db.commit()
    page = as_(manager).get(story.path).text
    assert "Mara Quell" in page
    assert "/take-over" not in page
    assert "/adjust" not in page


def test_flags_say_why_in_words(story: Story, as_: SignIn):
    with clock.stopped(NOW + 6 * WEEK):
        shown = text_of(as_(story.physio).get(story.path).text)
    assert "Nothing logged for 45 days" in shown
    assert "Low adherence Hip strength, 2 weeks in a row" in shown


def test_a_knee_still_sore_on_the_second_morning_is_not_settling(
    story: Story, db: Session, as_: SignIn
):
    red = MONDAY + 5 * WEEK + DAY
    a_log(db, story.patient, story.program, red, pain_before=1, pain_during=7)
    a_morning(db, story.patient, red + DAY, 4)
    a_morning(db, story.patient, red + 2 * DAY, 4)
    db.commit()
    with clock.stopped(NOW):
        shown = text_of(as_(story.physio).get(story.path).text)
    assert "Red light Tue 7 Apr, Hip strength" in shown
    assert "Not settling Tue 7 Apr, Hip strength" in shown


def test_a_light_that_waits_says_so_alike_everywhere(story: Story, as_: SignIn):
    with clock.stopped(at(MONDAY + 35 * DAY, 21)):
        page = as_(story.patient).get("/progress").text
        entry = as_(story.patient).get("/history").text
    for text in (page, entry):
        assert "until the next morning" in text
        assert "tomorrow morning" not in text


def test_last_sessions_name_their_program_where_there_are_several(
    story: Story, db: Session, clinic: Clinic, as_: SignIn
):
    single = a_patient(db, clinic, story.physio)
    a_log(db, single, a_program(db, story.physio, single, title="Alone"), MONDAY)
    db.commit()
    with clock.stopped(NOW):
        several, alone = (
            text_of(as_(story.physio).get(path).text).split("Last sessions")[1]
            for path in (story.path, f"/patients/{single.id}")
        )
    assert "Mon 6 Apr Hip strength 1 → 1 → –" in several
    assert "Alone" not in alone[: alone.index("Weeks and pain")]


def test_staff_have_no_progress_of_their_own(story: Story, as_: SignIn):
    assert as_(story.physio).get("/progress").status_code == 403


def test_patients_never_open_the_staff_page_not_even_their_own(story: Story, as_: SignIn):
    assert as_(story.patient).get(story.path).status_code == 403


def test_strangers_sign_in_first(story: Story, stranger: CheckedClient):
    for path in ("/progress", story.path):
        assert stranger.get(path).status_code == 303


def test_a_patient_of_another_clinic_is_not_there(story: Story, database: Database, as_: SignIn):
    elsewhere = a_clinic(database, name="Elsewhere")
    with database.of_clinic(elsewhere.id) as theirs:
        physio = a_member(theirs, elsewhere)
    assert as_(physio).get(story.path).status_code == 404


def test_an_id_that_is_nobodys_is_not_there(story: Story, as_: SignIn):
    assert as_(story.physio).get(f"/patients/{story.program.id}").status_code == 404


def test_a_patient_without_a_program_reads_what_will_stand_here(
    db: Session, clinic: Clinic, as_: SignIn
):
    physio = a_member(db, clinic)
    patient = a_patient(db, clinic, physio)
    db.commit()
    assert "No program yet" in as_(patient).get("/progress").text
    assert "No running program" in as_(physio).get(f"/patients/{patient.id}").text


def test_texts_of_people_are_shown_literally(db: Session, clinic: Clinic, as_: SignIn):
    physio = a_member(db, clinic)
    patient = a_patient(db, clinic, physio, name="<b>محمد</b> 🦵", goal="<script>x</script>")
    a_program(db, physio, patient, title="<i>Hip</i>")
    db.commit()
    with clock.stopped(NOW):
        page = as_(physio).get(f"/patients/{patient.id}").text
    assert "<bdi>&lt;b&gt;محمد&lt;/b&gt; 🦵</bdi>" in page
    assert "<script>x" not in page
    assert "<i>Hip" not in page


@pytest.mark.parametrize("asked", ["52", "12", "-3", "x"])
def test_only_the_offered_spans_are_shown(story: Story, as_: SignIn, asked: str):
    with clock.stopped(NOW):
        answer = as_(story.patient).get(f"/progress?weeks={asked}")
    assert answer.status_code == 200
    offered = 'href="?weeks=26"' if asked == "52" else 'href="?weeks=52"'
    assert offered in answer.text


def test_a_page_takes_eight_statements_however_long_the_history(
    story: Story, db: Session, as_: SignIn
):
    start = MONDAY - 150 * WEEK
    old = a_program(db, story.physio, story.patient, title="Old", starts_on=start)
    a_long_history(db, old, MONDAY - DAY, 100)
    db.commit()
    few = _selects(story, as_)
    for number in range(100, 500):
        a_past_log(db, old, MONDAY - 2 * number * DAY - DAY)
    db.commit()
    assert _selects(story, as_) == few == [8, 8]


def _selects(story: Story, as_: SignIn) -> list[int]:
    counts = []
    with clock.stopped(NOW):
        for somebody, path in ((story.patient, "/progress"), (story.physio, story.path)):
            client = as_(somebody)
            client.get(path)  # the first reading of an hour is written down
            assert client.get(path).status_code == 200
            counts.append(sum(not s.startswith("BEGIN") for s in client.statements))
    return counts
