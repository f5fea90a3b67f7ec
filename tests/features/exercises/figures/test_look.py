"""Who draws figures looks at them from the command line."""

from pathlib import Path

import pytest

from rehab_tracker.exercises.figures.__main__ import main

BENT = """words: Standing tall, then one knee bends backward, which no knee of a healthy adult does.
pose: {pelvis: {at: [0, 92, 0]}}
end: {knee_L: -30}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "_positions.yaml").write_text("{tall: {pose: {}}}")
    (tmp_path / "chair-squat.yaml").write_text(BENT)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int:
    monkeypatch.setattr("sys.argv", ["figures", *map(str, words)])
    return main()


@pytest.mark.parametrize(("page", "pictures"), [("sheet", 3 + 5), ("thumbnails", 1)])
def test_a_page_shows_the_figures_that_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: str, pictures: int
):
    out = tmp_path / "out.html"
    assert run(monkeypatch, page, "--only", "clamshell,step-up", out) == 0
    text = out.read_text()
    assert text.count("data:image/svg+xml") == 2 * pictures
    assert "clamshell" in text
    assert "glute-bridge" not in text


def test_the_sheet_names_problems(monkeypatch: pytest.MonkeyPatch, folder: Path):
    assert run(monkeypatch, "--folder", folder, "sheet", folder / "out.html") == 0
    assert "knee_L.flex: -30 degrees is beyond" in (folder / "out.html").read_text()


def test_the_check_fails_where_there_are_problems(
    monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]
):
    assert run(monkeypatch, "--folder", folder, "check") == 1
    assert "chair-squat.yaml: chair-squat: end.knee_L.flex" in capsys.readouterr().out
    assert run(monkeypatch, "check", "--only", "clamshell") == 0


def test_a_file_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]
):
    (folder / "chair-squat.yaml").write_text(BENT + "wrods: x\n")
    assert run(monkeypatch, "--folder", folder, "check") == 1
    assert "chair-squat.yaml: chair-squat: wrods: unknown" in capsys.readouterr().err
