"""What a phone sends is read strictly: what could mean two things is refused, never a crash."""

import json
import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rehab_tracker.foundation.strict_json import DEEPEST, Unreadable, read

WHOLE = st.integers(-(2**31) + 1, 2**31 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


def levels(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((levels(one) for one in inner), default=bool(value and isinstance(value, dict)))


@given(VALUES)
def test_what_is_well_formed_reads_as_it_was_written(value: Any):
    assume(levels(value) <= DEEPEST)
    assert read(json.dumps(value).encode()) == value


@given(st.binary())
def test_no_bytes_break_the_reader(body: bytes):
    with suppress(Unreadable):
        read(body)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "not_json"),
        ("{", "not_json"),
        ("[1] [2]", "not_json"),
        ("\ufeff{}", "not_json"),
        ("[NaN]", "not_a_whole_number"),
        ("[Infinity]", "not_a_whole_number"),
        ("[-Infinity]", "not_a_whole_number"),
        ("[1e999]", "not_a_whole_number"),
        ("[7.5]", "not_a_whole_number"),
        ('{"a": 1, "a": 1}', "named_twice"),
        ('{"a": 1, "\\u0061": 2}', "named_twice"),
        ("[2147483648]", "number_too_large"),
        ("[-2147483648]", "number_too_large"),
        ("[" + "9" * 100_000 + "]", "number_too_large"),
        ('["a\\u0000b"]', "unkeepable_text"),
        ('{"\\u0000": 1}', "unkeepable_text"),
        ('["\\ud83d"]', "unkeepable_text"),
        ('{"note": {"deep": ["\\udca9"]}}', "unkeepable_text"),
        ("[" * 100_000, "too_deep"),
        ("[" * 100_000 + "]" * 100_000, "too_deep"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "too_deep"),
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "too_deep"),
    ],
    ids=lambda text: text[:30],
)
def test_what_could_be_meant_in_two_ways_is_refused(body: str, code: str):
    with pytest.raises(Unreadable) as refused:
        read(body.encode())
    assert refused.value.code == code


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(Unreadable, match="not_utf8"):
        read(b'["\xff"]')


def test_a_whole_emoji_is_welcome_however_it_is_written():
    assert read(rb'["\ud83d\udca9"]') == read('["💩"]'.encode()) == ["💩"]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 0.5])
def test_pythons_own_loose_numbers_are_not_json(value: float):
    with pytest.raises(Unreadable):
        read(json.dumps(value).encode())
