"""What can go wrong in a way that a person should read about."""

from collections.abc import Mapping
from datetime import datetime


class Refused(Exception):
    """A rule says no; each field's name leads to one sentence. The key "" is the whole form."""

    status = 422

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = dict(problems)
        self.headers: dict[str, str] = {}


class Stale(Refused):
    """Somebody else changed the record since this form was opened."""

    status = 409


class Forbidden(Refused):
    """The record may be read, but this person may not change it; the sentence says who may."""

    status = 403


class RecordRestricted(Exception):
    """The record is kept, but not used until the restriction is lifted: nobody reads or writes."""

    def __init__(self, name: str = "", since: datetime | None = None) -> None:
        super().__init__("the record is restricted")
        self.name, self.since = name, since


class NotVisible(Exception):
    """The record does not exist for this person: answered like one that does not exist at all."""
