"""The weekly roll-up, kept in step by the transaction that changes what it rests on."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    cast,
    delete,
    event,
    func,
    inspect,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, SessionTransaction, UOWTransaction

from rehab_tracker.accounts.models import Patient
from rehab_tracker.domain.adherence import Log, WeekResult, score_week
from rehab_tracker.domain.week import Week, weeks_between
from rehab_tracker.foundation.db import insert_or_update, table_of
from rehab_tracker.foundation.errors import NotVisible
from rehab_tracker.logbook.models import LoggedExercise, LoggedSession, ProgramWeek
from rehab_tracker.logbook.timelines import Timeline, timelines
from rehab_tracker.programs.models import Pause, Program, ProgramVersion

HORIZON_WEEKS = 104
"""How many weeks of a program without an end are written ahead: silence needs no event."""

USED_WEEKS = HORIZON_WEEKS // 2
"""A program that was logged within so many weeks before a day is written ahead at least to it."""

_HORIZON = timedelta(weeks=HORIZON_WEEKS)
_USED = timedelta(weeks=USED_WEEKS)
_WEEK = timedelta(days=7)
_BATCH = 200
_KEY = "weeks"


@dataclass(frozen=True, slots=True)
class Span:
    """Local days whose weeks may read differently now; without an end, all that follow."""

    first: date
    last: date | None


@dataclass(slots=True)
class _Pending:
    """What a transaction has touched so far, and the programs it holds for itself."""

    spans: defaultdict[UUID, set[Span]] = field(default_factory=lambda: defaultdict(set))
    logged: set[UUID] = field(default_factory=set)
    held: dict[UUID, Timeline] = field(default_factory=dict)


def hold_record(db: Session, patient_id: UUID) -> None:
    """Let others who write to a patient's logbook wait until this transaction is done."""
    _lock(db, _RECORD, patient=patient_id)


def hold_program(db: Session, patient_id: UUID, program_id: UUID) -> Timeline:
    """Return a patient's program to log to; nobody else writes its weeks until the commit.

    NotVisible when the patient has none of that id.
    """
    hold_record(db, patient_id)
    found = timelines(db, [program_id]).get(program_id)
    if found is None or found.patient_id != patient_id:
        raise NotVisible
    _pending(db).held[program_id] = found
    return found


def rebuild(db: Session, program_ids: Iterable[UUID] | None = None) -> int:
    """Compute every week of some or all programs anew and return how many that were."""
    if program_ids is None:
        program_ids = db.scalars(select(Program.id).order_by(Program.id))
    ids, written = list(program_ids), 0
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        if not (lines := _locked(db, batch)):
            continue
        written += _write(db, lines, {key: {Span(date.min, None)} for key in lines})
        _note_last_logged(db, {line.patient_id for line in lines.values()})
    return written


@event.listens_for(Session, "after_flush")
def _notice(db: Session, _context: UOWTransaction) -> None:
    for row in (*db.new, *db.dirty, *db.deleted):
        if isinstance(row, LoggedSession) and not _is_late(db, row):
            _pending(db).logged.add(row.patient_id)
        if isinstance(row, LoggedSession | Program | ProgramVersion | Pause):
            for program_id, span in _touched(row):
                _pending(db).spans[program_id].add(span)
                if span.last is None or isinstance(row, Pause):
                    _pending(db).held.pop(program_id, None)


@event.listens_for(Session, "before_commit")
def keep_weeks(db: Session) -> None:
    """Bring the roll-up in step with everything that this transaction touched."""
    if db.in_nested_transaction():
        return
    db.flush()
    pending: _Pending | None = db.info.pop(_KEY, None)
    if pending and pending.spans:
        _write(db, _lines(db, pending), pending.spans)
        _note_last_logged(db, pending.logged)


@event.listens_for(Session, "after_soft_rollback")
def _forget(db: Session, previous: SessionTransaction) -> None:
    if not previous.nested:
        db.info.pop(_KEY, None)


def _is_late(db: Session, row: LoggedSession) -> bool:
    """Tell whether a new session leaves the patient's newest day as it was."""
    line = _pending(db).held.get(row.program_id)
    newest = line.last_logged_on if line else None
    return row in db.new and newest is not None and row.performed_on <= newest


def _pending(db: Session) -> _Pending:
    pending: _Pending = db.info.setdefault(_KEY, _Pending())
    return pending


