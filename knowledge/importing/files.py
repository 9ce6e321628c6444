"""Lines of a plain, xz or gzip file, whatever is wrong with it: bounded memory, clear errors."""

from __future__ import annotations

import gzip
import json
import lzma
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from knowledge.importing.drafts import Progress, Refused, UnreadableFileError, ignore

#: Most bytes of a file after unpacking; the national dump has 51 MB.
MAX_BYTES: Final = 2 * 1024**3
#: Most bytes unpacked for each packed one, beyond the first FREE_BYTES; the dump has about 20.
MAX_RATIO: Final = 100
FREE_BYTES: Final = 64 * 1024**2
#: Longest line; the dump's longest has 0.15 MB.
MAX_LINE: Final = 20 * 1024**2
#: Memory an xz stream may ask for; its strongest preset needs 65 MB.
XZ_MEMORY: Final = 256 * 1024**2
PIECE: Final = 1024**2
#: How many lines are looked at to recognise a format.
PEEP: Final = 200
PEEP_BYTES: Final = 16_384
#: Longest table of text read as one; an export of the whole national database has 20 MB.
MAX_TABLE: Final = 100 * 1024**2
#: Why a line in another encoding is refused.
NOT_UTF8: Final = "không phải chữ UTF-8"

_XZ, _GZIP, _ZIP = b"\xfd7zXZ\x00", b"\x1f\x8b", b"PK\x03\x04"


def lines(path: Path, progress: Progress = ignore) -> Iterator[tuple[int, bytes] | Refused]:
    """Yield the number and bytes of each line that is not blank; a line too long is refused.

    Raises:
        UnreadableFileError: the file is missing, cut off, damaged, no text, or a decompression bomb.
    """
    for number, line in _split(_pieces(path, progress)):
        if line is None:
            yield Refused(number, f"dòng dài hơn {MAX_LINE // 1024**2} MB")
        elif line.strip():
            yield number, line


def records(
    path: Path, progress: Progress = ignore
) -> Generator[tuple[int, dict[str, Any]] | Refused, None, None]:
    """Yield each line of a JSONL file as (line number, object); what is no object is refused.

    Raises:
        UnreadableFileError: see `lines`; also when there is no record at all.
    """
    empty = True
    for line in lines(path, progress):
        empty = False
        yield line if isinstance(line, Refused) else _record(*line)
    if empty:
        raise UnreadableFileError(f"Tệp {path.name} không có bản ghi nào.")


def _record(number: int, line: bytes) -> tuple[int, dict[str, Any]] | Refused:
    try:
        found = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return Refused(number, NOT_UTF8)
    except RecursionError:
        return Refused(number, "JSON lồng nhau quá sâu")
    except ValueError as error:
        return Refused(number, f"JSON hỏng: {str(error)[:200]}")
    if not isinstance(found, dict):
        return Refused(number, "không phải một đối tượng JSON")
    return number, found


def whole(path: Path, most: int = MAX_TABLE) -> bytes:
    """Return all unpacked bytes of a file that is read as one.

    Raises:
        UnreadableFileError: see `lines`; also when there are more than `most`.
    """
    found = bytearray()
    for piece in _pieces(path, ignore):
        found += piece
        if len(found) > most:
            raise UnreadableFileError(f"Tệp {path.name} dài hơn {most // 1024**2} MB.")
    return bytes(found)


def beginning(path: Path) -> bytes:
    """Return the first unpacked bytes of a file, at most a few thousand."""
    with closing(_pieces(path, ignore)) as pieces:
        return next(pieces, b"")[:PEEP_BYTES]


def first_record(path: Path) -> dict[str, Any]:
    """Return the first JSON object among the first lines, or {} when there is none.

    Raises:
        UnreadableFileError: see `lines`; also when there is no object and text is not UTF-8.
    """
    foreign = False
    with closing(records(path)) as found:
        for record in islice(found, PEEP):
            if not isinstance(record, Refused):
                return dict(record[1])
            foreign = foreign or record.reason == NOT_UTF8
    if foreign:
        raise UnreadableFileError(
            f"Tệp {path.name} không phải chữ UTF-8 (có thể là Windows-1258);"
            " hãy lưu lại bằng UTF-8."
        )
    return {}


def _split(pieces: Iterator[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Yield the number and bytes of lines that are not empty; None for one too long.

    A line too long is never held in memory, and a million empty ones cost next to nothing.
    """
    number = 1
    kept: list[bytes] = []
    size = 0
    for piece in pieces:
        first, *rest = piece.split(b"\n")
        size += len(first)
        if size <= MAX_LINE:
            kept.append(first)
        else:
            kept.clear()
        for following in rest:
            if size:
                yield number, b"".join(kept) if size <= MAX_LINE else None
            number += 1
            size = len(following)
            kept = [following] if size else []
    if size:
        yield number, b"".join(kept) if size <= MAX_LINE else None


def _pieces(path: Path, progress: Progress) -> Generator[bytes, None, None]:
    """Yield the unpacked bytes, without a UTF-8 mark, stopping at a bomb."""
    try:
        packed_size = max(path.stat().st_size, 1)
        with path.open("rb") as file:
            first = True
            unpacked = 0
            for piece in _unpacked(file):
                unpacked += len(piece)
                if unpacked > MAX_BYTES or unpacked > FREE_BYTES + MAX_RATIO * file.tell():
                    raise UnreadableFileError(f"Tệp {path.name} bung ra quá lớn; không đọc tiếp.")
                if first:
                    _refuse_wrong_kind(piece, path)
                    piece = piece.removeprefix(b"\xef\xbb\xbf")
                    first = False
                progress(min(file.tell() / packed_size, 1.0))
                yield piece
    except (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableFileError(f"Tệp nén {path.name} hỏng hoặc bị cắt cụt.") from error
    except OSError as error:
        raise UnreadableFileError(
            f"Không đọc được {path.name}: {error.strerror or error}."
        ) from error


def _refuse_wrong_kind(piece: bytes, path: Path) -> None:
    if piece.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in piece[:4096]:
        raise UnreadableFileError(
            f"Tệp {path.name} là UTF-16 hoặc không phải văn bản; hãy lưu lại bằng UTF-8."
        )


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    magic = file.read(6)
    file.seek(0)
    if magic == _XZ:
        yield from _unxz(file)
    elif magic.startswith(_GZIP):
        with gzip.GzipFile(fileobj=file) as unzipped:
            while piece := unzipped.read(PIECE):
                yield piece
    else:
        while piece := file.read(PIECE):
            yield piece


def _unxz(file: BinaryIO) -> Iterator[bytes]:
    """Unpack xz streams one after another, each within XZ_MEMORY."""
    packed = file.read(PIECE)
    while packed:
        stream = lzma.LZMADecompressor(memlimit=XZ_MEMORY)
        while not stream.eof:
            if stream.needs_input and not packed:
                packed = file.read(PIECE)
                if not packed:
                    raise EOFError
            piece = stream.decompress(packed, PIECE)
            packed = b""
            if piece:
                yield piece
        packed = (stream.unused_data or file.read(PIECE)).lstrip(b"\x00")


def is_zip(path: Path) -> bool:
    """Whether the file is a zip archive, as .xlsx files are."""
    try:
        with path.open("rb") as file:
            return file.read(4) == _ZIP
    except OSError:
        return False
