"""One's own account: details, password, devices, clinics, and showing again who one is."""

from collections.abc import Sequence
from uuid import UUID

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rehab_tracker.accounts import (
    actions,
    factor_resets,
    limits,
    passwords,
    phone_keys,
    queries,
    recovery,
    sign_ins,
)
from rehab_tracker.accounts.blueprint import blueprint
from rehab_tracker.accounts.forms import (
    ROLE_NAMES,
    DetailsForm,
    EmailForm,
    PasswordForm,
    ProofForm,
)
from rehab_tracker.accounts.letters import tell_change
from rehab_tracker.accounts.proof import ask_password, password_tries, spend
from rehab_tracker.accounts.sign_in import renew_browser, signed_in
from rehab_tracker.accounts.signed_out import go_on, known_path, page_of_file
from rehab_tracker.domain.permission import Permission, Role
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.access import ENROLLMENT, owing, requires
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.db import commits, current, database
from rehab_tracker.foundation.errors import NotVisible, Refused
from rehab_tracker.foundation.pages import said, show_refusal
from rehab_tracker.foundation.shape import own_path


@blueprint.get("/me")
@requires(Permission.OWN_ACCOUNT)
def me() -> ResponseReturnValue:
    """Show one's own account."""
    return account()


def account(
    details: DetailsForm | None = None,
    password: PasswordForm | None = None,
    email: EmailForm | None = None,
) -> str:
    """Return the page of one's own account, with the form that has to be looked at again."""
    actor, now = acting(), clock.now()
    with database().all_clinics(because="one's own clinics", reads_only=True) as db:
        clinics = queries.own_memberships(db, actor.person_id)
        devices = sign_ins.open_sign_ins(db, actor.person_id, now)
        phones = phone_keys.phones_of(db, actor.person_id, now)
        person = queries.person(db, actor.person_id)
    return render_template(
        "accounts/me.html",
        details=details or DetailsForm(formdata=None, name=actor.name, time_zone=str(actor.zone)),
        password=password or PasswordForm(formdata=None),
        email=email or EmailForm(formdata=None),
        person=person,
        mails=current_app.config["SETTINGS"].smtp_url is not None,
        wishes=_wishes(),
        clinics=clinics,
        devices=devices,
        phones=phones,
        now=now,
        role=ROLE_NAMES[Role(actor.role)],
        role_names=ROLE_NAMES,
        shortest=passwords.shortest(member.role for member, _clinic_name in clinics),
    )


def _wishes() -> Sequence[factor_resets.Request]:
    """Return what waits for this member's word; patients decide nothing."""
    if not acting().may(Permission.FACTOR_APPROVE):
        return ()
    with database().session(reads_only=True, clinic_id=acting().clinic_id) as db:
        return [wish for wish in factor_resets.open_requests(db) if not wish.concerns(acting())]


@blueprint.post("/me")
@requires(Permission.OWN_ACCOUNT)
@commits
def change_details() -> ResponseReturnValue:
    """Change one's own name and time zone."""
    form = DetailsForm()
    if not form.validate():
        return account(details=form), 422
    name, zone = form.name.data or "", form.time_zone.data
    actions.change_own_details(current(), acting(), name, zone, clock.now())
    said(_("Saved."))
    return redirect(url_for("accounts.me"), 303)


@blueprint.post("/me/password")
@requires(Permission.OWN_ACCOUNT)
def change_password() -> ResponseReturnValue:
    """Change one's own password."""
    form = PasswordForm()
    if not form.validate():
        return account(password=form), 422
    try:
        _change_password(form.old_password.data or "", form.new_password.data or "")
    except Refused as refused:
        show_refusal(form, refused)
        return account(password=form), refused.status, refused.headers
    said(_("Your password is changed. Other devices were signed out."))
    return redirect(url_for("accounts.me"), 303)


def _change_password(old: str, new: str) -> None:
    tries = password_tries(_own_address())
    spend(tries)
    with database().all_clinics(because="a password is the person's in every clinic") as db:
        recovery.change_password(db, acting(), old, new, clock.now())
        tell_change(db, acting().person_id, _("Your password was changed."))
        sign_ins.move_on(db, acting().session_key, renew_browser(), proved_at=clock.now())
        limits.give_back(db, tries)


