"""What the operator says, and the one sentence they read when it cannot work."""

import stat
from pathlib import Path

import pytest

from rehab_tracker.config import ConfigProblem, Settings


def _settings(tmp_path: Path, **environ: str) -> Settings:
    return Settings.from_environment({"REHAB_DATA_DIR": str(tmp_path), **environ})


def test_nothing_needs_to_be_set(tmp_path: Path):
    settings = _settings(tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path / 'rehab-tracker.sqlite3'}"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.smtp_url is None
    assert not settings.demo


def test_a_secret_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path):
    first, second = _settings(tmp_path), _settings(tmp_path)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_a_secret_is_never_printed(tmp_path: Path):
    url = "smtps://post:hunter2@mail.example.org"  # pragma: allowlist secret
    settings = _settings(tmp_path, REHAB_SECRET_KEY="k" * 32, REHAB_SMTP_URL=url)
    assert "k" * 32 not in repr(settings)
    assert "hunter2" not in repr(settings)


def test_a_secret_that_was_cut_short_is_not_used(tmp_path: Path):
    (tmp_path / "secret.key").write_text("half")
    with pytest.raises(ConfigProblem, match="cut short"):
        _settings(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REHAB_SECRET_KEY", "short"),
        ("REHAB_PORT", "0"),
        ("REHAB_PORT", "70000"),
        ("REHAB_PORT", "eighty"),
        ("REHAB_PROXY_COUNT", "-1"),
        ("REHAB_PUBLIC_URL", "http://clinic.example.org"),
        ("REHAB_PUBLIC_URL", "clinic.example.org"),
        ("REHAB_PUBLIC_URL", "https://[oops"),
        ("REHAB_SMTP_URL", "mail.example.org:25"),
    ],
)
def test_what_cannot_work_is_named(tmp_path: Path, name: str, value: str):
    with pytest.raises(ConfigProblem, match=r"REHAB_[A-Z_]+ .*\.$"):
        _settings(tmp_path, **{name: value})


@pytest.mark.parametrize(
    ("url", "secure"), [("https://clinic.example.org/", True), ("http://localhost:8000", False)]
)
def test_cookies_insist_on_https_wherever_there_is_one(tmp_path: Path, url: str, secure: bool):
    settings = _settings(tmp_path, REHAB_PUBLIC_URL=url)
    assert settings.secure is secure
    assert not settings.public_url.endswith("/")
