"""What is installed is what is in the tree, and it works from anywhere."""

import configparser
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import urllib.request
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.processes import free_port, serving

ROOT = Path(__file__).parents[2]


def test_setup_cfg_lists_every_package_of_the_tree():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    listed = set(config["options"]["packages"].split())
    in_tree = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "rehab_tracker").rglob("__init__.py")
    }
    mapped = {"rehab_tracker.migrations", "rehab_tracker.migrations.versions"}
    assert listed == in_tree | mapped | {"rehab_tracker.seed_data"}


def test_what_a_release_installs_is_locked_and_in_step_with_setup_cfg():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    wanted = config["options"]["install_requires"] + config["options.extras_require"]["production"]
    lock = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"https?:|file:|--(extra-)?index|--find-links", lock), "an address"
    locked = {}
    for entry in re.split(r"\n(?=\S)", lock.strip()):
        requirement = Requirement(entry.partition("\\")[0])
        (pin,) = requirement.specifier
        assert pin.operator == "=="
        assert "--hash=sha256:" in entry, requirement.name
        locked[canonicalize_name(requirement.name)] = pin.version
    for line in wanted.strip().splitlines():
        requirement = Requirement(line)
        version = locked[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"`make lock`: {line}, locked {version}"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and install it alone into a fresh environment; return its command."""
    folder = tmp_path_factory.mktemp("installed")
    source = folder / "source"
    kept_out = shutil.ignore_patterns(".git", ".venv", "var", "build", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, source, ignore=kept_out)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    wheel = ["wheel", "--no-deps", "-w", str(folder), str(source)]
    subprocess.run([*pip, *wheel], check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    (built,) = folder.glob("rehab_tracker-*.whl")
    subprocess.run([*pip, "--python", str(python), "install", "--no-deps", str(built)], check=True)
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    shutil.rmtree(source)
    return folder / "venv" / "bin" / "rehab-tracker"


def test_the_installed_command_begins_a_clinic_and_serves_it(installed: Path, tmp_path: Path):
    environ = {"PATH": os.environ["PATH"], "REHAB_DATA_DIR": str(tmp_path / "data")}

    def run(*words: str) -> str:
        return subprocess.run(
            [installed, *words], env=environ, cwd=tmp_path, check=True, capture_output=True,
            text=True,
        ).stdout  # fmt: skip

    run("init")
    person = ("--manager-name", "Ann Lee", "--manager-email", "ann@example.org")
    assert "/welcome/" in run("create-clinic", "Elm Street Physio", *person)
    assert "whole" in run("check")
    assert "agree" in run("db", "check")
    port = free_port()
    with serving([installed, "serve"], {**environ, "REHAB_PORT": str(port)}, tmp_path) as address:
        page = urllib.request.urlopen(f"{address}/sign-in").read().decode()
    assert "Sign in" in page
    assert "/static/" in page
