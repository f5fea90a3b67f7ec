"""Every address of the product, and who gets past its guard."""

from collections.abc import Callable, Iterator

from flask import Flask

from rehab_tracker.domain.permission import ROLES, Role
from rehab_tracker.foundation import access
from tests.architecture.victim import Victim
from tests.builders.people import Somebody
from tests.client import CheckedClient

As = Callable[[Somebody], CheckedClient]
People = dict[Role, Somebody]


def addresses(app: Flask, victim: Victim, method: str) -> Iterator[tuple[str, str | None]]:
    """Yield every address of a method, of the victim's records, with its guard."""
    ids = victim.ids | {"token": "x" * 43, "digest": "0" * 12, "kind": "move", "side": "left"}
    adapter = app.url_map.bind("127.0.0.1")
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            named = {name: ids[name] for name in rule.arguments}
            yield adapter.build(rule.endpoint, named), access.guard_of(app, rule.endpoint)


def may(people: People, guard: str | None) -> list[Somebody]:
    """Return who gets past a guard; those that ask for no role let everybody in."""
    anybody = guard in {access.PUBLIC, *access.STEPS}
    return [people[role] for role in people if anybody or guard in ROLES[role]]
