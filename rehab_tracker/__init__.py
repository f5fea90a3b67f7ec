"""Rehab Tracker: the honest home-exercise tracker for runner's knee."""

from typing import Any

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    """Load the web application only when it is asked for, so that the pure rules stay light."""
    if name != "create_app":
        raise AttributeError(name)
    from rehab_tracker.app import create_app  # noqa: PLC0415

    return create_app
