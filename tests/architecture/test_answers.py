"""What every answer carries: each route by who may and by a stranger, and every error page."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import html5lib
import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers
from werkzeug.exceptions import default_exceptions
from werkzeug.test import TestResponse

from rehab_tracker.accounts.limits import SlowDown
from rehab_tracker.accounts.models import Clinic
from rehab_tracker.config import Settings
from rehab_tracker.domain.permission import ROLES, Role
from rehab_tracker.foundation import access
from rehab_tracker.foundation.errors import Forbidden, NotVisible, Refused, Stale
from tests.architecture.victim import a_victim
from tests.builders.people import Somebody, a_member
from tests.client import CheckedClient
from tests.conftest import on_sqlite

pytestmark = [on_sqlite, pytest.mark.own_app]

As = Callable[[Somebody], CheckedClient]
SITE = "https://localhost"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self'; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)
PICTURE = "default-src 'none'; frame-ancestors 'none'; sandbox"
ALWAYS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
FOR_EVERYBODY = {
    "/sw.js": "public, no-cache",
    "/manifest.webmanifest": "public, no-cache",
    "/figures/": "public, max-age=31536000, immutable",
    "/static/": "max-age=315360000, public, immutable",
}
"""What is the same for everybody may be kept, and carries nobody's cookie."""
COOKIES = {"__Host-sid": "/", "__Host-notice": "/", "__Secure-phone": "/log or /sign-out"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=SITE)


def misses(response: TestResponse) -> list[str]:
    """Return everything that an answer should carry and does not."""
    path, carried = response.request.path, response.headers
    kept = next((v for start, v in FOR_EVERYBODY.items() if path.startswith(start)), None)
    ok = response.status_code in {200, 304}
    wanted = ALWAYS | {"Cache-Control": kept if kept and ok else "no-store"}
    if path.startswith("/media/") and ok:  # exercises' pictures, asked for again each time
        wanted["Cache-Control"] = "private, no-cache"
    picture = path.startswith(("/figures/", "/media/")) and ok
    wanted["Content-Security-Policy"] = PICTURE if picture else POLICY
    found = [f"{name}: {carried.get(name)}" for name in wanted if carried.get(name) != wanted[name]]
    if not re.fullmatch("[0-9a-f]{12}", carried.get("X-Request-Id", "")):
        found.append("no request id")
    if "Access-Control-Allow-Origin" in carried:
        found.append("other sites may read it")
    found += bad_cookies(carried, public=bool(kept and ok))
    return found + (inline(response.text) if response.mimetype == "text/html" else [])


def bad_cookies(carried: Headers, *, public: bool) -> list[str]:
    set_cookies = carried.getlist("Set-Cookie")
    if public:
        return [f"a cookie for everybody: {cookie}" for cookie in set_cookies]
    return [cookie for cookie in set_cookies if not is_guarded(cookie)]


def is_guarded(cookie: str) -> bool:
    name = cookie.split("=", maxsplit=1)[0]
    flags = {flag.strip() for flag in cookie.split(";")[1:]}
    same_site = "SameSite=Strict" if name == "__Secure-phone" else "SameSite=Lax"
    paths = [f"Path={path}" for path in COOKIES.get(name, "none").split(" or ")]
    return (
        {"Secure", "HttpOnly", same_site} <= flags
        and any(path in flags for path in paths)
        and not any(flag.startswith("Domain") for flag in flags)
    )


