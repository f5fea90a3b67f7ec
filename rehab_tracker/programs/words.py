"""What programs say in the words of their readers."""

from flask_babel import lazy_gettext as _l

from rehab_tracker.domain.dosage import Side
from rehab_tracker.domain.effort import Turn
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
TURN_NAMES = {
    Turn.NEW: _l("new"),
    Turn.HARDER: _l("harder"),
    Turn.EASIER: _l("easier"),
    Turn.DIFFERENT: _l("changed"),
    Turn.REMOVED: _l("no longer in it"),
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
