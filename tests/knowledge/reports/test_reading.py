"""Every format a report comes in, and every way a file can be bad."""

from __future__ import annotations

import io
import time
import unicodedata
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from knowledge.reports.encodings import decode, repair
from knowledge.reports.reading import (
    DamagedError,
    EncryptedError,
    NoTextError,
    NotFoundError,
    ReportError,
    TooLargeError,
    UnknownEncodingError,
    UnknownFormatError,
    read_bytes,
    read_text,
    tidy_text,
)
from knowledge.reports.webpage import page_text, table_lines
from tests.knowledge.reports.making import docx, pdf, tcvn3, vni

LINES = [
    "Báo cáo cải cách hành chính quý III năm 2024 của tỉnh Lâm Đồng",
    "Toàn tỉnh tiếp nhận 1.250 hồ sơ, trong đó trực tuyến 1.000 hồ sơ, trực tiếp 250 hồ sơ.",
]
LOWER = (
    "tỉnh đã tiếp nhận và giải quyết hồ sơ thủ tục hành chính đúng hạn cho người dân, doanh nghiệp."
)


def refused(data: bytes, suffix: str) -> str:
    """Return the one line that says why `data` was refused."""
    with pytest.raises(ReportError) as caught:
        read_bytes(data, suffix, "báo cáo")
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("báo cáo: ")
    return message


def test_a_word_file_keeps_its_paragraphs_and_its_table() -> None:
    table = [["TT", "Đơn vị", "Tiếp nhận", "Đã giải quyết"], ["1", "Cấp huyện", "1.396", "1.391"]]
    text = read_bytes(docx(LINES, table), ".docx")
    assert [line for line in text.split("\n") if line] == [
        *LINES,
        "Cấp huyện: Tiếp nhận: 1.396; Đã giải quyết: 1.391.",
    ]


@pytest.mark.parametrize("flate", [False, True])
def test_a_pdf_with_text_is_read(flate: bool) -> None:
    text = read_bytes(pdf([LINES, LINES], flate=flate), ".pdf")
    assert text.count("1.250 hồ sơ") == 2


def test_a_page_loses_its_scripts_and_keeps_its_tables() -> None:
    html = (
        "<html><head><title>x</title><style>p{}</style></head><body><nav>Trang chủ</nav><form>"
        f"<h1>{LINES[0]}</h1><script>let a = 5 < 6;</script><p>Tiếp nhận 1.250&nbsp;hồ&nbsp;sơ<br>trong quý</p>"
        "<table><tr><th>Cấp</th><th>Số hồ sơ</th></tr>"
        "<tr><td>Cấp xã</td><td>85</td></tr></table></form></body></html>"
    )
    assert [line for line in page_text(html).split("\n") if line] == [
        LINES[0],
        "Tiếp nhận 1.250 hồ sơ",
        "trong quý",
        "Cấp xã: Số hồ sơ: 85.",
    ]


def test_a_table_without_heads_is_only_joined() -> None:
    assert table_lines([["Cấp xã", "85"], ["Cấp tỉnh", "12"]]) == ["Cấp xã 85", "Cấp tỉnh 12"]


def test_heads_of_two_rows_are_told_as_one() -> None:
    group = "Số hồ sơ tiếp nhận"
    rows = [
        ["TT", "Cấp", group, group, "Tỷ lệ đúng hạn (%)"],
        ["TT", "Cấp", "Tổng số", "Trực tuyến", "Tỷ lệ đúng hạn (%)"],
        ["(1)", "(2)", "(3)", "(4)", "(5)"],
        ["1", "Cấp xã", "85", "60", "99,5"],
    ]
    assert table_lines(rows) == [
        f"Cấp xã: {group}: 85; {group} – Trực tuyến: 60; Tỷ lệ đúng hạn (%): 99,5."
    ]


def test_merged_cells_of_a_page_stand_in_every_place_they_cover() -> None:
    html = (
        '<table><tr><th rowspan="2">Cấp</th><th colspan="2">Số hồ sơ</th></tr>'
        "<tr><th>Nhận</th><th>Trả</th></tr><tr><td>Cấp xã</td><td>85</td><td>80</td></tr></table>"
    )
    assert page_text(html).strip() == "Cấp xã: Số hồ sơ – Nhận: 85; Số hồ sơ – Trả: 80."


