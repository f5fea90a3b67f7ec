"""Filters of the library: what they leave, and what each option promises."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehab_tracker.exercises.filters import FACETS, NO_KIT, Facet, Wanted, sift, usable
from rehab_tracker.exercises.models import Exercise, Origin
from rehab_tracker.exercises.words import (
    CAUTION_NAMES,
    KIND_NAMES,
    KIT_NAMES,
    KNEE_LOAD_NAMES,
    POSITION_NAMES,
    REGION_NAMES,
)
from tests.builders.exercises import make_exercise

KIT = tuple(KIT_NAMES)[:5]
CAUTIONS = tuple(CAUTION_NAMES)[:4]
BY_NAME = {facet.name: facet for facet in FACETS}
ONE_WORD = [BY_NAME[name] for name in ("region", "kind", "level", "load", "position", "origin")]


def some_of(words: Sequence[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), unique=True, max_size=3)


exercises = st.lists(
    st.builds(
        make_exercise,
        name=st.sampled_from(["Wall sit", "Élan squat", "Bridge", "Squat hold"]),
        origin=st.sampled_from(Origin),
        hidden=st.booleans(),
        region=st.sampled_from(tuple(REGION_NAMES)),
        kind=st.sampled_from(tuple(KIND_NAMES)),
        level=st.integers(1, 5),
        pfj_load=st.sampled_from(tuple(KNEE_LOAD_NAMES)),
        position=st.sampled_from(tuple(POSITION_NAMES)),
        equipment=some_of(KIT),
        equipment_any=some_of(KIT),
        cautions=some_of(CAUTIONS),
        contraindications=some_of(CAUTIONS),
    ),
    max_size=12,
)
searches = st.builds(
    Wanted,
    text=st.sampled_from(["", "squat", "SQUAT hold", "zzz"]),
    chosen=st.fixed_dictionaries(
        {},
        optional={
            facet.name: st.frozensets(st.sampled_from(tuple(facet.words)[:7]), max_size=3)
            for facet in FACETS
        },
    ),
)


def chosen_also(wanted: Wanted, facet: Facet, *words: str) -> Wanted:
    return Wanted(wanted.text, {**wanted.chosen, facet.name: wanted.of(facet) | {*words}})


def cleared(wanted: Wanted, facet: Facet) -> Wanted:
    return Wanted(wanted.text, {**wanted.chosen, facet.name: frozenset()})


def left(library: Sequence[Exercise], wanted: Wanted) -> list[int]:
    return [id(exercise) for exercise in sift(library, wanted).exercises]


@given(exercises, searches, st.sampled_from(ONE_WORD))
def test_the_counts_of_a_facet_sum_to_what_is_there_without_it(
    library: list[Exercise], wanted: Wanted, facet: Facet
):
    without_it = sift(library, cleared(wanted, facet)).exercises
    assert sum(sift(library, wanted).counts[facet.name].values()) == len(without_it)


@given(exercises, searches, st.sampled_from(ONE_WORD), st.data())
def test_an_option_alone_shows_as_many_as_it_counts(
    library: list[Exercise], wanted: Wanted, facet: Facet, data: st.DataObject
):
    word = data.draw(st.sampled_from(tuple(facet.words)))
    alone = chosen_also(cleared(wanted, facet), facet, word)
    assert len(left(library, alone)) == sift(library, wanted).counts[facet.name][word]


@given(exercises, searches, st.sampled_from(KIT))
def test_a_kit_option_counts_what_could_be_done_with_it_too(
    library: list[Exercise], wanted: Wanted, thing: str
):
    kit = BY_NAME["kit"]
    counted = sift(library, wanted).counts["kit"][thing]
    assert counted == len(left(library, chosen_also(wanted, kit, thing)))


@given(exercises, searches, st.sampled_from(CAUTIONS))
def test_a_caution_counts_what_keeping_away_from_it_takes_out(
    library: list[Exercise], wanted: Wanted, caution: str
):
    avoid = BY_NAME["avoid"]
    without_any = cleared(wanted, avoid)
    kept = left(library, chosen_also(without_any, avoid, caution))
    gone = len(left(library, without_any)) - len(kept)
    assert sift(library, wanted).counts["avoid"][caution] == gone


@given(exercises, searches, st.sampled_from(FACETS), st.data())
def test_narrowing_never_widens(
    library: list[Exercise], wanted: Wanted, facet: Facet, data: st.DataObject
):
    if facet.name == "hidden":  # shows the other half instead of less
        return
    word = data.draw(st.sampled_from(tuple(facet.words)))
    broad = cleared(wanted, facet)
    assert set(left(library, chosen_also(broad, facet, word))) <= set(left(library, broad))


@given(exercises, searches, st.sampled_from(CAUTIONS))
def test_one_more_caution_to_avoid_never_widens(
    library: list[Exercise], wanted: Wanted, caution: str
):
    narrower = chosen_also(wanted, BY_NAME["avoid"], caution)
    assert set(left(library, narrower)) <= set(left(library, wanted))


@given(exercises, searches, st.sampled_from(["sit", "bridge", "a"]))
def test_one_more_word_never_widens(library: list[Exercise], wanted: Wanted, word: str):
    narrower = Wanted(f"{wanted.text} {word}", wanted.chosen)
    assert set(left(library, narrower)) <= set(left(library, wanted))


@given(exercises, searches)
def test_what_is_left_stays_in_order(library: list[Exercise], wanted: Wanted):
    found = left(library, wanted)
    assert found == [id(exercise) for exercise in library if id(exercise) in found]


@given(exercises, searches)
def test_a_search_that_takes_its_last_option_away_is_as_if_never_asked(
    library: list[Exercise], wanted: Wanted
):
    for facet in FACETS:
        for word in wanted.of(facet):
            wanted = wanted.without(facet, word)
    assert wanted.query == ({"q": wanted.text} if wanted.text else {})
    assert left(library, wanted) == left(library, Wanted(wanted.text))


@pytest.mark.parametrize(
    ("owned", "enough"),
    [
        (set(), False),
        ({"mat"}, False),
        ({"dumbbell"}, False),
        ({"mat", "dumbbell"}, True),
        ({"mat", "backpack"}, True),
        ({"mat", "towel"}, False),
    ],
)
def test_kit_is_enough_with_all_that_is_needed_and_one_of_the_choice(owned: set[str], enough: bool):
    exercise = make_exercise(
        equipment=["mat"], equipment_any=["dumbbell", "backpack"], equipment_optional=["towel"]
    )
    assert usable(exercise, owned) is enough


def test_nice_to_have_kit_never_blocks():
    exercise = make_exercise(equipment_optional=["mirror"])
    assert usable(exercise, set())
    assert left([exercise], Wanted(chosen={"kit": frozenset({NO_KIT})}))


def test_no_kit_at_all_leaves_what_needs_none():
    bare, matted = make_exercise(), make_exercise(name="On a mat", equipment=["mat"])
    found = sift([bare, matted], Wanted(chosen={"kit": frozenset({NO_KIT})}))
    assert found.exercises == [bare]


def test_what_rules_an_exercise_out_is_avoided_like_a_caution():
    exercise = make_exercise(contraindications=["post_op"])
    assert not left([exercise], Wanted(chosen={"avoid": frozenset({"post_op"})}))


def test_hidden_exercises_show_only_when_asked_for():
    here, away = make_exercise(), make_exercise(name="Old one", hidden=True)
    assert sift([here, away], Wanted()).exercises == [here]
    assert sift([here, away], Wanted(chosen={"hidden": frozenset({"1"})})).exercises == [away]


@pytest.mark.parametrize("text", ["elevation", "ÉLÉVATION", "Elev gastro", "  élévation  "])
def test_search_minds_neither_case_nor_accents_nor_the_order_of_words(text: str):
    exercise = make_exercise(name="Élévation du mollet", targets=["gastrocnemius"])
    assert sift([exercise], Wanted(text)).exercises == [exercise]


def test_search_reads_other_scripts():
    exercise = make_exercise(name="تمرين الجسر")
    assert sift([exercise], Wanted("الجسر")).exercises == [exercise]
