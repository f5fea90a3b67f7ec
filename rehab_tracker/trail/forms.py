"""What may be asked of the audit, from its address."""

from datetime import date, timedelta
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, StringField
from wtforms.validators import UUID as ShapedAsId  # noqa: N811 - it is a validator's name
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from rehab_tracker.foundation.shape import WholeNumber, one_line
from rehab_tracker.reports.forms import Question

USUAL = timedelta(days=6)
_BEGINNING = date(2000, 1, 1)
_LAST_PAGE = 100_000


class TrailForm(Question):
    """Whose record, which days, and which page of them."""

    q = StringField(_l("Patient"), [Length(max=120), one_line], default="")
    patient = HiddenField(validators=[Optional(), ShapedAsId()], default="")
    first = DateField(_l("From"), [Optional()])
    last = DateField(_l("Until"), [Optional()])
    page = WholeNumber(validators=[NumberRange(1, _LAST_PAGE)], default=1)

    def validate_first(self, field: DateField) -> None:
        """Refuse days before there was anything to see."""
        if field.data and field.data < _BEGINNING:
            raise ValidationError(_("Please choose a later day."))

    validate_last = validate_first

    def days(self, today: date) -> tuple[date, date]:
        """Return the first and the last day asked for: the last week, unless something is said."""
        last = min(self.last.data or today, today)
        return min(self.first.data or last - USUAL, last), last

    @property
    def patient_id(self) -> UUID | None:
        """The one patient asked for, as a page of theirs links here."""
        return UUID(self.patient.data) if self.patient.data else None

    @property
    def asked(self) -> dict[str, object]:
        """What an address must hold to ask the same again."""
        return {f.name: f.data for f in self if f.data not in {f.default, None}}
