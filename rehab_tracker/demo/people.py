"""Who is in the demo clinics, and how each patient's weeks went."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from rehab_tracker.accounts.models import Aggravator, Knee
from rehab_tracker.foundation.folding import fold

PASSWORD = "calm-otters-climb-slowly"  # noqa: S105 - printed on purpose: made-up people only


class Course(StrEnum):
    """How a patient's weeks go; each is something that a clinic sees every day."""

    STEADY = "steady"
    FADING = "fading"
    SILENT = "silent"
    FLARE = "flare"
    PAUSED = "paused"
    CHANGED = "changed"
    MAINTENANCE = "maintenance"
    LATE = "late"
    RUNNER = "runner"
    EAGER = "eager"
    STARTED = "started"
    NOTHING = "nothing"


@dataclass(frozen=True)
class DemoPatient:
    """A made-up patient: name, course, weeks since the start, and the knee."""

    name: str
    course: Course
    weeks: int
    template: str = "hip-and-knee-strength"
    knee: Knee = Knee.RIGHT
    aggravator: Aggravator = Aggravator.STAIRS
    goal: str = "Walk down the stairs without thinking of the knee"
    kit: tuple[str, ...] = ("mat", "chair", "step", "wall", "loop_band")
    blocked: tuple[str, ...] = field(default=())

    @property
    def email(self) -> str:
        """The address that this patient signs in with."""
        return f"{fold(self.name.split()[0])}@demo.example"


@dataclass(frozen=True)
class DemoClinic:
    """A made-up clinic with its staff and patients."""

    name: str
    time_zone: str
    manager: tuple[str, str]
    physios: tuple[tuple[str, str], ...]
    patients: tuple[DemoPatient, ...]


SIGN_INS = (
    ("Manager, Nora Lindqvist", "manager@demo.example"),
    ("Physio, Jonas Weber", "physio@demo.example"),
    ("Patient, Maria Costa (strength, 16 weeks)", "maria@demo.example"),
    ("Patient, Emeka Obi (runner, two programs)", "emeka@demo.example"),
)

_C, _K, _A = Course, Knee, Aggravator
_ROWS: tuple[DemoPatient, ...] = (
    DemoPatient("Maria Costa", _C.STEADY, 16, goal="Hike the coast path in spring"),
    DemoPatient(
        "Emeka Obi",
        _C.RUNNER,
        14,
        "runner-build-up",
        _K.LEFT,
        _A.RUNNING,
        "Run 10 km with my sister in June",
        ("mat", "chair", "step", "wall", "loop_band", "dumbbell", "running_shoes"),
    ),
    DemoPatient("Aiko Tanaka", _C.FLARE, 12, "hip-first", aggravator=_A.SQUATTING),
    DemoPatient("Bilal Haddad", _C.FADING, 13),
    DemoPatient("Clara Nowak", _C.SILENT, 3, "hip-first", _K.LEFT),
    DemoPatient("Dmitri Orlov", _C.PAUSED, 16, aggravator=_A.KNEELING, blocked=("kneeling",)),
    DemoPatient("Elif Aydin", _C.CHANGED, 11, "hip-first"),
    DemoPatient("Frida Holm", _C.MAINTENANCE, 16, "maintenance"),
    DemoPatient("Gabriel Santos", _C.LATE, 10, aggravator=_A.SITTING),
    DemoPatient("Hanna Kowalczyk", _C.EAGER, 9),
    DemoPatient("Ibrahim Diallo", _C.STARTED, 0, "irritable-first-two-weeks", _K.BOTH),
    DemoPatient("Jana Horvat", _C.NOTHING, 0),
    DemoPatient("Kwame Mensah", _C.STEADY, 15, "desk-sitting", aggravator=_A.SITTING),
    DemoPatient("Leila Rahimi", _C.STEADY, 14, "hip-first", _K.LEFT),
    DemoPatient("Mateo Fernández", _C.RUNNER, 10, "runner-build-up", aggravator=_A.RUNNING),
    DemoPatient("Nadia Petrova", _C.FLARE, 9, "irritable-first-two-weeks", _K.BOTH),
    DemoPatient("Oskar Berg", _C.FADING, 16),
    DemoPatient("Priya Nair", _C.STEADY, 12, "movement-retraining"),
    DemoPatient("Quentin Moreau", _C.SILENT, 8),
    DemoPatient("Rosa Bianchi", _C.PAUSED, 11, "hip-first"),
    DemoPatient("Samir Khalil", _C.CHANGED, 14),
    DemoPatient("Tove Lund", _C.MAINTENANCE, 15, "maintenance", _K.LEFT),
    DemoPatient("Ugo Eze", _C.STEADY, 6, "late-stage-plyometric", aggravator=_A.JUMPING),
    DemoPatient("Vera Novák", _C.LATE, 12),
    DemoPatient("Wanda Zielińska", _C.STEADY, 16, "hip-first"),
    DemoPatient("Xin Liu", _C.EAGER, 7, "movement-retraining"),
    DemoPatient("Yusuf Demir", _C.FADING, 9, "desk-sitting", aggravator=_A.SITTING),
    DemoPatient("Zoë Janssens", _C.STEADY, 5, "hip-first", _K.LEFT),
    DemoPatient("Adèle Fournier", _C.FLARE, 14),
    DemoPatient("Björn Eriksson", _C.STEADY, 8),
    DemoPatient("Chiara Romano", _C.STARTED, 1, "hip-first"),
    DemoPatient("Daniel O'Brien", _C.SILENT, 16, "hip-and-knee-strength"),
    DemoPatient("Esther Mwangi", _C.STEADY, 13, "maintenance"),
    DemoPatient("Farid Aziz", _C.CHANGED, 16),
    DemoPatient("Greta Schulz", _C.PAUSED, 7, "desk-sitting", aggravator=_A.SITTING),
    DemoPatient("Hugo Lambert", _C.RUNNER, 6, "runner-build-up", aggravator=_A.RUNNING),
    DemoPatient("Ines Carvalho", _C.STEADY, 10),
    DemoPatient("Yael Cohen יעל כהן", _C.STEADY, 11, "hip-first"),
    DemoPatient("Klaas van der Berg-Oosterhuis", _C.FADING, 6, "hip-first"),
    DemoPatient("Lucía Torres", _C.NOTHING, 0),
)

