"""Classes of hole that other products really had, where no other test asks for them already.

docs/trust.md names the test of each class.
"""

from dataclasses import replace

import pytest

from rehab_tracker.domain.permission import Role
from rehab_tracker.foundation.errors import NotVisible
from rehab_tracker.logbook.actions import own_record
from rehab_tracker.programs.policy import require_own
from tests.isolation.test_crawl import SORTS
from tests.isolation.world import World

on_sqlite = pytest.mark.parametrize("world", ["sqlite"], indirect=True)


@on_sqlite
@pytest.mark.parametrize("role", Role)
def test_who_has_no_record_is_not_the_owner_of_a_record_of_nobody(world: World, role: Role):
    """None == None: a check that compares two things that are not there lets everybody in."""
    nobody = replace(world.actor("manager"), role=role, patient_id=None)
    with pytest.raises(NotVisible):
        require_own(nobody, None)  # type: ignore[arg-type]
    with pytest.raises(NotVisible):
        own_record(nobody)


@on_sqlite
@pytest.mark.parametrize("who", ["manager", "assigned physio"])
@pytest.mark.parametrize("field", ["sort", "by", "page", "who", "physio", "template", "q"])
def test_no_word_of_an_address_becomes_one_of_a_statement(world: World, who: str, field: str):
    """What is looked for is bound, what is sorted by is chosen from a list."""
    browser = world.browser(who)
    for wish in SORTS[3:]:
        for path in ("/report", "/report.csv", "/patients", "/audit"):
            browser.get(path, query_string={field: wish})
            assert not [said for said in browser.statements if wish in said]
