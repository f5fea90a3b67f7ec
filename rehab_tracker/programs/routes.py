"""Pages on which a physio assigns and adjusts programs."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rehab_tracker.accounts.queries import patient_card
from rehab_tracker.domain.pain import Profile
from rehab_tracker.domain.permission import Permission
from rehab_tracker.exercises import queries as exercises
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.access import requires
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.dates import short_day
from rehab_tracker.foundation.db import commits, current
from rehab_tracker.foundation.errors import NotVisible, Refused, Stale
from rehab_tracker.foundation.pages import said, show_refusal, typed_again
from rehab_tracker.programs import actions, history_routes, queries
from rehab_tracker.programs.actions import AdjustProgram, AssignProgram
from rehab_tracker.programs.blueprint import blueprint
from rehab_tracker.programs.changes import changes_between
from rehab_tracker.programs.desk import (
    Desk,
    drafts,
    drafts_of_items,
    rows_of_drafts,
    rows_of_items,
)
from rehab_tracker.programs.forms import (
    AdjustForm,
    AssignForm,
    ContentForm,
)
from rehab_tracker.programs.models import Program
from rehab_tracker.programs.plans import content_of, usual_limits
from rehab_tracker.programs.policy import require_treating
from rehab_tracker.programs.rows import ItemRow, mark, typed_rows
from rehab_tracker.programs.starters import Starter, StarterProgram, starter, starters
from rehab_tracker.programs.words import PROFILE_USES

__all__ = ["blueprint", "history_routes"]
_DAY = timedelta(days=1)


def _desk(patient_id: UUID) -> Desk:
    """Return what a program is built with; only for the patient's own physio."""
    card = patient_card(current(), patient_id)
    require_treating(acting(), card)
    return Desk(card, exercises.library(current()), clock.today(card.zone))


@blueprint.route("/patients/<uuid:patient_id>/programs/new", methods=["GET", "POST"])
@requires(Permission.PROGRAM_ASSIGN)
@commits
def new(patient_id: UUID) -> ResponseReturnValue:
    """Offer the templates; then let one of them, or nothing, become a program."""
    desk = _desk(patient_id)
    slug = request.args.get("template")
    if slug is None:
        return render_template("programs/new.html", desk=desk, starters=starters(desk.library))
    template = starter(desk.library, slug) if slug else None
    if request.method == "POST":
        return _assign(desk, template)
    form = AssignForm(starts_on=desk.today, **_defaults(template))
    return _builder(desk, form, _first_rows(template), template=template)


def _part() -> int:
    return max(1, request.args.get("part", 1, int))


def _present(template: Starter | None) -> StarterProgram | None:
    """Return the template's program that this page is about."""
    if template is None:
        return None
    if _part() > len(template.programs):
        raise NotVisible
    return template.programs[_part() - 1]


def _defaults(template: Starter | None) -> dict[str, Any]:
    program = _present(template)
    if template is None or program is None:
        return {"sessions_per_week": 3, "pain_profile": "standard"}
    return {
        "title": program.title,
        "sessions_per_week": program.sessions_per_week,
        "pain_profile": template.template.pain_profile,
    }


def _first_rows(template: Starter | None) -> list[ItemRow]:
    program = _present(template)
    return rows_of_items(program.items) if program else []


def _assign(desk: Desk, template: Starter | None) -> ResponseReturnValue:
    form, rows, wish = AssignForm(), typed_rows(request.form.items()), _wish("save")
    shown: dict[str, Any] = {"template": template}
    _present(template)
    if not wish.startswith("save"):
        return _builder(desk, form, desk.after(rows, wish, _adding()), **shown)
    command = _assignment(form, rows, desk, template)
    if command is None:
        return _builder(desk, form, rows, status=422, **shown)
    following = list(_following(command, template))
    try:
        for wanted in (command, *(following if wish == "save-all" else ())):
            _assign_one(wanted, desk)
    except Refused as refused:
        return _refused(desk, form, rows, refused, **shown)
    if following and wish == "save":
        return redirect(url_for(".new", **_next_part(desk)), 303)
    return redirect(url_for("progress.patient", patient_id=desk.card.id), 303)


def _wish(default: str) -> str:
    return request.form.get("do", default)


def _adding() -> str:
    return request.form.get("add", "")


def _assignment(
    form: AssignForm, rows: Sequence[ItemRow], desk: Desk, template: Starter | None
) -> AssignProgram | None:
    items = drafts(rows)
    if not form.validate() or items is None:
        return None
    return AssignProgram(
        patient_id=desk.card.id,
        title=form.title.data or "",
        template=template.template.slug if template else None,
        starts_on=form.starts_on.day,
        items=items,
        **form.columns(),
    )


def _following(command: AssignProgram, template: Starter | None) -> Iterator[AssignProgram]:
    """Yield the template's later programs as they stand, from the same day at the same limits."""
    for program in template.programs[_part() :] if template else ():
        yield replace(
            command,
            title=program.title,
            sessions_per_week=program.sessions_per_week,
            preferred_days=(),
            note="",
            items=drafts_of_items(program.items),
        )


