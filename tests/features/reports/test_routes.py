import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic, Standing
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Database
from rehab_tracker.logbook.weeks import HORIZON_WEEKS
from tests.builders.people import PASSWORD, Somebody, a_clinic, a_member, a_patient
from tests.builders.programs import MONDAY
from tests.builders.reports import NOW, TODAY, a_case
from tests.client import CheckedClient

As = Callable[[Somebody], CheckedClient]
STRANGE = [
    "weeks=abc", "weeks=-1", "weeks=9999", "end=31-31-31", "end=0001-01-01", "end=99999-01-01",
    "physio=1", "physio=00000000-0000-0000-0000-000000000000", "band=great", "silent=-3",
    "silent=NaN", "template=../etc/passwd", "q=a%00b", "q=%F0%28%8C%28",
    "sort=drop%20table%20patient", "sort=--name", "page=-1", "page=0", "page=abc",
    "page=1000000000", "by=secret", "weeks=4&weeks=x",
]  # fmt: skip


def sheet_of(client: CheckedClient, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/report.csv{query}")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf"), "spreadsheets need the mark to read names"
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


@pytest.fixture
def colleague(db: Session, clinic: Clinic) -> Somebody:
    member = a_member(db, clinic, Role.PHYSIO, name="Colin Colleague")
    db.commit()
    return member


def way_out(asked: TestResponse) -> str:
    found = re.search(r'href="([^"]+)">Leave it<', asked.text)
    assert found
    return found[1]


def test_what_leaves_in_a_file_asks_for_the_password_again(db: Session, as_: As, manager: Somebody):
    manager.person.password_hash = passwords.keep(PASSWORD)
    db.commit()
    client = as_(manager)
    with clock.stopped(NOW + timedelta(minutes=11)):
        answer = client.get("/report.csv?weeks=4")
        assert (answer.status_code, answer.mimetype) == (303, "text/html")
        assert way_out(client.get(answer.location)) == "/report?weeks=4"
        assert way_out(client.get("/me/proof?back_to=/nowhere.csv")) == "/me"
        saving = client.post(
            "/me/proof", data={"password": PASSWORD, "back_to": "/report.csv?weeks=4"}
        )
        saving = client.get(saving.location)
        assert 'http-equiv="refresh" content="0; url=/report.csv?weeks=4"' in saving.text
        assert 'href="/report?weeks=4"' in saving.text
        assert client.get("/report.csv?weeks=4").mimetype == "text/csv"
        back = client.post("/me/proof", data={"password": PASSWORD, "back_to": "/report?q=a.csv"})
        assert back.location == "/report?q=a.csv", "a page is shown, whatever it is asked for"
        for other in ("/library/a.csv", "/nowhere.csv"):
            answer = client.post("/me/proof", data={"password": PASSWORD, "back_to": other})
            assert answer.status_code == 303, "no file comes from there"


@pytest.mark.parametrize(
    "change", [{"role": Role.MANAGER}, {"standing": Standing.DISABLED}], ids=["role", "disabled"]
)
def test_patients_of_who_is_no_physio_any_more_are_nobodys_in_every_view(
    db: Session, as_: As, manager: Somebody, physio: Somebody, colleague: Somebody,
    change: dict[str, Any],
):  # fmt: skip
    a_case(db, physio, "Anna Own", days=(0,))
    a_case(db, colleague, "Bert Theirs", days=(0, 2))
    for name, value in change.items():
        setattr(colleague.member, name, value)
    db.commit()
    by_physio = as_(manager).get("/report?by=physio").text
    assert "Nobody yet" in by_physio
    assert "Colin Colleague" not in by_physio
    rows = {row["Physio"]: row for row in sheet_of(as_(manager), "?by=physio")}
    assert set(rows) == {physio.person.name, "Nobody yet"}
    assert "Bert Theirs" in as_(manager).get("/report?physio=none").text


def test_a_day_to_come_is_refused_beside_its_field(as_: As, manager: Somebody):
    answer = as_(manager).get(f"/report?end={TODAY + timedelta(days=1)}")
    assert answer.status_code == 422
    assert "This day is still to come." in answer.text


def test_a_name_is_found_by_its_words_in_any_order(
    db: Session, as_: As, manager: Somebody, physio: Somebody
):
    a_case(db, physio, "Maria Costa")
    assert "Maria Costa" in as_(manager).get("/report?q=costa+mar").text
    assert "Maria Costa" not in as_(manager).get("/report?q=costa+anna").text


def test_who_signs_in_for_a_file_comes_to_the_page_that_offers_it(
    db: Session, stranger: CheckedClient, manager: Somebody
):
    manager.person.password_hash = passwords.keep(PASSWORD)
    db.commit()
    typed = {"email": manager.person.email, "password": PASSWORD}
    answer = stranger.post("/sign-in", data=typed | {"back_to": "/report.csv?weeks=4"})
    assert answer.location == "/report?weeks=4"


