"""How the best set of each exercise went, day by day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from rehab_tracker.progress.chart_shapes import LoadPoint
from rehab_tracker.progress.view import ExerciseTrend, Measure


class _Best(NamedTuple):
    """The best set of one exercise in one session."""

    day: date
    load: Decimal | None
    reps: int | None
    seconds: int | None


def exercise_trends(rows: Iterable[Any]) -> tuple[ExerciseTrend, ...]:
    """Return each performed exercise's trend, the latest done first; skipped days are left out."""
    performed: defaultdict[tuple[UUID, str, str], list[_Best]] = defaultdict(list)
    for day, exercise_id, name, language, load, reps, seconds in rows:
        if reps is not None or seconds is not None:
            performed[exercise_id, name, language].append(_Best(day, load, reps, seconds))
    latest_first = sorted(performed.items(), key=lambda item: item[1][-1].day, reverse=True)
    return tuple(_trend(name, language, rows) for (_id, name, language), rows in latest_first)


def _trend(exercise: str, language: str, rows: Sequence[_Best]) -> ExerciseTrend:
    measure = _measure(rows)
    best: dict[date, float | None] = {}
    for row in rows:
        amount, known = getattr(row, measure), best.setdefault(row.day, None)
        if amount is not None and (known is None or amount > known):
            best[row.day] = float(amount)
    points = tuple(LoadPoint(day, amount) for day, amount in best.items())
    return ExerciseTrend(exercise, language, measure, points)


def _measure(rows: Sequence[_Best]) -> Measure:
    """Prefer loads; a single hold is told by its seconds, anything else by its repetitions."""
    if any(row.load is not None for row in rows):
        return Measure.LOAD
    single = max(row.reps or 1 for row in rows) == 1
    timed = any(row.seconds is not None for row in rows)
    return Measure.SECONDS if single and timed else Measure.REPS
