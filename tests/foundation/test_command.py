"""The command says what is wrong in one sentence and leaves nothing half-made."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from rehab_tracker.cli import main
from rehab_tracker.foundation.db import Database
from tests.processes import free_port

ROOT = Path(__file__).parents[2]


def run(*words: str, **environ: str) -> Result:
    return CliRunner().invoke(main, words, env=environ)


def one_sentence(done: Result) -> str:
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code != 0
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_the_process_says_one_sentence_too(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", "from rehab_tracker.cli import main; main()", "serve"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "REHAB_DATA_DIR": str(tmp_path)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "db upgrade" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_port_in_use_is_named(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("serve", "--demo", REHAB_PORT=port, REHAB_DATA_DIR=str(tmp_path))
    assert port in one_sentence(done)
    assert not list(tmp_path.glob("*.sqlite3"))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    assert run("init", REHAB_DATA_DIR=str(tmp_path)).exit_code == 0
    nowhere = str(tmp_path / "nowhere" / "monday.backup")
    assert str(tmp_path / "nowhere") in one_sentence(
        run("backup", nowhere, REHAB_DATA_DIR=str(tmp_path))
    )


def test_an_unwritable_folder_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    done = run("init", REHAB_DATA_DIR=str(tmp_path / "file" / "data"))
    assert str(tmp_path / "file" / "data") in one_sentence(done)


def test_a_newer_database_is_refused_and_unchanged(tmp_path: Path):
    run("init", REHAB_DATA_DIR=str(tmp_path))
    file = tmp_path / "rehab-tracker.sqlite3"
    database = Database(f"sqlite:///{file}")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.engine.dispose()
    environ = {"REHAB_DATA_DIR": str(tmp_path), "REHAB_PORT": str(free_port())}
    for words in (("serve",), ("serve", "--demo"), ("db", "upgrade"), ("check",)):
        assert "newer version" in one_sentence(run(*words, **environ))


def test_a_backup_is_restored_into_an_empty_place_alone(tmp_path: Path):
    here = {"REHAB_DATA_DIR": str(tmp_path / "here"), "REHAB_BACKUP_KEY": "b" * 32}
    there = {**here, "REHAB_DATA_DIR": str(tmp_path / "there")}
    to = str(tmp_path / "today.backup")
    assert "nothing to back up" in one_sentence(run("backup", to, **here))
    assert run("init", **here).exit_code == 0
    assert "verified, locked" in run("backup", to, **here).stdout
    assert "REHAB_BACKUP_KEY" in one_sentence(
        run("restore", to, **there | {"REHAB_BACKUP_KEY": ""})
    )
    assert "are back" in run("restore", to, **there).stdout
    assert "never overwrites" in one_sentence(run("restore", to, **there))
    assert "never overwrites" in one_sentence(run("backup", to, **here))
    said = run("check", **there)
    assert said.exit_code == 0, said.stderr
    assert "0 deeds of 0 clinics, whole" in said.stdout


def test_an_older_database_says_to_upgrade(tmp_path: Path):
    done = run("serve", REHAB_DATA_DIR=str(tmp_path), REHAB_PORT=str(free_port()))
    assert "db upgrade" in one_sentence(done)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REHAB_PORT", "eighty"),
        ("REHAB_PORT", "70000"),
        ("REHAB_SECRET_KEY", "short"),
        ("REHAB_PUBLIC_URL", "http://clinic.example"),
        ("REHAB_PUBLIC_URL", "clinic"),
        ("REHAB_PROXY_COUNT", "-1"),
    ],
)
def test_a_setting_that_cannot_work_is_named(tmp_path: Path, name: str, value: str):
    assert name in one_sentence(run("init", **{"REHAB_DATA_DIR": str(tmp_path), name: value}))


def test_make_names_what_a_bare_python_lacks(tmp_path: Path):
    bare = tmp_path / "python3"
    bare.write_text(
        f'#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"\n'
    )
    bare.chmod(0o755)
    made = subprocess.run(
        ["make", "-C", ROOT, "run", f"PYTHON={bare}", f"VENV={tmp_path / 'venv'}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode != 0
    assert "python3-venv" in made.stdout
    assert not (tmp_path / "venv").exists()
