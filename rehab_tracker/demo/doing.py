"""How a demo patient trains: which days, how much of it, how it feels, and what is written down."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from sqlalchemy.orm import Session

from rehab_tracker.demo.people import DONE, Course, DemoPatient, pain
from rehab_tracker.domain.dosage import Dose, Side
from rehab_tracker.domain.schedule import is_active
from rehab_tracker.domain.week import local_day, week_of
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.logbook import actions as logbook
from rehab_tracker.logbook.models import SetSide, SkipReason
from rehab_tracker.logbook.weekly import TellWeek, tell_week
from rehab_tracker.programs.models import Prescription, Program
from rehab_tracker.programs.plans import dose_of, plan_of, version_row_on

TRAINING_DAYS = {
    1: (1,),
    2: (2, 5),
    3: (1, 3, 5),
    4: (1, 2, 4, 6),
    5: (1, 2, 3, 4, 5),
    6: (1, 2, 3, 4, 5, 6),
    7: (1, 2, 3, 4, 5, 6, 7),
}
"""ISO weekdays on which somebody trains, by sessions a week."""

_RUNNING_DAYS = (2, 4, 7)
_DAY = timedelta(days=1)
_ANSWERS = 0.85
_NOTES = (
    "Last set was hard but clean.",
    "Stairs felt easier today.",
    "Did it in two parts, before and after work.",
    "Band slipped once, fine otherwise.",
    "",
    "",
    "",
    "",
)


@dataclass
class Doing:
    """One patient's training, day by day."""

    db: Session
    me: Actor
    patient: DemoPatient
    chance: Random
    now: datetime
    trained_on: date | None = field(default=None)
    worst: int = 0
    worst_of_week: list[int] = field(default_factory=list)

    def day(self, program: Program, day: date, began: date) -> None:
        """Train on one day if it is a day for it and the patient feels like it."""
        if not is_active(plan_of(program), day) or day.isoweekday() not in self._days(program, day):
            return
        total = max(1, (local_day(self.now, self.me.zone) - began).days)
        share = (day - began).days / total
        if self.chance.random() < DONE[self.patient.course](share):
            self._log(program, day, share)

    def _days(self, program: Program, day: date) -> tuple[int, ...]:
        version = version_row_on(program, day)
        assert version is not None
        if self.patient.course is Course.EAGER:
            return TRAINING_DAYS[min(7, version.sessions_per_week + 2)]
        is_second = self.patient.course is Course.RUNNER and version.sessions_per_week > 2  # noqa: PLR2004
        return _RUNNING_DAYS if is_second else TRAINING_DAYS[version.sessions_per_week]

    def next_morning(self, day: date) -> None:
        """Answer the morning question after a training day, mostly."""
        if self.trained_on != day - _DAY or self.chance.random() > _ANSWERS:
            return
        at = self._at(day, 7, self.chance.randrange(60))
        if at <= self.now:
            after = self.worst - 1 if self.worst > 5 else self.worst - 2  # noqa: PLR2004
            with clock.stopped(at):
                logbook.answer_morning(
                    self.db, self.me, day, max(0, after + self.chance.choice((0, 0, 0, 1))), now=at
                )

    def end_of_week(self, day: date) -> None:
        """Tell the pain of the week on its last evening, mostly."""
        at = self._at(day, 21, 0)
        week = week_of(day, self.me.week_starts_on)
        if day != week.last_on or at > self.now or not self.worst_of_week:
            return
        worst, self.worst_of_week = max(self.worst_of_week), []
        if self.chance.random() <= _ANSWERS:
            with clock.stopped(at):
                told = TellWeek(week.first_on, worst, max(0, worst - 2))
                tell_week(self.db, self.me, told, now=at)

    def _at(self, day: date, hour: int, minute: int) -> datetime:
        return datetime.combine(day, time(hour, minute), self.me.zone).astimezone(UTC)

    def _log(self, program: Program, day: date, share: float) -> None:
        at = self._at(day, 18, self.chance.randrange(60))
        received = at + self._delay()
        if received > self.now:
            return
        self.worst = max(0, min(10, round(pain(self.patient.course, share) + self._wobble())))
        self.trained_on = day
        self.worst_of_week.append(self.worst)
        stopped = self.worst > 6  # noqa: PLR2004
        version = version_row_on(program, day)
        assert version is not None
        command = logbook.LogSession(
            client_id=UUID(int=self.chance.getrandbits(128), version=4),
            program_id=program.id,
            performed_on=day,
            performed_at=at,
            zone=str(self.me.zone),
            pain_before=max(0, self.worst - 1 - self.chance.randrange(2)),
            pain_during=self.worst,
            limp=stopped and self.chance.random() < 0.3,  # noqa: PLR2004
            stopped_for_pain=stopped,
            sore_exercise_id=version.prescriptions[0].exercise_id if stopped else None,
            note=self.chance.choice(_NOTES),
            exercises=tuple(self._exercises(version.prescriptions, share, stopped=stopped)),
        )
        with clock.stopped(received):
            logbook.log_session(self.db, self.me, command, now=received)

    def _delay(self) -> timedelta:
        late = self.patient.course is Course.LATE and self.chance.random() < 0.5  # noqa: PLR2004
        return timedelta(days=self.chance.choice((1, 2, 4)) if late else 0, minutes=2)

    def _wobble(self) -> float:
        return self.chance.choice((-1, -0.5, 0, 0, 0.5, 1))

    def _exercises(
        self, items: list[Prescription], share: float, *, stopped: bool
    ) -> Iterator[logbook.ExerciseLog]:
        for number, item in enumerate(items):
            dose = dose_of(item)
            skipped = self._skipped(item, number, stopped=stopped)
            yield logbook.ExerciseLog(
                exercise_id=item.exercise_id,
                effort=None
                if skipped
                else min(10, max(1, (dose.target_rpe or 6) - 1 + number % 2)),
                skipped=skipped,
                sets=() if skipped else tuple(self._sets(dose, share)),
            )

    def _skipped(self, item: Prescription, number: int, *, stopped: bool) -> SkipReason | None:
        if stopped and number > 1:
            return SkipReason.PAIN
        if item.optional and self.chance.random() < 0.4:  # noqa: PLR2004
            return SkipReason.NO_TIME
        return None

    def _sets(self, dose: Dose, share: float) -> Iterator[logbook.SetLog]:
        sides: tuple[SetSide | None, ...] = (None,)
        if dose.per_side:
            both = (SetSide.LEFT, SetSide.RIGHT)
            sides = both if dose.side is Side.BOTH else (SetSide(dose.side),)
        for number in range(1, dose.sets + 1):
            for side in sides:
                yield logbook.SetLog(
                    number=number,
                    side=side,
                    reps=_between(dose.reps, dose.reps_max, share),
                    seconds=dose.work_s or _between(dose.hold_s, dose.hold_max_s, share),
                    load_kg=dose.load_kg,
                    band=dose.band,
                )


def _between(start: int | None, top: int | None, share: float) -> int | None:
    """Return how far somebody has climbed in a range."""
    return None if start is None else start + round(((top or start) - start) * min(1, share * 1.2))
