import pytest

from rehab_tracker.foundation.csv_lines import safe


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_text_that_could_be_a_formula_is_defused(start: str):
    assert safe(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"


@pytest.mark.parametrize("text", ["Ann", "O'Hara", "12", "", "a=b", "٣ سارة"])
def test_an_ordinary_text_stays_as_it_is(text: str):
    assert safe(text) == text
