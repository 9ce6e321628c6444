"""A dossier's code is read however it is typed, and what cannot be one is told why."""

from __future__ import annotations

from datetime import date

import pytest

from bot.dossiers import CodeError, is_meant, read_code, read_secret
from bot.messages import dossiers as words

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("H58.16-240315-0012", "H58.16-240315-0012"),
        ("mã của em là h58.16-240315-0012 ạ", "H58.16-240315-0012"),
        ("h58 16 240315 0012", "H58.16-240315-0012"),
        ("H58.16 – 240315 — 0012.", "H58.16-240315-0012"),
        ("H58_16_240315_0012", "H58.16-240315-0012"),
        ("Ｈ５８.16-240315-0012", "H58.16-240315-0012"),
        ("H58.16-24O315-OO12", "H58.16-240315-0012"),
        ("000.00.16.h58-240315-0012", "000.00.16.H58-240315-0012"),
        ("G01.899.108.000-260102-00345", "G01.899.108.000-260102-00345"),
        ("H58-260102-123456", "H58-260102-123456"),
    ],
)
def test_a_code_is_read_however_it_is_typed(typed: str, code: str) -> None:
    found = read_code(typed, today=TODAY)

    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("000.00.16-240315-0012", words.NO_AGENCY),
        ("H58.16-0012345-11", words.NO_DAY),
        ("H58.16-2403 0012", words.NO_DAY),
        ("H58.16-241315-0012", words.BAD_DAY),
        ("H58.16-301231-0012", words.BAD_DAY),
        ("H58.16-240315", words.NO_SERIAL),
        ("H58.16-240315-12", words.NO_SERIAL),
        ("H58.1616-240315-0012", words.BAD_UNIT),
    ],
)
def test_what_is_wrong_is_said_without_repeating_it(typed: str, why: str) -> None:
    with pytest.raises(CodeError) as caught:
        read_code(typed, today=TODAY)

    assert str(caught.value) == why


@pytest.mark.parametrize(
    "typed",
    [
        "thủ tục 1.001193 lệ phí bao nhiêu",
        "phòng D01 15/11/2026",
        "xe 63-B1 123.45",
        "Nghị định 118/2025/NĐ-CP",
        "ngày 15-11-2026",
        "gọi 0912 345 678",
    ],
)
def test_other_numbers_are_no_codes(typed: str) -> None:
    assert read_code(typed, today=TODAY) is None
    assert not is_meant(typed)


def test_a_short_code_is_understood_where_one_is_asked_for() -> None:
    assert read_code("H58-0012", today=TODAY) is None
    with pytest.raises(CodeError):
        read_code("H58-0012", today=TODAY, asked=True)


def test_a_secret_is_letters_and_digits_with_a_digit() -> None:
    assert read_secret(" 7kx-49.13 ") == "7KX4913"
    assert read_secret("không") is None
    assert read_secret("ABCDEF") is None
    assert read_secret("12345") is None
