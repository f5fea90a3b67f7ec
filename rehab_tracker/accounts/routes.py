"""Signing in and out, and joining by a link."""

from flask import current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rehab_tracker.accounts import (
    actions,
    factor_routes,
    limits,
    me_routes,
    member_routes,
    passkey_routes,
    phone_keys,
    queries,
    recovery_routes,
    sign_ins,
    team_routes,
)
from rehab_tracker.accounts.blueprint import blueprint
from rehab_tracker.accounts.forms import ROLE_NAMES, JoinForm, SignInForm
from rehab_tracker.accounts.models import Membership
from rehab_tracker.accounts.passwords import SHORTEST
from rehab_tracker.accounts.proof import password_tries, spend
from rehab_tracker.accounts.sign_in import browser, key_of, recognize, renew_browser, sign_in_as
from rehab_tracker.accounts.signed_out import go_on, known_path
from rehab_tracker.domain.permission import Permission, Role
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.access import public, requires
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.db import database
from rehab_tracker.foundation.errors import Refused
from rehab_tracker.foundation.pages import show_refusal
from rehab_tracker.foundation.shape import own_path

__all__ = [
    "blueprint",
    "factor_routes",
    "me_routes",
    "member_routes",
    "passkey_routes",
    "recovery_routes",
    "team_routes",
]
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
    status, headers = 422, {}
    try:
        member = _authenticate(form) if form.validate() else None
    except Refused as refused:
        show_refusal(form, refused)
        member, status, headers = None, refused.status, refused.headers
    if member is None:
        if not form.errors:
            form.form_errors.append(_("E-mail and password do not match. Please try again."))
        return _ask_to_sign_in(form), status, headers
    _begin(form, member)
    recognize(browser().token)
    return go_on(member.id, form.back_to.data, form.kept.data)


def _authenticate(form: SignInForm) -> Membership | None:
    email, because = form.email.data or "", "who signs in is not known before"
    spend(password_tries(email))
    with database().all_clinics(because=because, reads_only=True) as db:
        return sign_ins.authenticate(db, email, form.password.data or "")


def _begin(form: SignInForm, member: Membership) -> None:
    with database().all_clinics(because="a sign-in belongs to a person") as db:
        limits.give_back(db, password_tries(form.email.data or ""))
        limits.forget_old(db, clock.now())
        sign_ins.renew_password_hash(db, member.person_id, form.password.data or "")
        sign_in_as(db, member)


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this browser's sign-in."""
    # Sessions that a phone could not send yet wait there until their owner signs in again; the key
    # ends all the same, or the next person at this phone would see the plan.
    keeps, key = "keep_unsent" in request.form, phone_keys.shown()
    with database().all_clinics(because="a sign-in belongs to a person") as db:
        sign_ins.end_sign_in(db, key_of(browser().token), clock.now())
        phone_keys.end(db, key, clock.now())
    renew_browser()
    response = redirect(url_for("accounts.sign_in"), 303)
    if key:
        phone_keys.take_back(response)
    response.headers["Clear-Site-Data"] = '"cache"' if keeps else '"cache", "storage"'
    return response


@blueprint.get("/welcome/<token>")
@public
def join(token: str) -> ResponseReturnValue:
    """Show an invited person where they are invited to; opening the link uses nothing up."""
    return _welcome(JoinForm(formdata=None), _invitation(token))


def _invitation(token: str) -> queries.OpenInvitation | None:
    with database().all_clinics(because="who joins is not known", reads_only=True) as db:
        return queries.open_invitation(db, token, clock.now())


@blueprint.post("/welcome/<token>")
@public
def begin_join(token: str) -> ResponseReturnValue:
    """Use an invitation up: set a password, or take the one there is, and be signed in."""
    form, invitation = JoinForm(), _invitation(token)
    status, headers = 422, {}
    try:
        if invitation and form.validate():
            _join(invitation, token, form.password.data or "")
            return redirect(url_for("accounts.home"), 303)
    except Refused as refused:
        show_refusal(form, refused)
        status, headers = refused.status, refused.headers
    return *_welcome(form, invitation, status), headers


def _join(invitation: queries.OpenInvitation, token: str, password: str) -> None:
    tries = password_tries(invitation.person.email)
    spend(tries)
    with database().all_clinics(because="who joins belongs to no clinic before") as db:
        still_open = queries.open_invitation(db, token, clock.now())
        actions.join(db, still_open or invitation, password, clock.now())
        limits.give_back(db, tries)
        sign_in_as(db, invitation.member)


def _welcome(
    form: JoinForm, invitation: queries.OpenInvitation | None, status: int = 200
) -> tuple[str, int]:
    if invitation is None:
        return render_template("accounts/link_over.html", invitation=True), 410
    role = invitation.member.role
    page = render_template(
        "accounts/join.html",
        form=form,
        invitation=invitation,
        role=ROLE_NAMES[role],
        shortest=SHORTEST[role],
    )
    return page, status
