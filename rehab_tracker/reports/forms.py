"""What may be asked of the report and of the patient list, from their addresses."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Form, SelectField, StringField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from rehab_tracker.accounts.queries import Physio
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.actor import Actor, acting
from rehab_tracker.foundation.shape import WholeNumber, choices, one_line
from rehab_tracker.reports.asked import By, ReportFilter, Sort, Standing
from rehab_tracker.reports.grid import Period
from rehab_tracker.reports.words import BY_NAMES, SORT_NAMES, STANDING_NAMES, template_names

WEEKS = (4, 8, 12, 26)
USUAL_WEEKS = 12
SILENT_DAYS = (7, 10, 14, 28)
MINE, EVERYBODY, NOBODY = "mine", "all", "none"
LAST_PAGE = 100_000
_BEGINNING = date(2000, 1, 1)


def _stripped(text: str | None) -> str | None:
    return text.strip() if text else text


class Question(Form):
    """What an address asks; whatever in it makes no sense is left out and said."""

    def answerable(self) -> bool:
        """Take back every field that cannot be answered; tell whether there was none."""
        sound = self.validate()
        for name in self.errors:
            self[name].data = self[name].default
            if isinstance(self[name], SelectField):
                self[name].errors = [_("This choice is not known and was left out.")]
        return sound


class ReportForm(Question):
    """The filters of the clinic's report."""

    weeks = SelectField(_l("Weeks"), choices=choices((n, str(n)) for n in WEEKS), coerce=int,
                        default=USUAL_WEEKS)  # fmt: skip
    end = DateField(_l("Until"), [Optional()])
    physio = SelectField(_l("Physio"), default="")
    band = SelectField(_l("Adherence"), default="")
    silent = SelectField(_l("Not logged for"), default="")
    template = SelectField(_l("Program"), default="")
    q = StringField(_l("Name"), [Length(max=120), one_line], filters=[_stripped], default="")
    by = SelectField(choices=choices(BY_NAMES.items()), default=By.PATIENT.value)
    sort = SelectField(default=Sort.ADHERENCE.value)
    page = WholeNumber(validators=[NumberRange(1, LAST_PAGE)], default=1)

    def offer(self, physios: Iterable[Physio]) -> None:
        """Set what there is to choose from."""
        anybody = [("", _("All")), (NOBODY, _("Nobody yet"))]
        self.physio.choices = choices(anybody + [(str(p.id), p.name) for p in physios])
        self.band.choices = choices([("", _("All")), *STANDING_NAMES.items()])
        days = [(str(n), _("%(num)s days or more", num=n)) for n in SILENT_DAYS]
        self.silent.choices = choices([("", _("Any")), *days])
        self.template.choices = choices([("", _("All")), *template_names().items()])
        self.sort.choices = choices(
            (f"{minus}{sort}", "") for sort in SORT_NAMES for minus in ("", "-")
        )

    def validate_end(self, field: DateField) -> None:
        """Refuse days before there was anything to report."""
        if field.data and field.data < _BEGINNING:
            raise ValidationError(_("Please choose a later week."))
        if field.data and field.data > clock.today(acting().zone):
            raise ValidationError(_("This day is still to come."))

    def filter(self, actor: Actor, today: date) -> ReportFilter:
        """Return what is asked for; a physio's report is of the own patients, whatever is asked."""
        own = actor.membership_id if actor.role == Role.PHYSIO else None
        chosen = self.physio.data
        asked_for = UUID(chosen) if chosen not in {"", NOBODY} else None
        return ReportFilter(
            period=Period.ending(
                min(self.end.data or today, today), self.weeks.data, actor.week_starts_on
            ),
            today=today,
            physio=own or asked_for,
            unassigned=not own and chosen == NOBODY,
            standing=Standing(self.band.data) if self.band.data else None,
            silent_days=int(self.silent.data) if self.silent.data else None,
            template=self.template.data or None,
            name=self.q.data or "",
            sort=Sort(self.sort.data.removeprefix("-")),
            backwards=self.sort.data.startswith("-"),
        )

    @property
    def asked(self) -> Mapping[str, Any]:
        """What an address must hold to ask the same again, without what is usual anyway."""
        return {f.name: f.data for f in self if f.data not in {f.default, None, ""}}

    @property
    def in_words(self) -> list[str]:
        """The filters that are set, for the head of a print-out."""
        chosen = [
            f"{field.label.text}: {label}"
            for field in (self.physio, self.band, self.silent, self.template)
            for value, label, is_chosen, _attributes in field.iter_choices()
            if is_chosen and value
        ]
        return chosen + ([f"{self.q.label.text}: {self.q.data}"] if self.q.data else [])


class CaseloadForm(Question):
    """Which patients to list."""

    who = SelectField(
        choices=choices((who, who) for who in ("", MINE, EVERYBODY, NOBODY)), default=""
    )
    physio = SelectField(_l("Physio"), default="")
    q = StringField(_l("Name"), [Length(max=120), one_line], filters=[_stripped], default="")

    def offer(self, physios: Iterable[Physio]) -> None:
        """Set the physios to choose from."""
        self.physio.choices = choices([("", _("All")), *((str(p.id), p.name) for p in physios)])

    def list_for(self, actor: Actor) -> str:
        """Return which list is asked for: physios begin with their own, managers have none."""
        if actor.role != Role.PHYSIO or (self.physio.data and not self.who.data):
            return NOBODY if self.who.data == NOBODY else EVERYBODY
        return self.who.data or MINE
