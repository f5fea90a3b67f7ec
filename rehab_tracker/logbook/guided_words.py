"""What the guided session says on the phone, where it cannot ask for a translation.

`{name}` is filled in by the page's own script.
"""

from typing import Any

from flask_babel import gettext as _

from rehab_tracker.domain.pain import Color
from rehab_tracker.logbook import words
from rehab_tracker.logbook.models import SetSide


def guided_words() -> dict[str, Any]:
    """Return every sentence of the guided session by the name that its script knows."""
    return _about_training() | _about_the_knee() | _about_the_phone()


def _about_training() -> dict[str, Any]:
    return {
        "left": str(words.SIDE_NAMES[SetSide.LEFT]),
        "right": str(words.SIDE_NAMES[SetSide.RIGHT]),
        "sets": _("Sets"),
        "set": _("Set %(number)s", number="{number}"),
        "set_side": _("Set %(number)s, %(side)s", number="{number}", side="{side}"),
        "reps": _("%(count)s reps", count="{count}"),
        "seconds": _("%(time)s s", time="{time}"),
        "load": _("%(load)s kg", load="{load}"),
        "band": _("band %(number)s", number="{number}"),
        "done": _("done"),
        "last": _("Last time: %(what)s", what="{what}"),
        "effort_last": _("effort %(effort)s of 10", effort="{effort}"),
        "of": _("%(place)s of %(count)s", place="{place}", count="{count}"),
        "sets_done": _("%(done)s of %(due)s sets", done="{done}", due="{due}"),
        "left_out": _("Left out"),
        "hurts": _("This hurts"),
        "reps_amount": _("Repetitions"),
        "hold_amount": _("Seconds"),
        "hurt": _("Hurt: %(score)s of 10", score="{score}"),
        "begin": _("Begin"),
        "go_on": _("Go on"),
        "whole": _("All as prescribed"),
        "rest_whole": _("The rest as prescribed"),
        "sure_over": _("Start over? The sets that you tapped in this session are gone then."),
        "next": _("Next exercise"),
        "finish": _("Finish"),
        "rest": _("Rest. Then: %(set)s", set="{set}"),
        "hold": _("Hold: %(set)s", set="{set}"),
        "rest_over": _("Rest is over. Next: %(set)s", set="{set}"),
        "hold_over": _("Time. %(set)s is done.", set="{set}"),
        "hold_start": _("Start the timer: %(time)s s", time="{time}"),
        "end_rest": _("Skip the rest"),
        "end_hold": _("Stop here"),
        "phases": {
            "lower": _("Lower"),
            "pause": _("Pause"),
            "lift": _("Lift"),
            "hold": _("Hold"),
            "release": _("Release"),
        },
        "repetition": _("Repetition %(number)s", number="{number}"),
        "exercises": _("%(count)s exercises", count="{count}"),
        "so_far": _("%(met)s of %(due)s so far", met="{met}", due="{due}"),
        "extra": _("+%(extra)s extra", extra="{extra}"),
        "starts": _("Starts on %(day)s", day="{day}"),
        "start": _("Start"),
        "morning": _("Thank you. This morning: %(score)s of 10.", score="{score}"),
        "log_it": _("Log what I did"),
        "held": _("Safety hold"),
        "paused": _("Paused"),
        "logged": _("Logged today"),
        "not_said": _("not said"),
        "target": _("target %(effort)s of 10", effort="{effort}"),
    }


def _about_the_knee() -> dict[str, Any]:
    return {
        "limit": _(
            "Your limit is %(amber)s. Above it, stop this exercise; so too when it makes you limp.",
            amber="{amber}",
        ),
        "stop": _(
            "%(score)s is above your limit of %(amber)s. Stop this exercise. Does the pain stay, "
            "or do you limp? Then stop the session: what you did counts.",
            score="{score}",
            amber="{amber}",
        ),
        "least": _(
            "During the session you said %(score)s of 10, so the worst was at least that.",
            score="{score}",
        ),
        "tap_saves": _("Tap the number, and the session is saved."),
        "then_save": _("Tap the number, then save."),
        "nothing": _("Tap a set you did, or say why you left an exercise out. Then save."),
        "choose": _("Please choose a number from 0 to 10."),
        "colors": _named(words.COLOR_NAMES),
        "headlines": _named(words.HEADLINES),
        "advice": _named(words.ADVICE),
        "reasons": words.reason_patterns(),
        "sore": _("You said that %(exercise)s hurt.", exercise="{exercise}"),
    }


def _named(said: dict[Color, Any]) -> dict[str, str]:
    return {color.value: str(sentence) for color, sentence in said.items()}


def _about_the_phone() -> dict[str, Any]:
    return {
        "refused": _(
            "This phone cannot keep anything now: its storage is full or switched off (a private "
            "window does that). You can train, but stay on this page, and send at the end."
        ),
        "other_person": _("Somebody else signed in on this phone meanwhile, so this was not sent."),
        "direct_lost": _(
            "Not sent: there is no connection. Stay on this page and tap Save again when there is."
        ),
        "unknown": _("This program is not kept on this phone. Open Today once with a connection."),
        "no_plan": _("Sign in once with a connection, and this phone keeps your plan."),
        "no_signal": _("There is no connection. What you do here is kept and sent later."),
        "begun": _("You began this session on %(day)s.", day="{day}"),
    }
