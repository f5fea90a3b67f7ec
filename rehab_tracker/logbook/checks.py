"""Whether what a patient tells can be true, each problem with the field it belongs to."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from flask_babel import gettext as _

from rehab_tracker.domain.adherence import may_be_logged
from rehab_tracker.domain.rule import setting
from rehab_tracker.foundation.dates import short_day
from rehab_tracker.foundation.errors import Refused
from rehab_tracker.logbook.commands import ExerciseLog, LogSession, SetLog
from rehab_tracker.logbook.timelines import Asked, Timeline
from rehab_tracker.logbook.words import set_name

PAIN_MAX = setting("pain_score_max")
EFFORT_MAX = setting("dose_target_rpe_max")
LOAD_MAX = setting("dose_load_kg_max")
BAND_MAX = setting("dose_band_max")
LATE_DAYS = setting("late_days")
REPS_MAX = 1000
"""More repetitions than anybody does in one set; the database keeps to it too."""

SECONDS_MAX = 36_000
SETS_MAX = 20
NOTE_MAX = 2000
CLOCKS_DIFFER = timedelta(minutes=5)
AHEAD_MOST = timedelta(hours=24)
"""How far ahead of the server's a phone's time may be: it is the next day elsewhere already."""

Problems = Iterator[tuple[str, str]]


def asked_of(
    command: LogSession,
    line: Timeline,
    today: date,
    now: datetime,
    *,
    kept_on: date | None = None,
) -> Asked:
    """Return what the program asked for on the session's day; Refused where it cannot be true.

    A correction may leave the session on its day, `kept_on`, however long ago that is.
    """
    found = dict(_about_the_day(command, line, today, now, kept_on))
    asked = line.asked_on(command.performed_on)
    if asked is None:
        raise Refused(found or {"day": _("Your program had not begun on that day.")})
    found |= dict((*_about_the_knee(command), *_about_exercises(command, asked)))
    if found:
        raise Refused(found)
    return asked


def asked_of_sent(command: LogSession, line: Timeline, now: datetime) -> Asked:
    """Return what the program asked for of a session that a phone sent, however late it arrives.

    It may be of a later local day than the clinic's, or of an older version of the program.
    """
    day, plan = command.performed_on, line.plan
    if command.performed_at > now + AHEAD_MOST:
        raise Refused({"future": _("This time is still to come. Look at the day and time.")})
    if day < plan.starts_on:
        started = short_day(plan.starts_on)
        raise Refused({"before_program": _("Your program began on %(day)s.", day=started)})
    if plan.ends_before is not None and day >= plan.ends_before:
        raise Refused({"after_program": _("Your program had ended by that day.")})
    asked = line.asked_of_phone(day, [done.exercise_id for done in command.exercises])
    if asked is None:
        raise Refused({"before_program": _("Your program had not begun on that day.")})
    if found := dict((*_about_the_knee(command), *_about_exercises(command, asked))):
        raise Refused(found)
    return asked


def about_the_score(score: int | None, field: str) -> Problems:
    """Say what is wrong with a pain score."""
    if score is not None and not 0 <= score <= PAIN_MAX:
        yield field, _("Please choose a number from 0 to 10.")


def _about_the_day(
    command: LogSession, line: Timeline, today: date, now: datetime, kept_on: date | None
) -> Problems:
    day, ends_before = command.performed_on, line.plan.ends_before
    if day > today:
        yield "day", _("This day is still to come.")
    elif day != kept_on and not may_be_logged(day, today):
        yield "day", _("A session can be logged up to %(days)s days back.", days=LATE_DAYS)
    elif day < line.plan.starts_on:
        started = short_day(line.plan.starts_on)
        yield (
            "day",
            _("Your program began on %(day)s; choose that day or a later one.", day=started),
        )
    elif ends_before is not None and day >= ends_before:
        yield "day", _("Your program had ended by that day.")
    elif command.performed_at > now + CLOCKS_DIFFER:
        yield "time", _("This time is still to come.")


def _about_the_knee(command: LogSession) -> Problems:
    yield from about_the_score(command.pain_before, "pain_before")
    yield from about_the_score(command.pain_during, "pain_during")
    if len(command.note) > NOTE_MAX:
        yield "note", _("Please keep the note under %(limit)s characters.", limit=NOTE_MAX)


def _about_exercises(command: LogSession, asked: Asked) -> Problems:
    ids = [done.exercise_id for done in command.exercises]
    if not ids:
        yield "exercises", _("Tick the sets you did, or say why you left an exercise out.")
    elif not asked.doses.keys() >= {*ids} or len({*ids}) < len(ids):
        yield "version", _("Your program asked for other exercises on that day.")
    if command.sore_exercise_id and command.sore_exercise_id not in asked.doses:
        yield "sore_exercise_id", _("Your program did not ask for this exercise on that day.")
    for done in command.exercises:
        yield from _about_exercise(done)


def _about_exercise(done: ExerciseLog) -> Problems:
    field = f"exercise-{done.exercise_id}"
    if done.effort is not None and not 1 <= done.effort <= EFFORT_MAX:
        yield field, _("Effort is a number from 1 to %(most)s.", most=EFFORT_MAX)
    if not done.sets and done.skipped is None:
        yield field, _("Tick the sets you did, or say why you left it out.")
    if len(done.sets) > 2 * SETS_MAX:
        yield field, _("Please log at most %(most)s sets.", most=SETS_MAX)
    for one in done.sets:
        yield from (
            (field, f"{set_name(one.number, one.side)}: {says}") for says in _about_set(one)
        )


def _about_set(one: SetLog) -> Iterator[str]:
    if one.reps is None and one.seconds is None:
        yield _("Say how many repetitions or seconds you did in each ticked set.")
    if one.reps is not None and not 1 <= one.reps <= REPS_MAX:
        yield _("Repetitions are a number from 1 to %(most)s.", most=REPS_MAX)
    if one.seconds is not None and not 1 <= one.seconds <= SECONDS_MAX:
        yield _("Seconds are a number from 1 to %(most)s.", most=SECONDS_MAX)
    if one.load_kg is not None and not 0 < one.load_kg <= LOAD_MAX:
        yield _("A load is more than 0 and at most %(most)s kg.", most=LOAD_MAX)
    if one.band is not None and not 1 <= one.band <= BAND_MAX:
        yield _("A band is a number from 1 to %(most)s.", most=BAND_MAX)
