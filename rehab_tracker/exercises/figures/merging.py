"""Puts a figure's description together from the positions that it begins with and its own words."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

Row = Mapping[str, Any]


def described(doc: Row, positions: Row) -> dict[str, Any]:
    """Return the whole description of a figure; its positions have to be known."""
    whole: dict[str, Any] = {}
    begun = doc.get("from", [])
    for name in begun if isinstance(begun, list) else [begun]:
        whole = merged(whole, positions[name])
    return merged(whole, {key: value for key, value in doc.items() if key != "from"})


def muscle_of(row: str) -> tuple[str, str]:
    """Return a muscle's name and where it works: "L", "R", "both", or "" where nothing is said."""
    name, _, where = row.rpartition(" ")
    return (name, where) if where in ("L", "R", "both") else (row, "")


def source_of(slug: str, whole: Row) -> str:
    """Return the hash of a whole description."""
    return sha256(json.dumps([slug, whole], sort_keys=True).encode()).hexdigest()


def merged(base: Row, over: Row) -> dict[str, Any]:
    """Return two descriptions as one; null takes a field away, a new place replaces the old."""
    out = dict(base)
    for key, value in over.items():
        old = out.get(key)
        if value is None:
            out.pop(key, None)
        elif isinstance(value, dict) and isinstance(old, dict):
            out[key] = merged(_making_room(key, old, value), value)
        else:
            out[key] = value
    return _hung_once(out, over)


def _making_room(key: str, old: Row, new: Row) -> Row:
    """Return what a new place leaves of the old one: of a foot how it lies, of a hand nothing."""
    if not {"at", "ankle"} & new.keys():
        return old
    if key.startswith("foot_"):
        return {name: value for name, value in old.items() if name not in ("at", "ankle", "by")}
    return {} if key.startswith(("hand_", "anchor")) else old


def _hung_once(pose: dict[str, Any], over: Row) -> dict[str, Any]:
    """Return the pose, hung either on its anchor or on its pelvis, whichever came last."""
    pelvis = over.get("pelvis")
    if "anchor" in over and isinstance(pose.get("pelvis"), dict):
        pose["pelvis"] = {key: value for key, value in pose["pelvis"].items() if key != "at"}
    elif isinstance(pelvis, dict) and "at" in pelvis:
        pose.pop("anchor", None)
    return pose
