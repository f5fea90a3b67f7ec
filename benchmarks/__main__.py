"""`python -m benchmarks`: measure the product against the floor and print one table."""

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import pages, saving, starting
from benchmarks.bench import Bench
from benchmarks.databases import databases
from benchmarks.figures import Figure, table

MEASUREMENTS: Mapping[str, Callable[[Bench], Iterator[Figure]]] = {
    "a": saving.measure,
    "b": pages.progress,
    "c": pages.report,
    "d": starting.measure,
}
ENGINES = ("sqlite", "postgres")
README = Path(__file__).parent / "README.md"
_MARK = "<!-- last table -->\n"


def main() -> None:
    """Run what was asked for; `--keep` puts the table into the README."""
    asked = _arguments()
    now = datetime.now(UTC)
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="rehab-bench-") as folder:
        for engine in asked.engine:
            found += _measure(engine, asked, Path(folder), now)
    print(f"\n{table(found)}")
    if asked.keep:
        _keep(table(found), now)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds and 1,000 patients")
    parser.add_argument("--only", type=_some(MEASUREMENTS), default=list(MEASUREMENTS))
    parser.add_argument("--engine", type=_some(ENGINES), default=list(ENGINES))
    parser.add_argument("--keep", action="store_true", help="put the table into the README")
    return parser.parse_args()


def _some(known: Mapping[str, object] | tuple[str, ...]) -> Callable[[str], list[str]]:
    def some(text: str) -> list[str]:
        chosen = text.split(",")
        if not set(chosen) <= set(known):
            raise argparse.ArgumentTypeError(f"choose from {','.join(known)}")
        return chosen

    return some


def _measure(
    engine: str, asked: argparse.Namespace, folder: Path, now: datetime
) -> Iterator[Figure]:
    with databases(engine, folder, now) as place:
        if place is None:
            print(f"{engine}: left out, no server was found on this machine")
            return
        for name in asked.only:
            for figure in MEASUREMENTS[name](Bench(place, folder, asked.quick)):
                print(" · ".join(cell for cell in figure.cells() if cell), flush=True)
                yield figure


def _keep(lines: str, now: datetime) -> None:
    text, mark, _before = README.read_text().partition(_MARK)
    measured = f"Measured on {now:%-d %B %Y} on {os.cpu_count()} cores.\n\n{lines}\n"
    README.write_text(f"{text}{mark}\n{measured}")


if __name__ == "__main__":
    main()
