"""The team, its invitations and its patients' profiles."""

from typing import Any
from uuid import UUID

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rehab_tracker.accounts import actions, policy, queries
from rehab_tracker.accounts.blueprint import blueprint
from rehab_tracker.accounts.forms import (
    ROLE_HINTS,
    ROLE_NAMES,
    InviteForm,
    PhysioForm,
    ProfileForm,
    SecondFactorRuleForm,
    chosen_id,
)
from rehab_tracker.domain.permission import Permission, Role
from rehab_tracker.exercises.words import CAUTION_NAMES, KIT_NAMES
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.access import requires
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.db import commits, current
from rehab_tracker.foundation.errors import Refused
from rehab_tracker.foundation.pages import said, show_refusal


@blueprint.get("/team")
@requires(Permission.TEAM_MANAGE)
def team() -> ResponseReturnValue:
    """List everybody in the clinic."""
    clinic = queries.clinic(current(), acting().clinic_id)
    return render_template(
        "accounts/team.html",
        staff=queries.members(current(), Role.MANAGER, Role.PHYSIO),
        patients=queries.members(current(), Role.PATIENT),
        role_names=ROLE_NAMES,
        rule=SecondFactorRuleForm(formdata=None, rule=clinic.second_factor_for),
        demo=current_app.config["SETTINGS"].demo,
        now=clock.now(),
        zone=acting().zone,
    )


def _invite_form() -> InviteForm:
    actor = acting()
    form = InviteForm(
        role=request.args.get("role", Role.PATIENT),
        time_zone=str(actor.zone),
        physio_id=str(actor.membership_id) if actor.role == Role.PHYSIO else "",
    )
    form.offer(KIT_NAMES.items(), CAUTION_NAMES.items())
    form.offer_people(policy.invitable(actor), queries.physios(current()))
    return form


def _ask_whom_to_invite(form: InviteForm) -> str:
    return render_template("accounts/invite.html", form=form, role_hints=ROLE_HINTS)


@blueprint.get("/invite")
@requires(Permission.PATIENT_INVITE)
def invite() -> ResponseReturnValue:
    """Ask whom to invite."""
    return _ask_whom_to_invite(_invite_form())


@blueprint.post("/invite")
@requires(Permission.PATIENT_INVITE)
@commits
def send_invitation() -> ResponseReturnValue:
    """Invite somebody and show the link once."""
    form = _invite_form()
    if not form.validate():
        return _ask_whom_to_invite(form), 422
    try:
        link = actions.invite(current(), acting(), form.command(), clock.now(), **_by_mail())
    except Refused as refused:
        show_refusal(form, refused)
        return _ask_whom_to_invite(form), refused.status
    return _invited(form.name.data or "", link)


def _by_mail() -> dict[str, Any]:
    """Return how invitations travel: the link's address, and whether a letter carries it."""
    settings = current_app.config["SETTINGS"]
    path = url_for("accounts.join", token="TOKEN").replace("TOKEN", "{}")  # noqa: S106
    return {"address": settings.public_url + path, "by_mail": settings.smtp_url is not None}


def _invited(name: str, link: str) -> ResponseReturnValue:
    mailed = current_app.config["SETTINGS"].smtp_url is not None
    page = render_template("accounts/invited.html", name=name, address=link, mailed=mailed)
    return page, 201


@blueprint.post("/invite/<uuid:membership_id>")
@requires(Permission.PATIENT_INVITE)
@commits
def invite_again(membership_id: UUID) -> ResponseReturnValue:
    """Replace an invitation by a new one."""
    person, link = actions.invite_again(
        current(), acting(), membership_id, clock.now(), **_by_mail()
    )
    return _invited(person.name, link)


@blueprint.get("/patients/<uuid:patient_id>/edit")
@requires(Permission.PATIENT_EDIT)
def edit_patient(patient_id: UUID) -> ResponseReturnValue:
    """Show what the clinic knows of a patient, to change it or to take the patient over."""
    return _edit_patient(queries.patient_card(current(), patient_id))


def _edit_patient(
    card: queries.PatientCard,
    form: ProfileForm | None = None,
    physio: PhysioForm | None = None,
) -> str:
    return render_template(
        "accounts/edit_patient.html",
        patient=card,
        form=form or _profile_form(formdata=None, obj=card.patient),
        physio=physio or _physio_form(formdata=None, physio_id=str(card.physio_id or "")),
        may_edit=policy.may_edit(acting(), card),
    )


def _profile_form(**given: Any) -> ProfileForm:
    form = ProfileForm(**given)
    form.offer(KIT_NAMES.items(), CAUTION_NAMES.items())
    return form


def _physio_form(**given: Any) -> PhysioForm:
    form = PhysioForm(**given)
    form.offer(queries.physios(current()))
    return form


@blueprint.post("/patients/<uuid:patient_id>/edit")
@requires(Permission.PATIENT_EDIT)
@commits
def change_patient(patient_id: UUID) -> ResponseReturnValue:
    """Change what the clinic knows of a patient."""
    card, form = queries.patient_card(current(), patient_id), _profile_form()
    if not form.validate():
        return _edit_patient(card, form=form), 422
    actions.change_patient(current(), acting(), patient_id, form.profile(), clock.now())
    said(_("Saved."))
    return redirect(url_for("progress.patient", patient_id=patient_id), 303)


@blueprint.post("/patients/<uuid:patient_id>/take-over")
@requires(Permission.PATIENT_TAKE_OVER)
@commits
def take_over(patient_id: UUID) -> ResponseReturnValue:
    """Let the acting physio look after a patient of the clinic."""
    actions.assign_physio(current(), acting(), patient_id, acting().membership_id)
    said(_("This patient is now yours."))
    return redirect(url_for("progress.patient", patient_id=patient_id), 303)


@blueprint.post("/patients/<uuid:patient_id>/reassign")
@requires(Permission.PATIENT_REASSIGN)
@commits
def reassign(patient_id: UUID) -> ResponseReturnValue:
    """Give a patient to another physio."""
    card, physio = queries.patient_card(current(), patient_id), _physio_form()
    try:
        if physio.validate():
            chosen = chosen_id(physio.physio_id.data)
            actions.assign_physio(current(), acting(), patient_id, chosen)
            said(_("Saved."))
            return redirect(url_for("progress.patient", patient_id=patient_id), 303)
    except Refused as refused:
        show_refusal(physio, refused)
    return _edit_patient(card, physio=physio), 422
