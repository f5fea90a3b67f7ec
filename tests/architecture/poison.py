"""A text that would show itself if any page took it for more than a text."""

from typing import Any

import html5lib
from sqlalchemy import Enum, String, update

from rehab_tracker.foundation.db import Base, Database

TAG = "x-i"
"""An element that no page of ours has."""

SHORT = "'\"><x-i>"
WHOLE = (
    "=1'\"></textarea></title></script></style>--><x-i x-i=1 onfocus=alert(1) autofocus>"
    "<img src=x onerror=alert(1)><script>alert(1)</script>{{7*7}}javascript:alert(1)//\u2028x-i"
)

NOT_WRITTEN = {
    # ids, hashes, secrets and machine words: nobody writes them freely
    "key", "mac", "secret", "code_hash", "token_hash", "content_hash", "credential_id",
    "public_key", "password_hash", "action", "slug", "copied_from", "language", "region", "kind",
    "position", "laterality", "ladder", "pfj_load", "load_type", "evidence_level", "figure",
    "media_type", "time_zone", "zone", "template", "email", "recipient", "problem", "device",
}  # fmt: skip

LISTS = {"cues"}
"""Lists of texts that a physio writes."""


def poison(database: Database) -> int:
    """Write it into every text that a person fills; return into how many columns."""
    written = 0
    with database.engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            for column in filter(is_written, table.columns):
                worse = [WHOLE] if column.name in LISTS else fitting(column.type.length)
                done = update(table).where(column.is_not(None)).values({column: worse})
                written += connection.execute(done).rowcount > 0
    return written


def fitting(room: int | None) -> str:
    """Return as much of it as a column takes and still would tell."""
    return next(one for one in (WHOLE, SHORT, f"<{TAG}>") if len(one) <= (room or len(WHOLE)))


def is_written(column: Any) -> bool:
    is_text = isinstance(column.type, String) and not isinstance(column.type, Enum)
    return column.name in LISTS or (is_text and column.name not in NOT_WRITTEN)


def sprung(page: str) -> list[str]:
    """Return what became of it in a page other than text."""
    found = []
    for element in html5lib.parse(page, namespaceHTMLElements=False).iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == TAG:
            found.append(f"<{TAG}>")
        for name, value in element.attrib.items():
            if TAG in str(name) or str(name).startswith("on"):
                found.append(f"{element.tag} {name}=")
            if str(name) in {"href", "src", "action"} and str(value).startswith("javascript:"):
                found.append(value)
        if element.tag in {"script", "style"} and "alert(1)" in (element.text or ""):
            found += [] if element.get("type") == "application/json" else [f"in <{element.tag}>"]
    return found
