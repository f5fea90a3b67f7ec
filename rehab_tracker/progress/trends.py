"""How the best set of each exercise went, day by day."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from rehab_tracker.progress.chart_shapes import LoadPoint
from rehab_tracker.progress.view import ExerciseTrend, Measure


def exercise_trends(rows: Iterable[Any]) -> tuple[ExerciseTrend, ...]:
    """Return each performed exercise's trend, the latest done first; skipped days are left out."""
    performed: dict[UUID, list[Any]] = {}
    for row in rows:
        if row.reps is not None or row.seconds is not None:
            performed.setdefault(row.exercise_id, []).append(row)
    latest_first = sorted(performed.values(), key=lambda of: of[-1].performed_on, reverse=True)
    return tuple(_trend(of_exercise) for of_exercise in latest_first)


def _trend(rows: Sequence[Any]) -> ExerciseTrend:
    measure = _measure(rows)
    best: dict[date, float | None] = {}
    for row in rows:
        amount = getattr(row, measure)
        known = [v for v in (amount, best.get(row.performed_on)) if v is not None]
        best[row.performed_on] = float(max(known)) if known else None
    points = tuple(LoadPoint(day, amount) for day, amount in best.items())
    return ExerciseTrend(rows[0].exercise, rows[0].language, measure, points)


def _measure(rows: Sequence[Any]) -> Measure:
    """Prefer loads; a single hold is told by its seconds, anything else by its repetitions."""
    if any(row.load is not None for row in rows):
        return Measure.LOAD
    single = max(row.reps or 1 for row in rows) == 1
    timed = any(row.seconds is not None for row in rows)
    return Measure.SECONDS if single and timed else Measure.REPS
