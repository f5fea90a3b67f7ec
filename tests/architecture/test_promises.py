"""Every test that the page of promises names is there, and so is every command."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from rehab_tracker.cli import main

ROOT = Path(__file__).parents[2]
TOLD = re.findall(r"`((?:pytest|make|rehab-tracker) [^`]+)`", (ROOT / "docs/trust.md").read_text())
TESTS = sorted({command for command in TOLD if command.startswith("pytest")})
COUNT = """
import contextlib, io, json, sys
from pathlib import Path
import pytest

commands = json.load(sys.stdin)
counts = []

class Count:
    def pytest_collection_finish(self, session):
        config = session.config
        for paths, config.option.keyword in commands:
            folders = [Path(path).resolve() for path in paths]
            chosen = [i for i in session.items if any(i.path.is_relative_to(f) for f in folders)]
            config.hook.pytest_collection_modifyitems(session=session, config=config, items=chosen)
            counts.append(len(chosen))

with contextlib.redirect_stdout(io.StringIO()):
    everything = sorted({path for paths, _ in commands for path in paths})
    pytest.main([*everything, "--collect-only", "-q"], plugins=[Count()])
print(json.dumps(counts))
"""


def _paths_and_words(command: str) -> tuple[list[str], str]:
    words = [word for word in shlex.split(command)[1:] if word != "-s"]
    if "-k" not in words:
        return words, ""
    at = words.index("-k")
    return words[:at] + words[at + 2 :], words[at + 1]


@pytest.fixture(scope="module")
def counts() -> dict[str, int]:
    """Return how many tests each command chooses."""
    asked = subprocess.run(
        [sys.executable, "-c", COUNT],
        input=json.dumps([_paths_and_words(command) for command in TESTS]),
        env=os.environ | {"REHAB_TEST_POSTGRES_URL": "postgresql://nobody-is-asked"},
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(zip(TESTS, json.loads(asked.stdout), strict=True))


@pytest.mark.parametrize("command", TESTS)
def test_a_promise_is_proven_by_tests_that_are_there(command: str, counts: dict[str, int]):
    assert counts[command] > 0


def test_promised_commands_are_there():
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    others = [shlex.split(command) for command in TOLD if command not in TESTS]
    assert others
    for program, name, *_rest in others:
        assert name in (made if program == "make" else main.commands)
