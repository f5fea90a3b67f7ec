"""The clinic's report, from the weekly roll-up alone: it is written ahead, so silence shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from rehab_tracker.accounts.models import Membership, Patient, Person
from rehab_tracker.accounts.queries import looked_after_by_nobody
from rehab_tracker.domain.adherence import Band
from rehab_tracker.domain.rule import setting
from rehab_tracker.logbook.models import ClinicWeek, ProgramWeek
from rehab_tracker.programs.models import Pause, Program
from rehab_tracker.reports.closing import Closing
from rehab_tracker.reports.grid import Fact, Period

PAGE = 50
"""Patients on one page of the report."""

OWN_PROGRAM = "own"
"""Stands for programs that came from no template."""

_ON_TRACK, _PARTLY = setting("on_track_from"), setting("partly_from")


class By(StrEnum):
    """Whose weeks the lines of a report are."""

    PATIENT = "patient"
    PHYSIO = "physio"
    PROGRAM = "program"


class Sort(StrEnum):
    """What orders the patients of a report; each begins at the end that matters most."""

    ADHERENCE = "adherence"
    NAME = "name"
    SILENT = "silent"
    EXTRA = "extra"


class Standing(StrEnum):
    """Where a patient's closed weeks stand."""

    ON_TRACK = Band.ON_TRACK.value
    PARTLY = Band.PARTLY.value
    LOW = Band.LOW.value
    NOT_DUE = "not_due"


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What a report is asked for; `today` is the reader's local day, silence goes by patients'."""

    period: Period
    today: date
    physio: UUID | None = None
    unassigned: bool = False
    standing: Standing | None = None
    silent_days: int | None = None
    template: str | None = None
    name: str = ""
    sort: Sort = Sort.ADHERENCE
    backwards: bool = False


Rows = Select[*tuple[Any, ...]]

put_together_once = lru_cache(maxsize=64)
"""Keeps the statements of reports that are read again: to build one costs more than to run it."""


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
    if by is None and patients is None and _is_of_everybody(asked, closing):
        return _of_the_clinic(db, asked, closing)
    sums = _sums(asked, closing, by, of_given=patients is not None)
    return [Fact(*row) for row in db.execute(sums, {"patients": patients})]


@put_together_once
def _sums(asked: ReportFilter, closing: Closing, by: By | None, *, of_given: bool) -> Rows:
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
    whose = [given] if of_given else _whose(asked, closing)
    keys = ("key",) if by else ()
    split = ("closed",) if closing.ahead else ()
    return found.where(*_of_period(asked), *whose).group_by(*keys, ProgramWeek.first_on, *split)


def _is_of_everybody(asked: ReportFilter, closing: Closing) -> bool:
    """Tell whether whole weeks of the clinic are asked for, which are summed up already."""
    return not (asked.template or closing.ahead or _is_narrowed(asked, closing))


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
    if page is None:
        return db.scalars(_sorted(asked, closing)).all()
    return db.scalars(_one_page(asked, closing), {"skipped": (page - 1) * PAGE}).all()


@put_together_once
def _one_page(asked: ReportFilter, closing: Closing) -> Select[UUID]:
    return _sorted(asked, closing).limit(PAGE).offset(bindparam("skipped"))


def count_patients(db: Session, asked: ReportFilter, closing: Closing) -> int:
    """Return how many patients the filter lists."""
    return db.scalar(_count(asked, closing)) or 0


@put_together_once
def _count(asked: ReportFilter, closing: Closing) -> Select[int]:
    return select(func.count()).select_from(_listed(asked, closing).subquery())


def _of_period(asked: ReportFilter, until: date = date.max) -> list[ColumnElement[bool]]:
    begins = asked.period.begins
    last = min(begins[-1], until)
    found: list[ColumnElement[bool]] = [ProgramWeek.first_on.between(begins[0], last)]
    if asked.template:
        # Row by row on purpose: as a list of programs SQLite would search it for every patient.
        program = aliased(Program)
        of_row = select(program.id).where(program.id == ProgramWeek.program_id)
        found.append(of_row.where(_from_template(asked, program)).exists())
    return found


def _from_template(asked: ReportFilter, program: type[Program]) -> ColumnElement[bool]:
    own = asked.template == OWN_PROGRAM
    return program.template.is_(None) if own else program.template == asked.template


def _whose(asked: ReportFilter, closing: Closing) -> list[ColumnElement[bool]]:
    """Return which patients' rows count; the few left out where it is everybody."""
    if _is_narrowed(asked, closing):
        return [ProgramWeek.patient_id.in_(_listed(asked, closing))]
    return [ProgramWeek.patient_id.not_in(_NOT_USED)]


