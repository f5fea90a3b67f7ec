"""Which card is due: the triggers of clinical.md I, one card a day at most."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from rehab_tracker.domain.rule import setting
from rehab_tracker.education.topics import Topic, Trigger

_DAY = timedelta(days=1)
_WEEK_1 = setting("education_week_1_from") * _DAY
_MAIN_BLOCK = setting("education_main_block_from") * _DAY
_COMPLAINTS = {"stairs", "sitting"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides about a patient's cards; `named` are the slugs that their templates name."""

    today: date
    started_on: date | None
    has_logged: bool
    had_red: bool
    runs: bool
    steps: bool
    aggravator: str
    named: Collection[str]


def due_topic(topics: Mapping[str, Topic], seen: Collection[str], facts: Facts) -> Topic | None:
    """Return the first card whose trigger has come and that was neither read nor put off.

    What helps on a bad day comes before all others.
    """
    due = [topic for topic in topics.values() if topic.slug not in seen and _is_due(topic, facts)]
    return min(due, key=lambda topic: topic.trigger is not Trigger.AFTER_RED, default=None)


def _is_due(topic: Topic, facts: Facts) -> bool:
    return topic.trigger in set(_come(topic, facts))


def _come(topic: Topic, facts: Facts) -> Iterator[Trigger]:
    """Yield the triggers that have come; those of a plan where a template names the card too."""
    if facts.started_on is None:
        return
    since = facts.today - facts.started_on
    is_named = topic.slug in facts.named
    yield from (
        trigger
        for trigger, has_come in (
            (Trigger.START, True),
            (Trigger.INTAKE, True),
            (Trigger.FIRST_LOG, facts.has_logged),
            (Trigger.AFTER_RED, facts.had_red),
            (Trigger.WEEK_1, since >= _WEEK_1),
            (Trigger.COMPLAINT, facts.aggravator in _COMPLAINTS),
            (Trigger.MAIN_BLOCK, since >= _MAIN_BLOCK),
            (Trigger.RETRAINING, is_named),
            (Trigger.RUN_PLAN, facts.runs or is_named),
            (Trigger.STEP_RATE, facts.steps),
            (Trigger.MAINTENANCE, is_named),
        )
        if has_come
    )
