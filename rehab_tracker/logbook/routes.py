"""The patient's day, log and history, and what the staff read of them."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rehab_tracker.accounts.policy import treats
from rehab_tracker.accounts.queries import patient_card
from rehab_tracker.domain.pain import Color
from rehab_tracker.domain.permission import Permission
from rehab_tracker.domain.week import local_day
from rehab_tracker.exercises.queries import by_id
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.access import requires
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.db import commits, current
from rehab_tracker.foundation.errors import Refused, Stale
from rehab_tracker.foundation.pages import said, show_refusal
from rehab_tracker.logbook import (
    actions,
    guided_routes,
    queries,
    sync_routes,
    treatments,
    warning_routes,
    words,
)
from rehab_tracker.logbook.actions import own_record
from rehab_tracker.logbook.blueprint import blueprint
from rehab_tracker.logbook.cards import LogPage, as_logged, begun, cards_of
from rehab_tracker.logbook.checks import EFFORT_MAX, LATE_DAYS, NOTE_MAX
from rehab_tracker.logbook.forms import TreatmentForm, read_log, whole_number
from rehab_tracker.logbook.history import history_of, limits_of
from rehab_tracker.logbook.models import LoggedSession, TreatmentKind
from rehab_tracker.logbook.revisions import content_of
from rehab_tracker.logbook.today import asks_for_signs, today_of
from rehab_tracker.logbook.weekly import TellWeek, tell_week
from rehab_tracker.programs import queries as programs
from rehab_tracker.programs.models import Program, ProgramVersion
from rehab_tracker.programs.pausing import days_of
from rehab_tracker.programs.plans import version_row_on
from rehab_tracker.programs.words import PAUSE_NAMES, TURN_NAMES
from rehab_tracker.safety import queries as safety

__all__ = ["blueprint", "guided_routes", "sync_routes", "warning_routes"]


@blueprint.get("/today")
@requires(Permission.OWN_RECORD_READ)
def today() -> ResponseReturnValue:
    """Show what the day asks for."""
    return _today()


def _today(told: TellWeek | None = None, refused: Refused | None = None) -> ResponseReturnValue:
    actor = acting()
    page = render_template(
        "logbook/today.html",
        page=today_of(current(), actor, own_record(actor), clock.now()),
        pause_names=PAUSE_NAMES,
        pause_days=days_of,
        turn_names=TURN_NAMES,
        told=told,
        problems=refused.problems if refused else {},
    )
    return page, refused.status if refused else 200


@blueprint.post("/morning")
@requires(Permission.LOG_WRITE)
@commits
def answer_morning() -> ResponseReturnValue:
    """Keep the pain of this morning."""
    score = whole_number(request.form.get("pain", ""))
    try:
        on_day = date.fromisoformat(request.form.get("on_day", ""))
    except ValueError:
        on_day = date.min
    if score is None:
        raise Refused({"pain": _("Please choose a number from 0 to 10.")})
    actions.answer_morning(current(), acting(), on_day, score, now=clock.now())
    said(_("Thank you. This morning: %(score)s of 10.", score=score))
    return redirect(url_for("logbook.today"), 303)


@blueprint.post("/week")
@requires(Permission.LOG_WRITE)
@commits
def answer_week() -> ResponseReturnValue:
    """Keep the worst and usual pain of a week."""
    scores = (whole_number(request.form.get(name, "")) for name in ("worst", "usual"))
    told = TellWeek(_asked_week(), *scores)
    try:
        tell_week(current(), acting(), told, now=clock.now())
    except Refused as refused:
        return _today(told, refused)
    said(_("Thank you. You can change it until the week closes."))
    return redirect(url_for("logbook.today"), 303)


def _asked_week() -> date:
    try:
        return date.fromisoformat(request.form.get("first_on", ""))
    except ValueError:
        return date.min


@blueprint.get("/log/<uuid:program_id>")
@requires(Permission.LOG_WRITE)
def log(program_id: UUID) -> ResponseReturnValue:
    """Ask what was done; `?done=all` begins with everything done, `?day=` with another day."""
    db, actor, now = current(), acting(), clock.now()
    program = programs.program(db, own_record(actor), program_id)
    day = _asked_day() or local_day(now, actor.zone)
    version = version_row_on(program, day) or program.versions[0]
    cards = cards_of(version)
    check = queries.morning_check(db, program.patient_id, local_day(now, actor.zone))
    values = begun(
        cards,
        now,
        actor.zone,
        all_done=request.args.get("done") == "all",
        morning=check.pain if check else None,
    )
    values["day"] = day.isoformat()
    before = queries.sessions_of(db, program.patient_id, day, day)
    logged = [session for session in before if session.program_id == program.id]
    return _log_page(program, version, values, morning=check, logged=logged, zone=actor.zone)


def _asked_day() -> date | None:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None


def _log_page(
    program: Program,
    version: ProgramVersion,
    values: Mapping[str, str],
    refused: Refused | None = None,
    session: LoggedSession | None = None,
    **shown: Any,
) -> ResponseReturnValue:
    page = LogPage(
        program=program,
        version=version,
        cards=cards_of(version, session),
        values=values,
        today=clock.today(acting().zone),
        days_back=LATE_DAYS,
        own_day=session.performed_on if session else None,
        problems=refused.problems if refused else {},
    )
    limits = {"effort_max": EFFORT_MAX, "note_max": NOTE_MAX}
    html = render_template("logbook/log.html", page=page, session=session, **limits, **shown)
    return html, refused.status if refused else 200


@blueprint.post("/log/<uuid:program_id>")
@requires(Permission.LOG_WRITE)
@commits
def save_log(program_id: UUID) -> ResponseReturnValue:
    """Keep a session, and lead to its light."""
    db, actor, values = current(), acting(), request.form.to_dict()
    try:
        command = read_log(values, program_id, actor.zone)
        row = actions.log_session(db, actor, command, now=clock.now())
    except Refused as refused:
        program = programs.program(db, own_record(actor), program_id)
        return _log_page(program, _version_seen(program, values), values, refused)
    return redirect(url_for("logbook.logged", session_id=row.id), 303)


def _version_seen(program: Program, values: Mapping[str, str]) -> ProgramVersion:
    """Return the version that a sent form showed, so that all that was typed finds its place."""
    seen = whole_number(values.get("version", ""))
    return next((v for v in program.versions if v.number == seen), program.versions[-1])


@blueprint.get("/log/<uuid:session_id>/light")
@requires(Permission.OWN_RECORD_READ)
def logged(session_id: UUID) -> ResponseReturnValue:
    """Show the light of a session and what comes next."""
    actor = acting()
    patient_id = own_record(actor)
    shown = _session_shown(patient_id, session_id, actor.zone)
    asks = asks_for_signs(shown["session"], shown["light"])
    if asks or shown["light"].color is Color.STOP:
        shown["check"] = safety.standing_of(current(), patient_id).of_sessions.get(session_id)
    return render_template("logbook/logged.html", asks=asks, **shown)


def _session_shown(patient_id: UUID, session_id: UUID, zone: Any) -> dict[str, Any]:
    db, now = current(), clock.now()
    session = queries.session_of(db, patient_id, session_id)
    limits = limits_of(db, {session.version_id})
    mornings = queries.mornings_about(db, patient_id, [session])
    sore = by_id(db, [session.sore_exercise_id]) if session.sore_exercise_id else {}
    return {
        "session": session,
        "limits": limits[session.version_id],
        "light": queries.lights_of([session], limits, mornings, zone, now)[session.id],
        "today": local_day(now, zone),
        "zone": zone,
        "sore": next((exercise.name for exercise in sore.values()), None),
    }


@blueprint.get("/history")
@requires(Permission.OWN_RECORD_READ)
def history() -> ResponseReturnValue:
    """List everything that was logged, newest first."""
    actor, now = acting(), clock.now()
    older_than = request.args.get("older_than", type=UUID)
    found = history_of(current(), own_record(actor), actor.zone, now, older_than)
    day = local_day(now, actor.zone)
    return render_template("logbook/history.html", history=found, today=day)


@blueprint.get("/history/<uuid:session_id>")
@requires(Permission.OWN_RECORD_READ)
def entry(session_id: UUID) -> ResponseReturnValue:
    """Show one session in full, with how it read before."""
    actor = acting()
    shown = _entry_shown(own_record(actor), session_id, actor.zone)
    return render_template("logbook/entry.html", **shown)


def _entry_shown(patient_id: UUID, session_id: UUID, zone: Any) -> dict[str, Any]:
    shown = _session_shown(patient_id, session_id, zone)
    earlier = queries.revisions_of(current(), session_id)
    beside = queries.conflicts_of(current(), session_id)
    before = [one.content for one in earlier]
    contents = [content_of(shown["session"]), *before, *(one.content for one in beside)]
    told = {UUID(done["exercise_id"]) for content in contents for done in content["exercises"]}
    sore = {UUID(c["sore_exercise_id"]) for c in contents if c["sore_exercise_id"]}
    names = {str(key): found.name for key, found in by_id(current(), told | sore).items()}
    now, *read = [words.lines_of(content, names) for content in contents]
    return shown | {
        "lines": now,
        "earlier": words.with_changes(now, list(zip(earlier, read, strict=False))),
        "beside": list(zip(beside, read[len(earlier) :], strict=True)),
    }


@blueprint.get("/history/<uuid:session_id>/correct")
@requires(Permission.LOG_WRITE)
def correct(session_id: UUID) -> ResponseReturnValue:
    """Show a session in the form, to change what it says."""
    db, patient_id = current(), own_record(acting())
    session = queries.session_of(db, patient_id, session_id)
    if session.withdrawn_at:
        raise Stale({"": _("This session was withdrawn.")})
    program = programs.program(db, patient_id, session.program_id)
    version = next(v for v in program.versions if v.id == session.version_id)
    values = as_logged(cards_of(version, session), session)
    return _log_page(program, version, values, session=session)


@blueprint.post("/history/<uuid:session_id>/correct")
@requires(Permission.LOG_WRITE)
@commits
def save_correction(session_id: UUID) -> ResponseReturnValue:
    """Let a session say something else, and keep what it said."""
    db, actor, values = current(), acting(), request.form.to_dict()
    session = queries.session_of(db, own_record(actor), session_id)
    try:
        command = read_log(values, session.program_id, actor.zone)
        revision = whole_number(values.get("revision", "")) or 0
        actions.correct_session(db, actor, session_id, command, revision=revision, now=clock.now())
    except Refused as refused:
        program = programs.program(db, session.patient_id, session.program_id)
        version = _version_seen(program, values)
        return _log_page(program, version, values, refused, session)
    said(_("Corrected. The earlier version is kept."))
    return redirect(url_for("logbook.logged", session_id=session_id), 303)


@blueprint.post("/history/<uuid:session_id>/withdraw")
@requires(Permission.LOG_WRITE)
@commits
def withdraw(session_id: UUID) -> ResponseReturnValue:
    """Take a session back."""
    revision = whole_number(request.form.get("revision", "")) or 0
    actions.withdraw_session(current(), acting(), session_id, revision=revision, now=clock.now())
    said(_("Withdrawn. It no longer counts; your physio can still read it."))
    return redirect(url_for("logbook.history"), 303)


@blueprint.get("/patients/<uuid:patient_id>/log")
@requires(Permission.PATIENT_READ)
def patient_history(patient_id: UUID) -> ResponseReturnValue:
    """List what a patient logged."""
    db, now = current(), clock.now()
    card = patient_card(db, patient_id)
    older_than = request.args.get("older_than", type=UUID)
    return render_template(
        "logbook/patient_history.html",
        card=card,
        history=history_of(db, patient_id, card.zone, now, older_than),
        today=local_day(now, card.zone),
        treats=treats(acting(), card),
    )


@blueprint.get("/patients/<uuid:patient_id>/log/<uuid:session_id>")
@requires(Permission.PATIENT_READ)
def patient_entry(patient_id: UUID, session_id: UUID) -> ResponseReturnValue:
    """Show one session of a patient in full, with how it read before and what changed."""
    card = patient_card(current(), patient_id)
    shown = _entry_shown(patient_id, session_id, card.zone)
    return render_template("logbook/patient_entry.html", card=card, **shown)


@blueprint.get("/patients/<uuid:patient_id>/treatments")
@requires(Permission.PATIENT_READ)
def treatments_list(patient_id: UUID) -> ResponseReturnValue:
    """List a patient's clinic treatments, and ask for another one."""
    day = clock.today(acting().zone)
    return _treatments(patient_id, TreatmentForm(formdata=None, on_day=day))


