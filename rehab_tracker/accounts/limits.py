"""How often somebody may try: an allowance that fills up again with time, kept in the database.

It is committed before the try itself, so that a failure counts whatever becomes of the request,
and without the database nobody tries at all. Nobody is ever locked out: one waits.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from flask_babel import ngettext
from sqlalchemy import BigInteger, bindparam, case, delete, or_, select, update
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import RateLimit
from rehab_tracker.foundation.db import insert_or_update
from rehab_tracker.foundation.errors import Refused


@dataclass(frozen=True)
class Allowance:
    """So many tries within a time; each comes back after its share of it."""

    name: str
    tries: int
    within: timedelta

    @property
    def whole_ms(self) -> int:
        """The time in which an empty allowance fills up."""
        return self.within // timedelta(milliseconds=1)

    @property
    def one_ms(self) -> int:
        """The time in which one try comes back."""
        return self.whole_ms // self.tries


_MINUTES, _HOUR, _DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
SIGN_IN = Allowance("sign-in", 10, _MINUTES)
SIGN_IN_FROM = Allowance("sign-in from", 10, _MINUTES)
SECOND_FACTOR = Allowance("second factor", 5, _MINUTES)
SECOND_FACTOR_HOURLY = Allowance("second factor hourly", 20, _HOUR)
RESET = Allowance("reset", 5, _DAY)

Try = tuple[Allowance, str]
"""An allowance and whose it is."""


class SlowDown(Refused):
    """Too many tries; the sentence and the header say how long to wait."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__({"": _wait(seconds)})
        self.headers = {"Retry-After": str(seconds)}


def _wait(seconds: int) -> str:
    if seconds > 60:  # noqa: PLR2004 - a minute
        return ngettext(
            "That is enough for now. Please wait a minute, then try again.",
            "That is enough for now. Please wait %(num)s minutes, then try again.",
            -(-seconds // 60),
        )
    return ngettext(
        "That is enough for now. Please wait one second, then try again.",
        "That is enough for now. Please wait %(num)s seconds, then try again.",
        seconds,
    )


def network_of(address: str | None) -> str:
    """Return what counts as one place: an address, or the whole network of a modern one."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return ""
    return str(ip_network((found, 64), strict=False) if isinstance(found, IPv6Address) else found)


def take(db: Session, tries: Iterable[Try], now: datetime) -> None:
    """Spend one of each allowance; raise SlowDown where one has none left.

    Call it in a transaction of its own and commit it before what it guards.
    """
    for allowance, whose in tries:
        spent = {
            "key": _key(allowance, whose),
            "now": _ms(now),
            "one": allowance.one_ms,
            "latest": _ms(now) + allowance.whole_ms - allowance.one_ms,
            "never": _ms(now) + allowance.whole_ms,
        }
        if db.execute(_take(db.get_bind().dialect.name), spent).first() is None:
            raise SlowDown(_seconds_left(db, spent))


def give_back(db: Session, tries: Iterable[Try]) -> None:
    """Return what a right answer had spent: only wrong ones count."""
    for allowance, whose in tries:
        db.execute(
            update(RateLimit)
            .where(RateLimit.key == _key(allowance, whose))
            .values(full_at=RateLimit.full_at - allowance.one_ms)
            .execution_options(synchronize_session=False)
        )


def forget_old(db: Session, now: datetime) -> None:
    """Remove the rows of allowances that are whole again."""
    db.execute(
        delete(RateLimit)
        .where(RateLimit.full_at < _ms(now))
        .execution_options(synchronize_session=False)
    )


def _key(allowance: Allowance, whose: str) -> str:
    return hashlib.sha256(f"{allowance.name}\n{whose}".encode()).hexdigest()


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _seconds_left(db: Session, spent: dict[str, Any]) -> int:
    full_at = db.scalars(select(RateLimit.full_at).where(RateLimit.key == spent["key"])).one()
    return max(1, -int((spent["latest"] - full_at) // 1000))


@cache
def _take(dialect: str) -> Any:
    # One statement for both dialects: of two tries at once each is counted. A time that cannot be,
    # as after the clock was put back, counts as long ago.
    now, one, latest, never = (
        bindparam(name, type_=BigInteger) for name in ("now", "one", "latest", "never")
    )
    full_at = RateLimit.full_at
    begins = case((full_at.between(now, never), full_at), else_=now)
    row = insert_or_update(dialect, RateLimit).values(key=bindparam("key"), full_at=now + one)
    return row.on_conflict_do_update(
        index_elements=["key"],
        set_={"full_at": begins + one},
        where=or_(full_at <= latest, full_at > never),
    ).returning(RateLimit.key)
