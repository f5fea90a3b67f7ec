"""Language-neutral examples; REHAB_VECTORS names another folder of them to run."""

import json
import os
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from rehab_tracker.domain.adherence import Log, WeekResult, score_week, summarize
from rehab_tracker.domain.pain import PainLimits, PainScores, Profile, light, limits_for
from rehab_tracker.domain.schedule import Pause, Plan, Version
from rehab_tracker.domain.week import Week, WeekStart, week_of

FOLDER = Path(os.environ.get("REHAB_VECTORS") or Path(__file__).parents[1] / "vectors")


def cases(name: str) -> list[dict[str, Any]]:
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))["cases"]


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def a_plan(program: Mapping[str, Any]) -> Plan:
    versions = tuple(
        Version(
            date.fromisoformat(version["effective_from"]),
            version.get("number", number),
            version["sessions_per_week"],
            version.get("core_sets", {}),
        )
        for number, version in enumerate(program["versions"], 1)
    )
    pauses = tuple(
        Pause(date.fromisoformat(pause["first"]), day(pause.get("last")), pause.get("reason", ""))
        for pause in program.get("pauses", [])
    )
    starts_on = day(program.get("starts_on")) or versions[0].effective_from
    return Plan(starts_on, day(program.get("ends_before")), versions, pauses)


def logs_of(case: Mapping[str, Any], program: str) -> list[Log]:
    return [
        Log(
            date.fromisoformat(log["performed_on"]),
            log.get("sets", {}),
            log.get("stopped_for_pain", False),
        )
        for log in case.get("logs", [])
        if log.get("program", program) == program
    ]


def as_listed(result: WeekResult) -> dict[str, Any]:
    return {
        "week": result.week.first_on.isoformat(),
        "exact": result.exact,
        "expected": result.due,
        "completed": result.done,
        "extra": result.extra,
        "state": result.state.value,
        "percent": result.percent,
        "dose_percent": result.dose_percent,
        "overdoing": result.overdoing,
    }


@pytest.mark.parametrize("case", cases("adherence"), ids=lambda case: case["name"])
def test_adherence_agrees_with_the_vector(case: dict[str, Any]) -> None:
    starts_on = WeekStart(case.get("week_starts_on", "monday"))
    weeks = [Week(date.fromisoformat(first)) for first in case["weeks"]]
    assert weeks == [week_of(week.first_on, starts_on) for week in weeks]
    results = {
        program["id"]: [
            score_week(a_plan(program), logs_of(case, program["id"]), week) for week in weeks
        ]
        for program in case["programs"]
    }
    for program, expected_weeks in case["expect"]["programs"].items():
        for result, expected in zip(results[program], expected_weeks, strict=True):
            listed = (
                expected | {"exact": Fraction(expected["exact"])}
                if "exact" in expected
                else expected
            )
            assert as_listed(result) | listed == as_listed(result)
    overall = summarize(result for of_program in results.values() for result in of_program)
    assert overall.percent == case["expect"].get("overall_percent", overall.percent)


def limits_in(case: Mapping[str, Any]) -> PainLimits:
    usual = limits_for(Profile(case.get("profile", "standard")))
    green_max = case.get("green_max", usual.green_max)
    return PainLimits(green_max, case.get("amber_max", usual.amber_max), usual.profile)


def pain_id(case: Mapping[str, Any]) -> str:
    said = [flag for flag in ("limp", "new_swelling", "red_flag") if case.get(flag)]
    said += ["unsettled"] if case.get("settled60") is False else []
    morning = f"morning {case.get('next_morning')}"
    return " ".join([case.get("profile", "standard"), f"during {case['during']}", *said, morning])


@pytest.mark.parametrize("case", cases("pain"), ids=pain_id)
def test_the_light_agrees_with_the_vector(case: dict[str, Any]) -> None:
    shown = light(
        PainScores(
            before=case.get("before"),
            during=case["during"],
            settled60=case.get("settled60"),
            limp=case.get("limp", False),
            new_swelling=case.get("new_swelling", False),
            red_flag=case.get("red_flag", False),
        ),
        limits_in(case),
        [score for score in case.get("earlier_mornings", []) if score is not None],
        case.get("next_morning"),
        case.get("day_after_over", False),
    )
    listed = {
        "colour": shown.color.value,
        "color": shown.color.value,
        "code": shown.code,
        "status": shown.status.value,
        "baseline": shown.baseline,
    }
    assert listed | case["expect"] == listed