def _treatments(
    patient_id: UUID, form: TreatmentForm, refused: Refused | None = None
) -> ResponseReturnValue:
    card = patient_card(current(), patient_id)
    if refused:
        show_refusal(form, refused)
    html = render_template(
        "logbook/treatments.html",
        card=card,
        form=form,
        treats=treats(acting(), card),
        treatments=queries.treatments_of(current(), patient_id, date.min, date.max)[::-1],
    )
    return html, refused.status if refused else 422 if form.errors else 200


@blueprint.post("/patients/<uuid:patient_id>/treatments")
@requires(Permission.TREATMENT_WRITE)
@commits
def treat(patient_id: UUID) -> ResponseReturnValue:
    """Write down what was done in the clinic."""
    form = TreatmentForm()
    if not form.validate():
        return _treatments(patient_id, form)
    assert form.on_day.data
    command = treatments.RecordTreatment(
        form.on_day.data, TreatmentKind(form.kind.data), (form.note.data or "").strip()
    )
    card = patient_card(current(), patient_id)
    try:
        treatments.record_treatment(current(), acting(), card, command, now=clock.now())
    except Refused as refused:
        return _treatments(patient_id, form, refused)
    said(_("Recorded. It marks the patient's charts from now on."))
    return redirect(url_for("progress.patient", patient_id=patient_id), 303)


@blueprint.post("/patients/<uuid:patient_id>/treatments/<uuid:treatment_id>/withdraw")
@requires(Permission.TREATMENT_WRITE)
@commits
def withdraw_treatment(patient_id: UUID, treatment_id: UUID) -> ResponseReturnValue:
    """Delete a treatment that was written down by mistake."""
    card = patient_card(current(), patient_id)
    treatments.withdraw_treatment(current(), acting(), card, treatment_id)
    said(_("Removed."))
    return redirect(url_for("logbook.treatments_list", patient_id=patient_id), 303)
