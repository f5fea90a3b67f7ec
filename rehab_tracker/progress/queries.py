"""Reads of one patient's progress: six statements, however long the history is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ScalarSelect, bindparam, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from rehab_tracker.accounts.models import Patient
from rehab_tracker.accounts.queries import PatientCard
from rehab_tracker.domain.pain import Light
from rehab_tracker.domain.rule import setting
from rehab_tracker.domain.schedule import Pause, Plan, Version, active_since, version_on
from rehab_tracker.domain.week import local_day
from rehab_tracker.education.models import TopicState
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.logbook.models import (
    ClinicTreatment,
    LoggedExercise,
    LoggedSession,
    PerformedSet,
    ProgramWeek,
    WeeklyCheck,
)
from rehab_tracker.logbook.queries import lights_of, mornings_of
from rehab_tracker.programs.models import Program, ProgramVersion
from rehab_tracker.progress.flags import held_flags, light_flags, low_flags, silent_flags
from rehab_tracker.progress.trends import exercise_trends
from rehab_tracker.progress.view import (
    Flag,
    Happening,
    PauseView,
    ProgramView,
    Progress,
    SessionView,
    VersionView,
    WeekPain,
)
from rehab_tracker.progress.weekly import (
    NOTHING,
    RollUp,
    Window,
    figures,
    roll_up,
    together,
    week_views,
)

_DAY = timedelta(days=1)
_BASELINE = setting("baseline_window_days") * _DAY


def progress_of(db: Session, card: PatientCard, *, now: datetime, weeks: int = 26) -> Progress:
    """Return what both pages print of a patient: weeks, pain, trends and reasons to look.

    `weeks` is at least six, so that the recent figure lies in the window.
    """
    today = local_day(now, card.zone)
    window = Window(now, card.zone, today, card.patient.week_starts_on, weeks)
    programs = _programs(db, card.id)
    rows = _weeks(db, card.id, window)
    rolled = roll_up(rows)
    of_window = {"patient_id": card.id, "first_on": window.first_on}
    mornings = mornings_of(db, card.id, window.first_on - _BASELINE, today)
    logged = db.execute(_SESSIONS, of_window).all()
    sessions = _session_views(logged, programs, mornings, window)
    everything = rolled.every_result()
    treated, cards_read = _treated(db, of_window)
    shown = week_views(everything, window)
    return Progress(
        today=today,
        weeks=shown,
        recent_weeks=tuple(w for w in shown if w.closed and w.week.first_on >= window.recent_from),
        figures=figures(everything, together(*rolled.earlier.values()), window),
        programs=tuple(_program_view(program, rolled, window) for program in programs),
        sessions=sessions,
        trends=exercise_trends(db.execute(_PERFORMED, of_window)),
        happenings=_happenings(programs, treated),
        cards_read=cards_read,
        felt={
            row.shown_on: WeekPain(row.worst, row.usual)
            for row in rows
            if row.shown_on and row.worst is not None
        },
        flags=_flags(card, programs, rolled, sessions, mornings, window),
    )


_OF_PATIENT: BindParameter[UUID] = bindparam("patient_id")
_FROM_DAY: BindParameter[date] = bindparam("first_on")
_PROGRAMS = (
    select(Program)
    .where(Program.patient_id == _OF_PATIENT)
    .options(joinedload(Program.versions), joinedload(Program.pauses))
    .order_by(Program.starts_on, Program.id)
)


def _programs(db: Session, patient_id: UUID) -> Sequence[Program]:
    return db.scalars(_PROGRAMS, {"patient_id": patient_id}).unique().all()


_SUMMED = ("due_sevenths", "due", "done", "met", "extra", "active_days", "paused_days")
_WEEKS = (
    select(
        ProgramWeek.program_id,
        case((ProgramWeek.first_on >= _FROM_DAY, ProgramWeek.first_on)).label("shown_on"),
        ProgramWeek.state,
        ProgramWeek.dose_den,
        func.sum(ProgramWeek.dose_num).label("dose_num"),
        func.max(WeeklyCheck.worst).label("worst"),
        func.max(WeeklyCheck.usual).label("usual"),
        *(func.sum(getattr(ProgramWeek, name)).label(name) for name in _SUMMED),
    )
    .outerjoin(
        WeeklyCheck,
        (WeeklyCheck.clinic_id == ProgramWeek.clinic_id)
        & (WeeklyCheck.patient_id == ProgramWeek.patient_id)
        & (WeeklyCheck.first_on == ProgramWeek.first_on),
    )
    .where(ProgramWeek.patient_id == _OF_PATIENT, ProgramWeek.first_on <= bindparam("today"))
    .group_by(ProgramWeek.program_id, "shown_on", ProgramWeek.state, ProgramWeek.dose_den)
    .order_by("shown_on", ProgramWeek.program_id)
)


def _weeks(db: Session, patient_id: UUID, window: Window) -> Sequence[Any]:
    """Return the window's weeks one by one, and all before as one row per program and state.

    Grouping by the dose's denominator keeps its sum exact.
    """
    days = {"first_on": window.first_on, "today": window.today}
    return db.execute(_WEEKS, {"patient_id": patient_id, **days}).all()


def _best(amount: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """Return the most of one exercise's sets; a join with GROUP BY would read the whole clinic."""
    of_exercise = PerformedSet.exercise_row_id == LoggedExercise.id
    return select(func.max(amount)).where(of_exercise).correlate(LoggedExercise).scalar_subquery()


