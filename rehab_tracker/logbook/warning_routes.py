"""Something feels wrong: the warning signs asked, answered, and what to do then."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from rehab_tracker.domain.permission import Permission
from rehab_tracker.domain.red_flags import RED_FLAGS, WORDING, by_group, in_order
from rehab_tracker.domain.week import local_day
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.access import public, requires, speaks_json
from rehab_tracker.foundation.actor import Actor, acting, somebody
from rehab_tracker.foundation.db import commits, current, new_id
from rehab_tracker.foundation.errors import Refused
from rehab_tracker.logbook.actions import own_record
from rehab_tracker.logbook.blueprint import blueprint
from rehab_tracker.logbook.sent import read_signs
from rehab_tracker.logbook.sync_routes import answer_of_phone
from rehab_tracker.logbook.warning_signs import TellSigns, tell_signs
from rehab_tracker.safety import queries as safety
from rehab_tracker.safety import words
from rehab_tracker.safety.numbers import EVERYWHERE, Numbers


@blueprint.get("/something-wrong")
@public
def something_wrong() -> ResponseReturnValue:
    """Ask for the warning signs; without a sign-in it says the same, but keeps no answer."""
    return _questions(new_id())


def _questions(client_id: UUID, refused: Refused | None = None) -> ResponseReturnValue:
    page = render_template(
        "logbook/something_wrong.html",
        groups=by_group(),
        ticked=_ticked(),
        client_id=client_id,
        session_id=request.values.get("session", type=UUID),
        numbers=_numbers(),
        refused=refused,
        wording=WORDING,
        said=_said_on_the_phone(),
    )
    return page, refused.status if refused else 200


def _said_on_the_phone() -> dict[str, Any]:
    """Return what to do by sign, for a phone that has to say it without signal."""
    return {
        flag.code: {
            "level": words.LEVEL_NAMES[flag.level],
            "group": flag.level.group,
            "step": words.STEPS[flag.level],
            "reason": words.REASONS[flag.level.group],
            "says": words.SAYS[flag.code],
        }
        for flag in RED_FLAGS.values()
    }


def _numbers() -> Numbers:
    actor = somebody()
    return safety.numbers_of(current(), actor.clinic_id) if actor else Numbers(EVERYWHERE)


def _ticked() -> tuple[str, ...]:
    return tuple(code for code in request.form.getlist("sign") if code in RED_FLAGS)


@blueprint.post("/something-wrong")
@requires(Permission.LOG_WRITE)
@commits
def tell() -> ResponseReturnValue:
    """Keep what was ticked and lead to what to do; ticks count, whichever button was pressed."""
    client_id = request.form.get("client_id", type=UUID) or new_id()
    signs = _ticked()
    if not signs and request.form.get("answer") != "none":
        sentence = _("Tick what is true for you, or choose that none of it is.")
        return _questions(client_id, Refused({"signs": sentence}))
    session_id = request.form.get("session", type=UUID)
    command = TellSigns(client_id, signs, str(get_locale() or "en"), session_id)
    row = tell_signs(current(), acting(), command, now=clock.now())
    return redirect(url_for("logbook.help_needed", check_id=row.id), 303)


@blueprint.post("/log/signs")
@requires(Permission.LOG_SYNC)
@speaks_json
@commits
def sync_signs() -> ResponseReturnValue:
    """Keep an answer that was given on a phone without signal, at the time that it was given."""
    sent = answer_of_phone(read_signs)
    row = tell_signs(current(), acting(), sent.told, now=sent.given_at(clock.now()))
    return {"level": row.level}


@blueprint.get("/something-wrong/<uuid:check_id>")
@requires(Permission.OWN_RECORD_READ)
def help_needed(check_id: UUID) -> ResponseReturnValue:
    """Say what to do, whom to call and how fast, what to say, and what happens to the programs."""
    actor: Actor = acting()
    check = safety.check(current(), own_record(actor), check_id)
    return render_template(
        "logbook/help_needed.html",
        check=check,
        flags=in_order(check.signs),
        numbers=_numbers(),
        zone=actor.zone,
        today=local_day(clock.now(), actor.zone),
    )
