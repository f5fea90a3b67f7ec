"""The manager's page of who saw or changed what of a patient, by day."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rehab_tracker.domain.permission import Permission
from rehab_tracker.domain.week import local_day
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.access import requires
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.db import current
from rehab_tracker.trail import words
from rehab_tracker.trail.forms import TrailForm
from rehab_tracker.trail.queries import PAGE, Asked, count_deeds, deeds

blueprint = Blueprint("trail", __name__, template_folder="templates")


@blueprint.get("/audit")
@requires(Permission.AUDIT_READ)
def audit() -> ResponseReturnValue:
    """Show the deeds of some days, of all patients or of some."""
    form, zone, db = TrailForm(request.args), acting().zone, current()
    sound = form.answerable()
    first, last = form.days(clock.today(zone))
    asked = Asked(
        _midnight(first, zone), _midnight(last + timedelta(days=1), zone),
        form.patient_id, (form.q.data or "").strip(),
    )  # fmt: skip
    listed = count_deeds(db, asked)
    pages = max(1, -(-listed // PAGE))
    page = min(form.page.data or 1, pages)
    found = deeds(db, asked, page)
    shown = render_template(
        "trail/audit.html",
        form=form,
        first=first,
        last=last,
        days=[
            (day, list(of_day)) for day, of_day in groupby(found, lambda d: local_day(d.at, zone))
        ],
        one=next((deed.patient for deed in found), None) if asked.patient_id else None,
        listed=listed,
        page=page,
        pages=pages,
        address=_address(form),
        words=words,
        zone=zone,
    )
    return shown, 200 if sound else 422


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _address(form: TrailForm) -> Callable[..., str]:
    def address(**otherwise: Any) -> str:
        return url_for("trail.audit", **{**form.asked, "page": None, **otherwise})

    return address
