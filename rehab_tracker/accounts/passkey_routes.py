"""Passkeys between browser and server: what a page asks for, and what a device answered."""

from uuid import UUID

from flask import Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rehab_tracker.accounts import limits, passkeys, queries
from rehab_tracker.accounts.blueprint import blueprint
from rehab_tracker.accounts.factor_routes import CROSSES, factor_tries, let_in, show_codes
from rehab_tracker.accounts.forms import PasskeyForm, SignInForm, SignInPasskeyForm
from rehab_tracker.accounts.letters import tell_change
from rehab_tracker.accounts.limits import Try
from rehab_tracker.accounts.models import Level
from rehab_tracker.accounts.passkeys import Place
from rehab_tracker.accounts.proof import place_tries, proven, spend
from rehab_tracker.accounts.sign_in import browser, recognize, sign_in_as, signed_in
from rehab_tracker.accounts.signed_out import go_on
from rehab_tracker.domain.permission import Permission
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.access import ENROLLMENT, owing, public, requires
from rehab_tracker.foundation.actor import Actor, acting
from rehab_tracker.foundation.db import database
from rehab_tracker.foundation.errors import NotVisible, Refused
from rehab_tracker.foundation.pages import said


def _place() -> Place:
    """Return where passkeys are valid here; without a host's name there are none."""
    place = passkeys.place_of(current_app.config["SETTINGS"].public_url)
    if place is None:
        raise NotVisible
    return place


def _as_json(options: str) -> Response:
    return Response(options, mimetype="application/json")


def _refused_json(refused: Refused) -> ResponseReturnValue:
    return {"error": str(refused)}, refused.status, refused.headers


# Signing in: alone, or as the second step after a password


def _half() -> Actor | None:
    found: Actor | None = g.get("halfway")
    return found


def _tries(half: Actor | None) -> list[Try]:
    return factor_tries(half) if half else place_tries()


@blueprint.post("/sign-in/passkey/options")
@public
def passkey_options() -> ResponseReturnValue:
    """Give a browser the challenge that a passkey is to sign."""
    half = _half()
    try:
        spend(_tries(half))
    except Refused as refused:
        return _refused_json(refused)
    with database().all_clinics(because=CROSSES) as db:
        person_id = half.person_id if half else None
        return _as_json(passkeys.options_to_sign_in(db, person_id, _place(), clock.now()))


@blueprint.post("/sign-in/passkey")
@public
def begin_sign_in_passkey() -> ResponseReturnValue:
    """Let a browser act whose device signed the challenge."""
    form = SignInPasskeyForm()
    try:
        _use((form.credential.data or "") if form.validate() else "")
    except Refused as refused:
        again = SignInForm(formdata=None, back_to=form.back_to.data, kept=form.kept.data)
        again.form_errors.append(str(refused))
        return render_template("accounts/sign_in.html", form=again, demo=False), refused.status
    recognize(browser().token)
    return go_on(signed_in().membership_id, form.back_to.data, form.kept.data)


def _use(answer: str) -> None:
    half = _half()
    with database().all_clinics(because=CROSSES) as db:
        expected = half.person_id if half else None
        person_id = passkeys.used_by(db, answer, expected, _place(), clock.now())
        if half:
            let_in(db, half)
            return
        own = queries.own_memberships(db, person_id)
        if not own:
            raise Refused({"": _("This passkey does not open anything here.")})
        limits.give_back(db, place_tries())
        sign_in_as(db, own[0][0], Level.MFA)


# One's own passkeys


@blueprint.post("/me/passkeys/options")
@owing(ENROLLMENT)
@proven
def new_passkey_options() -> ResponseReturnValue:
    """Give a browser what it needs to make a passkey."""
    try:
        with database().all_clinics(because=CROSSES) as db:
            return _as_json(passkeys.options_to_add(db, signed_in(), _place(), clock.now()))
    except Refused as refused:
        return _refused_json(refused)


@blueprint.post("/me/passkeys")
@owing(ENROLLMENT)
@proven
def add_passkey() -> ResponseReturnValue:
    """Keep the passkey that a device made."""
    form, person = PasskeyForm(), signed_in()
    if not form.validate():
        raise Refused({"": _("This passkey could not be kept. Please try again.")})
    answer, name = request.form["credential"], form.name.data or ""
    with database().all_clinics(because=CROSSES) as db:
        codes = passkeys.add(db, person, answer, name, _place(), clock.now())
        tell_change(db, person.person_id, _("A passkey was added: %(name)s.", name=name))
        let_in(db, person)
    said(_("The passkey is kept."))
    return show_codes(codes)


@blueprint.post("/me/passkeys/<uuid:passkey_id>/remove")
@requires(Permission.OWN_ACCOUNT)
@proven
def remove_passkey(passkey_id: UUID) -> ResponseReturnValue:
    """Remove one of one's own passkeys."""
    with database().all_clinics(because=CROSSES) as db:
        passkeys.remove(db, acting(), passkey_id)
        tell_change(db, acting().person_id, _("A passkey was removed."))
    said(_("The passkey is removed."))
    return redirect(url_for("accounts.second_factor_page"), 303)
