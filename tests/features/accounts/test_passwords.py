import subprocess
import sys

import pytest
from argon2 import PasswordHasher

from rehab_tracker.accounts import passwords
from rehab_tracker.domain.permission import Role


@pytest.mark.parametrize("role", Role)
def test_unrelated_words_are_strong_for_everybody(role: Role):
    assert passwords.objection("seven quiet herons wade", [role]) is None


@pytest.mark.parametrize(
    ("password", "role", "sentence"),
    [
        ("x9!kQ2vb#", Role.PATIENT, "at least 10"),
        ("x9!kQ2vb#Lm", Role.PHYSIO, "at least 12"),
        ("x9!kQ2vb#Lm", Role.MANAGER, "at least 12"),
        ("x" * 257, Role.PATIENT, "at most 256"),
        ("password1234", Role.PATIENT, "easy to guess"),
        ("aaaaaaaaaaaaaaaa", Role.PHYSIO, "easy to guess"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, role: Role, sentence: str):
    assert sentence in (passwords.objection(password, [role]) or "")


def test_ones_own_name_does_not_make_a_password_strong():
    name, email = "Maximiliane Oberhuber", "moberhuber@example.org"
    assert passwords.objection("MaximilianeOberhuber", [Role.PATIENT], (name, email))


def test_a_password_of_256_characters_in_any_script_is_kept_whole():
    long = "бегемот 河马 🦛 " * 17
    kept = passwords.keep(long)
    assert passwords.matches(kept, long)
    assert not passwords.matches(kept, long[:-1])


def test_nobodys_password_never_matches():
    assert not passwords.matches(None, "nobody has this password")


def test_a_guess_costs_46_megabytes_also_where_there_is_no_password():
    asked = f"from {passwords.__name__} import _NOBODY, keep; print(keep('x'), _NOBODY)"
    said = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )  # fmt: skip
    kept, nobodys = said.stdout.split()
    assert kept.startswith(settings := "$argon2id$v=19$m=47104,t=1,p=1$")
    assert nobodys.startswith(settings)
    assert len(nobodys) == len(kept)


def test_a_hash_of_weaker_settings_is_outdated():
    assert passwords.outdated(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))
    assert not passwords.outdated(passwords.keep("x"))
