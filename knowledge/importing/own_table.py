"""What `motcua kb export --format csv|xlsx` writes, read back after somebody edited it.

A row changes only the cells that differ from what is stored, so that what no cell can hold stays.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from knowledge.cells import CODE, COLUMNS, FORMULA, PHRASES, plain
from knowledge.importing import cleaning, files, workbooks
from knowledge.importing.drafts import (
    Draft,
    Edit,
    Progress,
    Refused,
    UnreadableFileError,
    ignore,
)

#: An official sends back the rows that changed.
COMPLETE: Final = False
#: More rows than any table of procedures has.
MOST_ROWS: Final = 100_000
MAX_PHRASE: Final = 500
#: The headings stand among the first rows: somebody may have written a title above.
HEADINGS_WITHIN: Final = 10
_BY_NAME: Final = {name.lower(): name for name in (CODE, *COLUMNS, PHRASES)}


def recognises(path: Path) -> bool:
    """Whether one of the first rows names our columns."""
    if files.is_zip(path):
        return any(_headings(row) for row in workbooks.rows(path, HEADINGS_WITHIN))
    text = files.beginning(path).decode("utf-8-sig", "ignore")
    try:
        return any(_headings(row) for row in islice(_split(text), HEADINGS_WITHIN))
    except csv.Error:
        return False


def read(path: Path, progress: Progress = ignore) -> Iterator[Draft | Refused | Edit]:
    """Yield an edit for each row below the headings.

    Raises:
        UnreadableFileError: the file as a whole cannot be read.
    """
    rows = rows_of(path)
    if len(rows) > MOST_ROWS:
        raise UnreadableFileError(f"Tệp {path.name} có hơn {MOST_ROWS} dòng.")
    headings: list[str] = []
    for number, row in enumerate(rows, start=1):
        if not headings:
            headings = _headings(row)
        elif any(texts := [text_of(cell) for cell in row]):
            yield _edit(number, dict(zip(headings, texts, strict=False)), path.name)
        progress(number / len(rows))


def rows_of(path: Path) -> list[list[Any]]:
    """Return the rows of the first sheet of a workbook, or of a CSV.

    Raises:
        UnreadableFileError: it is neither, or holds macros or formulas.
    """
    return workbooks.rows(path) if files.is_zip(path) else _csv(path)


def _csv(path: Path) -> list[list[str]]:
    """Return the rows of a CSV in UTF-8, with "," or ";" or tabs between cells."""
    try:
        return list(_split(files.whole(path).decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise UnreadableFileError(
            f"Tệp {path.name} không phải chữ UTF-8; trong Excel hãy lưu dạng “CSV UTF-8”."
        ) from error
    except csv.Error as error:
        raise UnreadableFileError(f"Tệp CSV {path.name} hỏng: {error}.") from error


def _split(text: str) -> Iterator[list[str]]:
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _headings(row: Sequence[Any]) -> list[str]:
    """Return our heading over each cell ("" for a stranger), or [] if the row is not of headings."""
    found = [_BY_NAME.get(cleaning.line(str(cell)).lower(), "") for cell in row]
    return found if {CODE, "Tên"} <= set(found) else []


def text_of(cell: Any) -> str:
    """Return a cell as text: no decimals a whole number lacks, no escape, nothing invisible."""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    text = cleaning.visible(str(cell)).strip()
    return text[1:] if text[:1] == "'" and text[1:].lstrip().startswith(FORMULA) else text


def _edit(number: int, cells: dict[str, str], name: str) -> Edit | Refused:
    code = cells.get(CODE, "")
    if not code:
        return Refused(number, f"thiếu {CODE.lower()}")
    phrases = (plain(phrase) for phrase in cells.get(PHRASES, "").split("\n"))
    return Edit(
        source=f"Bảng {name}",
        code=code[:40],
        cells=cells,
        aliases=tuple(phrase for phrase in phrases if 0 < len(phrase) <= MAX_PHRASE),
        record=number,
    )
