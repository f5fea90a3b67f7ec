"""The logbook's words as people read them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_time
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from rehab_tracker.domain.pain import Color, Light, Status
from rehab_tracker.foundation.dates import long_day, short_day
from rehab_tracker.logbook.models import (
    LoggedSession,
    LogRevision,
    SetSide,
    SkipReason,
    TreatmentKind,
)
from rehab_tracker.logbook.queries import HasLimits

SKIP_NAMES = {
    SkipReason.PAIN: _l("Pain"),
    SkipReason.NO_TIME: _l("No time"),
    SkipReason.NO_KIT: _l("No kit at hand"),
    SkipReason.FORGOT: _l("Forgot"),
    SkipReason.FELT_BETTER: _l("Felt better without it"),
    SkipReason.OTHER: _l("Another reason"),
}
SIDE_NAMES = {SetSide.LEFT: _l("Left"), SetSide.RIGHT: _l("Right")}
TREATMENT_NAMES = {
    TreatmentKind.HANDS_ON: _l("Hands-on care"),
    TreatmentKind.TAPING: _l("Taping"),
    TreatmentKind.ORTHOSIS: _l("Foot orthosis"),
    TreatmentKind.BRACE: _l("Brace"),
    TreatmentKind.EDUCATION: _l("Education"),
    TreatmentKind.OTHER: _l("Other treatment"),
}
SIGN_NAMES = {
    "limp": _l("pain changed the way of moving"),
    "new_swelling": _l("new swelling"),
    "stopped_for_pain": _l("stopped because of pain"),
    "red_flag": _l("a warning sign"),
}
STATUS_NAMES = {
    Status.PENDING: _l("for now, until the next morning"),
    Status.UNCONFIRMED: _l("not confirmed by the next morning"),
    Status.FINAL: _l("confirmed by the next morning"),
}
COLOR_NAMES = {
    Color.GREEN: _l("Green"),
    Color.AMBER: _l("Amber"),
    Color.RED: _l("Red"),
    Color.STOP: _l("Stop"),
}
HEADLINES = {
    Color.GREEN: _l("Within your safe range. Carry on."),
    Color.AMBER: _l("Acceptable. Hold here for now."),
    Color.RED: _l("Too much today."),
    Color.STOP: _l("Stop the program and get help."),
}
ADVICE = {
    Color.GREEN: _l("Do your next session as planned."),
    Color.AMBER: _l(
        "Do not add anything yet. If it happens again, make the movement smaller, go slower or "
        "do fewer repetitions next time."
    ),
    Color.RED: _l(
        "Leave out what hurt. Wait until the pain is back to its usual level: at least 24 hours "
        "after strength work, 48 hours after running or jumping. Then take the easier version "
        "that your physio allowed."
    ),
    Color.STOP: _l("Do not go on with any program until your physio has spoken with you."),
}
_REASONS = {
    "P0": _l("You told of a warning sign."),
    "P1": _l("Worst pain %(during)s is above your limit of %(amber)s."),
    "P2": _l("You noticed new swelling."),
    "P3": _l("Pain changed the way you moved."),
    "P4": _l("Worst pain %(during)s is above your green range, which ends at %(green)s."),
    "P5": _l("The pain had not settled within an hour."),
    "P9": _l("Worst pain %(during)s is in your green range, which ends at %(green)s."),
    "M1": _l("The next morning's pain %(morning)s is %(rise)s above your usual %(usual)s."),
    "M2": _l(
        "The next morning's pain %(morning)s is low, but %(rise)s above your usual %(usual)s."
    ),
    "M3": _l("The next morning's pain %(morning)s is a little above your usual %(usual)s."),
    "M9": _l("The next morning's pain %(morning)s is no more than your usual %(usual)s."),
}


def reason_line(light: Light, session: LoggedSession, limits: HasLimits) -> str:
    """Return why a light has its color, with the numbers that decided."""
    morning, usual = light.next_morning, light.baseline
    return str(_REASONS[light.code]) % {
        "during": session.pain_during,
        "green": limits.green_max,
        "amber": limits.amber_max,
        "morning": morning,
        "usual": usual,
        "rise": (morning or 0) - (usual or 0),
    }


def reason_patterns() -> dict[str, str]:
    """Return the reasons of the lights at saving, with `{during}` and the like to be filled in."""
    blanks = {
        name: f"{{{name}}}" for name in ("during", "green", "amber", "morning", "usual", "rise")
    }
    return {code: str(reason) % blanks for code, reason in _REASONS.items() if code[0] == "P"}


def next_line(light: Light, today: date, performed_on: date) -> str:
    """Return what is still to come for a light, or what the next morning said."""
    if light.status is Status.PENDING:
        return _asking(today, performed_on)
    if light.next_morning is None:
        return _(
            "The next morning was not recorded, so this light stays unconfirmed. "
            "That is not counted as zero pain."
        )
    if light.status is Status.UNCONFIRMED:
        return _(
            "The next morning you said %(morning)s of 10. There was nothing to compare it with, "
            "so this light stays unconfirmed.",
            morning=light.next_morning,
        )
    return _(
        "The next morning you said %(morning)s of 10; your usual is %(usual)s. "
        "This light is final.",
        morning=light.next_morning,
        usual=light.baseline,
    )


def _asking(today: date, performed_on: date) -> str:
    if performed_on == today:
        return _(
            "Tomorrow from 4 in the morning Today asks one question: how your knee is then. "
            "Only that makes this light final."
        )
    return _("Today asks how your knee is this morning. Only that makes this light final.")


def day_name(day: date, today: date) -> str:
    """Return a day as people say it near it: today, yesterday, else with its date."""
    names = {0: _("Today"), 1: _("Yesterday")}
    return names.get((today - day).days) or short_day(day)


def time_of(instant: datetime, zone: ZoneInfo) -> str:
    """Return the hour and minute of an instant in a zone."""
    return format_time(instant.astimezone(zone), "short", locale=get_locale())


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a session tells; `key` finds the same thing in another revision."""

    key: str
    label: str
    text: str


