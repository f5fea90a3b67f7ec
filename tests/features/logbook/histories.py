"""Random lives of sessions on two phones, and the several orders in which their news arrives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random


def seeded(number: int) -> Random:
    """Return chance that can be told again by its number."""
    return Random(number)  # noqa: S311 - it hides nothing


@dataclass(frozen=True)
class Said:
    """One wording: who said it of which session, under which number; `pain` is its content."""

    session: str
    phone: str
    revision: int
    pain: int
    withdrawn: bool = False


@dataclass
class History:
    """What both phones said, in the order of saying, and what is to stand when all has arrived.

    A phone changes another's session only once the server has it: it cannot know of it before.
    """

    said: list[Said] = field(default_factory=list)
    meddled: list[Said] = field(default_factory=list)

    def standing(self) -> Mapping[str, Said]:
        """Return each session as it ends when everything arrives in order."""
        return {one.session: one for one in sorted(self.said, key=lambda one: one.revision)}


def a_history(random: Random, name: str = "") -> History:
    """Return one random history of one to three sessions."""
    history = History()
    for number in range(random.randint(1, 3)):
        session, phone = f"{name}{number}", random.choice("AB")
        for revision in range(1, random.randint(1, 4) + 1):
            withdrawn = revision > 1 and random.random() < 0.35
            history.said.append(Said(session, phone, revision, random.randint(0, 10), withdrawn))
        if random.random() < 0.4:
            other = "AB".replace(phone, "")
            pain = random.randint(0, 10)
            history.meddled.append(Said(session, other, random.randint(1, 9), pain))
    return history


def arrivals(random: Random, history: History) -> list[Said]:
    """Return everything in a random order, some of it several times, none of it never."""
    news = history.said + random.choices(history.said, k=random.randint(0, 4))
    random.shuffle(news)
    for one in history.meddled:
        known_from = next(i for i, first in enumerate(news) if first.session == one.session) + 1
        for _ in range(random.randint(1, 2)):
            news.insert(random.randint(known_from, len(news)), one)
    return news
