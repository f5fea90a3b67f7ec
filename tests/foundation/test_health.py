"""The operator, and what guards the servers, are told whether all is well."""

import re
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from rehab_tracker.config import Settings
from rehab_tracker.foundation import health, migrate
from rehab_tracker.foundation.db import Database
from tests.client import CheckedClient
from tests.processes import free_port


def test_a_server_that_lives_says_so_whatever_its_database_does(app: Flask, database: Database):
    app.extensions["database"] = Database("sqlite:////nowhere/at/all.sqlite3")
    answer = app.test_client().get("/healthz", headers={"Host": "10.0.0.7"})
    app.extensions["database"] = database
    assert (answer.status_code, answer.text) == (200, "ok")
    assert "Set-Cookie" not in answer.headers


def test_a_server_is_ready_when_its_database_answers(app: Flask):
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_a_server_without_its_database_is_not_ready(app: Flask, database: Database):
    app.extensions["database"] = Database("sqlite:////nowhere/at/all.sqlite3")
    answer = app.test_client().get("/readyz")
    app.extensions["database"] = database
    assert (answer.status_code, answer.text) == (503, "the database does not answer")


def test_a_server_of_another_version_is_not_ready(app: Flask, database: Database):
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = app.test_client().get("/readyz")
    with database.engine.begin() as connection:
        connection.execute(
            text("UPDATE alembic_version SET version_num = :newest"), {"newest": migrate.newest()}
        )
    assert answer.status_code == 503
    assert "another version" in answer.text


def test_a_disk_without_room_is_not_ready(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health, "LEAST_FREE_MB", 1 << 40)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert re.fullmatch(r"only \d+ MB free", answer.text)


def test_the_check_tells_everything_in_words(database: Database, tmp_path: Path):
    found = {f.name: f for f in health.findings(database, tmp_path)}
    assert not any(f.problem for f in found.values())
    assert {"version", "engine", "audit", "disk"} <= found.keys()


@pytest.mark.parametrize("app_with", [{"metrics_port": 1}])
def test_figures_count_answers_and_saves_on_a_port_of_their_own(
    settings: Settings, app_with: dict[str, int]
):
    from rehab_tracker import create_app  # noqa: PLC0415
    from rehab_tracker.foundation import metrics  # noqa: PLC0415

    port = free_port()
    app = create_app(replace(settings, **app_with))
    app.test_client_class = CheckedClient
    metrics.listen("127.0.0.1", port)
    before = _figures(port)
    assert app.test_client().get("/sign-in").status_code == 200
    assert app.test_client().get("/metrics").status_code in {303, 404}, "not on the public port"
    after = _figures(port)
    counted = 'rehab_requests_total{endpoint="accounts.begin_sign_in",method="GET",status="200"}'
    key = next(k for k in after if k.startswith("rehab_requests_total") and "sign_in" in k)
    assert after[key] == before.get(key, 0) + 1, counted
    assert "rehab_saves_total" in after
    app.extensions["database"].engine.dispose()


def _figures(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}
