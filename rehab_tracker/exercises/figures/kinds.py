"""What there is to see of a figure."""

from enum import StrEnum


class Kind(StrEnum):
    """What is drawn: start and end side by side, a thumbnail, or a film."""

    PAIR = "pair"
    STILL = "still"
    MOVING = "moving"
