"""Questions come in from a table whole or not at all, and a wrong row is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.contests.sheet import COLUMNS, SheetError, read, right_of, write
from bot.sheets import BOM, line

GOOD = (
    ("Mấy ngày?", "30", "60", "", "", "", "", "B", "Luật nói 60.", "Luật Hộ tịch, Điều 15"),
    ("Ai ký?", "Chủ tịch", "Công chức", "Cả hai", "", "", "", "3", "Tùy việc.", "Điều 7"),
)


def csv_file(folder: Path, rows: tuple[tuple[str, ...], ...]) -> Path:
    path = folder / "hoi.csv"
    path.write_text(BOM + "".join(line(row) for row in (COLUMNS, *rows)), encoding="utf-8")
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    first = read(csv_file(tmp_path, GOOD), 1)
    again = read(csv_file(tmp_path, tuple(write(first))), 1)

    assert [(one.text, one.choices, one.right_choice) for one in first] == [
        ("Mấy ngày?", ["30", "60"], 1),
        ("Ai ký?", ["Chủ tịch", "Công chức", "Cả hai"], 2),
    ]
    assert [one.model_dump() for one in again] == [one.model_dump() for one in first]


def test_a_workbook_is_read_below_its_title(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["Bộ câu hỏi năm 2026"])
    book.active.append(COLUMNS)
    book.active.append([*GOOD[0][:7], 2, *GOOD[0][8:]])
    book.save(tmp_path / "hoi.xlsx")

    assert [one.right_choice for one in read(tmp_path / "hoi.xlsx", 1)] == [1]


def test_each_wrong_row_is_named_and_none_is_taken(tmp_path: Path) -> None:
    rows = (
        GOOD[0],
        ("Một phương án?", "30", "", "", "", "", "", "A", "x", "y"),
        ("Trùng?", "30", "30", "", "", "", "", "A", "x", "y"),
        ("Không nguồn?", "30", "60", "", "", "", "", "F", "", ""),
        ("Hở giữa?", "30", "", "60", "", "", "", "A", "x", "y"),
    )
    with pytest.raises(SheetError) as refused:
        read(csv_file(tmp_path, rows), 1)

    numbers = {problem.split(":")[0] for problem in refused.value.problems}
    assert numbers == {"Dòng 3", "Dòng 4", "Dòng 5", "Dòng 6"}
    assert any("đáp án đúng" in problem for problem in refused.value.problems)


@pytest.mark.parametrize("content", ["", "a,b,c\n1,2,3\n", ",".join(COLUMNS) + "\n"])
def test_a_file_of_nothing_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "hoi.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SheetError):
        read(path, 1)


@pytest.mark.parametrize(
    ("said", "index"),
    [("b", 1), ("B.", 1), ("2", 1), ("Sáu mươi", 1), ("7", 6), ("", -1), ("không", -1)],
)
def test_the_right_one_is_a_letter_a_number_or_its_words(said: str, index: int) -> None:
    assert right_of(said, ["Ba mươi", "sáu mươi"]) == index
