"""Fees: zero is not free, ten is not ten đồng, and a note may know better."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from knowledge.content import Confidence, Currency, Fee, FeeKind, Method
from knowledge.importing.fees import Circumstances, fees, is_abroad, names_exemptions
from knowledge.importing.problems import Notes

COPIED = date(2026, 7, 19)


def read(
    raw: str, *, abroad: bool = False, provincial: bool = False
) -> tuple[tuple[Fee, ...], list[str]]:
    notes = Notes()
    circumstances = Circumstances(COPIED, abroad=abroad, provincial=provincial)
    found = fees([(Method.DIRECT, {"phi": [{"raw": raw}]})], circumstances, notes)
    return found, [problem.code for problem in notes.problems]


@pytest.mark.parametrize(
    "note", ["", " ()", " (Không)", " (Không có.)", " (Không quy định)", " (0)", " (Chưa quy định)"]
)
def test_a_bare_zero_is_unknown_and_never_free(note: str) -> None:
    (fee,), problems = read(f"0 VNĐ{note}")
    assert (fee.kind, fee.confidence, fee.amount) == (FeeKind.UNKNOWN, Confidence.LOW, None)
    assert problems == ["zero_fee"]


@pytest.mark.parametrize("note", ["Miễn phí", "Không thu phí.", "Miễn lệ phí", "không thu lệ phí"])
def test_zero_is_free_only_if_the_note_says_so(note: str) -> None:
    (fee,), problems = read(f"0 VNĐ ({note})")
    assert (fee.kind, fee.confidence) == (FeeKind.FREE, Confidence.MEDIUM)
    assert problems == []


@pytest.mark.parametrize(
    ("note", "kind"),
    [
        ("8.000.000/lần", FeeKind.SEE_NOTE),
        ("Theo quy định của Hội đồng nhân dân cấp tỉnh", FeeKind.PROVINCIAL),
        ("Mức thu do HĐND tỉnh quyết định. Miễn phí cho hộ nghèo.", FeeKind.PROVINCIAL),
        ("do Ủy ban nhân dân cấp tỉnh quy định", FeeKind.PROVINCIAL),
        ("Miễn phí cho người cao tuổi", FeeKind.SEE_NOTE),
        ("Theo Thông tư số 12/2020/TT-BTC", FeeKind.SEE_NOTE),
    ],
)
def test_zero_with_another_note_is_never_a_number(note: str, kind: FeeKind) -> None:
    (fee,), problems = read(f"0 VNĐ ({note})")
    assert (fee.kind, fee.sure, fee.amount) == (kind, False, None)
    assert not any(map(str.isdigit, fee.text))
    assert problems == ["zero_fee_with_note"]


def test_an_amount_borne_out_by_its_note_is_medium() -> None:
    found, problems = read("20000 VNĐ (20.000 đồng/bản)")
    assert found == (Fee(kind=FeeKind.AMOUNT, amount=Decimal(20_000), per="bản"),)
    assert problems == []


@pytest.mark.parametrize(
    ("raw", "abroad", "amount", "currency"),
    [
        ("10 VNĐ (10 USD/bản)", False, 10, Currency.USD),
        ("10 VNĐ (/bản)", True, 10, Currency.USD),
        ("20 VNĐ (20.000 vnđ /tờ khai)", False, 20_000, Currency.VND),
        ("100 VNĐ (Phí công bố: 100.000 đồng/lần)", True, 100_000, Currency.VND),
    ],
)
def test_one_to_999_dong_is_something_else_and_not_sure(
    raw: str, abroad: bool, amount: int, currency: Currency
) -> None:
    (fee,), problems = read(raw, abroad=abroad)
    assert fee.amount == amount
    assert (fee.currency, fee.sure) == (currency, False)
    assert problems == ["small_fee"]


def test_a_small_amount_without_a_clue_is_unknown() -> None:
    (fee,), _ = read("200 VNĐ ()")
    assert (fee.kind, fee.amount) == (FeeKind.UNKNOWN, None)


def test_certification_and_consular_records_are_priced_in_dollars() -> None:
    assert is_abroad("Chứng thực", "")
    assert is_abroad("", "Cơ quan đại diện Việt Nam ở nước ngoài")
    assert not is_abroad("Hộ tịch", "Ủy ban nhân dân cấp xã")


def test_joined_fees_are_taken_apart() -> None:
    found, problems = read("50000 VNĐ (Cấp mới) | 20000 VNĐ (Cấp lại)")
    assert [(fee.amount, fee.condition, fee.sure) for fee in found] == [
        (Decimal(50_000), "Cấp mới", True),
        (Decimal(20_000), "Cấp lại", True),
    ]
    assert problems == []


def test_joined_fees_that_do_not_say_when_are_not_sure() -> None:
    found, problems = read("50000 VNĐ () | 20000 VNĐ ()")
    assert [(fee.amount, fee.sure) for fee in found] == [
        (Decimal(50_000), False),
        (Decimal(20_000), False),
    ]
    assert problems == ["several_fees"]


def test_a_bar_inside_a_note_is_not_taken_apart() -> None:
    (fee,), problems = read("50000 VNĐ (Cấp mới | cấp lại) | 20000 VNĐ (khác)")
    assert (fee.kind, fee.sure) == (FeeKind.SEE_NOTE, False)
    assert problems == ["unsplit_fee"]


@pytest.mark.parametrize(
    ("raw", "sure", "problems"),
    [
        ("25000 VNĐ (50.000 đồng, giảm 50% theo Thông tư 64/2025/TT-BTC)", True, []),
        ("50000 VNĐ (nay 25.000 đồng theo Thông tư 64/2025/TT-BTC)", False, ["fee_conflict"]),
        ("50000 VNĐ (bằng 50% mức trên, Thông tư 64/2025/TT-BTC)", False, ["fee_conflict"]),
        ("50000 VNĐ (cấp mới 50.000 đồng, cấp lại 70.000 đồng)", False, ["fee_conflict"]),
        ("50000 VNĐ (áp dụng đến hết ngày 31/12/2025)", False, ["fee_expired"]),
        ("9999999999999 VNĐ ()", False, ["huge_fee"]),
    ],
)
def test_a_note_may_know_better(raw: str, sure: bool, problems: list[str]) -> None:
    (fee,), found = read(raw)
    assert (fee.sure, found) == (sure, problems)


def test_a_halved_fee_ends_with_the_year() -> None:
    (fee,), _ = read("25000 VNĐ (50.000 đồng, giảm 50% theo Thông tư 64/2025/TT-BTC)")
    assert fee.effective_to == date(2026, 12, 31)


def test_a_councils_amount_counts_only_in_its_own_province() -> None:
    raw = "50000 VNĐ (Nghị quyết của HĐND tỉnh)"
    assert read(raw)[0][0].kind is FeeKind.PROVINCIAL
    assert read(raw, provincial=True)[0][0].amount == 50_000


def test_no_information_is_no_fee() -> None:
    assert read("Không có thông tin") == ((), [])
    assert fees([(Method.DIRECT, {"phi": "lạ"})], Circumstances(COPIED), Notes()) == ()


def test_exemptions_are_noticed() -> None:
    assert names_exemptions([(Method.DIRECT, {"phi": [{"raw": "8000 VNĐ (giảm cho hộ nghèo)"}]})])
    assert not names_exemptions([(Method.DIRECT, {"phi": [{"raw": "8000 VNĐ ()"}, 5]})])
