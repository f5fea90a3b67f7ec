"""What makes the phone able to train without signal: the guided page, its worker, the manifest.

The guided page holds nothing of anybody: it draws from the plan that the phone keeps, so that the
worker may store it.
"""

import json
from uuid import UUID

from flask import Response, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rehab_tracker.domain.permission import Permission
from rehab_tracker.domain.rule import setting
from rehab_tracker.foundation.access import public, requires
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.db import current
from rehab_tracker.foundation.pages import StaticFiles
from rehab_tracker.logbook.actions import own_record
from rehab_tracker.logbook.blueprint import blueprint
from rehab_tracker.logbook.checks import BAND_MAX, EFFORT_MAX, LOAD_MAX, NOTE_MAX, REPS_MAX
from rehab_tracker.logbook.guided_words import guided_words
from rehab_tracker.programs import queries as programs

STYLES = ("tokens", "base", "components", "forms", "logbook", "figures", "safety", "guided")
SCRIPTS = (
    "guided_page",
    "guided",
    "entry",
    "light",
    "adherence",
    "calls",
    "answers",
    "signs_page",
    "standing",
    "timers",
    "signals",
    "store",
    "plan",
    "outbox",
    "outbox_view",
    "pieces",
    "home_screen",
    "overview_screen",
    "exercise_screen",
    "amounts_view",
    "timer_view",
    "finish_screen",
    "light_screen",
)


@blueprint.get("/train/<uuid:program_id>")
@requires(Permission.LOG_WRITE)
def train(program_id: UUID) -> ResponseReturnValue:
    """Lead a patient through a program's session."""
    programs.program(current(), own_record(acting()), program_id)
    return _shell()


@blueprint.get("/train")
@public
def train_offline() -> ResponseReturnValue:
    """Show what this phone keeps: its programs, and sessions that are not sent yet."""
    return _shell()


def _shell() -> str:
    limits = {
        "effort": EFFORT_MAX,
        "load": LOAD_MAX,
        "band": BAND_MAX,
        "amount": REPS_MAX,
        "signs_from": setting("red_flags_asked_from"),
    }
    said = guided_words() | {"limits": limits}
    return render_template("logbook/guided.html", styles=STYLES, said=said, note_max=NOTE_MAX)


@blueprint.get("/sw.js")
@public
def worker() -> ResponseReturnValue:
    """Hand out the service worker with the list of files of this release that it keeps."""
    files: StaticFiles = current_app.extensions["static_files"]
    names = (
        *(f"{name}.css" for name in (*STYLES, "charts", "desktop", "print")),
        *(f"{name}.js" for name in (*SCRIPTS, "stepper")),
        "icon.svg",
    )
    told = {"prefix": files.prefix, "files": [files.address(name) for name in names]}
    source = files.files["sw.js"].read_text(encoding="utf-8")
    answer = Response(f"const RELEASE = {json.dumps(told)};\n{source}", mimetype="text/javascript")
    answer.headers["Cache-Control"] = "public, no-cache"
    return answer


@blueprint.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """Tell phones how to install the product."""
    files: StaticFiles = current_app.extensions["static_files"]
    icons = [
        {"src": files.address("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        *(
            {"src": files.address(f"icon-{size}.png"), "sizes": f"{size}x{size}", "purpose": use}
            for size, use in ((192, "any"), (512, "any"), (512, "maskable"))
        ),
    ]
    answer = jsonify(
        id="/today",
        name=_("Rehab Tracker"),
        short_name=_("Rehab"),
        start_url="/today",
        scope="/",
        display="standalone",
        background_color="#f3f7f7",
        theme_color="#0b3b3a",
        icons=icons,
    )
    answer.mimetype = "application/manifest+json"
    answer.headers["Cache-Control"] = "public, no-cache"
    return answer
