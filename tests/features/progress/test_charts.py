import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rehab_tracker.progress import charts
from rehab_tracker.progress.charts import (
    LoadPoint,
    Marker,
    PainPoint,
    WeekBar,
    load_trend,
    progress_charts,
)
from rehab_tracker.progress.svg_paths import text_width

TEMPLATES = Path(charts.__file__).parent / "templates"
MONDAY = date(2026, 6, 1)


def a_week(index: int = 0, **facts: Any) -> WeekBar:
    first_on = MONDAY + timedelta(weeks=index)
    usual: dict[str, Any] = {"due": 3, "done": 3, "extra": 0, "percent": 100, "state": "scored"}
    return WeekBar(**{"label": f"{first_on:%-d %b}", "first_on": first_on, **usual, **facts})


def a_paused_week(index: int, **facts: Any) -> WeekBar:
    return a_week(
        index, **{"due": 0, "done": 0, "percent": None, "state": "paused", "paused_days": 7} | facts
    )


def a_pain(day: int, during: int | None = 3, **facts: Any) -> PainPoint:
    usual: dict[str, Any] = {"before": 1, "next_morning": 1, "color": "green"}
    return PainPoint(on=MONDAY + timedelta(days=day), during=during, **usual | facts)


def drawn(*given: Any) -> str:
    """The page's text for these weeks, pains and markers."""
    return str(_macros().progress_chart(progress_charts(*given)))


def _macros() -> Any:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    environment.filters["brief_day"] = date.isoformat
    return environment.get_template("progress/_charts.html").module


def texts(markup: str, place: str = "chart-wide") -> list[str]:
    return [text.text or "" for text in svg(markup, place).iter("text")]


def svg(markup: str, place: str = "chart-wide") -> ET.Element:
    figure = ET.fromstring(markup)  # noqa: S314 - our own markup
    found = [one for one in figure.iter("svg") if place in (one.get("class") or "").split()]
    assert len(found) == 1
    return found[0]


def heights(path: str) -> list[float]:
    """How high each box of a path stands above its base."""
    return [float(base) - float(top) for base, top in re.findall(r"M\S+ (\S+?)V(\S+?)h", path)]


def wide(*given: Any) -> Any:
    laid_out = progress_charts(*given)
    assert laid_out
    return laid_out.wide


def test_two_of_three_fills_two_thirds_of_what_was_due() -> None:
    bars = wide([a_week(done=2, percent=67)]).bars
    due, done = heights(bars.due)[0], heights(bars.done)[0]
    assert due == bars.base - bars.top
    assert done / due == pytest.approx(2 / 3, abs=0.01)


def test_every_session_due_is_a_segment_that_can_be_counted() -> None:
    assert wide([a_week(due=4, done=1)]).bars.segments.count("M") == 3


def test_the_goal_line_stands_at_80_percent_of_the_height() -> None:
    bars = wide([a_week()]).bars
    assert (bars.base - bars.goal.y) / (bars.base - bars.top) == pytest.approx(0.8, abs=0.01)
    assert "80 %: our convention for on track" in drawn([a_week()])


def test_sessions_beyond_what_was_due_are_written_above_and_never_raise_the_bar() -> None:
    weeks = [a_week(0, done=3, extra=2)]
    assert heights(wide(weeks).bars.done) == heights(wide(weeks).bars.due)
    assert "+2" in texts(drawn(weeks))


def test_a_paused_week_says_so_and_keeps_what_was_done_as_extra() -> None:
    weeks = [a_week(0), a_paused_week(1, extra=1), a_week(2)]
    words = texts(drawn(weeks))
    assert "paused" in words
    assert "+1" in words
    assert heights(wide(weeks).bars.due) == heights(wide([a_week(0), a_week(1)]).bars.due)


def test_neighboring_paused_weeks_are_one_block_with_one_word() -> None:
    weeks = [a_week(0), a_paused_week(1), a_paused_week(2), a_week(3), a_paused_week(4)]
    assert texts(drawn(weeks)).count("paused") == 2


def test_a_week_of_which_some_days_were_paused_tells_how_many() -> None:
    assert "paused: 3/7" in drawn([a_week(paused_days=3)])


