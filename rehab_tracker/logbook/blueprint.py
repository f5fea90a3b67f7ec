"""Where the pages of this feature are registered."""

from typing import Any

from flask import Blueprint

from rehab_tracker.logbook import words

blueprint = Blueprint("logbook", __name__, template_folder="templates")


@blueprint.context_processor
def _words() -> dict[str, Any]:
    """Let every page of the logbook say its words."""
    return {"words": words}
