"""What the seed brings, what a clinic writes itself, and that neither harms the other."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.domain.dosage import Dose
from rehab_tracker.domain.permission import Role
from rehab_tracker.domain.week import WeekStart
from rehab_tracker.exercises import actions, queries
from rehab_tracker.exercises.actions import ExerciseDraft, Seeded
from rehab_tracker.exercises.media import Store
from rehab_tracker.exercises.models import Exercise, Origin
from rehab_tracker.exercises.seed import Library, load_library
from rehab_tracker.exercises.seed_schema import SLUG
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Database, new_id
from rehab_tracker.foundation.errors import Forbidden, NotVisible, Refused
from tests.builders.exercises import a_library, an_exercise
from tests.builders.people import a_clinic, a_member

DRAFT = ExerciseDraft(
    name="Towel slide",
    language="en",
    region="thigh",
    kind="strength",
    targets=("hamstrings",),
    position="supine",
    equipment=("towel",),
    equipment_any=(),
    equipment_optional=("mat",),
    laterality="per_side",
    level=2,
    pfj_load="low",
    load_type="bodyweight",
    dose=Dose(sets=3, reps=8, reps_max=12, rest_s=60),
    sessions_per_week=3,
    optional=False,
    cautions=("kneeling",),
    contraindications=(),
    evidence_level=None,
    sources=("Our own practice",),
    cues=("Slide the heel away slowly", "Keep the hips up"),
)

SOMEONE = Actor(
    person_id=new_id(),
    membership_id=new_id(),
    clinic_id=new_id(),
    role=Role.PHYSIO,
    name="Ines Okafor",
    zone=ZoneInfo("Europe/Berlin"),
    clinic_name="Harbor Physio",
    week_starts_on=WeekStart.MONDAY,
    permissions=(),
)


@pytest.fixture
def physio(db: Session, clinic: Clinic) -> Actor:
    return a_member(db, clinic, Role.PHYSIO).actor


def without(library: Library, slug: str) -> Library:
    kept = {key: exercise for key, exercise in library.exercises.items() if key != slug}
    return replace(library, exercises=MappingProxyType(kept))


def reworded(library: Library, slug: str, **fields: Any) -> Library:
    exercises = dict(library.exercises)
    exercises[slug] = replace(exercises[slug], **fields)
    return replace(library, exercises=MappingProxyType(exercises))


def deeds(db: Session) -> list[str]:
    db.commit()
    return list(db.scalars(select(AuditEvent.action).order_by(AuditEvent.action)))


def exercises(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Exercise)) or 0


def test_a_new_clinic_gets_the_whole_library_in_a_few_statements(
    db: Session, statements: list[str]
):
    assert actions.seed_clinic(db) == Seeded(added=90, changed=0)
    db.commit()
    verbs = [statement.split()[0] for statement in statements]
    assert verbs.count("SELECT") == 2, "what there is, and the end of the audit"
    assert verbs.count("INSERT") == 2, "the exercises and the audit"
    assert deeds(db) == ["library.seeded"]


def test_seeding_again_changes_nothing_and_says_nothing(db: Session):
    actions.seed_clinic(db)
    assert actions.seed_clinic(db) == Seeded(added=0, changed=0)
    assert deeds(db) == ["library.seeded"]


def test_a_seeded_dose_is_the_dose_of_the_seed(db: Session):
    library = a_library(db)
    for slug, seeded in load_library().exercises.items():
        assert queries.dose_of(library[slug]) == seeded.dose


def test_a_later_seed_adds_what_is_new_and_renews_what_it_reworded(
    db: Session,
):
    newest = load_library()
    earlier = reworded(without(newest, "wall-sit"), "mini-squat", name="Small squat", level=2)
    actions.seed_clinic(db, earlier)
    assert actions.seed_clinic(db, newest) == Seeded(added=1, changed=1)
    db.expire_all()
    assert queries.exercise(db, "mini-squat").name == newest.exercises["mini-squat"].name
    assert queries.exercise(db, "wall-sit").origin is Origin.SEED


def test_an_exercise_that_a_later_seed_dropped_stays(db: Session):
    actions.seed_clinic(db)
    shorter = without(load_library(), "wall-sit")
    assert actions.seed_clinic(db, shorter) == Seeded(added=0, changed=0)
    assert queries.exercise(db, "wall-sit").name == "Wall sit"


def test_what_a_clinic_hid_stays_hidden_when_its_text_is_renewed(db: Session, physio: Actor):
    a_library(db)
    actions.hide_exercise(db, physio, "wall-sit")
    later = reworded(load_library(), "wall-sit", name="Sitting at the wall")
    actions.seed_clinic(db, later)
    wall_sit = queries.exercise(db, "wall-sit")
    assert (wall_sit.name, wall_sit.hidden) == ("Sitting at the wall", True)


def test_a_copy_stays_as_the_clinic_wrote_it_when_the_seed_is_renewed(
    db: Session, physio: Actor, store: Store
):
    a_library(db)
    copied = actions.copy_exercise(db, physio, "wall-sit", store)
    db.flush()
    actions.change_exercise(db, physio, copied.slug, DRAFT)
    later = reworded(load_library(), "wall-sit", name="Sitting at the wall")
    actions.seed_clinic(db, later)
    assert queries.exercise(db, copied.slug).name == "Towel slide"


def test_an_own_exercise_never_takes_a_slug_that_a_seed_could_have(db: Session, physio: Actor):
    for name in ("Wall sit", "wall-sit", "own", "--", "تمرين", "🦵", "a" * 120):
        exercise = actions.add_exercise(db, physio, replace(DRAFT, name=name))
        assert list(SLUG(exercise.slug)), "the seed's own check would take it"
        assert len(exercise.slug) <= 80
    assert actions.seed_clinic(db).added == 90


def test_two_own_exercises_may_have_one_name(db: Session, physio: Actor):
    first, second = (actions.add_exercise(db, physio, DRAFT) for _ in range(2))
    db.flush()
    assert first.slug != second.slug
    assert exercises(db) == 2


def test_an_own_exercise_is_kept_as_it_was_written(db: Session, physio: Actor):
    added = actions.add_exercise(db, physio, DRAFT)
    db.commit()
    db.expire_all()
    kept = queries.exercise(db, added.slug)
    assert kept.origin is Origin.CLINIC
    assert kept.ladder is None
    assert kept.cues == list(DRAFT.cues)
    assert queries.dose_of(kept) == replace(DRAFT.dose, per_side=True)
    assert deeds(db) == ["exercise.added"]


def test_a_copy_says_all_that_its_origin_says_but_stands_on_no_ladder(
    db: Session, physio: Actor, store: Store
):
    origin = a_library(db)["forward-step-down"]
    copied = actions.copy_exercise(db, physio, origin.slug, store)
    db.flush()
    assert copied.copied_from == "forward-step-down"
    assert copied.name == "Forward step-down (copy)"
    assert (copied.ladder, copied.rung) == (None, None)
    assert (copied.origin, copied.hidden) == (Origin.CLINIC, False)
    for said in ("cues", "dose", "cautions", "contraindications", "sources", "evidence_level"):
        assert getattr(copied, said) == getattr(origin, said)


def test_an_exercise_of_the_seed_cannot_be_changed(db: Session, physio: Actor):
    a_library(db)
    with pytest.raises(Forbidden, match="Copy it first"):
        actions.change_exercise(db, physio, "wall-sit", DRAFT)


def test_changing_an_own_exercise_tells_the_audit_which_fields(db: Session, physio: Actor):
    added = actions.add_exercise(db, physio, DRAFT)
    db.flush()
    actions.change_exercise(db, physio, added.slug, replace(DRAFT, level=4, cues=("One", "Two")))
    db.commit()
    change = db.scalars(select(AuditEvent).where(AuditEvent.action == "exercise.changed")).one()
    assert change.subject_id == added.id
    assert set(change.details["fields"]) == {"level", "cues"}


def test_hiding_and_offering_again_are_both_written_down(db: Session, physio: Actor):
    exercise = an_exercise(db)
    actions.hide_exercise(db, physio, exercise.slug)
    assert exercise.hidden
    actions.show_exercise(db, physio, exercise.slug)
    assert not exercise.hidden
    db.flush()
    assert deeds(db) == ["exercise.hidden", "exercise.shown"]


WRONG = [
    ({"name": ""}, "name"),
    ({"name": "n" * 121}, "name"),
    ({"region": "shoulder"}, "region"),
    ({"kind": "dance"}, "kind"),
    ({"position": "flying"}, "position"),
    ({"laterality": "left"}, "laterality"),
    ({"pfj_load": "none"}, "pfj_load"),
    ({"load_type": "cable"}, "load_type"),
    ({"equipment": ("sofa",)}, "equipment"),
    ({"equipment_any": ("mat", "sofa")}, "equipment_any"),
    ({"equipment_any": ("mat",)}, "equipment_any"),
    ({"cautions": ("gravity",)}, "cautions"),
    ({"contraindications": ("gravity",)}, "contraindications"),
    ({"evidence_level": "Z"}, "evidence_level"),
    ({"level": 9}, "level"),
    ({"level": 0}, "level"),
    ({"sessions_per_week": 8}, "sessions_per_week"),
    ({"cues": ("Only one",)}, "cues"),
    ({"cues": ("One", "Two", "Three", "Four", "Five")}, "cues"),
    ({"dose": Dose(sets=3, reps=0)}, "reps"),
    ({"dose": Dose(sets=3, reps=10_000)}, "reps"),
    ({"dose": Dose(sets=3)}, "reps"),
    ({"dose": Dose(sets=11, reps=8)}, "sets"),
]


@pytest.mark.parametrize(("wrong", "field"), WRONG)
def test_an_impossible_exercise_is_refused_beside_its_field(wrong: dict[str, Any], field: str):
    nowhere = Session()
    with pytest.raises(Refused) as refused:
        actions.add_exercise(nowhere, SOMEONE, replace(DRAFT, **wrong))
    assert list(refused.value.problems) == [field]
    assert not nowhere.new


def test_another_clinics_exercise_does_not_exist(
    db: Session, physio: Actor, database: Database, store: Store
):
    db.commit()
    elsewhere = a_clinic(database, name="Elsewhere")
    with database.of_clinic(elsewhere.id) as other:
        theirs = an_exercise(other)
    for deed in (actions.hide_exercise, actions.show_exercise):
        with pytest.raises(NotVisible):
            deed(db, physio, theirs.slug)
    with pytest.raises(NotVisible):
        actions.copy_exercise(db, physio, theirs.slug, store)
    with pytest.raises(NotVisible):
        actions.change_exercise(db, physio, theirs.slug, DRAFT)
