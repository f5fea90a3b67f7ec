"""Shapes of what physios and patients type about programs."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, StopValidation, ValidationError

from rehab_tracker.domain.pain import Profile
from rehab_tracker.domain.week import DAYS_PER_WEEK
from rehab_tracker.foundation.dates import short_day
from rehab_tracker.foundation.shape import WholeNumber, choices, one_line, readable_text
from rehab_tracker.programs.changes import day_names
from rehab_tracker.programs.commands import ProgramContent
from rehab_tracker.programs.models import PauseReason
from rehab_tracker.programs.plans import usual_limits
from rehab_tracker.programs.words import PAUSE_NAMES, PROFILE_NAMES

_DAYS = (date(1900, 1, 1), date(2200, 1, 1))
_PHYSIOS_REASONS = [reason for reason in PauseReason if reason is not PauseReason.SAFETY]
OWN_DAYS = "own"
"""The choice of days that are none of the usual lengths."""

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
    green_max = WholeNumber(_l("Green up to"), [Optional()])
    amber_max = WholeNumber(_l("Amber up to"), [Optional()])
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


def _title() -> StringField:
    rules = [InputRequired(_l("Give the program a name.")), Length(max=120), one_line]
    return StringField(_l("Name of the program"), rules)


class AssignForm(ContentForm):
    """A new program."""

    title = _title()
    starts_on = DayField(_l("Starts on"), [InputRequired(_l("Choose a day."))])


class AdjustForm(ContentForm):
    """A new version of a program, which may get another name."""

    title = _title()
    effective_from = DayField(_l("Holds from"), [InputRequired(_l("Choose a day."))])
    reason = StringField(_l("Reason for the change"), [Length(max=300), one_line])


class DaysOffForm(FlaskForm):
    """Days on which nothing is due."""

    first_on: DayField
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
    first_on = DayField(_l("First day"), [InputRequired(_l("Choose a day."))])
    last_on = DayField(_l("Last day"), [Optional()])
    reason = _reasons(_l("Reason"), _PHYSIOS_REASONS)


def _of_own_days(form: Any, field: DayField) -> None:
    """Ask for a day where patients choose the days; otherwise nothing there is meant."""
    if form.length.data != OWN_DAYS:
        field.errors = []
        raise StopValidation
    if not field.data and not field.errors:
        raise StopValidation(_("Choose a day."))


class MyPauseForm(DaysOffForm):
    """A pause of everything, as patients enter it for themselves; the usual lengths first."""

    length = RadioField(_l("How long?"), [InputRequired(_l("Choose how long."))], default="1")
    first_on = DayField(_l("First day"), [_of_own_days])
    last_on = DayField(_l("Last day"), [_of_own_days])
    reason = _reasons(_l("What is the reason?"), _OWN_REASONS)

    def __init__(self, begins: date, today: date, **options: Any) -> None:
        super().__init__(first_on=begins, **options)
        self.begins, self.later = begins, begins > today
        self.length.choices = choices(
            {
                "1": _("Tomorrow") if self.later else _("Today"),
                "3": _("3 days"),
                "7": _("A week"),
                OWN_DAYS: _("Other days"),
            }.items()
        )

    @property
    def hints(self) -> dict[str, str]:
        """Which days each choice means."""
        ends = {length: short_day(self._last_on(length)) for length in ("1", "3", "7")}
        return {
            "1": ends["1"],
            "3": _("until %(day)s", day=ends["3"]),
            "7": _("until %(day)s", day=ends["7"]),
            OWN_DAYS: _("up to 7 in a row"),
        }

    def _last_on(self, length: str) -> date:
        return self.begins + timedelta(days=int(length) - 1)

    def days(self) -> tuple[date, date]:
        """Return the first and the last day that a valid form means."""
        if self.length.data == OWN_DAYS:
            return self.first_on.day, self.last_on.day
        return self.begins, self._last_on(self.length.data)

    def where_told(self, problems: Mapping[str, str]) -> dict[str, str]:
        """Return problems by the field that was chosen from: days are one choice, or two fields."""
        if self.length.data == OWN_DAYS:
            return dict(problems)
        days = {"first_on": "length", "last_on": "length"}
        return {days.get(name, name): sentence for name, sentence in problems.items()}


class EndForm(FlaskForm):
    """The end of a program."""

    last_on = DayField(_l("Last day"), [InputRequired(_l("Choose a day."))], id="end_last_on")
    reason = StringField(_l("Reason for the end"), [Length(max=300), one_line], id="end_reason")
