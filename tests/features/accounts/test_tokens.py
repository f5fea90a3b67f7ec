"""Links that work once: how long, for whom, and what ends them."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts import tokens
from rehab_tracker.accounts.models import OneTimeToken, Purpose
from rehab_tracker.foundation.db import Database
from tests.features.accounts.conftest import Team
from tests.features.accounts.steps import NOW, at_once

LASTS = {
    Purpose.INVITATION: timedelta(days=7),
    Purpose.RESET: timedelta(minutes=30),
    Purpose.EMAIL: timedelta(hours=24),
    Purpose.EMAIL_UNDO: timedelta(days=7),
    Purpose.PASSKEY: timedelta(minutes=5),
}


@pytest.fixture
def person_id(team: Team) -> UUID:
    return team.patient.person.id


@pytest.mark.parametrize(("purpose", "lasts"), LASTS.items())
def test_a_link_lasts_as_long_as_it_says(
    db: Session, person_id: UUID, purpose: Purpose, lasts: timedelta
):
    token = tokens.issue(db, purpose, person_id, NOW)
    db.flush()
    assert tokens.found(db, purpose, token, NOW + lasts - timedelta(seconds=1))
    assert not tokens.found(db, purpose, token, NOW + lasts)


@pytest.mark.parametrize("other", Purpose)
def test_a_link_opens_what_it_is_for_and_nothing_else(db: Session, person_id: UUID, other: Purpose):
    for purpose in Purpose:
        token = tokens.issue(db, purpose, person_id, NOW)
        db.flush()
        assert bool(tokens.found(db, other, token, NOW)) == (purpose is other)


def test_a_new_link_ends_the_one_before_and_nobody_elses(db: Session, team: Team, person_id: UUID):
    first = tokens.issue(db, Purpose.RESET, person_id, NOW)
    others = tokens.issue(db, Purpose.RESET, team.physio.person.id, NOW)
    db.flush()
    second = tokens.issue(db, Purpose.RESET, person_id, NOW)
    db.flush()
    works = [bool(tokens.found(db, Purpose.RESET, t, NOW)) for t in (first, others, second)]
    assert works == [False, True, True]


def test_an_invitation_to_one_clinic_leaves_that_to_another(
    db: Session, team: Team, person_id: UUID
):
    kept = tokens.issue(
        db, Purpose.INVITATION, person_id, NOW, membership_id=team.patient.member.id
    )
    db.flush()
    tokens.issue(db, Purpose.INVITATION, person_id, NOW, membership_id=team.physio.member.id)
    db.flush()
    assert tokens.found(db, Purpose.INVITATION, kept, NOW)


def test_a_link_of_nobody_opens_nothing(db: Session):
    token = tokens.issue(db, Purpose.RESET, None, NOW)
    db.flush()
    assert not tokens.found(db, Purpose.RESET, token, NOW)


def test_only_a_hash_is_kept(db: Session, person_id: UUID):
    token = tokens.issue(db, Purpose.RESET, person_id, NOW)
    db.flush()
    kept = db.execute(select(OneTimeToken.token_hash, OneTimeToken.email)).one()
    assert token not in str(kept)


@pytest.mark.parametrize("purpose", Purpose)
def test_of_20_who_use_a_link_at_once_exactly_one_does(
    app: Flask, db: Session, database: Database, person_id: UUID, purpose: Purpose
):
    token = tokens.issue(db, purpose, person_id, NOW)
    db.commit()

    def use() -> bool:
        with database.all_clinics(because="a test uses a link") as own:
            found = tokens.found(own, purpose, token, NOW)
            return found is not None and tokens.consume(own, found, NOW)

    assert at_once(app, 20, use) == 1


def test_a_link_that_ran_out_while_somebody_typed_is_not_used(db: Session, person_id: UUID):
    tokens.issue(db, Purpose.RESET, person_id, NOW)
    db.flush()
    found = db.scalars(select(OneTimeToken)).one()
    assert not tokens.consume(db, found, NOW + timedelta(minutes=30))
    assert tokens.consume(db, found, NOW)
