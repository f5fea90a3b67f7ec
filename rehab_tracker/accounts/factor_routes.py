"""The second step of signing in: asked for, set up, looked after."""

from typing import Any

from flask import current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from rehab_tracker.accounts import limits, passkeys, queries, second_factor, sign_ins, totp
from rehab_tracker.accounts.blueprint import blueprint
from rehab_tracker.accounts.devices import device_of
from rehab_tracker.accounts.forms import (
    CodeForm,
    PasskeyForm,
    SecondFactorForm,
    SecondFactorRuleForm,
)
from rehab_tracker.accounts.letters import tell_change
from rehab_tracker.accounts.limits import Try
from rehab_tracker.accounts.models import Level, SecondFactorFor
from rehab_tracker.accounts.proof import proven, spend
from rehab_tracker.accounts.sealed import Seal
from rehab_tracker.accounts.sign_in import browser, recognize, renew_browser, signed_in
from rehab_tracker.accounts.signed_out import ask_code, go_on
from rehab_tracker.domain.permission import Permission, Role
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.access import ENROLLMENT, SECOND_FACTOR, owing, requires
from rehab_tracker.foundation.actor import Actor, acting
from rehab_tracker.foundation.db import commits, current, database
from rehab_tracker.foundation.errors import Refused
from rehab_tracker.foundation.pages import said, show_refusal
from rehab_tracker.foundation.shape import own_path

CROSSES = "a second factor is the person's in every clinic"


def seal() -> Seal:
    """Return what locks the secrets of this installation."""
    return Seal(str(current_app.secret_key))


# Signing in


@blueprint.get("/sign-in/code")
@owing(SECOND_FACTOR)
def sign_in_code() -> ResponseReturnValue:
    """Ask for the second step."""
    if g.actor:
        return redirect(url_for("accounts.home"), 303)
    return ask_code(SecondFactorForm(formdata=None, back_to=own_path(request.args.get("back_to"))))


@blueprint.post("/sign-in/code")
@owing(SECOND_FACTOR)
def begin_sign_in_code() -> ResponseReturnValue:
    """Let a browser act once its person has shown the second factor."""
    form, status, headers = SecondFactorForm(), 422, {}
    if g.actor:
        return redirect(url_for("accounts.home"), 303)
    try:
        if form.validate():
            _use(form.code.data or "")
            return go_on(g.actor.membership_id, form.back_to.data, form.kept.data)
    except Refused as refused:
        show_refusal(form, refused)
        status, headers = refused.status, refused.headers
    return ask_code(form), status, headers


def factor_tries(person: Actor) -> list[Try]:
    """Return what a try of a second factor spends, whichever it is."""
    return [
        (allowance, str(person.person_id))
        for allowance in (limits.SECOND_FACTOR, limits.SECOND_FACTOR_HOURLY)
    ]


def _use(code: str) -> None:
    person, now = signed_in(), clock.now()
    spend(factor_tries(person))
    with database().all_clinics(because=CROSSES) as db:
        used = second_factor.use(db, person.person_id, code, now, seal())
        if used is None:
            raise Refused({"code": _("This code is not right, or it was used before.")})
        let_in(db, person)
        if used is second_factor.Used.RECOVERY:
            second_factor.note_recovery(db, person)
            left = second_factor.codes_left(db, person.person_id)
            tell_change(db, person.person_id, _("Somebody signed in with a recovery code."))
            said(_("Recovery codes that still work: %(left)s of 10.", left=left))
    recognize(browser().token)


def let_in(db: Session, person: Actor) -> None:
    """Raise a sign-in to the level at which its person acts, under a new key."""
    limits.give_back(db, factor_tries(person))
    sign_ins.move_on(db, person.session_key, renew_browser(), level=Level.MFA)


# Setting it up


@blueprint.get("/me/second-step")
@owing(ENROLLMENT)
def second_factor_page() -> ResponseReturnValue:
    """Show one's own second step: how to set it up, or how it stands."""
    return _page(CodeForm(formdata=None))


