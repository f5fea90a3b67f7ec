"""Every word of the library's kit."""

from collections.abc import Mapping

from rehab_tracker.exercises.figures.furniture import FURNITURE
from rehab_tracker.exercises.figures.gear import GEAR
from rehab_tracker.exercises.figures.staging import Piece

KIT: Mapping[str, Piece] = {**FURNITURE, **GEAR}
