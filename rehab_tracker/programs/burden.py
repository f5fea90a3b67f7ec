"""How much a program asks of a patient: minutes, kit and cautions."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rehab_tracker.domain.dosage import Dose, exceeds_core_advice, minutes, seconds_per_session
from rehab_tracker.exercises.models import Exercise


@dataclass(frozen=True)
class Need:
    """A piece of kit, or one of several that do as well, and whether it is at home."""

    kit: tuple[str, ...]
    owned: bool


@dataclass(frozen=True)
class Burden:
    """What some exercises with their doses ask for at a number of sessions a week."""

    exercises: Sequence[tuple[Exercise, Dose, bool]]
    per_week: int
    owned_kit: Collection[str]
    blocked: Collection[str]

    @cached_property
    def _seconds(self) -> int:
        return seconds_per_session(dose for _, dose, _ in self.exercises)

    @property
    def session_minutes(self) -> int:
        """Minutes of one session with everything optional in it."""
        return minutes(self._seconds)

    @property
    def week_minutes(self) -> int:
        """Minutes of a whole week."""
        return minutes(self._seconds * self.per_week)

    @property
    def core_count(self) -> int:
        """How many exercises count towards adherence."""
        return sum(not optional for _, _, optional in self.exercises)

    @property
    def too_many_core(self) -> bool:
        """Whether there are more core exercises than people tend to keep up."""
        return exceeds_core_advice(self.core_count)

    @property
    def needs(self) -> Sequence[Need]:
        """Every piece of kit once, in the order of the exercises."""
        wanted = dict.fromkeys(kit for e, _, _ in self.exercises for kit in _kit(e))
        return [Need(kit, owned=not self._lacks(kit)) for kit in wanted]

    @property
    def missing(self) -> Sequence[Need]:
        """The kit that is not at home."""
        return [need for need in self.needs if not need.owned]

    @property
    def against_cautions(self) -> Sequence[tuple[Exercise, Sequence[str]]]:
        """Exercises with the cautions that are blocked for this patient."""
        found = ((exercise, self.blocked_of(exercise)) for exercise, _, _ in self.exercises)
        return [(exercise, cautions) for exercise, cautions in found if cautions]

    def _lacks(self, kit: tuple[str, ...]) -> bool:
        return not set(kit) & {*self.owned_kit}

    def blocked_of(self, exercise: Exercise) -> Sequence[str]:
        """Return the cautions of an exercise that are blocked for this patient."""
        known = dict.fromkeys((*exercise.cautions, *exercise.contraindications))
        return [caution for caution in known if caution in self.blocked]


def _kit(exercise: Exercise) -> Iterable[tuple[str, ...]]:
    yield from ((token,) for token in exercise.equipment)
    if exercise.equipment_any:
        yield tuple(exercise.equipment_any)
