from decimal import Decimal
from uuid import uuid4

import pytest

from rehab_tracker.domain.dosage import Dose, Side
from rehab_tracker.programs.rows import ItemRow, mark, rearranged, row_of, typed_rows
from tests.builders.exercises import make_exercise

EXERCISE = uuid4()
TYPED = {"exercise": str(EXERCISE), "sets": "3", "reps": "10", "side": "both"}

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.mark.parametrize(
    "dose",
    [
        Dose(sets=3, reps=8, reps_max=12, load_kg=Decimal("2.5"), tempo="2-1-2-0", rest_s=60),
        Dose(sets=2, reps=1, hold_s=30, hold_max_s=45, side=Side.LEFT, target_rpe=6),
        Dose(sets=8, work_s=60, rest_s=120, side=Side.ALTERNATING),
        Dose(sets=3, reps=12, band=4),
    ],
)
def test_a_dose_survives_the_page(dose: Dose):
    draft = row_of(EXERCISE, dose, optional=True).draft()
    assert draft is not None
    assert (draft.exercise_id, draft.optional, draft.dose) == (EXERCISE, True, dose)


def test_rows_come_in_the_order_of_the_page_and_strange_names_are_ignored():
    names = ["items-7-sets", "items-2-sets", "items-7-reps", "items-x-sets", "items-2-boss", "do"]
    rows = typed_rows([(name, str(place)) for place, name in enumerate(names)])
    assert [row.typed for row in rows] == [{"sets": "0", "reps": "2"}, {"sets": "1"}]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("reps", "ten"),
        ("sets", "2.5"),
        ("rest_s", "1\x00"),
        ("work_s", "9" * 5000),
        ("load_kg", "heavy"),
        ("side", "middle"),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field_and_kept(field: str, text: str):
    row = ItemRow(TYPED | {field: text})
    assert row.draft() is None
    assert list(row.errors) == [field]
    assert row.value(field) == text


def test_a_comma_is_a_decimal_point_too():
    draft = ItemRow(TYPED | {"load_kg": " 2,5 "}).draft()
    assert draft is not None
    assert draft.dose.load_kg == Decimal("2.5")


def test_an_exercise_id_that_is_none_reads_as_an_unknown_exercise():
    draft = ItemRow(TYPED | {"exercise": "x' or 1=1"}).draft()
    assert draft is not None
    assert draft.exercise_id.int == 0


@pytest.mark.parametrize(
    ("verb", "place", "order"),
    [
        ("up", 1, "bac"),
        ("down", 1, "acb"),
        ("remove", 1, "ac"),
        ("up", 0, "abc"),
        ("down", 2, "abc"),
        ("remove", 9, "abc"),
    ],
)
def test_buttons_move_and_remove_rows(verb: str, place: int, order: str):
    rows = [ItemRow({"tempo": letter}) for letter in "abc"]
    assert "".join(row.value("tempo") for row in rearranged(rows, verb, place)) == order


def test_sentences_go_to_their_rows_and_the_rest_stays():
    rows = [ItemRow({}), ItemRow({})]
    left = mark(rows, {"items-1-reps": "Too many.", "items-5-reps": "Lost.", "title": "Missing."})
    assert rows[1].errors == {"reps": "Too many."}
    assert left == {"items-5-reps": "Lost.", "title": "Missing."}


def test_only_the_fields_that_an_exercise_usually_needs_are_open():
    banded = make_exercise(load_type="band")
    assert "band" in ItemRow(TYPED).shown(banded)
    assert "load_kg" not in ItemRow(TYPED).shown(banded)
    assert "load_kg" in ItemRow(TYPED | {"load_kg": "5"}).shown(banded)
    assert "reps" not in ItemRow({"work_s": "60"}).shown(banded)
    assert "work_s" in ItemRow(TYPED, {"work_s": "Enter a whole number."}).shown(None)
