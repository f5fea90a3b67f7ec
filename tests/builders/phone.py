"""A patient's phone, as its scripts talk to the server."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from werkzeug.test import TestResponse

from rehab_tracker.foundation import clock
from rehab_tracker.foundation.db import new_id
from rehab_tracker.logbook.commands import LogSession
from rehab_tracker.logbook.revisions import as_told
from tests.client import CheckedClient

Item = dict[str, Any]


def an_item(
    told: LogSession, *, revision: int = 1, withdrawn: bool = False, **payload: Any
) -> Item:
    """Return a session as a phone sends it."""
    said = as_told(told)
    at, zone = said.pop("performed_at"), said.pop("zone")
    return {
        "client_id": str(told.client_id),
        "revision": revision,
        "performed_at": at,
        "zone": zone,
        "payload": {**said, "withdrawn": withdrawn, **payload},
    }


class Phone:
    """One phone; `clock_off` is how far its clock is ahead of the right time."""

    def __init__(
        self,
        browser: CheckedClient,
        *,
        device_id: UUID | None = None,
        clock_off: timedelta | None = None,
    ) -> None:
        self.browser = browser
        self.device_id = str(device_id or new_id())
        self.clock_off = clock_off or timedelta()

    def ticket(self) -> Mapping[str, Any]:
        """Return whose phone this is now, and what the next sending carries."""
        answer = self.browser.get("/log/ticket")
        assert answer.status_code == 200, answer.text
        told: Mapping[str, Any] = answer.get_json()
        return told

    def batch(self, items: Iterable[Item], **fields: Any) -> dict[str, Any]:
        """Return what is sent at once."""
        shown: datetime = clock.now() + self.clock_off
        told = {"device_id": self.device_id, "client_now": shown.isoformat(), "items": list(items)}
        return told | fields

    def post(self, body: Any, ticket: str | None = None) -> TestResponse:
        """Send a body, with a fresh ticket unless another is given."""
        headers = {"X-Ticket": self.ticket()["ticket"] if ticket is None else ticket}
        sent = {"data": body} if isinstance(body, bytes) else {"json": body}
        return self.browser.post(
            "/log/sync", headers=headers, content_type="application/json", csrf=False, **sent
        )

    def send(self, *items: Item, **fields: Any) -> list[dict[str, Any]]:
        """Send items and return what became of each."""
        answer = self.post(self.batch(items, **fields))
        assert answer.status_code == 200, answer.text
        outcomes: list[dict[str, Any]] = answer.get_json()["outcomes"]
        sent = [(item["client_id"], item["revision"]) for item in items]
        assert [(one["client_id"], one["revision"]) for one in outcomes] == sent
        return outcomes

    def verdicts(self, *items: Item, **fields: Any) -> list[str]:
        """Send items and return the one word for each."""
        return [one["outcome"] for one in self.send(*items, **fields)]
