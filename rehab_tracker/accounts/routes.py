"""Signing in, one's own account, the team and its invitations."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from rehab_tracker.accounts import actions, policy, queries
from rehab_tracker.accounts.forms import (
    ROLE_HINTS,
    ROLE_NAMES,
    DetailsForm,
    InviteForm,
    JoinForm,
    PasswordForm,
    PhysioForm,
    ProfileForm,
    SignInForm,
    chosen_id,
)
from rehab_tracker.accounts.models import Membership
from rehab_tracker.accounts.passwords import SHORTEST
from rehab_tracker.accounts.sign_in import browser, key_of, renew_browser
from rehab_tracker.accounts.signed_out import go_on, known_path
from rehab_tracker.domain.permission import Permission, Role
from rehab_tracker.exercises.words import CAUTION_NAMES, KIT_NAMES
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.access import public, requires
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.db import commits, current, database
from rehab_tracker.foundation.errors import NotVisible, Refused
from rehab_tracker.foundation.pages import said, show_refusal
from rehab_tracker.foundation.shape import own_path

blueprint = Blueprint("accounts", __name__, template_folder="templates")
HOME = {
    Role.PATIENT: "logbook.today",
    Role.PHYSIO: "reports.caseload",
    Role.MANAGER: "reports.clinic",
}


@blueprint.get("/")
@requires(Permission.OWN_ACCOUNT)
def home() -> ResponseReturnValue:
    """Lead everybody to the page of their day."""
    return redirect(url_for(HOME[Role(acting().role)]), 303)


@blueprint.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """Ask for e-mail and password; who is signed in already goes on."""
    back_to = request.args.get("back_to")
    if g.get("actor"):
        return redirect(known_path(back_to) or url_for("accounts.home"), 303)
    return _ask_to_sign_in(SignInForm(back_to=own_path(back_to)))


def _ask_to_sign_in(form: SignInForm) -> str:
    return render_template(
        "accounts/sign_in.html", form=form, demo=current_app.config["SETTINGS"].demo
    )


@blueprint.post("/sign-in")
@public
def begin_sign_in() -> ResponseReturnValue:
    """Sign a browser in, and give back what a signed-out form had typed."""
    form = SignInForm()
    member = _authenticate(form) if form.validate() else None
    if member is None:
        if not form.errors:
            form.form_errors.append(_("E-mail and password do not match. Please try again."))
        return _ask_to_sign_in(form), 422
    with database().all_clinics(because="a sign-in belongs to a person") as db:
        actions.renew_password_hash(db, member.person_id, form.password.data or "")
        _sign_in_as(db, member)
    return go_on(member.id, form.back_to.data, form.kept.data)


def _authenticate(form: SignInForm) -> Membership | None:
    because = "who signs in is not known before"
    with database().all_clinics(because=because, reads_only=True) as db:
        return actions.authenticate(db, form.email.data or "", form.password.data or "")


def _sign_in_as(db: Session, member: Membership) -> None:
    """End what this browser was signed in as, and begin anew under a new token."""
    actions.end_sign_in(db, key_of(browser().token), clock.now())
    actions.begin_sign_in(db, renew_browser(), member, clock.now())


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this browser's sign-in."""
    with database().all_clinics(because="a sign-in belongs to a person") as db:
        actions.end_sign_in(db, key_of(browser().token), clock.now())
    renew_browser()
    response = redirect(url_for("accounts.sign_in"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.route("/welcome/<token>", methods=["GET", "POST"])
@public
def join(token: str) -> ResponseReturnValue:
    """Let an invited person set a password; opening the link uses nothing up."""
    form, now, joins = JoinForm(), clock.now(), request.method == "POST"
    with database().session(reads_only=not joins, all_clinics="who joins is not known") as db:
        invitation = queries.open_invitation(db, token, now)
        if invitation is None:
            return render_template("accounts/invitation_over.html"), 410
        if not joins:
            return _welcome(form, invitation)
        try:
            if form.validate():
                actions.join(db, invitation, form.password.data or "", now)
                _sign_in_as(db, invitation.member)
                db.commit()
                return redirect(url_for("accounts.home"), 303)
        except Refused as refused:
            show_refusal(form, refused)
        return _welcome(form, invitation), 422


def _welcome(form: JoinForm, invitation: queries.OpenInvitation) -> str:
    role = invitation.member.role
    return render_template(
        "accounts/join.html",
        form=form,
        invitation=invitation,
        role=ROLE_NAMES[role],
        shortest=SHORTEST[role],
    )


@blueprint.get("/me")
@requires(Permission.OWN_ACCOUNT)
def me() -> ResponseReturnValue:
    """Show one's own account."""
    return _account()


def _account(
    details: DetailsForm | None = None, password: PasswordForm | None = None
) -> ResponseReturnValue:
    actor = acting()
    with database().all_clinics(because="one's own clinics", reads_only=True) as db:
        clinics = queries.own_memberships(db, actor.person_id)
    page = render_template(
        "accounts/me.html",
        details=details or DetailsForm(formdata=None, name=actor.name, time_zone=str(actor.zone)),
        password=password or PasswordForm(formdata=None),
        clinics=clinics,
        role=ROLE_NAMES[Role(actor.role)],
        role_names=ROLE_NAMES,
        shortest=SHORTEST[Role(actor.role)],
    )
    return page, 422 if details or password else 200


@blueprint.post("/me")
@requires(Permission.OWN_ACCOUNT)
@commits
def change_details() -> ResponseReturnValue:
    """Change one's own name and time zone."""
    form = DetailsForm()
    if not form.validate():
        return _account(details=form)
    actions.change_own_details(current(), acting(), form.name.data or "", form.time_zone.data)
    said(_("Saved."))
    return redirect(url_for("accounts.me"), 303)


@blueprint.post("/me/password")
@requires(Permission.OWN_ACCOUNT)
@commits
def change_password() -> ResponseReturnValue:
    """Change one's own password."""
    form = PasswordForm()
    if not form.validate():
        return _account(password=form)
    try:
        actions.change_password(
            current(),
            acting(),
            form.old_password.data or "",
            form.new_password.data or "",
            clock.now(),
        )
    except Refused as refused:
        show_refusal(form, refused)
        return _account(password=form)
    said(_("Your password is changed. Other devices were signed out."))
    return redirect(url_for("accounts.me"), 303)


@blueprint.post("/me/clinic/<uuid:membership_id>")
@requires(Permission.OWN_ACCOUNT)
def switch_clinic(membership_id: UUID) -> ResponseReturnValue:
    """Go on in another clinic of one's own."""
    with database().all_clinics(because="one's own clinics") as db:
        own = {m.id: m for m, _name in queries.own_memberships(db, acting().person_id)}
        if membership_id not in own:
            raise NotVisible
        _sign_in_as(db, own[membership_id])
    return redirect(url_for("accounts.home"), 303)


@blueprint.get("/team")
@requires(Permission.TEAM_MANAGE)
def team() -> ResponseReturnValue:
    """List everybody in the clinic."""
    return render_template(
        "accounts/team.html",
        staff=queries.members(current(), Role.MANAGER, Role.PHYSIO),
        patients=queries.members(current(), Role.PATIENT),
        role_names=ROLE_NAMES,
        now=clock.now(),
        zone=acting().zone,
    )


@blueprint.post("/team/<uuid:membership_id>/disable")
@requires(Permission.TEAM_MANAGE)
@commits
def disable(membership_id: UUID) -> ResponseReturnValue:
    """Stop a member from signing in."""
    actions.disable(current(), acting(), membership_id, clock.now())
    said(_("Saved. They are signed out and cannot sign in."))
    return redirect(url_for("accounts.team"), 303)


@blueprint.post("/team/<uuid:membership_id>/enable")
@requires(Permission.TEAM_MANAGE)
@commits
def enable(membership_id: UUID) -> ResponseReturnValue:
    """Let a disabled member sign in again."""
    actions.enable(current(), acting(), membership_id)
    said(_("Saved."))
    return redirect(url_for("accounts.team"), 303)


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
    actions.change_patient(current(), acting(), patient_id, form.profile())
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