def lines_of(content: Mapping[str, Any], names: Mapping[str, str]) -> list[Line]:
    """Return what a session's content tells, in reading order; `names` are the exercises' by id."""
    return [
        *_knee_lines(content, names),
        *(
            Line(done["exercise_id"], _name(names, done["exercise_id"]), _done_line(done))
            for done in content["exercises"]
        ),
    ]


def _knee_lines(content: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Line]:
    when = datetime.fromisoformat(content["performed_at"])
    day = long_day(date.fromisoformat(content["performed_on"]))
    yield Line("when", _("When"), f"{day}, {time_of(when, ZoneInfo(content['zone']))}")
    yield Line("before", _("Pain before"), _score(content["pain_before"]))
    yield Line("during", _("Worst pain"), _score(content["pain_during"]))
    if content["settled_within_hour"] is not None:
        settled = _yes_no(content["settled_within_hour"])
        yield Line("settled", _("Settled within an hour"), settled)
    yield Line("signs", _("Also noticed"), _signs(content))
    if content["sore_exercise_id"]:
        yield Line("sore", _("What hurt"), _name(names, content["sore_exercise_id"]))
    if content["note"]:
        yield Line("note", _("Note"), content["note"])


def _name(names: Mapping[str, str], exercise_id: str) -> str:
    return names.get(exercise_id) or _("An exercise")


def _score(score: int | None) -> str:
    return _("not said") if score is None else _("%(score)s of 10", score=score)


def _signs(content: Mapping[str, Any]) -> str:
    told = [str(name) for key, name in SIGN_NAMES.items() if content[key]]
    return ", ".join(told) or _("nothing")


def _yes_no(told: bool) -> str:
    return _("Yes") if told else _("No")


def _done_line(done: Mapping[str, Any]) -> str:
    parts = [_sets_line(done["sets"])] if done["sets"] else []
    if done["effort"] is not None:
        parts.append(_("effort %(effort)s of 10", effort=done["effort"]))
    if done["skipped"]:
        reason = str(SKIP_NAMES[SkipReason(done["skipped"])])
        says = _("rest left out: %(reason)s") if done["sets"] else _("left out: %(reason)s")
        parts.append(says % {"reason": reason})
    return " · ".join(parts)


def set_name(number: int, side: SetSide | None) -> str:
    """Return a set as people call it: Set 2, left."""
    if side is None:
        return _("Set %(number)s", number=number)
    return _("Set %(number)s, %(side)s", number=number, side=str(SIDE_NAMES[side]).lower())


def _sets_line(sets: Sequence[Mapping[str, Any]]) -> str:
    counted = ngettext("%(num)s set", "%(num)s sets", len(sets))
    sides = [(side, [one for one in sets if one["side"] == side]) for side in (None, *SetSide)]
    amounts = [
        " ".join(filter(None, (str(SIDE_NAMES[side]) if side else "", _amounts(of_side))))
        for side, of_side in sides
        if of_side
    ]
    return " · ".join((counted, *amounts))


def _amounts(sets: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(_amount(one) for one in sets)


def _amount(one: Mapping[str, Any]) -> str:
    done = _("%(time)s s", time=one["seconds"]) if one["reps"] is None else str(one["reps"])
    if one["load_kg"] is not None:
        done += " × " + _("%(load)s kg", load=one["load_kg"])
    if one["band"] is not None:
        done += " " + _("(band %(number)s)", number=one["band"])
    return done


@dataclass(frozen=True, slots=True)
class Earlier:
    """How a session read before, and the lines that then changed or went."""

    revision: LogRevision
    lines: Sequence[tuple[Line, bool]]


def with_changes(
    now: Sequence[Line], before: Sequence[tuple[LogRevision, Sequence[Line]]]
) -> list[Earlier]:
    """Return each earlier reading with the lines marked that the next one says differently."""
    found = []
    later = now
    for revision, lines in before:
        known = {line.key: line.text for line in later}
        marked = [(line, known.get(line.key) != line.text) for line in lines]
        found.append(Earlier(revision, marked))
        later = lines
    return found
