"""The library's blueprint, and what templates of every feature may call to show exercises."""

from flask import Blueprint, url_for

from rehab_tracker.exercises import pictures, words
from rehab_tracker.exercises.figures.captions import Caption, caption
from rehab_tracker.exercises.models import Exercise

blueprint = Blueprint("exercises", __name__, template_folder="templates")


def figure_of(exercise: Exercise) -> Caption | None:
    """Return what there is to say of the drawn figure that shows an exercise."""
    return caption(exercise.figure) if exercise.figure else None


def figure_address(figure: Caption, kind: str, side: str) -> str:
    """Return where a browser finds a picture and keeps it for good."""
    return url_for(
        "exercises.figure",
        digest=figure.digest,
        slug=figure.slug,
        kind=kind,
        side=side if figure.side in pictures.SIDES else "right",
    )


for _call in (words.dose_line, figure_of, figure_address, pictures.shown_side):
    blueprint.add_app_template_global(_call)
