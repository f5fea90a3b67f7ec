"""What every command shares: its app, and how it says what is wrong."""

import sys
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, NoReturn

import click
from sqlalchemy.exc import DatabaseError, OperationalError

from rehab_tracker.config import ConfigProblem, Settings
from rehab_tracker.foundation.backup import NotBackedUp, NotRestored
from rehab_tracker.foundation.health import Damaged
from rehab_tracker.foundation.locked_file import CannotOpen
from rehab_tracker.foundation.logs import in_short
from rehab_tracker.foundation.migrate import WrongVersion
from rehab_tracker.rights.ledger import Unreadable

EXPECTED = (
    *(ConfigProblem, WrongVersion, Damaged),
    *(NotBackedUp, NotRestored, CannotOpen, Unreadable),
)


def stop(sentence: str) -> NoReturn:
    """End with one sentence and exit status 1."""
    click.echo(f"rehab-tracker: {sentence}", err=True)
    sys.exit(1)


class Commands(click.Group):
    """Says what is wrong in one sentence, whatever the command."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; its expected failures end without a stack trace."""
        try:
            return super().invoke(ctx)
        except EXPECTED as problem:
            stop(str(problem))
        except OSError as problem:
            if problem.filename is None:
                raise
            stop(f"{problem.filename} cannot be used ({problem.strerror}).")
        except DatabaseError as problem:
            if type(problem) not in {DatabaseError, OperationalError}:
                raise  # a fault of the product, not of the database
            stop(f"The database cannot be used: {in_short(problem)}")


def with_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the product's app, read from the environment."""

    @click.pass_context
    def run(ctx: click.Context, *args: Any, **kwargs: Any) -> Any:
        from rehab_tracker.app import create_app  # noqa: PLC0415 - `--help` stays quick

        app = create_app(Settings.from_environment())
        try:
            with app.app_context():
                return ctx.invoke(command, app, *args, **kwargs)
        finally:
            app.extensions["database"].engine.dispose()

    return update_wrapper(run, command)
