"""Pages of what a program said over time, its pauses and its end."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rehab_tracker.accounts.policy import treats
from rehab_tracker.accounts.queries import PatientCard, patient_card
from rehab_tracker.domain.permission import Permission
from rehab_tracker.domain.week import local_day
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.access import requires
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.dates import short_day
from rehab_tracker.foundation.db import commits, current
from rehab_tracker.foundation.errors import NotVisible, Refused
from rehab_tracker.foundation.pages import said, show_refusal
from rehab_tracker.programs import actions, news, pausing, queries
from rehab_tracker.programs.actions import PauseProgram
from rehab_tracker.programs.blueprint import blueprint
from rehab_tracker.programs.changes import changes_by_version
from rehab_tracker.programs.forms import (
    DaysOffForm,
    EndForm,
    MyPauseForm,
    PauseForm,
)
from rehab_tracker.programs.holding import is_hold
from rehab_tracker.programs.models import Program
from rehab_tracker.programs.plans import dose_of, version_row_on
from rehab_tracker.programs.policy import require_treating

_DAY = timedelta(days=1)


@blueprint.get("/patients/<uuid:patient_id>/programs/<uuid:program_id>")
@requires(Permission.PATIENT_READ)
def versions(patient_id: UUID, program_id: UUID) -> ResponseReturnValue:
    """Show everything a program ever said, its pauses and its end."""
    card = patient_card(current(), patient_id)
    return _history(card, queries.program(current(), patient_id, program_id))


def _history(
    card: PatientCard,
    program: Program,
    *,
    pause: PauseForm | None = None,
    end: EndForm | None = None,
    refused: Refused | None = None,
) -> ResponseReturnValue:
    today = clock.today(card.zone)
    page = render_template(
        "programs/versions.html",
        patient=card,
        program=program,
        today=today,
        last_on=program.ends_before and program.ends_before - _DAY,
        in_force=version_row_on(program, today),
        days={v.id: local_day(v.created_at, acting().zone) for v in program.versions},
        changes=changes_by_version(program.versions),
        names=_authors(program),
        may_change=treats(acting(), card),
        **_paused([program], today),
        paused_count=queries.paused_count(current(), card.id, today),
        logged_today=card.patient.last_logged_on == today,
        pause=pause or PauseForm(formdata=None, first_on=_first_day(card, today), scope="this"),
        end=end or EndForm(formdata=None, last_on=today),
        refused=refused,
        dose_of=dose_of,
    )
    wrong = pause or end or refused
    return page, refused.status if refused else 422 if wrong else 200


def _first_day(card: PatientCard, today: date) -> date:
    """Return the day on which a pause begins, unless told otherwise; a session keeps its day."""
    return today + _DAY if card.patient.last_logged_on == today else today


def _authors(program: Program) -> Mapping[UUID, str]:
    authors = {version.created_by for version in program.versions}
    return queries.names_of(current(), authors | {pause.created_by for pause in program.pauses})


def _paused(programs: Sequence[Program], today: date) -> Mapping[str, Any]:
    left = pausing.to_resume(programs, today)
    return {"left": left, "paused_today": any(pause.first_on <= today for _program, pause in left)}


def _theirs(patient_id: UUID, program_id: UUID) -> tuple[PatientCard, Program]:
    """Return a program to change; only for the patient's own physio."""
    card = patient_card(current(), patient_id)
    require_treating(acting(), card)
    return card, queries.program(current(), patient_id, program_id)


def _to_history(program: Program) -> ResponseReturnValue:
    address = url_for(".versions", patient_id=program.patient_id, program_id=program.id)
    return redirect(address, 303)


@blueprint.post("/patients/<uuid:patient_id>/programs/<uuid:program_id>/pause")
@requires(Permission.PROGRAM_ADJUST)
@commits
def pause(patient_id: UUID, program_id: UUID) -> ResponseReturnValue:
    """Pause one program of a patient, or all of them."""
    card, program = _theirs(patient_id, program_id)
    form = PauseForm()
    if not form.validate():
        return _history(card, program, pause=form)
    whose = patient_id, program_id if form.scope.data == "this" else None
    command = _pause_command(form, form.first_on.day, form.last_on.data, *whose)
    try:
        actions.pause_programs(
            current(), acting(), command, today=clock.today(card.zone), now=clock.now()
        )
    except Refused as refused:
        show_refusal(form, refused)
        return _history(card, program, pause=form)
    said(_("Paused. Nothing is due on these days."))
    return _to_history(program)


def _pause_command(
    form: DaysOffForm,
    first_on: date,
    last_on: date | None,
    patient_id: UUID,
    program_id: UUID | None = None,
) -> PauseProgram:
    return PauseProgram(
        patient_id=patient_id,
        program_id=program_id,
        first_on=first_on,
        last_on=last_on,
        reason=form.reason.data,
        note=form.note.data or "",
    )


