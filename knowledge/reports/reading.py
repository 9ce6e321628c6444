"""Opens a report: text, HTML, Word and PDF become plain text, or a clear reason why not."""

from __future__ import annotations

import io
import re
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from knowledge.reports.encodings import decode, repair
from knowledge.reports.webpage import page_text, table_lines

MOST_TEXT = 2_000_000
"""Characters; a report of 200 pages has some 600,000."""
MOST_BYTES = 40_000_000
MOST_UNPACKED = 80_000_000
MOST_RATIO = 200
MOST_PAGES = 1_500
PDF_SECONDS = 30
_OLE = b"\xd0\xcf\x11\xe0"
#: Fewer characters a page than this is a scan.
_SCANNED = 25


class ReportError(Exception):
    """A report that cannot be read; the message is one Vietnamese line for the editor."""


class NotFoundError(ReportError):
    """No such file."""


class UnknownFormatError(ReportError):
    """A format nobody reads here, or a file that is not what its name says."""


class TooLargeError(ReportError):
    """More bytes, pages or text than any report has."""


class DamagedError(ReportError):
    """A truncated or broken file."""


class EncryptedError(ReportError):
    """A file locked with a password."""


class NoTextError(ReportError):
    """A scan, or an empty file."""


class UnknownEncodingError(ReportError):
    """Text in an encoding that is not recognised."""


def read_text(path: Path) -> str:
    """Return the text of the report at `path`.

    Raises:
        ReportError: it cannot be read; the message says why.
    """
    name = path.name
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise TooLargeError(
                f"{name}: tệp {size // 1_000_000} MB, quá lớn (tối đa {MOST_BYTES // 1_000_000} MB)"
            )
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        if path.is_dir():
            raise NotFoundError(f"{name}: đây là thư mục, không phải tệp") from error
        raise NotFoundError(f"{name}: không mở được tệp") from error
    return read_bytes(data, path.suffix.lower(), name)


def read_bytes(data: bytes, suffix: str, name: str = "báo cáo") -> str:
    """Return the text of a file's bytes; what they are counts more than the `suffix`.

    Raises:
        ReportError: it cannot be read; the message says why.
    """
    if not data.strip():
        raise NoTextError(f"{name}: tệp rỗng")
    if data.startswith(_OLE):
        raise UnknownFormatError(
            f"{name}: đây là tệp Word cũ (.doc) hoặc tệp có mật khẩu; hãy mở và lưu lại thành .docx"
        )
    if data.startswith(b"{\\rtf"):
        raise UnknownFormatError(f"{name}: đây là tệp RTF; hãy lưu lại thành .docx")
    reader = _reader(data, suffix)
    if reader is None:
        raise UnknownFormatError(f"{name}: chỉ đọc được .txt, .docx, .pdf, .html")
    try:
        text = reader(data, name)
    except ReportError:
        raise
    except (MemoryError, RecursionError) as error:
        raise TooLargeError(f"{name}: tệp quá phức tạp, không đọc được") from error
    except Exception as error:  # a broken file can fail anywhere inside its reader
        raise DamagedError(f"{name}: tệp hỏng hoặc thiếu dữ liệu, không đọc được") from error
    return _checked(text, name)


def _reader(data: bytes, suffix: str) -> Callable[[bytes, str], str] | None:
    if data[:1024].lstrip().startswith(b"%PDF"):
        return _read_pdf
    if data.startswith(b"PK"):
        return _read_docx
    if suffix == ".docx":
        return _broken_docx
    if suffix == ".pdf":
        return _broken_pdf
    if suffix in (".html", ".htm") or re.match(
        rb"\s*(?:<!doctype html|<html)", data[:512], re.IGNORECASE
    ):
        return _read_html
    return _read_plain if suffix in (".txt", ".text", ".md", "") else None


def tidy_text(text: str) -> str:
    """Return pasted `text` composed, with one kind of line break.

    Raises:
        ReportError: it is too long or empty.
    """
    return _checked(text, "văn bản dán vào")


