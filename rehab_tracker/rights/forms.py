"""Shapes of what people say about a record."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from rehab_tracker.accounts.actions import PatientProfile
from rehab_tracker.accounts.forms import ProfileForm
from rehab_tracker.accounts.models import Aggravator
from rehab_tracker.exercises.words import KIT_NAMES
from rehab_tracker.foundation.shape import readable_text
from rehab_tracker.rights.models import REASON_LENGTH


class HoldForm(FlaskForm):
    """Why a record has to be kept."""

    reason = TextAreaField(
        _l("Why it has to be kept"), [DataRequired(), Length(max=REASON_LENGTH), readable_text]
    )


class OwnWordsForm(ProfileForm):
    """What patients correct of their profile themselves."""

    affected_side: Any = None
    blocked_cautions: Any = None

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.kit.choices = list(KIT_NAMES.items())
        self.goal.label.text = _l("Goal, in your own words")

    def profile(self, physio_id: Any = None) -> PatientProfile:
        """Return what was filled in; the rest is not asked for."""
        return PatientProfile(
            physio_id=physio_id,
            aggravator=Aggravator(self.aggravator.data),
            goal=self.goal.data or "",
            kit=tuple(self.kit.data or ()),
            symptoms_since_on=self.symptoms_since_on.data,
        )
