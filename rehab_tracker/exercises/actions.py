"""The library grows with the seed and with what a clinic writes itself."""

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.domain.dosage import Dose, check_dose
from rehab_tracker.exercises import queries
from rehab_tracker.exercises.figures.captions import slugs
from rehab_tracker.exercises.media import Media, Store
from rehab_tracker.exercises.models import Exercise, Origin
from rehab_tracker.exercises.seed import Library, SeedExercise, load_library
from rehab_tracker.exercises.words import (
    CAUTION_NAMES,
    KIND_NAMES,
    KIT_NAMES,
    KNEE_LOAD_NAMES,
    LATERALITY_NAMES,
    LOAD_TYPE_NAMES,
    POSITION_NAMES,
    REGION_NAMES,
    dose_problem,
)
from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.db import new_id
from rehab_tracker.foundation.errors import Forbidden, Refused
from rehab_tracker.foundation.folding import fold

OWN = "own--"
"""Begins the slug of an exercise that a clinic wrote; no seeded one has two hyphens in a row."""

CUES = (2, 4)
LEVELS = (1, 5)
WEEKLY = (1, 7)
NAME_MAX = 120
_SLUG_WORDS_MAX = 60
_DESCRIBED = (
    "name", "region", "kind", "targets", "position", "equipment", "equipment_any",
    "equipment_optional", "laterality", "level", "pfj_load", "load_type", "sessions_per_week",
    "cautions", "contraindications", "evidence_level", "sources", "cues",
)  # fmt: skip
_AMOUNTS = (
    "sets", "reps", "reps_max", "hold_s", "hold_max_s", "work_s", "band", "tempo", "rest_s",
    "target_rpe",
)  # fmt: skip
_WORD_OF: Mapping[str, Mapping[str, Any]] = {
    "region": REGION_NAMES,
    "kind": KIND_NAMES,
    "position": POSITION_NAMES,
    "laterality": LATERALITY_NAMES,
    "pfj_load": KNEE_LOAD_NAMES,
    "load_type": LOAD_TYPE_NAMES,
}
_WORDS_OF: Mapping[str, Mapping[str, Any]] = {
    "equipment": KIT_NAMES,
    "equipment_any": KIT_NAMES,
    "equipment_optional": KIT_NAMES,
    "cautions": CAUTION_NAMES,
    "contraindications": CAUTION_NAMES,
}


@dataclass(frozen=True)
class Seeded:
    """How many exercises the seed brought to a clinic, and how many of its texts it renewed."""

    added: int
    changed: int


@dataclass(frozen=True, kw_only=True)
class ExerciseDraft:
    """An exercise as a clinic writes it; whose turn it is in a dose follows from `laterality`."""

    name: str
    language: str
    region: str
    kind: str
    targets: tuple[str, ...]
    position: str
    equipment: tuple[str, ...]
    equipment_any: tuple[str, ...]
    equipment_optional: tuple[str, ...]
    laterality: str
    level: int
    pfj_load: str
    load_type: str
    dose: Dose
    sessions_per_week: int
    optional: bool
    cautions: tuple[str, ...]
    contraindications: tuple[str, ...]
    evidence_level: str | None
    sources: tuple[str, ...]
    cues: tuple[str, ...]


def seed_clinic(db: Session, library: Library | None = None) -> Seeded:
    """Bring the clinic's seeded exercises up to date; its own and what it hid stay as they are."""
    library = library or load_library()
    seeded = db.scalars(select(Exercise).where(Exercise.origin == Origin.SEED))
    present = {exercise.slug: exercise for exercise in seeded}
    wanted = {
        slug: _seed_columns(exercise, library.language) | {"figure": slug}
        for slug, exercise in library.exercises.items()
    }
    added = wanted.keys() - present.keys()
    changed = sum(
        bool(_renew(present[slug], wanted[slug])) for slug in wanted.keys() & present.keys()
    )
    db.add_all(
        Exercise(slug=slug, origin=Origin.SEED, **columns)
        for slug, columns in wanted.items()
        if slug in added
    )
    if added or changed:
        audit.record(db, None, "library.seeded", added=len(added), changed=changed)
    db.flush()
    return Seeded(len(added), changed)


def _seed_columns(exercise: SeedExercise, language: str) -> dict[str, Any]:
    return _columns(exercise) | {
        "language": language,
        "optional": exercise.optional_default,
        "ladder": exercise.ladder,
        "rung": exercise.rung,
    }


def _columns(described: SeedExercise | ExerciseDraft) -> dict[str, Any]:
    values = {name: getattr(described, name) for name in _DESCRIBED}
    lists = {name: list(value) for name, value in values.items() if isinstance(value, tuple)}
    return values | lists | {"dose": _dose_row(described.dose)}


def _dose_row(dose: Dose) -> dict[str, Any]:
    amounts = {name: getattr(dose, name) for name in _AMOUNTS}
    amounts["load_kg"] = None if dose.load_kg is None else str(dose.load_kg)
    return {name: amount for name, amount in amounts.items() if amount is not None}


def _renew(exercise: Exercise, columns: Mapping[str, Any]) -> list[str]:
    """Set what differs and return its names."""
    differing = [name for name, value in columns.items() if getattr(exercise, name) != value]
    for name in differing:
        setattr(exercise, name, columns[name])
    return differing


def add_exercise(db: Session, actor: Actor, draft: ExerciseDraft) -> Exercise:
    """Add an exercise of the clinic's own; it stands on no ladder."""
    exercise = _own(_checked(draft))
    db.add(exercise)
    audit.record(db, actor, "exercise.added", subject_id=exercise.id)
    return exercise


