"""Short cards to read: all of them, and one at a time."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rehab_tracker.accounts.queries import patient_card
from rehab_tracker.domain.permission import Permission
from rehab_tracker.education import actions
from rehab_tracker.education.queries import states_of
from rehab_tracker.education.topics import Trigger, load_topics
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.access import requires
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.db import commits, current
from rehab_tracker.foundation.errors import NotVisible
from rehab_tracker.foundation.pages import said

blueprint = Blueprint("education", __name__, template_folder="templates")


@blueprint.get("/learn")
@requires(Permission.LEARN)
def topics() -> ResponseReturnValue:
    """List every card, the one for emergencies first, and which were read."""
    patient_id = acting().patient_id
    states = states_of(current(), patient_id) if patient_id else {}
    first = (topic.trigger is not Trigger.ALWAYS for topic in load_topics().values())
    pairs = sorted(zip(first, load_topics().values(), strict=True), key=lambda pair: pair[0])
    return render_template(
        "education/topics.html", topics=[topic for _place, topic in pairs], states=states
    )


@blueprint.get("/learn/<slug>")
@requires(Permission.LEARN)
def topic(slug: str) -> ResponseReturnValue:
    """Show one card."""
    if slug not in load_topics():
        raise NotVisible
    patient_id = acting().patient_id
    states = states_of(current(), patient_id) if patient_id else {}
    return render_template(
        "education/topic.html", topic=load_topics()[slug], state=states.get(slug)
    )


@blueprint.get("/patients/<uuid:patient_id>/learn")
@requires(Permission.PATIENT_READ)
def of_patient(patient_id: UUID) -> ResponseReturnValue:
    """Show staff which cards a patient has read, and when."""
    return render_template(
        "education/of_patient.html",
        card=patient_card(current(), patient_id),
        topics=load_topics().values(),
        states=states_of(current(), patient_id),
    )


@blueprint.post("/learn/<slug>/read")
@requires(Permission.LOG_WRITE)
@commits
def read(slug: str) -> ResponseReturnValue:
    """Note that a card was read."""
    actions.read_topic(current(), acting(), slug, now=clock.now())
    said(_("Noted. You find it again under Learn."))
    return redirect(url_for("logbook.today"), 303)


@blueprint.post("/learn/<slug>/later")
@requires(Permission.LOG_WRITE)
@commits
def later(slug: str) -> ResponseReturnValue:
    """Take a card off Today."""
    actions.put_off(current(), acting(), slug, now=clock.now())
    said(_("It stays under Learn, whenever you like."))
    return redirect(url_for("logbook.today"), 303)
