"""Keep an uploaded file in the data folder, however large it claims to be, and make it a job."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import ImportJob, JobKind
from bot.settings import Settings

#: What may be uploaded, by the end of its name; the reader looks inside as well.
SUFFIXES: Final = {
    JobKind.PROCEDURES: (".jsonl", ".json", ".gz", ".xz", ".csv", ".xlsx"),
    JobKind.REPORT: (".txt", ".docx", ".pdf", ".html", ".htm"),
}
#: Largest file of each kind, in bytes; the national dump has 4 MB packed and 51 MB unpacked.
LARGEST: Final = {JobKind.PROCEDURES: 200 * 1024**2, JobKind.REPORT: 40_000_000}
_REFUSED: Final = {
    ".xlsm": "Tệp .xlsm có thể chứa macro nên không nhận. Hãy lưu lại dạng .xlsx.",
    ".xls": "Tệp .xls là Excel kiểu cũ. Hãy mở ra và lưu lại dạng .xlsx.",
    ".doc": "Tệp .doc là Word kiểu cũ. Hãy mở ra và lưu lại dạng .docx.",
    ".zip": "Tệp .zip không nhận. Hãy giải nén rồi tải từng tệp lên.",
}


class UploadError(Exception):
    """A file that is not taken; the message is a sentence for the official."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that was kept."""

    name: str
    stored_as: str
    size: int


def folder_of(settings: Settings) -> Path:
    """Return the folder of uploaded files."""
    return settings.data_dir / "imports"


def suffix_of(name: str, kind: JobKind) -> str:
    """Return how the name of a file ends.

    Raises:
        UploadError: no such files are taken.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in SUFFIXES[kind]:
        return suffix
    taken = ", ".join(SUFFIXES[kind])
    raise UploadError(_REFUSED.get(suffix, f"Tệp “{name[:80]}” không nhận được. Chỉ nhận {taken}."))


async def store(pieces: AsyncIterator[bytes], name: str, folder: Path, *, kind: JobKind) -> Stored:
    """Write an upload to `folder` piece by piece; nothing is left of one that is refused.

    Raises:
        UploadError: no such files are taken, it is empty, or larger than any real one.
    """
    name = PureWindowsPath(PurePosixPath(name.replace("\x00", "")).name).name[:200] or "tệp"
    stored_as = secrets.token_hex(16) + suffix_of(name, kind)
    path = folder / stored_as
    try:
        size = await _write(pieces, path, LARGEST[kind])
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Stored(name, stored_as, size)


async def _write(pieces: AsyncIterator[bytes], path: Path, largest: int) -> int:
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    size = 0
    file = await asyncio.to_thread(path.open, "wb")
    try:
        async for piece in pieces:
            size += len(piece)
            if size > largest:
                raise UploadError(
                    f"Tệp lớn hơn {largest // 10**6} MB nên không nhận. Hãy chia nhỏ tệp."
                )
            await asyncio.to_thread(file.write, piece)
    finally:
        await asyncio.to_thread(file.close)
    if not size:
        raise UploadError("Tệp rỗng. Hãy chọn lại tệp.")
    return size


async def add_job(
    session: AsyncSession, stored: Stored, *, kind: JobKind, author: str, now: datetime
) -> ImportJob:
    """Queue a stored file to be read."""
    job = ImportJob(
        kind=kind,
        name=stored.name,
        stored_as=stored.stored_as,
        size=stored.size,
        author=author,
        created_at=now,
        updated_at=now,
    )
    session.add(job)
    await session.flush()
    return job
