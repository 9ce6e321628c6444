"""The national list of procedures as the portal exports it to Excel: titles, hardly more.

A title block comes first, then a row of headings, then one procedure a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from knowledge.content import Agencies, Content, Level, SourceRef
from knowledge.importing import cleaning, files, workbooks
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
    rows = workbooks.rows(path)
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
