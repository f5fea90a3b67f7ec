"""Whose weeks a report reaches beyond what is written ahead."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, func, or_, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Membership, Patient, Person
from rehab_tracker.logbook.models import ProgramWeek
from rehab_tracker.logbook.weeks import HORIZON_WEEKS, USED_WEEKS
from rehab_tracker.programs.models import Program
from rehab_tracker.reports.asked import ReportFilter
from rehab_tracker.reports.closing import Closing
from rehab_tracker.reports.whose import conditions, put_together_once

MOST = 5
"""Patients that are named; there are next to none."""


def beyond_horizon(
    db: Session, asked: ReportFilter, closing: Closing
) -> Sequence[tuple[UUID, str]]:
    """Return patients whose running programs are written to before the period's end, with names.

    It takes two years without any change or log; their last weeks would read "not due".
    """
    return [(row[0], row[1]) for row in db.execute(_left(asked, closing))]


@put_together_once
def _left(asked: ReportFilter, closing: Closing) -> Select[UUID, str]:
    end = asked.period.weeks[-1].first_on
    of_last_week = ProgramWeek.first_on.between(end - timedelta(6), end)
    written = select(ProgramWeek.program_id).where(
        ProgramWeek.program_id == Program.id, of_last_week
    )
    return (
        select(Patient.id, Person.name)
        .join(Membership, Membership.id == Patient.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .join(Program, Program.patient_id == Patient.id)
        .where(
            *conditions(asked, closing),
            Program.patient_id.in_(_perhaps_left(end)),
            Program.starts_on < end - timedelta(weeks=HORIZON_WEEKS),
            or_(Program.ends_before.is_(None), Program.ends_before > asked.period.last_on),
            ~written.exists(),
        )
        .distinct()
        .order_by(Person.name, Patient.id)
        .limit(MOST)
    )


def _perhaps_left(end: date) -> CompoundSelect[UUID]:
    """Return patients of whose programs one may not be written to a day: next to nobody.

    Who has logged lately used one of them at least; of several, another may have been left.
    """
    logged = Patient.last_logged_on
    quiet = or_(logged.is_(None), logged <= end - timedelta(weeks=USED_WEEKS))
    several = select(Program.patient_id).group_by(Program.patient_id).having(func.count() > 1)
    return select(Patient.id).where(quiet).union_all(several)
