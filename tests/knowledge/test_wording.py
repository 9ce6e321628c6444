"""Every part of a content has words, so that no change escapes an approver."""

from __future__ import annotations

from decimal import Decimal

import pytest

from knowledge import wording
from knowledge.content import (
    Confidence,
    Content,
    Currency,
    Facet,
    FeeKind,
    Level,
    Method,
    NoticeKind,
    OnlineLevel,
    Override,
    Unit,
)


def test_every_part_of_a_content_and_of_an_override_has_words() -> None:
    fields = set(Content.model_fields) | set(Override.model_fields)

    assert set(wording.PARTS) == fields - {"code", "problems"}


@pytest.mark.parametrize(
    ("names", "members"),
    [
        (wording.LEVEL_NAMES, Level),
        (wording.METHOD_NAMES, Method),
        (wording.UNIT_NAMES, Unit),
        (wording.FEE_NAMES, FeeKind),
        (wording.CURRENCY_NAMES, Currency),
        (wording.ONLINE_NAMES, OnlineLevel),
        (wording.CONFIDENCE_NAMES, Confidence),
        (wording.NOTICE_NAMES, NoticeKind),
        (wording.FACET_NAMES, Facet),
    ],
)
def test_every_choice_has_a_name(names: dict[object, str], members: list[object]) -> None:
    assert set(names) == set(members)


@pytest.mark.parametrize(
    ("amount", "written"), [("8000", "8.000"), ("1250000.00", "1.250.000"), ("2.5", "2,5")]
)
def test_numbers_are_written_as_people_here_write_them(amount: str, written: str) -> None:
    assert wording.number_words(Decimal(amount)) == written


def test_a_content_is_told_part_by_part() -> None:
    content = Content.model_validate(
        {
            "code": "1.000001",
            "title": "Mượn sách",
            "fees": [
                {"kind": "amount", "amount": 8000, "per": "bản", "condition": "nếu xin thêm"},
                {"kind": "free", "method": "online", "effective_to": "2026-12-31"},
            ],
            "processing_times": [{"amount": 3, "unit": "working_day"}, {"text": "Trả ngay."}],
            "cases": [
                {
                    "name": "Trẻ em",
                    "components": [
                        {"name": "Tờ khai", "originals": 1, "form": "Mẫu 01"},
                        {"name": "Căn cước", "show_only": True, "issuer": "công an"},
                    ],
                }
            ],
            "notices": [{"kind": "change", "text": "Đổi mẫu.", "facets": ["form"]}],
            "source": {"title": "Cổng", "retrieved_on": "2026-07-19"},
        }
    )

    assert wording.lines_of(content) == {
        "title": ("Mượn sách",),
        "cases": (
            "Trường hợp: Trẻ em",
            "Tờ khai (1 bản chính; Mẫu 01)",
            "Căn cước (xuất trình rồi mang về; do công an cấp)",
        ),
        "dossier_confidence": ("Khá chắc",),
        "fees": (
            "8.000 đồng/bản (nếu xin thêm)",
            "Miễn phí (trực tuyến; đến hết ngày 31/12/2026)",
        ),
        "processing_times": ("3 ngày làm việc", "Chưa rõ. Trả ngay."),
        "online_level": ("Chưa rõ",),
        "notices": ("Quy định thay đổi: Đổi mẫu. (cạnh mẫu đơn)",),
        "source": ("Cổng (lấy ngày 19/7/2026)",),
    }
