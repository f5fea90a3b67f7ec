"""What a patient's phone asks for and sends, in JSON alone."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from rehab_tracker.accounts import phone_keys
from rehab_tracker.domain.permission import Permission
from rehab_tracker.exercises import pictures
from rehab_tracker.exercises.blueprint import figure_address, figure_of
from rehab_tracker.exercises.figures.kinds import Kind
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.foundation import clock, strict_json
from rehab_tracker.foundation.access import requires, speaks_json
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.db import commits, current
from rehab_tracker.logbook.actions import answer_morning
from rehab_tracker.logbook.blueprint import blueprint
from rehab_tracker.logbook.phone_plan import plan_for
from rehab_tracker.logbook.sent import Answer, read_batch, read_morning
from rehab_tracker.logbook.sync import Outcome, receive

T = TypeVar("T")


@blueprint.get("/log/ticket")
@requires(Permission.LOG_SYNC)
@speaks_json
def ticket() -> ResponseReturnValue:
    """Say whose phone this is, and give what its next sending carries."""
    answer = jsonify(owner=phone_keys.owner_of(acting()), ticket=generate_csrf(), now=_now())
    if not acting().session_key:  # the phone's key brought it here, so both last on
        phone_keys.give(answer, phone_keys.shown())
    return answer


@blueprint.get("/log/plan")
@requires(Permission.LOG_SYNC)
@speaks_json
def plan() -> ResponseReturnValue:
    """Give the phone all that it needs for a week without signal, and whether it has a key."""
    actor, now = acting(), clock.now()
    has_key = phone_keys.opens_for(actor, now)
    found = plan_for(current(), actor, now, _figures)
    answer = jsonify(owner=phone_keys.owner_of(actor), now=_now(), has_key=has_key, **found)
    if has_key:
        phone_keys.give(answer, phone_keys.shown())
    return answer


def _figures(exercise: Exercise, side: str) -> dict[str, str] | None:
    figure = figure_of(exercise)
    if figure is None:
        return None
    shown = pictures.shown_side(side, acting().affected_side)
    return {kind: figure_address(figure, kind, shown) for kind in Kind}


@blueprint.post("/log/sync")
@requires(Permission.LOG_SYNC)
@speaks_json
def sync() -> ResponseReturnValue:
    """Keep what a phone sends; each item is committed, or judged, before the answer."""
    if not request.is_json:
        abort(415)
    try:
        batch = read_batch(strict_json.read(request.get_data()))
    except strict_json.Unreadable as problem:
        return {"error": problem.code}, 400
    if batch.owner not in {None, phone_keys.owner_of(acting())}:
        return {"error": "other_person"}, 409
    outcomes = receive(current(), acting(), batch, now=clock.now())
    return {"now": _now(), "outcomes": [_told(one) for one in outcomes]}


@blueprint.post("/log/morning")
@requires(Permission.LOG_SYNC)
@speaks_json
@commits
def sync_morning() -> ResponseReturnValue:
    """Keep a morning's pain that was told on a phone without signal."""
    sent = answer_of_phone(read_morning)
    on_day, pain = sent.told
    now = sent.given_at(clock.now())
    return {"pain": answer_morning(current(), acting(), on_day, pain, now=now).pain}


def answer_of_phone(read: Callable[[Any], Answer[T]]) -> Answer[T]:
    """Return what this person's phone sends; everything else is refused."""
    if not request.is_json:
        abort(415)
    try:
        answer = read(strict_json.read(request.get_data()))
    except strict_json.Unreadable:
        abort(400)
    if answer.owner != phone_keys.owner_of(acting()):
        abort(409)
    return answer


@blueprint.post("/log/phone")
@requires(Permission.LOG_WRITE)
@speaks_json
@commits
def keep_on_phone() -> ResponseReturnValue:
    """Let this phone keep the plan and send sessions for 90 days without a sign-in."""
    answer = jsonify(owner=phone_keys.owner_of(acting()), now=_now())
    phone_keys.give(answer, phone_keys.begin(current(), acting(), clock.now()))
    return answer


@blueprint.post("/log/phone/end")
@requires(Permission.LOG_SYNC)
@speaks_json
@commits
def forget_phone() -> ResponseReturnValue:
    """End the key that this phone shows."""
    phone_keys.end(current(), phone_keys.shown(), clock.now())
    answer = Response(status=204, mimetype="application/json")
    phone_keys.take_back(answer)
    return answer


def _now() -> str:
    return clock.now().isoformat()


def _told(one: Outcome) -> dict[str, Any]:
    told = {
        "client_id": str(one.client_id),
        "revision": one.revision,
        "outcome": one.outcome,
        "code": one.code,
        "message": one.message,
    }
    return {name: value for name, value in told.items() if value}
