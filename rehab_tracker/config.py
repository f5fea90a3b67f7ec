"""What the operator decides, read from the environment once."""

import hmac
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SHORTEST_SECRET = 32
LONGEST_GRACE = 90
SMTP_SCHEMES = ("smtp://", "smtp+starttls://", "smtps://")


class ConfigProblem(Exception):
    """A setting that cannot work; its text is one sentence for the operator."""


@dataclass(frozen=True)
class Settings:
    """Every setting of one running product; the instance never changes."""

    data_dir: Path
    database_url: str
    secret_key: str = field(repr=False)
    audit_secret: str | None = field(default=None, repr=False)
    backup_phrase: str | None = field(default=None, repr=False)
    metrics_port: int | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    proxy_count: int = 0
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "Rehab Tracker <no-reply@localhost>"
    erasure_days: int = 30
    demo: bool = False

    @property
    def audit_key(self) -> bytes:
        """The key that seals the audit, from a secret of its own or else from the other one."""
        secret = self.audit_secret or self.secret_key
        return hmac.digest(secret.encode(), b"rehab-tracker audit", "sha256")

    @property
    def secure(self) -> bool:
        """Whether pages are reached over HTTPS, so that cookies may insist on it."""
        return self.public_url.startswith("https://")

    @property
    def hostname(self) -> str:
        """The name under which people reach the product."""
        return urlsplit(self.public_url).hostname or self.host

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read REHAB_* variables; raise ConfigProblem where one cannot work."""
        data_dir = Path(environ.get("REHAB_DATA_DIR") or "var").absolute()
        port = _port(environ.get("REHAB_PORT") or "8000")
        host = environ.get("REHAB_HOST") or "127.0.0.1"
        return cls(
            data_dir=data_dir,
            database_url=environ.get("REHAB_DATABASE_URL")
            or f"sqlite:///{data_dir / 'rehab-tracker.sqlite3'}",
            secret_key=_secret(environ.get("REHAB_SECRET_KEY"), data_dir),
            audit_secret=_long("REHAB_AUDIT_KEY", environ.get("REHAB_AUDIT_KEY") or None),
            backup_phrase=_long("REHAB_BACKUP_KEY", environ.get("REHAB_BACKUP_KEY") or None),
            metrics_port=_port(metrics, "REHAB_METRICS_PORT")
            if (metrics := environ.get("REHAB_METRICS_PORT"))
            else None,
            host=host,
            port=port,
            public_url=_public_url(
                environ.get("REHAB_PUBLIC_URL") or f"http://{LOOPBACK[0]}:{port}"
            ),
            proxy_count=_count("REHAB_PROXY_COUNT", environ.get("REHAB_PROXY_COUNT") or "0"),
            smtp_url=_smtp_url(environ.get("REHAB_SMTP_URL")),
            mail_from=environ.get("REHAB_MAIL_FROM") or cls.mail_from,
            erasure_days=_days(environ.get("REHAB_ERASURE_DAYS") or str(cls.erasure_days)),
            demo=environ.get("REHAB_DEMO") == "1",
        )


def _port(text: str, name: str = "REHAB_PORT") -> int:
    number = _count(name, text)
    if not 0 < number < 2**16:
        raise ConfigProblem(f"{name} is {text}, but a port is a number from 1 to 65535.")
    return number


def _count(name: str, text: str) -> int:
    if not text.isdecimal():
        raise ConfigProblem(f"{name} is {text!r}, but it must be a whole number.")
    return int(text)


def _days(text: str) -> int:
    days = _count("REHAB_ERASURE_DAYS", text)
    if not 1 <= days <= LONGEST_GRACE:
        raise ConfigProblem(
            f"REHAB_ERASURE_DAYS is {days}, but it is a number of days from 1 to {LONGEST_GRACE}."
        )
    return days


def _smtp_url(url: str | None) -> str | None:
    if url and not url.startswith(SMTP_SCHEMES):
        raise ConfigProblem(f"REHAB_SMTP_URL must begin with {', '.join(SMTP_SCHEMES)}.")
    return url or None


def _public_url(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as problem:
        raise ConfigProblem(f"REHAB_PUBLIC_URL is {url!r}, but that is no address.") from problem
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigProblem(f"REHAB_PUBLIC_URL is {url!r}, but it must begin with https://.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ConfigProblem(
            f"REHAB_PUBLIC_URL is {url}, but health data travels over https:// only; "
            "plain http is for this machine alone."
        )
    return url.rstrip("/")


def _long(name: str, secret: str | None) -> str | None:
    if secret is not None and len(secret) < SHORTEST_SECRET:
        raise ConfigProblem(
            f"{name} is shorter than {SHORTEST_SECRET} characters: give a longer one, or none."
        )
    return secret


def _secret(given: str | None, data_dir: Path) -> str:
    """Return the secret given, or the one kept in the data folder, making both there once."""
    known, kept = _long("REHAB_SECRET_KEY", given), data_dir / "secret.key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if known:
            return known
        if not kept.exists():
            _keep_private(kept, secrets.token_urlsafe(48))
        secret = kept.read_text().strip()
    except OSError as problem:
        raise ConfigProblem(
            f"The data folder {data_dir} cannot be written to ({problem.strerror}); "
            "set REHAB_DATA_DIR to a folder that can."
        ) from problem
    if len(secret) < SHORTEST_SECRET:
        raise ConfigProblem(f"{kept} is cut short: remove it and start again.")
    return secret


def _keep_private(path: Path, text: str) -> None:
    """Write a file for the owner alone; of two processes that begin at once, the first wins."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(0o600)
    draft.write_text(text)
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