def _checked(text: str, name: str) -> str:
    if len(text) > MOST_TEXT:
        raise TooLargeError(f"{name}: có {len(text) // 1_000_000} triệu ký tự, dài hơn mọi báo cáo")
    text = unicodedata.normalize("NFC", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\x00", " ")
    text, _ = repair(text)
    if not re.search(r"[^\W\d_]{2}", text):
        raise NoTextError(f"{name}: không có chữ nào để đọc")
    return text


def _read_plain(data: bytes, name: str) -> str:
    if len(data) > 2 * MOST_TEXT:
        raise TooLargeError(f"{name}: văn bản {len(data) // 1_000_000} MB, dài hơn mọi báo cáo")
    decoded = decode(data)
    if decoded is None:
        raise UnknownEncodingError(
            f"{name}: không nhận ra bảng mã (không phải UTF-8, UTF-16, TCVN3, VNI hay windows-1258)"
        )
    return decoded[0]


def _read_html(data: bytes, name: str) -> str:
    if len(data) > 2 * MOST_TEXT:
        raise TooLargeError(f"{name}: trang {len(data) // 1_000_000} MB, dài hơn mọi báo cáo")
    charset = re.search(rb"charset=[\"']?([\w-]+)", data[:4096])
    if charset:
        try:
            return page_text(data.decode(charset[1].decode("ascii")))
        except (LookupError, UnicodeDecodeError):
            pass  # the page names the wrong encoding; find out
    return page_text(_read_plain(data, name))


def _broken_docx(_data: bytes, name: str) -> str:
    raise DamagedError(f"{name}: không phải tệp Word .docx, hoặc tệp đã hỏng")


def _broken_pdf(_data: bytes, name: str) -> str:
    raise DamagedError(f"{name}: không phải tệp PDF, hoặc tệp đã hỏng")


def _read_docx(data: bytes, name: str) -> str:
    from docx import Document  # slow to import, and only some reports are Word files

    _check_zip(data, name)
    document = Document(io.BytesIO(data))
    return "\n".join(_docx_lines(document)) + "\n"


def _check_zip(data: bytes, name: str) -> None:
    """Refuse a zip that is no Word file, is locked, or would unpack to more than a report."""
    try:
        members = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except zipfile.BadZipFile as error:
        raise DamagedError(f"{name}: tệp Word hỏng hoặc tải về chưa đủ") from error
    if any(member.flag_bits & 1 for member in members):
        raise EncryptedError(f"{name}: tệp có mật khẩu; hãy lưu một bản không mật khẩu")
    total = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if total > MOST_UNPACKED or (total > 5_000_000 and total / packed > MOST_RATIO):
        raise TooLargeError(f"{name}: tệp nén bung ra quá lớn, không mở")
    if not any(member.filename == "word/document.xml" for member in members):
        raise UnknownFormatError(f"{name}: tệp nén này không phải tài liệu Word (.docx)")


def _docx_lines(document: object) -> Iterator[str]:
    for block in document.iter_inner_content():  # type: ignore[attr-defined]
        if hasattr(block, "rows"):
            rows = [
                [cell.text.strip().replace("\n", " ") for cell in row.cells] for row in block.rows
            ]
            yield from table_lines(rows)
            yield ""
        else:
            yield block.text
            yield ""


def _read_pdf(data: bytes, name: str) -> str:
    import logging

    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise EncryptedError(f"{name}: tệp PDF có mật khẩu; hãy lưu một bản không mật khẩu")
        pages = len(reader.pages)
        if pages > MOST_PAGES:
            raise TooLargeError(f"{name}: {pages} trang, dài hơn mọi báo cáo")
        text = "\n\n".join(_pdf_pages(reader, name))
    except (DependencyError, FileNotDecryptedError) as error:
        raise EncryptedError(f"{name}: tệp PDF bị khóa; hãy lưu một bản không khóa") from error
    except PyPdfError as error:
        raise DamagedError(f"{name}: tệp PDF hỏng hoặc tải về chưa đủ") from error
    if len(text.strip()) < _SCANNED * max(1, pages):
        raise NoTextError(
            f"{name}: PDF này là ảnh chụp (scan), không có chữ; hãy dùng bản Word hoặc bản PDF có chữ"
        )
    return text


def _pdf_pages(reader: object, name: str) -> Iterator[str]:
    started = time.monotonic()
    length = 0
    for page in reader.pages:  # type: ignore[attr-defined]
        text = page.extract_text()
        length += len(text)
        if length > MOST_TEXT or time.monotonic() - started > PDF_SECONDS:
            raise TooLargeError(f"{name}: PDF quá dài hoặc quá phức tạp để đọc")
        yield text
