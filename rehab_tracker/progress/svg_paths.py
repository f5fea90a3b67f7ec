"""Paths and text places in SVG units, from plain numbers."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence

Place = tuple[float, float]
Scale = Callable[[float], float]


def scale(low: float, high: float, at_low: float, at_high: float) -> Scale:
    """Return what maps low..high onto at_low..at_high; a range of nothing lands in the middle."""
    if low == high:
        return lambda _: round((at_low + at_high) / 2, 1)
    return lambda value: round(at_low + (value - low) / (high - low) * (at_high - at_low), 1)


def line(places: Iterable[Place | None]) -> str:
    """Draw through the places, starting anew after every None."""
    path, pen = [], "M"
    for place in places:
        if place is not None:
            path.append(f"{pen}{place[0]:.1f} {place[1]:.1f}")
        pen = "L" if place else "M"
    return "".join(path)


def box(x: float, y: float, width: float, base: float) -> str:
    """Draw a closed box that stands on `base`."""
    return f"M{x:.1f} {base}V{y}h{width:.1f}V{base}z"


def circles(places: Iterable[Place], r: float) -> str:
    """Draw a circle round every place."""
    arc = f"a{r:.1f} {r:.1f} 0 1 1"
    circle = f"{arc} {2 * r:.1f} 0{arc} {-2 * r:.1f} 0z"
    return "".join(f"M{x - r:.1f} {y}{circle}" for x, y in places)


def triangles(places: Iterable[Place], r: float) -> str:
    """Draw a triangle round every place."""
    side = f"l{r * 1.2:.1f} {r * 2:.1f}h{-r * 2.4:.1f}z"
    return "".join(f"M{x} {y - r * 1.2:.1f}{side}" for x, y in places)


def squares(places: Iterable[Place], r: float) -> str:
    """Draw a square round every place."""
    side = f"h{2 * r:.1f}v{2 * r:.1f}h{-2 * r:.1f}z"
    return "".join(f"M{x - r:.1f} {y - r:.1f}{side}" for x, y in places)


def diamonds(places: Iterable[Place], r: float) -> str:
    """Draw a diamond round every place."""
    sides = f"l{r:.1f} {r:.1f}l{-r:.1f} {r:.1f}l{-r:.1f} {-r:.1f}z"
    return "".join(f"M{x} {y - r:.1f}{sides}" for x, y in places)


def text_width(text: str, size: float) -> float:
    """Guess a text's width with care, in the units of `size`."""
    if text.isascii():
        return size * 0.62 * len(text)
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return size * (0.62 * (len(text) - wide) + wide)


def spread(
    texts: Sequence[tuple[float, str]], *, size: float, width: float, gap: float = 8
) -> list[tuple[float, str]]:
    """Keep the texts that fit beside each other inside `width`, the last ones first in line."""
    kept: list[tuple[float, str]] = []
    free_until = width
    for x, text in reversed(texts):
        half = text_width(text, size) / 2
        center = max(half, min(x, width - half))
        if center + half <= free_until:
            kept.append((round(center, 1), text))
            free_until = center - half - gap
    return kept[::-1]
