from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from rehab_tracker.domain.dosage import Dose
from rehab_tracker.domain.effort import Turn, turn

DOSE = Dose(sets=3, reps=8, reps_max=12, load_kg=Decimal(8), target_rpe=7)


@pytest.mark.parametrize(
    ("change", "turned"),
    [
        ({}, None),
        ({"load_kg": Decimal(9)}, Turn.HARDER),
        ({"load_kg": None}, Turn.EASIER),
        ({"sets": 2}, Turn.EASIER),
        ({"reps": 10, "reps_max": 15}, Turn.HARDER),
        ({"load_kg": Decimal(10), "reps": 6}, Turn.DIFFERENT),
        ({"tempo": "3-1-3-0"}, Turn.DIFFERENT),
        ({"rest_s": 90}, Turn.DIFFERENT),
    ],
)
def test_a_dose_turns_harder_only_when_nothing_got_easier(
    change: dict[str, Any], turned: Turn | None
):
    assert turn(DOSE, replace(DOSE, **change)) is turned


def test_an_exercise_can_be_new_or_gone():
    assert turn(None, DOSE) is Turn.NEW
    assert turn(DOSE, None) is Turn.REMOVED
