"""What identifies a person is masked, what an editor needs is kept."""

from __future__ import annotations

import pytest

from bot.privacy import mask
from tests.bot.privacy.corpus import KEPT, PLANTED, sentences, survives


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
        ("gọi o9l2 345 678", "gọi [số]"),
        ("sđt ０９１２３４５６７８", "sđt [số]"),
        ("gọi 0912\u200b345\u200b678 nhé", "gọi [số] nhé"),
        ("tôi ở 12 Lê Lợi phường Bến Nghé", "tôi ở [địa chỉ] phường Bến Nghé"),
        ("hẻm 45/6 nguyen trai", "[địa chỉ]"),
        ("ấp 3 xã Nhị Trường", "[địa chỉ] xã Nhị Trường"),
        ("lan a còng gmail chấm com nhé", "[email] nhé"),
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
        "Thứ tư, 28/07/2021 13:01",
        "giai đoạn 2021-2025 gọi 1900 1009",
        "nhà ở 3 tầng tại 34 tỉnh, đường 3 tháng 2",
        "đoạn dài 20 m 1234 bước",
    ],
)
def test_what_an_editor_needs_is_kept(typed: str) -> None:
    assert mask(typed) == typed


def test_masking_twice_changes_nothing() -> None:
    once = mask("0912345678 a@b.vn H34.12.09-240115-0007")
    assert mask(once) == once


def test_every_written_form_is_masked_and_no_lookalike_is() -> None:
    asked = list(sentences(4_000))

    assert {one.form for one in asked} == {*PLANTED, *KEPT}
    assert [one.text for one in asked if one.planted and survives(one, mask(one.text))] == []
    assert [one.text for one in asked if one.kept and mask(one.text) != one.text] == []


def test_masking_any_of_them_twice_changes_nothing() -> None:
    once = [mask(one.text) for one in sentences(1_000, seed=7)]
    assert [mask(text) for text in once] == once
