"""Pages keep their shape: with letters twice as large on a small phone, and on the desktop."""

from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import Page
from sqlalchemy.orm import Session

from rehab_tracker.accounts import passwords
from rehab_tracker.accounts.models import Clinic
from rehab_tracker.foundation import clock
from tests.builders.exercises import an_exercise
from tests.builders.logbook import a_log
from tests.builders.people import PASSWORD, a_member, a_patient
from tests.builders.programs import MONDAY, a_program, an_item
from tests.journeys.conftest import sign_in

Open = Callable[..., Page]
MONDAY_EVENING = datetime(2026, 3, 2, 18, tzinfo=UTC)


def test_today_fits_the_smallest_phone_with_letters_twice_as_large(
    db: Session, clinic: Clinic, opened: Open
):
    physio = a_member(db, clinic)
    patient = a_patient(db, clinic, physio)
    patient.person.password_hash = passwords.keep(PASSWORD)
    stretch = an_item(an_exercise(db, name="Side-lying hip abduction"), optional=True)
    squat = an_item(an_exercise(db, name="Squat to a chair"))
    done = a_program(db, physio, patient, [squat, stretch], title="Strength for runners")
    a_program(db, physio, patient, [squat, stretch], title="Hip and knee strength")
    a_log(db, patient, done, MONDAY, now=MONDAY_EVENING)
    db.commit()
    page = opened(viewport={"width": 320, "height": 640})
    with clock.stopped(MONDAY_EVENING):
        sign_in(page, patient.person.email)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_programs_name_takes_one_line_of_the_list_on_a_desktop(
    db: Session, clinic: Clinic, opened: Open
):
    physio = a_member(db, clinic, password_hash=passwords.keep(PASSWORD))
    patient = a_patient(db, clinic, physio, name="Adèle Fournier")
    a_program(db, physio, patient, title="Hip and knee strength")
    db.commit()
    page = opened()
    with clock.stopped(datetime(2026, 4, 20, 9, tzinfo=UTC)):
        sign_in(page, physio.person.email)
        box = page.get_by_text("Hip and knee strength").locator("..").bounding_box()
    assert box
    assert box["height"] < 30
