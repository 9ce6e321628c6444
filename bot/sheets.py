"""CSV in and out: written so that Excel opens it as it should and runs nothing, read as people save it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from bot.messages import sheets as words
from knowledge.hours import ZONE
from knowledge.text import fold, normalise

if TYPE_CHECKING:
    from _csv import Reader

BOM = "\ufeff"
MOST_BYTES: Final = 50_000_000
MOST_COLUMNS: Final = 50
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: What `line` wrote behind an apostrophe.
_ESCAPED: Final = re.compile(r"'(?=[=+\-@\t\r])")


def line(cells: Iterable[object]) -> str:
    """Return one CSV line; a cell that a spreadsheet would run begins with an apostrophe."""
    out = io.StringIO()
    csv.writer(out).writerow([_safe(cell) for cell in cells])
    return out.getvalue()


def _safe(cell: object) -> str:
    text = "" if cell is None else str(cell)
    runs = text.startswith(_FORMULA) and not isinstance(cell, int | float)
    return f"'{text}" if runs else text


class SheetError(ValueError):
    """The file cannot be read at all; the message is for the official."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is not taken over, and why."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line by the names of its columns; cells have no spaces around them, absent ones are ""."""

    line: int
    cells: Mapping[str, str]


class Sheet:
    """A CSV text with named columns; it can be gone through again without being held parsed."""

    def __init__(
        self, data: bytes, headings: Mapping[str, Sequence[str]], *, required: Sequence[str]
    ) -> None:
        """Take a file's bytes; `headings` gives what each column may be called.

        Raises:
            SheetError: it is too big, no UTF-8 text, or columns are missing or doubled.
        """
        self._text = _decoded(data)
        first = self._text.lstrip("\r\n").split("\n", 1)[0]
        self._delimiter = max(",;\t", key=first.count)
        self._columns = self._read_headings(headings, required)

    def rows(self) -> Iterator[Row | BadLine]:
        """Yield each line that is not empty."""
        reader = self._reader()
        next(row for row in reader if row)
        while True:
            number = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield BadLine(number, words.BROKEN_LINE.format(reason=error))
                return
            if any(cell.strip() for cell in cells):
                yield self._row(number, cells)

    def _row(self, number: int, cells: Sequence[str]) -> Row | BadLine:
        columns = self._columns
        if len(cells) > len(columns):
            count = {"count": len(cells), "columns": len(columns)}
            return BadLine(number, words.TOO_MANY_CELLS.format(**count))
        named = dict.fromkeys(columns, "")
        for name, cell in zip(columns, cells, strict=False):
            named[name] = _ESCAPED.sub("", cell.strip())
        return Row(number, named)

    def _reader(self) -> Reader:
        return csv.reader(io.StringIO(self._text, newline=""), delimiter=self._delimiter)

    def _read_headings(
        self, headings: Mapping[str, Sequence[str]], required: Sequence[str]
    ) -> list[str]:
        """Return the name of each column, "" for one that is not ours."""
        ours = {folded(name): key for key, names in headings.items() for name in names}
        try:
            row: list[str] = next((row for row in self._reader() if row), [])
        except csv.Error as error:
            raise SheetError(words.NOT_TEXT) from error
        if not row:
            raise SheetError(words.EMPTY)
        if len(row) > MOST_COLUMNS:
            raise SheetError(words.TOO_MANY_COLUMNS.format(count=len(row), most=MOST_COLUMNS))
        found = [ours.get(folded(cell), "") for cell in row]
        if missing := [name for name in required if name not in found]:
            named = {
                "columns": ", ".join(headings[name][0] for name in missing),
                "all": ", ".join(headings[name][0] for name in required),
            }
            raise SheetError(words.MISSING_COLUMNS.format(**named))
        if twice := [name for name in headings if found.count(name) > 1]:
            raise SheetError(words.TWO_COLUMNS.format(column=twice[0]))
        return found


def folded(text: str) -> str:
    """Return a heading or word of a cell so that spelling, case and underscores do not matter."""
    return " ".join(fold(normalise(text)).replace("_", " ").split())


def read_day(cell: str) -> date:
    """Return the day of a cell, as Excel or people write it.

    Raises:
        ValueError: it is none; the message is for the official.
    """
    for shape in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"):
        try:
            return datetime.strptime(cell, shape).replace(tzinfo=ZONE).date()
        except ValueError:
            continue
    raise ValueError(words.BAD_DATE.format(date=cell[:40]))


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise SheetError(words.TOO_BIG.format(limit=MOST_BYTES // 1_000_000))
    if b"\0" in data:
        raise SheetError(words.NOT_TEXT)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetError(words.NOT_TEXT) from error
    if not text.strip():
        raise SheetError(words.EMPTY)
    return text
