"""The database's steps are one line of numbers that leads to what the models say."""

import re
import time

import pytest
from sqlalchemy import MetaData, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.foundation import migrate
from rehab_tracker.foundation.db import Database
from tests.architecture.victim import a_victim
from tests.builders.rows import fill_empty_tables
from tests.conftest import on_postgres


def test_the_head_file_names_the_newest_step_so_that_two_branches_conflict():
    steps = list(migrate.steps())
    assert (migrate.folder() / "HEAD").read_text().strip() == steps[0].revision
    assert migrate.known() == {step.revision for step in steps}


def test_steps_are_numbered():
    names = [path.name for path in (migrate.folder() / "versions").glob("0*.py")]
    assert names
    assert all(re.fullmatch(r"\d{4}_[a-z_]+\.py", name) for name in names)


def test_the_steps_lead_to_what_the_models_say(database: Database):
    assert not migrate.drift(database)


def test_there_is_one_line_of_steps_with_one_end():
    steps = list(migrate.steps())
    assert [step.revision for step in steps] == sorted(
        (step.revision for step in steps), reverse=True
    )
    assert steps[0].revision == migrate.newest()
    assert [step.down_revision for step in steps] == [s.revision for s in steps[1:]] + [None]


Rows = dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]]


def every_row(database: Database) -> Rows:
    """Return each table's columns and rows, as the database itself tells them."""
    found = MetaData()
    with database.reading() as connection:
        found.reflect(connection)
        return {
            table.name: (
                tuple(column.name for column in table.columns),
                [tuple(map(repr, row)) for row in connection.execute(select(table))],
            )
            for table in found.sorted_tables
            if table.name != "alembic_version"
        }


def shared(rows: Rows, others: Rows) -> dict[str, list[tuple[str, ...]]]:
    """Return what both versions can hold, of one of them."""
    told = {}
    for name in rows.keys() & others.keys():
        columns, of_table = rows[name]
        places = [at for at, column in enumerate(columns) if column in others[name][0]]
        told[name] = sorted(tuple(row[at] for at in places) for row in of_table)
    return told


def test_every_step_goes_down_and_up_again_without_changing_a_row(
    database: Database, clinic: Clinic, db: Session
):
    """The first step begins with nothing, so that going below it is no loss but an end.

    What only the newer version can hold is the one thing that a step down may cost.
    """
    a_victim(db, clinic)
    db.commit()
    with database.upkeep() as connection, connection.begin():
        fill_empty_tables(connection)
    began = every_row(database)
    assert all(rows for _columns, rows in began.values())
    steps = list(migrate.steps())
    for step in steps[:-1]:
        newer = every_row(database)
        migrate.downgrade(database, str(step.down_revision))
        older = every_row(database)
        assert shared(older, newer) == shared(newer, older), step.revision
    for step in reversed(steps[:-1]):
        older = every_row(database)
        migrate.upgrade(database, step.revision)
        newer = every_row(database)
        assert shared(newer, older) == shared(older, newer), step.revision
    assert every_row(database).keys() == began.keys()
    assert not migrate.drift(database)


@on_postgres
def test_a_step_waits_for_others_no_longer_than_a_lock_may_take_and_changes_nothing(
    database: Database,
):
    with database.engine.begin() as others:
        others.execute(text("LOCK TABLE sign_in IN ACCESS SHARE MODE"))
        began = time.monotonic()
        with pytest.raises(OperationalError, match="lock timeout"):
            migrate.downgrade(database, "base")
        assert 2.5 < time.monotonic() - began < 10
    assert migrate.present(database) == migrate.newest()
    assert not migrate.drift(database)


def test_a_database_goes_down_and_up_again(database_url: str):
    database = Database(database_url)
    migrate.downgrade(database, "base")
    assert migrate.present(database) is None
    migrate.upgrade(database)
    assert migrate.present(database) == migrate.newest()
    database.engine.dispose()
