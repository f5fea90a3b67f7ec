"""A text is found by whoever types it without its accents."""

import unicodedata

import pytest
from sqlalchemy import literal, null, select

from rehab_tracker.foundation.db import Database
from rehab_tracker.foundation.folding import Folded, fold, holds_words

LETTERS = "".join(filter(str.isprintable, map(chr, range(0x20, 0x700))))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Łukasz Müller-Weiß", "lukasz muller-weiss"),
        ("Søren Ærøe", "soren aeroe"),
        ("ŽOFIE Nováková", "zofie novakova"),
        ("Þóra Guðmundsdóttir", "thora gudmundsdottir"),
        ("Nguyễn Thị Hạnh", "nguyen thi hanh"),
        ("İrem Işık", "irem isik"),
        ("Иван Йованов", "иван иованов"),
        ("ΓΙΏΡΓΟΣ", "γιωργος"),
        ("مُحَمَّد", "محمد"),
    ],
)
def test_a_name_is_the_same_however_it_is_spelled(name: str, typed: str):
    assert fold(name) == fold(typed)
    assert fold(unicodedata.normalize("NFD", name)) == fold(name)


def test_every_database_folds_as_the_product_does(database: Database):
    with database.reading() as connection:
        assert connection.scalar(select(Folded(literal(LETTERS)))) == fold(LETTERS)
        assert connection.scalar(select(Folded(null()))) is None


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("zielinska", True),
        ("ZIELIŃSKA Łuc", True),
        ("lucja zie", True),
        ("zielinski", False),
        ("%", False),
        ("_", False),
        (" ", True),
        ("\N{COMBINING ACUTE ACCENT}", False),
    ],
)
def test_words_are_looked_for_in_any_order(database: Database, typed: str, is_found: bool):
    with database.reading() as connection:
        assert connection.scalar(select(holds_words(literal("Łucja Zielińska"), typed))) == is_found