def test_a_week_that_is_not_scored_is_no_empty_bar() -> None:
    bars = wide([a_week(due=0, done=0, percent=None, state="not_scored")]).bars
    assert (bars.due, bars.done, bars.counts) == ("", "", ())
    assert bars.not_scored


def test_the_open_week_is_dashed_and_has_no_percent() -> None:
    weeks = [a_week(0), a_week(1, done=2, percent=None, state="open")]
    bars = wide(weeks).bars
    assert (bars.due.count("M"), bars.open_due.count("M")) == (1, 1)
    assert "this week: 2 of 3 so far" in texts(drawn(weeks))
    assert "None" not in drawn(weeks)


def test_the_latest_pains_stand_on_the_scale_from_none_to_worst() -> None:
    pain = wide([a_week()], [a_pain(0, 0), a_pain(2, 10)]).pain
    places = re.findall(r"[ML](\S+?) (\S+?)(?=[ML]|$)", pain.line)
    assert [float(y) for _, y in places] == [pain.base, pain.top]


def test_a_missing_pain_is_a_gap_and_never_a_zero() -> None:
    pain = wide([a_week()], [a_pain(0), a_pain(1, None), a_pain(2)]).pain
    assert (pain.line.count("M"), pain.line.count("L")) == (2, 0)
    assert pain.during["green"].count("M") == 2
    assert f" {pain.base}" not in pain.line


def test_a_week_without_any_record_is_a_gap_too() -> None:
    weeks = [a_week(index) for index in range(3)]
    assert wide(weeks, [a_pain(2), a_pain(15)]).pain.line.count("L") == 0
    assert wide(weeks, [a_pain(2), a_pain(8), a_pain(15)]).pain.line.count("L") == 2


def test_a_missing_morning_has_no_mark_and_is_told_to_those_who_listen() -> None:
    pains = [a_pain(0), a_pain(2, next_morning=None), a_pain(4, before=None)]
    pain = wide([a_week()], pains).pain
    assert (pain.next_morning.count("M"), pain.before.count("M")) == (2, 2)
    assert "Next mornings not recorded: 1." in drawn([a_week()], pains)


def test_the_next_morning_stands_a_day_later_than_its_session() -> None:
    chart = wide([a_week()], [a_pain(0, before=None, next_morning=3)])
    session = float(chart.pain.line[1:].split()[0])
    morning = float(chart.pain.next_morning[1:].split()[0])
    assert morning - session == pytest.approx((chart.right - chart.left) / 7, abs=0.2)


def test_a_red_session_differs_from_a_green_one_by_shape() -> None:
    panel = wide([a_week()], [a_pain(0), a_pain(2, 4, color="amber"), a_pain(4, 7, color="red")])
    shapes = {re.sub(r"[-\d. ]", "", path) for path in panel.pain.during.values() if path}
    assert len(shapes) == 3


def test_markers_are_lettered_in_time_and_explained_below() -> None:
    markers = [
        Marker(MONDAY + timedelta(days=9), "treatment", "Taping"),
        Marker(MONDAY + timedelta(days=2), "plan", "3 to 4 sessions <a week>"),
        Marker(MONDAY - timedelta(days=40), "plan", "Long before"),
    ]
    markup = drawn([a_week(0), a_week(1)], [], markers)
    assert [text for text in texts(markup) if text in "ABC"] == ["A", "B"]
    assert "3 to 4 sessions &lt;a week&gt;" in markup
    assert "Long before" not in markup


def test_markers_of_the_same_day_do_not_cover_each_other() -> None:
    flags = wide([a_week()], [], [Marker(MONDAY, "plan", "x") for _ in range(3)]).flags
    assert len({(flag.x, flag.y) for flag in flags}) == 3


def test_the_phone_shows_the_last_twelve_weeks_with_the_same_letters() -> None:
    weeks = [a_week(index) for index in range(26)]
    early, late = (Marker(MONDAY + timedelta(weeks=w), "plan", "x") for w in (1, 20))
    laid_out = progress_charts(weeks, [], [early, late])
    assert laid_out
    assert [flag.letter for flag in laid_out.narrow.flags] == ["B"]
    assert len(laid_out.narrow.columns) == 12
    assert [item.beyond_narrow for item in laid_out.markers] == [True, False]