def _own_address() -> str:
    with database().all_clinics(because="one's own account", reads_only=True) as db:
        return queries.person(db, signed_in().person_id).email


@blueprint.get("/me/proof")
@owing(ENROLLMENT)
def prove() -> ResponseReturnValue:
    """Ask for the password again."""
    form = ProofForm(formdata=None, back_to=own_path(request.args.get("back_to")))
    return ask_password(form)


@blueprint.post("/me/proof")
@owing(ENROLLMENT)
def begin_proof() -> ResponseReturnValue:
    """Note that the password was right just now, and go on with what needed it."""
    form = ProofForm()
    try:
        if form.validate():
            _prove(form.password.data or "")
            me = signed_in().membership_id
            return go_on(me, form.back_to.data, form.kept.data, proved=True)
        status, headers = 422, {}
    except Refused as refused:
        show_refusal(form, refused)
        status, headers = refused.status, refused.headers
    return ask_password(form), status, headers


@blueprint.get("/me/saving")
@requires(Permission.OWN_ACCOUNT)
def saving() -> ResponseReturnValue:
    """Let a browser save a file that the password was asked for, and lead back from it."""
    path = known_path(request.args.get("file"))
    if page := page_of_file(path):
        return render_template("accounts/saving.html", path=path, page=page)
    return redirect(url_for("accounts.home"), 303)


def _prove(password: str) -> None:
    actor, email = signed_in(), _own_address()
    tries = password_tries(email)
    spend(tries)
    with database().all_clinics(because="an account is asked for its password") as db:
        if not passwords.matches(queries.person(db, actor.person_id).password_hash, password):
            raise Refused({"password": _("This is not your password.")})
        sign_ins.move_on(db, actor.session_key, renew_browser(), proved_at=clock.now())
        limits.give_back(db, tries)


@blueprint.post("/me/stay")
@requires(Permission.OWN_ACCOUNT)
def stay() -> ResponseReturnValue:
    """Let a sign-in go on, as any page does, and tell for how many seconds."""
    return {"left": acting().seconds_left()}


@blueprint.post("/me/devices/<uuid:sign_in_id>/end")
@requires(Permission.OWN_ACCOUNT)
@commits
def end_device(sign_in_id: UUID) -> ResponseReturnValue:
    """Sign one of one's own devices out."""
    sign_ins.end_device(current(), acting(), sign_in_id, clock.now())
    said(_("That device is signed out."))
    return redirect(url_for("accounts.me") + "#devices", 303)


@blueprint.post("/me/phones/<uuid:phone_id>/end")
@requires(Permission.OWN_ACCOUNT)
@commits
def end_phone(phone_id: UUID) -> ResponseReturnValue:
    """Take one's plan off a phone: its key opens nothing any more."""
    sign_ins.end_phone(current(), acting(), phone_id, clock.now())
    said(_("That phone can no longer open your plan or send sessions until you sign in there."))
    return redirect(url_for("accounts.me") + "#devices", 303)


@blueprint.post("/me/devices/end")
@requires(Permission.OWN_ACCOUNT)
@commits
def end_other_devices() -> ResponseReturnValue:
    """Sign every other device of one's own out."""
    sign_ins.end_other_devices(current(), acting(), clock.now())
    said(_("All other devices are signed out."))
    return redirect(url_for("accounts.me") + "#devices", 303)


@blueprint.post("/me/clinic/<uuid:membership_id>")
@requires(Permission.OWN_ACCOUNT)
def switch_clinic(membership_id: UUID) -> ResponseReturnValue:
    """Go on in another clinic of one's own."""
    with database().all_clinics(because="one's own clinics") as db:
        own = {m.id: m for m, _name in queries.own_memberships(db, acting().person_id)}
        if membership_id not in own:
            raise NotVisible
        idle_ends_at = clock.now() + sign_ins.IDLE[own[membership_id].role]
        sign_ins.move_on(
            db,
            acting().session_key,
            renew_browser(),
            membership_id=membership_id,
            idle_ends_at=idle_ends_at,
        )
    return redirect(url_for("accounts.home"), 303)
