"""A PostgreSQL server of the tests' own, on a socket in a temporary folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100")


def binaries() -> Path | None:
    """Return the folder of the newest server on this machine, if there is one."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda f: int(f.parent.name))
    found = shutil.which("pg_ctl")
    folders = [Path(found).resolve().parent] if found and not folders else folders
    return folders[-1] if folders else None


def user() -> str | None:
    """Return whom to run the server as: root may not, an ordinary person runs it themselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


@contextmanager
def server(bin_folder: Path, settings: Sequence[str] = FAST) -> Iterator[str]:
    """Run a server and give the address of its first database."""
    folder = Path(tempfile.mkdtemp(prefix="rehab-pg-"))
    owner = user()
    if owner:
        shutil.chown(folder, owner)
    run = {"user": owner, "check": True, "cwd": folder, "stdout": subprocess.DEVNULL}
    data = folder / "data"
    subprocess.run(
        [bin_folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"],
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        **run,
    )
    chosen = " ".join(f"-c {setting}" for setting in settings)
    options = f"-k {folder} -h '' {chosen}"
    start = [bin_folder / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"]
    subprocess.run(start, **run)
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        subprocess.run([bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **run)
        shutil.rmtree(folder, ignore_errors=True)