def _is_narrowed(asked: ReportFilter, closing: Closing) -> bool:
    """Tell whether the filter leaves patients out, besides those not used."""
    return asked.standing is not None or len(conditions(asked, closing)) > 1


_NOT_USED = select(Patient.id).where(Patient.restricted_at.is_not(None))
"""The few whose records are kept, but not used: no figure counts them."""


def conditions(asked: ReportFilter, closing: Closing) -> list[ColumnElement[bool]]:
    """Return what the filter asks of patients; the first one leaves out those not used."""
    found: list[ColumnElement[bool]] = [Patient.restricted_at.is_(None)]
    if asked.physio:
        found.append(Patient.physio_id == asked.physio)
    if asked.unassigned:
        found.append(looked_after_by_nobody())
    if days := asked.silent_days:
        found.append(closing.locally(lambda today: _is_silent(days, today)))
    if asked.template:
        found.append(
            Patient.id.in_(select(Program.patient_id).where(_from_template(asked, Program)))
        )
    if asked.name:
        found.append(Patient.membership_id.in_(_called(asked.name)))
    return found


def _called(name: str) -> Select[UUID]:
    return (
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(name_contains(name))
    )


def name_contains(text: str) -> ColumnElement[bool]:
    """Return the condition that a person's name holds a text.

    SQLite folds the case of plain Latin letters only, so the usual spellings are tried too.
    """
    spellings = sorted({text, text.lower(), text.title()})
    return or_(*(Person.name.icontains(spelling, autoescape=True) for spelling in spellings))


def _is_silent(days: int, today: date) -> ColumnElement[bool]:
    """Return the condition that a patient logged nothing in an active stretch of so many days."""
    since = today - timedelta(days=days)
    rested = (
        select(Pause.id)
        .where(
            Pause.program_id == Program.id,
            Pause.first_on <= today,
            or_(Pause.last_on.is_(None), Pause.last_on >= since),
        )
        .exists()
    )
    asked_for = (
        select(Program.id)
        .where(
            Program.patient_id == Patient.id,
            Program.starts_on <= since,
            or_(Program.ends_before.is_(None), Program.ends_before > today),
            ~rested,
        )
        .correlate(Patient)
        .exists()
    )
    return asked_for & or_(Patient.last_logged_on.is_(None), Patient.last_logged_on <= since)


def _listed(asked: ReportFilter, closing: Closing) -> Select[UUID]:
    """Return the patients whom the filter lists, in no order."""
    if asked.standing:
        return _summed(asked, closing)
    return select(Patient.id).where(*conditions(asked, closing))


_MET, _DUE, _EXTRA = (
    func.coalesce(func.sum(column), 0)
    for column in (ProgramWeek.met, ProgramWeek.due, ProgramWeek.extra)
)


def _summed(asked: ReportFilter, closing: Closing) -> Select[UUID]:
    """Return the listed patients joined with their closed weeks, of which some have none."""
    closed = _of_period(asked, closing.latest)
    if closing.ahead:
        closed.append(closing.is_closed)
    weeks = and_(ProgramWeek.patient_id == Patient.id, *closed)
    found = select(Patient.id).outerjoin(ProgramWeek, weeks).where(*conditions(asked, closing))
    found = found.group_by(Patient.id)
    return found.having(stands(asked.standing, _MET, _DUE)) if asked.standing else found


