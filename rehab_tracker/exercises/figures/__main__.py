"""Looks at figures: `sheet` and `thumbnails` write pages, `check` names their problems."""

import argparse
import base64
import gzip
import sys
from collections.abc import Iterable
from html import escape
from pathlib import Path

from rehab_tracker.exercises.figures import shelf, svg
from rehab_tracker.exercises.figures.checks import problems
from rehab_tracker.exercises.figures.data import FigureInvalid
from rehab_tracker.exercises.figures.figure import Figure
from rehab_tracker.exercises.figures.kinds import Kind
from rehab_tracker.exercises.figures.stage import Scene

PAGES = {"sheet": "everything of a figure", "thumbnails": "the smallest, with names"}
GROUNDS = {False: ("#ffffff", "#12343b"), True: ("#0f1a20", "#dfe9ec")}


def _image(text: str, style: str) -> str:
    code = base64.b64encode(text.encode()).decode()
    return f'<img style="{style}" src="data:image/svg+xml;base64,{code}">'


def _cell(figure: Figure, side: str) -> str:
    pictures = {kind: shelf.draw(figure, kind, side) for kind in Kind}
    sizes = ", ".join(
        f"{kind} {len(gzip.compress(text.encode())) / 1000:.1f} kB"
        for kind, text in pictures.items()
    )
    scene = Scene(figure, figure.camera)
    frames = [svg.frame(scene, figure.end * i / 4) for i in range(5)]
    film = "".join(_image(text, "height:120px;max-width:150px") for text in frames)
    faults = "<br>".join(map(escape, problems(figure)))
    return (
        f"<figure>{_image(pictures[Kind.PAIR], 'height:360px;max-width:640px')}"
        f"{_image(pictures[Kind.STILL], 'width:90px')}{_image(pictures[Kind.STILL], 'width:220px')}"
        f"<div>{film}</div><figcaption><b>{figure.slug}</b> {sizes}"
        f'<p style="color:#e8442c">{faults}</p></figcaption></figure>'
    )


def _thumbnail(figure: Figure, side: str) -> str:
    picture = _image(shelf.draw(figure, Kind.STILL, side), "width:126px")
    return (
        f'<figure style="margin:0;width:137px;text-align:center">{picture}'
        f"<figcaption>{figure.slug}</figcaption></figure>"
    )


def _page(cells: Iterable[str], *, dark: bool) -> str:
    ground, ink = GROUNDS[dark]
    return (
        f'<!doctype html><meta charset="utf-8"><body style="background:{ground};color:{ink};'
        'font:13px sans-serif;display:flex;flex-wrap:wrap;gap:8px 4px;margin:4px">' + "".join(cells)
    )


def main() -> int:
    """Run the command line; the exit code of `check` is 1 if there are problems."""
    parser = argparse.ArgumentParser(prog="figures")
    parser.add_argument("--folder", type=Path, help="instead of the product's own figures")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in (*PAGES, "check"):
        command = commands.add_parser(name, help=PAGES.get(name))
        command.add_argument("--only", default="", help="slugs, separated by commas")
        if name in PAGES:
            command.add_argument("out", type=Path)
            command.add_argument("--side", choices=["left", "right"], default="right")
            command.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    try:
        figures = shelf.load(options.folder)
    except FigureInvalid as invalid:
        sys.stderr.write(f"{invalid}\n")
        return 1
    wanted = [figures[slug] for slug in options.only.split(",") if slug] or [*figures.values()]
    if options.command in PAGES:
        draw = _cell if options.command == "sheet" else _thumbnail
        cells = (draw(figure, options.side) for figure in wanted)
        options.out.write_text(_page(cells, dark=options.dark), encoding="utf-8")
        return 0
    found = [line for figure in wanted for line in problems(figure)]
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
