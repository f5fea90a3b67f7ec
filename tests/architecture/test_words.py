"""What people read can be translated, and keeps to the product's words."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).parents[2] / "rehab_tracker"
TEMPLATES = sorted(ROOT.rglob("*.html"))
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
NEVER = re.compile(r"non-?complian|streak|failed to|programme|colour", re.IGNORECASE)
BARE_TEXT = re.compile(r">\s*([A-Z][a-z]+(?: [a-z]+)+)\s*<")
SIDES = re.compile(
    r"\b(?:margin|padding|border|text-align:\s*)-?(?:left|right)\b|(?<!-)\b(?:left|right):"
)


def messages() -> Iterator[str]:
    found = extract_from_dir(ROOT, METHODS, keywords={"_": None, "_l": None, "ngettext": (1, 2)})
    for _file, _line, message, _comments, _context in found:
        yield from [message] if isinstance(message, str) else message


def test_every_text_can_be_collected_for_translators():
    assert len(set(messages())) > 500


def test_no_text_blames_or_strays_from_american_spelling():
    assert [text for text in messages() if NEVER.search(text)] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_a_sentence_that_cannot_be_translated(template: Path):
    page = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", template.read_text(), flags=re.DOTALL)
    assert BARE_TEXT.findall(page) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_needs_inline_styles_or_scripts(template: Path):
    page = template.read_text()
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<script>|javascript:", page)


@pytest.mark.parametrize("sheet", sorted(ROOT.rglob("*.css")), ids=lambda path: path.name)
def test_styles_know_no_left_and_right(sheet: Path):
    assert SIDES.findall(sheet.read_text()) == []
