"""What people are told by letter about their record."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from rehab_tracker.accounts import mail
from rehab_tracker.accounts.models import OutboxMail
from rehab_tracker.config import Settings
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.dates import long_day
from rehab_tracker.foundation.db import new_id
from rehab_tracker.foundation.logs import log
from rehab_tracker.rights.belonging import Whose
from rehab_tracker.rights.queries import RecordState


@dataclass(frozen=True)
class Letters:
    """How letters about a record travel: the address of its page, and whether any leave at all."""

    address: str
    leave: bool

    def erasure_asked(self, db: Session, actor: Actor, state: RecordState) -> None:
        """Tell on which day everything goes, and how to take the wish back."""
        assert state.erased_on
        day = long_day(state.erased_on)
        self._post(
            db,
            state,
            _(
                "Your record at %(clinic)s will be erased on %(day)s",
                clinic=actor.clinic_name,
                day=day,
            ),
            _(
                "%(clinic)s was asked to erase everything that Rehab Tracker keeps about you. It "
                "happens on %(day)s and cannot be undone afterwards. Until then nobody uses it.\n\n"
                "If you change your mind, or did not ask for it, take it back here:",
                clinic=actor.clinic_name,
                day=day,
            ),
        )

    def erasure_taken_back(self, db: Session, actor: Actor, state: RecordState) -> None:
        """Tell that nothing will be erased."""
        self._post(
            db,
            state,
            _("Your record at %(clinic)s stays", clinic=actor.clinic_name),
            _("The wish to erase your record was taken back. Nothing is erased. You find it here:"),
        )

    def erasure_held(self, db: Session, actor: Actor, state: RecordState) -> None:
        """Tell that the clinic has to keep the record for now; why stands on the page alone."""
        self._post(
            db,
            state,
            _("%(clinic)s has to keep your record for now", clinic=actor.clinic_name),
            _("Your record is not erased until that ends. Nobody uses it. The reason stands here:"),
        )

    def restricted(self, db: Session, actor: Actor, state: RecordState) -> None:
        """Tell that nobody uses the record any more."""
        self._post(
            db,
            state,
            _("Your record at %(clinic)s is not used any more", clinic=actor.clinic_name),
            _(
                "It is kept, but nobody reads or changes it, and no figure counts it, until the "
                "restriction is lifted. You find it here:"
            ),
        )

    def used_again(self, db: Session, actor: Actor, state: RecordState) -> None:
        """Tell that the record is used again."""
        self._post(
            db,
            state,
            _("Your record at %(clinic)s is used again", clinic=actor.clinic_name),
            _("The restriction was lifted: your program goes on where it was. You find it here:"),
        )

    def _post(self, db: Session, state: RecordState, subject: str, text: str) -> None:
        if not self.leave:
            return
        hello = _("Hello %(name)s,", name=state.card.name)
        mail.post(db, state.card.email, subject, f"{hello}\n\n{text}\n\n{self.address}\n")


def say_farewell(settings: Settings, who: Whose) -> None:
    """Tell somebody that they are erased: sent at once, because nothing of it may be kept."""
    if settings.smtp_url is None:
        return
    letter = OutboxMail(
        id=new_id(),
        recipient=who.email,
        subject=_("Your record at %(clinic)s is erased", clinic=who.clinic_name),
        body=_(
            "Hello %(name)s,\n\neverything that Rehab Tracker kept about you at %(clinic)s is "
            "erased, this address too. Nobody can bring it back.\n",
            name=who.name,
            clinic=who.clinic_name,
        ),
        created_at=clock.now(),
    )
    try:
        mail.send(settings, letter)
    except (OSError, ValueError) as problem:
        log().warning("farewell_not_sent", problem=type(problem).__name__)
