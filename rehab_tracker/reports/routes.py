"""The list of patients by need, and the clinic's report."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import ColumnElement

from rehab_tracker.accounts.models import Patient
from rehab_tracker.accounts.proof import proven
from rehab_tracker.accounts.queries import looked_after_by_nobody, physios
from rehab_tracker.domain.permission import Permission, Role
from rehab_tracker.foundation import audit, clock
from rehab_tracker.foundation.access import requires, saved_as_file
from rehab_tracker.foundation.actor import Actor, acting
from rehab_tracker.foundation.db import current, database
from rehab_tracker.foundation.errors import Refused
from rehab_tracker.reports import queries, words
from rehab_tracker.reports.asked import By, ReportFilter
from rehab_tracker.reports.caseload import MOST, Tally, cases_of, restricted_cards, tally
from rehab_tracker.reports.closing import closing
from rehab_tracker.reports.forms import EVERYBODY, MINE, NOBODY, CaseloadForm, ReportForm
from rehab_tracker.reports.grid import Line, lines
from rehab_tracker.reports.horizon import beyond_horizon
from rehab_tracker.reports.queries import PAGE, weekly_facts
from rehab_tracker.reports.rows import all_rows, group_rows, patient_rows
from rehab_tracker.reports.sheet import sheet

blueprint = Blueprint("reports", __name__, template_folder="templates")


@blueprint.get("/patients")
@requires(Permission.PATIENT_LIST)
def caseload() -> ResponseReturnValue:
    """List patients, those who need a look first: a physio's own, or all of the clinic."""
    form, actor, db = CaseloadForm(request.args), acting(), current()
    form.offer(physios(db))
    sound = form.answerable()
    counts = tally(db, actor.membership_id)
    page = render_template(
        "reports/caseload.html",
        form=form,
        who=(who := form.list_for(actor)),
        cases=cases_of(db, *_on_list(who, form, actor), name=form.q.data or "", now=clock.now()),
        most=MOST,
        words=words,
        once=cache,
        tabs=_lists(who, counts, actor),
        restricted=restricted_cards(db) if counts.restricted else (),
    )
    return page, 200 if sound else 422


def _lists(who: str, counts: Tally, actor: Actor) -> list[tuple[str, str, bool, int]]:
    lists = [
        (EVERYBODY, _("All"), counts.everybody),
        (NOBODY, _("Not assigned"), counts.unassigned),
    ]
    if actor.role == Role.PHYSIO:
        lists.insert(0, (MINE, _("Mine"), counts.mine))
    return [(url_for("reports.caseload", who=k), name, k == who, n) for k, name, n in lists]


def _on_list(who: str, form: CaseloadForm, actor: Actor) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if who == MINE:
        found.append(Patient.physio_id == actor.membership_id)
    if who == NOBODY:
        found.append(looked_after_by_nobody())
    if who == EVERYBODY and form.physio.data:
        found.append(Patient.physio_id == UUID(form.physio.data))
    return found


@blueprint.get("/report")
@requires(Permission.REPORT_READ)
def clinic() -> ResponseReturnValue:
    """Show the adherence of the clinic, or of a physio's own patients, over weeks."""
    form, sound = _report_form()
    db, by = current(), By(form.by.data)
    asked = form.filter(acting(), clock.today(acting().zone))
    closed = closing(db, clock.now())
    listed = queries.count_patients(db, asked, closed)
    pages = max(1, -(-listed // PAGE))
    page = min(form.page.data or 1, pages)
    if by is By.PATIENT:
        ids = queries.patients_of(db, asked, closed, page)
        rows = patient_rows(db, asked, closed, ids)
    else:
        rows = group_rows(db, asked, closed, by)
    shown = render_template(
        "reports/clinic.html",
        form=form,
        asked=asked,
        by=by,
        rows=rows,
        whole=lines(weekly_facts(db, asked, closed), asked.period).get(None, Line()),
        listed=listed,
        page=page,
        pages=pages,
        stranded=beyond_horizon(db, asked, closed),
        address=(address := _address(form)),
        tabs=[(address(by=key), name, key is by) for key, name in _kinds(acting())],
        words=words,
        once=cache,
        now=clock.now(),
    )
    return shown, 200 if sound else 422


def _kinds(actor: Actor) -> list[tuple[By, Any]]:
    """Return whose weeks a person may compare: a physio has no colleagues in the report."""
    own = actor.role == Role.PHYSIO
    return [(key, name) for key, name in words.BY_NAMES.items() if not own or key is not By.PHYSIO]


@blueprint.get("/report.csv")
@requires(Permission.REPORT_READ)
@saved_as_file(".csv")
@proven
def clinic_csv() -> ResponseReturnValue:
    """Send the report with all its rows; a filter that makes no sense is refused."""
    form, sound = _report_form()
    if not sound:
        raise Refused(
            {"": _("These filters make no sense together. Please start from the report.")}
        )
    asked, by = form.filter(acting(), clock.today(acting().zone)), By(form.by.data)
    _note_export(asked, by)
    name = f"report-{asked.period.first_on}-to-{asked.period.last_on}.csv"
    return Response(
        stream_with_context(_lines(asked, by, acting().clinic_id)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _lines(asked: ReportFilter, by: By, clinic_id: UUID) -> Iterator[str]:
    # The request's own session closes before the last line is sent.
    with database().session(reads_only=True, clinic_id=clinic_id) as db:
        rows = all_rows(db, asked, closing(db, clock.now()), by)
        yield from sheet(rows, asked.period, by)


def _note_export(asked: ReportFilter, by: By) -> None:
    # The export itself only reads, in a session that cannot write. Health data that leaves in a
    # file must leave a trace, so the trace has a short transaction of its own.
    with database().of_clinic(acting().clinic_id) as db:
        audit.record(
            db,
            acting(),
            "report.exported",
            by=by.value,
            first_on=asked.period.first_on.isoformat(),
            last_on=asked.period.last_on.isoformat(),
        )


def _report_form() -> tuple[ReportForm, bool]:
    form, actor = ReportForm(request.args), acting()
    form.offer([] if actor.role == Role.PHYSIO else physios(current()))
    return form, form.answerable()


def _address(form: ReportForm) -> Callable[..., str]:
    """Return addresses of the same report with something asked otherwise, from its first page."""

    def address(endpoint: str = "reports.clinic", **otherwise: Any) -> str:
        asked = {**form.asked, "page": None, **otherwise}
        return url_for(endpoint, **asked)

    return address
