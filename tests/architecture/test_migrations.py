"""The database's steps are one line of numbers that leads to what the models say."""

import re

from rehab_tracker.foundation import migrate
from rehab_tracker.foundation.db import Database


def test_the_head_file_names_the_newest_step_so_that_two_branches_conflict():
    assert (migrate.folder() / "HEAD").read_text().strip() == migrate.newest()


def test_steps_are_numbered():
    names = [path.name for path in (migrate.folder() / "versions").glob("0*.py")]
    assert names
    assert all(re.fullmatch(r"\d{4}_[a-z_]+\.py", name) for name in names)


def test_the_steps_lead_to_what_the_models_say(database: Database):
    assert not migrate.drift(database)


def test_a_database_goes_down_and_up_again(database_url: str):
    database = Database(database_url)
    migrate.downgrade(database, "base")
    assert migrate.present(database) is None
    migrate.upgrade(database)
    assert migrate.present(database) == migrate.newest()
    database.engine.dispose()
