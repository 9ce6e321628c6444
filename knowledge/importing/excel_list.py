"""The national list of procedures as the portal exports it to Excel: titles, hardly more.

A title block comes first, then a row of headings, then one procedure a row.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from python_calamine import CalamineError, CalamineWorkbook

from knowledge.content import Agencies, Content, Level, SourceRef
from knowledge.importing import cleaning, files
from knowledge.importing.drafts import (
    Draft,
    Progress,
    Refused,
    UnreadableFileError,
    ignore,
)

#: A list of one ministry says nothing of the others.
COMPLETE: Final = False
#: The headings that must stand in the row of headings; their order does not matter.
HEADINGS: Final = {
    "code": "mã số",
    "title": "tên",
    "issuer": "cơ quan ban hành",
    "agencies": "cơ quan thực hiện",
    "field": "lĩnh vực",
}
#: The row of headings stands among the first rows.
HEADINGS_WITHIN: Final = 50
#: Most bytes an .xlsx may unpack to, and most cells of a sheet; the portal's have 0.2 MB.
MAX_UNPACKED: Final = 100 * 1024**2
MAX_CELLS: Final = 5_000_000
MAX_PARTS: Final = 2_000
_PIECE: Final = 1024**2

_CELL = re.compile(rb'r="([A-Z]{1,3})(\d{1,7})"')
_LEVELS: Final = (
    (re.compile(r"cấp xã\b", re.IGNORECASE), Level.COMMUNE),
    (re.compile(r"cấp tỉnh\b", re.IGNORECASE), Level.PROVINCE),
    (re.compile(r"cấp trung ương\b|cấp bộ\b", re.IGNORECASE), Level.MINISTRY),
)


def recognises(path: Path) -> bool:
    """Whether the file is a zip archive, as every .xlsx is."""
    return files.is_zip(path)


def read(path: Path, progress: Progress = ignore) -> Iterator[Draft | Refused]:
    """Yield an outline draft for each row below the headings.

    Raises:
        UnreadableFileError: it is no Excel file, too large, or has no such headings.
    """
    _refuse_bombs(path)
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise UnreadableFileError(f"Tệp Excel {path.name} hỏng: {error}") from error
    columns: dict[str, int] = {}
    for number, row in enumerate(rows, start=1):
        if not columns:
            columns = _columns(row)
            if not columns and number >= HEADINGS_WITHIN:
                break
        elif any(str(cell).strip() for cell in row):
            yield _draft(number, {key: str(row[at]) for key, at in columns.items()})
        progress(number / len(rows))
    if not columns:
        wanted = ", ".join(heading.capitalize() for heading in HEADINGS.values())
        raise UnreadableFileError(f"Tệp {path.name} không có hàng tiêu đề {wanted}.")


def _columns(row: list[Any]) -> dict[str, int]:
    """Return where each heading stands, or nothing if this is not the row of headings."""
    cells = [cleaning.line(str(cell)).lower() for cell in row]
    if not set(HEADINGS.values()) <= set(cells):
        return {}
    return {key: cells.index(heading) for key, heading in HEADINGS.items()}


def _draft(number: int, cells: dict[str, str]) -> Draft | Refused:
    code = cleaning.line(cells["code"])
    agencies = [cleaning.line(name) for name in cells["agencies"].splitlines()]
    source = "Danh sách thủ tục hành chính của " + (cleaning.line(cells["issuer"]) or "Cổng")
    try:
        content = Content(
            code=code,
            title=cleaning.clip(cleaning.title(cells["title"]), 2_000),
            field=cleaning.clip(cleaning.line(cells["field"]), 2_000),
            levels=tuple(level for pattern, level in _LEVELS if pattern.search(cells["title"])),
            agencies=Agencies(performing=", ".join(filter(None, agencies))),
            source=SourceRef(title=cleaning.clip(source, 500)),
        )
    except ValidationError as error:
        return Refused(
            number, f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}", code[:40]
        )
    return Draft(source=source, content=content, record=number, outline=True)


def _refuse_bombs(path: Path) -> None:
    """Unpack everything once in small pieces, counting bytes and the cells a sheet claims.

    Raises:
        UnreadableFileError: too much, or not a sound archive.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise UnreadableFileError(f"Tệp {path.name} bung ra quá lớn; không đọc tiếp.")
            for part in parts:
                with archive.open(part) as stream:
                    _count_cells(iter(lambda: stream.read(_PIECE), b""), path)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnreadableFileError(f"Tệp Excel {path.name} hỏng hoặc bị cắt cụt.") from error
    except OSError as error:
        raise UnreadableFileError(f"Không đọc được {path.name}: {error.strerror}.") from error


def _count_cells(pieces: Iterator[bytes], path: Path) -> None:
    """Refuse a sheet whose last row times last column is more than any list has.

    The reader of sheets holds the whole rectangle in memory, however empty.
    """
    rows = columns = 0
    tail = b""
    for piece in pieces:
        for letters, digits in _CELL.findall(tail + piece):
            rows = max(rows, int(digits))
            columns = max(columns, _column_number(letters))
        tail = piece[-16:]
        if rows * columns > MAX_CELLS:
            raise UnreadableFileError(f"Bảng tính {path.name} quá rộng; không đọc tiếp.")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
