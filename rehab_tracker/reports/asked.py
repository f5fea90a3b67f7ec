"""What a clinic's report is asked for."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from rehab_tracker.domain.adherence import Band
from rehab_tracker.reports.grid import Period

OWN_PROGRAM = "own"
"""Stands for programs that came from no template."""


class By(StrEnum):
    """Whose weeks the lines of a report are."""

    PATIENT = "patient"
    PHYSIO = "physio"
    PROGRAM = "program"


class Sort(StrEnum):
    """What orders the patients of a report; each begins at the end that matters most."""

    ADHERENCE = "adherence"
    NAME = "name"
    SILENT = "silent"
    EXTRA = "extra"


class Standing(StrEnum):
    """Where a patient's closed weeks stand."""

    ON_TRACK = Band.ON_TRACK.value
    PARTLY = Band.PARTLY.value
    LOW = Band.LOW.value
    NOT_DUE = "not_due"


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What a report is asked for; `today` is the reader's local day, silence goes by patients'."""

    period: Period
    today: date
    physio: UUID | None = None
    unassigned: bool = False
    standing: Standing | None = None
    silent_days: int | None = None
    template: str | None = None
    name: str = ""
    sort: Sort = Sort.ADHERENCE
    backwards: bool = False
