"""Shapes that every form's texts and addresses keep."""

from collections.abc import Iterable
from typing import Any
from unicodedata import category
from urllib.parse import urlsplit

from flask_babel import gettext as _
from wtforms import (  # type: ignore[attr-defined]
    Field,
    Form,
    IntegerField,
    SelectChoice,
    SelectMultipleField,
)
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

_INVISIBLE = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode's categories of control characters, surrogates, and separators of lines, paragraphs."""

_LONGEST_NUMBER = 20
"""Characters, with some room for spaces."""

_ALLOWED_BREAKS = "\n\r\t\u2028\u2029"


def _unreadable(text: str, allowed: str = "") -> bool:
    return any(category(sign) in _INVISIBLE and sign not in allowed for sign in text)


def one_line(_form: Form, field: Field) -> None:
    """Refuse line breaks and control characters; every script and emoji is welcome."""
    if _unreadable(field.data or ""):
        raise ValidationError(_("Please leave out line breaks and control characters."))


def readable_text(_form: Form, field: Field) -> None:
    """Refuse control characters other than line breaks and tabs."""
    if _unreadable(field.data or "", _ALLOWED_BREAKS):
        raise ValidationError(_("Please leave out control characters."))


def is_readable(text: str) -> bool:
    """Tell whether a text holds no control characters other than line breaks and tabs."""
    return not _unreadable(text, _ALLOWED_BREAKS)


def own_path(address: str | None) -> str | None:
    """Return an address when it is a plain path of this product, else None."""
    if not address or address[0] != "/" or address[1:2] in {"/", "\\"} or _unreadable(address):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address


class WholeNumber(IntegerField):
    """A whole number as people type one: hundreds of digits are none, and break comparisons."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed."""
        if valuelist and len(str(valuelist[0])) > _LONGEST_NUMBER:
            self.data = None
            raise ValueError(self.gettext("Not a valid integer value."))
        super().process_formdata(valuelist)


class Chips(SelectMultipleField):
    """Any of many words, each a checkbox."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def choices(words: Iterable[tuple[Any, Any]]) -> list[Any]:
    """Return a select field's choices from values and their names."""
    return [SelectChoice(value, name) for value, name in words]
