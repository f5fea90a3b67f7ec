"""Clinics of any size, written in bulk: what the product's own actions would have left behind."""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, create_engine, insert, select, update

from rehab_tracker.accounts.models import Clinic, Membership, Patient, Person, SignIn
from rehab_tracker.accounts.sign_in import key_of
from rehab_tracker.accounts.sign_ins import ABSOLUTE, IDLE
from rehab_tracker.domain.permission import Role
from rehab_tracker.domain.week import WeekStart
from rehab_tracker.exercises.actions import seed_clinic
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.foundation import migrate
from rehab_tracker.foundation.db import WHERE, Base, Database, new_id
from rehab_tracker.logbook.models import (
    LoggedExercise,
    LoggedSession,
    MorningCheck,
    PerformedSet,
    ProgramWeek,
)
from rehab_tracker.logbook.weeks import HORIZON_WEEKS
from rehab_tracker.programs.models import Prescription, Program, ProgramVersion

ZONE = "Europe/Berlin"
SETS, REPS = 3, 10
PER_PHYSIO = 200
MANAGER = "manager"
_TEMPLATES = ("hip-first", "hip-and-knee-strength", "runner-build-up", None)
_RHYTHM_WEEKS = 12
_CHUNK = 50_000
_WEEK = timedelta(weeks=1)
_DAY = timedelta(days=1)

Row = tuple[type[Base], dict[str, Any]]


@dataclass(frozen=True)
class Group:
    """Patients who began together; `rhythms` are their sessions in 12 weeks, taken in turn."""

    name: str
    patients: int
    weeks: int
    per_week: int
    rhythms: Sequence[int]
    exercises: int = 5
    with_sets: bool = True

    def member(self, number: int) -> str:
        return f"{self.name}-{number}"


@dataclass(frozen=True)
class Login:
    """One patient as their browser and its addresses know them."""

    member: str
    patient_id: UUID
    program_id: UUID


def token_of(member: str) -> str:
    """Return a member's sign-in token; it is as long as a real one."""
    return base64.urlsafe_b64encode(hashlib.sha256(member.encode()).digest()).decode().rstrip("=")


def monday_of(now: datetime) -> date:
    """Return the first day of the present week."""
    return now.date() - timedelta(days=now.weekday())


def build(url: str, groups: Sequence[Group], now: datetime) -> None:
    """Fill an empty database with one clinic of some groups of patients."""
    database = Database(url)
    migrate.upgrade(database)
    with database.all_clinics(because="a clinic begins, to be measured") as db:
        clinic = Clinic(
            name="Bench",
            time_zone=ZONE,
            week_starts_on=WeekStart.MONDAY,
            second_factor_for="nobody",
            created_at=now,
        )
        db.add(clinic)
        db.flush()
        db.info.update(clinic_id=clinic.id, all_clinics=None)
        seed_clinic(db)
        library = db.scalars(
            select(Exercise.id)
            .where(Exercise.kind == "strength", Exercise.laterality == "both")
            .order_by(Exercise.slug)
        ).all()
    database.engine.dispose()
    _load(url, _Clinic(clinic.id, library, now).rows(groups))


def _load(url: str, rows: Iterable[Row]) -> None:
    """Insert rows in bulk; indexes are made at the end, and nothing is synced before."""
    engine = create_engine(url)
    every = (index for table in Base.metadata.sorted_tables for index in table.indexes)
    indexes = [index for index in every if WHERE not in index.info]
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
        else:
            connection.exec_driver_sql("SET app.all_clinics = 'on'")
            # Millions of rows that fit together need no look at each one's keys, but their sums.
            connection.exec_driver_sql("SET session_replication_role = replica")
            connection.exec_driver_sql(f"{_SUMMING} ENABLE ALWAYS TRIGGER program_week_adds")
        for index in indexes:
            index.drop(connection)
        _insert(connection, iter(rows))
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"{_SUMMING} ENABLE TRIGGER program_week_adds")
        for index in indexes:
            index.create(connection)
        connection.commit()
    if engine.dialect.name == "postgresql":  # as the server itself does before long
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


_SUMMING = "ALTER TABLE program_week"


