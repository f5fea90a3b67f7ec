"""The commands that look after an installation: its health, its audit, its version."""

import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import DatabaseError

from rehab_tracker.command import stop, with_app
from rehab_tracker.foundation.logs import in_short, log


@click.command("check")
@with_app
def check_health(app: Any) -> None:
    """Say in words whether everything is well; exit status 1 if not."""
    from rehab_tracker.foundation import health, migrate  # noqa: PLC0415

    database, wrong = app.extensions["database"], 0
    migrate.require_newest(database)
    for finding in health.findings(database, app.config["SETTINGS"].data_dir):
        click.echo(f"{finding.name:<11} {finding.problem or finding.said}")
        wrong += bool(finding.problem)
    if wrong:
        stop("Something is not well: see above. Restore a backup where the database is damaged.")


@click.command()
@click.argument("destination", type=click.Path(path_type=Path))
@with_app
def backup(app: Any, *, destination: Path) -> None:
    """Write a verified backup to a new file, while everybody goes on working."""
    _back_up(app, destination)


def _back_up(app: Any, destination: Path) -> None:
    from rehab_tracker.foundation import backup, clock  # noqa: PLC0415
    from rehab_tracker.rights import ledger  # noqa: PLC0415

    settings = app.config["SETTINGS"]
    made = backup.back_up(
        app.extensions["database"],
        destination,
        clock.now(),
        phrase=settings.backup_phrase,
        work=settings.data_dir,
    )
    ledger.keep(destination.absolute().parent, ledger.read(settings.data_dir))
    locked = "locked" if made.is_locked else "not locked: set REHAB_BACKUP_KEY to lock it"
    held = f"{sum(made.counts.values())} rows and {made.uploads} uploads"
    click.echo(f"{destination}: {held}, verified, {locked}.")
    for clinic_id, end in made.audit.items():
        click.echo(f"audit of clinic {clinic_id}: {end[:32]}")


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--trust-audit", is_flag=True, help="The key that sealed its audit is gone.")
@with_app
def restore(app: Any, *, source: Path, trust_audit: bool) -> None:
    """Fill an empty place from a backup; what is there is never overwritten."""
    from rehab_tracker.foundation import backup, migrate  # noqa: PLC0415
    from rehab_tracker.rights import ledger  # noqa: PLC0415

    settings = app.config["SETTINGS"]
    listed = ledger.read(settings.data_dir, source.absolute().parent)
    made = backup.restore(
        app.extensions["database"],
        source,
        phrase=settings.backup_phrase,
        work=settings.data_dir,
        trust_audit=trust_audit,
    )
    held = f"{sum(made.counts.values())} rows and {made.uploads} uploads"
    click.echo(f"{held} of {made.made_at} are back.")
    if made.version != migrate.newest():
        migrate.upgrade(app.extensions["database"])
        click.echo(f"They were brought from version {made.version} to {migrate.newest()}.")
    ledger.keep(settings.data_dir, listed)
    _settle_restored(app)


def _settle_restored(app: Any) -> None:
    """Erase again who was erased since the backup, before anybody sees them."""
    from rehab_tracker.foundation import clock  # noqa: PLC0415
    from rehab_tracker.rights import erasing  # noqa: PLC0415

    database, now = app.extensions["database"], clock.now()
    waiting = erasing.give_time(database, now)
    done = erasing.erase_due(database, app.config["SETTINGS"].data_dir, now)
    if done.again:
        click.echo(f"{done.again} patients had been erased since and are erased again.")
    if waiting:
        click.echo(
            f"{waiting} patients asked to be erased; none of them is for "
            f"{erasing.AFTER_RESTORE.days} days, in case they took it back since the backup."
        )


@click.command("erase-due")
@with_app
def erase_due(app: Any) -> None:
    """Erase whose days are over, and say how many; `serve` does so by itself."""
    done = _erase_due(app)
    click.echo(f"{len(done.erased) + done.again} patients erased.")
    if not done.scrubbed:
        stop("The file is in use and still holds bytes of them: run this again.")


def _erase_due(app: Any) -> Any:
    from rehab_tracker.foundation import clock, migrate  # noqa: PLC0415
    from rehab_tracker.rights import erasing, letters  # noqa: PLC0415

    database, settings = app.extensions["database"], app.config["SETTINGS"]
    migrate.require_newest(database)
    done = erasing.erase_due(database, settings.data_dir, clock.now())
    with app.test_request_context():
        for who in done.erased:
            letters.say_farewell(settings, who)
    return done


@click.command("forget-ended")
@with_app
def forget_ended(app: Any) -> None:
    """Delete sign-ins, links, phones and letters that ended long ago; `serve` does so by itself."""
    click.echo(f"{_forget_ended(app)} rows deleted.")


