"""The patients of a physio or a clinic with whatever decides who needs a look first."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Membership, Patient, Person, Standing
from rehab_tracker.accounts.queries import PatientCard, looked_after_by_nobody, patient_cards
from rehab_tracker.domain.adherence import Summary, WeekResult, summarize
from rehab_tracker.domain.pain import Light
from rehab_tracker.domain.rule import setting
from rehab_tracker.domain.schedule import active_since
from rehab_tracker.domain.week import Week, WeekStart, local_day, week_of
from rehab_tracker.foundation.folding import holds_words
from rehab_tracker.logbook.models import LoggedSession, MorningCheck, ProgramWeek
from rehab_tracker.logbook.queries import lights_of
from rehab_tracker.programs.models import Program, ProgramVersion
from rehab_tracker.progress.flags import held_flags, light_flags, low_flags, silent_flags
from rehab_tracker.progress.view import SessionView
from rehab_tracker.progress.weekly import RECENT_WEEKS, roll_up
from rehab_tracker.reports.closing import last_closed
from rehab_tracker.reports.grid import Period
from rehab_tracker.reports.need import TELLING, Need, NeedCode, by_need, plan_needs
from rehab_tracker.reports.plans import Running, running_programs

MOST = 300
"""Patients in one list; who has more searches by name or chooses a physio."""

_WEEK = timedelta(weeks=1)
_DAY = timedelta(days=1)
_BASELINE = setting("baseline_window_days") * _DAY
_WEEKS_READ = RECENT_WEEKS + 3


class Tally(NamedTuple):
    """How many patients each list holds."""

    mine: int
    everybody: int
    unassigned: int
    restricted: int


@dataclass(frozen=True, slots=True)
class Case:
    """One patient: reasons to look, the light of the week's last session, how the weeks go."""

    card: PatientCard
    needs: tuple[Need, ...]
    light: Light | None
    this_week: Summary
    recent: Summary
    programs: Sequence[Running]
    today: date

    @property
    def presses(self) -> bool:
        """Whether any reason asks for a look, rather than only telling."""
        return any(need.code not in TELLING for need in self.needs)


def tally(db: Session, physio: UUID) -> Tally:
    """Count the clinic's patients, a physio's own ones and those assigned to nobody."""
    used = Patient.restricted_at.is_(None)
    row = db.execute(
        select(
            func.count().filter(used & (Patient.physio_id == physio)),
            func.count().filter(used),
            func.count().filter(used & looked_after_by_nobody()),
            func.count().filter(~used),
        )
        .select_from(Patient)
        .join(Membership, Membership.id == Patient.membership_id)
        .where(Membership.standing != Standing.DISABLED)
    ).one()
    return Tally(*row)


def cases_of(
    db: Session, *conditions: ColumnElement[bool], name: str = "", now: datetime
) -> list[Case]:
    """Return the patients that conditions on Patient pick, those who need a look first.

    At most MOST by name; people who no longer belong to the clinic are left out, and so are those
    whose record is not used.
    """
    called = [holds_words(Person.name, name)] if name else []
    present = (Membership.standing != Standing.DISABLED) & Patient.restricted_at.is_(None)
    cards = patient_cards(db, present, *conditions, *called, limit=MOST)
    facts = _Facts.read(db, [card.id for card in cards], now)
    cases = [_case(card, facts, now) for card in cards]
    return sorted(cases, key=lambda case: by_need(case.needs))


def restricted_cards(db: Session) -> list[PatientCard]:
    """Return whose records are kept, but not used, by name."""
    present = (Membership.standing != Standing.DISABLED) & Patient.restricted_at.is_not(None)
    return patient_cards(db, present, limit=MOST)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of all listed patients, by their ids."""

    programs: Mapping[UUID, Sequence[Running]]
    weeks: Mapping[UUID, Sequence[Any]]
    sessions: Mapping[UUID, Sequence[Any]]
    mornings: Mapping[UUID, Mapping[date, int]]

    @classmethod
    def read(cls, db: Session, patients: Sequence[UUID], now: datetime) -> "_Facts":
        """Read everything in six statements; UTC's day and one day more suit every zone."""
        today = now.date()
        since = today - _WEEK - _DAY
        return cls(
            running_programs(db, patients, today - _DAY),
            _weeks(db, patients, today),
            _sessions(db, patients, since),
            _mornings(db, patients, since - _BASELINE),
        )


def _weeks(db: Session, patients: Sequence[UUID], today: date) -> Mapping[UUID, list[Any]]:
    period = Period.ending(today + _DAY, _WEEKS_READ, WeekStart.MONDAY)
    rows = db.execute(
        select(
            ProgramWeek.patient_id,
            ProgramWeek.program_id,
            ProgramWeek.first_on.label("shown_on"),
            ProgramWeek.state,
            ProgramWeek.due_sevenths,
            ProgramWeek.due,
            ProgramWeek.done,
            ProgramWeek.extra,
            ProgramWeek.active_days,
            ProgramWeek.paused_days,
            ProgramWeek.dose_num,
            ProgramWeek.dose_den,
        )
        .where(
            ProgramWeek.patient_id.in_(patients),
            ProgramWeek.first_on.in_(period.begins),
        )
        .order_by(ProgramWeek.first_on)
    )
    return _by_patient(rows)


