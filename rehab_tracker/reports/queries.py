"""The clinic's report, from the weekly roll-up alone: it is written ahead, so silence shows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, null, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Patient
from rehab_tracker.logbook.models import ClinicWeek, ProgramWeek
from rehab_tracker.programs.models import Program
from rehab_tracker.reports.asked import By, ReportFilter
from rehab_tracker.reports.closing import Closing
from rehab_tracker.reports.grid import Fact, Period
from rehab_tracker.reports.whose import Asking, in_order, listed, of_period, put_together_once

PAGE = 50
"""Patients on one page of the report."""

Rows = Select[*tuple[Any, ...]]


def weekly_facts(
    db: Session,
    asked: ReportFilter,
    closing: Closing,
    *,
    by: By | None = None,
    patients: Sequence[UUID] | None = None,
) -> list[Fact]:
    """Return sums per week of the period: by patient, physio or template, or all together.

    They are those of the patients that the filter lists, or of the `patients` given.
    """
    asking = Asking.of(db, asked, closing)
    if by is None and patients is None and _is_of_everybody(asking):
        return _of_the_clinic(db, asked, closing)
    sums = _sums(asking, by, of_given=patients is not None)
    return [Fact(*row) for row in db.execute(sums, {"patients": patients})]


@put_together_once
def _sums(asking: Asking, by: By | None, *, of_given: bool) -> Rows:
    asked, closing, _dialect = asking
    closed = closing.is_closed.label("closed")
    kept: list[ColumnElement[Any]]
    kept = [func.sum(column) for column in (ProgramWeek.met, ProgramWeek.due, ProgramWeek.extra)]
    if by is By.PATIENT:
        kept += [func.sum(ProgramWeek.done), func.max(ProgramWeek.state, type_=_STATE)]
    found = select(_KEYS[by].label("key"), ProgramWeek.first_on, closed, *kept)
    if by is By.PHYSIO or of_given:
        found = found.join(Patient, Patient.id == ProgramWeek.patient_id)
    if by is By.PROGRAM:
        found = found.join(Program, Program.id == ProgramWeek.program_id)
    given = Patient.id.in_(bindparam("patients", expanding=True))
    whose = [given] if of_given else _whose(asking)
    keys = ("key",) if by else ()
    split = ("closed",) if closing.ahead else ()
    return found.where(*of_period(asked), *whose).group_by(*keys, ProgramWeek.first_on, *split)


def _is_of_everybody(asking: Asking) -> bool:
    """Tell whether whole weeks of the clinic are asked for, which are summed up already."""
    return not (asking.asked.template or asking.closing.ahead or asking.is_narrowed)


def _of_the_clinic(db: Session, asked: ReportFilter, closing: Closing) -> list[Fact]:
    return [
        Fact(None, first_on, first_on <= closing.everywhere, *summed)
        for summing in _sums_of_the_clinic(asked.period)
        for first_on, *summed in db.execute(summing)
    ]


@put_together_once
def _sums_of_the_clinic(period: Period) -> tuple[Rows, Rows]:
    """Return what sums everybody's weeks, and what takes off again who is not used."""

    def sums(table: type[ClinicWeek | ProgramWeek], sign: int) -> Rows:
        summed = (sign * func.sum(column) for column in (table.met, table.due, table.extra))
        found = select(table.first_on, *summed).where(table.first_on.in_(period.begins))
        return found.group_by(table.first_on)

    return sums(ClinicWeek, 1), sums(ProgramWeek, -1).where(ProgramWeek.patient_id.in_(_NOT_USED))


_STATE = ProgramWeek.state.type
_KEYS: dict[By | None, ColumnElement[Any]] = {
    None: null(),
    By.PATIENT: ProgramWeek.patient_id,  # type: ignore[dict-item]
    By.PHYSIO: Patient.physio_id,  # type: ignore[dict-item]
    By.PROGRAM: Program.template,  # type: ignore[dict-item]
}


def patients_of(
    db: Session, asked: ReportFilter, closing: Closing, page: int | None = None
) -> Sequence[UUID]:
    """Return the patients that the filter lists, in its order; one page of them, or all."""
    asking = Asking.of(db, asked, closing)
    if page is None:
        return db.scalars(in_order(asking)).all()
    return db.scalars(_one_page(asking), {"skipped": (page - 1) * PAGE}).all()


@put_together_once
def _one_page(asking: Asking) -> Select[UUID]:
    return in_order(asking).limit(PAGE).offset(bindparam("skipped"))


def count_patients(db: Session, asked: ReportFilter, closing: Closing) -> int:
    """Return how many patients the filter lists."""
    return db.scalar(_count(Asking.of(db, asked, closing))) or 0


@put_together_once
def _count(asking: Asking) -> Select[int]:
    return select(func.count()).select_from(listed(asking).subquery())


_NOT_USED = select(Patient.id).where(Patient.restricted_at.is_not(None))
"""The few whose records are kept, but not used: no figure counts them."""


def _whose(asking: Asking) -> list[ColumnElement[bool]]:
    """Return which patients' rows count; the few left out where it is everybody."""
    if asking.is_narrowed:
        return [ProgramWeek.patient_id.in_(listed(asking))]
    return [ProgramWeek.patient_id.not_in(_NOT_USED)]
