"""A forgotten password, and an address that changes: links that work once."""

from collections.abc import Callable
from typing import Any

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from rehab_tracker.accounts import limits, passwords, queries, recovery, tokens
from rehab_tracker.accounts.blueprint import blueprint
from rehab_tracker.accounts.forms import EmailForm, ForgottenForm, NewPasswordForm
from rehab_tracker.accounts.letters import tell_change
from rehab_tracker.accounts.me_routes import account
from rehab_tracker.accounts.models import OneTimeToken, Purpose
from rehab_tracker.accounts.proof import proven, spend
from rehab_tracker.domain.permission import Permission
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.access import public, requires
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.db import database
from rehab_tracker.foundation.errors import Refused
from rehab_tracker.foundation.pages import said, show_refusal

CROSSES = "a link belongs to a person, whatever their clinics"


def _mails() -> bool:
    return current_app.config["SETTINGS"].smtp_url is not None


def link_to(endpoint: str) -> str:
    """Return the full address of a page for links that work once, with `{}` for the token."""
    path = url_for(endpoint, token="TOKEN").replace("TOKEN", "{}")  # noqa: S106
    return str(current_app.config["SETTINGS"].public_url + path)


@blueprint.get("/forgotten-password")
@public
def forgotten() -> ResponseReturnValue:
    """Ask for the address that a new password is for."""
    return _forgotten(ForgottenForm(formdata=None))


def _forgotten(form: ForgottenForm) -> str:
    return render_template("accounts/forgotten.html", form=form, mails=_mails())


@blueprint.post("/forgotten-password")
@public
def ask_reset() -> ResponseReturnValue:
    """Send a link for a new password; the answer is the same for everybody."""
    form = ForgottenForm()
    if not (form.validate() and _mails()):
        return _forgotten(form), 422
    email = form.email.data or ""
    try:
        spend([(limits.RESET, queries.address_of(email))])
    except Refused as refused:
        show_refusal(form, refused)
        return _forgotten(form), refused.status, refused.headers
    with database().all_clinics(because=CROSSES) as db:
        recovery.ask_reset(db, email, clock.now(), address=link_to("accounts.reset"))
    return render_template("accounts/letter_sent.html", email=email)


def _opened(
    purpose: Purpose, token: str, answer: Callable[[Session, OneTimeToken], ResponseReturnValue]
) -> ResponseReturnValue:
    """Answer with an open link's row and a session that is committed by the answer itself."""
    with database().session(all_clinics=CROSSES) as db:
        row = tokens.found(db, purpose, token, clock.now())
        if row is None:
            return render_template("accounts/link_over.html"), 410
        return answer(db, row)


def _seen(
    purpose: Purpose, token: str, template: str, status: int = 200, **shown: Any
) -> ResponseReturnValue:
    """Show what an open link is for; that uses nothing up."""
    with database().all_clinics(because=CROSSES, reads_only=True) as db:
        row = tokens.found(db, purpose, token, clock.now())
        if row is None or row.person_id is None:
            return render_template("accounts/link_over.html"), 410
        roles = queries.roles_of(db, row.person_id)
        person = queries.person(db, row.person_id)
    page = render_template(
        template, address=row.email, person=person, shortest=passwords.shortest(roles), **shown
    )
    return page, status


@blueprint.get("/reset/<token>")
@public
def reset(token: str) -> ResponseReturnValue:
    """Ask for the new password."""
    form = NewPasswordForm(formdata=None)
    return _seen(Purpose.RESET, token, "accounts/reset.html", form=form)


@blueprint.post("/reset/<token>")
@public
def begin_reset(token: str) -> ResponseReturnValue:
    """Set the new password; everybody signs in again, with the second factor as before."""
    form = NewPasswordForm()

    def answer(db: Session, row: OneTimeToken) -> ResponseReturnValue:
        person_id = recovery.reset_password(db, row, form.password.data or "", clock.now())
        tell_change(db, person_id, _("Your password was changed."))
        db.commit()
        said(_("Your new password works from now on. Please sign in with it."))
        return redirect(url_for("accounts.sign_in"), 303)

    try:
        if form.validate():
            return _opened(Purpose.RESET, token, answer)
    except Refused as refused:
        show_refusal(form, refused)
    return _seen(Purpose.RESET, token, "accounts/reset.html", 422, form=form)


@blueprint.post("/me/email")
@requires(Permission.OWN_ACCOUNT)
@proven
def change_email() -> ResponseReturnValue:
    """Send a link to a new address; it counts once the link was opened."""
    form = EmailForm()
    if not (form.validate() and _mails()):
        return account(email=form), 422
    try:
        spend([(limits.RESET, f"e-mail of {acting().person_id}")])
    except Refused as refused:
        show_refusal(form, refused)
        return account(email=form), refused.status, refused.headers
    email = form.email.data or ""
    with database().all_clinics(because=CROSSES) as db:
        recovery.ask_email_change(
            db, acting(), email, clock.now(), address=link_to("accounts.confirm_email")
        )
    said(_("Please open the link that is on its way to %(email)s.", email=email))
    return redirect(url_for("accounts.me"), 303)


@blueprint.get("/email/<token>")
@public
def confirm_email(token: str) -> ResponseReturnValue:
    """Ask whether an address shall be used from now on."""
    return _seen(Purpose.EMAIL, token, "accounts/email_confirm.html")


@blueprint.post("/email/<token>")
@public
def begin_email(token: str) -> ResponseReturnValue:
    """Use the new address from now on."""

    def answer(db: Session, row: OneTimeToken) -> ResponseReturnValue:
        undo = link_to("accounts.undo_email")
        recovery.confirm_email(db, row, clock.now(), undo_address=undo)
        db.commit()
        said(_("Your new address counts from now on, for signing in too."))
        return redirect(url_for("accounts.home"), 303)

    return _opened(Purpose.EMAIL, token, answer)


@blueprint.get("/email/undo/<token>")
@public
def undo_email(token: str) -> ResponseReturnValue:
    """Ask whether the old address shall come back."""
    return _seen(Purpose.EMAIL_UNDO, token, "accounts/email_undo.html")


@blueprint.post("/email/undo/<token>")
@public
def begin_undo_email(token: str) -> ResponseReturnValue:
    """Bring the old address back and lead to a new password."""

    def answer(db: Session, row: OneTimeToken) -> ResponseReturnValue:
        reset_token = recovery.undo_email(db, row, clock.now())
        db.commit()
        said(_("Your old address is back, and everybody was signed out."))
        return redirect(url_for("accounts.reset", token=reset_token), 303)

    return _opened(Purpose.EMAIL_UNDO, token, answer)
