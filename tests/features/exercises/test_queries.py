"""A clinic reads its own library, in an order that makes sense."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from rehab_tracker.domain.dosage import Dose, Side
from rehab_tracker.exercises import queries
from rehab_tracker.exercises.seed import load_library
from rehab_tracker.foundation.db import Database
from rehab_tracker.foundation.errors import NotVisible
from tests.builders.exercises import a_library, an_exercise, make_exercise
from tests.builders.people import a_clinic


def test_each_ladder_is_listed_upwards_and_in_one_place(db: Session):
    a_library(db)
    listed = [exercise.slug for exercise in queries.library(db)]
    squats = load_library().ladders["squat"].rungs
    start = listed.index(squats[0])
    assert tuple(listed[start : start + len(squats)]) == squats


def test_the_regions_follow_each_other_and_own_exercises_close_theirs(db: Session):
    a_library(db)
    an_exercise(db, name="Aaa", region="hip", kind="strength")
    listed = queries.library(db)
    regions = [exercise.region for exercise in listed]
    assert list(dict.fromkeys(regions)) == ["hip", "thigh", "calf", "ankle", "trunk", "foot"]
    assert regions == sorted(regions, key=list(dict.fromkeys(regions)).index)
    strong_hips = [e for e in listed if (e.region, e.kind) == ("hip", "strength")]
    assert strong_hips[-1].name == "Aaa"


def test_hidden_exercises_are_read_too(db: Session):
    an_exercise(db, hidden=True)
    assert [exercise.hidden for exercise in queries.library(db)] == [True]


def test_the_rungs_of_a_ladder_come_easiest_first(db: Session):
    a_library(db)
    rungs = tuple(exercise.slug for exercise in queries.ladder(db, "step"))
    assert rungs == load_library().ladders["step"].rungs


def test_ids_of_another_clinic_lead_nowhere(db: Session, database: Database):
    ours = an_exercise(db)
    db.commit()
    elsewhere = a_clinic(database, name="Elsewhere")
    with database.of_clinic(elsewhere.id) as other:
        theirs = an_exercise(other)
    assert queries.by_id(db, [ours.id, theirs.id, ours.id]) == {ours.id: ours}
    assert queries.by_id(db, []) == {}


def test_a_slug_that_nobody_has_is_not_there(db: Session):
    for slug in ("no-such", "wall\0sit", "", "'; drop table exercise; --", "🦵"):
        with pytest.raises(NotVisible):
            queries.exercise(db, slug)


def test_a_default_dose_keeps_its_load_exactly_and_takes_its_sides_from_the_exercise():
    exercise = make_exercise(
        laterality="alternating", dose={"sets": 2, "reps": 8, "load_kg": "2.25", "rest_s": 30}
    )
    assert queries.dose_of(exercise) == Dose(
        sets=2, reps=8, load_kg=Decimal("2.25"), rest_s=30, side=Side.ALTERNATING
    )