def _page(form: CodeForm) -> str:
    person = signed_in()
    with database().all_clinics(because=CROSSES, reads_only=True) as db:
        app = second_factor.authenticator(db, person.person_id)
        row = queries.person(db, person.person_id)
        left = second_factor.codes_left(db, person.person_id)
        own_passkeys = passkeys.passkeys_of(db, person.person_id)
    draft = app if app and not app.confirmed_at else None
    return render_template(
        "accounts/second_step.html",
        form=form,
        person=row,
        app=app if app and app.confirmed_at else None,
        left=left,
        passkeys=own_passkeys,
        passkey=PasskeyForm(formdata=None, name=device_of(request.user_agent.string)),
        place=passkeys.place_of(current_app.config["SETTINGS"].public_url),
        for_staff=person.role != Role.PATIENT,
        zone=person.zone,
        **(_picture(seal().open(draft.secret, row.id), row.email) if draft else {}),
    )


def _picture(secret: str, email: str) -> dict[str, Any]:
    import segno  # noqa: PLC0415 - loaded by those who turn on the second step

    address = totp.app_address(secret, email)
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=3, light="#fff")
    spaced = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return {"picture": Markup(drawn), "secret": spaced, "address": address}  # noqa: S704 - drawn here


@blueprint.post("/me/second-step")
@owing(ENROLLMENT)
@proven
def begin_second_factor() -> ResponseReturnValue:
    """Make a picture for an app to read."""
    with database().all_clinics(because=CROSSES) as db:
        second_factor.begin(db, signed_in(), clock.now(), seal())
    return redirect(url_for("accounts.second_factor_page"), 303)


@blueprint.post("/me/second-step/app")
@owing(ENROLLMENT)
@proven
def confirm_second_factor() -> ResponseReturnValue:
    """Turn the second step on with a first code and show the recovery codes once."""
    form, status, headers = CodeForm(), 422, {}
    try:
        if form.validate():
            return show_codes(_confirm(form.code.data or ""))
    except Refused as refused:
        show_refusal(form, refused)
        status, headers = refused.status, refused.headers
    return _page(form), status, headers


def _confirm(code: str) -> list[str]:
    person = signed_in()
    spend(factor_tries(person))
    with database().all_clinics(because=CROSSES) as db:
        codes = second_factor.confirm(db, person, code, clock.now(), seal())
        tell_change(db, person.person_id, _("An app for codes was added as your second step."))
        let_in(db, person)
    return codes


def show_codes(codes: list[str]) -> ResponseReturnValue:
    """Show recovery codes, this once; the person may act from now on."""
    recognize(browser().token)
    if not codes:
        return redirect(url_for("accounts.second_factor_page"), 303)
    return render_template("accounts/recovery_codes.html", codes=codes), 201


@blueprint.post("/me/second-step/codes")
@requires(Permission.OWN_ACCOUNT)
@proven
def renew_codes() -> ResponseReturnValue:
    """Replace the recovery codes and show the new ones once."""
    with database().all_clinics(because=CROSSES) as db:
        codes = second_factor.renew_codes(db, acting())
        tell_change(db, acting().person_id, _("Your recovery codes were replaced by new ones."))
    return show_codes(codes)


@blueprint.post("/me/second-step/app/remove")
@requires(Permission.OWN_ACCOUNT)
@proven
def remove_app() -> ResponseReturnValue:
    """Remove one's own app."""
    with database().all_clinics(because=CROSSES) as db:
        second_factor.remove_app(db, acting())
        tell_change(db, acting().person_id, _("Your app for codes was removed."))
    said(_("The app is removed."))
    return redirect(url_for("accounts.second_factor_page"), 303)


# Who has to


@blueprint.post("/team/second-step")
@requires(Permission.TEAM_MANAGE)
@proven
@commits
def set_second_factor_rule() -> ResponseReturnValue:
    """Decide who of the clinic needs a second step."""
    form = SecondFactorRuleForm()
    if not form.validate():
        raise Refused({"": _("Please choose who needs a second step.")})
    second_factor.set_rule(current(), acting(), SecondFactorFor(form.rule.data))
    said(_("Saved. Who has none yet sets it up before going on."))
    return redirect(url_for("accounts.team"), 303)
