"""A few patients who log without a pause, and who know what they were told is saved."""

import http.client
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import func, select

from benchmarks.form import Form
from rehab_tracker import create_app
from rehab_tracker.accounts import sign_ins
from rehab_tracker.accounts.sign_in import key_of
from rehab_tracker.config import Settings
from rehab_tracker.foundation import audit, clock
from rehab_tracker.foundation.audit import AuditEvent
from rehab_tracker.foundation.db import Database
from rehab_tracker.logbook import weeks
from rehab_tracker.logbook.models import LoggedExercise, LoggedSession, PerformedSet, ProgramWeek
from tests.builders.exercises import an_exercise
from tests.builders.people import a_clinic, a_member, a_patient
from tests.builders.programs import a_program, an_item
from tests.processes import free_port

ROOT = Path(__file__).parents[2]
SECRET = "f" * 40
EXERCISES, SETS = 5, 3
PATIENTS = 3


@dataclass
class Phone:
    """One patient's browser with a filled-in form."""

    port: int
    cookie: str
    path: str
    fields: Mapping[str, str]
    saved: set[UUID] = field(default_factory=set)
    """What the patient was told is saved."""
    unsure: set[UUID] = field(default_factory=set)
    """What was sent, but never told to be saved, and not sent again."""
    answers: list[int] = field(default_factory=list)

    def send(self, client_id: UUID, timeout: float = 30) -> http.client.HTTPResponse:
        """Send a session and return the answer; OSError or HTTPException where none came."""
        body = urlencode({**self.fields, "client_id": str(client_id)})
        headers = {
            "Cookie": f"sid={self.cookie}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("POST", self.path, body, headers)
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        self.answers.append(answer.status)
        assert answer.status in {303, 503, 507}, "a sound form was refused"
        return answer

    def save(self, client_id: UUID) -> bool:
        """Send a session; tell whether the patient was told that it is saved."""
        if self.send(client_id).status != http.client.SEE_OTHER:
            return False
        self.saved.add(client_id)
        return True

    def log_on(self, stop: threading.Event) -> None:
        """Send one session after the other, each until it is saved; every fifth is given up."""
        while not stop.is_set():
            client_id = uuid4()
            gives_up = client_id.int % 5 == 0
            while not (told := self._try(client_id)):
                if (gives_up and told is None) or stop.wait(0.002):
                    self.unsure.add(client_id)
                    break

    def _try(self, client_id: UUID) -> bool | None:
        try:
            return self.save(client_id)
        except (OSError, http.client.HTTPException):
            return None  # nobody is there


@dataclass
class Ward:
    """A database with patients, the servers before it, and their phones."""

    url: str
    environ: Mapping[str, str]
    phones: list[Phone]

    def database(self) -> Database:
        """Open the database as the servers do."""
        return Database(self.url, Settings.from_environment(self.environ).audit_key)

    @contextmanager
    def logging(self) -> Iterator[None]:
        """Let everybody log at once."""
        stop = threading.Event()
        hands = [threading.Thread(target=phone.log_on, args=(stop,)) for phone in self.phones]
        for hand in hands:
            hand.start()
        try:
            yield
        finally:
            stop.set()
            for hand in hands:
                hand.join()

    @property
    def saved(self) -> int:
        """How many sessions patients were told are saved."""
        return sum(len(phone.saved) for phone in self.phones)

    def let_log(self, sessions: int) -> None:
        """Wait until patients were told that so many more sessions are saved."""
        enough = self.saved + sessions
        wait_until(lambda: self.saved >= enough)

    def account(self) -> tuple[int, int]:
        """Compare what is kept with what was told; return how many were told, and unsure ones kept.

        Nothing told may be missing, twice, in part, without its deed or outside the roll-up.
        """
        told = {one for phone in self.phones for one in phone.saved}
        unsure = {one for phone in self.phones for one in phone.unsure}
        database = self.database()
        assert [chain.problem for chain in audit.verify(database)] == [""]
        with database.all_clinics(because="what is kept is counted") as db:
            kept = db.scalars(select(LoggedSession.client_id)).all()
            assert len(kept) == len(set(kept)), "a session twice"
            assert told <= set(kept), f"{len(told - set(kept))} lost"
            assert set(kept) <= told | unsure, "a session that nobody sent"
            rows = [db.scalar(select(func.count(m.id))) for m in (LoggedExercise, PerformedSet)]
            assert rows == [len(kept) * EXERCISES, len(kept) * EXERCISES * SETS], "in part"
            deed = select(AuditEvent.subject_id).where(AuditEvent.action == "log.saved")
            assert sorted(db.scalars(deed)) == sorted(db.scalars(select(LoggedSession.id)))
            before = _roll_up(db)
            weeks.rebuild(db)
            db.flush()
            db.expire_all()
            assert _roll_up(db) == before, "the roll-up tells something else"
        database.engine.dispose()
        return len(told), len(set(kept) & unsure)


def wait_until(enough: Callable[[], bool]) -> None:
    """Look again and again, for a minute."""
    end = time.monotonic() + 60
    while not enough():
        assert time.monotonic() < end, "nobody gets an answer"
        threading.Event().wait(0.002)


def _roll_up(db: object) -> list[object]:
    columns = (ProgramWeek.program_id, ProgramWeek.first_on, ProgramWeek.done, ProgramWeek.extra)
    return sorted(map(tuple, db.execute(select(*columns))))  # type: ignore[attr-defined]


def a_ward(url: str, folder: Path) -> Ward:
    """Fill an empty, migrated database with patients who have opened their forms."""
    port = free_port()
    environ = os.environ | {
        "REHAB_DATA_DIR": str(folder),
        "REHAB_DATABASE_URL": url,
        "REHAB_SECRET_KEY": SECRET,
        "REHAB_PORT": str(port),
    }
    app = create_app(Settings.from_environment(environ))
    phones = _admit(app, app.extensions["database"], port)
    app.extensions["database"].engine.dispose()
    return Ward(url, environ, phones)


def _admit(app: Flask, database: Database, port: int) -> list[Phone]:
    clinic = a_clinic(database)
    began = clock.now().date() - timedelta(days=30)
    with app.test_request_context(), database.of_clinic(clinic.id) as db:
        physio = a_member(db, clinic)
        exercises = [an_exercise(db, name=f"Move {n}", laterality="both") for n in range(EXERCISES)]
        patients = [a_patient(db, clinic, physio) for _ in range(PATIENTS)]
        items = [an_item(exercise) for exercise in exercises]
        programs = [a_program(db, physio, one, items, starts_on=began) for one in patients]
    phones = []
    for patient, program in zip(patients, programs, strict=True):
        token, path = secrets.token_urlsafe(32), f"/log/{program.id}"
        with database.all_clinics(because="a test signs in") as db:
            sign_ins.begin_sign_in(db, key_of(token), patient.member, clock.now())
        client = app.test_client()
        client.set_cookie("sid", token)
        form = Form(client.get(f"{path}?done=all").text, path)
        knee = {"pain_before": "1", "pain_during": "2"}
        phones.append(Phone(port, token, path, form.fields | knee))
    return phones


class Nursery:
    """Servers that can be killed and are replaced at once."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._pids: list[int] = []

    def start(self) -> None:
        """Let servers answer."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("start\n")
        self._process.stdin.flush()
        self._pids = [int(pid) for pid in self._process.stdout.readline().split()]

    def kill(self) -> None:
        """End all servers without a warning."""
        for pid in self._pids:
            os.kill(pid, signal.SIGKILL)


@contextmanager
def nursery(ward: Ward) -> Iterator[Nursery]:
    """Give servers of a ward; none is left at the end."""
    command = [sys.executable, "-m", "tests.faults.nursery"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=dict(ward.environ), **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "ready\n"
        servers = Nursery(process)
        servers.start()
        try:
            yield servers
        finally:
            process.stdin.close()
            process.wait(timeout=60)
