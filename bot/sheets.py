"""CSV that Excel opens as it should: a byte-order mark, and no cell that is run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def line(cells: Iterable[object]) -> str:
    """Return one CSV line; a cell that a spreadsheet would run begins with an apostrophe."""
    out = io.StringIO()
    csv.writer(out).writerow([_safe(cell) for cell in cells])
    return out.getvalue()


def _safe(cell: object) -> str:
    text = "" if cell is None else str(cell)
    runs = text.startswith(_FORMULA) and not isinstance(cell, int | float)
    return f"'{text}" if runs else text