def _sessions(db: Session, patients: Sequence[UUID], since: date) -> Mapping[UUID, list[Any]]:
    rows = db.execute(
        select(
            LoggedSession.patient_id,
            LoggedSession.id,
            LoggedSession.version_id,
            LoggedSession.program_id,
            LoggedSession.performed_on,
            LoggedSession.pain_before,
            LoggedSession.pain_during,
            LoggedSession.settled_within_hour,
            LoggedSession.limp,
            LoggedSession.new_swelling,
            LoggedSession.red_flag,
            LoggedSession.stopped_for_pain,
            LoggedSession.late,
            Program.title,
            ProgramVersion.pain_profile,
            ProgramVersion.green_max,
            ProgramVersion.amber_max,
        )
        .join(ProgramVersion, ProgramVersion.id == LoggedSession.version_id)
        .join(Program, Program.id == LoggedSession.program_id)
        .where(
            LoggedSession.patient_id.in_(patients),
            LoggedSession.performed_on >= since,
            LoggedSession.withdrawn_at.is_(None),
        )
        .order_by(LoggedSession.performed_on, LoggedSession.performed_at, LoggedSession.id)
    )
    return _by_patient(rows)


def _mornings(
    db: Session, patients: Sequence[UUID], since: date
) -> Mapping[UUID, Mapping[date, int]]:
    rows = db.execute(
        select(MorningCheck.patient_id, MorningCheck.on_day, MorningCheck.pain).where(
            MorningCheck.patient_id.in_(patients), MorningCheck.on_day >= since
        )
    )
    found: defaultdict[UUID, dict[date, int]] = defaultdict(dict)
    for patient_id, day, pain in rows:
        found[patient_id][day] = pain
    return found


def _by_patient(rows: Iterable[Any]) -> Mapping[UUID, list[Any]]:
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.patient_id].append(row)
    return found


def _case(card: PatientCard, facts: _Facts, now: datetime) -> Case:
    today = local_day(now, card.zone)
    programs = [p for p in facts.programs.get(card.id, ()) if _runs(p, today)]
    mornings = facts.mornings.get(card.id, {})
    sessions = _session_views(facts.sessions.get(card.id, ()), mornings, card, now)
    this_week = week_of(today, card.patient.week_starts_on)
    last = week_of(last_closed(now, card.zone), card.patient.week_starts_on)
    recent_from = last.first_on - (RECENT_WEEKS - 1) * _WEEK
    results = roll_up(facts.weeks.get(card.id, ())).results
    every = [result for of_one in results.values() for result in of_one]
    return Case(
        card=card,
        needs=tuple(_needs(card, programs, results, last, sessions, mornings, today)),
        light=sessions[-1].light if sessions else None,
        this_week=summarize(r for r in every if r.week == this_week),
        recent=summarize(r for r in every if recent_from <= r.week.first_on <= last.first_on),
        programs=programs,
        today=today,
    )


def _needs(
    card: PatientCard,
    programs: Sequence[Running],
    results: Mapping[UUID, Sequence[WeekResult]],
    last: Week,
    sessions: Sequence[SessionView],
    mornings: Mapping[date, int],
    today: date,
) -> Iterator[Need]:
    """Yield why to look at a patient, as the patient's own page says it, and what is ahead."""
    held = tuple(map(Need.of, held_flags(card.patient.held_at, card.zone)))
    yield from held
    yield from map(Need.of, light_flags(sessions, mornings, today))
    stretches = (active_since(program.plan, today) for program in programs)
    closed = (
        (program.title, [r for r in results.get(program.program_id, ()) if r.week <= last])
        for program in programs
    )
    yield from map(Need.of, silent_flags(card.patient.last_logged_on, stretches, today))
    yield from map(Need.of, low_flags(closed))
    ahead = plan_needs(((program.title, program.plan) for program in programs), today)
    yield from (need for need in ahead if not held or need.code is not NeedCode.PAUSED)
    if card.standing is Standing.PENDING:
        yield Need(NeedCode.INVITED)


def _runs(program: Running, today: date) -> bool:
    return program.plan.ends_before is None or program.plan.ends_before > today


def _session_views(
    rows: Sequence[Any], mornings: Mapping[date, int], card: PatientCard, now: datetime
) -> list[SessionView]:
    lights = lights_of(rows, {row.version_id: row for row in rows}, mornings, card.zone, now)
    return [
        SessionView(
            id=row.id,
            program=row.title,
            performed_on=row.performed_on,
            before=row.pain_before,
            during=row.pain_during,
            next_morning=lights[row.id].next_morning,
            light=lights[row.id],
            stopped_for_pain=row.stopped_for_pain,
            late=row.late,
        )
        for row in rows
    ]
