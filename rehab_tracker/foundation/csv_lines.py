"""Lines of CSV that are safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable

BYTE_ORDER_MARK = "\ufeff"
"""What a file begins with, so that spreadsheets read its letters right."""

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def line(cells: Iterable[object]) -> str:
    """Return a line: every cell quoted, texts that look like formulas defused."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow([safe(str(cell)) for cell in cells])
    return written.getvalue()


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text
