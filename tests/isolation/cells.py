"""Every request that somebody could make with somebody's ids, and how it must be answered.

What is expected follows from two tables that are written down: GUARDS, what each route asks for,
and ROLES, what each role may; and from whose records a permission reaches.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from rehab_tracker.domain.permission import ROLES, Permission, Role
from rehab_tracker.foundation.access import PUBLIC, STEPS
from tests.architecture.guards import GUARDS
from tests.isolation.world import TOPIC, WORDS, World

P = Permission


class Answer(StrEnum):
    """How a request ends."""

    LET_IN = "is let in"
    SIGN_IN = "is led to the sign-in"
    ROLE = "is refused, by the role"
    OTHERS = "is refused, as the patient is another's"
    HIDDEN = "finds nothing"


@dataclass(frozen=True)
class Who:
    """Somebody who asks: as what they act, in which clinic, and whose records are theirs."""

    name: str
    role: Role | None = None
    clinic: str = ""
    theirs: str = ""


PEOPLE = (
    Who("anonymous"),
    Who("disabled"),
    Who("pending"),
    Who("signed out"),
    Who("of no clinic"),
    Who("before the second step"),
    Who("phone key", Role.PATIENT, "own", "own"),
    Who("patient", Role.PATIENT, "own", "own"),
    Who("second patient", Role.PATIENT, "own", "neighbor"),
    Who("assigned physio", Role.PHYSIO, "own", "own"),
    Who("other physio", Role.PHYSIO, "own", "neighbor"),
    Who("former physio", Role.PHYSIO, "own"),
    Who("manager", Role.MANAGER, "own"),
    Who("patient elsewhere", Role.PATIENT, "elsewhere", "elsewhere"),
    Who("physio elsewhere", Role.PHYSIO, "elsewhere", "elsewhere"),
    Who("manager elsewhere", Role.MANAGER, "elsewhere"),
)
CLINICS = {"own": "own", "neighbor": "own", "elsewhere": "elsewhere"}
NOBODYS = {
    "unknown": "ids that nobody has",
    "malformed": "no ids at all",
    "neighbor's child": "a patient of theirs, and a record of the neighbor",
    "elsewhere's child": "a patient of theirs, and a record of the other clinic",
}
NOWHERE = ""
"""Whose ids an address without any holds."""
OWN = {permission for permission in Permission if "own" in permission.split(":")}
"""Permissions that reach the own record alone; all others reach those of the clinic."""
TREATING = {P.PROGRAM_ADJUST, P.PROGRAM_ASSIGN, P.TREATMENT_WRITE, P.HOLD_CLEAR}
"""Permissions for patients whom one looks after."""
NOT_RECORDS = {"token", "digest", "kind", "side"}
"""Parts of an address that name no record: secrets of their own, or a drawing."""


@dataclass(frozen=True)
class Cell:
    """One request of one person for one set of ids."""

    who: Who
    method: str
    rule: str
    endpoint: str
    whose: str
    address: str
    expected: Answer

    @property
    def route(self) -> str:
        """The key of this route in the table of guards."""
        return f"{self.method} {self.rule}"

    @property
    def guard(self) -> str:
        """What the route asks for."""
        return GUARDS[self.route]

    def __str__(self) -> str:
        whose = f" of {self.whose}" if self.whose else ""
        return f"{self.who.name}: {self.route}{whose}"

    @property
    def is_decided(self) -> bool:
        """Whether somebody else would be let in, so that it is the policy that says no."""
        return self.expected is not Answer.LET_IN and self.whose not in NOBODYS


def cells(world: World, who: Who) -> Iterator[Cell]:
    """Return every cell of one person, as the routes are."""
    for rule in sorted(world.app.url_map.iter_rules(), key=str):
        for method in sorted((rule.methods or set()) - {"HEAD"}):
            for whose, address in _addresses(world, rule):
                expected = answer(f"{method} {rule.rule}", who, whose)
                yield Cell(who, method, rule.rule, rule.endpoint, whose, address, expected)


def _addresses(world: World, rule: Rule) -> Iterator[tuple[str, str]]:
    named = rule.arguments - NOT_RECORDS
    if rule.arguments != named or rule.rule.startswith("/learn"):
        fixed = {"token": "x" * 43, "digest": "0" * 12, "kind": "pair", "side": "right"}
        yield NOWHERE, _built(world.app, rule, fixed | {"slug": TOPIC})
        return
    if not named:
        yield NOWHERE, rule.rule
        return
    for whose in (*WORDS, "unknown"):
        yield whose, _built(world.app, rule, world.ids[whose])
    if named != {"slug"}:
        yield (
            "malformed",
            "/".join("%00x" if part.startswith("<") else part for part in rule.rule.split("/")),
        )
    if len(named) > 1:
        for whose in ("neighbor", "elsewhere"):
            ids = world.ids[whose] | {"patient_id": world.ids["own"]["patient_id"]}
            yield f"{whose}'s child", _built(world.app, rule, ids)


def _built(app: Flask, rule: Rule, ids: object) -> str:
    adapter = app.url_map.bind("127.0.0.1")
    assert isinstance(ids, dict)
    return adapter.build(rule.endpoint, {name: ids[name] for name in rule.arguments})


def answer(route: str, who: Who, whose: str) -> Answer:  # noqa: PLR0911 - a table, line by line
    """Return how a request must be answered."""
    guard = GUARDS[route]
    if whose == "malformed":
        return Answer.HIDDEN
    if guard == PUBLIC:
        return Answer.LET_IN
    if who.name == "before the second step":
        return Answer.LET_IN if guard == "second factor" else Answer.SIGN_IN
    if who.role is None or (who.name == "phone key" and guard != P.LOG_SYNC):
        return Answer.SIGN_IN
    if guard in STEPS:
        return Answer.LET_IN
    if guard not in ROLES[who.role]:
        return Answer.ROLE
    return _for_the_record(route, P(guard), who, whose)


def _for_the_record(route: str, permission: Permission, who: Who, whose: str) -> Answer:
    if whose == NOWHERE:
        return Answer.LET_IN
    is_theirs = whose == who.theirs
    if permission in OWN:
        return Answer.LET_IN if is_theirs and who.role is Role.PATIENT else Answer.HIDDEN
    treating = permission in TREATING or route == "POST /patients/<uuid:patient_id>/edit"
    if whose in {"neighbor's child", "elsewhere's child"} and who.clinic == "own":
        others = treating and who.theirs != "own"
        return Answer.OTHERS if others else Answer.HIDDEN
    if CLINICS.get(whose) != who.clinic:
        return Answer.HIDDEN
    if treating and not is_theirs and who.role is not Role.MANAGER:
        return Answer.OTHERS
    return Answer.LET_IN


FIELDS = {
    "POST /patients/<uuid:patient_id>/edit": {"affected_side": "left", "aggravator": "stairs"},
    "POST /patients/<uuid:patient_id>/treatments": {"on_day": "2026-03-03", "kind": "taping"},
}
"""What some forms want before they look whose record it is; of others nothing is sent."""
STATUSES = {Answer.ROLE: {403}, Answer.OTHERS: {403}, Answer.HIDDEN: {404}}
NOT_NOW = {
    "POST /approvals/<uuid:request_id>/approve": 403,  # somebody else has to, if one asked
    "POST /approvals/<uuid:request_id>/carry-out": 403,  # while somebody else could approve
    "POST /me/passkeys/options": 403,  # patients have none
}
"""What those who may are told because of how things stand."""


def problem(cell: Cell, response: TestResponse) -> str:
    """Say what is wrong with an answer; empty where it is as expected."""
    status = response.status_code
    text = response.get_data().decode(errors="replace").lower()  # files are no texts
    told = [whose for whose in _secret(cell) if WORDS[whose].lower() in text]
    if told:
        return f"was told of {told}"
    sign_in = status == 401 or (status == 303 and response.location.startswith("/sign-in"))
    if cell.expected is Answer.LET_IN:
        refused = cell.guard != PUBLIC and (sign_in or status in {401, 403, 404, 405})
        return f"answered {status}" if refused and NOT_NOW.get(cell.route) != status else ""
    right = sign_in if cell.expected is Answer.SIGN_IN else status in STATUSES[cell.expected]
    return "" if right else f"answered {status}, though one {cell.expected}"


def _secret(cell: Cell) -> set[str]:
    """Return of whom an answer may not tell: the staff may read of everybody in their clinic."""
    if cell.expected in {Answer.LET_IN, Answer.OTHERS} and cell.who.role is not Role.PATIENT:
        return {whose for whose, clinic in CLINICS.items() if clinic != cell.who.clinic}
    return WORDS.keys() - {cell.who.theirs}
