"""The report as CSV, safe to open in a spreadsheet."""

from collections.abc import Iterable, Iterator

from flask_babel import gettext as _

from rehab_tracker.foundation.csv_lines import BYTE_ORDER_MARK, line
from rehab_tracker.reports.asked import By
from rehab_tracker.reports.grid import Cell, Period
from rehab_tracker.reports.rows import Row
from rehab_tracker.reports.words import STATE_NAMES


def sheet(rows: Iterable[Row], period: Period, by: By) -> Iterator[str]:
    """Yield the report line by line."""
    yield BYTE_ORDER_MARK + line(_head(period, by))
    for row in rows:
        yield line(_cells(row, by))


def _head(period: Period, by: By) -> Iterator[str]:
    if by is By.PATIENT:
        yield from (_("Patient"), _("Physio"), _("Last logged"), _("Days not logged"))
    else:
        yield _("Physio") if by is By.PHYSIO else _("Program")
    for when in (_("Closed weeks"), *(week.first_on.isoformat() for week in period.weeks)):
        for what in _counts(by):
            yield f"{when} {what}"


def _counts(by: By) -> list[str]:
    """Return what stands in a week's columns; what was done in all is known of patients alone."""
    done = [_("done")] if by is By.PATIENT else []
    return [_("due"), _("met"), *done, _("extra"), _("percent")]


def _cells(row: Row, by: By) -> Iterator[object]:
    yield row.name
    if by is By.PATIENT:
        yield row.physio
        yield row.last_logged_on or ""
        yield "" if row.quiet_days is None else row.quiet_days
    for cell in (row.total, *row.cells):
        yield from (cell.due, cell.met)
        if by is By.PATIENT:
            yield cell.done
        yield cell.extra
        yield _percent(cell)


def _percent(cell: Cell) -> object:
    """Return the percentage, or why there is none: it is never a zero."""
    return STATE_NAMES[cell.state] if cell.percent is None else cell.percent
