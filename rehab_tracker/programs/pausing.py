"""When programs can be paused, resumed and ended."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from flask_babel import gettext as _

from rehab_tracker.domain.permission import Role
from rehab_tracker.domain.rule import setting
from rehab_tracker.domain.schedule import patient_may_pause
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.dates import short_day
from rehab_tracker.foundation.errors import Refused
from rehab_tracker.programs.commands import PauseProgram
from rehab_tracker.programs.holding import is_hold
from rehab_tracker.programs.models import Pause, Program
from rehab_tracker.programs.words import PAUSE_NAMES

_DAY = timedelta(days=1)
Problems = Iterator[tuple[str, str]]


def to_pause(command: PauseProgram, programs: Sequence[Program]) -> Sequence[Program]:
    """Return the programs that get a pause; Refused when it ends early or meets another one.

    Of all programs, those that are paused on all of these days already need none.
    """
    if command.last_on is not None and command.last_on < command.first_on:
        raise Refused({"last_on": _("A pause cannot end before it begins.")})
    running = [program for program in programs if _runs(program, command)]
    if not running:
        raise Refused({"": _("No program runs on these days.")})
    meeting = {program: _met(program, command) for program in running}
    targets = [p for p in running if command.program_id or not _covered(meeting[p], command)]
    first_met = next((p for p in targets or running if meeting[p]), None)
    if first_met is not None:
        raise Refused({"first_on": _overlap(first_met, meeting[first_met][0])})
    return targets


def _runs(program: Program, command: PauseProgram) -> bool:
    ended = program.ends_before is not None and program.ends_before <= command.first_on
    begins_later = command.last_on is not None and program.starts_on > command.last_on
    return not ended and not begins_later


def _met(program: Program, command: PauseProgram) -> Sequence[Pause]:
    return [
        pause
        for pause in program.pauses
        if (pause.last_on or date.max) >= command.first_on
        and pause.first_on <= (command.last_on or date.max)
    ]


def _covered(pauses: Sequence[Pause], command: PauseProgram) -> bool:
    last = command.last_on or date.max
    return any(p.first_on <= command.first_on and (p.last_on or date.max) >= last for p in pauses)


def _overlap(program: Program, pause: Pause) -> str:
    return _(
        "%(program)s is already paused: %(days)s (%(reason)s).",
        program=program.title,
        days=days_of(pause),
        reason=PAUSE_NAMES[pause.reason],
    )


def days_of(pause: Pause) -> str:
    """Return the days of a pause in words."""
    first = short_day(pause.first_on)
    if pause.last_on is None:
        until = _("until your physio clears it") if is_hold(pause) else _("until resumed")
        return f"{first} {until}"
    return _("%(first)s to %(last)s", first=first, last=short_day(pause.last_on))


def own_pause_problems(
    actor: Actor, command: PauseProgram, programs: Sequence[Program], today: date
) -> Problems:
    """Yield why patients cannot set this pause themselves."""
    most = setting("patient_pause_max_days")
    if command.program_id is not None:
        yield "", _("You can pause all your programs at once; ask your physio about a single one.")
    if command.first_on < today:
        yield "first_on", _("A pause can begin today or later. Your physio can enter earlier days.")
    elif command.last_on is not None and command.last_on < command.first_on:
        yield "last_on", _("A pause cannot end before it begins.")
    elif (
        not patient_may_pause(command.first_on, command.last_on, today)
        or _stretch_days(actor, command, programs) > most
    ):
        yield (
            "last_on",
            _("You can pause up to %(days)s days in a row. For more, ask your physio.", days=most),
        )


def _stretch_days(actor: Actor, command: PauseProgram, programs: Sequence[Program]) -> int:
    """Return the days in a row that a patient would have paused, earlier pauses included."""
    first, last = command.first_on, command.last_on or date.max
    own = {(p.first_on, p.last_on or date.max) for program in programs for p in program.pauses
           if p.created_by == actor.membership_id}  # fmt: skip
    for begins, ends in sorted(own, reverse=True):
        first = begins if ends == first - _DAY else first
    for begins, ends in sorted(own):
        last = ends if begins == last + _DAY else last
    return (last - first).days + 1


def to_resume(programs: Sequence[Program], today: date) -> Sequence[tuple[Program, Pause]]:
    """Return the pauses of today with their programs; where there are none, the coming ones.

    A safety hold is not resumed: it is cleared.
    """
    left = [
        (program, pause)
        for program in programs
        for pause in program.pauses
        if (pause.last_on or date.max) >= today and not is_hold(pause)
    ]
    return [pair for pair in left if pair[1].first_on <= today] or left


def may_end(actor: Actor, pause: Pause) -> bool:
    """Tell whether a person may end a pause: patients only what they set themselves."""
    return actor.role != Role.PATIENT or pause.created_by == actor.membership_id


def end_problems(program: Program, ends_before: date, reason: str, today: date) -> Problems:
    """Yield why a program cannot end so; the field of the day is the last one, `last_on`."""
    if not reason.strip():
        yield "reason", _("Say why, in a few words: it stays in the program's history.")
    if program.ends_before is not None and program.ends_before <= today:
        yield "", _("This program has ended already.")
    elif ends_before < program.starts_on:
        day = short_day(program.starts_on)
        yield "last_on", _("The program starts on %(day)s; it cannot end before.", day=day)
    elif ends_before < today:
        yield "last_on", _("The past stays as it is: choose yesterday or a later day.")
