"""A release with one more step: its upgrade backs up first, and old and new refuse each other."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.cli import main
from rehab_tracker.foundation import backup, migrate
from rehab_tracker.foundation.db import Database
from tests.architecture.victim import a_victim
from tests.processes import free_port

ROOT = Path(__file__).parents[2]
SECRET = "n" * 40
STEP = """
import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "{newest}"


def upgrade():
    op.create_table("tomorrow", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table("tomorrow")
"""
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def tomorrow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the product as it is, but for one more step."""
    folder = tmp_path_factory.mktemp("tomorrow")
    package = folder / "rehab_tracker"
    package.mkdir()
    for child in (ROOT / "rehab_tracker").iterdir():
        (package / child.name).symlink_to(child)
    (package / "seed_data").symlink_to(ROOT / "seed_data")
    steps = shutil.copytree(ROOT / "migrations", package / "migrations")
    (steps / "versions" / "9000_tomorrow.py").write_text(STEP.format(newest=migrate.newest()))
    (steps / "HEAD").write_text("9000\n")
    return folder


@pytest.fixture
def environ(database: Database, clinic: Clinic, db: Session, tmp_path: Path) -> dict[str, str]:
    """Return the settings of an installation of today, in use."""
    a_victim(db, clinic)
    db.commit()
    return {
        "REHAB_DATA_DIR": str(tmp_path),
        "REHAB_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "REHAB_SECRET_KEY": SECRET,
        "REHAB_PORT": str(free_port()),
    }


@pytest.fixture
def run_tomorrow(tomorrow: Path, environ: dict[str, str], database: Database) -> Iterator[Run]:
    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", "from rehab_tracker.cli import main; main()", *words]
        path = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tomorrow)}
        run_with = {"env": path | environ, "cwd": tomorrow, "timeout": 60}
        return subprocess.run(command, capture_output=True, text=True, check=False, **run_with)  # type: ignore[call-overload]

    yield run
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS tomorrow"))
        connection.execute(
            text("UPDATE alembic_version SET version_num = :v"), {"v": migrate.newest()}
        )


def test_an_upgrade_backs_up_what_it_finds_and_neither_release_serves_the_others_database(
    run_tomorrow: Run, environ: dict[str, str], database: Database, tmp_path: Path
):
    early = run_tomorrow("serve")
    assert (early.returncode, "rehab-tracker db upgrade" in early.stderr) == (1, True)
    assert migrate.present(database) == migrate.newest()

    done = run_tomorrow("db", "upgrade")
    assert done.returncode == 0, done.stderr
    assert f"From {migrate.newest()} to 9000." in done.stdout
    (kept,) = (tmp_path / "backups").iterdir()
    manifest = json.loads(kept.read_bytes().split(b"\n", 1)[0])
    assert (manifest["version"], manifest["counts"]["patient"] > 0) == (migrate.newest(), True)

    for words in (("serve",), ("db", "upgrade"), ("check",)):
        late = CliRunner().invoke(main, words, env=environ)
        assert (late.exit_code, "newer version" in late.stderr) == (1, True)
    assert migrate.present(database) == "9000"

    fresh = Database(f"sqlite:///{tmp_path / 'fresh.sqlite3'}")
    backup.restore(fresh, kept, phrase=None, work=tmp_path, trust_audit=True)
    migrate.require_newest(fresh)
    fresh.engine.dispose()


def test_where_no_backup_can_be_made_nothing_is_upgraded(
    run_tomorrow: Run, database: Database, tmp_path: Path
):
    (tmp_path / "backups").write_text("in the way")
    done = run_tomorrow("db", "upgrade")
    assert done.returncode != 0
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert migrate.present(database) == migrate.newest()
