"""What must be true of a program before it is kept; each problem leads to one sentence."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from uuid import UUID

from flask_babel import gettext as _

from rehab_tracker.domain.dosage import check_dose
from rehab_tracker.domain.rule import setting
from rehab_tracker.domain.week import DAYS_PER_WEEK
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.exercises.words import dose_problem
from rehab_tracker.foundation.dates import short_day
from rehab_tracker.programs.commands import AdjustProgram, AssignProgram, ProgramContent
from rehab_tracker.programs.models import ProgramVersion

ITEMS_MAX = 30
"""Exercises of one program; nobody keeps up a tenth of it."""

_BACK = timedelta(days=setting("late_days"))
_AHEAD = timedelta(days=366)
_WEEKDAYS = range(1, DAYS_PER_WEEK + 1)

Problems = Iterator[tuple[str, str]]


def content_problems(
    content: ProgramContent, exercises: Mapping[UUID, Exercise], kept: Collection[UUID] = ()
) -> Problems:
    """Yield field and sentence of all that is wrong; `kept` were prescribed before."""
    if content.sessions_per_week not in _WEEKDAYS:
        yield "sessions_per_week", _("Choose 1 to 7 sessions a week.")
    if not set(content.preferred_days) <= {*_WEEKDAYS}:
        yield "preferred_days", _("Choose days of the week.")
    yield from _limit_problems(content)
    yield from _list_problems(content)
    yield from _item_problems(content, exercises, kept)


def _limit_problems(content: ProgramContent) -> Problems:
    worst = setting("pain_score_max")
    if not 0 <= content.green_max < worst:
        yield "green_max", _("Enter a whole number from 0 to 9.")
    elif not content.green_max <= content.amber_max <= worst:
        yield "amber_max", _("Enter a whole number from the green limit to 10.")


def _list_problems(content: ProgramContent) -> Problems:
    if not content.items:
        yield "items", _("Add at least one exercise.")
    elif all(item.optional for item in content.items):
        yield "items", _("Make at least one exercise core: only core exercises count as a session.")
    elif len(content.items) > ITEMS_MAX:
        yield "items", _("A program can hold %(count)s exercises.", count=ITEMS_MAX)


def _item_problems(
    content: ProgramContent, exercises: Mapping[UUID, Exercise], kept: Collection[UUID]
) -> Problems:
    times = Counter[UUID]()
    for place, item in enumerate(content.items):
        exercise = exercises.get(item.exercise_id)
        times[item.exercise_id] += 1
        if exercise is None:
            yield f"items-{place}-exercise", _("This exercise is not in your library.")
        elif exercise.hidden and item.exercise_id not in kept:
            yield f"items-{place}-exercise", _("Your clinic has hidden this exercise.")
        elif times[item.exercise_id] > 1:
            yield f"items-{place}-exercise", _("This exercise is in the program already.")
        for problem in check_dose(item.dose):
            yield f"items-{place}-{problem.field}", dose_problem(problem)


def assignment_problems(command: AssignProgram, today: date) -> Problems:
    """Yield what is wrong with the title and the beginning of a new program."""
    yield from _title_problems(command.title)
    if command.starts_on < today - _BACK:
        yield (
            "starts_on",
            _("A program can start a week ago at the earliest: only those days can be logged."),
        )
    yield from _too_far("starts_on", command.starts_on, today)


def adjustment_problems(
    command: AdjustProgram, newest: ProgramVersion, ends_before: date | None, today: date
) -> Problems:
    """Yield what is wrong with the title, the reason and the first day of a change."""
    if command.title is not None:
        yield from _title_problems(command.title)
    if not command.reason.strip():
        yield "reason", _("Say why, in a few words: it stays in the program's history.")
    if command.effective_from < today:
        yield "effective_from", _("The past stays as it is: choose today or a later day.")
    elif command.effective_from < newest.effective_from:
        day = short_day(newest.effective_from)
        yield (
            "effective_from",
            _("The newest version holds from %(day)s: choose that or a later day.", day=day),
        )
    elif ends_before is not None and command.effective_from >= ends_before:
        day = short_day(ends_before - timedelta(days=1))
        yield "effective_from", _("The last day of this program is %(day)s.", day=day)
    yield from _too_far("effective_from", command.effective_from, today)


def _title_problems(title: str) -> Problems:
    if not title.strip():
        yield "title", _("Give the program a name.")


def _too_far(field: str, day: date, today: date) -> Problems:
    if day > today + _AHEAD:
        yield field, _("Choose a day within a year.")
