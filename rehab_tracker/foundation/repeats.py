"""Asking once more when PostgreSQL went away or gave way: only for what may be done twice."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from rehab_tracker.foundation.logs import in_short, log

TRIES = 3
_WAIT_S = 0.1
_PASSES = {"40001", "40P01", "57P01", "57P02", "57P03", "25006"}
"""Gave way to another transaction, or the server stops, starts or is no longer the first one."""

T = TypeVar("T")


def passes(problem: DBAPIError) -> bool:
    """Tell whether the same may well succeed in a moment; SQLite has waited by itself."""
    state = getattr(problem.orig, "sqlstate", "")
    if state is None:  # no server spoke: it could not be reached, or fell silent
        return problem.connection_invalidated or problem.statement is None
    return state in _PASSES or state.startswith("08")


def repeated(unit: Callable[[], T], *, undo: Callable[[], object] = lambda: None) -> T:
    """Do a unit that may be done twice, whatever became of the first time; thrice at most.

    `undo` lets go of what a failed try holds.
    """
    for number in range(1, TRIES):
        try:
            return unit()
        except DBAPIError as problem:
            if not passes(problem):
                raise
            log().warning("database_asked_again", tries=number, problem=in_short(problem))
            undo()
            time.sleep(_WAIT_S * number * random.uniform(0.5, 1.5))  # noqa: S311 - not all at once
    return unit()
