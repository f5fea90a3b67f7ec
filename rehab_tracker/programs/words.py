"""What programs say in the words of their readers."""

from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from rehab_tracker.domain.dosage import Problem, Side
from rehab_tracker.domain.pain import Profile
from rehab_tracker.programs.models import PauseReason

PROFILE_NAMES = {
    Profile.STANDARD: _l("Standard"),
    Profile.IRRITABLE: _l("Irritable knee"),
    Profile.RUNNING: _l("Running and landing"),
}
PROFILE_USES = {
    Profile.STANDARD: _l("strength, balance, retraining"),
    Profile.IRRITABLE: _l("the first weeks of a hot knee"),
    Profile.RUNNING: _l("running, hopping, landing"),
}
PAUSE_NAMES = {
    PauseReason.ILLNESS: _l("Illness"),
    PauseReason.HOLIDAY: _l("Holiday"),
    PauseReason.FLARE: _l("Knee flare-up"),
    PauseReason.PHYSIO_ADVISED: _l("Advised by the physio"),
    PauseReason.SAFETY: _l("Safety hold"),
    PauseReason.OTHER: _l("Other"),
}
SIDE_CHOICES = {
    Side.BOTH: _l("both"),
    Side.LEFT: _l("left"),
    Side.RIGHT: _l("right"),
    Side.ALTERNATING: _l("in turn"),
}
_PROBLEMS = {
    "too_small": _l("Enter %(limit)s or more."),
    "too_large": _l("Enter %(limit)s or less."),
    "nothing_to_do": _l("Enter repetitions, a hold or a time."),
    "work_and_reps": _l("Enter either a time or repetitions and holds."),
    "start_missing": _l("Enter where the range starts."),
    "below_start": _l("Enter %(limit)s or more, the start of the range."),
    "load_and_band": _l("Enter either a weight or a band."),
    "not_a_number": _l("Enter a number."),
    "too_fine": _l("Enter at most %(limit)s decimals."),
    "tempo_form": _l("Enter four numbers such as 2-1-2-0, slow or quick."),
}


def dose_problem(problem: Problem) -> str:
    """Return why a dose cannot be prescribed, as one sentence."""
    if (problem.field, problem.code) == ("load_kg", "too_small"):
        return _("Enter more than 0 kg, or leave it empty.")
    sentence = str(_PROBLEMS[problem.code])
    return sentence % {"limit": problem.limit}


def long_day(day: date) -> str:
    """Return a calendar date with its month's name."""
    return str(format_date(day, "long"))
