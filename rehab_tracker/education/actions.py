"""Patients read cards or put them off; neither is ever asked for twice."""

from datetime import datetime

from sqlalchemy.orm import Session

from rehab_tracker.education.models import TopicState
from rehab_tracker.education.queries import states_of
from rehab_tracker.education.topics import load_topics
from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.errors import NotVisible


def read_topic(db: Session, actor: Actor, slug: str, *, now: datetime) -> TopicState:
    """Note that the acting patient has read a card; the first time stands."""
    state = _state(db, actor, slug)
    if state.read_at is None:
        state.read_at = now
        audit.record(db, actor, "topic.read", patient_id=state.patient_id, topic=slug)
    db.flush()
    return state


def put_off(db: Session, actor: Actor, slug: str, *, now: datetime) -> TopicState:
    """Note that the acting patient does not want a card now: it stays in the list."""
    state = _state(db, actor, slug)
    state.put_off_at = state.put_off_at or now
    db.flush()
    return state


def _state(db: Session, actor: Actor, slug: str) -> TopicState:
    if actor.patient_id is None or slug not in load_topics():
        raise NotVisible
    found = states_of(db, actor.patient_id).get(slug)
    state = found or TopicState(patient_id=actor.patient_id, slug=slug)
    db.add(state)
    return state
