"""Texts and addresses that a form may carry."""

from typing import Any

import pytest
from flask import Flask
from wtforms import Form, StringField

from rehab_tracker.foundation.shape import one_line, own_path, readable_text

WELCOME = ["Zoë", "יעל כהן", "Nguyễn Thị", "👩🏽‍⚕️ great", "O'Brien <b>", "عبد الله"]
BREAKS = ["a\nb", "a\r\nb", "a\tb", "a\u2028b"]
CONTROLS = ["a\x00b", "a\x1bb", "a\x7fb", "a\x85b", "a\ud800b"]


class _Words(Form):  # type: ignore[misc]
    line = StringField(validators=[one_line])
    note = StringField(validators=[readable_text])


@pytest.fixture
def problems(app: Flask) -> Any:
    def of(text: str) -> set[str]:
        form = _Words(line=text, note=text)
        form.validate()
        return set(form.errors)

    with app.test_request_context():
        yield of


@pytest.mark.parametrize("text", WELCOME)
def test_every_script_and_emoji_is_welcome(text: str, problems: Any):
    assert problems(text) == set()


@pytest.mark.parametrize("text", BREAKS)
def test_a_line_break_fits_a_note_alone(text: str, problems: Any):
    assert problems(text) == {"line"}


@pytest.mark.parametrize("text", CONTROLS)
def test_control_characters_fit_nowhere(text: str, problems: Any):
    assert problems(text) == {"line", "note"}


@pytest.mark.parametrize("path", ["/", "/today", "/patients/1?weeks=4", "/a%5Cb", "/log?x=//b"])
def test_a_path_of_this_product_is_followed(path: str):
    assert own_path(path) == path


@pytest.mark.parametrize(
    "address",
    [
        None, "", "today", "https://evil.com", "https:evil.com", "//evil.com", "///evil.com",
        "/\\evil.com", "\\\\evil.com", "/\t/evil.com", "/\n/evil.com", "\t//evil.com",
        "/\x00", "javascript:alert(1)", " /today",
    ],
)  # fmt: skip
def test_an_address_elsewhere_is_not_followed(address: str | None):
    assert own_path(address) is None
