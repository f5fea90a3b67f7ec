"""Two clinics with one of everything, and everybody who may knock at their doors."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts import actions, passwords, phone_keys, sign_in, sign_ins
from rehab_tracker.accounts.models import Clinic, Level, Person, PhoneKey, ProfileRevision, Standing
from rehab_tracker.accounts.sign_in import key_of
from rehab_tracker.config import Settings
from rehab_tracker.domain.permission import Role
from rehab_tracker.education.models import TopicState
from rehab_tracker.exercises import queries
from rehab_tracker.exercises.media import PICTURE, Media, Store
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.db import Base, Database, new_id
from rehab_tracker.logbook.models import LogConflict, LogRevision, MorningCheck, WeeklyCheck
from rehab_tracker.logbook.queries import session_of
from rehab_tracker.logbook.revisions import content_of
from rehab_tracker.programs.models import Pause, PauseReason, SeenVersion
from rehab_tracker.rights.models import RetentionHold
from rehab_tracker.safety.models import HelpNumbers
from tests.architecture.victim import Victim, a_victim
from tests.builders.exercises import an_exercise
from tests.builders.people import LONG_AGO, PASSWORD, Somebody, a_clinic, a_member
from tests.builders.programs import MONDAY
from tests.client import CheckedClient

WORDS = {"own": "Quagga", "neighbor": "Numbat", "elsewhere": "Okapi"}
"""Whose records there are, and the word in every text of theirs: two patients of one clinic, who
have different physios, and one of another clinic."""
TOPIC = "pain-rules"


@dataclass(frozen=True)
class World:
    """Both clinics, the browsers of everybody, and the ids of the records."""

    app: Flask
    settings: Settings
    database: Database
    clinics: Mapping[str, Clinic]
    victims: Mapping[str, Victim]
    ids: Mapping[str, Mapping[str, Any]]
    cookies: Mapping[str, Mapping[str, str]]

    def browser(self, who: str) -> CheckedClient:
        """Return a browser as somebody left it: nothing that one request does is there later."""
        client: Any = self.app.test_client()
        for name, value in self.cookies[who].items():
            client.set_cookie(name, value, path="/log" if name == "phone" else "/")
        return client

    def actor(self, who: str) -> Actor:
        """Return as whom somebody acts who is signed in."""
        cookies = self.cookies[who]
        with self.app.test_request_context():
            if "phone" in cookies:
                found = phone_keys.actor_for(cookies["phone"], clock.now())
            else:
                found = sign_in.actor_for(cookies["sid"], clock.now())
        assert found is not None
        return found

    @contextmanager
    def nothing_kept(self) -> Iterator[None]:
        """Let every commit take back what it should keep, so that all begin from the same."""
        dialect = self.database.engine.dialect
        commit = dialect.do_commit
        dialect.do_commit = dialect.do_rollback  # type: ignore[method-assign]
        try:
            yield
        finally:
            dialect.do_commit = commit  # type: ignore[method-assign]


def a_world(app: Flask, url: str, folder: Path) -> World:
    """Fill a migrated database without a row."""
    app.config["SETTINGS"] = settings = Settings(
        folder, url, secret_key="t" * 40, public_url="http://localhost:8000"
    )
    app.extensions["database"] = database = Database(url)
    app.test_client_class = CheckedClient
    app.testing = True
    clinics = {"own": a_clinic(database), "elsewhere": a_clinic(database, name="Hillside")}
    victims, staff = {}, {}
    with app.test_request_context():
        for whose, word in WORDS.items():
            clinic = clinics.get(whose, clinics["own"])
            with database.of_clinic(clinic.id) as db:
                victims[whose] = _one_of_everything(db, clinic, word, folder)
        for where, clinic in clinics.items():
            with database.of_clinic(clinic.id) as db:
                staff[where] = {
                    "manager": a_member(db, clinic, Role.MANAGER, name=f"{where} manager"),
                    "former": a_member(db, clinic, name=f"{where} former"),
                    "disabled": a_member(db, clinic, standing=Standing.DISABLED),
                    "pending": a_member(db, clinic, standing=Standing.PENDING),
                }
    _change_hands(database, victims["own"], staff["own"])
    ids = {whose: dict(victim.ids) for whose, victim in victims.items()}
    ids["unknown"] = dict.fromkeys(ids["own"], uuid4()) | {"slug": "no-such"}
    cookies = _browsers(app, database, victims, staff)
    return World(app, settings, database, clinics, victims, ids, cookies)


def _one_of_everything(db: Session, clinic: Clinic, word: str, folder: Path) -> Victim:
    victim = a_victim(db, clinic, word)
    ids = dict(victim.ids)
    exercise = queries.exercise(db, ids["slug"])
    exercise.media_id = exercise.media_type = None  # a file that is nowhere
    store = Store(folder / "media" / str(clinic.id))
    shown = f"of {word if clinic.name == 'Hillside' else 'the clinic'}".encode()
    kept = store.keep(db, Media(PICTURE, BytesIO(b"large " + shown), BytesIO(b"small " + shown)))
    an_exercise(db, slug=f"own--{new_id()}", media_id=kept, media_type=PICTURE)
    told = {"session_id": ids["session_id"], "revision": 1, "content_hash": "0" * 64}
    of_patient = {"patient_id": victim.patient.id}
    log = session_of(db, victim.patient.id, ids["session_id"])
    content = content_of(log) | {"note": f"{word} before"}
    log.revision = 2
    db.add_all(
        (
            TopicState(**of_patient, slug=TOPIC, read_at=LONG_AGO),
            MorningCheck(**of_patient, on_day=MONDAY, pain=2, answered_at=LONG_AGO),
            WeeklyCheck(**of_patient, first_on=MONDAY, worst=3, usual=2, answered_at=LONG_AGO),
            LogConflict(**told, device_id=new_id(), content=content, received_at=LONG_AGO),
            LogRevision(
                **told, content=content, replaced_at=LONG_AGO, replaced_by=victim.patient.member.id
            ),
            ProfileRevision(
                **of_patient,
                content={"goal": word},
                replaced_at=LONG_AGO,
                replaced_by=victim.patient.member.id,
            ),
            RetentionHold(
                **of_patient, reason=word, set_at=LONG_AGO, set_by=victim.physio.member.id
            ),
            SeenVersion(program_id=ids["program_id"], number=1, seen_at=LONG_AGO),
            Pause(
                program_id=ids["program_id"],
                first_on=MONDAY + timedelta(days=20),
                last_on=MONDAY + timedelta(days=22),
                reason=PauseReason.ILLNESS,
                note=word,
                created_by=victim.physio.member.id,
                created_at=LONG_AGO,
            ),
        )
    )
    if word != WORDS["neighbor"]:
        db.add(HelpNumbers(emergency="112", urgent="116117", clinic="0 30", changed_at=LONG_AGO))
    return Victim(victim.physio, victim.patient, ids | {"media_id": kept})


def _change_hands(database: Database, own: Victim, staff: Mapping[str, Somebody]) -> None:
    """Let somebody have looked after the patient before."""
    manager = staff["manager"].actor
    with database.of_clinic(manager.clinic_id) as db:
        for physio in (staff["former"], own.physio):
            actions.assign_physio(db, manager, own.patient.id, physio.member.id)


def _browsers(
    app: Flask,
    database: Database,
    victims: Mapping[str, Victim],
    staff: Mapping[str, Mapping[str, Somebody]],
) -> dict[str, dict[str, str]]:
    own, neighbor, elsewhere = victims.values()
    signed_in = {
        "patient": own.patient,
        "second patient": neighbor.patient,
        "assigned physio": own.physio,
        "other physio": neighbor.physio,
        "former physio": staff["own"]["former"],
        "manager": staff["own"]["manager"],
        "patient elsewhere": elsewhere.patient,
        "physio elsewhere": elsewhere.physio,
        "manager elsewhere": staff["elsewhere"]["manager"],
        "disabled": staff["own"]["disabled"],
        "pending": staff["own"]["pending"],
        "signed out": own.physio,
        "before the second step": own.physio,
    }
    tokens = {who: secrets.token_urlsafe(32) for who in (*signed_in, "phone")}
    now = clock.now()
    with database.all_clinics(because="a test signs everybody in") as db:
        for who, somebody in signed_in.items():
            level = Level.PASSWORD if who == "before the second step" else Level.MFA
            sign_ins.begin_sign_in(db, key_of(tokens[who]), somebody.member, now, level=level)
        db.flush()
        sign_ins.end_sign_in(db, key_of(tokens["signed out"]), now)
        db.scalars(
            select(Person).where(Person.id == own.physio.person.id)
        ).one().second_factor_since = LONG_AGO
        db.add(_a_phone_key(tokens["phone"], own.patient, now))
        nobodys = Person(name="Nobody's", email="nobodys@example.org", time_zone="UTC",
                         password_hash=passwords.keep(PASSWORD), created_at=LONG_AGO)  # fmt: skip
        db.add(nobodys)
    found = {who: {"sid": tokens[who]} for who in signed_in}
    found["anonymous"] = {}
    found["phone key"] = {"phone": tokens["phone"]}
    found["of no clinic"] = {"sid": _after_trying(app, "nobodys@example.org")}
    return found


def _a_phone_key(token: str, patient: Somebody, now: Any) -> PhoneKey:
    return PhoneKey(
        key=key_of(token),
        person_id=patient.person.id,
        membership_id=patient.member.id,
        device="phone",
        created_at=now,
        seen_at=now,
        ends_at=now + timedelta(days=90),
    )


def _after_trying(app: Flask, email: str) -> str:
    """Return the token of a browser whose sign-in was refused, though the password is right."""
    client = app.test_client()
    assert client.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 422
    cookie = client.get_cookie("sid")
    assert cookie is not None
    return cookie.value


MOVING = {
    "rate_limit": None,
    "sign_in": {"seen_at", "idle_ends_at"},
    "phone_key": {"seen_at", "ends_at"},
}
"""What may change when a request is refused: tries are counted, and who was here was seen."""


def fingerprint(database: Database) -> dict[str, str]:
    """Return a hash of every row of each table."""
    with database.reading() as connection:
        return {
            table.name: hashlib.sha256(
                repr(sorted(map(repr, connection.execute(select(*columns))))).encode()
            ).hexdigest()
            for table in Base.metadata.sorted_tables
            if (moving := MOVING.get(table.name, set())) is not None
            and (columns := [column for column in table.c if column.name not in moving])
        }
