"""What phones send, judged and kept item by item: nothing is lost, nothing is kept twice."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from rehab_tracker.domain.week import local_day
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.errors import NotVisible, Refused
from rehab_tracker.foundation.repeats import repeated
from rehab_tracker.logbook import queries
from rehab_tracker.logbook.actions import own_record
from rehab_tracker.logbook.checks import CLOCKS_DIFFER, asked_of_sent
from rehab_tracker.logbook.commands import LogSession
from rehab_tracker.logbook.keeping import Origin, fill, keep_revision, write_audit, write_exercises
from rehab_tracker.logbook.models import LogConflict, LoggedSession, LogRevision
from rehab_tracker.logbook.revising import Step, Wording, revision_after, step_for
from rehab_tracker.logbook.revisions import as_told, hash_of
from rehab_tracker.logbook.sent import Batch, Item
from rehab_tracker.logbook.timelines import Asked, Timeline
from rehab_tracker.logbook.weeks import hold_program

_DAY = timedelta(days=1)


class Verdict(StrEnum):
    """What became of an item; after the last two its patient has to look at it."""

    CREATED = "created"
    DUPLICATE = "duplicate"
    UPDATED = "updated"
    CONFLICT = "conflict"
    REJECTED = "rejected"


_KNOWN = {
    Step.STANDS_ALREADY: Verdict.DUPLICATE,
    Step.KEPT_ALREADY: Verdict.DUPLICATE,
    Step.BESIDE_ALREADY: Verdict.CONFLICT,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one item; `message` is a sentence for its patient where there is one."""

    client_id: UUID
    revision: int
    outcome: Verdict
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A readable item with all that is known of it: what it told, and when that truly was."""

    item: Item
    told: LogSession
    origin: Origin


def receive(db: Session, actor: Actor, batch: Batch, *, now: datetime) -> list[Outcome]:
    """Keep what can be kept, each item in a transaction of its own, and answer every one.

    A lost database breaks off: what was committed until then is a duplicate the next time.
    """
    ids = [item.client_id for item in batch.items]
    standing = queries.standing_contents(db, own_record(actor), ids)
    db.commit()
    shift = now - batch.client_now
    receiver = _Receiver(db, actor, now, shift if abs(shift) > CLOCKS_DIFFER else timedelta())
    return [receiver.answer(item, batch.device_id, standing) for item in batch.items]


@dataclass(frozen=True, slots=True)
class _Receiver:
    """Keeps the items of one batch; `shift` is what the phone's clock lacks to the right time."""

    db: Session
    actor: Actor
    now: datetime
    shift: timedelta

    def answer(self, item: Item, device_id: UUID, standing: queries.Contents) -> Outcome:
        if item.told is None:
            return _rejected(item, "unreadable", _("The clinic could not read this session."))
        known_as = hash_of(item.told, withdrawn=item.withdrawn)
        kept = standing.get(item.client_id)
        if kept and kept[0] == known_as and kept[1] >= item.revision:
            return Outcome(item.client_id, item.revision, Verdict.DUPLICATE)
        origin = Origin(device_id, item.told.performed_at, known_as)
        try:
            sent = _Sent(item, _at_true_time(item.told, self.shift), origin)
            return repeated(lambda: self._kept(sent), undo=self._let_go)
        except NotVisible:
            return _rejected(item, "program", _("This session is of a program you do not have."))
        except Refused as refused:
            return _rejected(item, next(iter(refused.problems)), _sentences(refused))
        finally:
            self._let_go()  # whatever is not committed by now was refused

    def _let_go(self) -> None:
        self.db.rollback()
        self.db.expunge_all()

    def _kept(self, sent: _Sent) -> Outcome:
        item = sent.item
        line = hold_program(self.db, own_record(self.actor), sent.told.program_id)
        row = queries.session_sent_as(self.db, line.patient_id, item.client_id)
        verdict = self._created(sent, line) if row is None else self._changed(sent, line, row)
        self.db.commit()
        if verdict is not Verdict.CONFLICT:
            return Outcome(item.client_id, item.revision, verdict)
        message = _("This session was changed elsewhere. What you sent is kept beside it.")
        return Outcome(item.client_id, item.revision, verdict, "changed_elsewhere", message)

    def _created(self, sent: _Sent, line: Timeline) -> Verdict:
        asked = asked_of_sent(sent.told, line, self.now)
        row = LoggedSession(
            patient_id=line.patient_id,
            client_id=sent.item.client_id,
            revision=sent.item.revision,
            received_at=self.now,
        )
        self.db.add(row)
        self._write(row, sent, asked)
        write_audit(self.db, self.actor, "log.saved", row)
        if sent.item.withdrawn:
            write_audit(self.db, self.actor, "log.withdrawn", row)
        return Verdict.CREATED

    def _changed(self, sent: _Sent, line: Timeline, row: LoggedSession) -> Verdict:
        wording = Wording(
            sent.origin.device_id, line.program_id, sent.item.revision, sent.origin.content_hash
        )
        kept = queries.kept_of(self.db, row)
        step = step_for(wording, kept)
        if step is Step.STANDS_ALREADY:
            row.revision = revision_after(wording, kept.standing)
        if step in _KNOWN:
            return _KNOWN[step]
        asked = asked_of_sent(sent.told, line, self.now)
        if step is Step.REPLACE:
            return self._updated(sent, asked, row)
        if step is Step.ADD_TO_HISTORY:
            return self._added_to_history(sent, asked, row)
        return self._kept_beside(sent, row)

    def _updated(self, sent: _Sent, asked: Asked, row: LoggedSession) -> Verdict:
        keep_revision(self.db, self.actor, row, self.now)
        row.revision = sent.item.revision
        row.exercises.clear()
        self.db.flush()
        self._write(row, sent, asked)
        deed = "log.withdrawn" if sent.item.withdrawn else "log.corrected"
        write_audit(self.db, self.actor, deed, row)
        return Verdict.UPDATED

    def _write(self, row: LoggedSession, sent: _Sent, asked: Asked) -> None:
        fill(row, sent.told, asked, sent.origin)
        row.late = row.performed_on < local_day(row.received_at, self.actor.zone)
        row.withdrawn_at = (row.withdrawn_at or self.now) if sent.item.withdrawn else None
        self.db.flush()
        write_exercises(self.db, row, sent.told, asked)

    def _added_to_history(self, sent: _Sent, asked: Asked, row: LoggedSession) -> Verdict:
        known = {"version_id": str(asked.version_id), "red_flag": False}
        self.db.add(
            LogRevision(
                session_id=row.id,
                revision=sent.item.revision,
                content=as_told(sent.told) | known,
                content_hash=sent.origin.content_hash,
                replaced_at=self.now,
                replaced_by=self.actor.membership_id,
            )
        )
        write_audit(self.db, self.actor, "log.late_revision", row)
        return Verdict.DUPLICATE

    def _kept_beside(self, sent: _Sent, row: LoggedSession) -> Verdict:
        self.db.add(
            LogConflict(
                session_id=row.id,
                device_id=sent.origin.device_id,
                revision=sent.item.revision,
                content=as_told(sent.told) | {"red_flag": False, "withdrawn": sent.item.withdrawn},
                content_hash=sent.origin.content_hash,
                received_at=self.now,
            )
        )
        write_audit(self.db, self.actor, "log.conflict", row)
        return Verdict.CONFLICT


def _at_true_time(told: LogSession, shift: timedelta) -> LogSession:
    """Return a session at the time that a right clock would have shown.

    A session may begin on one day and end on the next, or its traveler's phone change its zone; a
    day further off is a mistake that only its patient can mend.
    """
    zone, at = ZoneInfo(told.zone), told.performed_at + shift
    shown = local_day(told.performed_at, zone)
    if abs(told.performed_on - shown) > _DAY:
        raise Refused({"day": _("The day and the time of this session do not fit together.")})
    on_day = told.performed_on + (local_day(at, zone) - shown)
    return replace(told, performed_at=at, performed_on=on_day)


def _sentences(refused: Refused) -> str:
    return " ".join(dict.fromkeys(refused.problems.values()))


def _rejected(item: Item, code: str, message: str) -> Outcome:
    return Outcome(item.client_id, item.revision, Verdict.REJECTED, code, message)