def _touched(row: LoggedSession | Program | ProgramVersion | Pause) -> Iterator[tuple[UUID, Span]]:
    if isinstance(row, LoggedSession):
        for day in _was_and_is(row, "performed_on"):
            yield row.program_id, Span(day, day)
    elif isinstance(row, ProgramVersion):
        yield row.program_id, Span(row.effective_from, None)
    elif isinstance(row, Pause):
        lasts = _was_and_is(row, "last_on")
        last = None if None in lasts else max(lasts)
        yield row.program_id, Span(min(_was_and_is(row, "first_on")), last)
    elif limits := [day for name in ("starts_on", "ends_before") for day in _changed(row, name)]:
        yield row.id, Span(min(limits), None)


def _was_and_is(row: object, name: str) -> set[Any]:
    history = inspect(row).attrs[name].history
    return {*history.added, *history.unchanged, *history.deleted}


def _changed(row: object, name: str) -> list[date]:
    history = inspect(row).attrs[name].history
    return [day for day in (*history.added, *history.deleted) if day is not None]


def _held(which: ColumnElement[bool]) -> Select[UUID]:
    return select(Patient.id).where(which).order_by(Patient.id).with_for_update(key_share=True)


_RECORD = _held(Patient.id == bindparam("patient"))
_RECORDS_OF = _held(
    Patient.id.in_(
        select(Program.patient_id).where(Program.id.in_(bindparam("programs", expanding=True)))
    )
)


