"""Program templates as one clinic can use them: with its own exercises, at the templates' doses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from rehab_tracker.domain.dosage import Dose, minutes, seconds_per_session
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.exercises.seed import SeedProgram, SeedTemplate, load_library
from rehab_tracker.foundation.errors import NotVisible

_ENTRY = {
    "worst_pain_week_min": _l("worst pain of the week %(n)s or more"),
    "worst_pain_week_max": _l("worst pain of the week %(n)s or less"),
    "or_settle_hours_over": _l("or pain that takes more than %(n)s h to settle"),
    "settles_within_hours": _l("pain settles within %(n)s h"),
    "chair_squat_x10_pain_max": _l("10 chair squats at pain %(n)s or less"),
    "no_recent_surgery": _l("no recent surgery"),
    "cue_reduces_pain": _l("a cue changes the pain"),
    "brisk_walk_30_min_pain_max": _l("30 minutes of brisk walking at pain %(n)s or less"),
    "single_leg_squat_x10_pain_max": _l("10 single-leg squats at pain %(n)s or less"),
    "single_leg_calf_raise_reps_min": _l("%(n)s single-leg calf raises or more"),
    "no_red_days": _l("no red light for %(n)s days"),
    "no_new_swelling_days": _l("no new swelling for %(n)s days"),
    "physio_clearance": _l("cleared by the physio"),
    "goals_met": _l("goals are met"),
}


@dataclass(frozen=True)
class StarterItem:
    """One exercise of the clinic at a template's dose."""

    exercise: Exercise
    dose: Dose
    optional: bool


@dataclass(frozen=True)
class StarterProgram:
    """One program of a template; `missing` names what the clinic has not, or has hidden."""

    title: str
    sessions_per_week: int
    items: tuple[StarterItem, ...]
    missing: tuple[str, ...]

    @property
    def core_count(self) -> int:
        """How many exercises count towards adherence."""
        return sum(not item.optional for item in self.items)

    @property
    def session_minutes(self) -> int:
        """Minutes of one session with everything optional in it."""
        return minutes(seconds_per_session(item.dose for item in self.items))


@dataclass(frozen=True)
class Starter:
    """A template with its programs as this clinic can assign them."""

    template: SeedTemplate
    programs: tuple[StarterProgram, ...]

    @property
    def entry(self) -> str:
        """When the template suits, in words."""
        return ", ".join(_entry(self.template.entry))

    @property
    def length(self) -> str:
        """How long the template is usually followed."""
        low, high = self.template.weeks_min, self.template.weeks_max
        return _("%(low)s to %(high)s weeks", low=low, high=high)


def starters(library: Sequence[Exercise]) -> Sequence[Starter]:
    """Return every template, resolved in a clinic's library by the exercises' slugs."""
    usable = {exercise.slug: exercise for exercise in library if not exercise.hidden}
    return [
        Starter(template, tuple(_program(program, usable) for program in template.programs))
        for template in load_library().templates.values()
    ]


def starter(library: Sequence[Exercise], slug: str) -> Starter:
    """Return one template; NotVisible when there is none of that slug."""
    for found in starters(library):
        if found.template.slug == slug:
            return found
    raise NotVisible


def template_title(slug: str | None) -> str | None:
    """Return the title of the template that a program came from, if it still exists."""
    template = load_library().templates.get(slug or "")
    return template.title if template else None


def _program(program: SeedProgram, usable: Mapping[str, Exercise]) -> StarterProgram:
    known = load_library().exercises
    items = tuple(
        StarterItem(usable[item.exercise], item.dose, item.optional)
        for item in program.items
        if item.exercise in usable
    )
    missing = tuple(
        known[item.exercise].name for item in program.items if item.exercise not in usable
    )
    return StarterProgram(program.title, program.sessions_per_week, items, missing)


def _entry(entry: Mapping[str, Any]) -> Iterator[str]:
    for key, number in entry.items():
        yield str(_ENTRY[key]) % {"n": number}


def core_line(program: StarterProgram) -> str:
    """Return how much a template's program is: "3 × a week · 4 core exercises · 24 min"."""
    core = ngettext("%(num)s core exercise", "%(num)s core exercises", program.core_count)
    return _(
        "%(times)s × a week · %(core)s · %(minutes)s min",
        times=program.sessions_per_week,
        core=core,
        minutes=program.session_minutes,
    )
