"""What a patient has read, and which card is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Patient
from rehab_tracker.domain.week import local_day
from rehab_tracker.education.models import TopicState
from rehab_tracker.education.offers import Facts, due_topic
from rehab_tracker.education.topics import Topic, load_topics


@dataclass(frozen=True, slots=True)
class Training:
    """What the day's page knows of a patient's programs; see `Facts`."""

    today: date
    started_on: date | None
    had_red: bool
    runs: bool
    steps: bool
    named: frozenset[str]


def states_of(db: Session, patient_id: UUID) -> Mapping[str, TopicState]:
    """Return what became of each card, by slug; an untouched card is not in it."""
    rows = db.scalars(select(TopicState).where(TopicState.patient_id == patient_id))
    return {row.slug: row for row in rows}


def topic_of_the_day(
    db: Session, patient_id: UUID, training: Training, zone: ZoneInfo
) -> Topic | None:
    """Return the card to offer, in one statement; none on a day on which one was dealt with."""
    rows = db.execute(
        select(Patient.aggravator, Patient.last_logged_on, TopicState)
        .outerjoin(TopicState, TopicState.patient_id == Patient.id)
        .where(Patient.id == patient_id)
    ).all()
    states = [row[2] for row in rows if row[2]]
    if any(_touched_on(state, zone) == training.today for state in states):
        return None
    facts = Facts(
        today=training.today,
        started_on=training.started_on,
        has_logged=rows[0][1] is not None,
        had_red=training.had_red,
        runs=training.runs,
        steps=training.steps,
        aggravator=rows[0][0],
        named=training.named,
    )
    return due_topic(load_topics(), {state.slug for state in states}, facts)


def _touched_on(state: TopicState, zone: ZoneInfo) -> date:
    touched: list[datetime] = [at for at in (state.read_at, state.put_off_at) if at]
    return local_day(max(touched), zone)
