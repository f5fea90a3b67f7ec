"""A physio assigns, adjusts and ends programs; pauses begin and end."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts.models import Patient
from rehab_tracker.accounts.queries import patient_card
from rehab_tracker.domain.permission import Role
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.exercises.queries import by_id
from rehab_tracker.foundation import audit
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.db import new_id
from rehab_tracker.foundation.errors import Refused, Stale
from rehab_tracker.programs import checks, pausing, policy, queries
from rehab_tracker.programs.changes import Change, changes, renaming
from rehab_tracker.programs.commands import (
    AdjustProgram,
    AssignProgram,
    PauseProgram,
    PrescriptionDraft,
    ProgramContent,
)
from rehab_tracker.programs.holding import hold
from rehab_tracker.programs.models import Pause, Prescription, Program, ProgramVersion
from rehab_tracker.programs.plans import content_of

__all__ = [
    "AdjustProgram",
    "AssignProgram",
    "PauseProgram",
    "PrescriptionDraft",
    "adjust_program",
    "assign_program",
    "end_program",
    "pause_programs",
    "resume_programs",
    "review_adjustment",
]

_DAY = timedelta(days=1)
Content = TypeVar("Content", bound=ProgramContent)


def assign_program(
    db: Session, actor: Actor, command: AssignProgram, *, today: date, now: datetime
) -> Program:
    """Give a patient a new program; `today` is the patient's local day."""
    policy.require_treating(actor, patient_card(db, command.patient_id))
    exercises = _exercises(db, command)
    _refuse(
        *checks.assignment_problems(command, today), *checks.content_problems(command, exercises)
    )
    is_held = _hold(db, command.patient_id) is not None
    _refuse_twice(db, command)
    program = Program(
        id=new_id(),
        patient_id=command.patient_id,
        title=command.title.strip(),
        template=command.template,
        starts_on=command.starts_on,
        created_by=actor.membership_id,
        created_at=now,
        versions=[
            _version(_settled(command, exercises), 1, actor, now, effective_from=command.starts_on)
        ],
        pauses=[],
    )
    db.add(program)
    _audit(db, actor, "assigned", program, template=command.template)
    if is_held:
        hold(db, actor, program, today, now)
    db.flush()
    return program


def _refuse_twice(db: Session, command: AssignProgram) -> None:
    """Keep a double click from making a second program."""
    same = select(Program.id).where(
        Program.patient_id == command.patient_id,
        Program.title == command.title.strip(),
        Program.starts_on == command.starts_on,
        Program.ends_before.is_(None),
    )
    if db.scalars(same.limit(1)).first():
        raise Refused({"title": _("There is a program of this name from this day already.")})


def adjust_program(
    db: Session, actor: Actor, command: AdjustProgram, *, today: date, now: datetime
) -> ProgramVersion:
    """Let a program read differently from a day on; no earlier version ever changes.

    Where only its name is new, the newest version stands and is returned.
    """
    program, settled, found = _adjustment(db, actor, command, today)
    _rename(db, actor, program, command.title)
    if not found:
        db.flush()
        return program.versions[-1]
    version = _version(
        settled,
        command.based_on + 1,
        actor,
        now,
        effective_from=command.effective_from,
        reason=command.reason.strip(),
    )
    program.versions.append(version)
    _audit(db, actor, "adjusted", program, number=version.number)
    db.flush()
    return version


def review_adjustment(
    db: Session, actor: Actor, command: AdjustProgram, *, today: date
) -> Sequence[Change]:
    """Return what an adjustment would change; it is refused as the adjustment itself would be."""
    program, _settled, found = _adjustment(db, actor, command, today)
    return [*renaming(program, command), *found]


def _adjustment(
    db: Session, actor: Actor, command: AdjustProgram, today: date
) -> tuple[Program, AdjustProgram, Sequence[Change]]:
    program = _held(db, actor, command.program_id)
    newest = program.versions[-1]
    if newest.number != command.based_on:
        raise Stale({"": _("Somebody else changed this program in the meantime.")})
    exercises = _exercises(db, command)
    kept = {row.exercise_id for row in newest.prescriptions}
    _refuse(
        *checks.adjustment_problems(command, newest, program.ends_before, today),
        *checks.content_problems(command, exercises, kept),
    )
    settled = _settled(command, exercises)
    names = {row.exercise_id: row.exercise.name for row in newest.prescriptions}
    names |= {key: exercise.name for key, exercise in exercises.items()}
    found = changes(content_of(newest), settled, names)
    if not found and not renaming(program, command):
        raise Refused({"": _("Nothing is different from the newest version.")})
    return program, settled, found


def _rename(db: Session, actor: Actor, program: Program, title: str | None) -> None:
    before, after = program.title, (title or program.title).strip()
    if after != before:
        program.title = after
        _audit(db, actor, "renamed", program, before=before, after=after)


def end_program(
    db: Session, actor: Actor, program_id: UUID, ends_before: date, reason: str, *, today: date
) -> Program:
    """Let a program run up to, not including, a day that is today or later."""
    program = _held(db, actor, program_id)
    _refuse(*pausing.end_problems(program, ends_before, reason, today))
    program.ends_before, program.end_reason = ends_before, reason.strip()
    _audit(db, actor, "ended", program, ends_before=ends_before.isoformat())
    db.flush()
    return program


