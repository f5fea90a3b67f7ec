"""What the definitions page prints: the settings the rules read, and examples they compute."""

from typing import Any

from rehab_tracker.domain.adherence import summarize
from rehab_tracker.domain.rule import SETTINGS, setting
from rehab_tracker.programs.words import PROFILE_NAMES
from rehab_tracker.progress import examples, words
from rehab_tracker.progress.weekly import RECENT_WEEKS


def everything() -> dict[str, Any]:
    """Return all the page prints; every number on it comes from here."""
    programs, weeks = examples.strength_and_run(), examples.three_weeks()
    return {
        "settings": SETTINGS,
        "setting": setting,
        "setting_names": words.SETTING_NAMES,
        "mark_names": words.MARK_NAMES,
        "profile_names": PROFILE_NAMES,
        "recent_weeks": RECENT_WEEKS,
        "partial": examples.whole_half_and_quarter(),
        "thursday": examples.starts_on_thursday(),
        "changed": examples.changed_on_thursday(),
        "paused": examples.paused_in_the_middle(),
        "surplus": examples.five_of_three(),
        "programs": programs,
        "both": summarize(programs),
        "weeks": weeks,
        "together": summarize(weeks),
        "lights": {example.light.code: example for example in examples.light_examples()},
    }
