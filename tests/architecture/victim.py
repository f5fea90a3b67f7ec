"""Somebody whose records nobody else may see: one of everything, marked with a sentinel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic, Passkey, PhoneKey, SecondFactorReset, SignIn
from rehab_tracker.accounts.sign_in import key_of
from rehab_tracker.foundation.db import new_id
from rehab_tracker.logbook.models import ClinicTreatment, TreatmentKind
from tests.builders.exercises import an_exercise
from tests.builders.logbook import a_log
from tests.builders.people import LONG_AGO, Somebody, a_member, a_patient
from tests.builders.programs import MONDAY, a_program, an_item
from tests.builders.safety import a_check

SENTINEL = "Zanzibar-Okapi"


@dataclass(frozen=True)
class Victim:
    """A patient, who looks after them, and every id that an address of theirs may hold."""

    physio: Somebody
    patient: Somebody
    ids: Mapping[str, Any]


def a_victim(db: Session, clinic: Clinic, word: str = SENTINEL) -> Victim:
    """Make one of everything in the clinic of the session, marked with a word of its own."""
    physio = a_member(db, clinic, name=f"{word} physio")
    patient = a_patient(db, clinic, physio, name=f"{word} patient")
    shown = {"media_id": new_id(), "media_type": "image/webp"}
    exercise = an_exercise(db, name=f"{word} slide", slug=f"own--{key_of(word)[:12]}", **shown)
    program = a_program(db, physio, patient, [an_item(exercise)], title=f"{word} program")
    log = a_log(db, patient, program, date.fromordinal(MONDAY.toordinal() + 1), note=word)
    treatment = ClinicTreatment(
        id=new_id(),
        patient_id=patient.id,
        on_day=MONDAY,
        kind=TreatmentKind.TAPING,
        note=word,
        created_by=physio.member.id,
        created_at=LONG_AGO,
    )
    check = a_check(db, patient, "E5", at=LONG_AGO)
    device = SignIn(
        key=key_of(f"{word} browser"),
        person_id=patient.person.id,
        membership_id=patient.member.id,
        device=word,
        **dict.fromkeys(
            ("created_at", "proved_at", "seen_at", "idle_ends_at", "ends_at"), LONG_AGO
        ),
    )
    wish = SecondFactorReset(
        membership_id=patient.member.id, asked_by=physio.member.id, asked_at=LONG_AGO
    )
    passkey = Passkey(
        person_id=patient.person.id,
        credential_id=word,
        public_key="",
        sign_count=0,
        name=word,
        created_at=LONG_AGO,
    )
    phone = PhoneKey(
        key=key_of(f"{word} phone"),
        person_id=patient.person.id,
        membership_id=patient.member.id,
        device=word,
        **dict.fromkeys(("created_at", "seen_at", "ends_at"), LONG_AGO),
    )
    db.add_all((passkey, phone, treatment, device, wish))
    db.flush()
    return Victim(
        physio,
        patient,
        {
            "patient_id": patient.id,
            "program_id": program.id,
            "session_id": log.id,
            "membership_id": patient.member.id,
            "sign_in_id": device.id,
            "phone_id": phone.id,
            "passkey_id": passkey.id,
            "request_id": wish.id,
            "treatment_id": treatment.id,
            "check_id": check.id,
            "slug": exercise.slug,
            "media_id": exercise.media_id,
            "exercise_id": exercise.id,
            "physio_id": physio.member.id,
        },
    )