def _lock(db: Session, records: Select[UUID], **whose: object) -> None:
    """Let writers of one patient's weeks wait for each other; SQLite's writers always do."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(records, whose)


def _lines(db: Session, pending: _Pending) -> Mapping[UUID, Timeline]:
    others = pending.spans.keys() - pending.held.keys()
    if not others:
        return pending.held
    return pending.held | _locked(db, others)


def _locked(db: Session, program_ids: Collection[UUID]) -> dict[UUID, Timeline]:
    """Return programs as they read once everybody else who writes to their patients is done."""
    _lock(db, _RECORDS_OF, programs=list(program_ids))
    return timelines(db, program_ids)


def _write(
    db: Session, lines: Mapping[UUID, Timeline], touched: Mapping[UUID, Collection[Span]]
) -> int:
    """Write the touched weeks and return how many they were."""
    logs = _logs(db, touched)
    rows: list[dict[str, Any]] = []
    gone: list[ColumnElement[bool]] = []
    for program_id, spans in touched.items():
        if line := lines.get(program_id):
            _score(line, spans, logs[program_id], rows, gone)
    if gone:
        db.execute(
            delete(ProgramWeek).where(or_(*gone)).execution_options(synchronize_session=False)
        )
    if rows:
        rows.sort(key=lambda row: row["first_on"])  # who writes at the same time never crosses
        db.execute(_upsert(db.get_bind().dialect.name), rows)
    return len(rows)


_BY_DAY = (LoggedSession.program_id, LoggedSession.performed_on, LoggedExercise.exercise_id)
_COUNTED_SETS = (
    select(
        *_BY_DAY,
        func.sum(LoggedExercise.counted_sets),
        func.max(cast(LoggedSession.stopped_for_pain, Integer)),
    )
    .join(
        LoggedExercise,
        (LoggedExercise.session_id == LoggedSession.id)
        & (LoggedExercise.clinic_id == LoggedSession.clinic_id),
    )
    .where(
        LoggedSession.program_id.in_(bindparam("programs", expanding=True)),
        LoggedSession.performed_on >= bindparam("first"),
        LoggedSession.performed_on <= bindparam("last"),
        LoggedSession.withdrawn_at.is_(None),
    )
    .group_by(*_BY_DAY)
)


def _logs(
    db: Session, touched: Mapping[UUID, Collection[Span]]
) -> defaultdict[UUID, defaultdict[date, list[Log]]]:
    """Return the counted sets of all touched weeks, by program and day."""
    spans = [span for of_one in touched.values() for span in of_one]
    first = max(min(span.first for span in spans), date.min + _WEEK) - _WEEK
    last = min(max(span.last or date.max for span in spans), date.max - _WEEK) + _WEEK
    days = {"programs": list(touched), "first": first, "last": last}
    found: defaultdict[UUID, defaultdict[date, list[Log]]] = defaultdict(lambda: defaultdict(list))
    for program_id, day, exercise_id, counted, stopped in db.execute(_COUNTED_SETS, days):
        found[program_id][day].append(Log(day, {str(exercise_id): counted}, bool(stopped)))
    return found


def _score(
    line: Timeline,
    spans: Collection[Span],
    logs: Mapping[date, list[Log]],
    rows: list[dict[str, Any]],
    gone: list[ColumnElement[bool]],
) -> None:
    """Add the rows to write and what to delete: weeks after the end with nothing done in them."""
    end = _end(line, max(logs, default=None))
    open_from = min((span.first for span in spans if span.last is None), default=None)
    if open_from is not None:
        opening = line.week(max(open_from, line.plan.starts_on))
        gone.append(_of(line, ProgramWeek.first_on >= opening.first_on))
    for week in sorted(_weeks(line, spans, logs, end)):
        of_week = [log for day in week.days for log in logs.get(day, ())]
        result = score_week(line.plan, of_week, week)
        if week.first_on <= end or result.extra:
            rows.append(_row(line, result))
        elif open_from is None:
            gone.append(_of(line, ProgramWeek.first_on == week.first_on))


def _end(line: Timeline, newest_log: date | None) -> date:
    """Return the last day that is written ahead; a program in use moves it on."""
    plan = line.plan
    if plan.ends_before is not None:
        return plan.ends_before - timedelta(days=1)
    planned = max(plan.starts_on, *(v.effective_from for v in plan.versions)) + _HORIZON
    if newest_log is not None and newest_log + _USED > planned:
        return newest_log + _HORIZON
    return max(planned, line.written_to or planned)


def _weeks(
    line: Timeline, spans: Iterable[Span], logs: Collection[date], end: date
) -> Iterable[Week]:
    """Return the weeks that the spans touch, and those that the moving end has reached."""
    found = set()
    for span in spans:
        first = line.week(max(span.first, line.plan.starts_on)).first_on
        found.update(weeks_between(first, span.last or end, line.week_starts_on))
        if span.last is None:
            found.update(line.week(day) for day in logs if day >= first)
    if line.written_to is not None:
        ahead = line.week(line.written_to).next().first_on
        found.update(weeks_between(ahead, end, line.week_starts_on))
    return found


def _row(line: Timeline, result: WeekResult) -> dict[str, Any]:
    return {
        "clinic_id": line.clinic_id,
        "patient_id": line.patient_id,
        "program_id": line.program_id,
        "first_on": result.week.first_on,
        "dose_num": result.dose.numerator,
        "dose_den": result.dose.denominator,
        **{name: getattr(result, name) for name in _SCORES},
    }


def _of(line: Timeline, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(
        ProgramWeek.clinic_id == line.clinic_id,
        ProgramWeek.program_id == line.program_id,
        condition,
    )


_SCORES = ("state", "due_sevenths", "due", "done", "met", "extra", "active_days", "paused_days")


@cache
def _upsert(dialect: str) -> Any:
    # The rows carry the clinic of the program that they were computed from, so the write guard is
    # not needed.
    statement = insert_or_update(dialect, table_of(ProgramWeek))
    scores = {name: statement.excluded[name] for name in (*_SCORES, "dose_num", "dose_den")}
    return statement.on_conflict_do_update(
        index_elements=["clinic_id", "first_on", "patient_id", "program_id"], set_=scores
    )


_NEWEST = (
    select(LoggedSession.performed_on)
    .where(
        LoggedSession.clinic_id == Patient.clinic_id,
        LoggedSession.patient_id == Patient.id,
        LoggedSession.withdrawn_at.is_(None),
    )
    .order_by(LoggedSession.performed_on.desc())
    .limit(1)
    .scalar_subquery()
)
_NOTE_LAST_LOGGED = (
    update(table_of(Patient))
    .where(Patient.id.in_(bindparam("patients", expanding=True)))
    .values(last_logged_on=_NEWEST)
)


def _note_last_logged(db: Session, patients: Collection[UUID]) -> None:
    """Keep the newest day with a standing log on each patient."""
    if patients:  # they are those of the programs that were held, seen by the clinic's own filter
        db.connection().execute(_NOTE_LAST_LOGGED, {"patients": list(patients)})
