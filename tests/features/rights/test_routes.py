"""The pages: what a patient and a manager can ask for, in plain words, and who cannot."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import OutboxMail, ProfileRevision
from rehab_tracker.foundation import clock
from rehab_tracker.rights.models import ErasureRequest
from tests.features.rights.conftest import NOW, As, House

OWN = "/me/data"


@pytest.fixture
def mails(app: Flask) -> None:
    """Let letters leave."""
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, smtp_url="smtp://127.0.0.1:1")


def of(house: House) -> str:
    return f"/patients/{house.patient.id}/data"


def test_a_patient_reads_the_day_before_anything_is_asked_for(house: House, as_: As):
    page = as_(house.neighbor).get(f"{OWN}/erase").text
    assert "On Wednesday 1 July 2026 it is erased" in page
    assert "Until that day it can be taken back" in page


def test_the_days_are_the_clinics_servers_setting(app: Flask, house: House, as_: As):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], erasure_days=14)
    client = as_(house.neighbor)
    assert "Everything about you is erased 14 days after you ask for it" in client.get(OWN).text
    client.post(f"{OWN}/erase")
    assert "On Monday 15 June 2026 everything is erased" in client.get(OWN).text


def test_the_patient_reads_why_the_record_is_kept(house: House, as_: As):
    client = as_(house.neighbor)
    client.post(f"{OWN}/erase")
    reason = "The law keeps records of treatment for ten years"
    address = f"/patients/{house.neighbor.id}/data"
    as_(house.manager).post(f"{address}/hold", data={"reason": reason})
    page = client.get(OWN).text
    assert "The clinic has to keep this record" in page
    assert reason in page


def test_a_hold_without_a_reason_is_refused_beside_its_field(house: House, as_: As):
    answer = as_(house.manager).post(f"{of(house)}/hold", data={"reason": " "})
    assert answer.status_code == 422
    assert 'id="reason-error"' in answer.text


def test_letters_tell_what_was_asked_and_taken_back(
    db: Session, house: House, as_: As, mails: None
):
    assert mails is None
    manager, address = as_(house.manager), f"/patients/{house.neighbor.id}/data"
    for step in ("restrict", "use-again", "erase", "keep"):
        assert manager.post(f"{address}/{step}").status_code == 303
    to = OutboxMail.recipient == house.neighbor.person.email
    letters = db.scalars(select(OutboxMail).where(to).order_by(OutboxMail.id)).all()
    assert [letter.subject for letter in letters] == [
        "Your record at Harbor Physio is not used any more",
        "Your record at Harbor Physio is used again",
        "Your record at Harbor Physio will be erased on Wednesday 1 July 2026",
        "Your record at Harbor Physio stays",
    ]
    assert all("/me/data" in letter.body for letter in letters)


def test_without_mail_no_letter_waits_for_ever(db: Session, house: House, as_: As):
    as_(house.neighbor).post(f"{OWN}/erase")
    to = OutboxMail.recipient == house.neighbor.person.email
    assert db.scalars(select(OutboxMail).where(to)).all() == []


@pytest.mark.parametrize("step", ["export", "restrict", "use-again", "erase", "keep"])
def test_nothing_happens_before_the_password_is_given_again(
    db: Session, house: House, as_: As, step: str
):
    client = as_(house.neighbor)
    with clock.stopped(NOW.replace(minute=11)):
        answer = client.post(f"{OWN}/{step}")
    assert answer.status_code == 403
    assert "password" in answer.text
    asked = ErasureRequest.patient_id == house.neighbor.id
    assert db.scalars(select(ErasureRequest).where(asked)).all() == []


def test_a_physio_looks_after_nobodys_rights(house: House, as_: As):
    client = as_(house.physio)
    assert client.get(of(house)).status_code == 403
    for step in ("restrict", "use-again", "erase", "keep", "hold", "let-go"):
        assert client.post(f"{of(house)}/{step}").status_code == 403, step


def test_staff_have_no_page_of_their_own_record(house: House, as_: As):
    for somebody in (house.physio, house.manager):
        assert as_(somebody).get(OWN).status_code == 403
        assert "My data" not in as_(somebody).get("/me").text


def test_the_ways_there_stand_where_people_look(house: House, as_: As):
    assert f'href="{OWN}"' in as_(house.neighbor).get("/me").text
    manager = as_(house.manager)
    member = manager.get(f"/team/{house.neighbor.member.id}").text
    assert f'href="/patients/{house.neighbor.id}/data"' in member
    assert "/data" not in manager.get(f"/team/{house.physio.member.id}").text


def test_patients_correct_their_own_words_and_how_they_read_before_is_kept(
    db: Session, house: House, as_: As
):
    client = as_(house.neighbor)
    told = {"goal": "Run 5 km", "aggravator": "running", "kit": ["chair"]}
    answer = client.post("/me/profile", data=told)
    assert answer.status_code == 303, answer.text
    told["goal"] = "Run 10 km"
    client.post("/me/profile", data=told)
    client.post("/me/profile", data=told)
    earlier = db.scalars(select(ProfileRevision).where(
        ProfileRevision.patient_id == house.neighbor.id
    ).order_by(ProfileRevision.id)).all()  # fmt: skip
    assert [row.content for row in earlier] == [
        {"goal": "", "aggravator": "stairs", "kit": []},
        {"goal": "Run 5 km"},
    ]
    assert {row.replaced_by for row in earlier} == {house.neighbor.member.id}
    assert "Run 10 km" in client.get(OWN).text


def test_an_earlier_name_is_kept_with_the_record(db: Session, house: House, as_: As):
    as_(house.neighbor).post("/me", data={"name": "Nia Neighbor", "time_zone": "Europe/Berlin"})
    whose = ProfileRevision.patient_id == house.neighbor.id
    assert db.scalars(select(ProfileRevision).where(whose)).one().content == {
        "name": "Nils Neighbor"
    }


def test_a_patient_cannot_change_which_knee_it_is(db: Session, house: House, as_: As):
    assert house.neighbor.patient
    as_(house.neighbor).post(
        "/me/profile",
        data={"goal": "", "aggravator": "stairs", "affected_side": "both", "blocked_cautions": "x"},
    )
    db.refresh(house.neighbor.patient)
    assert house.neighbor.patient.affected_side == "right"
    assert house.neighbor.patient.blocked_cautions == []


def test_what_the_staff_correct_is_kept_too(db: Session, house: House, as_: As):
    address = f"/patients/{house.neighbor.id}/edit"
    told = {"affected_side": "left", "aggravator": "stairs", "goal": "Walk the dog"}
    assert as_(house.manager).post(address, data=told).status_code == 303
    whose = ProfileRevision.patient_id == house.neighbor.id
    row = db.scalars(select(ProfileRevision).where(whose)).one()
    assert row.content == {"affected_side": "right", "goal": ""}
    assert row.replaced_by == house.manager.member.id


def test_a_restricted_patient_is_marked_on_the_team_page(house: House, as_: As):
    as_(house.neighbor).post(f"{OWN}/restrict")
    page = as_(house.manager).get("/team").text
    assert "Not used" in page
    assert f"/patients/{house.neighbor.id}/edit" not in page