def pause_programs(
    db: Session, actor: Actor, command: PauseProgram, *, today: date, now: datetime
) -> Sequence[Pause]:
    """Ask for nothing on some days of one program, or of all that have not ended by then."""
    programs = _reachable(db, actor, command.patient_id, command.program_id)
    if actor.role == Role.PATIENT:
        _refuse(*pausing.own_pause_problems(actor, command, programs, today))
    targets = pausing.to_pause(command, programs)
    return [_pause(db, actor, command, program, now) for program in targets]


def _pause(
    db: Session, actor: Actor, command: PauseProgram, program: Program, now: datetime
) -> Pause:
    pause = Pause(
        id=new_id(),
        first_on=max(command.first_on, program.starts_on),
        last_on=command.last_on,
        reason=command.reason,
        note=command.note.strip(),
        created_by=actor.membership_id,
        created_at=now,
    )
    program.pauses.append(pause)
    _audit(db, actor, "paused", program, pause=str(pause.id), reason=command.reason)
    db.flush()
    return pause


def resume_programs(
    db: Session, actor: Actor, patient_id: UUID, program_id: UUID | None = None, *, today: date
) -> Sequence[Program]:
    """Go on from today: running pauses end yesterday; where none runs, coming ones are called off.

    Patients end the pauses that they set themselves.
    """
    programs = _reachable(db, actor, patient_id, program_id)
    found = pausing.to_resume(programs, today)
    if not found:
        raise Refused({"": _("Nothing is paused.")})
    ending = [pair for pair in found if pausing.may_end(actor, pair[1])]
    if not ending:
        raise Refused({"": _("Your physio set this pause. Please ask them to end it.")})
    for program, pause in ending:
        _end_pause(db, actor, program, pause, today)
    db.flush()
    return [program for program, _pause in ending]


def _end_pause(db: Session, actor: Actor, program: Program, pause: Pause, today: date) -> None:
    planned = pause.last_on.isoformat() if pause.last_on else None
    details: dict[str, Any] = {"pause": str(pause.id), "planned_last_on": planned}
    if pause.first_on < today:
        pause.last_on = today - _DAY
    else:
        program.pauses.remove(pause)
        db.delete(pause)
        details["called_off"] = pause.first_on.isoformat()
    _audit(db, actor, "resumed", program, **details)


def _reachable(
    db: Session, actor: Actor, patient_id: UUID, program_id: UUID | None
) -> Sequence[Program]:
    """Return the programs that the acting person may pause, held against other writers."""
    if actor.role == Role.PATIENT:
        policy.require_own(actor, patient_id)
    else:
        policy.require_treating(actor, patient_card(db, patient_id))
    _hold(db, patient_id)
    if program_id is None:
        return queries.programs_of(db, patient_id)
    return [queries.program(db, patient_id, program_id)]


def _held(db: Session, actor: Actor, program_id: UUID) -> Program:
    """Return a program to change, as it reads after everybody else's change is done."""
    patient_id = queries.program_by_id(db, program_id).patient_id
    policy.require_treating(actor, patient_card(db, patient_id))
    _hold(db, patient_id)
    return queries.program_by_id(db, program_id)


def _hold(db: Session, patient_id: UUID) -> datetime | None:
    """Let writers of one patient's programs wait for each other, in step with the logbook's.

    Return since when a warning sign holds all programs.
    """
    theirs = select(Patient.held_at).where(Patient.id == patient_id)
    return db.scalar(theirs.with_for_update(key_share=True))


def _exercises(db: Session, content: ProgramContent) -> dict[UUID, Exercise]:
    return by_id(db, (item.exercise_id for item in content.items))


def _refuse(*problems: tuple[str, str]) -> None:
    """Refuse with the first sentence for each field."""
    first: dict[str, str] = {}
    for field, sentence in problems:
        first.setdefault(field, sentence)
    if first:
        raise Refused(first)


def _settled(content: Content, exercises: dict[UUID, Exercise]) -> Content:
    """Return the content with the exercises' own word on whether sides are dosed apart."""
    return replace(content, items=tuple(_snapshot(item, exercises) for item in content.items))


def _snapshot(item: PrescriptionDraft, exercises: dict[UUID, Exercise]) -> PrescriptionDraft:
    per_side = exercises[item.exercise_id].laterality == "per_side"
    return replace(item, dose=replace(item.dose, per_side=per_side))


def _version(
    content: ProgramContent, number: int, actor: Actor, now: datetime, **columns: Any
) -> ProgramVersion:
    return ProgramVersion(
        id=new_id(),
        number=number,
        sessions_per_week=content.sessions_per_week,
        preferred_days=sorted(content.preferred_days),
        pain_profile=content.pain_profile,
        green_max=content.green_max,
        amber_max=content.amber_max,
        note=content.note.strip(),
        created_by=actor.membership_id,
        created_at=now,
        prescriptions=list(_prescriptions(content.items)),
        **columns,
    )


def _prescriptions(items: Iterable[PrescriptionDraft]) -> Iterable[Prescription]:
    for place, item in enumerate(items, start=1):
        yield Prescription(
            exercise_id=item.exercise_id,
            position=place,
            optional=item.optional,
            **asdict(item.dose),
        )


def _audit(db: Session, actor: Actor, deed: str, program: Program, **details: Any) -> None:
    audit.record(
        db,
        actor,
        f"program.{deed}",
        patient_id=program.patient_id,
        subject_id=program.id,
        **details,
    )
