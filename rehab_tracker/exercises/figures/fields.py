"""Reads single fields of a figure file and says what is wrong with them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from rehab_tracker.exercises.figures.skeleton import MIDLINE
from rehab_tracker.exercises.figures.vectors import Vec

LEVELS = ("thigh", "knee", "shin", "ankle", "foot")  # where a loop lies
LIMBS = ("leg_L", "leg_R", "arm_L", "arm_R")
LIMB_JOINTS = ("hip", "knee", "ankle", "heel", "ball", "shoulder", "elbow", "wrist")
JOINTS = frozenset(MIDLINE - {"world"}) | {j + s for j in LIMB_JOINTS for s in ("_L", "_R")}


class FieldInvalid(Exception):
    """A field has a value that means nothing."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")


def known(path: str, key: str, allowed: Collection[str]) -> None:
    """Refuse a key that is not allowed."""
    if key not in allowed:
        those = ", ".join(sorted(allowed)) or "nothing"
        raise FieldInvalid(f"{path}.{key}".lstrip("."), f"unknown; known here: {those}")


def one_of(path: str, value: Any, allowed: Sequence[object]) -> str:
    """Return a value that is one of those allowed, as a word."""
    if value not in allowed:
        raise FieldInvalid(path, f'"{value}" is none of {", ".join(map(str, allowed))}')
    return str(value)


def names(path: str, value: Any, allowed: Collection[str]) -> list[str]:
    """Return one word or a list of words as a list."""
    given = value if isinstance(value, list) else [value]
    return [one_of(path, name, sorted(allowed)) for name in given]


def table(path: str, value: Any, allowed: Collection[str] | None = None) -> dict[str, Any]:
    """Return a map whose keys are all allowed."""
    if not isinstance(value, dict):
        raise FieldInvalid(path, "has to be a map of fields")
    for key in value:
        if not isinstance(key, str):
            raise FieldInvalid(f"{path}.{key}", "is no name (on, yes and no mean true or false)")
        if allowed is not None:
            known(path, key, allowed)
    return value


def yes(path: str, value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise FieldInvalid(path, f'"{value}" is neither true nor false')
    return value


def rows(path: str, value: Any) -> list[Any]:
    """Return a list."""
    if not isinstance(value, list):
        raise FieldInvalid(path, "has to be a list")
    return value


def text(path: str, value: Any) -> str:
    """Return a text on one line."""
    if not isinstance(value, str) or not value.strip():
        raise FieldInvalid(path, "is missing: one or two sentences of start, movement and end")
    return " ".join(value.split())


def number(path: str, value: Any) -> float:
    """Return a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FieldInvalid(path, f'"{value}" is no number (write -0.2, not -.2)')
    return float(value)


def vector(path: str, value: Any) -> Vec:
    """Return three numbers."""
    x, y, z = numbers(path, value, 3)
    return (x, y, z)


def pair(path: str, value: Any) -> tuple[float, float]:
    """Return two numbers."""
    x, y = numbers(path, value, 2)
    return (x, y)


def place(path: str, value: Any) -> Any:
    """Return [x, y, z], a joint, [joint, out, along, forward], or [x, z] on the floor."""
    if isinstance(value, str):
        return one_of(path, value, sorted(JOINTS))
    if not isinstance(value, list) or not value:
        raise FieldInvalid(path, "has to be a joint or a list")
    if isinstance(value[0], str):
        one_of(path, value[0], sorted(JOINTS))
        return [value[0], *(number(path, each) for each in value[1:4])]
    return numbers(path, value, 2 if len(value) == 2 else 3)  # noqa: PLR2004


def places(path: str, value: Any) -> list[Any]:
    """Return at least two places."""
    given = rows(path, value)
    if len(given) < 2:  # noqa: PLR2004
        raise FieldInvalid(path, "has to be at least two places")
    return [place(f"{path}.{i + 1}", each) for i, each in enumerate(given)]


def numbers(path: str, value: Any, count: int) -> list[float]:
    """Return exactly so many numbers."""
    if not isinstance(value, list | tuple) or len(value) != count:
        raise FieldInvalid(path, f"has to be {count} numbers")
    return [number(path, each) for each in value]


def _spots(path: str, value: Any) -> list[tuple[float, float]]:
    return [pair(f"{path}.{i + 1}", each) for i, each in enumerate(rows(path, value))]


def _joints(path: str, value: Any) -> list[str]:
    return names(path, value, JOINTS)


def _cuffs(path: str, value: Any) -> list[str]:
    return names(path, value, [level + side for level in LEVELS for side in ("_L", "_R")])


def _word(*allowed: str) -> Callable[[str, Any], Any]:
    return lambda path, value: one_of(path, value, allowed)


SCALED = ("ball", "dumbbell", "stick")
SETTINGS: Mapping[str, Callable[[str, Any], Any]] = {
    "along": _word("x", "y", "z"),
    "angle": number,
    "around": _word(*LEVELS),
    "at": place,
    "back": yes,
    "center": number,
    "cuffs": _cuffs,
    "facing": _word("right", "left", "viewer", "away"),
    "hand": _word("L", "R", "each", "both"),
    "height": number,
    "layer": _word("back", "front", *LIMBS),
    "leg": _word("L", "R", "both"),
    "length": number,
    "over": yes,
    "path": places,
    "spots": _spots,
    "to": place,
    "under": _joints,
    "width": number,
    "x": number,
    "z": number,
}


def setting(kit: str, path: str, key: str, value: Any) -> Any:
    """Return one setting of a piece of kit; `size` is one number for what is held, else two."""
    if key == "size":
        return number(path, value) if kit in SCALED else pair(path, value)
    return SETTINGS[key](path, value)