def stands(
    standing: Standing, met: ColumnElement[int], due: ColumnElement[int]
) -> ColumnElement[bool]:
    """Return the condition for a band; percentages are whole numbers, halves rounded up."""

    def reaches(percent: int) -> ColumnElement[bool]:
        return 200 * met >= (2 * percent - 1) * due

    return {
        Standing.NOT_DUE: due == 0,
        Standing.LOW: (due > 0) & ~reaches(_PARTLY),
        Standing.PARTLY: (due > 0) & reaches(_PARTLY) & ~reaches(_ON_TRACK),
        Standing.ON_TRACK: (due > 0) & reaches(_ON_TRACK),
    }[standing]


def _sorted(asked: ReportFilter, closing: Closing) -> Select[UUID]:
    """Return the listed patients in a total order; those a figure says nothing of come last."""
    orders = {
        Sort.ADHERENCE: _by_adherence,
        Sort.EXTRA: _by_extra,
        Sort.SILENT: _by_silence,
        Sort.NAME: _by_name,
    }
    return orders[asked.sort](asked, closing).order_by(Patient.id)


def _by_adherence(asked: ReportFilter, closing: Closing) -> Select[UUID]:
    share = _MET * literal(1.0) / func.nullif(_DUE, 0)
    return _summed(asked, closing).order_by(
        case((_DUE == 0, 1), else_=0), _way(share, down=asked.backwards), _DUE.desc()
    )


def _by_extra(asked: ReportFilter, closing: Closing) -> Select[UUID]:
    return _summed(asked, closing).order_by(_way(_EXTRA, down=not asked.backwards))


def _by_name(asked: ReportFilter, closing: Closing) -> Select[UUID]:
    return (
        _among_listed(asked, closing)
        .join(Membership, Membership.id == Patient.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .order_by(_way(func.lower(Person.name), down=asked.backwards))
    )


def _by_silence(asked: ReportFilter, closing: Closing) -> Select[UUID]:
    begun = _begun(asked.today)
    logged = Patient.last_logged_on
    quiet_since = case((logged > begun.c.on, logged), else_=begun.c.on)
    return (
        _among_listed(asked, closing)
        .outerjoin(begun, begun.c.patient_id == Patient.id)
        .order_by(case((begun.c.on.is_(None), 1), else_=0), _way(quiet_since, down=asked.backwards))
    )


def _among_listed(asked: ReportFilter, closing: Closing) -> Select[UUID]:
    """Return the listed patients, ready to be joined with what orders them."""
    if asked.standing:
        return select(Patient.id).where(Patient.id.in_(_summed(asked, closing)))
    return select(Patient.id).where(*conditions(asked, closing))


def _way(column: ColumnElement[Any], *, down: bool) -> ColumnElement[Any]:
    return column.desc() if down else column.asc()


def _begun(today: date) -> Subquery:
    """Return since when patients are to log without a break; a pause counts by its last day."""
    rested = (
        select(Pause.program_id, func.max(Pause.last_on).label("last_on"))
        .where(Pause.last_on < today)
        .group_by(Pause.program_id)
        .subquery("rested")
    )
    paused = (
        select(Pause.id)
        .where(
            Pause.program_id == Program.id,
            Pause.first_on <= today,
            or_(Pause.last_on.is_(None), Pause.last_on >= today),
        )
        .exists()
    )
    since = case((rested.c.last_on > Program.starts_on, rested.c.last_on), else_=Program.starts_on)
    return (
        select(Program.patient_id, func.min(since).label("on"))
        .outerjoin(rested, rested.c.program_id == Program.id)
        .where(
            Program.starts_on <= today,
            or_(Program.ends_before.is_(None), Program.ends_before > today),
            ~paused,
        )
        .group_by(Program.patient_id)
        .subquery("begun")
    )