def test_a_manager_sees_every_patient_and_a_physio_only_their_own(
    db: Session, as_: As, manager: Somebody, physio: Somebody, colleague: Somebody
):
    a_case(db, physio, "Anna Own", days=(0,))
    a_case(db, colleague, "Bert Theirs", days=(0, 2))
    for address in (
        "/report",
        "/report.csv",
        "/report?by=program",
        f"/report?physio={colleague.id}",
    ):
        everything, own = as_(manager).get(address).text, as_(physio).get(address).text
        if "by=" not in address:
            assert "Bert Theirs" in everything
        assert "Bert Theirs" not in own
        assert "Colin Colleague" not in own
    report = as_(physio).get("/report").text
    assert "1 of 9 · 11 %" in report
    assert "3 of 18" not in report, "totals, too, are of the own patients"
    assert as_(physio).get("/report?by=physio").text.count("Colin Colleague") == 0


def test_patients_have_no_report(db: Session, as_: As, physio: Somebody):
    patient, _ = a_case(db, physio)
    for address in ("/report", "/report.csv", "/patients"):
        assert as_(patient).get(address).status_code == 403


def test_another_clinic_appears_nowhere(
    db: Session, database: Database, as_: As, manager: Somebody, physio: Somebody
):
    a_case(db, physio, "Anna Own")
    other = a_clinic(database, name="Elsewhere")
    with database.of_clinic(other.id) as elsewhere:
        stranger = a_member(elsewhere, other, Role.PHYSIO, name="Stranger Physio")
        a_case(elsewhere, stranger, "Stranger Patient")
    client = as_(manager)
    for address in (
        "/report",
        "/report?by=physio",
        "/report.csv",
        "/patients",
        "/patients?who=all",
    ):
        page = client.get(address).text
        assert "Stranger" not in page
    assert "9 not due" not in client.get("/report").text
    assert client.get(f"/report?physio={stranger.id}").status_code == 422


def test_an_open_week_reads_so_far_and_nothing_due_never_reads_a_percentage(
    db: Session, clinic: Clinic, as_: As, manager: Somebody, physio: Somebody
):
    a_case(db, physio, days=(0, 2, 21, 22))
    a_patient(db, clinic, physio, name="Nothing Due")
    db.commit()
    page = as_(manager).get("/report?weeks=4").text
    assert "23 Mar: 2 of 3 so far" in page
    row = page[page.index("Nothing Due") :]
    assert ">not due</a>" in row[: row.index("</tr>")]
    assert not re.search(r"\b0 %", row[: row.index("</tr>")])


def test_the_sheet_has_the_exact_counts_of_every_patient(
    db: Session, clinic: Clinic, as_: As, manager: Somebody, physio: Somebody
):
    a_case(db, physio, "Anna", days=(0, 1, 2, 3, 7, 21))
    a_patient(db, clinic, physio, name="Zed")
    db.commit()
    first, last = sheet_of(as_(manager), "?weeks=4")
    assert (first["Patient"], first["Physio"]) == ("Anna", "Petra Physio")
    counts = ("due", "met", "done", "extra", "percent")
    assert [first[f"2026-03-02 {name}"] for name in counts] == ["3", "3", "4", "1", "100"]
    assert [first[f"2026-03-23 {name}"] for name in counts] == ["3", "1", "1", "0", "still open"]
    assert [first[f"Closed weeks {name}"] for name in counts] == ["9", "4", "5", "1", "44"]
    assert [last[f"Closed weeks {name}"] for name in counts] == ["0", "0", "0", "0", "not due"]


def test_the_sheet_holds_all_pages_in_the_order_of_the_page(
    db: Session, clinic: Clinic, as_: As, manager: Somebody, physio: Somebody
):
    for number in range(53):
        a_patient(db, clinic, physio, name=f"Pat {number:02}")
    db.commit()
    client = as_(manager)
    names = [row["Patient"] for row in sheet_of(client, "?sort=name")]
    assert names == [f"Pat {number:02}" for number in range(53)]
    first, second = (client.get(f"/report?sort=name&page={page}").text for page in (1, 2))
    assert "Pat 49" in first
    assert "Pat 50" not in first
    assert "Pat 50" in second
    assert "Page 2 of 2" in second


def test_a_name_is_no_formula_in_the_sheet(
    db: Session, as_: As, manager: Somebody, physio: Somebody
):
    a_case(db, physio, '=HYPERLINK("http://evil.example";"Anna")')
    answer = as_(manager).get("/report.csv").data.decode("utf-8-sig")
    line = answer.splitlines()[1]
    assert line.startswith('"\'=HYPERLINK(""http')
    assert all(cell.startswith('"') for cell in re.split(r",(?=\")", line)), "every cell is quoted"


def test_an_export_leaves_a_trace_without_names(
    db: Session, as_: As, manager: Somebody, physio: Somebody
):
    a_case(db, physio, "Anna")
    as_(manager).get("/report.csv?by=physio&q=Anna")
    db.rollback()
    event = db.scalars(select(AuditEvent).where(AuditEvent.action == "report.exported")).one()
    assert event.membership_id == manager.id
    assert event.details["by"] == "physio"
    assert "Anna" not in str(event.details)