@pytest.mark.parametrize("label", ["1 Jun", "woche vom 1. Juni", "أسبوع طويل جدا", "六月一日の週"])
@pytest.mark.parametrize("count", [1, 12, 26, 52])
def test_week_labels_never_overlap_and_stay_inside(label: str, count: int) -> None:
    laid_out = progress_charts([a_week(index, label=label) for index in range(count)])
    assert laid_out
    for chart in (laid_out.wide, laid_out.narrow):
        ends = [
            (text.x - text_width(text.text, 12) / 2, text.x + text_width(text.text, 12) / 2)
            for text in chart.bars.labels
        ]
        assert ends
        assert ends[0][0] >= -0.1
        assert ends[-1][1] <= chart.width + 0.1
        assert all(left[1] < right[0] for left, right in pairwise(ends))


def test_the_chart_keeps_its_direction_where_the_page_reads_from_the_right() -> None:
    assert svg(drawn([a_week()])).get("direction") == "ltr"


def test_no_week_yet_is_a_sentence_and_no_picture() -> None:
    markup = drawn([])
    assert "<svg" not in markup
    assert "There is no week to draw yet" in markup


def test_weeks_without_pain_draw_no_empty_pain_panel() -> None:
    assert wide([a_week()]).pain is None
    markup = drawn([a_week()])
    assert "Pain, 0 to 10" not in markup
    assert "No pain is recorded." in markup


def test_who_listens_hears_counts_first_latest_and_worst_pain() -> None:
    weeks = [a_week(0), a_week(1, done=1, percent=33), a_paused_week(2)]
    desc = svg(drawn(weeks, [a_pain(0, 6), a_pain(3, 7), a_pain(9, 2)])).findtext("desc")
    assert desc
    assert "4 of 6 due sessions" in desc
    assert "Weeks paused: 1." in desc
    assert "first 6, latest 2, highest 7 of 10" in desc


@pytest.mark.parametrize("place", ["chart-wide", "chart-narrow"])
def test_nothing_is_drawn_outside_the_picture_and_no_number_is_broken(place: str) -> None:
    weeks = [a_week(index, extra=1) for index in range(25)] + [a_week(25, state="open")]
    picture = svg(drawn(weeks, [a_pain(day, 10) for day in range(0, 180, 2)]), place)
    width, height = (float(side) for side in picture.get("viewBox", "").split()[2:])
    for text in picture.iter("text"):
        assert 0 <= float(text.get("x", "-1")) <= width
        assert 0 <= float(text.get("y", "-1")) <= height
    for path in picture.iter("path"):
        assert not re.search("nan|inf|None", path.get("d", ""))


def test_a_load_that_was_not_recorded_breaks_its_line() -> None:
    points = [LoadPoint(MONDAY + timedelta(days=3 * i), v) for i, v in enumerate([4, 5, None, 6])]
    trend = load_trend(points)
    assert trend
    assert (trend.line.count("M"), trend.line.count("L")) == (2, 1)
    assert (trend.first_load, trend.last_load) == (4, 6)


def test_a_higher_load_is_drawn_higher_and_a_steady_one_level() -> None:
    rising = load_trend([LoadPoint(MONDAY, 4), LoadPoint(MONDAY + timedelta(days=7), 6.5)])
    steady = load_trend([LoadPoint(MONDAY, 4), LoadPoint(MONDAY + timedelta(days=7), 4)])
    assert rising
    assert steady
    assert _ys(rising.line)[0] > _ys(rising.line)[1]
    assert _ys(steady.line)[0] == _ys(steady.line)[1]


def _ys(path: str) -> list[float]:
    return [float(y) for y in re.findall(r" ([\d.]+)", path)]


def test_no_load_at_all_is_said_in_words() -> None:
    assert load_trend([LoadPoint(MONDAY, None)]) is None
    assert "no load recorded" in _macros().load_spark(None, "Split squat")
    trend = load_trend([LoadPoint(MONDAY, 7.5)])
    assert "7.5 kg" in _macros().load_spark(trend, "Split squat")
