"""Deny by default: a view answers only when it says who may call it."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, request

from rehab_tracker.foundation.errors import RecordRestricted

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"
SECOND_FACTOR, ENROLLMENT = "second factor", "enrollment"
STEPS = {SECOND_FACTOR, ENROLLMENT}
"""What a sign-in can still owe: until then nobody acts, and only the step's own pages answer."""


def requires(permission: str) -> Callable[[View], View]:
    """Let only those call the view whose role has the permission."""

    def mark(view: View) -> View:
        view.guard = str(permission)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Let everybody call the view, signed in or not."""
    view.guard = PUBLIC  # type: ignore[attr-defined]
    return view


def owing(step: str) -> Callable[[View], View]:
    """Let those call the view whose sign-in still owes this step, and those who may act already."""

    def mark(view: View) -> View:
        view.guard = step  # type: ignore[attr-defined]
        return view

    return mark


def takes_files(most: int) -> Callable[[View], View]:
    """Let a view's requests hold up to so many bytes, once its guard has let somebody in."""

    def mark(view: View) -> View:
        view.most_bytes = most  # type: ignore[attr-defined]
        return view

    return mark


def speaks_json(view: View) -> View:
    """Let a program on a phone call the view: it may send JSON, and all answers are JSON."""
    view.speaks_json = True  # type: ignore[attr-defined]
    return view


def saved_as_file(ending: str) -> Callable[[View], View]:
    """Say that browsers save the view's answer, and stay on the page with the address before it."""

    def mark(view: View) -> View:
        view.file_ending = ending  # type: ignore[attr-defined]
        return view

    return mark


def answers_json() -> bool:
    """Tell whether this request is answered to a program, which can read no page."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "speaks_json", False)


def guard_of(app: Flask, endpoint: str) -> str | None:
    """Return the permission that an endpoint asks for, `public`, or None where it says nothing."""
    return getattr(app.view_functions[endpoint], "guard", None)


def check() -> None:
    """Refuse the request unless its view's guard lets the acting person in."""
    if request.endpoint is None:
        return
    guard = guard_of(current_app, request.endpoint)
    if guard == PUBLIC:
        return
    if guard in STEPS and (half := g.get("halfway")) is not None and half.owes == guard:
        return
    if g.get("actor") is None:
        abort(401)
    if guard in STEPS:
        return
    if guard is None or not g.actor.may(guard):
        if g.actor.restricted:
            raise RecordRestricted
        abort(403)
    request.max_content_length = getattr(
        current_app.view_functions[request.endpoint], "most_bytes", None
    )