_OF_WINDOW = (
    LoggedSession.patient_id == _OF_PATIENT,
    LoggedSession.withdrawn_at.is_(None),
    LoggedSession.performed_on >= _FROM_DAY,
)
_IN_ORDER = (LoggedSession.performed_on, LoggedSession.performed_at, LoggedSession.id)
_SESSIONS = (
    select(
        LoggedSession.id,
        LoggedSession.program_id,
        LoggedSession.version_id,
        LoggedSession.performed_on,
        LoggedSession.pain_before,
        LoggedSession.pain_during,
        LoggedSession.settled_within_hour,
        LoggedSession.limp,
        LoggedSession.new_swelling,
        LoggedSession.red_flag,
        LoggedSession.stopped_for_pain,
        LoggedSession.late,
    )
    .where(*_OF_WINDOW)
    .order_by(*_IN_ORDER)
)
_PERFORMED = (
    select(
        LoggedSession.performed_on,
        LoggedExercise.exercise_id,
        Exercise.name,
        Exercise.language,
        _best(PerformedSet.load_kg),
        _best(PerformedSet.reps),
        _best(PerformedSet.seconds),
    )
    # Outer joins keep SQLite from beginning with every exercise that anybody ever logged.
    .outerjoin(LoggedExercise, LoggedExercise.session_id == LoggedSession.id)
    .outerjoin(Exercise, Exercise.id == LoggedExercise.exercise_id)
    .where(*_OF_WINDOW)
    .order_by(*_IN_ORDER, LoggedExercise.position)
)


def _session_views(
    sessions: Sequence[Any],
    programs: Sequence[Program],
    mornings: Mapping[date, int],
    window: Window,
) -> tuple[SessionView, ...]:
    versions = {version.id: version for program in programs for version in program.versions}
    lights = lights_of(sessions, versions, mornings, window.zone, window.now)
    titles = {program.id: program.title for program in programs}
    return tuple(_session_view(row, titles[row.program_id], lights[row.id]) for row in sessions)


def _session_view(row: Any, program: str, light: Light) -> SessionView:
    return SessionView(
        id=row.id,
        program=program,
        performed_on=row.performed_on,
        before=row.pain_before,
        during=row.pain_during,
        next_morning=light.next_morning,
        light=light,
        stopped_for_pain=row.stopped_for_pain,
        late=row.late,
    )


def _program_view(program: Program, rolled: RollUp, window: Window) -> ProgramView:
    results = rolled.results.get(program.id, ())
    is_over = program.ends_before is not None and program.ends_before <= window.today
    in_force = version_on(_plan(program), window.today)
    shown = week_views(results, window, results[-1].week.last_on if results else None)
    versions = {v.number: _version_view(v) for v in program.versions}
    return ProgramView(
        id=program.id,
        title=program.title,
        starts_on=program.starts_on,
        ends_before=program.ends_before,
        version=versions[in_force.number] if in_force else next(iter(versions.values())),
        coming=next((v for v in versions.values() if v.effective_from > window.today), None),
        pause=_pause_on(program, window.today),
        is_over=is_over,
        weeks=shown,
        current=next((w for w in shown if window.today in w.week), None),
        figures=figures(results, rolled.earlier.get(program.id, NOTHING), window),
    )


