"""Which exercises a search and its filters leave, and how many each option would show."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import lazy_gettext as _l

from rehab_tracker.exercises.models import Exercise
from rehab_tracker.exercises.words import (
    CAUTION_NAMES,
    KIND_NAMES,
    KIT_NAMES,
    KNEE_LOAD_NAMES,
    LEVEL_NAMES,
    ORIGIN_NAMES,
    POSITION_NAMES,
    REGION_NAMES,
)
from rehab_tracker.foundation.folding import fold

NO_KIT = "none"
TEXT_MAX = 100
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow the library: an exercise passes with any of the chosen words."""

    name: str
    legend: Any
    words: Mapping[str, Any]
    holds: Callable[[Exercise], Collection[str]]

    def passes(self, exercise: Exercise, chosen: frozenset[str]) -> bool:
        """Tell whether the choice leaves an exercise; no choice leaves all."""
        return not chosen or not chosen.isdisjoint(self.holds(exercise))

    def counted(self, exercise: Exercise, chosen: frozenset[str]) -> Collection[str]:  # noqa: ARG002
        """Return the options that count an exercise."""
        return self.holds(exercise)


class Avoided(Facet):
    """An exercise passes with none of the chosen words."""

    __slots__ = ()

    def passes(self, exercise: Exercise, chosen: frozenset[str]) -> bool:
        """Tell whether an exercise is free of everything chosen."""
        return chosen.isdisjoint(self.holds(exercise))


class Owned(Facet):
    """An exercise passes when the chosen kit is enough; each option counts as if it were added."""

    __slots__ = ()

    def passes(self, exercise: Exercise, chosen: frozenset[str]) -> bool:
        """Tell whether an exercise can be done with the chosen kit; no choice leaves all."""
        return not chosen or usable(exercise, chosen)

    def counted(self, exercise: Exercise, chosen: frozenset[str]) -> Collection[str]:
        """Return the options with which an exercise can be done."""
        return [word for word in self.words if usable(exercise, chosen | {word})]


class PutAway(Facet):
    """Hidden exercises show by themselves, when they are asked for."""

    __slots__ = ()

    def passes(self, exercise: Exercise, chosen: frozenset[str]) -> bool:
        """Tell whether an exercise is on the asked side."""
        return exercise.hidden is bool(chosen)


def usable(exercise: Exercise, owned: Collection[str]) -> bool:
    """Tell whether owned kit is enough: all of what is needed, and one where one of several is."""
    needed, one_of = exercise.equipment, exercise.equipment_any
    return all(thing in owned for thing in needed) and (
        not one_of or any(thing in owned for thing in one_of)
    )


def warnings_of(exercise: Exercise) -> frozenset[str]:
    """Return every caution of an exercise, those that rule it out for some included."""
    return frozenset((*exercise.cautions, *exercise.contraindications))


FACETS: tuple[Facet, ...] = (
    Facet("region", _l("Region"), REGION_NAMES, lambda exercise: (exercise.region,)),
    Facet("kind", _l("Kind"), KIND_NAMES, lambda exercise: (exercise.kind,)),
    Facet("level", _l("Level"), LEVEL_NAMES, lambda exercise: (str(exercise.level),)),
    Facet("load", _l("Knee load"), KNEE_LOAD_NAMES, lambda exercise: (exercise.pfj_load,)),
    Facet("position", _l("Position"), POSITION_NAMES, lambda exercise: (exercise.position,)),
    Owned("kit", _l("Kit at hand"), {NO_KIT: _l("No kit at all")} | KIT_NAMES, lambda _: ()),
    Avoided("avoid", _l("Keep away from"), CAUTION_NAMES, warnings_of),
    Facet("origin", _l("Written by"), ORIGIN_NAMES, lambda exercise: (exercise.origin,)),
    PutAway(
        "hidden",
        _l("State"),
        {"1": _l("Hidden by the clinic")},
        lambda exercise: ("1",) if exercise.hidden else (),
    ),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for: words of a text, and the chosen options of each facet."""

    text: str = ""
    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, facet: Facet) -> frozenset[str]:
        """Return the chosen options of a facet."""
        return self.chosen.get(facet.name, _NOTHING)

    def without(self, facet: Facet, word: str) -> "Wanted":
        """Return the same search with one option less."""
        return replace(self, chosen={**self.chosen, facet.name: self.of(facet) - {word}})

    @property
    def query(self) -> dict[str, Any]:
        """The search as it stands in an address; nothing that is not asked for."""
        chosen = {name: sorted(words) for name, words in self.chosen.items() if words}
        return ({"q": self.text} if self.text else {}) | chosen


@dataclass(frozen=True, slots=True)
class Sifted:
    """The exercises that are left, and for each option how many it would show."""

    exercises: list[Exercise]
    counts: Mapping[str, Mapping[str, int]]


def sift(exercises: Iterable[Exercise], wanted: Wanted) -> Sifted:
    """Return what a search leaves, in the given order.

    Each facet is counted with all other filters applied: by the exercises that fail nothing else.
    """
    left: list[Exercise] = []
    counts: dict[str, Counter[str]] = {facet.name: Counter() for facet in FACETS}
    words = fold(wanted.text).split()
    for exercise in exercises:
        if not all(word in _said(exercise) for word in words):
            continue
        failed = [facet for facet in FACETS if not facet.passes(exercise, wanted.of(facet))]
        if not failed:
            left.append(exercise)
        if len(failed) <= 1:
            for facet in failed or FACETS:
                counts[facet.name].update(facet.counted(exercise, wanted.of(facet)))
    return Sifted(left, counts)


def _said(exercise: Exercise) -> str:
    return fold(" ".join((exercise.name, *exercise.targets)))
