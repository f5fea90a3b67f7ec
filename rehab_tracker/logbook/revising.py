"""What to do with a wording of a session, whatever else arrived of it before: a rule, no more.

A phone numbers its wordings. Its highest number stands and the others are history, so that every
order of arrival ends alike; what another hand wrote meanwhile is never overwritten.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID


class Step(Enum):
    """What becomes of a wording that was sent."""

    STANDS_ALREADY = auto()
    KEPT_ALREADY = auto()
    BESIDE_ALREADY = auto()
    REPLACE = auto()
    ADD_TO_HISTORY = auto()
    KEEP_BESIDE = auto()


@dataclass(frozen=True, slots=True)
class Wording:
    """What somebody said of a session; pages of the product have no device and no hash."""

    device_id: UUID | None
    program_id: UUID
    revision: int
    content_hash: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a session: what stands, what was said before, what never came to stand."""

    standing: Wording
    revisions: Mapping[int, str | None]
    conflicts: Collection[str]


def step_for(sent: Wording, kept: Kept) -> Step:
    """Return what to do with a wording of a session that is known already."""
    standing = kept.standing
    own = (sent.device_id, sent.program_id) == (standing.device_id, standing.program_id)
    newer = own and sent.revision > standing.revision
    if sent.content_hash == standing.content_hash:
        return Step.STANDS_ALREADY
    if newer:
        return Step.REPLACE
    if sent.content_hash in kept.revisions.values():
        return Step.KEPT_ALREADY
    if sent.content_hash in kept.conflicts:
        return Step.BESIDE_ALREADY
    if own and sent.revision not in {standing.revision, *kept.revisions}:
        return Step.ADD_TO_HISTORY
    return Step.KEEP_BESIDE


def revision_after(sent: Wording, standing: Wording) -> int:
    """Return the number of what stands once it was sent again, perhaps under a higher one."""
    own = sent.device_id == standing.device_id
    return max(standing.revision, sent.revision if own else 0)