@blueprint.post("/patients/<uuid:patient_id>/programs/<uuid:program_id>/resume")
@requires(Permission.PROGRAM_ADJUST)
@commits
def resume(patient_id: UUID, program_id: UUID) -> ResponseReturnValue:
    """Let a paused program go on from today, or with it all that are paused."""
    card, program = _theirs(patient_id, program_id)
    every = request.form.get("scope") == "all"
    try:
        resumed = actions.resume_programs(
            current(),
            acting(),
            patient_id,
            None if every else program_id,
            today=clock.today(card.zone),
        )
    except Refused as refused:
        return _history(card, program, refused=refused)
    said(_("Resumed: %(titles)s.", titles=", ".join(one.title for one in resumed)))
    if every:
        return redirect(url_for("progress.patient", patient_id=patient_id), 303)
    return _to_history(program)


@blueprint.post("/patients/<uuid:patient_id>/programs/<uuid:program_id>/end")
@requires(Permission.PROGRAM_ADJUST)
@commits
def end(patient_id: UUID, program_id: UUID) -> ResponseReturnValue:
    """End a program after a day."""
    card, program = _theirs(patient_id, program_id)
    form = EndForm()
    if not form.validate():
        return _history(card, program, end=form)
    try:
        actions.end_program(
            current(),
            acting(),
            program_id,
            form.last_on.day + _DAY,
            form.reason.data or "",
            today=clock.today(card.zone),
        )
    except Refused as refused:
        show_refusal(form, refused)
        return _history(card, program, end=form)
    said(_("Saved. The last day is %(day)s.", day=short_day(form.last_on.day)))
    return _to_history(program)


def _own_id() -> UUID:
    patient_id = acting().patient_id
    if patient_id is None:
        raise NotVisible
    return patient_id


@blueprint.route("/pause", methods=["GET", "POST"])
@requires(Permission.PAUSE_OWN)
@commits
def my_pause() -> ResponseReturnValue:
    """Let patients pause everything for some days."""
    form = _my_pause_form()
    if request.method == "GET" or not form.validate():
        return _my_pause(form)
    first_on, last_on = form.days()
    command = _pause_command(form, first_on, last_on, _own_id())
    today = clock.today(acting().zone)
    try:
        actions.pause_programs(current(), acting(), command, today=today, now=clock.now())
    except Refused as refused:
        show_refusal(form, Refused(form.where_told(refused.problems)))
        return _my_pause(form)
    days = {"first": short_day(first_on), "last": short_day(last_on)}
    if first_on == last_on:
        said(_("Paused on %(first)s. Nothing is due on that day.", **days))
    else:
        said(_("Paused from %(first)s to %(last)s. Nothing is due on these days.", **days))
    return redirect(url_for("logbook.today"), 303)


def _my_pause_form(**options: Any) -> MyPauseForm:
    today = clock.today(acting().zone)
    begins = _first_day(patient_card(current(), _own_id()), today)
    return MyPauseForm(begins, today, **options)


def _my_pause(form: MyPauseForm, refused: Refused | None = None) -> ResponseReturnValue:
    today = clock.today(acting().zone)
    programs = queries.programs_of(current(), _own_id())
    page = render_template(
        "programs/my_pause.html",
        form=form,
        refused=refused,
        running=[p for p in programs if p.ends_before is None or p.ends_before > today],
        held=any(is_hold(pause) and pause.last_on is None for p in programs for pause in p.pauses),
        **_paused(programs, today),
    )
    return page, 422 if form.errors or refused else 200


@blueprint.post("/programs/seen")
@requires(Permission.LOG_WRITE)
@commits
def see_news() -> ResponseReturnValue:
    """Note that patients have seen what changed, as their page showed it."""
    news.see_news(current(), acting(), _seen_numbers(), now=clock.now())
    return redirect(url_for("logbook.today"), 303)


def _seen_numbers() -> Mapping[UUID, int]:
    """Return the versions that a page showed, by program; what cannot be read was not seen."""
    shown = (pair.partition(":") for pair in request.form.getlist("seen"))
    try:
        return {UUID(program): int(number) for program, _sign, number in shown}
    except ValueError:
        return {}


@blueprint.post("/pause/end")
@requires(Permission.PAUSE_OWN)
@commits
def my_resume() -> ResponseReturnValue:
    """Let patients go on from today."""
    today = clock.today(acting().zone)
    try:
        actions.resume_programs(current(), acting(), _own_id(), today=today)
    except Refused as refused:
        return _my_pause(_my_pause_form(formdata=None), refused)
    said(_("Welcome back. Your program goes on from today."))
    return redirect(url_for("logbook.today"), 303)
