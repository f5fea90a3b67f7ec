"""Who may change a patient's programs."""

from uuid import UUID

from flask_babel import gettext as _

from rehab_tracker.accounts.policy import HasPhysio, treats
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.errors import Forbidden, NotVisible


class NotTheirPhysio(Forbidden):
    """A physio wants to change the programs of a patient whom somebody else looks after."""


def require_treating(actor: Actor, patient: HasPhysio) -> None:
    """Refuse all but the assigned physio; raises NotTheirPhysio with what to do."""
    if not treats(actor, patient):
        raise NotTheirPhysio(
            {"": _("Only the assigned physio can change programs. Take the patient over first.")}
        )


def require_own(actor: Actor, patient_id: UUID) -> None:
    """Let patients reach their own record alone; raises NotVisible."""
    if actor.patient_id is None or actor.patient_id != patient_id:
        raise NotVisible
