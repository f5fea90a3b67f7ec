"""The phone's own rules say what the server's say: the same vectors, run in a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import rehab_tracker.logbook
from rehab_tracker.domain.rule import SETTINGS
from rehab_tracker.logbook.phone_plan import schedule_of
from tests.domain.test_vectors import a_plan, cases, limits_in, logs_of

STATIC = Path(rehab_tracker.logbook.__path__[0]) / "static"
RULES = {name: row.value for name, row in SETTINGS.items()}
SCORE = """async ([source, rules, cases]) => {
  const { scoreWeek, weekOf } = await import("data:text/javascript," + encodeURIComponent(source));
  return cases.map(({ first, startsOn, schedule, logs }) => {
    const week = weekOf(first, startsOn);
    return { first: week[0], ...scoreWeek(rules, schedule, logs, week) };
  });
}"""
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
    source = (STATIC / "light.js").read_text(encoding="utf-8")
    shown = page.evaluate(RUN, [source, RULES, list(map(asked, listed))])
    assert len(shown) == len(listed) > 0
    for case, light in zip(listed, shown, strict=True):
        told = light | {"colour": light["color"]}
        assert told | case["expect"] == told, case


def weeks_asked(case: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Give every program's week of a case as the phone knows it, and what is expected of it."""
    for program in case["programs"]:
        schedule = schedule_of(a_plan(program))
        logs = [
            {
                "performed_on": log.performed_on.isoformat(),
                "done_sets": log.done_sets,
                "stopped_for_pain": log.stopped_for_pain,
            }
            for log in logs_of(case, program["id"])
        ]
        weeks = zip(case["weeks"], case["expect"]["programs"].get(program["id"], ()), strict=False)
        for first, expected in weeks:
            starts_on = case.get("week_starts_on", "monday")
            yield (
                {"first": first, "startsOn": starts_on, "schedule": schedule, "logs": logs},
                expected,
            )


def test_the_phone_counts_the_week_as_the_clinic_will(page: Page):
    listed = [week for case in cases("adherence") for week in weeks_asked(case)]
    source = (STATIC / "adherence.js").read_text(encoding="utf-8")
    shown = page.evaluate(SCORE, [source, RULES, [asked for asked, _ in listed]])
    assert len(shown) == len(listed) > 0
    for (asked, expected), told in zip(listed, shown, strict=True):
        said = {
            "week": told["first"],
            "expected": told["due"],
            "completed": told["done"],
            "extra": told["extra"],
            "state": told["state"],
        }
        assert said | {k: v for k, v in expected.items() if k in said} == said, asked
        assert told["met"] == min(told["due"], told["done"])