def _assign_one(command: AssignProgram, desk: Desk) -> None:
    actions.assign_program(current(), acting(), command, today=desk.today, now=clock.now())
    said(_("Assigned: %(title)s.", title=command.title))


def _next_part(desk: Desk) -> dict[str, Any]:
    return {
        "patient_id": desk.card.id,
        "template": request.args["template"],
        "part": _part() + 1,
    }


@blueprint.route(
    "/patients/<uuid:patient_id>/programs/<uuid:program_id>/adjust", methods=["GET", "POST"]
)
@requires(Permission.PROGRAM_ADJUST)
@commits
def adjust(patient_id: UUID, program_id: UUID) -> ResponseReturnValue:
    """Let a program read differently from a day on, after a look at what changes."""
    desk = _desk(patient_id)
    program = queries.program(current(), patient_id, program_id)
    if request.method == "POST":
        return _adjust(desk, program)
    newest = program.versions[-1]
    content = content_of(newest)
    first = max(desk.today + _DAY, newest.effective_from)
    form = AdjustForm.showing(content, effective_from=first, title=program.title)
    return _builder(desk, form, rows_of_drafts(content.items), program=program)


def _adjust(desk: Desk, program: Program) -> ResponseReturnValue:
    form, rows, wish = AdjustForm(), typed_rows(request.form.items()), _wish("review")
    shown: dict[str, Any] = {"program": program, "based_on": _based_on()}
    if wish not in ("review", "save"):
        return _builder(desk, form, desk.after(rows, wish, _adding()), **shown)
    command = _adjustment(form, rows, program)
    if command is None:
        return _builder(desk, form, rows, status=422, **shown)
    try:
        if wish == "review":
            return _review(desk, program, command)
        version = actions.adjust_program(
            current(), acting(), command, today=desk.today, now=clock.now()
        )
    except Stale as stale:
        return _refused(desk, form, rows, stale, **_meanwhile(program))
    except Refused as refused:
        return _refused(desk, form, rows, refused, **shown)
    if version.number == command.based_on:
        said(_("Saved. The program is now called %(title)s.", title=program.title))
    else:
        said(_("Saved. The new version holds from %(day)s.", day=short_day(version.effective_from)))
    return redirect(url_for(".versions", patient_id=desk.card.id, program_id=program.id), 303)


def _based_on() -> int:
    return request.form.get("based_on", 0, int)


def _adjustment(
    form: AdjustForm, rows: Sequence[ItemRow], program: Program
) -> AdjustProgram | None:
    items = drafts(rows)
    if not form.validate() or items is None:
        return None
    return AdjustProgram(
        program_id=program.id,
        based_on=_based_on(),
        effective_from=form.effective_from.day,
        reason=form.reason.data or "",
        title=form.title.data,
        items=items,
        **form.columns(),
    )


def _review(desk: Desk, program: Program, command: AdjustProgram) -> str:
    return render_template(
        "programs/review.html",
        desk=desk,
        program=program,
        command=command,
        changes=actions.review_adjustment(current(), acting(), command, today=desk.today),
        typed=[(name, value) for name, value in typed_again() if name != "do"],
    )


def _meanwhile(program: Program) -> dict[str, Any]:
    """Return what somebody else changed since the version that the form was based on."""
    seen = next((v for v in program.versions if v.number == _based_on()), None)
    newest = program.versions[-1]
    names = queries.names_of(current(), [newest.created_by])
    return {
        "program": program,
        "based_on": newest.number,
        "meanwhile": changes_between(seen, newest) if seen else (),
        "meanwhile_by": names.get(newest.created_by, ""),
    }


def _refused(
    desk: Desk, form: ContentForm, rows: Sequence[ItemRow], refused: Refused, **shown: Any
) -> ResponseReturnValue:
    """Show the builder again, each sentence beside its field, everything typed kept."""
    show_refusal(form, Refused(mark(rows, refused.problems)))
    return _builder(desk, form, rows, status=refused.status, **shown)


def _builder(
    desk: Desk,
    form: ContentForm,
    rows: Sequence[ItemRow],
    *,
    status: int = 200,
    template: Starter | None = None,
    program: Program | None = None,
    **shown: Any,
) -> ResponseReturnValue:
    present = _present(template)
    finding = request.form.get("find", "")
    page = render_template(
        "programs/builder.html",
        desk=desk,
        form=form,
        rows=rows,
        burden=desk.burden(rows, form.sessions_per_week.data),
        offered=desk.offered(finding),
        finding=finding,
        template=template,
        present=present,
        following=template.programs[_part() :] if template else (),
        program=program,
        profile_hints={profile: _limits_line(profile) for profile in Profile},
        **{"based_on": program.versions[-1].number if program else None} | shown,
    )
    return page, status


def _limits_line(profile: Profile) -> str:
    limits = usual_limits(profile)
    return _(
        "green to %(green)s, amber to %(amber)s · %(uses)s",
        green=limits.green_max,
        amber=limits.amber_max,
        uses=PROFILE_USES[profile],
    )
