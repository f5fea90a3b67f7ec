"""Shapes of what physios and patients type about programs."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from rehab_tracker.domain.pain import Profile
from rehab_tracker.domain.week import DAYS_PER_WEEK
from rehab_tracker.foundation.shape import choices, one_line, readable_text
from rehab_tracker.programs.changes import day_names
from rehab_tracker.programs.commands import ProgramContent
from rehab_tracker.programs.models import PauseReason
from rehab_tracker.programs.plans import usual_limits
from rehab_tracker.programs.words import PAUSE_NAMES, PROFILE_NAMES

_DAYS = (date(1900, 1, 1), date(2200, 1, 1))
_PHYSIOS_REASONS = [reason for reason in PauseReason if reason is not PauseReason.SAFETY]
_OWN_REASONS = [reason for reason in _PHYSIOS_REASONS if reason is not PauseReason.PHYSIO_ADVISED]


class DayField(DateField):
    """A local calendar day of this or the neighboring centuries."""

    def pre_validate(self, form: Any) -> None:
        """Refuse days that cannot be meant."""
        super().pre_validate(form)
        if self.data and not _DAYS[0] <= self.data < _DAYS[1]:
            raise ValidationError(_l("Please check the year."))

    @property
    def day(self) -> date:
        """The day of a field that was required and valid."""
        assert self.data is not None
        return self.data


class ContentForm(FlaskForm):
    """What every version of a program says; its exercises are rows of their own shape."""

    sessions_per_week = RadioField(
        _l("Sessions a week"),
        [InputRequired(_l("Choose how often."))],
        coerce=int,
        choices=choices((n, str(n)) for n in range(1, DAYS_PER_WEEK + 1)),
    )
    preferred_days = SelectMultipleField(_l("Preferred days"), coerce=int)
    pain_profile = RadioField(
        _l("Pain profile"),
        [InputRequired(_l("Choose a profile."))],
        choices=choices(PROFILE_NAMES.items()),
        coerce=Profile,
    )
    green_max = IntegerField(_l("Green up to"), [Optional()])
    amber_max = IntegerField(_l("Amber up to"), [Optional()])
    note = TextAreaField(_l("Note to the patient"), [Length(max=2000), readable_text])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.preferred_days.choices = choices(day_names().items())

    @classmethod
    def showing(cls, content: ProgramContent, **fields: Any) -> "ContentForm":
        """Return a form that shows a version; limits that its profile has anyway stay blank."""
        usual = usual_limits(content.pain_profile)
        return cls(
            sessions_per_week=content.sessions_per_week,
            preferred_days=list(content.preferred_days),
            pain_profile=content.pain_profile,
            green_max=None if content.green_max == usual.green_max else content.green_max,
            amber_max=None if content.amber_max == usual.amber_max else content.amber_max,
            note=content.note,
            **fields,
        )

    def limits(self) -> tuple[int, int]:
        """Return the limits typed, or where none are, those of the profile."""
        usual = usual_limits(self.pain_profile.data)
        green, amber = self.green_max.data, self.amber_max.data
        return (
            usual.green_max if green is None else green,
            usual.amber_max if amber is None else amber,
        )

    def columns(self) -> dict[str, Any]:
        """Return what a command says beside its exercises."""
        green_max, amber_max = self.limits()
        return {
            "sessions_per_week": self.sessions_per_week.data,
            "preferred_days": tuple(sorted(self.preferred_days.data or ())),
            "pain_profile": self.pain_profile.data,
            "green_max": green_max,
            "amber_max": amber_max,
            "note": "\n".join((self.note.data or "").strip().splitlines()),
        }


class AssignForm(ContentForm):
    """A new program."""

    title = StringField(
        _l("Name of the program"),
        [InputRequired(_l("Give the program a name.")), Length(max=120), one_line],
    )
    starts_on = DayField(_l("Starts on"), [InputRequired(_l("Choose a day."))])


class AdjustForm(ContentForm):
    """A new version of a program."""

    effective_from = DayField(_l("Holds from"), [InputRequired(_l("Choose a day."))])
    reason = StringField(_l("Reason for the change"), [Length(max=300), one_line])


class DaysOffForm(FlaskForm):
    """Days on which nothing is due."""

    first_on = DayField(_l("First day"), [InputRequired(_l("Choose a day."))])
    last_on: DayField
    reason: RadioField
    note = StringField(_l("Note"), [Length(max=300), one_line])


def _reasons(label: Any, reasons: Sequence[PauseReason]) -> RadioField:
    return RadioField(
        label,
        [InputRequired(_l("Choose a reason."))],
        choices=choices((reason, PAUSE_NAMES[reason]) for reason in reasons),
        coerce=PauseReason,
    )


class PauseForm(DaysOffForm):
    """A pause as a physio enters it; without a last day it lasts until resumed."""

    scope = RadioField(
        _l("What is paused"),
        choices=choices([("this", _l("This program")), ("all", _l("All programs"))]),
    )
    last_on = DayField(_l("Last day"), [Optional()])
    reason = _reasons(_l("Reason"), _PHYSIOS_REASONS)


class MyPauseForm(DaysOffForm):
    """A pause of everything, as patients enter it for themselves."""

    last_on = DayField(_l("Last day"), [InputRequired(_l("Choose a day."))])
    reason = _reasons(_l("What is the reason?"), _OWN_REASONS)


class EndForm(FlaskForm):
    """The end of a program."""

    last_on = DayField(_l("Last day"), [InputRequired(_l("Choose a day."))], id="end_last_on")
    reason = StringField(_l("Reason for the end"), [Length(max=300), one_line], id="end_reason")
