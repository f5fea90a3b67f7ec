from datetime import date, timedelta
from typing import Any

import pytest

from rehab_tracker.education.offers import Facts, due_topic
from rehab_tracker.education.topics import (
    EDUCATION_FILE,
    Trigger,
    check_topics,
    load_topics,
    read_topics,
)
from rehab_tracker.exercises.documents import SeedInvalid, document
from rehab_tracker.exercises.seed import topics_of_templates

TODAY = date(2026, 3, 4)
TOPICS = load_topics()
NAMED = {slug for topics in topics_of_templates().values() for slug in topics}
FACTS: dict[str, Any] = {
    "today": TODAY,
    "started_on": TODAY,
    "has_logged": False,
    "had_red": False,
    "runs": False,
    "steps": False,
    "aggravator": "other",
    "named": frozenset(),
}
AT_START = ["what-is-pfp", "modify-not-stop"]


def offered(**facts: Any) -> list[str]:
    """Return all cards that are offered one after the other while nothing else changes."""
    seen: list[str] = []
    while topic := due_topic(TOPICS, seen, Facts(**FACTS | facts)):
        seen.append(topic.slug)
    return seen


def test_the_thirteen_topics_are_there_and_sound():
    assert check_topics(document(EDUCATION_FILE), NAMED) == []
    assert len(TOPICS) == 13
    assert {topic.trigger for topic in TOPICS.values()} == set(Trigger)


def test_nothing_is_offered_before_a_program_has_started():
    assert offered(started_on=None, has_logged=True, had_red=True) == []


@pytest.mark.parametrize(
    ("facts", "more"),
    [
        ({}, []),
        ({"has_logged": True}, ["pain-rules"]),
        ({"started_on": TODAY - timedelta(days=2)}, ["strength-and-recovery-time"]),
        (
            {"started_on": TODAY - timedelta(days=21)},
            ["strength-and-recovery-time", "load-and-capacity"],
        ),
        ({"aggravator": "stairs"}, ["stairs-sitting-daily-life"]),
        ({"aggravator": "sitting"}, ["stairs-sitting-daily-life"]),
        ({"aggravator": "running"}, []),
        ({"named": {"movement-quality"}}, ["movement-quality"]),
        ({"named": {"recurrence-prevention"}}, ["recurrence-prevention"]),
        ({"named": {"flare-up-plan"}}, []),
        ({"runs": True}, ["return-to-running"]),
        ({"steps": True}, ["step-rate"]),
    ],
)
def test_a_card_is_offered_when_its_moment_has_come(facts: dict[str, Any], more: list[str]):
    assert sorted(offered(**facts)) == sorted(AT_START + more)


def test_the_plan_for_a_bad_day_comes_first():
    assert offered(had_red=True)[0] == "flare-up-plan"


def test_help_and_optional_care_are_listed_and_never_offered():
    everything = {"has_logged": True, "had_red": True, "runs": True, "steps": True}
    named = frozenset(TOPICS)
    shown = offered(**everything, named=named, started_on=date(2026, 1, 1), aggravator="stairs")
    assert set(TOPICS) - set(shown) == {"when-to-seek-help", "hands-on-tape-insoles"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"slug": "Pain Rules"}, "slug"),
        ({"trigger": "sometimes"}, "trigger"),
        ({"text": ["Too short to be a card, really.", "And one more line, no more."]}, "words"),
        ({"sources": []}, "sources"),
        ({"color": "red"}, "is not a known field"),
        ({"slug": "pain-rules"}, "is there twice"),
        ({"slug": "something-new"}, "a template names it"),
    ],
)
def test_a_card_that_is_not_sound_is_named_with_its_problem(change: dict[str, Any], says: str):
    doc = document(EDUCATION_FILE)
    doc["topics"][0] |= change
    assert any(says in problem for problem in check_topics(doc, NAMED)), check_topics(doc, NAMED)
    with pytest.raises(SeedInvalid):
        read_topics(doc, NAMED)
