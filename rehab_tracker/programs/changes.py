"""What is different between two states of a program, in plain words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from babel.dates import get_day_names
from flask_babel import get_locale
from flask_babel import gettext as _

from rehab_tracker.domain.week import DAYS_PER_WEEK
from rehab_tracker.exercises.words import dose_line
from rehab_tracker.programs.commands import AdjustProgram, PrescriptionDraft, ProgramContent
from rehab_tracker.programs.models import Program, ProgramVersion
from rehab_tracker.programs.plans import content_of
from rehab_tracker.programs.words import PROFILE_NAMES

_BETWEEN = " · "
Names = Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; without `before` something was added, without `after` removed."""

    what: str
    before: str | None
    after: str | None


def changes(before: ProgramContent, after: ProgramContent, names: Names) -> Sequence[Change]:
    """Return what is different, the exercises first; nothing when both say the same."""
    return [
        *_items(before, after, names),
        *(Change(what, *both) for what, both in _settings(before, after) if both[0] != both[1]),
    ]


def renaming(program: Program, command: AdjustProgram) -> Sequence[Change]:
    """Return the change of a program's name, or nothing."""
    title = program.title if command.title is None else command.title.strip()
    return [] if title == program.title else [Change(_("Name, at once"), program.title, title)]


def changes_between(before: ProgramVersion, after: ProgramVersion) -> Sequence[Change]:
    """Return what is different between two versions of a program."""
    rows = (*before.prescriptions, *after.prescriptions)
    names = {row.exercise_id: row.exercise.name for row in rows}
    return changes(content_of(before), content_of(after), names)


def changes_by_version(versions: Sequence[ProgramVersion]) -> Mapping[int, Sequence[Change]]:
    """Return what each version after the first changed, by its number."""
    pairs = pairwise(versions)
    return {version.number: changes_between(earlier, version) for earlier, version in pairs}


def _items(before: ProgramContent, after: ProgramContent, names: Names) -> Iterator[Change]:
    old = {item.exercise_id: item for item in before.items}
    new = {item.exercise_id: item for item in after.items}
    for key, item in new.items():
        if key not in old:
            yield Change(names[key], None, _line(item))
        elif item != old[key]:
            yield Change(names[key], *_difference(_line(old[key]), _line(item)))
    for key, item in old.items():
        if key not in new:
            yield Change(names[key], _line(item), None)
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield Change(_("Order"), *(_order(keys, names) for keys in (old, new)))


def _order(keys: Mapping[UUID, object], names: Names) -> str:
    return ", ".join(names[key] for key in keys)


def _line(item: PrescriptionDraft) -> str:
    return _BETWEEN.join((dose_line(item.dose), _("optional") if item.optional else _("core")))


def _difference(before: str, after: str) -> tuple[str, str]:
    """Return the parts of two lines that differ, and always how much is done where one has more."""
    old, new = before.split(_BETWEEN), after.split(_BETWEEN)
    only_old = [part for part in old if part not in new]
    only_new = [part for part in new if part not in old]
    if not only_old or not only_new:
        only_old, only_new = [old[0], *only_old], [new[0], *only_new]
    return _BETWEEN.join(only_old), _BETWEEN.join(only_new)


def _settings(
    before: ProgramContent, after: ProgramContent
) -> Iterator[tuple[str, tuple[str, str]]]:
    for what, say in (
        (_("Sessions a week"), lambda content: str(content.sessions_per_week)),
        (_("Preferred days"), lambda content: day_line(content.preferred_days)),
        (_("Pain limits"), _limits),
        (_("Note to the patient"), lambda content: content.note.strip() or _("none")),
    ):
        yield what, (say(before), say(after))


def day_names() -> Mapping[int, str]:
    """Return the short names of the weekdays by their ISO number."""
    names = get_day_names("abbreviated", locale=get_locale())
    return {number: names[number - 1] for number in range(1, DAYS_PER_WEEK + 1)}


def day_line(days: Sequence[int]) -> str:
    """Return preferred days in words."""
    return ", ".join(day_names()[day] for day in sorted(days)) or _("any")


def _limits(content: ProgramContent) -> str:
    return _(
        "%(profile)s, green to %(green)s, amber to %(amber)s",
        profile=PROFILE_NAMES[content.pain_profile],
        green=content.green_max,
        amber=content.amber_max,
    )
