import hashlib
import re

from rehab_tracker.domain.red_flags import RED_FLAGS, WORDING, Group, Level, Limit
from rehab_tracker.safety import words

EDITIONS = {1: "5eeb9443f1b801fb"}  # pragma: allowlist secret
DIAGNOSES = re.compile(
    r"thrombos|clot|embol|fractur|septic|infect|tumou?r|ruptur|dislocat|arthrit|DVT|equina|SUFE",
    re.IGNORECASE,
)


def everything() -> list[str]:
    return [f"{key}: {text}" for texts in words.TEXTS for key, text in texts.items()]


def test_every_sign_level_and_limit_has_its_words():
    assert words.QUESTIONS.keys() == words.SAYS.keys() == RED_FLAGS.keys()
    assert words.STEPS.keys() == words.LEVEL_NAMES.keys() == set(Level)
    assert words.GROUP_STEPS.keys() == words.GROUP_NAMES.keys() == set(Group)
    assert words.REASONS.keys() == set(Group)
    assert words.LIMITS.keys() == set(Limit)


def test_no_sentence_names_a_diagnosis():
    assert [line for line in everything() if DIAGNOSES.search(line)] == []


def test_a_changed_sentence_is_a_new_edition():
    told = hashlib.sha256("\n".join(everything()).encode()).hexdigest()[:16]
    assert EDITIONS[WORDING] == told, "count WORDING on and add its fingerprint here"


def test_the_most_pressing_sign_is_said_first():
    said = words.told(["E12", "E11"])
    assert said.index("numb") < said.index("joints")
