"""The short cards, read once from the seed data and never changed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from rehab_tracker.exercises.documents import SeedInvalid, document
from rehab_tracker.exercises.seed_schema import (
    LANGUAGE,
    SLUG,
    Check,
    each,
    one_of,
    record,
    text,
    twice,
    whole,
)

EDUCATION_FILE = "education.yaml"
WORDS_MIN, WORDS_MAX = 60, 130


class Trigger(StrEnum):
    """When a card is offered; the last two are only listed."""

    START = "start"
    FIRST_LOG = "first_log"
    INTAKE = "intake"
    AFTER_RED = "after_red"
    WEEK_1 = "week_1"
    COMPLAINT = "complaint"
    MAIN_BLOCK = "main_block"
    RETRAINING = "retraining"
    RUN_PLAN = "run_plan"
    STEP_RATE = "step_rate"
    MAINTENANCE = "maintenance"
    ALWAYS = "always"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Topic:
    """One card: a few short paragraphs and what they lean on."""

    slug: str
    title: str
    trigger: Trigger
    text: tuple[str, ...]
    sources: tuple[str, ...]
    language: str


_SHAPE = record(
    {
        "schema_version": whole(1, 1),
        "language": LANGUAGE,
        "topics": each(
            record(
                {
                    "slug": SLUG,
                    "title": text(3, 60),
                    "trigger": one_of(Trigger),
                    "text": each(text(20, 600), low=2, high=5),
                    "sources": each(text(), low=1),
                }
            ),
            low=1,
        ),
    }
)


@cache
def load_topics() -> Mapping[str, Topic]:
    """Return the cards by slug, in their order; raises SeedInvalid with every problem."""
    return read_topics(document(EDUCATION_FILE))


def read_topics(doc: Any, named: Collection[str] = ()) -> Mapping[str, Topic]:
    """Return the cards that a document holds; raises SeedInvalid with every problem.

    `named` are slugs that others, such as the templates, rely on.
    """
    if found := check_topics(doc, named):
        raise SeedInvalid(found)
    return MappingProxyType({row["slug"]: _topic(row, doc["language"]) for row in doc["topics"]})


def check_topics(doc: Any, named: Collection[str] = ()) -> Sequence[str]:
    """Return every problem of the document as a line that names file, entry and field."""
    shape: Check = _SHAPE
    found = [": ".join((EDUCATION_FILE, ".".join(path), says)) for path, says in shape(doc)]
    return found or [f"{EDUCATION_FILE}: {problem}" for problem in _problems(doc["topics"], named)]


def _problems(rows: Sequence[Mapping[str, Any]], named: Collection[str]) -> Iterator[str]:
    slugs = [row["slug"] for row in rows]
    yield from (f"{slug}: is there twice" for slug in twice(slugs))
    for row in rows:
        words = sum(len(paragraph.split()) for paragraph in row["text"])
        if not WORDS_MIN <= words <= WORDS_MAX:
            yield f"{row['slug']}: text: has {words} words, not {WORDS_MIN} to {WORDS_MAX}"
    missing = sorted({*named} - {*slugs})
    yield from (f"{slug}: a template names it, but it is not there" for slug in missing)


def _topic(row: Mapping[str, Any], language: str) -> Topic:
    return Topic(
        slug=row["slug"],
        title=row["title"],
        trigger=Trigger(row["trigger"]),
        text=tuple(row["text"]),
        sources=tuple(row["sources"]),
        language=language,
    )
