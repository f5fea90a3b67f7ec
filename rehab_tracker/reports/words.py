"""Names of what the report and the patient list show."""

from collections.abc import Callable, Iterable, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup

from rehab_tracker.domain.rule import setting
from rehab_tracker.exercises.seed import load_library
from rehab_tracker.foundation.dates import brief_day, short_day
from rehab_tracker.programs.models import PauseReason
from rehab_tracker.programs.words import PAUSE_NAMES
from rehab_tracker.reports.asked import OWN_PROGRAM, By, Sort, Standing
from rehab_tracker.reports.grid import Cell, Period
from rehab_tracker.reports.need import Need, NeedCode

BY_NAMES = {By.PATIENT: _l("Patients"), By.PHYSIO: _l("Physios"), By.PROGRAM: _l("Programs")}
SORT_NAMES = {
    Sort.ADHERENCE: _l("adherence"),
    Sort.NAME: _l("name"),
    Sort.SILENT: _l("days not logged"),
    Sort.EXTRA: _l("extra sessions"),
}
STANDING_NAMES = {
    Standing.ON_TRACK: _l("80 % and more"),
    Standing.PARTLY: _l("50 to 79 %"),
    Standing.LOW: _l("under 50 %"),
    Standing.NOT_DUE: _l("not due"),
}
STATE_NAMES = {"paused": _l("paused"), "not_due": _l("not due"), "open": _l("still open")}
NEED_NAMES = {
    NeedCode.HELD: _l("Warning sign told"),
    NeedCode.STOP: _l("Stop light"),
    NeedCode.RED: _l("Red light"),
    NeedCode.NOT_SETTLING: _l("Not settling"),
    NeedCode.SILENT: _l("Nothing logged"),
    NeedCode.LOW: _l("Low adherence"),
    NeedCode.UNASSIGNED: _l("Nothing assigned"),
    NeedCode.ENDING: _l("Program ends"),
    NeedCode.PAUSED: _l("Paused"),
    NeedCode.INVITED: _l("Not joined yet"),
}
NEED_SEVERITIES = {
    NeedCode.HELD: "urgent",
    NeedCode.STOP: "urgent",
    NeedCode.RED: "high",
    NeedCode.NOT_SETTLING: "high",
    NeedCode.SILENT: "high",
    NeedCode.LOW: "normal",
    NeedCode.UNASSIGNED: "normal",
    NeedCode.ENDING: "normal",
}


def need_details(need: Need) -> str:
    """Return what makes a reason to look precise, in a few words."""
    if need.code is NeedCode.HELD and need.on:
        return _("since %(day)s", day=short_day(need.on))
    if need.code is NeedCode.SILENT:
        return ngettext("for %(num)s day", "for %(num)s days", need.days)
    if need.code is NeedCode.LOW:
        return ngettext("%(num)s week", "%(num)s weeks in a row", setting("low_weeks"))
    if need.code is NeedCode.PAUSED:
        reason = str(PAUSE_NAMES[PauseReason(need.subject)])
        until = short_day(need.on) if need.on else _("resumed")
        return _("%(reason)s, until %(day)s", reason=reason, day=until)
    return short_day(need.on) if need.on else ""


def template_names() -> Mapping[str, str]:
    """Return the starter programs by slug, and last the programs made without one."""
    titles = {template.slug: template.title for template in load_library().templates.values()}
    return titles | {OWN_PROGRAM: _("Own program")}


def cell_words(cell: Cell) -> str:
    """Return how a week reads: "2 of 3 · 67 %", "2 of 3 so far", "paused" or "not due"."""
    if not cell.due:
        words = str(STATE_NAMES[cell.state])
    elif cell.percent is None:
        words = _("%(met)s of %(due)s so far", met=cell.met, due=cell.due)
    else:
        words = _("%(met)s of %(due)s", met=cell.met, due=cell.due) + f" · {cell.percent} %"
    return f"{words} +{cell.extra}" if cell.extra else words


def strips(
    period: Period, mark: Callable[[str, str], Markup]
) -> Callable[[Iterable[Cell]], Markup]:
    """Return what draws weeks in a line; `mark` draws one from its state and its words.

    A page has hundreds of weeks and most of them read alike, so each is drawn once.
    """
    labels = [brief_day(week.first_on) for week in period.weeks]
    drawn: dict[tuple[object, ...], Markup] = {}

    def strip(cells: Iterable[Cell]) -> Markup:
        marks = []
        for label, cell in zip(labels, cells, strict=True):
            key = (label, cell.met, cell.due, cell.extra, cell.closed, cell.paused)
            if key not in drawn:
                drawn[key] = mark(cell.state, f"{label}: {cell_words(cell)}")
            marks.append(drawn[key])
        return Markup().join(marks)

    return strip
