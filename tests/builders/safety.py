"""Answers to the warning signs, given by the product's own actions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from rehab_tracker.foundation.db import new_id
from rehab_tracker.logbook.warning_signs import TellSigns, tell_signs
from rehab_tracker.safety.models import SafetyCheck
from tests.builders.people import Somebody


def a_check(
    db: Session,
    patient: Somebody,
    *signs: str,
    at: datetime,
    session_id: UUID | None = None,
    client_id: UUID | None = None,
) -> SafetyCheck:
    """Answer with some signs, or with none of them."""
    command = TellSigns(client_id or new_id(), signs, "en", session_id)
    return tell_signs(db, patient.actor, command, now=at)
