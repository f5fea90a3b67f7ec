"""The database's steps are one line of numbers that leads to what the models say."""

import re

from sqlalchemy import text
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Clinic
from rehab_tracker.foundation import migrate
from rehab_tracker.foundation.copying import counts
from rehab_tracker.foundation.db import Database
from tests.architecture.victim import a_victim
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


def test_every_step_goes_down_and_up_again_without_losing_a_row(
    database: Database, clinic: Clinic, db: Session
):
    """The first step begins with nothing, so that going below it is no loss but an end."""
    a_victim(db, clinic)
    db.commit()
    with database.reading() as connection:
        before = counts(connection)
    for step in list(migrate.steps())[:-1]:
        migrate.downgrade(database, str(step.down_revision))
        migrate.upgrade(database)
        with database.reading() as connection:
            assert counts(connection) == before, step.revision
    assert sum(before.values()) > 10


@on_postgres
def test_a_step_waits_for_others_no_longer_than_a_lock_may_take(database: Database):
    with database.engine.connect() as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == "3s"


def test_a_database_goes_down_and_up_again(database_url: str):
    database = Database(database_url)
    migrate.downgrade(database, "base")
    assert migrate.present(database) is None
    migrate.upgrade(database)
    assert migrate.present(database) == migrate.newest()
    database.engine.dispose()