def inline(page: str) -> list[str]:
    """Return what a page holds that a policy without exceptions refuses."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    found = []
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue  # a comment
        if element.tag in {"style", "base", "object", "embed", "iframe"}:
            found.append(f"<{element.tag}>")
        is_words = element.get("type") == "application/json"
        if element.tag == "script" and not is_words and (not element.get("src") or element.text):
            found.append("an inline script")
        found += [f"{name}=" for name in element.attrib if re.match(r"(on|style$)", name)]
        urls = [element.get(name, "") for name in ("href", "src", "action", "formaction")]
        found += [url for url in urls if url.lower().lstrip().startswith(("javascript:", "http:"))]
    return found


def who_may(guard: str | None, people: dict[Role, Somebody]) -> Somebody:
    return next((people[role] for role in people if guard in ROLES[role]), people[Role.PHYSIO])


def test_every_route_answers_with_everything(
    app: Flask, clinic: Clinic, db: Session, as_: As, stranger: CheckedClient
):
    victim = a_victim(db, clinic)
    people = {
        Role.PATIENT: victim.patient,
        Role.PHYSIO: victim.physio,
        Role.MANAGER: a_member(db, clinic, Role.MANAGER),
    }
    db.commit()
    ids = victim.ids | {"token": "x" * 43, "digest": "0" * 12, "kind": "move", "side": "left"}
    adapter, missing, seen = app.url_map.bind("localhost"), [], 0
    for rule in app.url_map.iter_rules():
        address = adapter.build(rule.endpoint, {name: ids[name] for name in rule.arguments})
        for method in sorted(rule.methods or ()):
            insider = as_(who_may(access.guard_of(app, rule.endpoint), people))
            for browser in (insider, stranger):
                answer = browser.open(
                    address, method=method, base_url=SITE, headers={"Referer": f"{SITE}/"}
                )
                missing += [f"{method} {address}: {miss}" for miss in misses(answer)]
                seen += 1
    assert missing == []
    assert seen > 300


def test_files_and_probes_carry_it_too(app: Flask, stranger: CheckedClient):
    static = app.extensions["static_files"]
    for address in (*map(static.address, static.files), "/healthz", "/readyz"):
        assert misses(stranger.get(address, base_url=SITE)) == [], address


PROBLEMS: list[tuple[int, Exception]] = [
    *((code, default_exceptions[code]()) for code in (400, 403, 404, 405, 413, 415, 422, 429, 503)),
    (403, Forbidden({"": "no"})),
    (404, NotVisible()),
    (409, Stale({"": "no"})),
    (422, Refused({"": "no"})),
    (429, SlowDown(30)),
    (500, ZeroDivisionError()),
    (503, OperationalError("", {}, Exception("locked"))),
    (507, OperationalError("", {}, Exception("database or disk is full"))),
]


def test_every_error_page_answers_with_everything(app: Flask, clinic: Clinic, db: Session, as_: As):
    @access.public
    def page(number: int) -> str:
        raise PROBLEMS[number][1]

    @access.public
    @access.speaks_json
    def program(number: int) -> str:
        raise PROBLEMS[number][1]

    for view in (page, program):
        app.add_url_rule(f"/{view.__name__}/<int:number>", view.__name__, view)
    somebody = a_member(db, clinic)
    db.commit()
    cookie = as_(somebody).get_cookie("__Host-sid")
    assert cookie is not None
    app.testing = app.config["PROPAGATE_EXCEPTIONS"] = False
    app.test_client_class = None
    stranger, insider = app.test_client(), app.test_client()
    insider.set_cookie("__Host-sid", cookie.value)
    for number, (code, _problem) in enumerate(PROBLEMS):
        for browser, kind in product((stranger, insider), ("page", "program")):
            answer = browser.get(f"/{kind}/{number}", base_url=SITE)
            assert answer.status_code == code
            assert misses(answer) == [], f"{kind} {code}"


@pytest.mark.parametrize(
    ("code", "request_of"),
    [
        (400, {"path": "/me", "base_url": "https://evil.example.org"}),
        (403, {"path": "/team"}),
        (404, {"path": "/nowhere"}),
        (405, {"path": "/sign-out"}),
        (405, {"path": "/me", "method": "TRACE"}),
        (405, {"path": "/me", "method": "OPTIONS"}),
        (405, {"path": "/me", "method": "BREW"}),
        (413, {"path": "/me", "method": "POST", "data": {"name": "x" * 300_000}}),
        (415, {"path": "/me", "method": "POST", "json": {}}),
        (422, {"path": "/me", "method": "POST", "data": {"name": ""}}),
        (404, {"path": "/static/none/app.css"}),
        (404, {"path": "/%00"}),
        (404, {"path": "/%ff%fe"}),
    ],
)
def test_what_is_refused_on_the_way_carries_it_too(
    clinic: Clinic, db: Session, as_: As, code: int, request_of: dict[str, Any]
):
    physio = a_member(db, clinic)
    db.commit()
    browser = as_(physio)
    headers = {"Referer": f"{SITE}/", "X-CSRFToken": browser.form_token()}
    answer = browser.open(**{"base_url": SITE, "headers": headers} | request_of)
    assert answer.status_code == code
    assert misses(answer) == []
