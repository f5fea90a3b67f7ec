"""Pictures of exercises: the drawn figures, and what clinics bring themselves."""

import gzip
from pathlib import Path
from typing import IO
from uuid import UUID

from flask import Response, current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.exceptions import RequestEntityTooLarge

from rehab_tracker.domain.permission import Permission
from rehab_tracker.exercises import actions, pictures, queries
from rehab_tracker.exercises.blueprint import blueprint
from rehab_tracker.exercises.figures.captions import slugs
from rehab_tracker.exercises.forms import FigureForm, UploadForm
from rehab_tracker.exercises.media import MOST_BYTES, Store, judged, too_large
from rehab_tracker.exercises.models import Origin
from rehab_tracker.foundation.access import public, requires, takes_files
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.db import close_current, commits, current
from rehab_tracker.foundation.errors import NotVisible, Refused
from rehab_tracker.foundation.pages import error_page, said, show_refusal

FORM_BYTES = 64 * 1024  # around the file
SHUT_IN = "default-src 'none'; frame-ancestors 'none'; sandbox"
FIGURE_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": SHUT_IN,
    "Vary": "Accept-Encoding",
}
MEDIA_HEADERS = {"Cache-Control": "private, no-cache", "Content-Security-Policy": SHUT_IN}
"""Browsers keep it, but ask each time whether they still may show it."""


@blueprint.get("/figures/<digest>/<slug>-<kind>-<side>.svg")
@public
def figure(digest: str, slug: str, kind: str, side: str) -> ResponseReturnValue:
    """Show a drawn figure: they are the same for everybody, and no secret."""
    drawn = pictures.picture(_data_dir(), digest, slug, kind, side)
    packed = request.accept_encodings.quality("gzip") > 0
    answer = Response(drawn if packed else gzip.decompress(drawn), mimetype="image/svg+xml")
    answer.headers.update(FIGURE_HEADERS)
    if packed:
        answer.content_encoding = "gzip"
    return answer


@blueprint.get("/library/figures")
@requires(Permission.LIBRARY_READ)
def figures() -> ResponseReturnValue:
    """Show every drawn figure on one sheet, and what is wrong with it."""
    from rehab_tracker.exercises import drawings  # noqa: PLC0415 - only this page looks so closely

    drawn = drawings.figures()
    seeded = [one for one in queries.library(current()) if one.origin is Origin.SEED]
    problems = {one.slug: drawings.problems_of(one.slug) for one in seeded if one.slug in drawn}
    return render_template(
        "exercises/figures.html",
        exercises=seeded,
        problems=problems,
        faulty=sum(map(bool, problems.values())),
        unreadable=drawings.unreadable(),
    )


@blueprint.get("/media/<uuid:media_id>")
@requires(Permission.MEDIA_READ)
def media(media_id: UUID) -> ResponseReturnValue:
    """Hand out a clinic's own picture or film to its members; `?size=small` for a thumbnail."""
    shown = queries.media(current(), media_id)
    small = request.args.get("size") == "small"
    path = store().path(media_id, str(shown.media_type), small=small)
    if not path.exists():
        raise NotVisible
    answer = send_file(path, shown.media_type, as_attachment=True, download_name=path.name)
    answer.headers.update(MEDIA_HEADERS)
    return answer


def _data_dir() -> Path:
    folder: Path = current_app.config["SETTINGS"].data_dir
    return folder


def store() -> Store:
    """Return where the acting clinic's own files lie."""
    return Store(_data_dir() / "media" / str(acting().clinic_id))


@blueprint.get("/library/<slug>/picture")
@requires(Permission.LIBRARY_WRITE)
def picture(slug: str) -> ResponseReturnValue:
    """Offer the ways to show an exercise of the clinic's own."""
    return _picture_page(slug)


@blueprint.post("/library/<slug>/picture")
@requires(Permission.LIBRARY_WRITE)
@takes_files(MOST_BYTES + FORM_BYTES)
@commits
def upload(slug: str) -> ResponseReturnValue:
    """Show an exercise of the clinic's own by a file of theirs."""
    actions.own_exercise(current(), slug)
    close_current()  # judging a file takes its time, in which others may write
    try:
        media = judged(_brought())
        actions.show_media(current(), acting(), slug, media, store())
    except Refused as refused:
        return _picture_page(slug, refused)
    return _shown(slug)


def _brought() -> IO[bytes]:
    if file := request.files.get("upload"):
        return file.stream
    raise Refused({"upload": _("Please choose a file first.")})


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_problem: RequestEntityTooLarge) -> ResponseReturnValue:
    if request.endpoint != "exercises.upload":
        return error_page(413)
    return _picture_page((request.view_args or {})["slug"], too_large())


@blueprint.post("/library/<slug>/figure")
@requires(Permission.LIBRARY_WRITE)
@commits
def choose_figure(slug: str) -> ResponseReturnValue:
    """Show an exercise of the clinic's own by a drawn figure, or by nothing."""
    form = FigureForm()
    try:
        actions.choose_figure(current(), acting(), slug, form.figure.data or None, store())
    except Refused as refused:
        return _picture_page(slug, refused)
    return _shown(slug)


def _shown(slug: str) -> ResponseReturnValue:
    said(_("Saved."))
    return redirect(url_for("exercises.exercise", slug=slug), 303)


def _picture_page(slug: str, refused: Refused | None = None) -> ResponseReturnValue:
    own = actions.own_exercise(current(), slug)
    forms: dict[str, FlaskForm] = {
        "upload": UploadForm(formdata=None),
        "choice": FigureForm(formdata=None, figure=own.figure),
    }
    if refused:
        show_refusal(forms["upload" if "upload" in refused.problems else "choice"], refused)
    drawn = [one for one in queries.library(current()) if one.slug in slugs()]
    page = render_template("exercises/picture.html", exercise=own, drawn=drawn, **forms)
    return page, refused.status if refused else 200
