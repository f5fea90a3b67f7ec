"""What every answer carries, and what people read when something goes wrong."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask, abort, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from rehab_tracker import create_app
from rehab_tracker.accounts.models import Clinic, Person
from rehab_tracker.config import Settings
from rehab_tracker.foundation.access import public
from rehab_tracker.foundation.db import Database
from rehab_tracker.foundation.errors import Forbidden, NotVisible, Refused, Stale
from tests.builders.people import Somebody, a_patient
from tests.builders.programs import NOW
from tests.client import CheckedClient


def test_static_files_live_for_good_under_an_address_that_changes(app: Flask):
    address = app.extensions["static_files"].address("tokens.css")
    response = app.test_client().get(address)
    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]
    response.close()
    with pytest.raises(KeyError):
        app.extensions["static_files"].address("nothing.css")


@pytest.fixture
def patient(db: Session, clinic: Clinic) -> Somebody:
    somebody = a_patient(db, clinic, name="Maria")
    db.commit()
    return somebody


@pytest.mark.parametrize(
    ("problem", "code", "words"),
    [
        (Refused({"": "Seven days at most."}), 422, "Seven days at most."),
        (Stale({"": "Jonas changed it at 9:14."}), 409, "Jonas changed it at 9:14."),
        (Forbidden({"": "Take Maria over first."}), 403, "Take Maria over first."),
        (NotVisible(), 404, "Nothing was lost"),
        (OperationalError("", {}, Exception("locked")), 503, "saved before is safe"),
    ],
)
@pytest.mark.own_app
def test_a_problem_says_what_happened_and_what_to_do(
    problem: Exception, code: int, words: str, app: Flask, patient: Somebody,
    as_: Callable[[Somebody], CheckedClient],
):  # fmt: skip
    @public
    def trouble() -> str:
        raise problem

    app.add_url_rule("/trouble", "trouble", trouble)
    response = as_(patient).get("/trouble")
    assert response.status_code == code
    assert words in response.text
    assert "btn--primary" in response.text


@pytest.mark.own_app
def test_a_broken_page_shows_the_id_under_which_the_log_tells_why_and_nothing_else(
    app: Flask, patient: Somebody, as_: Callable[[Somebody], CheckedClient],
    capsys: pytest.CaptureFixture[str],
):  # fmt: skip
    @public
    def broken() -> str:
        raise ZeroDivisionError(f"secret detail: {request.args['note']}")

    app.add_url_rule("/broken", "broken", broken)
    cookie = as_(patient).get_cookie("sid")
    assert cookie is not None
    app.testing = app.config["PROPAGATE_EXCEPTIONS"] = False
    app.test_client_class = None
    browser = app.test_client()
    browser.set_cookie("sid", cookie.value)
    response = browser.get("/broken?note=private")
    assert response.status_code == 500
    shown = response.headers["X-Request-Id"]
    assert f"<code>{shown}</code>" in response.text
    for inside in ("secret detail", "ZeroDivision", "Traceback", "broken?", "private", "Maria"):
        assert inside not in response.text
    (said,) = [line for line in capsys.readouterr().out.splitlines() if "request_broke" in line]
    told = json.loads(said)
    assert told["request_id"] == shown
    assert "ZeroDivisionError" in told["exception"]
    assert "in broken" in told["exception"]
    assert "private" not in said, "an error's words may be a person's"
    again = browser.get("/broken?note=", headers={"X-Request-Id": "forged"})
    assert again.headers["X-Request-Id"] not in {"forged", shown}


@pytest.mark.own_app
def test_the_log_of_a_broken_write_names_the_statement_and_nothing_that_was_typed(
    app: Flask, database: Database, capsys: pytest.CaptureFixture[str]
):
    @public
    def broken() -> str:
        with database.all_clinics(because="a test breaks a rule of the database") as db:
            db.add(Person(name="x", email="Private@Example.org", time_zone="UTC", created_at=NOW))
        return ""

    app.add_url_rule("/broken", "broken", broken)
    app.testing = app.config["PROPAGATE_EXCEPTIONS"] = False
    app.test_client_class = None
    assert app.test_client().get("/broken").status_code == 500
    said = capsys.readouterr().out
    assert "IntegrityError: INSERT INTO person" in said
    assert "in broken" in said
    assert "private" not in said.lower()


@pytest.mark.parametrize("code", [400, 413, 500, 503])
@pytest.mark.own_app
def test_the_pages_of_last_resort_need_no_sign_in_and_no_database(app: Flask, code: int):
    @public
    def trouble() -> str:
        abort(code)

    app.add_url_rule("/trouble", "trouble", trouble)
    app.test_client_class = None
    response = app.test_client().get("/trouble")
    assert response.status_code == code
    assert "<nav" not in response.text
    assert "</html>" in response.text


def test_a_foreign_host_is_refused_without_an_error_inside(app: Flask):
    response = app.test_client().get("/sign-in", headers={"Host": "evil.example.com"})
    assert response.status_code == 400
    assert "evil.example.com" not in response.text


@pytest.mark.usefixtures("app")
def test_a_note_of_300_kb_is_refused_with_a_sentence(
    patient: Somebody, as_: Callable[[Somebody], CheckedClient]
):
    response = as_(patient).post("/me", data={"name": "x" * 300_000})
    assert response.status_code == 413
    assert "larger than we accept" in response.text


def test_a_signed_out_note_of_300_kb_is_refused_with_a_sentence(stranger: CheckedClient):
    response = stranger.post("/me", data={"name": "x" * 300_000})
    assert response.status_code == 413
    assert "larger than we accept" in response.text


def test_a_thousand_and_one_fields_are_refused(stranger: CheckedClient):
    fields = [f"f{number}=1" for number in range(1200)]
    boundary = "frontier"
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n1\r\n'
        for field in fields
    )
    response = stranger.post(
        "/sign-in",
        data=f"{parts}--{boundary}--\r\n",
        content_type=f"multipart/form-data; boundary={boundary}",
        csrf=False,
    )
    assert response.status_code == 413


@pytest.mark.parametrize("body", ["[" * 100_000, '{"name": 5}', "[1]", '{"name": NaN}', "", "{"])
@pytest.mark.parametrize("path", ["/me", "/sign-in", "/me/password"])
def test_a_form_is_never_read_from_json(
    patient: Somebody, as_: Callable[[Somebody], CheckedClient], path: str, body: str
):
    browser = as_(patient)
    headers = {"X-CSRFToken": browser.form_token()}
    answer = browser.post(
        path, data=body, content_type="application/json", headers=headers, csrf=False
    )
    assert answer.status_code == 415
    assert "Nothing was changed" in answer.text


@pytest.mark.usefixtures("tmp_path")
def test_cookies_and_links_insist_on_https_in_production(settings: Settings):
    app = create_app(replace(settings, public_url="https://clinic.example.org"))
    response = app.test_client().get("/sign-in", base_url="https://clinic.example.org")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-sid=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie
    app.extensions["database"].engine.dispose()
