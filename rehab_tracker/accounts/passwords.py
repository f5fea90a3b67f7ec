"""Passwords: how strong, and how they are kept."""

import re
from collections.abc import Collection, Iterable
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from rehab_tracker.domain.permission import Role

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_AT_ONCE = BoundedSemaphore(4)
"""Each hash takes 46 MB for a moment; more at once would be a way to exhaust the server."""

_NOBODY = (
    "$argon2id$v=19$m=47104,t=1,p=1"
    "$nRTWESWO8/TV4ZtVaQ8ZTg$qiO8XScOuKRYor38wcA1LEos5ln1JEtUIzfk4yz4jSw"
)
"""What is compared with where there is no password: the hash of random bytes that nobody kept."""

SHORTEST = {Role.PATIENT: 10, Role.PHYSIO: 12, Role.MANAGER: 12}
LONGEST = 256
STRONG_ENOUGH = 3
_READ_BY_ZXCVBN = 72


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher  # noqa: PLC0415 - a megabyte, for whoever signs in

    return PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)


def keep(password: str) -> str:
    """Return the hash to keep instead of a password."""
    with _AT_ONCE:
        return _hasher().hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Tell whether a password is the kept one, in the same time when there is none."""
    from argon2.exceptions import VerificationError  # noqa: PLC0415

    with _AT_ONCE:
        try:
            return _hasher().verify(kept or _NOBODY, password) and kept is not None
        except VerificationError:
            return False


def shortest(roles: Iterable[Role]) -> int:
    """Return how long a password must be at least for somebody of these roles."""
    return max((SHORTEST[role] for role in roles), default=max(SHORTEST.values()))


def outdated(kept: str) -> bool:
    """Tell whether a hash was made with weaker settings than today's."""
    return _hasher().check_needs_rehash(kept)


def objection(password: str, roles: Collection[Role], known: tuple[str, ...] = ()) -> str | None:
    """Return why a password is too weak for somebody's roles, or None.

    `known` are the person's own words.
    """
    if len(password) < shortest(roles):
        return _("Please use at least %(n)s characters.", n=shortest(roles))
    if len(password) > LONGEST:
        return _("Please use at most %(n)s characters.", n=LONGEST)
    own_words = [*known, *(word for text in known for word in re.split(r"[\s@.]+", text))]
    from zxcvbn import zxcvbn  # noqa: PLC0415 - 12 MB of words, for whoever chooses a password

    rated = zxcvbn(password[:_READ_BY_ZXCVBN], user_inputs=own_words)
    if rated["score"] < STRONG_ENOUGH:
        return _("This is easy to guess. Three or four unrelated words make a strong password.")
    return None