HARBOR = DemoClinic(
    "Harbor Physio",
    "Europe/Berlin",
    ("Nora Lindqvist", "manager@demo.example"),
    (
        ("Jonas Weber", "physio@demo.example"),
        ("Amina Yusuf", "amina.yusuf@demo.example"),
        ("Pavel Dvořák", "pavel.dvorak@demo.example"),
        ("Sofia Almeida", "sofia.almeida@demo.example"),
    ),
    _ROWS,
)
HILLSIDE = DemoClinic(
    "Hillside Sports Clinic",
    "Pacific/Auckland",
    ("Moana Parata", "manager@hillside.example"),
    (("Tane Wiremu", "physio@hillside.example"),),
    (
        DemoPatient("Aroha Ngata", _C.STEADY, 8, "hip-first"),
        DemoPatient("Ben Carter", _C.FADING, 7),
        DemoPatient("Charlotte Reid", _C.SILENT, 3),
    ),
)
CLINICS = (HARBOR, HILLSIDE)

Likelihood = Callable[[float], float]
"""How likely a due session is done, by the share of the time that has passed (0 to 1)."""

DONE: dict[Course, Likelihood] = {
    Course.STEADY: lambda _: 0.9,
    Course.FADING: lambda share: 0.95 - 0.85 * share,
    Course.SILENT: lambda _: 0.0,
    Course.FLARE: lambda share: 0.5 if 0.45 < share < 0.65 else 0.88,  # noqa: PLR2004
    Course.PAUSED: lambda _: 0.85,
    Course.CHANGED: lambda _: 0.85,
    Course.MAINTENANCE: lambda _: 0.8,
    Course.LATE: lambda _: 0.75,
    Course.RUNNER: lambda _: 0.9,
    Course.EAGER: lambda _: 1.0,
    Course.STARTED: lambda _: 1.0,
    Course.NOTHING: lambda _: 0.0,
}


def pain(course: Course, share: float) -> float:
    """Return the worst pain to be expected of a session, by the share of the time passed."""
    easing = 4.2 - 3.0 * share
    if course is Course.FLARE and 0.45 < share < 0.65:  # noqa: PLR2004
        return 7.0
    if course is Course.EAGER:
        return 4.5
    if course is Course.MAINTENANCE:
        return 1.0
    return easing
