"""What a role may do depends on whose record it is."""

from typing import Protocol
from uuid import UUID

from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation.actor import Actor


class HasPhysio(Protocol):
    """Anything that names the physio a patient is assigned to."""

    @property
    def physio_id(self) -> UUID | None:
        """The membership of the assigned physio."""


def treats(actor: Actor, patient: HasPhysio) -> bool:
    """Tell whether the acting physio is the one this patient is assigned to."""
    return actor.role == Role.PHYSIO and patient.physio_id == actor.membership_id


def may_edit(actor: Actor, patient: HasPhysio) -> bool:
    """Tell whether a member may change a patient's profile: the assigned physio and managers."""
    return actor.role == Role.MANAGER or treats(actor, patient)


def invitable(actor: Actor) -> tuple[Role, ...]:
    """Return the roles that a member may invite: never above their own."""
    return tuple(Role) if actor.role == Role.MANAGER else (Role.PATIENT,)