def copy_exercise(db: Session, actor: Actor, slug: str, store: Store) -> Exercise:
    """Make an exercise the clinic's own to edit; the one it comes from stays as it is."""
    origin = queries.exercise(db, slug)
    kept = (*_DESCRIBED, "language", "dose", "optional", "figure")
    columns = {name: getattr(origin, name) for name in kept}
    columns["name"] = _("%(name)s (copy)", name=origin.name)[:NAME_MAX]
    if origin.media_id and origin.media_type:
        copied = store.copy(db, origin.media_id, origin.media_type)
        columns |= {"media_id": copied, "media_type": origin.media_type if copied else None}
    exercise = _own(columns, copied_from=origin.slug)
    db.add(exercise)
    audit.record(db, actor, "exercise.copied", subject_id=exercise.id, source=origin.slug)
    return exercise


def change_exercise(db: Session, actor: Actor, slug: str, draft: ExerciseDraft) -> Exercise:
    """Change an exercise of the clinic's own; raises Forbidden for a seeded one."""
    exercise = own_exercise(db, slug)
    changed = _renew(exercise, _checked(draft))
    audit.record(db, actor, "exercise.changed", subject_id=exercise.id, fields=changed)
    return exercise


def choose_figure(db: Session, actor: Actor, slug: str, figure: str | None, store: Store) -> None:
    """Show an exercise of the clinic's own by a drawn figure, or by none."""
    if figure is not None and figure not in slugs():
        raise Refused({"figure": _("Please choose one of the figures.")})
    _without_picture(db, actor, slug, store).figure = figure


def show_media(db: Session, actor: Actor, slug: str, media: Media, store: Store) -> None:
    """Show an exercise of the clinic's own by a picture or film that it brought."""
    exercise = _without_picture(db, actor, slug, store)
    exercise.media_id, exercise.media_type = store.keep(db, media), media.type


def _without_picture(db: Session, actor: Actor, slug: str, store: Store) -> Exercise:
    exercise = own_exercise(db, slug)
    if exercise.media_id and exercise.media_type:
        store.release(db, exercise.media_id, exercise.media_type)
    exercise.figure = exercise.media_id = exercise.media_type = None
    audit.record(db, actor, "exercise.pictured", subject_id=exercise.id)
    return exercise


def own_exercise(db: Session, slug: str) -> Exercise:
    """Return an exercise that the clinic may edit; raises Forbidden for a seeded one."""
    exercise = queries.exercise(db, slug)
    if exercise.origin is Origin.SEED:
        raise Forbidden({"": _("Exercises of the seed library stay as they are. Copy it first.")})
    return exercise


def hide_exercise(db: Session, actor: Actor, slug: str) -> None:
    """Stop offering an exercise; programs that hold it keep it."""
    _put(db, actor, slug, hidden=True)


def show_exercise(db: Session, actor: Actor, slug: str) -> None:
    """Offer a hidden exercise again."""
    _put(db, actor, slug, hidden=False)


def _put(db: Session, actor: Actor, slug: str, *, hidden: bool) -> None:
    exercise = queries.exercise(db, slug)
    exercise.hidden = hidden
    action = "exercise.hidden" if hidden else "exercise.shown"
    audit.record(db, actor, action, subject_id=exercise.id)


def _own(columns: Mapping[str, Any], copied_from: str | None = None) -> Exercise:
    return Exercise(
        id=new_id(),
        slug=_own_slug(columns["name"]),
        origin=Origin.CLINIC,
        copied_from=copied_from,
        **columns,
    )


def _own_slug(name: str) -> str:
    words = "-".join(re.findall("[a-z0-9]+", fold(name)))[:_SLUG_WORDS_MAX].strip("-")
    return f"{OWN}{words or 'exercise'}-{secrets.token_hex(3)}"


def _checked(draft: ExerciseDraft) -> dict[str, Any]:
    if problems := dict(_problems(draft)):
        raise Refused(problems)
    return _columns(draft) | {"language": draft.language, "optional": draft.optional}


def _problems(draft: ExerciseDraft) -> Iterator[tuple[str, str]]:
    if not 0 < len(draft.name) <= NAME_MAX:
        yield "name", _("A name has 1 to %(most)s characters.", most=NAME_MAX)
    for field, words in _WORD_OF.items():
        if getattr(draft, field) not in words:
            yield field, _("Please choose from the list.")
    for field, words in _WORDS_OF.items():
        if not words.keys() >= set(getattr(draft, field)):
            yield field, _("Please choose from the list.")
    if draft.evidence_level not in (None, *load_library().vocabularies.evidence_levels):
        yield "evidence_level", _("Please choose from the list.")
    if len(draft.equipment_any) == 1:
        yield "equipment_any", _("Choose two or more here; a single thing is simply needed.")
    yield from _outside("level", draft.level, LEVELS)
    yield from _outside("sessions_per_week", draft.sessions_per_week, WEEKLY)
    least, most = CUES
    if not least <= len(draft.cues) <= most:
        yield "cues", _("Write %(least)s to %(most)s cues, each on a line.", least=least, most=most)
    yield from ((problem.field, dose_problem(problem)) for problem in check_dose(draft.dose))


def _outside(field: str, number: int, limits: tuple[int, int]) -> Iterator[tuple[str, str]]:
    least, most = limits
    if not least <= number <= most:
        yield field, _("From %(least)s to %(most)s, please.", least=least, most=most)
