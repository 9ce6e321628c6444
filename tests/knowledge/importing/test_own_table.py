"""A table edited in a spreadsheet, read back; and spreadsheets that are refused."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from knowledge import cells
from knowledge.content import Case, Content, DossierComponent, Fee, FeeKind, Method
from knowledge.importing import Edit, Refused, UnreadableFileError, read, reader_of

SAMPLES = Path(__file__).parent / "samples"


def test_a_new_procedure_may_be_written_in_a_table() -> None:
    edit, refused = read(SAMPLES / "table.csv")
    assert isinstance(edit, Edit)
    assert refused == Refused(3, "thiếu mã thủ tục")
    content = cells.read(edit.cells, None)
    assert content.fees == (
        Fee(kind=FeeKind.AMOUNT, amount=Decimal(5000), per="ngày", method=Method.DIRECT),
    )
    assert content.cases == (
        Case(
            name="mất sách",
            components=(
                DossierComponent(name="Đơn", originals=1, form="TV01", condition="nếu mất sách"),
                DossierComponent(name="Thẻ thư viện", show_only=True),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("heading", "cell", "reason"),
    [
        ("Phí, lệ phí", "tùy", "Phí, lệ phí: không hiểu “tùy”"),
        ("Cấp thực hiện", "Cấp huyện", "Cấp thực hiện: không hiểu “cấp huyện”"),
        ("Cách nộp", "fax", "Cách nộp: không hiểu “fax”"),
        ("Ngày kiểm", "32/13/2026", "Ngày kiểm: “32/13/2026” không phải ngày"),
        ("Tên", "", "title: "),
        ("Mã tỉnh", "abc", "province_code: "),
    ],
)
def test_a_cell_that_cannot_be_understood_is_named(heading: str, cell: str, reason: str) -> None:
    base = Content(code="9.1", title="Thủ tục", common_name="x")
    with pytest.raises(cells.CellError) as error:
        cells.read({cells.CODE: "9.1", "Tên": "Thủ tục"} | {heading: cell}, base)
    assert str(error.value).startswith(reason)


@pytest.mark.parametrize("cell", ["", "  ", cells.ELSEWHERE])
def test_a_cell_too_long_for_a_spreadsheet_leaves_the_text_alone(cell: str) -> None:
    long = Content(code="9.1", title="Thủ tục", where="x " * 9_000 if cell.strip() else "")
    assert cells.read(cells.write(long) | {"Nơi nộp": cell}, long) == long


def test_a_day_of_a_spreadsheet_and_an_eaten_zero_are_understood() -> None:
    base = Content(code="9.1", title="Thủ tục")
    row = {"Ngày kiểm": "5/11/2026", "Mã tỉnh": "1"}
    found = cells.read(row, base)
    assert (str(found.verified_on), found.province_code) == ("2026-11-05", "01")


def workbook(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def test_formulas_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsx", ["Mã thủ tục", "Tên"], ["9.1", '=HYPERLINK("x")'])
    with pytest.raises(UnreadableFileError, match="có công thức"):
        reader_of(path)


def test_macros_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsm", ["Mã thủ tục", "Tên"], ["9.1", "Thủ tục"])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    with pytest.raises(UnreadableFileError, match="có macro"):
        reader_of(path)


def test_an_old_or_locked_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(UnreadableFileError, match="kiểu cũ hoặc có mật khẩu"):
        reader_of(path)


def test_a_table_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("Mã thủ tục,Tên\n9.1,".encode() + b"Th\xfa t\xf5c\n")
    with pytest.raises(UnreadableFileError, match="CSV UTF-8"):
        list(read(path))


def test_headings_may_stand_below_a_title(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "x.xlsx", ["Bảng của tôi"], [], ["Tên", "Mã thủ tục"], ["'=Thẻ", 9.000001]
    )
    (edit,) = read(path)
    assert isinstance(edit, Edit)
    assert (edit.code, edit.cells["Tên"], edit.record) == ("9.000001", "=Thẻ", 4)
