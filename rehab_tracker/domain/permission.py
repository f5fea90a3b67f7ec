"""Who may do what: fixed roles, one table, deny by default."""

from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a member is in a clinic."""

    PATIENT = "patient"
    PHYSIO = "physio"
    MANAGER = "manager"


class Permission(StrEnum):
    """Everything that a view can ask for."""

    OWN_ACCOUNT = "account:own"
    OWN_RECORD_READ = "record:own:read"
    LOG_WRITE = "log:own:write"
    LOG_SYNC = "log:own:sync"
    PAUSE_OWN = "pause:own:write"
    PATIENT_LIST = "patient:list"
    PATIENT_READ = "patient:read"
    PATIENT_TAKE_OVER = "patient:take_over"
    PATIENT_INVITE = "patient:invite"
    PATIENT_EDIT = "patient:edit"
    PATIENT_REASSIGN = "patient:reassign"
    PROGRAM_ASSIGN = "program:assign"
    PROGRAM_ADJUST = "program:adjust"
    TREATMENT_WRITE = "treatment:write"
    HOLD_CLEAR = "hold:clear"
    CLINIC_NUMBERS = "clinic:numbers"
    LEARN = "learn:read"
    MEDIA_READ = "media:read"
    LIBRARY_READ = "library:read"
    LIBRARY_WRITE = "library:write"
    LIBRARY_HIDE = "library:hide"
    REPORT_READ = "report:read"
    TEAM_MANAGE = "team:manage"
    FACTOR_APPROVE = "second_factor:approve"
    AUDIT_READ = "audit:read"
    RIGHTS_OWN = "rights:own"
    RIGHTS_MANAGE = "rights:manage"


_P = Permission
_STAFF = {
    _P.OWN_ACCOUNT,
    _P.PATIENT_LIST,
    _P.PATIENT_READ,
    _P.PATIENT_INVITE,
    _P.PATIENT_EDIT,
    _P.MEDIA_READ,
    _P.LIBRARY_READ,
    _P.LEARN,
    _P.LIBRARY_WRITE,
    _P.REPORT_READ,
    _P.FACTOR_APPROVE,
}

ROLES = MappingProxyType(
    {
        Role.PATIENT: frozenset(
            {_P.OWN_ACCOUNT, _P.OWN_RECORD_READ, _P.LOG_WRITE, _P.LOG_SYNC}
            | {_P.PAUSE_OWN, _P.MEDIA_READ}
            | {_P.LEARN, _P.RIGHTS_OWN}
        ),
        Role.PHYSIO: frozenset(
            _STAFF
            | {_P.PATIENT_TAKE_OVER, _P.PROGRAM_ASSIGN, _P.PROGRAM_ADJUST}
            | {_P.TREATMENT_WRITE, _P.HOLD_CLEAR}
        ),
        Role.MANAGER: frozenset(
            _STAFF
            | {_P.PATIENT_REASSIGN, _P.LIBRARY_HIDE, _P.TEAM_MANAGE, _P.AUDIT_READ}
            | {_P.CLINIC_NUMBERS, _P.RIGHTS_MANAGE}
        ),
    }
)

RESTRICTED = frozenset({_P.OWN_ACCOUNT, _P.RIGHTS_OWN})
"""What is left to a patient whose record is kept, but not used."""
