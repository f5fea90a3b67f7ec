"""A disk that is full, a file that is locked, damaged or shared: told plainly, and nothing lost."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from rehab_tracker.cli import main
from tests.conftest import missing
from tests.faults.ward import ROOT, SECRET, Ward, a_ward, nursery, wait_until
from tests.processes import free_port


@pytest.fixture
def place(sqlite_template: Path, tmp_path: Path) -> Path:
    """Return a migrated SQLite file."""
    return Path(shutil.copy(sqlite_template, tmp_path / "rehab.sqlite3"))


@pytest.fixture(scope="module")
def in_use(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file with patients, to copy."""
    folder = tmp_path_factory.mktemp("in-use")
    path = Path(shutil.copy(sqlite_template, folder / "rehab.sqlite3"))
    a_ward(f"sqlite:///{path}", folder)
    return path


@pytest.fixture
def lived(in_use: Path, tmp_path: Path) -> Path:
    """Return a SQLite file with patients."""
    return Path(shutil.copy(in_use, tmp_path / "rehab.sqlite3"))


def run(place: Path, *words: str) -> Result:
    environ = {
        "REHAB_DATA_DIR": str(place.parent),
        "REHAB_DATABASE_URL": f"sqlite:///{place}",
        "REHAB_SECRET_KEY": SECRET,
        "REHAB_PORT": str(free_port()),
    }
    return CliRunner().invoke(main, words, env=environ)


@contextmanager
def a_small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a disk of a few megabytes; only root may."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        missing("small disk", "only root may mount one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_on_a_full_disk_nothing_is_acknowledged_and_with_room_it_goes_on(
    sqlite_template: Path, tmp_path: Path
):
    with a_small_disk(tmp_path / "disk", 24) as disk:
        place = shutil.copy(sqlite_template, disk / "rehab.sqlite3")
        ward = a_ward(f"sqlite:///{place}", disk)
        phone = ward.phones[0]
        with nursery(ward):
            assert phone.save(uuid4())
            ballast = _fill(disk)
            refused = 0
            for _ in range(40):
                refused += not phone.save(client_id := uuid4())
                if refused:
                    break
            assert phone.answers[-1] == 507
            ballast.unlink()
            assert phone.save(client_id), "the same session, sent again"
        told, unsure = ward.account()
        assert (told, unsure) == (len(phone.saved), 0)


def _fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return ballast


def test_while_somebody_else_holds_the_database_patients_are_asked_to_wait(place: Path):
    ward = a_ward(f"sqlite:///{place}", place.parent)
    phone, client_id = ward.phones[0], uuid4()
    holder = ward.database()
    with nursery(ward):
        with holder.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")  # BEGIN IMMEDIATE: nobody else may write
            answer = phone.send(client_id)
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert phone.save(client_id)
    holder.engine.dispose()
    assert ward.account() == (1, 0)


def test_two_products_on_one_file_keep_everything_once(place: Path):
    ward = a_ward(f"sqlite:///{place}", place.parent)
    other = free_port()
    second = Ward(ward.url, {**ward.environ, "REHAB_PORT": str(other)}, ward.phones[:1])
    with nursery(ward), nursery(second):
        second.phones[0].port = other
        with ward.logging():
            wait_until(lambda: min(len(phone.saved) for phone in ward.phones) >= 10)
    told, _unsure = ward.account()
    assert told >= 30


def harm(place: Path, kind: str) -> None:
    kept = bytearray(place.read_bytes())
    if kind == "a page of noise":
        page = len(kept) // 4096 // 2 * 4096
        kept[page : page + 4096] = os.urandom(4096)
    if kind == "cut in half":
        kept = kept[: len(kept) // 2]
    if kind == "not a database":
        kept[:100] = b"x" * 100
    place.write_bytes(kept)


@pytest.mark.parametrize("kind", ["a page of noise", "cut in half", "not a database"])
@pytest.mark.parametrize("words", [("serve",), ("check",), ("backup", "never.backup")])
def test_a_damaged_file_is_refused_in_one_sentence(lived: Path, kind: str, words: tuple[str, ...]):
    harm(lived, kind)
    said = run(lived, *words)
    assert said.exit_code == 1, said.stdout
    assert isinstance(said.exception, SystemExit)
    assert "database" in said.stderr or "not whole" in said.stderr
    assert len(said.stderr.strip().splitlines()) == 1


def test_every_fault_of_a_file_is_one_finding(lived: Path):
    """An index that lacks each of its rows is many faults to SQLite."""
    root = "SELECT rootpage FROM sqlite_schema WHERE name = 'ix_passkey_person'"
    with sqlite3.connect(lived) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            f"UPDATE sqlite_schema SET rootpage = ({root}) WHERE name = 'ix_patient_restricted'"
        )
    connection.close()
    said = run(lived, "check")
    assert said.exit_code == 1
    assert isinstance(said.exception, SystemExit)
    assert len([line for line in said.stdout.splitlines() if line.startswith("pages")]) == 1
    assert "Something is not well" in said.stderr


def test_a_server_for_gunicorn_refuses_a_damaged_file_too(lived: Path):
    harm(lived, "a page of noise")
    environ = os.environ | {"REHAB_DATA_DIR": str(lived.parent), "REHAB_SECRET_KEY": SECRET,
                            "REHAB_DATABASE_URL": f"sqlite:///{lived}"}  # fmt: skip
    said = subprocess.run(
        [sys.executable, "-c", "import rehab_tracker.wsgi"], cwd=ROOT, env=environ,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert said.returncode == 1
    assert "damaged" in said.stderr
