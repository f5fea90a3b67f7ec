"""A clinic's library as it is read."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.domain.dosage import Dose, Side
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.exercises.words import KIND_NAMES, REGION_NAMES
from rehab_tracker.foundation.errors import NotVisible
from rehab_tracker.foundation.folding import fold

_REGIONS = tuple(REGION_NAMES)
_KINDS = tuple(KIND_NAMES)


def library(db: Session) -> Sequence[Exercise]:
    """Return the clinic's exercises, hidden ones too: by region and kind, each ladder upwards."""
    return sorted(db.scalars(select(Exercise)), key=_place)


def _place(exercise: Exercise) -> tuple[object, ...]:
    return (
        _REGIONS.index(exercise.region),
        _KINDS.index(exercise.kind),
        exercise.ladder is None,
        exercise.ladder or "",
        exercise.rung or 0,
        fold(exercise.name),
        exercise.id,
    )


def exercise(db: Session, slug: str) -> Exercise:
    """Return the exercise at an address of the library; raises NotVisible."""
    if not slug.isprintable():  # PostgreSQL takes no NUL bytes
        raise NotVisible
    found = db.scalars(select(Exercise).where(Exercise.slug == slug)).one_or_none()
    if found is None:
        raise NotVisible
    return found


def media(db: Session, media_id: UUID) -> Exercise:
    """Return the exercise that a file shows; raises NotVisible."""
    found = db.scalars(select(Exercise).where(Exercise.media_id == media_id)).one_or_none()
    if found is None:
        raise NotVisible
    return found


def ladder(db: Session, slug: str) -> Sequence[Exercise]:
    """Return the clinic's exercises of a ladder, the easiest first."""
    rungs = select(Exercise).where(Exercise.ladder == slug)
    return db.scalars(rungs.order_by(Exercise.rung, Exercise.id)).all()


def by_id(db: Session, ids: Iterable[UUID]) -> dict[UUID, Exercise]:
    """Return those of the ids that are exercises of the clinic."""
    found = db.scalars(select(Exercise).where(Exercise.id.in_(set(ids))))
    return {exercise.id: exercise for exercise in found}


def dose_of(exercise: Exercise) -> Dose:
    """Return the dose at which an exercise starts."""
    amounts = dict(exercise.dose)
    load = amounts.pop("load_kg", None)
    return Dose(
        **amounts,
        load_kg=None if load is None else Decimal(load),
        side=Side.ALTERNATING if exercise.laterality == "alternating" else Side.BOTH,
        per_side=exercise.laterality == "per_side",
    )
