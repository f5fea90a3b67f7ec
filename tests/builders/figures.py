"""Figures for tests: a squat in front of a chair, with whatever a test changes about it."""

from copy import deepcopy
from typing import Any

from rehab_tracker.exercises.figures import data
from rehab_tracker.exercises.figures.figure import Figure

SQUAT: dict[str, Any] = {
    "side": "both",
    "words": "Standing in front of a chair. The hips go back and down to the seat, then up again.",
    "body": {"head": "up", "face": "right"},
    "camera": {"yaw": -24, "pitch": 8},
    "muscles": ["quadriceps"],
    "kit": [{"chair": {"at": [-36, 0]}}],
    "planted": ["ball_L", "ball_R"],
    "pose": {
        "foot_R": {"at": [0, 0, 9], "toes": [1, 0, 0], "knee": [1, 0, 0]},
        "foot_L": {"at": [0, 0, -9], "toes": [1, 0, 0], "knee": [1, 0, 0]},
    },
    "start": {"pelvis": {"at": [0, "tall", 0]}},
    "end": {"pelvis": {"at": [-31, 55, 0], "flex": 38}, "neck": {"flex": -26}},
    "arrows": [{"joint": "pelvis", "shift": [-22, 10], "straight": True}],
}


def a_squat(*, slug: str = "chair-squat", **changes: Any) -> Figure:
    """Return the squat, with top-level fields replaced."""
    return data.figure(slug, {**deepcopy(SQUAT), **changes}, {})