def _insert(connection: Connection, rows: Iterator[Row]) -> None:
    while chunk := list(islice(rows, _CHUNK)):
        by_table = defaultdict(list)
        for model, row in chunk:
            by_table[model.__tablename__].append(row)
        for table in Base.metadata.sorted_tables:
            if table.name in by_table:
                connection.execute(insert(table), by_table[table.name])
        connection.commit()  # a sum that one transaction changes a thousand times gets slow


@dataclass(frozen=True)
class _Clinic:
    """Writes the rows of one clinic, each after the rows that it belongs to."""

    clinic_id: UUID
    library: Sequence[UUID]
    now: datetime

    def rows(self, groups: Sequence[Group]) -> Iterator[Row]:
        yield from self._member(MANAGER, Role.MANAGER)[1]
        patients = [(group, number) for group in groups for number in range(group.patients)]
        physio_id = self.clinic_id
        for place, (group, number) in enumerate(patients):
            if place % PER_PHYSIO == 0:
                physio_id, rows = self._member(f"physio-{place // PER_PHYSIO}", Role.PHYSIO)
                yield from rows
            yield from self._patient(group, number, physio_id)

    def _member(self, name: str, role: Role) -> tuple[UUID, list[Row]]:
        person_id, member_id = new_id(), new_id()
        known = {"created_at": self.now}
        person = {
            "id": person_id,
            "name": name.replace("-", " ").title(),
            "email": f"{name}@example.org",
            "time_zone": ZONE,
            "password_hash": None,
        }
        member = {"id": member_id, "person_id": person_id, "role": role, "standing": "active"}
        seen = {
            "proved_at": self.now,
            "seen_at": self.now,
            "idle_ends_at": self.now + IDLE[role],
            "revoked_at": None,
        }
        sign_in = {
            "key": key_of(token_of(name)),
            "person_id": person_id,
            "membership_id": member_id,
            "ends_at": self.now + ABSOLUTE,
        }
        return member_id, [
            (Person, person | known),
            (Membership, self._owned(member | known)),
            (SignIn, sign_in | seen | known),
        ]

    def _owned(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"clinic_id": self.clinic_id, **row}

    def _patient(self, group: Group, number: int, physio_id: UUID) -> Iterator[Row]:
        member_id, rows = self._member(group.member(number), Role.PATIENT)
        yield from rows
        history = _History(group, number, monday_of(self.now))
        patient = {
            "id": new_id(),
            "membership_id": member_id,
            "physio_id": physio_id,
            "week_starts_on": WeekStart.MONDAY,
            "affected_side": "right",
            "aggravator": "stairs",
            "last_logged_on": history.days[-1] if history.days else None,
        }
        yield Patient, self._owned(patient)
        yield from self._program(patient["id"], physio_id, history)

    def _program(self, patient_id: UUID, physio_id: UUID, history: "_History") -> Iterator[Row]:
        group = history.group
        program = {"id": new_id(), "patient_id": patient_id}
        version = {"id": new_id(), "program_id": program["id"]}
        by = {"created_by": physio_id, "created_at": self.now}
        more = {
            "title": "Hip strength",
            "template": _TEMPLATES[history.number % len(_TEMPLATES)],
            "starts_on": history.starts_on,
        }
        yield Program, self._owned(program | more | by)
        asked = {
            "number": 1,
            "effective_from": history.starts_on,
            "sessions_per_week": group.per_week,
            "pain_profile": "standard",
            "green_max": 2,
            "amber_max": 5,
        }
        yield ProgramVersion, self._owned(version | asked | by)
        for position, exercise_id in enumerate(self.library[: group.exercises]):
            yield Prescription, self._owned(_prescription(version["id"], exercise_id, position))
        ids = {"patient_id": patient_id, "program_id": program["id"]}
        for day in history.days:
            yield from self._session(ids | {"version_id": version["id"]}, day, group)
        for week in history.weeks():
            yield ProgramWeek, self._owned(ids | week)

    def _session(self, ids: dict[str, Any], day: date, group: Group) -> Iterator[Row]:
        session_id = new_id()
        at = datetime.combine(day, time(17), UTC)
        session = {
            "id": session_id,
            "client_id": new_id(),
            "performed_on": day,
            "performed_at": at,
            "zone": ZONE,
            "received_at": at,
            "pain_before": 1,
            "pain_during": 1 + day.day % 4,
            "settled_within_hour": True,
        }
        yield LoggedSession, self._owned(ids | session)
        for position, exercise_id in enumerate(self.library[: group.exercises]):
            yield from self._performed(session_id, position, exercise_id, group)
        if group.with_sets and day.day % 5:
            check = {"patient_id": ids["patient_id"], "on_day": day + _DAY, "pain": 1}
            yield MorningCheck, self._owned({"id": new_id(), "answered_at": at + _DAY} | check)

    def _performed(
        self, session_id: UUID, position: int, exercise_id: UUID, group: Group
    ) -> Iterator[Row]:
        row_id = new_id()
        performed = {
            "id": row_id,
            "session_id": session_id,
            "exercise_id": exercise_id,
            "position": position,
            "counted_sets": SETS,
            "effort": 7,
            "skipped": None,
        }
        yield LoggedExercise, self._owned(performed)
        for number in range(1, SETS + 1 if group.with_sets else 1):
            done = {"id": new_id(), "exercise_row_id": row_id, "number": number, "reps": REPS}
            yield PerformedSet, self._owned(done | {"load_kg": Decimal(5)})


