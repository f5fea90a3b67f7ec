"""A patient's rights over their record, each at two addresses: their own, and the manager's."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rehab_tracker.accounts import actions as accounts
from rehab_tracker.accounts.proof import proven
from rehab_tracker.accounts.queries import patient_card
from rehab_tracker.domain.permission import Permission
from rehab_tracker.domain.week import local_day
from rehab_tracker.foundation import audit, clock
from rehab_tracker.foundation.access import answers_json, requires, saved_as_file
from rehab_tracker.foundation.actor import acting, somebody
from rehab_tracker.foundation.db import commits, current, database
from rehab_tracker.foundation.errors import NotVisible, RecordRestricted, Refused
from rehab_tracker.foundation.pages import error_page, said, show_refusal
from rehab_tracker.rights import actions
from rehab_tracker.rights.belonging import whose
from rehab_tracker.rights.export import archive
from rehab_tracker.rights.forms import HoldForm, OwnWordsForm
from rehab_tracker.rights.letters import Letters
from rehab_tracker.rights.queries import state_of

blueprint = Blueprint("rights", __name__, template_folder="templates")

_OF_PATIENT = "/patients/<uuid:patient_id>/data"
OfPatient = Callable[[UUID], ResponseReturnValue]


def for_both(path: str, method: str) -> Callable[[OfPatient], OfPatient]:
    """Answer at the patient's own address and at the manager's; changes ask for the password.

    The view `export` is the manager's endpoint, `export_mine` the patient's.
    """

    def register(view: OfPatient) -> OfPatient:
        guarded = proven(commits(view)) if method == "POST" else view

        @wraps(view)
        def own() -> ResponseReturnValue:
            return guarded(_own_id())

        @wraps(view)
        def of_patient(patient_id: UUID) -> ResponseReturnValue:
            return guarded(patient_id)

        name, methods = view.__name__, [method]
        for_patient = requires(Permission.RIGHTS_OWN)(own)
        for_manager = requires(Permission.RIGHTS_MANAGE)(of_patient)
        blueprint.add_url_rule(f"/me/data{path}", f"{name}_mine", for_patient, methods=methods)
        blueprint.add_url_rule(f"{_OF_PATIENT}{path}", name, for_manager, methods=methods)
        return view

    return register


def _own_id() -> UUID:
    patient_id = acting().patient_id
    if patient_id is None:
        raise NotVisible
    return patient_id


def _address(patient_id: UUID) -> Callable[[str], str]:
    """Return the addresses of a record's pages and deeds, for whoever acts."""

    def address(endpoint: str) -> str:
        if acting().patient_id == patient_id:
            return url_for(f"rights.{endpoint}_mine")
        return url_for(f"rights.{endpoint}", patient_id=patient_id)

    return address


@blueprint.app_errorhandler(RecordRestricted)
def restricted(problem: RecordRestricted) -> ResponseReturnValue:
    """Say that a record is kept, but not used, and who can change that."""
    actor = somebody()
    if actor is None or answers_json():
        return error_page(403)
    if actor.restricted and request.method == "GET":
        return redirect(url_for("rights.record_mine"), 303)
    patient_id = (request.view_args or {}).get("patient_id")
    page = render_template("rights/restricted.html", problem=problem, patient_id=patient_id)
    return page, 403


@for_both("", "GET")
def record(patient_id: UUID) -> ResponseReturnValue:
    """Show what is kept about a patient and what can be asked for."""
    return _page(patient_id)


def _page(patient_id: UUID, words: OwnWordsForm | None = None, hold: HoldForm | None = None) -> str:
    state = state_of(current(), patient_id)
    own = acting().patient_id == patient_id
    return render_template(
        "rights/mine.html" if own else "rights/of_patient.html",
        state=state,
        address=_address(patient_id),
        words=words or OwnWordsForm(formdata=None, obj=state.card.patient),
        hold=hold or HoldForm(formdata=None),
        days=_grace().days,
    )


def _grace() -> timedelta:
    return timedelta(days=current_app.config["SETTINGS"].erasure_days)


