"""Where the pages of this feature are registered."""

from types import MappingProxyType
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from rehab_tracker.exercises import words as library_words
from rehab_tracker.programs import words
from rehab_tracker.programs.changes import day_line
from rehab_tracker.programs.pausing import days_of
from rehab_tracker.programs.policy import NotTheirPhysio
from rehab_tracker.programs.starters import core_line, template_title

blueprint = Blueprint("programs", __name__, template_folder="templates")


@blueprint.errorhandler(NotTheirPhysio)
def _not_their_physio(refused: NotTheirPhysio) -> ResponseReturnValue:
    patient_id = (request.view_args or {})["patient_id"]
    page = render_template("programs/take_over.html", patient_id=patient_id, sentence=str(refused))
    return page, refused.status


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return dict(_WORDS)


_WORDS = MappingProxyType(
    {
        "caution_names": library_words.CAUTION_NAMES,
        "kind_names": library_words.KIND_NAMES,
        "kit_names": library_words.KIT_NAMES,
        "knee_load_names": library_words.KNEE_LOAD_NAMES,
        "region_names": library_words.REGION_NAMES,
        "pause_names": words.PAUSE_NAMES,
        "profile_names": words.PROFILE_NAMES,
        "side_choices": words.SIDE_CHOICES,
        "day_line": day_line,
        "days_of": days_of,
        "core_line": core_line,
        "template_title": template_title,
    }
)
