"""The seed data is read as YAML once, and from what was kept of it ever after."""

import json
from pathlib import Path

import pytest

from rehab_tracker.exercises import documents
from rehab_tracker.exercises.documents import SeedInvalid, document, home, parse

FILES = [
    *((entry.name,) for entry in home().iterdir() if entry.name.endswith(".yaml")),
    *(("figures", entry.name) for entry in (home() / "figures").iterdir()),
]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that documents are kept in, still empty."""
    monkeypatch.setattr(documents, "_KEPT", tmp_path / "kept")
    return tmp_path / "kept"


@pytest.fixture
def seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file of seed data that can be changed."""
    monkeypatch.setattr(documents, "home", lambda: tmp_path)
    (tmp_path / "words.yaml").write_text("hip: [abduct, extend]")
    return tmp_path / "words.yaml"


@pytest.mark.parametrize("path", FILES, ids="/".join)
@pytest.mark.usefixtures("kept")
def test_what_was_kept_says_the_same(path: tuple[str, ...]):
    written = parse(path[-1], home().joinpath(*path).read_text(encoding="utf-8"))
    assert document(*path) == written
    assert document(*path) == written


def test_yaml_is_read_once(kept: Path, seed: Path, monkeypatch: pytest.MonkeyPatch):
    document(seed.name)
    monkeypatch.delattr(documents, "parse")
    assert document(seed.name) == {"hip": ["abduct", "extend"]}
    assert [file.name for file in kept.iterdir()] == ["words.yaml.json"]


def test_a_changed_file_is_read_again(kept: Path, seed: Path):
    document(seed.name)
    seed.write_text("hip: [rotate]")
    assert document(seed.name) == {"hip": ["rotate"]}
    assert json.loads((kept / "words.yaml.json").read_bytes())["document"] == {"hip": ["rotate"]}


@pytest.mark.parametrize("left", [b"", b"{", b"[]", b"{}", b"\xff"])
def test_what_was_kept_half_is_read_again(kept: Path, seed: Path, left: bytes):
    kept.mkdir()
    (kept / "words.yaml.json").write_bytes(left)
    assert document(seed.name) == {"hip": ["abduct", "extend"]}


def test_where_nothing_can_be_kept_it_is_only_slower(kept: Path, seed: Path):
    kept.write_text("a file where the folder would be")
    assert document(seed.name) == document(seed.name) == {"hip": ["abduct", "extend"]}


@pytest.mark.usefixtures("kept")
def test_a_file_that_is_no_yaml_is_named(seed: Path):
    seed.write_text("hip: [abduct")
    with pytest.raises(SeedInvalid, match=r"words\.yaml: "):
        document(seed.name)
