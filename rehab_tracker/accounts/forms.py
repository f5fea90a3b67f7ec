"""Shapes of what people type about themselves and others."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    Optional,
    Regexp,
    ValidationError,
)

from rehab_tracker.accounts.actions import Invite, PatientProfile
from rehab_tracker.accounts.models import Aggravator, Knee, SecondFactorFor
from rehab_tracker.accounts.queries import address_of
from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.shape import Chips, choices, one_line, readable_text

ROLE_NAMES = {
    Role.PATIENT: _l("Patient"),
    Role.PHYSIO: _l("Physio"),
    Role.MANAGER: _l("Manager"),
}
ROLE_HINTS = {
    Role.PATIENT: _l("Logs exercises and pain"),
    Role.PHYSIO: _l("Assigns and adjusts programs"),
    Role.MANAGER: _l("Reads the report, invites colleagues"),
}
RULE_NAMES = {
    SecondFactorFor.NOBODY: _l("Nobody has to"),
    SecondFactorFor.MANAGERS: _l("Managers"),
    SecondFactorFor.STAFF: _l("Managers and physios"),
}
KNEE_NAMES = {Knee.LEFT: _l("Left knee"), Knee.RIGHT: _l("Right knee"), Knee.BOTH: _l("Both knees")}
AGGRAVATOR_NAMES = {
    Aggravator.STAIRS: _l("Stairs"),
    Aggravator.SQUATTING: _l("Squatting"),
    Aggravator.SITTING: _l("Long sitting"),
    Aggravator.RUNNING: _l("Running"),
    Aggravator.JUMPING: _l("Jumping"),
    Aggravator.KNEELING: _l("Kneeling"),
    Aggravator.OTHER: _l("Something else"),
}
_PLACES = sorted(zone for zone in available_timezones() if "/" in zone and zone[:4] != "Etc/")
ZONES = choices((zone, zone) for zone in ("UTC", *_PLACES))
OLDEST = date(1900, 1, 1)
LONGEST_ADDRESS = 254


_PLAIN = r"[^@\s,;:<>()\[\]\"\\]+"
"""What stands between the signs of an address; the rest could make two addresses of one."""


def _keepable(_form: object, field: StringField) -> None:
    """Refuse what grows too long in small letters, as some signs do."""
    if len(address_of(field.data or "")) > LONGEST_ADDRESS:
        raise ValidationError(_l("This address is too long."))


def _address(label: Any) -> StringField:
    plain = Regexp(rf"{_PLAIN}@{_PLAIN}\.{_PLAIN}$", message=_l("This is no e-mail address."))
    return StringField(
        label,
        [InputRequired(), Length(max=LONGEST_ADDRESS), one_line, plain, _keepable],
        filters=[lambda email: email and email.strip()],
    )


class SignInForm(FlaskForm):
    """E-mail and password; the hidden fields bring people back to what they were doing."""

    email = StringField(_l("E-mail"), [InputRequired(), Length(max=LONGEST_ADDRESS), one_line])
    password = PasswordField(_l("Password"), [InputRequired(), Length(max=256)])
    back_to = HiddenField()
    kept = HiddenField()


class JoinForm(FlaskForm):
    """The password of somebody who was invited."""

    password = PasswordField(_l("Password"), [InputRequired(), Length(max=256)])


class ProofForm(JoinForm):
    """One's own password once more; the hidden fields bring people back to what they were doing."""

    back_to = HiddenField()
    kept = HiddenField()


class CodeForm(FlaskForm):
    """A code that an app shows."""

    code = StringField(_l("Code"), [InputRequired(), Length(max=80), one_line])


class SecondFactorForm(CodeForm):
    """The second step of signing in; the hidden fields bring people back where they were."""

    back_to = HiddenField()
    kept = HiddenField()


class SignInPasskeyForm(FlaskForm):
    """What a device answered when a passkey was used; the hidden fields bring people back."""

    credential = HiddenField(validators=[InputRequired(), Length(max=20_000)])
    back_to = HiddenField()
    kept = HiddenField()


class PasskeyForm(FlaskForm):
    """What a device answered when it made a passkey, and what to call it."""

    name = StringField(_l("What to call it"), [DataRequired(), Length(max=80), one_line])
    credential = HiddenField(validators=[InputRequired(), Length(max=20_000)])


class RoleForm(FlaskForm):
    """What a colleague is in the clinic; patients stay patients."""

    role = RadioField(
        _l("Role"), choices=choices((r, ROLE_NAMES[r]) for r in (Role.PHYSIO, Role.MANAGER))
    )


class SecondFactorRuleForm(FlaskForm):
    """Who of a clinic needs a second step when signing in."""

    rule = RadioField(_l("Who needs a second step"), choices=choices(RULE_NAMES.items()))


