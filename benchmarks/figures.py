"""What was measured, beside what was promised."""

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.rounds import Ratio

HEAD = ("", "database", "ours", "floor", "ratio (rounds)", "target", "")


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    work: str
    engine: str
    ours: str
    floor: str
    ratio: str
    target: str
    met: bool | None

    def cells(self) -> tuple[str, ...]:
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        return self.work, self.engine, self.ours, self.floor, self.ratio, self.target, verdict


def at_least(work: str, engine: str, ours: str, floor: str, ratio: Ratio, least: float) -> Figure:
    """Return a line whose ratio must reach a target."""
    return Figure(work, engine, ours, floor, _ratio(ratio), f"≥ {least:g}", ratio.middle >= least)


def at_most(work: str, engine: str, ours: str, floor: str, ratio: Ratio, most: float) -> Figure:
    """Return a line whose ratio must stay under a target."""
    return Figure(work, engine, ours, floor, _ratio(ratio), f"≤ {most:g}", ratio.middle <= most)


def told(work: str, engine: str, ours: str, floor: str, ratio: Ratio) -> Figure:
    """Return a line without a target: it explains the others."""
    return Figure(work, engine, ours, floor, _ratio(ratio), "", None)


def limit(
    work: str, engine: str, ours: float, most: float, unit: str = "", floor: str = ""
) -> Figure:
    """Return a line whose own figure must stay under a target."""
    shown = f"{ours:.0f}" if ours >= 10 or ours == int(ours) else f"{ours:.2f}"
    return Figure(work, engine, f"{shown}{unit}", floor, "", f"≤ {most:g}{unit}", ours <= most)


def _ratio(ratio: Ratio) -> str:
    return f"{ratio.middle:.2f} ({ratio.lowest:.2f}–{ratio.highest:.2f})"


def table(figures: Iterable[Figure]) -> str:
    """Return all lines as a Markdown table with aligned columns."""
    rows = [HEAD, *(figure.cells() for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    return "\n".join([lines[0], _line(["-" * width for width in widths], widths), *lines[1:]])


def _line(cells: Iterable[str], widths: Iterable[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"
