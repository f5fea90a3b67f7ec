"""What was done, in words that follow the name of who did it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from rehab_tracker.foundation.dates import short_day

ACTION_NAMES = {
    "record.read": _l("Looked at the record"),
    "log.saved": _l("Logged a session"),
    "log.corrected": _l("Corrected a session"),
    "log.withdrawn": _l("Withdrew a session"),
    "log.late_revision": _l("Sent an earlier wording of a session"),
    "log.conflict": _l("Sent another wording of a changed session"),
    "morning.answered": _l("Answered the morning check"),
    "topic.read": _l("Read a card"),
    "week.answered": _l("Told the pain of a week"),
    "treatment.recorded": _l("Wrote down a treatment"),
    "treatment.withdrawn": _l("Withdrew a treatment"),
    "program.assigned": _l("Assigned a program"),
    "program.adjusted": _l("Adjusted a program"),
    "program.renamed": _l("Renamed a program"),
    "program.ended": _l("Ended a program"),
    "program.paused": _l("Paused a program"),
    "program.resumed": _l("Resumed a program"),
    "program.seen": _l("Saw what changed in a program"),
    "program.held": _l("Put a safety hold on a program"),
    "program.released": _l("Lifted the safety hold of a program"),
    "safety.answered": _l("Answered the warning signs"),
    "safety.cleared": _l("Cleared a safety hold"),
    "clinic.numbers_changed": _l("Changed the numbers for help"),
    "patient.added": _l("Added the patient"),
    "patient.changed": _l("Changed the profile"),
    "patient.assigned": _l("Gave the patient to a physio"),
    "record.exported": _l("Exported the whole record"),
    "record.restricted": _l("Restricted the record"),
    "record.used_again": _l("Lifted the restriction of the record"),
    "erasure.asked": _l("Asked to erase the record"),
    "erasure.taken_back": _l("Took the wish to erase the record back"),
    "erasure.held": _l("Noted that the record must be kept"),
    "erasure.hold_lifted": _l("Noted that the record need not be kept any more"),
    "patient.erased": _l("Erased a patient for good"),
    "person.changed": _l("Changed the own name or time zone"),
    "member.invited": _l("Invited a member"),
    "member.invited_again": _l("Invited a member again"),
    "member.joined": _l("A member joined"),
    "member.disabled": _l("Disabled a member"),
    "member.enabled": _l("Enabled a member"),
    "member.role_changed": _l("Changed a member's role"),
    "clinic.second_factor": _l("Changed who needs a second factor"),
    "second_factor.added": _l("Set up a second factor"),
    "second_factor.removed": _l("Removed the own second factor"),
    "second_factor.codes_renewed": _l("Made new recovery codes"),
    "second_factor.reset_asked": _l("Asked to reset a member's second factor"),
    "second_factor.reset_refused": _l("Refused to reset a member's second factor"),
    "second_factor.reset": _l("Reset a member's second factor"),
    "phone.kept": _l("Kept the plan on a phone"),
    "phone.ended": _l("Took the plan off a phone"),
    "device.signed_out": _l("Signed one of the own devices out"),
    "devices.signed_out": _l("Signed all other own devices out"),
    "password.changed": _l("Changed the own password"),
    "password.reset": _l("Set a new password by a link"),
    "email.changed": _l("Changed the own e-mail address"),
    "email.restored": _l("Took the earlier e-mail address back"),
    "library.seeded": _l("The library was filled"),
    "exercise.added": _l("Added an exercise"),
    "exercise.copied": _l("Copied an exercise"),
    "exercise.pictured": _l("Changed the picture of an exercise"),
    "exercise.changed": _l("Changed an exercise"),
    "exercise.hidden": _l("Hid an exercise"),
    "exercise.shown": _l("Offered an exercise again"),
    "report.exported": _l("Exported the report"),
}


def deed_name(action: str) -> str:
    """Return what was done; an action that is gone since keeps its code."""
    return str(ACTION_NAMES.get(action, action))


def about(details: Mapping[str, Any]) -> str:
    """Return the day that a deed is about, where it is about one."""
    day = details.get("performed_on") or details.get("on_day")
    return _("of %(day)s", day=short_day(date.fromisoformat(day))) if day else ""
