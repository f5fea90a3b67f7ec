"""Texts as people look for them: without case, accents and ligatures, in any database."""

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, String, and_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

MARKS = "".join(mark for mark in map(chr, range(0x300, 0x700)) if unicodedata.combining(mark))
"""What is written above, through and below letters, from Latin to Arabic."""
LETTERS = dict(zip("ŁłĐđÐðØøĦħŦŧıς", "llddddoohhttiσ", strict=True))
PAIRS = {"ß": "ss", "ẞ": "ss", "Æ": "ae", "æ": "ae", "Œ": "oe", "œ": "oe", "Þ": "th", "þ": "th"}
"""What Unicode takes for letters of their own, and readers of English do not."""

_ALIKE = str.maketrans(LETTERS | PAIRS | dict.fromkeys(MARKS, ""))


def fold(text: str) -> str:
    """Return a text as it is compared: Łukasz Müller-Weiß is lukasz muller-weiss."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text).translate(_ALIKE).casefold()


class Folded(GenericFunction[str]):
    """`fold` of a column, worked out by the database."""

    name = "folded"
    type = String()
    inherit_cache = True


@compiles(Folded, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **how: Any) -> str:
    plain = compiler.process(element.clauses, **how)
    text = f"regexp_replace(normalize({plain}, NFKD), '[{MARKS}]', '', 'g')"
    text = f"translate({text}, '{''.join(LETTERS)}', '{''.join(LETTERS.values())}')"
    for letter, pair in PAIRS.items():
        text = f"replace({text}, '{letter}', '{pair}')"
    is_ascii = f"octet_length({plain}) = char_length({plain})"
    return f"lower(CASE WHEN {is_ascii} THEN {plain} ELSE {text} END)"


def prepare_sqlite(connection: Any) -> None:
    """Teach a connection to SQLite, which folds plain Latin letters only."""
    connection.create_function("folded", 1, _fold_of, deterministic=True)


def _fold_of(text: str | None) -> str | None:
    return None if text is None else fold(text)


def holds_words(name: Any, text: str) -> ColumnElement[bool]:
    """Return the condition that a name holds all words of a text, in any order."""
    words = fold(text).split() or [text]
    return and_(*(Folded(name).contains(word, autoescape=True) for word in words))
