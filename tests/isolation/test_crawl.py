"""Nothing of another clinic shows on any page, whatever is asked, filtered, sorted or sent."""

from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest

from tests.isolation import marks
from tests.isolation.cells import PEOPLE, Who
from tests.isolation.reading import Page, PageForm
from tests.isolation.world import World

INSIDERS = [who for who in PEOPLE if who.clinic == "own" and who.name != "former physio"]
SORTS = (
    *("", "name", "-name", "adherence; DROP TABLE patient", "(SELECT name FROM person)"),
    *("patient.goal DESC", "' OR '1'='1", "1) UNION SELECT name FROM person --"),
)


def test_every_text_of_the_other_clinic_holds_the_word(marked: World):
    assert marks.unseen(marked) == []


@pytest.mark.parametrize("who", INSIDERS, ids=lambda who: who.name)
def test_no_page_tells_of_another_clinic(marked: World, who: Who):
    seen = dict(pages(marked, who))
    assert len(seen) > (5 if who.name == "phone key" else 25)
    told = [address for address, text in seen.items() if marks.WORD in text.lower()]
    assert told == []


@pytest.mark.parametrize("marked", ["sqlite_without_the_filter"], indirect=True)
def test_the_crawl_notices_when_nothing_keeps_clinics_apart(marked: World):
    """SQLite has no row-level security: without the filter the other clinic is everywhere."""
    who = next(one for one in INSIDERS if one.name == "manager")
    told = [text for _, text in pages(marked, who, asks=False) if marks.WORD in text.lower()]
    assert len(told) > 10


def pages(world: World, who: Who, *, asks: bool = True) -> Iterator[tuple[str, str]]:
    """Follow every way that leads on, from every address of the product; give what is read."""
    ways, known, asked = list(beginnings(world)), set[str](), set[str]()
    while ways:
        address = ways.pop()
        if address in known:
            continue
        known.add(address)
        response = world.browser(who.name).get(address)
        yield address, response.get_data().decode(errors="replace")
        if response.mimetype == "text/html":
            page = Page(address, response.text)
            ways += [link for link in page.links if _inside(link) and _path(link) not in asked]
            for form in page.forms:
                if asks and form.method == "GET" and _path(form.action) not in asked:
                    asked.add(_path(form.action))  # once: filters make ever more of each other
                    ways += questions(world, form)


def _inside(link: str) -> bool:
    return link.startswith("/") and not link.startswith(("/static", "/figures"))


def _path(address: str) -> str:
    return urlsplit(address).path


def beginnings(world: World) -> Iterator[str]:
    """Return the address of every page, with the ids of all clinics."""
    adapter = world.app.url_map.bind("127.0.0.1")
    for rule in world.app.url_map.iter_rules():
        for whose in ("own", "neighbor", "elsewhere"):
            ids = world.ids[whose]
            if "GET" in (rule.methods or ()) and rule.arguments <= ids.keys():
                yield adapter.build(rule.endpoint, {name: ids[name] for name in rule.arguments})


def questions(world: World, form: PageForm) -> Iterator[str]:
    """Return what a form of a page asks: each choice, a sort that is none, others' ids."""
    path, theirs = urlsplit(form.action).path, world.ids["elsewhere"]
    asked = [*form.choices, *(("sort", sort) for sort in SORTS), ("q", marks.WORD[1:]), ("q", "%")]
    asked += [(name, str(theirs[kind])) for name, kind in FILTERS]
    for name, value in asked:
        yield f"{path}?{urlencode(dict([*form.fields, (name, value)]))}"
        yield f"{path}.csv?{urlencode({name: value})}"


FILTERS = (
    ("physio", "membership_id"),
    ("patient", "patient_id"),
    ("older_than", "session_id"),
    ("template", "slug"),
    ("day", "program_id"),
)
