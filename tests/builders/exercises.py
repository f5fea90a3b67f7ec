"""Exercises of a clinic, with only what a test cares about."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from rehab_tracker.exercises import actions, queries
from rehab_tracker.exercises.models import Exercise, Origin
from rehab_tracker.exercises.seed import load_library


def a_library(db: Session, *slugs: str) -> Mapping[str, Exercise]:
    """Seed the clinic of the session with the library, or a few of its exercises, by slug."""
    library = load_library()
    few = {slug: library.exercises[slug] for slug in slugs}
    actions.seed_clinic(db, replace(library, exercises=MappingProxyType(few or library.exercises)))
    return {exercise.slug: exercise for exercise in queries.library(db)}


def an_exercise(db: Session, **columns: Any) -> Exercise:
    """Add one exercise of the clinic's own, such as no seed has."""
    exercise = make_exercise(**columns)
    db.add(exercise)
    db.flush()
    return exercise


def make_exercise(**columns: Any) -> Exercise:
    """Return an exercise that is in no database."""
    name = columns.get("name", "Towel slide")
    return Exercise(
        **{
            "slug": f"own--{name.lower().replace(' ', '-')}",
            "origin": Origin.CLINIC,
            "hidden": False,
            "language": "en",
            "name": name,
            "region": "thigh",
            "kind": "strength",
            "targets": ["quadriceps"],
            "position": "standing",
            "equipment": [],
            "equipment_any": [],
            "equipment_optional": [],
            "laterality": "per_side",
            "level": 2,
            "pfj_load": "low",
            "load_type": "bodyweight",
            "dose": {"sets": 3, "reps": 10, "reps_max": 15, "rest_s": 60, "target_rpe": 7},
            "sessions_per_week": 3,
            "optional": False,
            "cautions": [],
            "contraindications": [],
            "sources": [],
            "cues": ["Slide the foot back slowly", "Keep the hips level"],
        }
        | columns
    )


TYPED = {
    "name": "Towel slide",
    "language": "en",
    "region": "thigh",
    "kind": "strength",
    "level": "2",
    "pfj_load": "low",
    "position": "supine",
    "laterality": "per_side",
    "load_type": "bodyweight",
    "targets": "hamstrings\r\ngluteus maximus",
    "equipment": ["towel"],
    "cautions": ["kneeling"],
    "cues": "Slide the heel away slowly\r\n\r\nKeep the hips up",
    "sets": "3",
    "reps": "8",
    "reps_max": "12",
    "rest_s": "60",
    "target_rpe": "7",
    "sessions_per_week": "3",
    "evidence_level": "",
    "sources": "Our own practice",
}
"""What a physio types into the form of a new exercise."""
