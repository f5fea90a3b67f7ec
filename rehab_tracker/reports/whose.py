"""Which patients a report lists, and in what order."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from rehab_tracker.accounts.models import Membership, Patient, Person
from rehab_tracker.accounts.queries import looked_after_by_nobody
from rehab_tracker.domain.rule import setting
from rehab_tracker.foundation.folding import Folded, holds_words
from rehab_tracker.logbook.models import ProgramWeek
from rehab_tracker.programs.models import Pause, Program
from rehab_tracker.reports.asked import OWN_PROGRAM, ReportFilter, Sort, Standing
from rehab_tracker.reports.closing import Closing

_ON_TRACK, _PARTLY = setting("on_track_from"), setting("partly_from")

put_together_once = lru_cache(maxsize=16)
"""Keeps statements of the reports read last, 50 KB each: most take longer to build than to run."""


class Asking(NamedTuple):
    """A report that is asked of a database of some kind."""

    asked: ReportFilter
    closing: Closing
    dialect: str

    @classmethod
    def of(cls, db: Session, asked: ReportFilter, closing: Closing) -> "Asking":
        """Return how a session's database is asked."""
        return cls(asked, closing, db.get_bind().dialect.name)

    @property
    def is_narrowed(self) -> bool:
        """Whether the filter leaves patients out, besides those not used."""
        return self.asked.standing is not None or len(conditions(self.asked, self.closing)) > 1


def listed(asking: Asking) -> Select[UUID]:
    """Return the patients whom the filter lists, in no order."""
    if asking.asked.standing:
        return _of_standing(asking)[0]
    return select(Patient.id).where(*conditions(asking.asked, asking.closing))


def in_order(asking: Asking) -> Select[UUID]:
    """Return the listed patients in a total order; those a figure says nothing of come last."""
    orders = {
        Sort.ADHERENCE: _by_adherence,
        Sort.EXTRA: _by_extra,
        Sort.SILENT: _by_silence,
        Sort.NAME: _by_name,
    }
    return orders[asking.asked.sort](asking)


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
        .where(holds_words(Person.name, name))
    )


def _is_silent(days: int, today: date) -> ColumnElement[bool]:
    """Return the condition that a patient logged nothing in an active stretch of so many days."""
    since = today - timedelta(days=days)
    asked_for = (
        select(Program.id)
        .where(
            Program.patient_id == Patient.id,
            Program.starts_on <= since,
            or_(Program.ends_before.is_(None), Program.ends_before > today),
            ~_paused(since, today),
        )
        .correlate(Patient)
        .exists()
    )
    return asked_for & or_(Patient.last_logged_on.is_(None), Patient.last_logged_on <= since)


def of_period(asked: ReportFilter, until: date = date.max) -> list[ColumnElement[bool]]:
    """Return the conditions on rows of the roll-up for the weeks and the programs asked for."""
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


def _sums(asking: Asking, kept: Iterable[str]) -> Subquery:
    """Return the `id` of the listed patients with sums of their closed weeks, if they have any.

    PostgreSQL sums all weeks in one pass before it looks whose they are; SQLite would have to sort
    them for that, so it goes from patient to patient.
    """
    asked, closing, dialect = asking
    closed = of_period(asked, closing.latest)
    if closing.ahead:
        closed.append(closing.is_closed)
    patients = select(Patient.id).where(*conditions(asked, closing))
    sums = {name: _SUMS[name] for name in kept}
    if dialect == "postgresql":
        of_all = select(ProgramWeek.patient_id, *(one.label(name) for name, one in sums.items()))
        weeks = of_all.where(*closed).group_by(ProgramWeek.patient_id).subquery()
        patients = patients.outerjoin(weeks, weeks.c.patient_id == Patient.id)
        sums = {name: weeks.c[name] for name in sums}
    else:
        weeks_of_each = and_(ProgramWeek.patient_id == Patient.id, *closed)
        patients = patients.outerjoin(ProgramWeek, weeks_of_each).group_by(Patient.id)
    known = (func.coalesce(one, 0).label(name) for name, one in sums.items())
    return patients.add_columns(*known).subquery()


_SUMS: Mapping[str, ColumnElement[int]] = {
    "met": func.sum(ProgramWeek.met),
    "due": func.sum(ProgramWeek.due),
    "extra": func.sum(ProgramWeek.extra),
}


def _of_standing(asking: Asking, *more: str) -> tuple[Select[UUID], Subquery]:
    """Return the listed patients, and the sums of their weeks to order them by."""
    sums = _sums(asking, ("met", "due", *more))
    found = select(sums.c.id)
    if asking.asked.standing:
        found = found.where(stands(asking.asked.standing, sums.c.met, sums.c.due))
    return found, sums


def _by_adherence(asking: Asking) -> Select[UUID]:
    found, sums = _of_standing(asking)
    share = sums.c.met * literal(1.0) / func.nullif(sums.c.due, 0)
    return found.order_by(
        case((sums.c.due == 0, 1), else_=0),
        _way(share, down=asking.asked.backwards),
        sums.c.due.desc(),
        sums.c.id,
    )


def _by_extra(asking: Asking) -> Select[UUID]:
    found, sums = _of_standing(asking, "extra")
    return found.order_by(_way(sums.c.extra, down=not asking.asked.backwards), sums.c.id)


def _by_name(asking: Asking) -> Select[UUID]:
    return (
        _among_listed(asking)
        .join(Membership, Membership.id == Patient.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .order_by(_way(Folded(Person.name), down=asking.asked.backwards), Patient.id)
    )


def _by_silence(asking: Asking) -> Select[UUID]:
    begun = _begun(asking.asked.today)
    logged = Patient.last_logged_on
    quiet_since = case((logged > begun.c.on, logged), else_=begun.c.on)
    return (
        _among_listed(asking)
        .outerjoin(begun, begun.c.patient_id == Patient.id)
        .order_by(
            case((begun.c.on.is_(None), 1), else_=0),
            _way(quiet_since, down=asking.asked.backwards),
            Patient.id,
        )
    )


def _among_listed(asking: Asking) -> Select[UUID]:
    """Return the listed patients, ready to be joined with what orders them."""
    found = listed(asking)
    return select(Patient.id).where(Patient.id.in_(found)) if asking.asked.standing else found


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
    since = case((rested.c.last_on > Program.starts_on, rested.c.last_on), else_=Program.starts_on)
    return (
        select(Program.patient_id, func.min(since).label("on"))
        .outerjoin(rested, rested.c.program_id == Program.id)
        .where(
            Program.starts_on <= today,
            or_(Program.ends_before.is_(None), Program.ends_before > today),
            ~_paused(today, today),
        )
        .group_by(Program.patient_id)
        .subquery("begun")
    )


def _paused(since: date, until: date) -> ColumnElement[bool]:
    """Return the condition that a program was paused on any of these days."""
    return (
        select(Pause.id)
        .where(
            Pause.program_id == Program.id,
            Pause.first_on <= until,
            or_(Pause.last_on.is_(None), Pause.last_on >= since),
        )
        .exists()
    )
