"""Reading procedures from files; every reader yields drafts with their problems.

A new format is one module with `COMPLETE`, `recognises` and `read`, one line in `READERS`, and one
sample file in tests/knowledge/importing/samples/.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from knowledge.importing import excel_list, national, own_export, own_table, starter
from knowledge.importing.drafts import (
    Draft,
    Edit,
    Progress,
    Reader,
    Record,
    Refused,
    UnreadableFileError,
    ignore,
)

#: Asked in this order whether they know a file.
READERS: Final[dict[str, Reader]] = {
    "starter": starter,
    "own_table": own_table,
    "excel_list": excel_list,
    "national": national,
    "own_export": own_export,
}


def reader_of(path: Path) -> Reader:
    """Return the reader that knows this file.

    Raises:
        UnreadableFileError: there is no such file, or no reader knows it.
    """
    if not path.exists():
        raise UnreadableFileError(f"Không có tệp {path}.")
    if path.is_file() and path.stat().st_size == 0:
        raise UnreadableFileError(f"Tệp {path.name} rỗng.")
    _refuse_old_excel(path)
    for reader in READERS.values():
        if reader.recognises(path):
            return reader
    raise UnreadableFileError(
        f"Không nhận ra định dạng của {path.name}: cần bản chép Cổng quốc gia (JSONL, .xz, .gz),"
        " danh sách Excel (.xlsx), bản xuất của motcua (JSONL, CSV, XLSX) hoặc thư mục YAML."
    )


def _refuse_old_excel(path: Path) -> None:
    if path.is_file():
        with path.open("rb") as file:
            if file.read(4) == b"\xd0\xcf\x11\xe0":
                raise UnreadableFileError(
                    f"Tệp {path.name} là Excel, Word kiểu cũ hoặc có mật khẩu; hãy lưu lại dạng .xlsx."
                )


def read(path: Path, progress: Progress = ignore) -> Iterator[Record]:
    """Yield the drafts of a file of any known format, in constant memory.

    Raises:
        UnreadableFileError: the file as a whole cannot be read, perhaps only noticed on the way.
    """
    return reader_of(path).read(path, progress)


__all__ = [
    "READERS",
    "Draft",
    "Edit",
    "Progress",
    "Reader",
    "Record",
    "Refused",
    "UnreadableFileError",
    "ignore",
    "read",
    "reader_of",
]
