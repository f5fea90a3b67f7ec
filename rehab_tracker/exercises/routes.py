"""Pages of the library."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rehab_tracker.domain.permission import Permission
from rehab_tracker.exercises import actions, picture_routes, queries, words
from rehab_tracker.exercises.blueprint import blueprint
from rehab_tracker.exercises.filters import FACETS, TEXT_MAX, Wanted, sift
from rehab_tracker.exercises.forms import ExerciseForm, as_typed
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.exercises.seed import Source, load_library
from rehab_tracker.foundation.access import requires
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.db import commits, current
from rehab_tracker.foundation.errors import Refused
from rehab_tracker.foundation.pages import said, show_refusal

__all__ = ["blueprint", "picture_routes"]
FIRST_IDEA = {
    "language": "en",
    "level": 1,
    "sets": 3,
    "reps": 10,
    "rest_s": 60,
    "target_rpe": 6,
    "sessions_per_week": 3,
}
"""What a form for a new exercise begins with."""


@blueprint.get("/library")
@requires(Permission.LIBRARY_READ)
def library() -> ResponseReturnValue:
    """Browse, search and filter the clinic's exercises."""
    wanted = _wanted()
    exercises = queries.library(current())
    return render_template(
        "exercises/library.html",
        facets=FACETS,
        wanted=wanted,
        sifted=sift(exercises, wanted),
        everything=len(exercises),
        text_max=TEXT_MAX,
        words=words,
    )


def _wanted() -> Wanted:
    asked = request.args
    chosen = {
        facet.name: facet.words.keys() & frozenset(asked.getlist(facet.name)) for facet in FACETS
    }
    return Wanted(
        text=asked.get("q", "").strip()[:TEXT_MAX],
        chosen={name: frozenset(known) for name, known in chosen.items() if known},
    )


@blueprint.get("/library/<slug>")
@requires(Permission.LIBRARY_READ)
def exercise(slug: str) -> ResponseReturnValue:
    """Show one exercise with all that is known of it."""
    found = queries.exercise(current(), slug)
    seed = load_library()
    return render_template(
        "exercises/exercise.html",
        exercise=found,
        dose=queries.dose_of(found),
        ladder=seed.ladders.get(found.ladder or ""),
        rungs=queries.ladder(current(), found.ladder) if found.ladder else (),
        sources=[seed.sources.get(key, Source(key, "")) for key in found.sources],
        seed=seed,
        words=words,
    )


@blueprint.get("/library/new")
@requires(Permission.LIBRARY_WRITE)
def new() -> ResponseReturnValue:
    """Ask for an exercise of the clinic's own."""
    return _form_page(_form(data=FIRST_IDEA))


@blueprint.post("/library/new")
@requires(Permission.LIBRARY_WRITE)
@commits
def add() -> ResponseReturnValue:
    """Add an exercise of the clinic's own."""
    form = _form()
    if not form.validate():
        return _form_page(form, status=422)
    try:
        added = actions.add_exercise(current(), acting(), form.draft())
    except Refused as refused:
        return _refused(form, refused)
    said(_("Added to your library."))
    return _to(added)


@blueprint.post("/library/<slug>/copy")
@requires(Permission.LIBRARY_WRITE)
@commits
def copy(slug: str) -> ResponseReturnValue:
    """Copy an exercise and lead to the copy, to edit it."""
    copied = actions.copy_exercise(current(), acting(), slug, picture_routes.store())
    said(_("This copy is your clinic's own. Change what you like."))
    return redirect(url_for("exercises.edit", slug=copied.slug), 303)


@blueprint.get("/library/<slug>/edit")
@requires(Permission.LIBRARY_WRITE)
def edit(slug: str) -> ResponseReturnValue:
    """Show an exercise of the clinic's own, to change it."""
    own = actions.own_exercise(current(), slug)
    return _form_page(_form(data=as_typed(own)), own)


@blueprint.post("/library/<slug>/edit")
@requires(Permission.LIBRARY_WRITE)
@commits
def change(slug: str) -> ResponseReturnValue:
    """Change an exercise of the clinic's own."""
    own, form = actions.own_exercise(current(), slug), _form()
    if not form.validate():
        return _form_page(form, own, status=422)
    try:
        actions.change_exercise(current(), acting(), slug, form.draft())
    except Refused as refused:
        return _refused(form, refused, own)
    said(_("Saved."))
    return _to(own)


@blueprint.post("/library/<slug>/hide")
@requires(Permission.LIBRARY_HIDE)
@commits
def hide(slug: str) -> ResponseReturnValue:
    """Stop offering an exercise to the clinic's physios."""
    actions.hide_exercise(current(), acting(), slug)
    said(_("Hidden. Programs that hold it keep it."))
    return redirect(url_for("exercises.exercise", slug=slug), 303)


@blueprint.post("/library/<slug>/show")
@requires(Permission.LIBRARY_HIDE)
@commits
def show(slug: str) -> ResponseReturnValue:
    """Offer a hidden exercise again."""
    actions.show_exercise(current(), acting(), slug)
    said(_("It is offered again."))
    return redirect(url_for("exercises.exercise", slug=slug), 303)


def _form(**beginning: Any) -> ExerciseForm:
    form = ExerciseForm(**beginning)
    form.offer()
    return form


def _form_page(
    form: ExerciseForm, exercise: Exercise | None = None, status: int = 200
) -> ResponseReturnValue:
    return render_template("exercises/edit.html", form=form, exercise=exercise), status


def _refused(
    form: ExerciseForm, refused: Refused, exercise: Exercise | None = None
) -> ResponseReturnValue:
    show_refusal(form, refused)
    return _form_page(form, exercise, refused.status)


def _to(exercise: Exercise) -> ResponseReturnValue:
    return redirect(url_for("exercises.exercise", slug=exercise.slug), 303)
