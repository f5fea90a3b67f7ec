"""Patients with some weeks behind them, as reports list them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rehab_tracker.domain.week import WeekStart
from rehab_tracker.programs.models import Program
from rehab_tracker.reports.asked import ReportFilter
from rehab_tracker.reports.grid import Period
from tests.builders.logbook import a_log
from tests.builders.people import Somebody, a_patient
from tests.builders.programs import MONDAY, a_program

NOW = datetime(2026, 3, 26, 12, tzinfo=ZoneInfo("Europe/Berlin"))
TODAY = NOW.date()


def a_case(
    db: Session,
    physio: Somebody,
    name: str = "",
    days: Iterable[int] = (),
    *,
    assigned: bool = True,
    time_zone: str | None = None,
    week_starts_on: WeekStart = WeekStart.MONDAY,
    **program: Any,
) -> tuple[Somebody, Program]:
    """Add a patient whose program began on MONDAY, and what was logged on days after it."""
    patient = a_patient(
        db,
        physio.clinic,
        physio if assigned else None,
        name=name,
        time_zone=time_zone,
        week_starts_on=week_starts_on,
    )
    if not assigned:
        patient.patient.physio_id = physio.id
    assignment = a_program(db, physio, patient, **program)
    db.commit()
    for day in days:
        a_log(db, patient, assignment, MONDAY + timedelta(days=day))
    db.commit()
    if not assigned:
        patient.patient.physio_id = None
        db.commit()
    return patient, assignment


def asked_for(weeks: int = 4, day: date = TODAY, **fields: Any) -> ReportFilter:
    """Return a report's filter; the usual one ends in the week of today."""
    return ReportFilter(Period.ending(day, weeks, WeekStart.MONDAY), TODAY, **fields)
