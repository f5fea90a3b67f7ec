"""Shapes of what staff type about warning signs and numbers for help."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from rehab_tracker.foundation.shape import one_line, readable_text
from rehab_tracker.safety.actions import NOTE_MAX
from rehab_tracker.safety.numbers import Numbers


class ClearForm(FlaskForm):
    """Why a hold ends; `seen` is the newest answer that was read."""

    seen = HiddenField()
    note = TextAreaField(
        _l("What was found, and why training can go on"),
        [Length(max=NOTE_MAX), readable_text],
        id="clear_note",
    )


def _number(label: Any) -> StringField:
    return StringField(
        label, [Length(max=24), one_line], filters=[lambda typed: " ".join((typed or "").split())]
    )


class NumbersForm(FlaskForm):
    """Whom a clinic's patients call."""

    emergency = _number(_l("Emergency number"))
    urgent = _number(_l("Urgent-care line or doctor on call"))
    clinic = _number(_l("Your clinic"))

    def numbers(self) -> Numbers:
        """Return what was typed."""
        return Numbers(self.emergency.data or "", self.urgent.data or "", self.clinic.data or "")