def test_a_cell_that_claims_a_million_columns_costs_nothing() -> None:
    html = "<table>" + '<tr><td colspan="999999999" rowspan="99999">x</td></tr>' * 50 + "</table>"
    assert len(page_text(html)) < 100 * len(html)
    long = "<table>" + '<tr><td colspan="9" rowspan="9">' + "x" * 9_000 + "</td></tr></table>"
    assert len(page_text(long)) < 10_000


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (tcvn3(LOWER), "TCVN3"),
        (vni(LOWER), "VNI"),
        (unicodedata.normalize("NFC", LOWER).encode("utf-16"), "utf-16"),
        (LOWER.encode(), "utf-8"),
    ],
)
def test_old_encodings_are_recognised(data: bytes, name: str) -> None:
    assert decode(data) == (LOWER, name)


def test_windows_1258_is_recognised() -> None:
    shaped = {"ă", "â", "ê", "ô", "ơ", "ư"}
    out = bytearray()
    for char in LOWER:
        parts = unicodedata.normalize("NFD", char)
        tones = [mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323"]
        base = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in tones))
        assert base in shaped or len(base) == 1
        out += base.encode("cp1258") + "".join(tones).encode("cp1258")
    assert decode(bytes(out)) == (LOWER, "windows-1258")


def test_word_text_typed_with_an_old_font_is_converted() -> None:
    assert repair(tcvn3(LOWER).decode("latin-1")) == (LOWER, "TCVN3")
    assert repair(LOWER) == (LOWER, "")
    assert repair("ascii only") == ("ascii only", "")


def test_bytes_of_no_known_encoding_are_refused_by_name() -> None:
    data = bytes(range(128, 256)) * 40
    assert decode(data) is None
    assert "TCVN3, VNI" in refused(data, ".txt")
    with pytest.raises(UnknownEncodingError):
        read_bytes(data, ".txt")


def test_a_scan_is_told_from_an_empty_file() -> None:
    assert "scan" in refused(pdf([[], []]), ".pdf")
    assert "rỗng" in refused(b" \n", ".txt")
    with pytest.raises(NoTextError):
        read_bytes(b"12345 67890", ".txt")


def test_an_encrypted_pdf_is_refused_and_an_owner_lock_is_not() -> None:
    for password, opens in (("bí mật", False), ("", True)):
        writer = PdfWriter()
        writer.append(PdfReader(io.BytesIO(pdf([LINES]))))
        writer.encrypt(user_password=password, owner_password="chủ", algorithm="RC4-128")
        buffer = io.BytesIO()
        writer.write(buffer)
        if opens:
            assert "1.250 hồ sơ" in read_bytes(buffer.getvalue(), ".pdf")
        else:
            with pytest.raises(EncryptedError):
                read_bytes(buffer.getvalue(), ".pdf")


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("suffix", [".pdf", ".docx"])
def test_a_truncated_file_is_refused_or_still_whole(suffix: str, share: float) -> None:
    whole = pdf([LINES] * 5) if suffix == ".pdf" else docx(LINES * 50)
    cut = whole[: int(len(whole) * share)]
    try:
        text = read_bytes(cut, suffix)
    except (DamagedError, NoTextError):
        return
    assert suffix == ".pdf"  # a PDF's table of objects can be rebuilt
    assert "1.250 hồ sơ" in text


def test_files_that_are_not_what_their_name_says() -> None:
    assert ".doc" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".docx")
    assert "RTF" in refused(b"{\\rtf1 x}", ".docx")
    assert "không phải tệp Word" in refused(b"hello", ".docx")
    assert "không phải tệp PDF" in refused(b"hello", ".pdf")
    with pytest.raises(UnknownFormatError):
        read_bytes(b"\x89PNG", ".png")
    assert "1.250" in read_bytes(pdf([LINES]), ".docx")  # what it is counts, not its name


def test_a_zip_that_is_no_word_file_and_a_zip_bomb() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "x")
    assert "không phải tài liệu Word" in refused(buffer.getvalue(), ".docx")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(30_000_000))
    started = time.monotonic()
    assert "quá lớn" in refused(buffer.getvalue(), ".docx")
    assert time.monotonic() - started < 1


def test_fifty_megabytes_of_text_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "dai.txt"
    path.write_bytes(b"ho so " * 8_400_000)
    started = time.monotonic()
    with pytest.raises(TooLargeError):
        read_text(path)
    with pytest.raises(TooLargeError):
        read_bytes(b"ho so " * 2_000_000, ".txt")
    with pytest.raises(TooLargeError):
        tidy_text("hồ sơ " * 1_000_000)
    assert time.monotonic() - started < 3


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="không mở được"):
        read_text(tmp_path / "khong-co.txt")
    with pytest.raises(NotFoundError, match="thư mục"):
        read_text(tmp_path)


def test_decomposed_letters_and_foreign_line_ends_become_one_form() -> None:
    assert tidy_text(unicodedata.normalize("NFD", "hồ sơ\r\nđúng hạn\r")) == "hồ sơ\nđúng hạn\n"
