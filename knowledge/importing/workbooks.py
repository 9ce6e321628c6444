"""Excel files as they arrive: rows of the first sheet, or a clear reason why not.

A spreadsheet is refused when it holds macros or formulas: what it shows would depend on running it.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook

from knowledge.importing.drafts import UnreadableFileError

#: Most bytes an .xlsx may unpack to, and most cells of a sheet; the portal's have 0.2 MB.
MAX_UNPACKED: Final = 100 * 1024**2
MAX_CELLS: Final = 5_000_000
MAX_PARTS: Final = 2_000
_PIECE: Final = 1024**2

_CELL = re.compile(rb'r="([A-Z]{1,3})(\d{1,7})"')
_FORMULA = re.compile(rb"<f[ >/]")
_SHEETS: Final = "xl/worksheets/"


def rows(path: Path, most: int | None = None) -> list[list[Any]]:
    """Return the rows of the first sheet, or the first `most` of them.

    Raises:
        UnreadableFileError: it is no Excel file, too large, or holds macros or formulas.
    """
    refuse(path)
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            return workbook.get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=most)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise UnreadableFileError(f"Tệp Excel {path.name} hỏng: {error}") from error


def refuse(path: Path) -> None:
    """Unpack everything once in small pieces, counting bytes and the cells a sheet claims.

    Raises:
        UnreadableFileError: too much, not a sound archive, or something in it would run.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise UnreadableFileError(f"Tệp {path.name} bung ra quá lớn; không đọc tiếp.")
            if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
                raise UnreadableFileError(
                    f"Tệp {path.name} có macro nên không nhận; hãy lưu lại dạng .xlsx."
                )
            for part in parts:
                with archive.open(part) as stream:
                    pieces = iter(lambda: stream.read(_PIECE), b"")
                    _count_cells(pieces, path, sheet=part.filename.startswith(_SHEETS))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnreadableFileError(f"Tệp Excel {path.name} hỏng hoặc bị cắt cụt.") from error
    except OSError as error:
        raise UnreadableFileError(f"Không đọc được {path.name}: {error.strerror}.") from error


def _count_cells(pieces: Iterator[bytes], path: Path, *, sheet: bool) -> None:
    """Refuse a sheet with formulas, or whose last row times last column is more than any list has.

    The reader of sheets holds the whole rectangle in memory, however empty.
    """
    last_row = last_column = 0
    tail = b""
    for piece in pieces:
        seen = tail + piece
        if sheet and _FORMULA.search(seen):
            raise UnreadableFileError(
                f"Tệp {path.name} có công thức nên không nhận; hãy chép rồi dán lại dạng giá trị."
            )
        for letters, digits in _CELL.findall(seen):
            last_row = max(last_row, int(digits))
            last_column = max(last_column, _column_number(letters))
        tail = piece[-16:]
        if last_row * last_column > MAX_CELLS:
            raise UnreadableFileError(f"Bảng tính {path.name} quá rộng; không đọc tiếp.")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
