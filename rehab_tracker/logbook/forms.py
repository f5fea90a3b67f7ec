"""Shapes of what patients tell and physios write down.

The log's form has a hundred fields and more, so it is read in one pass over what was sent.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from rehab_tracker.foundation.errors import Refused
from rehab_tracker.foundation.shape import choices, is_readable, one_line
from rehab_tracker.logbook.commands import ExerciseLog, LogSession, SetLog
from rehab_tracker.logbook.models import SetSide, SkipReason
from rehab_tracker.logbook.words import TREATMENT_NAMES, set_name

_OLDEST = date(1900, 1, 1)
_TICKED_SET = re.compile(r"((ex-\d{1,2})-set-(\d{1,2})(?:-(left|right))?)-done")
_WHOLE = re.compile(r"\d{1,6}", re.ASCII)
_LOAD = re.compile(r"\d{1,4}(?:[.,]\d{1,2})?", re.ASCII)
_YES_NO = {"yes": True, "no": False}


class TreatmentForm(FlaskForm):
    """What was done in the clinic on one day."""

    on_day = DateField(_l("Day"), [InputRequired(_l("Please choose a day."))])
    kind = SelectField(_l("What was done"), choices=choices(TREATMENT_NAMES.items()))
    note = StringField(_l("Note"), [Length(max=300), one_line])

    def validate_on_day(self, field: DateField) -> None:
        """Refuse days that nobody alive was treated on."""
        if field.data and field.data < _OLDEST:
            raise ValidationError(_("Please choose a day since 1900."))


def read_log(values: Mapping[str, str], program_id: UUID, zone: ZoneInfo) -> LogSession:
    """Return what the log's form tells; Refused beside the fields that cannot be read."""
    reader = _Reader(values)
    day, at = reader.day(), reader.time()
    command = LogSession(
        client_id=reader.identity("client_id") or _NOBODY,
        program_id=program_id,
        performed_on=day,
        performed_at=datetime.combine(day, at, zone),
        zone=str(zone),
        pain_before=reader.score("pain_before"),
        pain_during=reader.required_score("pain_during"),
        settled_within_hour=_YES_NO.get(values.get("settled_within_hour", "")),
        limp="limp" in values,
        new_swelling="new_swelling" in values,
        stopped_for_pain="stopped_for_pain" in values,
        sore_exercise_id=reader.identity("sore_exercise_id"),
        note=reader.note(),
        exercises=reader.exercises(),
    )
    if command.client_id == _NOBODY:
        reader.problems.setdefault("", _("This form is incomplete. Please open it again."))
    if reader.problems:
        raise Refused(reader.problems)
    return command


def whole_number(text: str) -> int | None:
    """Return a whole number that is not absurdly long, or None."""
    return int(text) if _WHOLE.fullmatch(text) else None


_NOBODY = UUID(int=0)


class _Reader:
    """Reads one sent form field by field and notes what it cannot read."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.problems: dict[str, str] = {}

    def text(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def day(self) -> date:
        try:
            day = date.fromisoformat(self.text("day"))
        except ValueError:
            day = date.min
        if day < _OLDEST:
            self.problems["day"] = _("Please choose a day.")
        return max(day, _OLDEST)

    def time(self) -> time:
        try:
            return time.fromisoformat(self.text("time")).replace(tzinfo=None)
        except ValueError:
            self.problems["time"] = _("Please enter a time such as 18:30.")
            return time()

    def score(self, name: str) -> int | None:
        text = self.text(name)
        score = whole_number(text)
        if text and score is None:
            self.problems[name] = _("Please choose a number from 0 to 10.")
        return score

    def required_score(self, name: str) -> int:
        score = self.score(name)
        if score is None:
            self.problems[name] = _("Please choose a number from 0 to 10.")
        return score or 0

    def identity(self, name: str) -> UUID | None:
        text = self.text(name)
        try:
            return UUID(text) if text else None
        except ValueError:
            self.problems[name] = _("Please choose from the list.")
            return None

    def note(self) -> str:
        note = self.text("note").replace("\r\n", "\n")
        if not is_readable(note):
            self.problems["note"] = _("Please leave out control characters.")
        return note

    def exercises(self) -> tuple[ExerciseLog, ...]:
        sets: defaultdict[str, list[re.Match[str]]] = defaultdict(list)
        for name in self.values:
            if found := _TICKED_SET.fullmatch(name):
                sets[found[2]].append(found)
        keys = (name[:-3] for name in self.values if name[:3] == "ex-" and name[-3:] == "-id")
        told = (self._exercise(key, sets[key]) for key in keys)
        return tuple(done for done in told if done and (done.sets or done.skipped))

    def _exercise(self, key: str, ticked: list[re.Match[str]]) -> ExerciseLog | None:
        exercise_id = self.identity(f"{key}-id")
        if exercise_id is None:
            self.problems["exercises"] = _("This form is incomplete. Please open it again.")
            return None
        field = f"exercise-{exercise_id}"
        skipped = self.text(f"{key}-skipped")
        if skipped and skipped not in set(SkipReason):
            self.problems[field] = _("Please choose a reason from the list.")
            skipped = ""
        return ExerciseLog(
            exercise_id,
            effort=self._whole(f"{key}-effort", field, lambda: _("Effort")),
            skipped=SkipReason(skipped) if skipped else None,
            sets=self._sets(key, ticked, field),
        )

    def _sets(self, key: str, ticked: list[re.Match[str]], field: str) -> tuple[SetLog, ...]:
        band = self._whole(f"{key}-band", field, lambda: _("Band")) if ticked else None
        return tuple(self._set(found, band, field) for found in ticked)

    def _set(self, found: re.Match[str], band: int | None, field: str) -> SetLog:
        key, number = found[1], int(found[3])
        side = SetSide(found[4]) if found[4] else None

        def which() -> str:
            return set_name(number, side)

        return SetLog(
            number=number,
            side=side,
            reps=self._whole(f"{key}-reps", field, which),
            seconds=self._whole(f"{key}-seconds", field, which),
            load_kg=self._load(f"{key}-load", field, which),
            band=band,
        )

    def _whole(self, name: str, field: str, which: Callable[[], str]) -> int | None:
        text = self.text(name)
        number = whole_number(text)
        if text and number is None:
            self._say(field, which, _("please enter a whole number."))
        return number

    def _load(self, name: str, field: str, which: Callable[[], str]) -> Decimal | None:
        text = self.text(name)
        if text and not _LOAD.fullmatch(text):
            self._say(field, which, _("please enter a load in kg, such as 2.5."))
            return None
        return Decimal(text.replace(",", ".")) if text else None

    def _say(self, field: str, which: Callable[[], str], sentence: str) -> None:
        """Note what is wrong with one part of an exercise, after what is wrong with others."""
        told = (self.problems.get(field), f"{which()}: {sentence}")
        self.problems[field] = " ".join(filter(None, told))
