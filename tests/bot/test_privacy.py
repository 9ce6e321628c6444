"""What identifies a person is masked, what an editor needs is kept."""

from __future__ import annotations

import pytest

from bot.privacy import mask


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("số căn cước của tôi là 001234567890 nhé", "số căn cước của tôi là [số] nhé"),
        ("gọi 0912 345 678", "gọi [số]"),
        ("gọi 0912.345.678 hoặc +84 912 345 678", "gọi [số] hoặc [số]"),
        ("thẻ 9704-1234-5678-9012", "thẻ [số]"),
        ("thư a.b+c@vi-du.vn", "thư [email]"),
        ("hồ sơ H34.12.09-240115-0007", "hồ sơ [mã hồ sơ]"),
        ("hồ sơ 000.00.16.H34-240115-0001 đâu", "hồ sơ [mã hồ sơ] đâu"),
        ("hộ chiếu B1234567", "hộ chiếu [hộ chiếu]"),
        ("xe 65A-123.45", "xe [biển số]"),
    ],
)
def test_personal_numbers_are_masked(typed: str, stored: str) -> None:
    assert mask(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "mã 1.004222 cần gì",
        "phí 20.000 đồng hay 1.500.000 đồng",
        "từ 15/8/2026 đến 28/02/2027",
        "mẫu CT01, Nghị định 123/2015/NĐ-CP",
        "quý I năm 2024 có 70.443 hồ sơ",
    ],
)
def test_what_an_editor_needs_is_kept(typed: str) -> None:
    assert mask(typed) == typed


def test_masking_twice_changes_nothing() -> None:
    once = mask("0912345678 a@b.vn H34.12.09-240115-0007")
    assert mask(once) == once