def _prescription(version_id: UUID, exercise_id: UUID, position: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "version_id": version_id,
        "exercise_id": exercise_id,
        "position": position,
        "optional": False,
        "sets": SETS,
        "reps": REPS,
        "side": "both",
        "per_side": False,
        "target_rpe": 7,
    }


class _History:
    """The days on which one patient logged until last week, and the weeks that follow from it."""

    def __init__(self, group: Group, number: int, monday: date) -> None:
        self.group, self.number = group, number
        self.starts_on = monday - group.weeks * _WEEK
        rhythm = group.rhythms[number % len(group.rhythms)]
        self.done = [
            (week + 1) * rhythm // _RHYTHM_WEEKS - week * rhythm // _RHYTHM_WEEKS
            for week in range(group.weeks)
        ]
        self.days = [
            self.starts_on + week * _WEEK + (place * 7 // done) * _DAY
            for week, done in enumerate(self.done)
            for place in range(done)
        ]

    def weeks(self) -> Iterator[dict[str, Any]]:
        due = self.group.per_week
        for number in range((self._written_to() - self.starts_on).days // 7 + 1):
            done = self.done[number] if number < len(self.done) else 0
            yield {
                "first_on": self.starts_on + number * _WEEK,
                "state": "scored",
                "due_sevenths": due * 7,
                "due": due,
                "done": done,
                "met": min(done, due),
                "extra": max(0, done - due),
                "active_days": 7,
                "paused_days": 0,
                "dose_num": min(done, due),
                "dose_den": 1,
            }

    def _written_to(self) -> date:
        """Return the last day written ahead: logging in a program moves it on."""
        planned = self.starts_on + HORIZON_WEEKS * _WEEK
        if self.days and self.days[-1] + HORIZON_WEEKS * _WEEK / 2 > planned:
            return self.days[-1] + HORIZON_WEEKS * _WEEK
        return planned


def logins(connection: Connection, group: Group) -> list[Login]:
    """Return the patients of a group."""
    rows = connection.execute(
        select(Person.email, Program.patient_id, Program.id)
        .join(Membership, Membership.person_id == Person.id)
        .join(Patient, Patient.membership_id == Membership.id)
        .join(Program, Program.patient_id == Patient.id)
        .where(Person.email.like(f"{group.name}-%"))
    )
    return [Login(email.partition("@")[0], patient, program) for email, patient, program in rows]


def prescribed(connection: Connection) -> list[UUID]:
    """Return the exercises that the clinic's programs ask for."""
    return list(connection.scalars(select(Prescription.exercise_id).distinct()))


def keep_signed_in(connection: Connection, now: datetime) -> None:
    """Let everybody have been seen this moment, so that no request has to write it down."""
    connection.execute(
        update(SignIn).values(seen_at=now, idle_ends_at=now + _DAY, ends_at=now + _DAY)
    )
    connection.commit()
