"""What is asked of a procedure."""

from __future__ import annotations

import pytest

from knowledge.content import Facet
from knowledge.matching import recognise_facet
from knowledge.matching.facets import TRIGGERS


@pytest.mark.parametrize(
    ("question", "facet"),
    [
        ("thế còn lệ phí?", Facet.FEE),
        ("hết bao nhiêu vậy", Facet.FEE),
        ("bn tien v ad", Facet.FEE),
        ("mất mấy ngày", Facet.TIME),
        ("nộp ở đâu", Facet.WHERE),
        ("làm qua mạng được không", Facet.ONLINE),
        ("cần mang giấy tờ gì", Facet.DOCUMENTS),
        ("can giay to j", Facet.DOCUMENTS),
        ("mẫu đơn tải ở đâu", Facet.FORM),
        ("các bước làm thế nào", Facet.STEPS),
        ("bao nhiêu tuổi thì được đăng ký", Facet.REQUIREMENTS),
        ("theo luật nào", Facet.LEGAL_BASIS),
        ("nhờ người khác đi làm thay được không", Facet.APPLICANT),
        ("trễ hạn có bị phạt không", Facet.DEADLINE),
        ("làm xong được cấp giấy gì", Facet.OUTCOME),
        ("tôi muốn gia hạn tạm trú", None),
        ("xin miễn học phí cho con", None),
        ("giấy chứng nhận độc thân", None),
        ("", None),
    ],
)
def test_the_facet_is_told_from_the_wording(question: str, facet: Facet | None) -> None:
    assert recognise_facet(question) is facet


def test_every_facet_has_triggers() -> None:
    assert set(TRIGGERS) == set(Facet)
    assert all(TRIGGERS.values())
