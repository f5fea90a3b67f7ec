"""The commands and the server: what is due is erased, and a restored backup erases it again."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select

from rehab_tracker import create_app
from rehab_tracker.config import Settings
from rehab_tracker.foundation import migrate
from rehab_tracker.foundation.db import Database
from rehab_tracker.rights import actions
from rehab_tracker.rights.models import ErasedPatient
from tests.builders.people import a_clinic
from tests.builders.record import MARK, a_full_record
from tests.features.rights.conftest import GRACE, NO_LETTERS
from tests.processes import free_port, serving

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-c", "from rehab_tracker.cli import main; main()"]
LONG_SINCE = datetime(2020, 1, 1, tzinfo=UTC)
SECRET = "u" * 40


def environ(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "REHAB_SECRET_KEY": SECRET,
        "REHAB_DATA_DIR": str(folder),
    }  # fmt: skip


def run(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [*COMMAND, *words], env=environ(folder), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Place:
    """A data folder with one clinic and one patient."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        url = f"sqlite:///{folder / 'rehab-tracker.sqlite3'}"
        settings = Settings(data_dir=folder, database_url=url, secret_key=SECRET)
        self.app = create_app(settings)
        self.database: Database = self.app.extensions["database"]
        migrate.upgrade(self.database)
        clinic = a_clinic(self.database)
        with self.app.test_request_context(), self.database.of_clinic(clinic.id) as db:
            self.patient = a_full_record(db, clinic)

    def ask(self, since: datetime = LONG_SINCE) -> None:
        """Let the patient ask to be erased."""
        who = self.patient
        with self.app.test_request_context(), self.database.of_clinic(who.clinic.id) as db:
            actions.ask_erasure(db, who.actor, who.id, since, grace=GRACE, letters=NO_LETTERS)
        self.database.engine.dispose()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    found = Place(tmp_path / "here")
    yield found
    found.database.engine.dispose()


def marked_files(folder: Path) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path.name for path in files if MARK.encode() in path.read_bytes()]


def test_erased_stays_erased_when_an_older_backup_is_restored(place: Place, tmp_path: Path):
    kept = tmp_path / "kept"
    kept.mkdir()
    run(place.folder, "backup", str(kept / "monday.backup"))
    place.ask()
    assert run(place.folder, "erase-due") == "1 patients erased.\n"
    assert marked_files(place.folder) == []
    run(place.folder, "backup", str(kept / "tuesday.backup"))
    assert marked_files(kept) == ["monday.backup"]
    said = run(tmp_path / "there", "restore", str(kept / "monday.backup"))
    assert "1 patients had been erased since and are erased again" in said
    assert marked_files(tmp_path / "there") == []
    assert "whole" in run(tmp_path / "there", "check")
    assert run(place.folder, "erase-due") == "0 patients erased.\n"


def test_a_backup_of_an_older_version_is_brought_up_and_erases_again(place: Place, tmp_path: Path):
    migrate.downgrade(place.database, "0001")
    run(place.folder, "backup", str(tmp_path / "old.backup"))
    migrate.upgrade(place.database)
    place.ask()
    run(place.folder, "erase-due")
    run(place.folder, "backup", str(tmp_path / "new.backup"))
    said = run(tmp_path / "there", "restore", str(tmp_path / "old.backup"))
    assert f"from version 0001 to {migrate.newest()}" in said
    assert "erased again" in said
    assert marked_files(tmp_path / "there") == []


def test_a_restored_wish_is_put_off_and_said(place: Place, tmp_path: Path):
    place.ask(LONG_SINCE + timedelta(days=1))
    run(place.folder, "backup", str(tmp_path / "today.backup"))
    said = run(tmp_path / "there", "restore", str(tmp_path / "today.backup"))
    assert "1 patients asked to be erased; none of them is for 7 days" in said
    assert run(tmp_path / "there", "erase-due") == "0 patients erased.\n"


def test_a_server_erases_by_itself_what_is_due(place: Place, tmp_path: Path):
    place.ask()
    port = free_port()
    settings = {**environ(place.folder), "REHAB_PORT": str(port)}
    looking, erased = Event(), []
    with serving([*COMMAND, "serve"], settings, tmp_path):
        for _ in range(600):
            with place.database.all_clinics(because="a test looks", reads_only=True) as db:
                erased = [row.scrubbed_at for row in db.scalars(select(ErasedPatient))]
            place.database.engine.dispose()
            if erased and erased[0]:
                break
            looking.wait(0.05)
    assert erased
    assert erased[0]
    assert marked_files(place.folder) == []


def test_what_ended_can_be_forgotten_by_command(place: Place):
    assert run(place.folder, "forget-ended").endswith("rows deleted.\n")
