"""What a physio changed since the patient last looked, all changes of a program in one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from rehab_tracker.domain.dosage import Dose
from rehab_tracker.domain.effort import Turn, turn
from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.errors import NotVisible
from rehab_tracker.programs.models import Prescription, Program, ProgramVersion, SeenVersion
from rehab_tracker.programs.plans import dose_of
from rehab_tracker.programs.queries import programs_of


@dataclass(frozen=True, slots=True)
class ExerciseNews:
    """One exercise and what became of it."""

    name: str
    language: str
    turn: Turn


@dataclass(frozen=True, slots=True)
class ProgramNews:
    """What is new in one program; `note` and `per_week` are None where they did not change."""

    program_id: UUID
    title: str
    number: int
    begins_on: date | None
    exercises: Sequence[ExerciseNews]
    per_week: tuple[int, int] | None
    note: str | None


def news_of(db: Session, programs: Sequence[Program], today: date) -> Sequence[ProgramNews]:
    """Return what changed in programs since they were last seen; one statement, if any changed."""
    changed = [
        program
        for program in programs
        if len(program.versions) > 1 and not _is_over(program, today)
    ]
    if not changed:
        return []
    seen = _seen(db, [program.id for program in changed])
    found = (_news(program, seen.get(program.id, 1), today) for program in changed)
    return [one for one in found if one]


def _is_over(program: Program, today: date) -> bool:
    return program.ends_before is not None and program.ends_before <= today


_SEEN = select(SeenVersion).where(
    SeenVersion.program_id.in_(bindparam("program_ids", expanding=True))
)


def _seen(db: Session, program_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    rows = db.scalars(_SEEN, {"program_ids": program_ids})
    return {row.program_id: row.number for row in rows}


def _news(program: Program, seen: int, today: date) -> ProgramNews | None:
    """Return the way from the version that was seen to the newest one; None when there is none."""
    newest = program.versions[-1]
    before = next((v for v in program.versions if v.number == seen), program.versions[0])
    if newest.number <= before.number:
        return None
    frequencies = before.sessions_per_week, newest.sessions_per_week
    return ProgramNews(
        program_id=program.id,
        title=program.title,
        number=newest.number,
        begins_on=newest.effective_from if newest.effective_from > today else None,
        exercises=list(_turns(before, newest)),
        per_week=frequencies if frequencies[0] != frequencies[1] else None,
        note=newest.note if newest.note != before.note and newest.note.strip() else None,
    )


def _turns(before: ProgramVersion, after: ProgramVersion) -> Iterator[ExerciseNews]:
    old = {row.exercise_id: row for row in before.prescriptions}
    new = {row.exercise_id: row for row in after.prescriptions}
    for key, row in (new | old).items():
        turned = turn(_dose(old.get(key)), _dose(new.get(key)))
        if turned is not None:
            yield ExerciseNews(row.exercise.name, row.exercise.language, turned)


def _dose(row: Prescription | None) -> Dose | None:
    return dose_of(row) if row else None


def see_news(db: Session, actor: Actor, seen: Mapping[UUID, int], *, now: datetime) -> None:
    """Note which versions the acting patient has seen, by program; what came since stays news."""
    if actor.patient_id is None:
        raise NotVisible
    newest = {p.id: p.versions[-1].number for p in programs_of(db, actor.patient_id)}
    if not seen.keys() <= newest.keys():
        raise NotVisible
    known = {row.program_id: row for row in db.scalars(_SEEN, {"program_ids": [*seen]})}
    for program_id, number in seen.items():
        row = known.get(program_id) or SeenVersion(program_id=program_id, number=1)
        row.number, row.seen_at = max(row.number, min(number, newest[program_id])), now
        db.add(row)
        audit.record(
            db,
            actor,
            "program.seen",
            patient_id=actor.patient_id,
            subject_id=program_id,
            number=row.number,
        )
    db.flush()
