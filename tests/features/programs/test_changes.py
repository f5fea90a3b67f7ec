from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from rehab_tracker.domain.dosage import Dose
from rehab_tracker.domain.pain import Profile
from rehab_tracker.programs.changes import changes
from rehab_tracker.programs.commands import PrescriptionDraft, ProgramContent

SQUAT, BRIDGE = UUID(int=1), UUID(int=2)
NAMES = {SQUAT: "Squat", BRIDGE: "Bridge"}
DOSE = Dose(sets=3, reps=8, reps_max=12, rest_s=60)
ITEM = PrescriptionDraft(SQUAT, optional=False, dose=DOSE)
OTHER = PrescriptionDraft(BRIDGE, optional=True, dose=DOSE)
BEFORE = ProgramContent(
    sessions_per_week=3, pain_profile=Profile.STANDARD, green_max=2, amber_max=5, items=(ITEM,)
)

pytestmark = pytest.mark.usefixtures("in_english")


def said(**fields: object) -> list[tuple[str, str | None, str | None]]:
    return [(c.what, c.before, c.after) for c in changes(BEFORE, replace(BEFORE, **fields), NAMES)]


def test_the_same_content_changes_nothing():
    assert said() == []


@pytest.mark.parametrize(
    ("dose", "before", "after"),
    [
        ({"reps": 10}, "3 × 8–12", "3 × 10–12"),
        ({"rest_s": 90}, "rest 60 s", "rest 90 s"),
        ({"load_kg": Decimal("2.5")}, "3 × 8–12", "3 × 8–12 · 2.5 kg"),
        ({"sets": 4, "rest_s": 90}, "3 × 8–12 · rest 60 s", "4 × 8–12 · rest 90 s"),
    ],
)
def test_a_changed_dose_says_the_parts_that_differ(
    dose: dict[str, object], before: str, after: str
):
    assert said(items=(replace(ITEM, dose=replace(DOSE, **dose)),)) == [("Squat", before, after)]


def test_exercises_come_go_turn_optional_and_change_places():
    assert said(items=(ITEM, OTHER)) == [("Bridge", None, "3 × 8–12 · rest 60 s · optional")]
    assert said(items=(OTHER,))[1] == ("Squat", "3 × 8–12 · rest 60 s · core", None)
    assert said(items=(replace(ITEM, optional=True),)) == [("Squat", "core", "optional")]
    two = replace(BEFORE, items=(ITEM, OTHER))
    (order,) = changes(two, replace(two, items=(OTHER, ITEM)), NAMES)
    assert (order.before, order.after) == ("Squat, Bridge", "Bridge, Squat")


def test_frequency_days_limits_and_note_are_named():
    fields = {
        "sessions_per_week": 2,
        "preferred_days": (1, 7),
        "pain_profile": Profile.IRRITABLE,
        "amber_max": 3,
        "note": "Slowly",
    }
    assert said(**fields) == [
        ("Sessions a week", "3", "2"),
        ("Preferred days", "any", "Mon, Sun"),
        (
            "Pain limits",
            "Standard, green to 2, amber to 5",
            "Irritable knee, green to 2, amber to 3",
        ),
        ("Note to the patient", "none", "Slowly"),
    ]