@blueprint.post("/me/profile")
@requires(Permission.RIGHTS_OWN)
@commits
def correct_profile() -> ResponseReturnValue:
    """Correct what one says of oneself."""
    patient_card(current(), _own_id())
    form = OwnWordsForm()
    if not form.validate():
        return _page(_own_id(), words=form), 422
    accounts.correct_own_profile(current(), acting(), form.profile(), clock.now())
    said(_("Saved. How it read before is kept with your record."))
    return redirect(url_for("rights.record_mine"), 303)


@for_both("/export", "POST")
@saved_as_file("/export")
def export(patient_id: UUID) -> ResponseReturnValue:
    """Send everything about a patient."""
    now, clinic_id = clock.now(), acting().clinic_id
    # What takes long is read apart, so that nobody waits who writes; the deed is short.
    with database().session(reads_only=True, clinic_id=clinic_id) as db:
        state_of(db, patient_id)
        with database().all_clinics(
            because="an account may be others' too", reads_only=True
        ) as far:
            who = whose(far, patient_id)
        if who is None:
            raise NotVisible
        files = archive(db, who, now)
    audit.record(current(), acting(), "record.exported", patient_id=patient_id)
    name = f"rehab-tracker-{local_day(now, acting().zone)}.zip"
    answer = send_file(files, "application/zip", as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"  # in place of the one for files
    return answer


@for_both("/restrict", "POST")
def restrict(patient_id: UUID) -> ResponseReturnValue:
    """Keep a record, but use it no longer."""
    actions.restrict(current(), acting(), patient_id, clock.now(), letters=_letters())
    said(_("The record is kept, but nobody uses it until the restriction is lifted."))
    return _back(patient_id)


@for_both("/use-again", "POST")
def use_again(patient_id: UUID) -> ResponseReturnValue:
    """Lift the restriction of a record."""
    actions.use_again(current(), acting(), patient_id, letters=_letters())
    said(_("The restriction is lifted. Everything goes on where it was."))
    return _back(patient_id)


@for_both("/erase", "GET")
def confirm_erase(patient_id: UUID) -> ResponseReturnValue:
    """Say what erasing does, before it is asked for."""
    state = state_of(current(), patient_id)
    return render_template(
        "rights/erase.html",
        state=state,
        own=acting().patient_id == patient_id,
        address=_address(patient_id),
        erased_on=local_day(clock.now() + _grace(), state.card.zone),
    )


@for_both("/erase", "POST")
def erase(patient_id: UUID) -> ResponseReturnValue:
    """Ask that everything about a patient is erased."""
    actions.ask_erasure(
        current(), acting(), patient_id, clock.now(), grace=_grace(), letters=_letters()
    )
    said(_("Asked. Nothing is erased before that day, and it can be taken back until then."))
    return _back(patient_id)


@for_both("/keep", "POST")
def keep(patient_id: UUID) -> ResponseReturnValue:
    """Take the wish to erase a patient back."""
    actions.take_erasure_back(current(), acting(), patient_id, clock.now(), letters=_letters())
    said(_("Taken back. Nothing was erased."))
    return _back(patient_id)


@blueprint.post(f"{_OF_PATIENT}/hold")
@requires(Permission.RIGHTS_MANAGE)
@proven
@commits
def hold(patient_id: UUID) -> ResponseReturnValue:
    """Note that a record has to be kept, whatever is asked for."""
    state_of(current(), patient_id)
    form, status = HoldForm(), 422
    try:
        if form.validate():
            why = form.reason.data or ""
            actions.hold(current(), acting(), patient_id, why, clock.now(), letters=_letters())
            said(_("Noted. The record is not erased until you lift this; the patient sees why."))
            return _back(patient_id)
    except Refused as refused:
        show_refusal(form, refused)
        status = refused.status
    return _page(patient_id, hold=form), status


@blueprint.post(f"{_OF_PATIENT}/let-go")
@requires(Permission.RIGHTS_MANAGE)
@proven
@commits
def let_go(patient_id: UUID) -> ResponseReturnValue:
    """Note that nothing keeps a record any more."""
    actions.let_go(current(), acting(), patient_id, clock.now())
    said(_("Noted. The record need not be kept any more."))
    return _back(patient_id)


def _letters() -> Letters:
    settings = current_app.config["SETTINGS"]
    address = settings.public_url + url_for("rights.record_mine")
    return Letters(address, leave=settings.smtp_url is not None)


def _back(patient_id: UUID) -> ResponseReturnValue:
    return redirect(_address(patient_id)("record"), 303)
