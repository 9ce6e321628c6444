"""The national list as Excel, and files that only look like it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from knowledge.content import Level
from knowledge.importing import Draft, Refused, UnreadableFileError, read

SAMPLE = Path(__file__).parent / "samples" / "list.xlsx"


def test_rows_below_the_headings_are_outlines() -> None:
    first, second, refused = read(SAMPLE)
    assert isinstance(first, Draft)
    assert isinstance(second, Draft)
    assert first.outline
    assert first.content.agencies.performing == "Thư viện cấp xã, Thư viện tỉnh"
    assert second.content.title == "Cho mượn phòng đọc (cấp tỉnh)"
    assert second.content.levels == (Level.PROVINCE,)
    assert isinstance(refused, Refused)
    assert refused.record == 6


def test_a_sheet_without_the_headings_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    workbook = openpyxl.Workbook()
    workbook.worksheets[0].append(["Mã", "Tên"])
    workbook.save(path)
    with pytest.raises(UnreadableFileError, match="không có hàng tiêu đề"):
        list(read(path))


def test_half_a_file_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(SAMPLE.read_bytes()[:2_000])
    with pytest.raises(UnreadableFileError, match="hỏng"):
        list(read(path))


def test_a_zip_that_is_no_workbook_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(UnreadableFileError, match="hỏng"):
        list(read(path))


def test_a_zip_bomb_is_left_before_it_bursts(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(101 * 1024**2))
    with pytest.raises(UnreadableFileError, match="quá lớn"):
        list(read(path))


def test_a_sheet_of_two_cells_far_apart_is_too_wide(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet["A1"] = sheet["XFD1048576"] = "x"
    workbook.save(path)
    with pytest.raises(UnreadableFileError, match="quá rộng"):
        list(read(path))


@pytest.mark.shared
def test_the_real_lists_come_in(shared_data: Path) -> None:
    for path in (shared_data / "lists").glob("*.xlsx"):
        found = list(read(path))
        assert len(found) > 200
        assert all(isinstance(draft, Draft) for draft in found)
