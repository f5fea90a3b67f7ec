"""The seed library: exercises, ladders and program templates, read once and never changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from rehab_tracker.domain.dosage import Dose
from rehab_tracker.domain.pain import Profile
from rehab_tracker.exercises.documents import SeedInvalid, document
from rehab_tracker.exercises.seed_rules import (
    EXERCISES_FILE,
    TEMPLATES_FILE,
    Row,
    default_dose,
    item_dose,
    problems,
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where knowledge comes from; `basis` is read, read_secondary or expert."""

    citation: str
    basis: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """Exercises in order from easier to harder, as slugs."""

    slug: str
    title: str
    rungs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabularies:
    """The words that exercises are described with, in the order to show them."""

    regions: tuple[str, ...]
    kinds: tuple[str, ...]
    positions: tuple[str, ...]
    laterality: tuple[str, ...]
    pfj_load: tuple[str, ...]
    equipment: tuple[str, ...]
    load_types: tuple[str, ...]
    evidence_levels: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedExercise:
    """One exercise of the seed library, with the dose at which it starts.

    It can be done by who has all of `equipment` and, unless that is empty, one of `equipment_any`.
    """

    slug: str
    name: str
    region: str
    kind: str
    targets: tuple[str, ...]
    position: str
    equipment: tuple[str, ...]
    equipment_any: tuple[str, ...]
    equipment_optional: tuple[str, ...]
    equipment_text: str
    laterality: str
    level: int
    ladder: str
    rung: int
    regression: str | None = None
    progression: str | None = None
    pfj_load: str
    load_type: str
    dose: Dose
    sessions_per_week: int
    optional_default: bool
    cautions: tuple[str, ...]
    contraindications: tuple[str, ...]
    evidence_level: str
    sources: tuple[str, ...]
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeedItem:
    """One exercise in a program template, by its slug, with its whole dose."""

    exercise: str
    dose: Dose
    optional: bool


@dataclass(frozen=True, slots=True)
class SeedProgram:
    """What a template puts into one program, done at one frequency."""

    slug: str
    title: str
    sessions_per_week: int
    items: tuple[SeedItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedTemplate:
    """A starter plan; a physio edits and approves it before a patient sees it.

    `entry` and `move_on` are hints to the physio, all of which should hold.
    """

    slug: str
    title: str
    suits: str
    weeks_min: int
    weeks_max: int
    pain_profile: Profile
    entry: Mapping[str, Any]
    move_on: Mapping[str, Any]
    next: tuple[str, ...]
    programs: tuple[SeedProgram, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Everything the seed data holds, each mapping in the order of its file."""

    language: str
    exercises: Mapping[str, SeedExercise]
    ladders: Mapping[str, Ladder]
    templates: Mapping[str, SeedTemplate]
    tags: Mapping[str, str]
    sources: Mapping[str, Source]
    vocabularies: Vocabularies


@cache
def load_library() -> Library:
    """Return the seed library of this installation; raises SeedInvalid with every problem."""
    return library_of(document(EXERCISES_FILE), document(TEMPLATES_FILE))


@cache
def topics_of_templates() -> Mapping[str, tuple[str, ...]]:
    """Return the education topics of each template by its slug.

    A patient's day asks for no more of the library; reading all of it takes four megabytes.
    """
    templates = document(TEMPLATES_FILE)["templates"]
    return {row["slug"]: tuple(row["education"]) for row in templates}


def library_of(exercises_doc: Any, templates_doc: Any) -> Library:
    """Return the library that two documents hold; raises SeedInvalid with every problem."""
    if found := check_library(exercises_doc, templates_doc):
        raise SeedInvalid(found)
    return _library(exercises_doc, templates_doc)


def check_library(exercises_doc: object, templates_doc: object) -> list[str]:
    """Return every problem of the two documents as a line that names file, entry and field."""
    return [str(problem) for problem in problems(exercises_doc, templates_doc)]


def _library(exercises_doc: Row, templates_doc: Row) -> Library:
    exercises = {row["slug"]: _exercise(row) for row in exercises_doc["exercises"]}
    templates = {row["slug"]: _template(row, exercises) for row in templates_doc["templates"]}
    ladders = exercises_doc["ladders"].items()
    sources = exercises_doc["sources"].items()
    return Library(
        language=exercises_doc["language"],
        exercises=MappingProxyType(exercises),
        ladders=MappingProxyType(
            {slug: Ladder(slug, row["title"], tuple(row["rungs"])) for slug, row in ladders}
        ),
        templates=MappingProxyType(templates),
        tags=_frozen(exercises_doc["tags"]),
        sources=MappingProxyType({key: Source(**row) for key, row in sources}),
        vocabularies=Vocabularies(**_frozen(exercises_doc["vocabularies"])),
    )


def _exercise(row: Row) -> SeedExercise:
    elsewhere = ("default_dose", "evidence")
    return SeedExercise(
        **{field: _frozen(value) for field, value in row.items() if field not in elsewhere},
        dose=default_dose(row),
        sessions_per_week=row["default_dose"]["sessions_per_week"],
        evidence_level=row["evidence"]["level"],
        sources=tuple(row["evidence"]["sources"]),
    )


def _template(row: Row, exercises: Mapping[str, SeedExercise]) -> SeedTemplate:
    return SeedTemplate(
        slug=row["slug"],
        title=row["title"],
        suits=row["for"],
        weeks_min=row["weeks"]["min"],
        weeks_max=row["weeks"]["max"],
        pain_profile=Profile(row["pain_profile"]),
        entry=_frozen(row["entry"]),
        move_on=_frozen(row["move_on"]),
        next=tuple(row["next"]),
        programs=tuple(_program(program, exercises) for program in row["programs"]),
    )


def _program(row: Row, exercises: Mapping[str, SeedExercise]) -> SeedProgram:
    return SeedProgram(
        slug=row["slug"],
        title=row["title"],
        sessions_per_week=row["sessions_per_week"],
        items=tuple(_items(row["items"], exercises)),
    )


def _items(rows: Sequence[Row], exercises: Mapping[str, SeedExercise]) -> Iterator[SeedItem]:
    for row in rows:
        slug = row["slug"]
        dose = item_dose(row, exercises[slug].dose)
        yield SeedItem(slug, dose, optional=row.get("optional") or False)


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(member) for key, member in value.items()})
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
