"""The log page's form: its exercises and sets, and what stands in its fields."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from rehab_tracker.domain.dosage import Dose, Side, sets_due
from rehab_tracker.domain.pain import Profile
from rehab_tracker.foundation.db import new_id
from rehab_tracker.logbook.models import LoggedExercise, LoggedSession, PerformedSet, SetSide
from rehab_tracker.programs.models import Prescription, Program, ProgramVersion
from rehab_tracker.programs.plans import dose_of

_WEIGHED = {"weight_kg", "weight_or_band", "bodyweight_or_kg"}
TICKED = "1"


@dataclass(frozen=True, slots=True)
class SetRow:
    """One set of the form; a spare one is beyond what was prescribed."""

    key: str
    number: int
    side: SetSide | None
    spare: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One exercise of the form; `unit` is what its sets are measured in: reps or seconds."""

    key: str
    prescription: Prescription
    dose: Dose
    unit: str
    rows: Sequence[SetRow]

    @property
    def exercise_id(self) -> UUID:
        """The exercise that it stands for."""
        return self.prescription.exercise_id

    @property
    def name(self) -> str:
        """The exercise's name."""
        return self.prescription.exercise.name

    @property
    def due(self) -> int:
        """The sets to perform; a set of a per-side exercise is one side's set."""
        return sets_due(self.dose)

    @property
    def weighed(self) -> bool:
        """Whether a load can be told for each set."""
        return self.dose.load_kg is not None or self.prescription.exercise.load_type in _WEIGHED

    @property
    def sides(self) -> tuple[SetSide | None, ...]:
        """The sides whose sets are told apart."""
        return _sides(self.dose)

    @property
    def usual_rows(self) -> list[SetRow]:
        """The prescribed sets, and extra ones that were logged."""
        return [row for row in self.rows if not row.spare]

    @property
    def spare_rows(self) -> list[SetRow]:
        """One more set than that, a row for each side."""
        return [row for row in self.rows if row.spare]


def cards_of(version: ProgramVersion, logged: LoggedSession | None = None) -> list[Card]:
    """Return a version's exercises as cards, with rows enough for what was logged already."""
    done = {e.exercise_id: e for e in logged.exercises} if logged else {}
    return [
        _card(f"ex-{place}", prescription, done.get(prescription.exercise_id))
        for place, prescription in enumerate(version.prescriptions)
    ]


def _card(key: str, prescription: Prescription, done: LoggedExercise | None) -> Card:
    dose = dose_of(prescription)
    most = max((dose.sets, *(one.number for one in done.sets))) if done else dose.sets
    rows = [
        SetRow(f"{key}-set-{number}" + (f"-{side}" if side else ""), number, side, number > most)
        for number in range(1, most + 2)
        for side in _sides(dose)
    ]
    counted = dose.reps is not None and (dose.reps > 1 or dose.hold_s is None)
    return Card(key, prescription, dose, "reps" if counted else "seconds", rows)


def _sides(dose: Dose) -> tuple[SetSide | None, ...]:
    if dose.is_apart:
        return (SetSide.LEFT, SetSide.RIGHT)
    return {Side.LEFT: (SetSide.LEFT,), Side.RIGHT: (SetSide.RIGHT,)}.get(dose.side, (None,))


@dataclass
class LogPage:
    """The form as a page shows it: what stands in its fields and what is wrong with them.

    `own_day` is the day that a correction may keep however long ago it is.
    """

    program: Program
    version: ProgramVersion
    cards: Sequence[Card]
    values: Mapping[str, str]
    today: date
    days_back: int
    own_day: date | None = None
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def days(self) -> list[date]:
        """The days that can be chosen, newest first."""
        choice = {self.today - timedelta(days=back) for back in range(self.days_back + 1)}
        choice = {day for day in choice if day >= self.program.starts_on}
        return sorted(choice | ({self.own_day} if self.own_day else set()), reverse=True)

    @property
    def asks_settling(self) -> bool:
        """Whether it matters that the pain settles within an hour."""
        return self.version.pain_profile is Profile.RUNNING

    def problem(self, card: Card) -> str | None:
        """Return what is wrong with an exercise."""
        return self.problems.get(f"exercise-{card.exercise_id}")

    def told(self, card: Card, name: str) -> str:
        """Return what was told of an exercise: its `effort`, or why it was `skipped`."""
        return self.values.get(f"{card.key}-{name}", "")

    def ticked(self, card: Card) -> int:
        """Return how many sets of an exercise are ticked."""
        return sum(f"{row.key}-done" in self.values for row in card.rows)


def begun(
    cards: Sequence[Card], when: datetime, zone: ZoneInfo, *, all_done: bool, morning: int | None
) -> dict[str, str]:
    """Return the fields of a session to be logged now, with the prescribed amounts in its sets."""
    values = {"client_id": str(new_id()), **_when(when, zone)}
    if morning is not None:
        values["pain_before"] = str(morning)
    for card in cards:
        values |= _prescribed(card)
    if all_done:
        values["done"] = "all"
        values |= {f"{row.key}-done": TICKED for card in cards for row in card.usual_rows}
    return values


def as_logged(cards: Sequence[Card], session: LoggedSession) -> dict[str, str]:
    """Return the fields of a session as it was logged, to correct it."""
    values = {"client_id": str(session.client_id), "note": session.note}
    values |= _when(session.performed_at, ZoneInfo(session.zone))
    values["pain_before"] = "" if session.pain_before is None else str(session.pain_before)
    values["pain_during"] = str(session.pain_during)
    values["sore_exercise_id"] = str(session.sore_exercise_id or "")
    if session.settled_within_hour is not None:
        values["settled_within_hour"] = "yes" if session.settled_within_hour else "no"
    for name in ("limp", "new_swelling", "stopped_for_pain"):
        if getattr(session, name):
            values[name] = TICKED
    done = {one.exercise_id: one for one in session.exercises}
    for card in cards:
        values |= _prescribed(card)
        if card.exercise_id in done:
            values |= dict(_performed(card, done[card.exercise_id]))
    return values


def _when(instant: datetime, zone: ZoneInfo) -> dict[str, str]:
    local = instant.astimezone(zone)
    return {"day": local.date().isoformat(), "time": f"{local:%H:%M}"}


def _prescribed(card: Card) -> dict[str, str]:
    dose = card.dose
    amount = dose.reps if card.unit == "reps" else dose.hold_s or dose.work_s
    values = {f"{row.key}-{card.unit}": str(amount or "") for row in card.rows}
    if dose.load_kg is not None:
        values |= {f"{row.key}-load": _plain(dose.load_kg) for row in card.rows}
    if dose.band is not None:
        values[f"{card.key}-band"] = str(dose.band)
    return values


def _performed(card: Card, done: LoggedExercise) -> Iterator[tuple[str, str]]:
    performed = {(one.number, one.side): one for one in done.sets}
    yield f"{card.key}-effort", "" if done.effort is None else str(done.effort)
    yield f"{card.key}-skipped", done.skipped or ""
    for row in card.rows:
        if one := performed.get((row.number, row.side)):
            yield f"{row.key}-done", TICKED
            yield from _amounts(row, card, one)


def _amounts(row: SetRow, card: Card, one: PerformedSet) -> Iterator[tuple[str, str]]:
    amount = one.reps if card.unit == "reps" else one.seconds
    yield f"{row.key}-{card.unit}", "" if amount is None else str(amount)
    yield f"{row.key}-load", "" if one.load_kg is None else _plain(one.load_kg)
    if one.band is not None:
        yield f"{card.key}-band", str(one.band)


def _plain(load: Decimal) -> str:
    return f"{load.normalize():f}"
