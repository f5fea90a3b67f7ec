"""Letters that tell people what changed about how they sign in, in case it was not them."""

from uuid import UUID

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from rehab_tracker.accounts import mail, queries


def tell_change(db: Session, person_id: UUID, change: str) -> None:
    """Write to a person what was changed; it leaves with the change itself, or not at all."""
    settings = current_app.config["SETTINGS"]
    if settings.smtp_url is None:
        return
    person = queries.person(db, person_id)
    letter = _(
        "Hello %(name)s,\n\n%(change)s\n\nIf that was you, there is nothing to do. If it was not, "
        "choose a new password at once, it signs everybody out, and tell your clinic:\n\n"
        "%(link)s\n",
        name=person.name,
        change=change,
        link=f"{settings.public_url}/forgotten-password",
    )
    mail.post(db, person.email, _("How you sign in to Rehab Tracker was changed"), letter)
