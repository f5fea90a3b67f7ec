"""The warning signs in plain words. A changed sentence here is a new `WORDING` in the rules.

They say where help is and why, never what it may be.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from rehab_tracker.domain.red_flags import Group, Level, Limit, in_order

QUESTIONS = {
    "E1": _l(
        "My knee is hot, red and swollen, or it hurts while I have fever, chills or feel ill."
    ),
    "E2": _l("One calf or thigh is swollen, throbbing, warm or has changed color."),
    "E2+": _l(
        "One calf or thigh is swollen, throbbing, warm or has changed color, and I am short of "
        "breath, have chest pain, cough up blood or passed out."
    ),
    "E3": _l(
        "After an injury I cannot take four steps, the knee looks out of shape, or the kneecap "
        "went out of place."
    ),
    "E4": _l(
        "I felt a pop or took a blow, and since then I cannot straighten the knee or lift the "
        "straight leg."
    ),
    "E5": _l("My knee is stuck: it will not fully straighten or bend."),
    "E6": _l("My knee swelled a lot within hours of a twist or a blow."),
    "E7": _l("My knee gave way with an injury, or it gives way again and again."),
    "E8": _l(
        "The pain is there all the time, at night or at rest, and nothing eases it; or I lose "
        "weight without wanting to; or I have had cancer."
    ),
    "E9": _l(
        "I am under 18 and have pain in the hip, groin or thigh, or a limp, or one leg turns "
        "outward."
    ),
    "E10": _l(
        "The pain sits on one small spot of a bone, or hopping hurts, or it aches at night since "
        "I trained more."
    ),
    "E11": _l(
        "My foot is numb, weak, cold or pale; or I am numb between the legs, or my bladder does "
        "not work as usual."
    ),
    "E12": _l("Several joints are swollen, or I am stiff for more than an hour in the morning."),
    "E13": _l(
        "I had surgery on a hip, knee or ankle that my physio does not know of; or something "
        "changed in my pregnancy; or I take a new blood thinner."
    ),
}
SAYS = {
    "E1": _l("a hot, red, swollen knee, or knee pain with fever or chills"),
    "E2": _l("one calf or thigh that is swollen, throbbing, warm or discolored"),
    "E2+": _l("a swollen calf or thigh together with trouble breathing, chest pain or a collapse"),
    "E3": _l("an injured knee that I cannot walk four steps on, or that looks out of shape"),
    "E4": _l("a pop or a blow to the knee, and I cannot straighten it or lift the leg"),
    "E5": _l("a knee that is stuck"),
    "E6": _l("a knee that swelled within hours of an injury"),
    "E7": _l("a knee that gives way"),
    "E8": _l("pain at night or at rest that nothing eases, or unwanted weight loss or past cancer"),
    "E9": _l("hip, groin or thigh pain or a limp, and I am under 18"),
    "E10": _l("pain on one spot of a bone, or pain on hopping or at night after more training"),
    "E11": _l("a numb, weak or cold foot, or numbness between the legs or bladder trouble"),
    "E12": _l("several swollen joints or long morning stiffness"),
    "E13": _l("recent surgery, a change in pregnancy or a new blood thinner"),
}
LEVEL_NAMES = {
    Level.EMERGENCY_NOW: _l("Emergency: now"),
    Level.EMERGENCY_TODAY: _l("Emergency: today"),
    Level.URGENT_TODAY: _l("Urgent: today"),
    Level.URGENT: _l("Urgent"),
    Level.DOCTOR_DAYS: _l("Doctor within days"),
    Level.ASSESSMENT_DAYS: _l("Assessment within days"),
    Level.PHYSIO_FIRST: _l("Physio before the next session"),
}
GROUP_NAMES = {
    Group.EMERGENCY: _l("Emergency"),
    Group.URGENT: _l("Urgent"),
    Group.DAYS: _l("Within days"),
    Group.PHYSIO: _l("Before your next session"),
}
GROUP_STEPS = {
    Group.EMERGENCY: _l("Call the emergency number, or have somebody take you to hospital."),
    Group.URGENT: _l("Call a doctor or an urgent-care line now."),
    Group.DAYS: _l("Make an appointment in the next days."),
    Group.PHYSIO: _l("Speak with your physio first."),
}
STEPS = {
    Level.EMERGENCY_NOW: _l("Call the emergency number now. Do not drive yourself."),
    Level.EMERGENCY_TODAY: _l(
        "Go to an emergency department today, or call the emergency number. Have somebody take you."
    ),
    Level.URGENT_TODAY: _l("Call a doctor or an urgent-care line now and be seen today."),
    Level.URGENT: _l("Call a doctor or an urgent-care line and ask how soon you can be seen."),
    Level.DOCTOR_DAYS: _l("Make an appointment with a doctor in the next days."),
    Level.ASSESSMENT_DAYS: _l("Have it looked at by a doctor or your physio in the next days."),
    Level.PHYSIO_FIRST: _l("Speak with your physio before your next session."),
}
REASONS = {
    Group.EMERGENCY: _l("Signs like these can get worse within hours, and treatment cannot wait."),
    Group.URGENT: _l("Signs like these need somebody to examine the leg before you load it again."),
    Group.DAYS: _l("Signs like these need a look that an exercise program cannot give."),
    Group.PHYSIO: _l("Your program may have to change before it is right for you again."),
}
LIMITS = {
    Limit.NO_IMPACT: _l("No running, jumping or landing until then."),
    Limit.NOT_EXERCISE: _l("Exercise is no answer to this: leave it until you have been seen."),
    Limit.NO_SPORT: _l("No sport on that leg until then."),
    Limit.NO_RUNNING: _l("Stop running until then."),
}
TEXTS: tuple[Mapping[Any, Any], ...] = (
    QUESTIONS, SAYS, LEVEL_NAMES, GROUP_NAMES, GROUP_STEPS, STEPS, REASONS, LIMITS,
)  # fmt: skip
"""Everything that one edition says; a test keeps its fingerprint."""


def told(codes: Iterable[str]) -> str:
    """Return signs as somebody would say them to a doctor, the most pressing first."""
    return _("; and ").join(str(SAYS[flag.code]) for flag in in_order(codes))