class NewPasswordForm(FlaskForm):
    """A new password in place of a forgotten one."""

    password = PasswordField(_l("New password"), [InputRequired(), Length(max=256)])


class ForgottenForm(FlaskForm):
    """The address of somebody who forgot their password."""

    email = StringField(_l("E-mail"), [InputRequired(), Length(max=LONGEST_ADDRESS), one_line])


class PasswordForm(FlaskForm):
    """A change of one's own password."""

    old_password = PasswordField(_l("Present password"), [InputRequired(), Length(max=256)])
    new_password = PasswordField(_l("New password"), [InputRequired(), Length(max=256)])


class EmailForm(FlaskForm):
    """A new address for signing in and for letters."""

    email = _address(_l("New address"))


class DetailsForm(FlaskForm):
    """One's own name and time zone."""

    name = StringField(_l("Name"), [DataRequired(), Length(max=120), one_line])
    time_zone = SelectField(_l("Time zone"), choices=ZONES)


class ProfileForm(FlaskForm):
    """What a clinic knows of a patient's knee and home."""

    affected_side = RadioField(
        _l("Which knee"), choices=choices(KNEE_NAMES.items()), validate_choice=False
    )
    aggravator = SelectField(
        _l("What brings it on most"),
        choices=choices(AGGRAVATOR_NAMES.items()),
        default=Aggravator.OTHER,
    )
    symptoms_since_on = DateField(_l("Pain since"), [Optional()])
    goal = TextAreaField(_l("Goal, in the patient's words"), [Length(max=300), readable_text])
    kit = Chips(_l("Kit at home"))
    blocked_cautions = Chips(_l("Keep away from"))

    def offer(self, kit: Iterable[Any], cautions: Iterable[Any]) -> None:
        """Set the words that the library knows."""
        self.kit.choices = choices(kit)
        self.blocked_cautions.choices = choices(cautions)

    def profile(self, physio_id: UUID | None = None) -> PatientProfile:
        """Return what was filled in."""
        return PatientProfile(
            physio_id=physio_id,
            affected_side=Knee(self.affected_side.data),
            aggravator=Aggravator(self.aggravator.data),
            goal=self.goal.data or "",
            kit=tuple(self.kit.data or ()),
            blocked_cautions=tuple(self.blocked_cautions.data or ()),
            symptoms_since_on=self.symptoms_since_on.data,
        )

    def is_for_patient(self) -> bool:
        """Tell whether the profile counts at all."""
        return True

    def validate_affected_side(self, field: RadioField) -> None:
        """Ask for the knee: none is chosen beforehand, so that none is recorded unseen."""
        if self.is_for_patient() and field.data not in set(Knee):
            raise ValidationError(_l("Please choose which knee."))

    def validate_symptoms_since_on(self, field: DateField) -> None:
        """Refuse days that cannot be in a life."""
        if field.data and field.data < OLDEST:
            raise ValidationError(_l("Please enter a day after 1900."))
        if field.data and field.data > clock.today(acting().zone):
            raise ValidationError(_l("This day is still to come."))


class InviteForm(ProfileForm):
    """Ask somebody to join; the profile counts for patients."""

    name = StringField(_l("Name"), [DataRequired(), Length(max=120), one_line])
    email = _address(_l("E-mail"))
    role = RadioField(_l("Role"))
    time_zone = SelectField(_l("Time zone"), choices=ZONES)
    physio_id = SelectField(_l("Physio"))

    def command(self) -> Invite:
        """Return whom to invite; a profile only where it is a patient."""
        of_patient = self.is_for_patient()
        return Invite(
            name=self.name.data or "",
            email=self.email.data or "",
            role=Role(self.role.data),
            time_zone=self.time_zone.data,
            profile=self.profile(chosen_id(self.physio_id.data))
            if of_patient
            else PatientProfile(),
        )

    def is_for_patient(self) -> bool:
        """Tell whether a patient is invited."""
        return bool(self.role.data == Role.PATIENT)

    def offer_people(self, roles: Iterable[Role], physios: Sequence[Any]) -> None:
        """Set who can be invited and who can look after a patient."""
        self.role.choices = choices((role, ROLE_NAMES[role]) for role in roles)
        self.physio_id.choices = physio_choices(physios)


class PhysioForm(FlaskForm):
    """Which physio looks after a patient."""

    physio_id = SelectField(_l("Physio"))

    def offer(self, physios: Sequence[Any]) -> None:
        """Set the physios to choose from."""
        self.physio_id.choices = physio_choices(physios)


def physio_choices(physios: Sequence[Any]) -> list[Any]:
    """Return choices for a physio, first none."""
    return choices([("", _l("Nobody yet")), *((str(physio.id), physio.name) for physio in physios)])


def chosen_id(text: str | None) -> UUID | None:
    """Return the id that a select field offered, or None for its empty choice."""
    return UUID(text) if text else None