@pytest.mark.parametrize("query", STRANGE)
def test_what_makes_no_sense_is_left_out_with_a_plain_word(
    db: Session, as_: As, manager: Somebody, physio: Somebody, query: str
):
    a_case(db, physio, "Anna")
    client = as_(manager)
    page = client.get(f"/report?{query}")
    assert page.status_code in {200, 422}
    if "q=" not in query:
        assert "Anna" in page.text
    sheet = client.get(f"/report.csv?{query}")
    assert sheet.status_code == page.status_code


@pytest.mark.parametrize("query", ["who=x", "physio=1", "q=a%00b", "q=" + "x" * 500])
def test_a_strange_list_of_patients_is_the_usual_one(
    db: Session, as_: As, physio: Somebody, query: str
):
    a_case(db, physio, "Anna")
    page = as_(physio).get(f"/patients?{query}")
    assert page.status_code == 422
    assert "Anna" in page.text


@pytest.mark.parametrize("address", ["/report", "/report?by=physio", "/report?by=program",
                                     "/report?band=low", "/patients", "/report.csv"])  # fmt: skip
def test_more_patients_ask_no_more_of_the_database(
    db: Session, as_: As, manager: Somebody, physio: Somebody, address: str
):
    client = as_(manager)
    counts = []
    for more in (3, 15):
        for _ in range(more):
            a_case(db, physio, days=(21, 22))
        assert client.get(address).status_code == 200
        counts.append(len([s for s in client.statements if s.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 14


def test_physios_begin_with_their_own_patients_and_reach_the_others(
    db: Session, clinic: Clinic, as_: As, manager: Somebody, physio: Somebody, colleague: Somebody
):
    a_case(db, physio, "Anna Own")
    a_case(db, colleague, "Bert Theirs")
    a_patient(db, clinic, name="Cleo Free")
    db.commit()
    client = as_(physio)

    def names(query: str) -> list[str]:
        page = client.get(f"/patients{query}").text
        return [name for name in ("Anna Own", "Bert Theirs", "Cleo Free") if name in page]

    assert names("") == ["Anna Own"]
    assert names("?who=all") == ["Anna Own", "Bert Theirs", "Cleo Free"]
    assert names("?who=none") == ["Cleo Free"]
    assert names("?who=all&q=the") == ["Bert Theirs"]
    assert names(f"?who=all&physio={colleague.id}") == ["Bert Theirs"]
    assert "Bert Theirs" in as_(manager).get("/patients").text


def test_nobodys_patients_are_found_once_their_physio_is_disabled(
    db: Session, as_: As, manager: Somebody, physio: Somebody, colleague: Somebody
):
    a_case(db, physio, "Anna Own")
    left, _program = a_case(db, colleague, "Bert Left")
    colleague.member.standing = Standing.DISABLED
    db.commit()
    page = as_(physio).get("/patients?who=none").text
    assert "Bert Left" in page
    assert "Anna Own" not in page
    assert re.search(r"Not assigned\s*<span[^>]*>1<", page)
    assert [row["Patient"] for row in sheet_of(as_(manager), "?physio=none")] == ["Bert Left"]
    assert "Colin" not in as_(manager).get(f"/patients/{left.id}").text


def test_the_list_says_why_in_words(db: Session, as_: As, physio: Somebody):
    a_case(db, physio, "Anna")
    page = as_(physio).get("/patients").text
    reasons = ("Nothing logged", "for 24 days", "Low adherence", "2 weeks in a row")
    figures = ("1 needs a look", "0 of 3 so far", "0 of 9 · <b>0 %</b>", "none yet")
    assert [words for words in reasons + figures if words not in page] == []


def test_weeks_beyond_what_is_written_are_named_on_the_page(
    db: Session, as_: As, manager: Somebody, physio: Somebody
):
    from rehab_tracker.foundation import clock  # noqa: PLC0415

    a_case(db, physio, "Long Ago")
    with clock.stopped(NOW + timedelta(weeks=HORIZON_WEEKS + 4)):
        page = as_(manager).get("/report").text
    warning = page[page.index("are not written yet") :]
    assert "Long Ago" in warning[: warning.index("</p>")]
    assert "are not written yet" not in as_(manager).get("/report").text


def test_the_report_looks_back_from_any_week_but_never_ahead(
    db: Session, as_: As, manager: Somebody, physio: Somebody
):
    a_case(db, physio, days=(0,))
    client = as_(manager)
    past = client.get(f"/report?weeks=4&end={MONDAY + timedelta(days=3)}").text
    assert "4 weeks, Mon 9 Feb 2026 to Sun 8 Mar 2026" in past
    assert "1 of 3 · 33 %" in past
    ahead = client.get(f"/report?weeks=4&end={TODAY + timedelta(days=300)}").text
    assert "to Sun 29 Mar 2026" in ahead


@pytest.mark.parametrize(
    "query",
    ["template=hip-and-knee-strength", "template=own", "silent=7", "physio=none", "band=low"],
)
def test_every_filter_answers(query: str, db: Session, as_: As, manager: Somebody):
    db.commit()
    for address in ("/report", "/report.csv"):
        for by in ("patient", "physio", "program"):
            assert as_(manager).get(f"{address}?{query}&by={by}").status_code == 200
