"""Staff read what patients told of warning signs, clear holds, and set the numbers for help."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rehab_tracker.accounts.policy import treats
from rehab_tracker.accounts.queries import PatientCard, patient_card
from rehab_tracker.domain.permission import Permission
from rehab_tracker.domain.red_flags import in_order
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.access import requires
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.db import commits, current
from rehab_tracker.foundation.errors import Refused
from rehab_tracker.foundation.pages import said, show_refusal
from rehab_tracker.programs.queries import names_of
from rehab_tracker.safety import actions, queries, words
from rehab_tracker.safety.forms import ClearForm, NumbersForm
from rehab_tracker.safety.numbers import dialed

blueprint = Blueprint("safety", __name__, template_folder="templates")


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    """Let every page that shows a warning sign say its words."""
    return {"safety": words, "dialed": dialed, "signs_in_order": in_order}


@blueprint.get("/patients/<uuid:patient_id>/safety")
@requires(Permission.PATIENT_READ)
def checks(patient_id: UUID) -> ResponseReturnValue:
    """List what a patient told of warning signs, and let the assigned physio clear a hold."""
    return _checks(patient_card(current(), patient_id), ClearForm(formdata=None))


def _checks(
    card: PatientCard, form: ClearForm, refused: Refused | None = None
) -> ResponseReturnValue:
    if refused:
        show_refusal(form, refused)
    found = queries.checks_of(current(), card.id)
    page = render_template(
        "safety/checks.html",
        card=card,
        checks=found,
        holding=[check for check in found if check.holds],
        names=names_of(current(), {check.cleared_by for check in found if check.cleared_by}),
        form=form,
        note_max=actions.NOTE_MAX,
        treats=treats(acting(), card),
        may_take_over=acting().may(Permission.PATIENT_TAKE_OVER),
    )
    return page, refused.status if refused else 422 if form.errors else 200


@blueprint.post("/patients/<uuid:patient_id>/safety")
@requires(Permission.HOLD_CLEAR)
@commits
def clear(patient_id: UUID) -> ResponseReturnValue:
    """End a hold with a note."""
    card, form = patient_card(current(), patient_id), ClearForm()
    if not form.validate():
        return _checks(card, form)
    try:
        actions.clear_hold(
            current(),
            acting(),
            card,
            form.note.data or "",
            seen=_seen(form.seen.data),
            today=clock.today(card.zone),
            now=clock.now(),
        )
    except Refused as refused:
        return _checks(card, form, refused)
    said(_("Cleared. The programs go on from today."))
    return redirect(url_for("progress.patient", patient_id=patient_id), 303)


def _seen(typed: str | None) -> UUID:
    try:
        return UUID(typed or "")
    except ValueError:
        return UUID(int=0)


@blueprint.route("/clinic/numbers", methods=["GET", "POST"])
@requires(Permission.CLINIC_NUMBERS)
@commits
def numbers() -> ResponseReturnValue:
    """Set whom the clinic's patients call when something feels wrong."""
    form = NumbersForm(obj=queries.numbers_of(current(), acting().clinic_id))
    if request.method == "GET":
        return render_template("safety/numbers.html", form=form)
    try:
        if form.validate():
            actions.set_numbers(current(), acting(), form.numbers(), now=clock.now())
            said(_("Saved. Patients see these numbers from now on."))
            return redirect(url_for("safety.numbers"), 303)
    except Refused as refused:
        show_refusal(form, refused)
    return render_template("safety/numbers.html", form=form), 422