def _plan(program: Program) -> Plan:
    """Return when a program asks for sessions; what it asks for is not needed here."""
    return Plan(
        starts_on=program.starts_on,
        ends_before=program.ends_before,
        versions=tuple(
            Version(v.effective_from, v.number, v.sessions_per_week, {}) for v in program.versions
        ),
        pauses=tuple(Pause(p.first_on, p.last_on, p.reason) for p in program.pauses),
    )


def _version_view(version: ProgramVersion) -> VersionView:
    return VersionView(
        number=version.number,
        effective_from=version.effective_from,
        sessions_per_week=version.sessions_per_week,
        pain_profile=version.pain_profile,
        reason=version.reason,
    )


def _pause_on(program: Program, day: date) -> PauseView | None:
    pauses = (PauseView(p.first_on, p.last_on, p.reason) for p in program.pauses)
    return next(
        (p for p in pauses if p.first_on <= day and (p.last_on is None or day <= p.last_on)), None
    )


_CARDS_READ = (
    select(func.count())
    .where(TopicState.patient_id == Patient.id, TopicState.read_at.is_not(None))
    .correlate(Patient)
    .scalar_subquery()
)
_TREATED = (
    select(ClinicTreatment, _CARDS_READ)
    .select_from(Patient)
    .outerjoin(
        ClinicTreatment,
        (ClinicTreatment.patient_id == Patient.id) & (ClinicTreatment.on_day >= _FROM_DAY),
    )
    .where(Patient.id == _OF_PATIENT)
    .order_by(ClinicTreatment.on_day, ClinicTreatment.id)
)


def _treated(db: Session, of_window: Mapping[str, Any]) -> tuple[Sequence[ClinicTreatment], int]:
    """Return the treatments of the window, and how many cards were ever read."""
    rows = db.execute(_TREATED, of_window).all()
    return [row[0] for row in rows if row[0]], rows[0][1] if rows else 0


def _happenings(
    programs: Sequence[Program], treatments: Sequence[ClinicTreatment]
) -> tuple[Happening, ...]:
    """Return what may explain a change, in order; a pause of several programs happens once."""
    found = chain(
        _changes(programs),
        _pauses(programs),
        (Happening(t.on_day, "treatment", t.kind, "", t.note) for t in treatments),
    )
    return tuple(sorted(found, key=lambda happening: (happening.on, happening.kind)))


def _changes(programs: Sequence[Program]) -> Iterator[Happening]:
    for program in programs:
        for version in program.versions:
            on = max(version.effective_from, program.starts_on)
            yield Happening(on, "plan", str(version.number), program.title, version.reason)


def _pauses(programs: Sequence[Program]) -> Iterable[Happening]:
    pauses = [pause for program in programs for pause in program.pauses]
    return {
        (p.first_on, p.last_on, p.reason): Happening(
            p.first_on, "pause", p.reason, "", p.note, until=p.last_on
        )
        for p in pauses
    }.values()


def _flags(
    card: PatientCard,
    programs: Sequence[Program],
    rolled: RollUp,
    sessions: Sequence[SessionView],
    mornings: Mapping[date, int],
    window: Window,
) -> tuple[Flag, ...]:
    running = [p for p in programs if p.ends_before is None or p.ends_before > window.today]
    closed = (
        (p.title, [r for r in rolled.results.get(p.id, ()) if window.is_closed(r.week)])
        for p in running
    )
    stretches = (active_since(_plan(program), window.today) for program in running)
    last_logged_on = sessions[-1].performed_on if sessions else card.patient.last_logged_on
    return (
        *held_flags(card.patient.held_at, window.zone),
        *light_flags(sessions, mornings, window.today),
        *silent_flags(last_logged_on, stretches, window.today),
        *low_flags(closed),
    )
