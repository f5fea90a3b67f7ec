import re

from rehab_tracker.domain.pain import Color
from rehab_tracker.domain.rule import SETTINGS
from rehab_tracker.progress import definition, examples
from rehab_tracker.progress.words import SETTING_NAMES
from tests.client import CheckedClient


def _page(stranger: CheckedClient) -> str:
    answer = stranger.get("/definitions")
    assert answer.status_code == 200
    return answer.text


def test_every_threshold_stands_there_with_its_number_and_origin(stranger: CheckedClient):
    page = _page(stranger)
    rows = dict(re.findall(r'<tr id="(\w+)"><th scope="row">(.*?)</tr>', page))
    for name, threshold in SETTINGS.items():
        row = re.sub(r"<[^>]+>", " ", rows[name])
        for fact in (str(threshold.value), threshold.unit, threshold.mark, threshold.section):
            assert fact.replace("'", "&#39;") in row
        assert threshold.source.replace("'", "&#39;") in row
        assert f"version {threshold.version}" in row


def test_every_threshold_has_a_name_in_plain_words():
    assert set(SETTINGS) == set(SETTING_NAMES)


def test_every_link_on_the_page_leads_somewhere(stranger: CheckedClient):
    page = _page(stranger)
    assert set(re.findall(r'href="#([\w-]+)"', page)) <= set(re.findall(r'id="([\w-]+)"', page))
    ids = re.findall(r'id="([\w-]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_examples_are_those_of_the_clinical_rules(stranger: CheckedClient):
    partial = examples.whole_half_and_quarter()
    assert (partial.met, partial.due, partial.percent, partial.dose_percent) == (2, 3, 67, 58)
    both, weeks = definition.everything()["both"], definition.everything()["together"]
    assert (both.met, both.due, both.percent) == (4, 5, 80)
    assert (weeks.met, weeks.due, weeks.percent) == (5, 7, 71)
    text = " ".join(re.sub(r"<[^>]+>", "", _page(stranger)).split())
    assert (
        "Together 1.75 of 3 · 58 %, while the sessions of the same week read 2 of 3 · 67 %" in text
    )
    assert "Both together: 4 of 5 · 80 %" in text
    assert "3 of 3 + 2 of 3 + 0 of 1 = 5 of 7 · 71 %" in text


def test_each_row_of_the_light_carries_the_code_that_the_rule_gives_its_example():
    lit = definition.everything()["lights"]
    assert list(lit) == ["P0", "P1", "P2", "P3", "P4", "P5", "P9", "M1", "M2", "M3"]
    assert [example.light.color for example in lit.values()] == [
        Color.STOP,
        Color.RED,
        Color.RED,
        Color.RED,
        Color.AMBER,
        Color.AMBER,
        Color.GREEN,
        Color.RED,
        Color.AMBER,
        Color.AMBER,
    ]
