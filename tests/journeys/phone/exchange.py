"""A clinic's server that a test can cut off: what it kept, and when it does not answer."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from rehab_tracker.domain.dosage import Side
from rehab_tracker.domain.rule import SETTINGS
from rehab_tracker.exercises.words import dose_line
from rehab_tracker.programs.models import Prescription, Program
from rehab_tracker.programs.plans import dose_of

Wsgi = Callable[..., Iterable[bytes]]


class Exchange:
    """The clinic's side of SYNC: ticket, plan and sync in front of the real product."""

    def __init__(self, inner: Wsgi) -> None:
        self.inner = inner
        self.plan: dict[str, Any] = {}
        self.kept: dict[str, dict[str, Any]] = {}
        self.posts = 0
        self.signed_out = False
        self.answers = True
        self.refuses: str | None = None

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        act = {"/log/ticket": self._ticket, "/log/plan": self._plan, "/log/sync": self._sync}
        found = act.get(environ["PATH_INFO"])
        if found is None:
            return self.inner(environ, start)
        answer = None if self.signed_out else found(environ)
        status = (
            "401 Unauthorized" if self.signed_out else "503 Busy" if answer is None else "200 OK"
        )
        start(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
        return [json.dumps(answer or {"error": "no answer"}).encode()]

    def _ticket(self, _environ: dict[str, Any]) -> dict[str, Any]:
        return {"owner": self.plan["owner"], "ticket": "t", "now": self.plan["now"]}

    def _plan(self, _environ: dict[str, Any]) -> dict[str, Any]:
        return self.plan

    def _sync(self, environ: dict[str, Any]) -> dict[str, Any] | None:
        self.posts += 1
        body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        outcomes = [self._judge(item) for item in body["items"]]
        return {"now": self.plan["now"], "outcomes": outcomes} if self.answers else None

    def _judge(self, item: dict[str, Any]) -> dict[str, Any]:
        told = {"client_id": item["client_id"], "revision": item["revision"]}
        if self.refuses:
            return told | {"outcome": "rejected", "code": "day", "message": self.refuses}
        before = self.kept.get(item["client_id"])
        if before and before["payload"] == item["payload"]:
            return told | {"outcome": "duplicate"}
        if before and before["revision"] >= item["revision"]:
            return told | {"outcome": "conflict", "code": "conflict", "message": "It was changed."}
        self.kept[item["client_id"]] = item
        return told | {"outcome": "updated" if before else "created"}

    @property
    def sessions(self) -> list[dict[str, Any]]:
        """What the clinic has, each session as its newest revision says."""
        return [item["payload"] for item in self.kept.values()]


def a_plan(program: Program, **changes: Any) -> dict[str, Any]:
    """Return the plan of a patient with one program."""
    version = program.versions[-1]
    limits = {
        "green_max": version.green_max,
        "amber_max": version.amber_max,
        "profile": version.pain_profile.value,
    }
    shown = {
        "id": str(program.id),
        "title": program.title,
        "version_id": str(version.id),
        "version_number": version.number,
        "sessions_per_week": version.sessions_per_week,
        "limits": limits,
        "note": version.note,
        "is_paused": False,
        "done_today": False,
        "exercises": [_exercise(one) for one in version.prescriptions],
    }
    return {
        "owner": "maria",
        "now": "2026-03-02T18:00:00+00:00",
        "zone": "UTC",
        "today": "2026-03-02",
        "words_version": "1",
        "rules": {name: row.value for name, row in SETTINGS.items()},
        "mornings": [],
        "programs": [shown],
        "help": {"emergency": "112", "urgent_line": "116117"},
    } | changes


def _exercise(one: Prescription) -> dict[str, Any]:
    dose = dose_of(one)
    names = [
        "sets",
        "reps",
        "reps_max",
        "hold_s",
        "hold_max_s",
        "work_s",
        "rest_s",
        "band",
        "tempo",
        "target_rpe",
    ]
    sides = {Side.LEFT: ["left"], Side.RIGHT: ["right"]}.get(dose.side, [None])
    return {
        "id": str(one.exercise_id),
        "slug": one.exercise.slug,
        "name": one.exercise.name,
        "language": one.exercise.language,
        "cues": list(one.exercise.cues[:2]),
        "optional": one.optional,
        "side": dose.side.value,
        "per_side": dose.per_side,
        "dose": {name: getattr(dose, name) for name in names}
        | {"load_kg": None if dose.load_kg is None else str(dose.load_kg)},
        "dose_line": str(dose_line(dose)),
        "sides": ["left", "right"] if dose.is_apart else sides,
        "last": None,
        "figures": None,
    }
