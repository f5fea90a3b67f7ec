"""Who read whose record: once per person, patient and hour, before the page leaves."""

from uuid import UUID, uuid5

from flask import Response, current_app, g, request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from rehab_tracker.foundation import audit, clock
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.db import Database, close_current, database
from rehab_tracker.foundation.pages import database_busy
from rehab_tracker.foundation.repeats import repeated

_REMEMBERED = 10_000
noted: set[UUID] = set()
"""What this process knows to be written down: reading on costs no statement."""


def note(response: Response) -> Response:
    """Write down that a patient's record was read; what cannot be written down is not shown."""
    actor: Actor | None = g.get("actor")
    patient_id = (request.view_args or {}).get("patient_id")
    is_page = request.method == "GET" and response.status_code == 200  # noqa: PLR2004
    if actor is None or patient_id is None or not is_page or actor.patient_id == patient_id:
        return response
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    reading = uuid5(actor.membership_id, f"{patient_id} {hour.isoformat()}")
    if reading in noted:
        return response
    close_current()  # where the log is not written ahead, the page's own reading would bar it
    try:
        repeated(lambda: _write(database(), reading, actor, patient_id))
    except OperationalError as problem:
        return current_app.make_response(database_busy(problem))
    if len(noted) >= _REMEMBERED:
        noted.clear()
    noted.add(reading)
    return response


def _write(far: Database, reading: UUID, actor: Actor, patient_id: UUID) -> None:
    known = select(audit.AuditEvent.id).where(audit.AuditEvent.id == reading)
    try:
        with far.of_clinic(actor.clinic_id) as db:
            if db.scalar(known) is None:
                audit.record(db, actor, "record.read", patient_id=patient_id, deed_id=reading)
    except IntegrityError:
        with far.session(reads_only=True, clinic_id=actor.clinic_id) as db:
            if db.scalar(known) is None:  # not another process, which wrote it meanwhile
                raise
