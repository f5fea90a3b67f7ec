"""All that a phone needs for a week of training without signal, as JSON's own types."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from rehab_tracker.domain.red_flags import WORDING
from rehab_tracker.domain.rule import SETTINGS
from rehab_tracker.domain.schedule import Plan
from rehab_tracker.domain.week import local_day, week_of
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.exercises.words import dose_line
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.logbook.actions import own_record
from rehab_tracker.logbook.cards import cards_of
from rehab_tracker.logbook.models import LoggedExercise, LoggedSession
from rehab_tracker.logbook.queries import Counted, counted_of, last_done, mornings_of
from rehab_tracker.programs.models import Prescription, Program, ProgramVersion
from rehab_tracker.programs.plans import dose_of, plan_of, version_row_on
from rehab_tracker.programs.queries import programs_of
from rehab_tracker.safety.queries import is_held, numbers_of

_DAY = timedelta(days=1)
AHEAD = timedelta(days=7)
_MORNINGS = timedelta(days=14)
_LAST = timedelta(days=90)
"""How long ago the last time still says what somebody can do."""

Figures = Callable[[Exercise, str], Mapping[str, str] | None]
"""Gives the addresses of an exercise's pictures, shown on the prescribed side."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the exercises of every program are told with."""

    last: Mapping[UUID, tuple[LoggedSession, LoggedExercise]]
    figures: Figures
    counted: Sequence[Counted]


def plan_for(db: Session, actor: Actor, now: datetime, figures: Figures) -> dict[str, Any]:
    """Return the acting patient's plan in eleven statements, however much was logged."""
    patient_id, today = own_record(actor), local_day(now, actor.zone)
    week = week_of(today, actor.week_starts_on)
    counted = counted_of(db, patient_id, min(week.first_on, today - _DAY), week.last_on)
    known = _Known(last_done(db, patient_id, today - _LAST), figures, counted)
    mornings = mornings_of(db, patient_id, today - _MORNINGS, today)
    numbers = numbers_of(db, actor.clinic_id)
    return {
        "zone": str(actor.zone),
        "today": today.isoformat(),
        "week_starts_on": actor.week_starts_on,
        "is_held": is_held(db, patient_id),
        "words_version": WORDING,
        "rules": {name: row.value for name, row in SETTINGS.items()},
        "mornings": [{"on_day": day.isoformat(), "pain": pain} for day, pain in mornings.items()],
        "programs": [
            _program(program, today, known)
            for program in programs_of(db, patient_id)
            if _is_near(program, today)
        ],
        "help": asdict(numbers),
    }


def _is_near(program: Program, today: date) -> bool:
    """Tell whether a program runs on a day that the plan is for."""
    ended = program.ends_before is not None and program.ends_before <= today
    return program.starts_on <= today + AHEAD and not ended


def _program(program: Program, today: date, known: _Known) -> dict[str, Any]:
    version = version_row_on(program, max(today, program.starts_on)) or program.versions[0]
    coming = version_row_on(program, today + AHEAD)
    return {
        "id": str(program.id),
        "title": program.title,
        "schedule": schedule_of(plan_of(program)),
        "logs": [_log(one) for one in known.counted if one.program_id == program.id],
        **_version(version, known),
        "next": _next(coming, known) if coming and coming.number > version.number else None,
    }


def schedule_of(plan: Plan) -> dict[str, Any]:
    """Return what the phone counts a week with, by the rule of domain/adherence.py."""
    return {
        "starts_on": plan.starts_on.isoformat(),
        "ends_before": _iso(plan.ends_before),
        "versions": [asdict(v) | {"effective_from": _iso(v.effective_from)} for v in plan.versions],
        "pauses": [
            {"first_on": _iso(p.first_on), "last_on": _iso(p.last_on), "reason": p.reason}
            for p in plan.pauses
        ],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _log(one: Counted) -> dict[str, Any]:
    return {
        "client_id": str(one.client_id),
        "performed_on": one.performed_on.isoformat(),
        "done_sets": {str(exercise): sets for exercise, sets in one.done_sets.items()},
        "stopped_for_pain": one.stopped_for_pain,
    }


def _next(version: ProgramVersion, known: _Known) -> dict[str, Any]:
    return {"effective_from": version.effective_from.isoformat(), **_version(version, known)}


def _version(version: ProgramVersion, known: _Known) -> dict[str, Any]:
    return {
        "version_id": str(version.id),
        "version_number": version.number,
        "sessions_per_week": version.sessions_per_week,
        "limits": {
            "green_max": version.green_max,
            "amber_max": version.amber_max,
            "profile": version.pain_profile,
        },
        "note": version.note,
        "exercises": [
            _exercise(card.prescription, list(card.sides), known) for card in cards_of(version)
        ],
    }


def _exercise(item: Prescription, sides: list[Any], known: _Known) -> dict[str, Any]:
    exercise, dose = item.exercise, dose_of(item)
    amounts = asdict(dose)
    del amounts["side"], amounts["per_side"]
    return {
        "id": str(exercise.id),
        "slug": exercise.slug,
        "name": exercise.name,
        "language": exercise.language,
        "cues": exercise.cues[:2],
        "optional": item.optional,
        "side": item.side,
        "per_side": item.per_side,
        "dose": amounts | {"load_kg": _load(item.load_kg)},
        "dose_line": dose_line(dose),
        "sides": sides,
        "last": _last(*known.last[exercise.id]) if exercise.id in known.last else None,
        "figures": known.figures(exercise, item.side),
    }


def _last(session: LoggedSession, done: LoggedExercise) -> dict[str, Any]:
    """Return what was done last: the amounts of the last set, before which nobody knew more."""
    one = done.sets[-1]
    return {
        "on_day": session.performed_on.isoformat(),
        "reps": one.reps,
        "seconds": one.seconds,
        "load_kg": _load(one.load_kg),
        "band": one.band,
        "effort": done.effort,
    }


def _load(load: Decimal | None) -> str | None:
    return None if load is None else f"{load.normalize():f}"
