"""The phone's own rules say what the server's say: the same vectors, run in a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import rehab_tracker.logbook
from rehab_tracker.domain.rule import SETTINGS
from tests.domain.test_vectors import cases, limits_in

LIGHT = Path(rehab_tracker.logbook.__path__[0]) / "static" / "light.js"
RUN = """async ([source, rules, cases]) => {
  const { light } = await import("data:text/javascript," + encodeURIComponent(source));
  return cases.map((c) => light(rules, c.scores, c.limits, c.earlier, c.next, c.over));
}"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


def asked(case: dict[str, Any]) -> dict[str, Any]:
    limits = limits_in(case)
    return {
        "scores": {
            "before": case.get("before"),
            "during": case["during"],
            "settled60": case.get("settled60"),
            "limp": case.get("limp", False),
            "newSwelling": case.get("new_swelling", False),
            "redFlag": case.get("red_flag", False),
        },
        "limits": {
            "greenMax": limits.green_max,
            "amberMax": limits.amber_max,
            "profile": limits.profile.value,
        },
        "earlier": [score for score in case.get("earlier_mornings", []) if score is not None],
        "next": case.get("next_morning"),
        "over": case.get("day_after_over", False),
    }


def test_the_phone_shows_the_light_that_the_clinic_will_see(page: Page):
    listed = cases("pain")
    rules = {name: row.value for name, row in SETTINGS.items()}
    source = LIGHT.read_text(encoding="utf-8")
    shown = page.evaluate(RUN, [source, rules, list(map(asked, listed))])
    assert len(shown) == len(listed) > 0
    for case, light in zip(listed, shown, strict=True):
        told = light | {"colour": light["color"]}
        assert told | case["expect"] == told, case
