"""Who acts shows again who they are before what a stolen minute at a desk must not do."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rehab_tracker.accounts import limits
from rehab_tracker.accounts.forms import ProofForm
from rehab_tracker.accounts.limits import Try
from rehab_tracker.accounts.queries import address_of
from rehab_tracker.accounts.sign_in import signed_in
from rehab_tracker.accounts.signed_out import (
    address_asked_for,
    keep_typed,
    known_path,
    page_of_file,
)
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.db import database

LASTS = timedelta(minutes=10)

P = ParamSpec("P")


def proven(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let the view answer only within 10 minutes of the password; else ask for it and go on."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        proved_at = signed_in().proved_at
        if proved_at is not None and clock.now() - proved_at < LASTS:
            return view(*args, **kwargs)
        return _ask()

    return answer


def _ask() -> ResponseReturnValue:
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for("accounts.prove", back_to=address_asked_for()), 303)
    form = ProofForm(formdata=None, back_to=address_asked_for(), kept=keep_typed())
    return ask_password(form), 403


def ask_password(form: ProofForm) -> str:
    """Return the page that asks for the password; who leaves it comes to the page before."""
    method = "POST" if form.kept.data else "GET"
    path = known_path(form.back_to.data, method)
    page = page_of_file(path, method)
    if path and form.kept.data:
        page = page or _nearest_page(path)
    return render_template("accounts/prove.html", form=form, page=page or url_for("accounts.me"))


def _nearest_page(path: str) -> str | None:
    """Return the page that a form's address belongs to: its own, or the nearest one above."""
    while path and not known_path(path):
        path = path.rpartition("/")[0]
    return path or None


def password_tries(email: str) -> list[Try]:
    """Return what a try of a password spends, wherever it is typed: by account and by place."""
    return [(limits.SIGN_IN, address_of(email)), *place_tries()]


def place_tries() -> list[Try]:
    """Return what a try spends of whoever is not known yet."""
    return [(limits.SIGN_IN_FROM, limits.network_of(request.remote_addr))]


def spend(tries: Iterable[Try]) -> None:
    """Spend tries for good before what they guard; SlowDown where there are none left."""
    with database().all_clinics(because="a failure counts whatever becomes of it") as db:
        limits.take(db, tries, clock.now())
