"""Somebody whose records nobody else may see: one of everything, marked with a sentinel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.foundation.db import new_id
from rehab_tracker.logbook.models import ClinicTreatment, TreatmentKind
from tests.builders.exercises import an_exercise
from tests.builders.logbook import a_log
from tests.builders.people import LONG_AGO, Somebody, a_member, a_patient
from tests.builders.programs import MONDAY, a_program, an_item

SENTINEL = "Zanzibar-Okapi"


@dataclass(frozen=True)
class Victim:
    """A patient, who looks after them, and every id that an address of theirs may hold."""

    physio: Somebody
    patient: Somebody
    ids: Mapping[str, Any]


def a_victim(db: Session, clinic: Clinic) -> Victim:
    """Make one of everything in the clinic of the session."""
    physio = a_member(db, clinic, name=f"{SENTINEL} physio")
    patient = a_patient(db, clinic, physio, name=f"{SENTINEL} patient")
    exercise = an_exercise(db, name=f"{SENTINEL} slide", slug="okapi-slide")
    program = a_program(db, physio, patient, [an_item(exercise)], title=f"{SENTINEL} program")
    log = a_log(db, patient, program, date.fromordinal(MONDAY.toordinal() + 1), note=SENTINEL)
    treatment = ClinicTreatment(
        id=new_id(),
        patient_id=patient.id,
        on_day=MONDAY,
        kind=TreatmentKind.TAPING,
        note=SENTINEL,
        created_by=physio.member.id,
        created_at=LONG_AGO,
    )
    db.add(treatment)
    db.flush()
    return Victim(
        physio,
        patient,
        {
            "patient_id": patient.id,
            "program_id": program.id,
            "session_id": log.id,
            "membership_id": patient.member.id,
            "treatment_id": treatment.id,
            "slug": exercise.slug,
        },
    )
