"""Deny by default: a view answers only when it says who may call it."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, request

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"


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
    if g.get("actor") is None:
        abort(401)
    if guard is None or not g.actor.may(guard):
        abort(403)
