import pytest

from rehab_tracker.domain.red_flags import (
    RED_FLAGS,
    Group,
    Level,
    Limit,
    by_group,
    in_order,
    must_be_asked,
    strictest,
)


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("E1", Level.EMERGENCY_TODAY),
        ("E2", Level.URGENT_TODAY),
        ("E2+", Level.EMERGENCY_NOW),
        ("E3", Level.EMERGENCY_TODAY),
        ("E4", Level.EMERGENCY_TODAY),
        ("E5", Level.URGENT_TODAY),
        ("E6", Level.URGENT_TODAY),
        ("E7", Level.URGENT),
        ("E8", Level.DOCTOR_DAYS),
        ("E9", Level.URGENT_TODAY),
        ("E10", Level.ASSESSMENT_DAYS),
        ("E11", Level.EMERGENCY_NOW),
        ("E12", Level.DOCTOR_DAYS),
        ("E13", Level.PHYSIO_FIRST),
    ],
)
def test_each_sign_asks_for_help_as_fast_as_the_table_says(code: str, level: Level):
    assert RED_FLAGS[code].level is level
    assert strictest([code]) is level


def test_the_table_is_whole():
    assert [*RED_FLAGS] == ["E1", "E2", "E2+", *(f"E{number}" for number in range(3, 14))]


def test_four_signs_rule_something_out():
    limits = {code: flag.limit for code, flag in RED_FLAGS.items() if flag.limit}
    assert limits == {
        "E7": Limit.NO_IMPACT,
        "E8": Limit.NOT_EXERCISE,
        "E9": Limit.NO_SPORT,
        "E10": Limit.NO_RUNNING,
    }


def test_of_several_signs_the_most_pressing_decides():
    assert strictest(["E13", "E10", "E5", "E1", "E11"]) is Level.EMERGENCY_NOW
    assert [flag.code for flag in in_order(["E13", "E12", "E2", "E2+"])] == [
        "E2+", "E2", "E12", "E13",
    ]  # fmt: skip


def test_without_a_sign_there_is_no_level():
    assert strictest([]) is None


def test_the_page_begins_with_emergencies_and_asks_for_every_sign_once():
    groups = by_group()
    assert [*groups] == [Group.EMERGENCY, Group.URGENT, Group.DAYS, Group.PHYSIO]
    assert sorted(f.code for flags in groups.values() for f in flags) == sorted(RED_FLAGS)
    assert [flag.code for flag in groups[Group.EMERGENCY]][:2] == ["E2+", "E11"]


@pytest.mark.parametrize(
    ("during", "is_red", "asked"), [(7, False, False), (8, False, True), (3, True, True)]
)
def test_much_pain_or_a_red_light_asks_for_the_signs(during: int, is_red: bool, asked: bool):
    assert must_be_asked(during, is_red=is_red) is asked
