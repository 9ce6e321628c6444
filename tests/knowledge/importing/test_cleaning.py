"""Portal text made readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.importing import cleaning


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("nhà \u200e\u202eở\u0000\u00ad", "nhà ở"),
        ("Hoa\u0300", "Hoà"),
        ("<p>Nộp&nbsp;đơn</p><script>x()</script>", "Nộp đơn"),
        ("a &lt; b", "a < b"),
        ("dưới < 5 và > 3", "dưới < 5 và > 3"),
        ("một\u2028hai\tba", "một hai ba"),
        ("\uf0a7 mục", "- mục"),
        ("\ud800lẻ", "lẻ"),
    ],
)
def test_a_line_is_cleaned(raw: str, clean: str) -> None:
    assert cleaning.line(raw) == clean


@given(st.text())
def test_any_text_comes_out_printable_and_storable(text: str) -> None:
    clean = cleaning.line(text)
    clean.encode()
    assert "\u202e" not in clean
    assert "\x00" not in clean


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("Bước 1: Nộp.\n+ ở quầy\nBước 2. Nhận.", ["Nộp.\n+ ở quầy", "Nhận."]),
        ("* Trình tự thực hiện\n- Nộp\n+ ở quầy\n- Nhận", ["Nộp\n+ ở quầy", "Nhận"]),
        ("1. Nộp\n1.1. ở quầy\n2. Nhận", ["Nộp\n1.1. ở quầy", "Nhận"]),
        ("a) Nộp\nb) Nhận", ["Nộp", "Nhận"]),
        ("Nộp\nNhận", ["Nộp", "Nhận"]),
        ("Không.", []),
        ("Không quy định", []),
        ("", []),
    ],
)
def test_a_text_is_split_by_its_outermost_list(text: str, items: list[str]) -> None:
    assert cleaning.items(text) == items


def test_a_shouted_title_is_lowered_but_for_names() -> None:
    shouted = "THỦ TỤC CẤP GCN CHO NGƯỜI VIỆT NAM TẠI ĐÀ NẴNG (CẤP XÃ)"
    assert cleaning.title(shouted) == "Thủ tục cấp GCN cho người Việt Nam tại Đà Nẵng (cấp xã)"
    assert cleaning.title("Cấp C/O") == "Cấp C/O"


def test_long_text_is_cut_at_a_sentence() -> None:
    text = "Câu một dài. Câu hai dài. " * 20
    cut = cleaning.clip(text, 100)
    assert len(cut) <= 100
    assert cut.endswith("dài.…")
    assert cleaning.clip("ngắn", 100) == "ngắn"
    assert len(cleaning.clip("x" * 500, 100)) == 100
