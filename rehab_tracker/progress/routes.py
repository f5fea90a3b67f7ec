"""A patient's progress, for themselves and for their physio, and what every number means."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from rehab_tracker.accounts.forms import AGGRAVATOR_NAMES, KNEE_NAMES
from rehab_tracker.accounts.policy import treats
from rehab_tracker.accounts.queries import PatientCard, patient_card
from rehab_tracker.domain.permission import Permission
from rehab_tracker.domain.rule import setting
from rehab_tracker.domain.week import closes_at, local_day
from rehab_tracker.education.topics import load_topics
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.access import public, requires
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.dates import short_day
from rehab_tracker.foundation.db import current
from rehab_tracker.logbook.actions import own_record
from rehab_tracker.logbook.forms import TreatmentForm
from rehab_tracker.logbook.words import COLOR_NAMES
from rehab_tracker.programs.models import PauseReason
from rehab_tracker.programs.words import PAUSE_NAMES
from rehab_tracker.progress import definition, words
from rehab_tracker.progress.drawings import charts_of, told, trend_lines
from rehab_tracker.progress.queries import progress_of
from rehab_tracker.progress.view import Flag, FlagCode, PauseView, WeekView
from rehab_tracker.safety.actions import NOTE_MAX
from rehab_tracker.safety.forms import ClearForm
from rehab_tracker.safety.models import SafetyCheck
from rehab_tracker.safety.queries import checks_of

blueprint = Blueprint("progress", __name__, template_folder="templates")
SPANS = (26, 52)
"""How many weeks a page may show; the first is the usual one."""

T = TypeVar("T")


@blueprint.get("/progress")
@requires(Permission.OWN_RECORD_READ)
def mine() -> ResponseReturnValue:
    """Show patients how their own weeks and their knee went."""
    card = patient_card(current(), own_record(acting()))
    return render_template("progress/mine.html", **_shown(card))


@blueprint.get("/patients/<uuid:patient_id>")
@requires(Permission.PATIENT_READ)
def patient(patient_id: UUID) -> ResponseReturnValue:
    """Show staff on one page whatever decides a patient's next step."""
    card, actor = patient_card(current(), patient_id), acting()
    is_assigned = treats(actor, card)
    return render_template(
        "progress/patient.html",
        who=card,
        knee=KNEE_NAMES[card.patient.affected_side],
        aggravator=AGGRAVATOR_NAMES[card.patient.aggravator],
        treats=is_assigned,
        may_take_over=actor.may(Permission.PATIENT_TAKE_OVER) and not is_assigned,
        reason_words=_reason_words,
        pause_words=_pause_words,
        flag_names=words.FLAG_NAMES,
        flag_severities=words.FLAG_SEVERITIES,
        band_names=words.BAND_NAMES,
        card_count=len(load_topics()),
        holding=_holding(card),
        clear=ClearForm(formdata=None),
        note_max=NOTE_MAX,
        treatment=TreatmentForm(formdata=None, on_day=clock.today(actor.zone)),
        **_shown(card),
    )


def _holding(card: PatientCard) -> Sequence[SafetyCheck]:
    if card.patient.held_at is None:
        return ()
    return [check for check in checks_of(current(), card.id) if check.holds]


@blueprint.get("/definitions")
@public
def definitions() -> ResponseReturnValue:
    """Show everybody how each number is counted, from the settings the code itself reads."""
    return render_template("progress/definitions.html", **definition.everything())


def _shown(card: PatientCard) -> dict[str, Any]:
    """Return what both pages print: one read, so that they cannot differ."""
    span = request.args.get("weeks", SPANS[0], type=int)
    span = span if span in SPANS else SPANS[0]
    progress = progress_of(current(), card, now=clock.now(), weeks=span)
    return {
        "progress": progress,
        "charts": charts_of(progress),
        "lines": trend_lines(progress.trends),
        "told": [(happening, told(happening, progress)) for happening in progress.happenings],
        "state_names": words.STATE_NAMES,
        "color_names": _in_words(COLOR_NAMES),
        "status_names": _in_words(words.STATUS_NAMES),
        "once": cache,
        "closes": lambda week: _last_open_day(card, week),
        "today": clock.today(card.zone),
        "span": span,
        "spans": SPANS,
    }


def _in_words(names: Mapping[T, Any]) -> dict[T, str]:
    """Translate names once for all rows of a page."""
    return {key: str(name) for key, name in names.items()}


def _last_open_day(card: PatientCard, week: WeekView) -> str:
    last_moment = closes_at(week.week, card.zone) - timedelta(seconds=1)
    return short_day(local_day(last_moment, card.zone))


def _reason_words(flag: Flag) -> str:
    if flag.code is FlagCode.HELD and flag.on:
        return str(_("since %(day)s", day=short_day(flag.on)))
    if flag.code is FlagCode.SILENT:
        return str(ngettext("for %(num)s day", "for %(num)s days", flag.days))
    if flag.code is FlagCode.LOW:
        weeks = ngettext("%(num)s week", "%(num)s weeks", setting("low_weeks"))
        return str(_("%(program)s, %(weeks)s in a row", program=flag.subject, weeks=weeks))
    return f"{short_day(flag.on)}, {flag.subject}" if flag.on else flag.subject


def _pause_words(pause: PauseView) -> str:
    reason = PAUSE_NAMES[PauseReason(pause.reason)]
    if pause.reason == PauseReason.SAFETY and pause.last_on is None:
        return str(_("%(reason)s, until it is cleared", reason=str(reason)))
    if pause.last_on is None:
        return str(_("Paused: %(reason)s, until resumed", reason=str(reason)))
    last = short_day(pause.last_on)
    return str(_("Paused: %(reason)s, until %(day)s", reason=str(reason), day=last))
