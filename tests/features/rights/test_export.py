"""Everything about a patient, complete by schema, without what would open an account."""

import csv
import io
import json
import re
from zipfile import ZipFile

import pytest
from sqlalchemy import Column, ForeignKeyConstraint, Table, Uuid, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Membership, Person, Standing
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Base, Database
from rehab_tracker.rights.belonging import NAMED_WITHOUT_REFERENCE, Whose, rows_of
from rehab_tracker.rights.export import AUDIT, LETTERS, WITHHELD
from tests.builders.people import LONG_AGO, PASSWORD, a_clinic
from tests.builders.record import MARK, marked
from tests.client import CheckedClient
from tests.features.rights.conftest import NOW, As, House

PERSONAL = re.compile(r"(patient|membership|person)_id$")
OPENS = re.compile(r"hash|key|secret|token|credential|timecode|password|mac$")


def files_of(client: CheckedClient, address: str) -> ZipFile:
    answer = client.post(address)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/zip"
    assert "rehab-tracker-2026-06-01.zip" in answer.headers["Content-Disposition"]
    return ZipFile(io.BytesIO(answer.data))


def rows_in(files: ZipFile, name: str) -> list[dict[str, str]]:
    text = files.read(f"csv/{name}.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("who_asks", ["patient", "manager"])
def test_it_holds_every_table_that_says_something_of_the_patient(
    house: House, who: Whose, as_: As, who_asks: str
):
    asks = getattr(house, who_asks)
    address = "/me/data" if who_asks == "patient" else f"/patients/{house.patient.id}/data"
    files = files_of(as_(asks), f"{address}/export")
    told = json.loads(files.read("record.json"))
    tables = rows_of(who)
    assert told.keys() == {"about", AUDIT, LETTERS} | {table.name for table in tables}
    for table in tables:
        rows = rows_in(files, table.name)
        assert len(rows) == len(told[table.name]) > 0, table.name
        shown = {column.name for column in marked(table)} - WITHHELD.keys()
        assert shown <= rows[0].keys(), table.name
        for column in shown:
            assert any(MARK in row[column] for row in rows), f"{table.name}.{column}"
    assert len(rows_in(files, LETTERS)) == 1


def test_a_new_table_that_refers_to_a_patient_is_found_by_itself(who: Whose):
    table = Table(
        "diary",
        Base.metadata,
        Column("id", Uuid, primary_key=True),
        Column("clinic_id", Uuid),
        Column("check_id", Uuid),
        ForeignKeyConstraint(
            ["clinic_id", "check_id"], ["safety_check.clinic_id", "safety_check.id"]
        ),
    )
    try:
        assert table in rows_of(who)
    finally:
        Base.metadata.remove(table)


def test_no_table_names_a_patient_without_a_reference_that_can_be_followed(who: Whose):
    naming = {
        table.name
        for table in Base.metadata.tables.values()
        if any(PERSONAL.search(column.name) for column in table.columns)
    }
    assert naming - {table.name for table in rows_of(who)} == NAMED_WITHOUT_REFERENCE.keys()


def test_what_would_open_something_is_known_by_its_name_and_left_out(who: Whose):
    opening = {c.name for table in rows_of(who) for c in table.columns if OPENS.search(c.name)}
    assert opening
    assert opening <= WITHHELD.keys()
    assert WITHHELD.keys() <= {c.name for table in rows_of(who) for c in table.columns}


def test_no_row_of_anybody_else_is_in_it(house: House, as_: As):
    files = files_of(as_(house.patient), "/me/data/export")
    whole = b"".join(files.read(name) for name in files.namelist()).decode()
    assert house.neighbor.person.name not in whole
    assert str(house.neighbor.id) not in whole
    assert [row["id"] for row in rows_in(files, "patient")] == [str(house.patient.id)]


def test_times_are_utc_with_the_local_day_and_names_stand_for_ids(house: House, as_: As):
    with clock.stopped(NOW.replace(hour=22, minute=30)):  # half past midnight in Berlin
        as_(house.patient).post("/me/data/restrict")
    files = files_of(as_(house.manager), f"/patients/{house.patient.id}/data/export")
    (patient,) = rows_in(files, "patient")
    assert patient["restricted_at"] == "2026-06-01T22:30:00Z"
    assert patient["restricted_at_local_day"] == "2026-06-02"
    assert patient["physio"] == "Ines Okafor"
    assert rows_in(files, "prescription")[0]["exercise"] == "Zanzibar-Okapi slide"
    assert patient.keys().isdisjoint({"clinic_id", "physio_id"})


def test_who_looked_at_the_record_is_told_in_plain_words(house: House, as_: As):
    assert as_(house.physio).get(f"/patients/{house.neighbor.id}").status_code == 200
    files = files_of(as_(house.neighbor), "/me/data/export")
    told = [(row["who"], row["what"], row["at"]) for row in rows_in(files, AUDIT)]
    assert ("Ines Okafor", "Looked at the record", "2026-06-01T09:00:00Z") in told


def test_a_text_that_a_spreadsheet_would_run_is_defused(house: House, as_: As):
    as_(house.patient).post("/me/profile", data={"goal": "=HYPERLINK(1)", "aggravator": "stairs"})
    files = files_of(as_(house.patient), "/me/data/export")
    assert rows_in(files, "patient")[0]["goal"] == "'=HYPERLINK(1)"
    assert '"goal": "=HYPERLINK(1)"' in files.read("record.json").decode()


def test_an_export_is_written_down(far: Session, house: House, as_: As):
    files_of(as_(house.manager), f"/patients/{house.patient.id}/data/export")
    deed = far.scalars(select(AuditEvent).where(AuditEvent.action == "record.exported")).one()
    assert (deed.membership_id, deed.patient_id) == (house.manager.member.id, house.patient.id)


def test_a_manager_learns_nothing_of_a_patients_other_clinic(
    far: Session, database: Database, house: House, as_: As
):
    other = a_clinic(database, name="Elsewhere")
    far.add(
        Membership(
            clinic_id=other.id, person_id=house.patient.person.id, role=Role.PATIENT,
            standing=Standing.ACTIVE, created_at=LONG_AGO,
        )
    )  # fmt: skip
    far.commit()
    files = files_of(as_(house.manager), f"/patients/{house.patient.id}/data/export")
    told = json.loads(files.read("record.json"))
    assert "passkey" not in told
    assert len(told["membership"]) == 1
    assert "Elsewhere" not in json.dumps(told)


def test_after_ten_minutes_the_password_is_asked_for_first(house: House, as_: As):
    client, address = as_(house.patient), "/me/data/export"
    with clock.stopped(NOW.replace(minute=11)):
        answer = client.post(address)
    assert answer.status_code == 403
    assert "password" in answer.text
    assert not answer.data.startswith(b"PK")


def test_after_the_password_a_record_is_saved_and_the_way_leads_back(
    far: Session, house: House, as_: As
):
    far.get_one(Person, house.patient.person.id).password_hash = passwords.keep(PASSWORD)
    far.commit()
    browser = as_(house.patient)
    with clock.stopped(NOW.replace(minute=11)):
        assert browser.post("/me/data/export").status_code == 403
        kept = '{"by": "", "typed": []}'
        typed = {"password": PASSWORD, "back_to": "/me/data/export", "kept": kept}
        page = browser.post("/me/proof", data=typed).text
    assert "Save the file" in page
    assert 'href="/me/data"' in page
    assert "has not been" not in page, "it may have been saved already"


@pytest.mark.parametrize("deed", ["export", "hold", "let-go", "restrict"])
def test_who_gives_up_at_the_password_comes_back_to_the_record(house: House, as_: As, deed: str):
    browser, page = as_(house.manager), f"/patients/{house.patient.id}/data"
    with clock.stopped(NOW.replace(minute=11)):
        asked = browser.post(f"{page}/{deed}", data={"reason": "By law"})
    assert f'href="{page}">Leave it<' in asked.text


def test_a_physio_exports_nobody(house: House, as_: As):
    assert as_(house.physio).post(f"/patients/{house.patient.id}/data/export").status_code == 403
