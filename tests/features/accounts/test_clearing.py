"""What ended a week ago is forgotten, and nothing that still says something."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rehab_tracker.accounts import actions, clearing, limits, mail, queries, tokens
from rehab_tracker.accounts.models import (
    OneTimeToken,
    OutboxMail,
    PhoneKey,
    Purpose,
    RateLimit,
    SignIn,
    Standing,
)
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.db import Database
from tests.builders.people import LONG_AGO
from tests.features.accounts.conftest import Team

DAY = timedelta(days=1)
NOW = LONG_AGO + 100 * DAY


def forget(database: Database) -> None:
    with database.all_clinics(because="a test forgets") as far:
        clearing.forget_ended(far, NOW)


def count(db: Session, model: Any) -> int:
    found = db.scalar(select(func.count()).select_from(model)) or 0
    db.rollback()
    return found


def a_sign_in(team: Team, key: str, **times: Any) -> SignIn:
    ends = times.pop("ends_at")
    return SignIn(
        key=key * 64, person_id=team.patient.person.id, membership_id=team.patient.member.id,
        created_at=ends, proved_at=ends, seen_at=ends, idle_ends_at=ends, ends_at=ends, **times,
    )  # fmt: skip


def a_phone(team: Team, key: str, **times: Any) -> PhoneKey:
    return PhoneKey(
        key=key * 64, person_id=team.patient.person.id, membership_id=team.patient.member.id,
        created_at=LONG_AGO, seen_at=LONG_AGO, **times,
    )  # fmt: skip


def test_sign_ins_and_phones_that_ended_a_week_ago_are_forgotten(
    db: Session, database: Database, team: Team
):
    db.add_all(
        [
            a_sign_in(team, "a", ends_at=NOW - 8 * DAY),
            a_sign_in(team, "b", ends_at=NOW - 6 * DAY),
            a_phone(team, "c", ends_at=NOW - 8 * DAY),
            a_phone(team, "d", ends_at=NOW + 80 * DAY, revoked_at=NOW - 8 * DAY),
            a_phone(team, "e", ends_at=NOW + 80 * DAY),
            a_phone(team, "f", ends_at=NOW - 6 * DAY),
        ]
    )
    db.commit()
    forget(database)
    assert [row.key[0] for row in db.scalars(select(SignIn))] == ["b"]
    assert sorted(row.key[0] for row in db.scalars(select(PhoneKey))) == ["e", "f"]


@pytest.mark.parametrize("end", ["used", "revoked", "expired"])
def test_links_that_ended_a_week_ago_are_forgotten(
    db: Session, database: Database, team: Team, end: str
):
    for days in (8, 6):
        ended = NOW - days * DAY
        begun = ended - tokens.LASTS[Purpose.RESET]
        tokens.issue(db, Purpose.RESET, team.physio.person.id, begun)
        db.flush()
        token = db.scalars(select(OneTimeToken).where(OneTimeToken.created_at == begun)).one()
        token.revoked_at = None
        if end != "expired":
            token.expires_at = NOW + DAY
            setattr(token, f"{end}_at", ended)
        db.flush()
    db.commit()
    forget(database)
    assert count(db, OneTimeToken) == 1


def test_an_invitation_that_ran_out_long_ago_still_tells_that_nobody_joined(
    db: Session, database: Database, team: Team
):
    wish = actions.Invite("Late Lea", "lea@example.org", Role.PHYSIO, "UTC")
    actions.invite(db, team.manager.actor, wish, NOW - 60 * DAY, address="{}")
    db.commit()
    forget(database)
    (lea,) = (m for m in queries.members(db, Role.PHYSIO) if m.name == "Late Lea")
    assert lea.invited_until is not None
    actions.disable(db, team.manager.actor, lea.id, NOW)
    actions.enable(db, team.manager.actor, lea.id)
    assert queries.membership(db, lea.id).standing is Standing.PENDING


def test_letters_go_a_week_after_they_left_and_a_month_after_they_were_written(
    db: Session, database: Database, team: Team
):
    assert team
    for subject, written, sent, attempts in (
        ("sent long ago", 20, 8, 1),
        ("sent lately", 20, 6, 1),
        ("given up", 8, None, mail.TRIES),
        ("waits", 8, None, 3),
        ("waits for ever", 31, None, 0),
    ):
        with clock.stopped(NOW - written * DAY):
            mail.post(db, "a@example.org", subject, "")
        db.flush()
        letter = db.scalars(select(OutboxMail).where(OutboxMail.subject == subject)).one()
        letter.attempts = attempts
        letter.sent_at = NOW - sent * DAY if sent else None
    db.commit()
    forget(database)
    assert sorted(letter.subject for letter in db.scalars(select(OutboxMail))) == [
        "sent lately",
        "waits",
    ]


def test_tries_that_are_whole_again_are_forgotten(db: Session, database: Database, team: Team):
    assert team
    with database.all_clinics(because="a test tries") as far:
        limits.take(far, [(limits.SIGN_IN, "old")], NOW - DAY)
        limits.take(far, [(limits.SIGN_IN, "new")], NOW)
    forget(database)
    assert count(db, RateLimit) == 1