def _forget_ended(app: Any) -> int:
    from rehab_tracker.accounts import clearing  # noqa: PLC0415
    from rehab_tracker.foundation import clock  # noqa: PLC0415

    with app.extensions["database"].all_clinics(because="what ended is of all clinics") as db:
        return clearing.forget_ended(db, clock.now())


EVERY_S = 3600


def keep_up(app: Any) -> None:
    """Do what becomes due while a server runs, once an hour, and go on whatever fails."""
    from rehab_tracker.rights.ledger import Unreadable  # noqa: PLC0415

    pause = threading.Event()
    while True:
        for task in (_forget_ended, _erase_due):
            try:
                task(app)
            except (DatabaseError, OSError, Unreadable) as problem:
                log().warning("upkeep_waits", task=task.__name__, problem=in_short(problem))
        pause.wait(EVERY_S)


@click.command()
def metrics() -> None:
    """Answer /metrics at REHAB_METRICS_PORT for several servers that share a folder of figures."""
    from rehab_tracker.config import Settings  # noqa: PLC0415

    settings = Settings.from_environment()
    if settings.metrics_port is None or "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        stop("Set REHAB_METRICS_PORT, and PROMETHEUS_MULTIPROC_DIR to the servers' folder.")
    from rehab_tracker.foundation.metrics import listen  # noqa: PLC0415

    listen(settings.host, settings.metrics_port)
    threading.Event().wait()


@click.command("figures")
@with_app
def draw_figures(app: Any) -> None:
    """Draw every exercise's pictures ahead, so that nobody waits for their first showing."""
    from rehab_tracker.exercises import drawings  # noqa: PLC0415

    began = time.perf_counter()
    count = drawings.draw_all(app.config["SETTINGS"].data_dir)
    took = time.perf_counter() - began
    click.echo(f"{count} pictures of {len(drawings.figures())} figures in {took:.1f} s.")


@click.group("db")
def database_steps() -> None:
    """Look after the database's version."""


@database_steps.command()
@with_app
def upgrade(app: Any) -> None:
    """Bring the database to the version of this release."""
    from rehab_tracker.foundation import migrate  # noqa: PLC0415

    before = migrate.present(app.extensions["database"])
    bring_up(app)
    click.echo(f"From {before or 'nothing'} to {migrate.newest()}.")


def bring_up(app: Any) -> None:
    """Bring the database to the version of this release; back it up before it changes."""
    from rehab_tracker.foundation import clock, migrate  # noqa: PLC0415

    database, folder = app.extensions["database"], app.config["SETTINGS"].data_dir / "backups"
    if migrate.refuse_newer(database) not in {None, migrate.newest()}:
        folder.mkdir(mode=0o700, exist_ok=True)
        _back_up(app, folder / f"before-{migrate.newest()}-{clock.now():%Y%m%dT%H%M%S}.backup")
    migrate.upgrade(database)


@database_steps.command("check")
def check_migrations() -> None:
    """Say whether the migrations lead to what the models say, on a database of its own."""
    from rehab_tracker import app as _every_model  # noqa: F401, PLC0415
    from rehab_tracker.foundation import migrate  # noqa: PLC0415
    from rehab_tracker.foundation.db import Database  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'empty.sqlite3'}")
        migrate.upgrade(database)
        drifted = migrate.drift(database)
        database.engine.dispose()
    if drifted:
        stop("The models say something that no migration does: run `rehab-tracker db revision`.")
    click.echo("Migrations and models agree.")


@database_steps.command()
@click.argument("message")
@with_app
def revision(app: Any, *, message: str) -> None:
    """Draft the next numbered migration from what the models changed."""
    from rehab_tracker.foundation import migrate  # noqa: PLC0415

    click.echo(migrate.write_revision(app.extensions["database"], message))


@click.group("audit")
def audit_steps() -> None:
    """Look after the audit."""


@audit_steps.command("verify")
@with_app
def verify_audit(app: Any) -> None:
    """Follow every clinic's chain of deeds and name the first that is not right; status 1 then."""
    from rehab_tracker.foundation import audit, migrate  # noqa: PLC0415

    migrate.require_newest(app.extensions["database"])
    broken = 0
    for chain in audit.verify(app.extensions["database"]):
        broken += bool(chain.problem)
        said = chain.problem or f"whole, ends in {chain.mac[:16]}"
        click.echo(f"clinic {chain.clinic_id}  {chain.deeds} deeds  {said}")
    if broken:
        stop(f"The audit of {broken} clinic(s) was tampered with, or sealed with another key.")


COMMANDS = (
    check_health,
    backup,
    restore,
    metrics,
    draw_figures,
    database_steps,
    audit_steps,
    erase_due,
    forget_ended,
)
