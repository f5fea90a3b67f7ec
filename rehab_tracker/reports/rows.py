"""The rows of the clinic's report, for its page, its print-out and its CSV."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from rehab_tracker.accounts.queries import patient_lines, physios
from rehab_tracker.foundation.folding import fold
from rehab_tracker.reports import queries
from rehab_tracker.reports.asked import OWN_PROGRAM, By, ReportFilter
from rehab_tracker.reports.closing import Closing
from rehab_tracker.reports.grid import Cell, Line, lines
from rehab_tracker.reports.plans import quiet_days, running_programs
from rehab_tracker.reports.queries import weekly_facts
from rehab_tracker.reports.words import template_names

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report with its name; the rest is known of patients alone."""

    name: str
    cells: Sequence[Cell]
    total: Cell
    patient_id: UUID | None = None
    physio: str = ""
    last_logged_on: date | None = None
    quiet_days: int | None = None


def all_rows(db: Session, asked: ReportFilter, closing: Closing, by: By) -> Iterator[Row]:
    """Yield every row; patients some hundreds at a time, so that a large clinic fits in memory."""
    if by is not By.PATIENT:
        yield from group_rows(db, asked, closing, by)
        return
    ids = queries.patients_of(db, asked, closing)
    for start in range(0, len(ids), _CHUNK):
        yield from patient_rows(db, asked, closing, ids[start : start + _CHUNK])


def patient_rows(
    db: Session, asked: ReportFilter, closing: Closing, ids: Sequence[UUID]
) -> list[Row]:
    """Return the rows of some patients in the order of their ids."""
    known = patient_lines(db, ids)
    running = running_programs(db, ids, closing.days[0][0])
    facts = weekly_facts(db, asked, closing, by=By.PATIENT, patients=ids)
    found = lines(facts, asked.period)
    return [
        Row(
            name=(patient := known[key]).name,
            patient_id=key,
            physio=patient.physio_name or "",
            last_logged_on=(last := patient.last_logged_on),
            quiet_days=quiet_days(last, running.get(key, ()), closing.today(patient.zone)),
            **_figures(found.get(key), asked),
        )
        for key in ids
    ]


def group_rows(db: Session, asked: ReportFilter, closing: Closing, by: By) -> list[Row]:
    """Return a row for each physio or template that anything was due from, by name."""
    facts, names = weekly_facts(db, asked, closing, by=by), _program_names()
    if by is By.PHYSIO:
        names = _physio_names(db)
        facts = [fact if fact.key in names else fact._replace(key=None) for fact in facts]
    found = lines(facts, asked.period)
    rows = [Row(name=names.get(key, key), **_figures(line, asked)) for key, line in found.items()]
    return sorted(rows, key=lambda row: fold(row.name))


def _physio_names(db: Session) -> Mapping[Any, str]:
    """Return who looks after patients; those of anybody else are nobody's, as in every list."""
    return {physio.id: physio.name for physio in physios(db)} | {None: _("Nobody yet")}


def _program_names() -> Mapping[Any, str]:
    names: dict[str | None, str] = dict(template_names().items())
    return names | {None: names[OWN_PROGRAM]}


def _figures(line: Line | None, asked: ReportFilter) -> dict[str, Any]:
    line = line or Line()
    cells = tuple(line.cells.get(week) or Cell() for week in asked.period.weeks)
    return {"cells": cells, "total": line.total}
