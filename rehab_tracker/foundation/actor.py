"""The acting person, as the sign-in session tells; never as a form claims."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import g

from rehab_tracker.domain.week import WeekStart
from rehab_tracker.foundation import clock


@dataclass(frozen=True)
class Actor:
    """One person acting in one clinic with one role."""

    person_id: UUID
    membership_id: UUID
    clinic_id: UUID
    role: str
    name: str
    zone: ZoneInfo
    clinic_name: str
    week_starts_on: WeekStart
    permissions: Collection[str] = field(repr=False)
    patient_id: UUID | None = None
    affected_side: str | None = None
    session_key: str = field(default="", repr=False)
    proved_at: datetime | None = None
    """When this person last showed who they are in this sign-in."""
    ends_at: datetime | None = None
    """When this sign-in ends, unless it is used before."""
    owes: str = ""
    """The step that is still missing before this person may act at all; see `access`."""

    restricted: bool = False
    """Whether this is a patient whose record is kept, but not used."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return the id under which Flask-Login knows this person."""
        return str(self.membership_id)

    def seconds_left(self) -> int:
        """Return how long this sign-in lasts from now on, unless it is used before."""
        return max(0, int((self.ends_at - clock.now()).total_seconds())) if self.ends_at else 0

    def may(self, permission: str) -> bool:
        """Tell whether the role allows an action at all; the record decides the rest."""
        return permission in self.permissions


def somebody() -> Actor | None:
    """Return the signed-in person of this request, or None on a public page without one."""
    actor: Actor | None = g.get("actor")
    return actor


def acting() -> Actor:
    """Return the signed-in person of this request."""
    actor = somebody()
    if actor is None:
        raise RuntimeError("no one is signed in here")
    return actor
