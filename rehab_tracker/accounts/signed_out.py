"""A request without a valid sign-in loses nothing: what it typed goes on after signing in."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from rehab_tracker.accounts import passkeys, queries
from rehab_tracker.accounts.forms import SecondFactorForm, SignInForm
from rehab_tracker.accounts.sign_in import browser, key_of
from rehab_tracker.foundation.access import ENROLLMENT, PUBLIC, STEPS, guard_of
from rehab_tracker.foundation.db import database
from rehab_tracker.foundation.pages import typed_again
from rehab_tracker.foundation.shape import own_path


def sign_in_again(code: int) -> ResponseReturnValue:
    """Answer a request without a valid sign-in, or one whose form belongs to an older one."""
    if request.accept_mimetypes.best == "application/json":
        return {"error": "signed_out"}, code
    if g.get("halfway"):
        return _owed_again(code)
    address = address_asked_for()
    if request.method in {"GET", "HEAD"}:
        return redirect(
            url_for("accounts.sign_in", back_to=None if address == "/" else address), 303
        )
    if request.endpoint == "accounts.begin_sign_in":
        form = SignInForm(formdata=None, **request.form)
    elif request.endpoint == "accounts.begin_proof":  # what it was asked for goes on
        carried = {name: request.form.get(name) for name in ("back_to", "kept")}
        form = SignInForm(formdata=None, **carried)
    elif guard_of(current_app, request.endpoint or "") == PUBLIC:
        return _start_over()
    else:
        form = SignInForm(formdata=None, back_to=address, kept=keep_typed())
    return render_template("accounts/sign_in_again.html", form=form), code


def _owed_again(code: int) -> ResponseReturnValue:
    if request.method in {"GET", "HEAD"}:
        return owed_step(address_asked_for())
    if guard_of(current_app, request.endpoint or "") in {PUBLIC, *STEPS}:
        return owed_step(None)
    return owed_step(address_asked_for(), keep_typed(), code)


def owed_step(
    back_to: str | None, kept: str | None = None, status: int = 200
) -> ResponseReturnValue:
    """Lead who is half signed in to the step that is missing, with what they had typed before."""
    if g.halfway.owes == ENROLLMENT:
        return redirect(url_for("accounts.second_factor_page"), 303)
    if kept:
        form = SecondFactorForm(formdata=None, back_to=back_to, kept=kept)
        return ask_code(form), status
    elsewhere = None if back_to == "/" else back_to
    return redirect(url_for("accounts.sign_in_code", back_to=elsewhere), 303)


def ask_code(form: SecondFactorForm) -> str:
    """Return the page that asks for the second step, by whatever this person has set up."""
    with database().all_clinics(because="one's second step is one's own", reads_only=True) as db:
        passkey = passkeys.has_any(db, g.halfway.person_id)
    return render_template("accounts/sign_in_code.html", form=form, passkey=passkey)


def _start_over() -> ResponseReturnValue:
    flash(_("That page had been open for too long. Please try once more."), "warning")
    return redirect(known_path(request.path) or url_for("accounts.home"), 303)


def address_asked_for() -> str:
    """Return the path and query of this request."""
    return request.full_path.rstrip("?")


def keep_typed() -> str:
    """Return what a form sent and who typed it, to carry it across a sign-in."""
    typed = {"by": str(_typing_member() or ""), "typed": typed_again()}
    return json.dumps(typed, ensure_ascii=False)


def _typing_member() -> UUID | None:
    """Return who typed: a device may be shared, and nobody sends another person's words."""
    if actor := g.get("actor"):
        return UUID(actor.get_id())
    with database().all_clinics(because="a sign-in belongs to a person", reads_only=True) as db:
        return queries.member_last_signed_in(db, key_of(browser().token))


def go_on(
    member_id: UUID, back_to: str | None, kept: str | None, *, proved: bool = False
) -> ResponseReturnValue:
    """Lead a person who just signed in, or proved it, to where they were with what they typed."""
    if g.get("halfway"):
        return owed_step(back_to, kept)
    by, typed = _typed(kept)
    path = known_path(back_to, "GET" if typed is None else "POST")
    if typed is not None and by not in {"", str(member_id)}:
        flash(_("What was typed here before belongs to somebody else. It was not sent."), "warning")
        path = None
    if path is None or typed is None:
        page = page_of_file(path)
        if page and proved:
            return redirect(url_for("accounts.saving", file=path), 303)
        return redirect(page or path or url_for("accounts.home"), 303)
    return render_template(
        "accounts/send_again.html",
        path=path,
        typed=typed,
        words=sum(len(value.split()) for _name, value in typed),
        page=page_of_file(path, "POST"),
        proved=proved,
    )


def _typed(kept: str | None) -> tuple[str, list[tuple[str, str]] | None]:
    try:
        content = json.loads(kept or "")
        json.dumps(content, ensure_ascii=False).encode()  # half a character fits on no page
        return str(content["by"]), [(str(name), str(value)) for name, value in content["typed"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        return "", None


def known_path(address: str | None, method: str = "GET") -> str | None:
    """Return an address when it is one of this product that answers the method, else None."""
    path = own_path(address)
    return path if path and _view_of(path, method) else None


def page_of_file(path: str | None, method: str = "GET") -> str | None:
    """Return the page that offers a file, where an address is that of one."""
    ending = path and getattr(_view_of(path, method), "file_ending", None)
    if not path or not ending:
        return None
    address, mark, query = path.partition("?")
    return address.removesuffix(ending) + mark + query


def _view_of(path: str, method: str = "GET") -> Callable[..., Any] | None:
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return None
    try:
        endpoint, _arguments = adapter.match(path.partition("?")[0], method)
    except HTTPException:
        return None
    return current_app.view_functions[endpoint]
