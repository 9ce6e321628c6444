"""Ways to word a figure that reports share, one sentence each."""

from __future__ import annotations

import pytest

from knowledge.reports.found import Kind, ReadReport, Relation
from knowledge.reports.report import read_report

TITLE = "Tỉnh Lâm Đồng: kết quả cải cách hành chính năm 2025\n\n"


def report(text: str) -> ReadReport:
    return read_report(TITLE + text)


def figures(text: str) -> list[tuple[str, str]]:
    return [(f.value, f.unit) for f in report(text).facts if f.kind is Kind.STATISTIC]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cấp xã: Số hồ sơ: 412; Tỷ lệ đúng hạn (%): 99,5.", [("412", "hồ sơ"), ("99,5", "%")]),
        ("Cấp xã: Số hồ sơ: 412; Tỷ lệ đúng hạn: 99,5.", [("412", "hồ sơ"), ("99,5", "%")]),
        ("Cấp xã: Phí thu được (triệu đồng): 86,5.", [("86,5 triệu", "đồng")]),
        ("Tỷ lệ hồ sơ trực tuyến tăng 5,2 điểm % so với năm 2024.", [("5,2", "%")]),
        ("Tỷ lệ hồ sơ trực tuyến cao hơn 12,4 điểm phần trăm so với năm 2024.", [("12,4", "%")]),
        ("Có 623 TTHC cắt giảm từ 50% thời gian trở lên.", [("623", "TTHC")]),
        ("Có 24/24 xã niêm yết công khai; tổng đài trực 24/24.", [("24/24", "xã")]),
        ("Có 37 TTHC quá 02 năm chưa phát sinh hồ sơ.", [("37", "TTHC")]),
        ("Tỉnh lắp 3 ki-ốt; bố trí 1 xe lưu động.", [("3", "ki-ốt"), ("1", "xe")]),
        ("Đề nghị Bộ Nội vụ bổ sung 30 biên chế.", []),
        ("Nhiệm vụ quý II năm 2026: kiểm tra 20 đơn vị.", []),
    ],
)
def test_a_figure_is_read_with_its_unit_and_nothing_else_is(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert figures(text) == expected


def test_a_part_may_be_printed_before_its_whole() -> None:
    read = report("Có 340 hồ sơ nộp trực tuyến trên tổng số 1.000 hồ sơ, đạt 36%.")
    part, whole, share = read.facts
    assert (part.relation, part.parent) == (Relation.PART, 1)
    assert (share.relation, share.parent) == (Relation.SHARE, 0)
    assert whole.parent is None
    assert [(one.printed, one.computed) for one in read.findings] == [("36%", "34,00%")]


def test_days_make_a_period() -> None:
    text = "Từ ngày 15/12/2024 đến ngày 14/12/2025, toàn tỉnh tiếp nhận 4.000 hồ sơ."
    (fact,) = report(text).facts
    assert fact.period == "từ 15/12/2024 đến 14/12/2025"


def test_a_month_without_its_year_is_of_the_reports_year() -> None:
    (fact,) = report("Trong tháng 5, toàn tỉnh tiếp nhận 4.000 hồ sơ.").facts
    assert fact.period == "tháng 5/2025"


def test_a_sentence_that_begins_with_a_district_is_about_it() -> None:
    (fact,) = report("Huyện Đức Trọng đạt kết quả tốt, tiếp nhận 4.000 hồ sơ.").facts
    assert (fact.locality, fact.level) == ("huyện Đức Trọng, tỉnh Lâm Đồng", "huyện")


def test_each_place_of_a_list_says_what_its_share_is_of() -> None:
    read = report("Huyện Đức Trọng có 91% hồ sơ trực tuyến, kế đến là huyện Di Linh 89%.")
    assert [(one.subject, one.locality.split(",")[0]) for one in read.facts] == [
        ("Tỷ lệ hồ sơ trực tuyến", "huyện Đức Trọng"),
        ("Tỷ lệ hồ sơ trực tuyến – huyện Di Linh", "huyện Di Linh"),
    ]


def test_a_target_is_for_the_period_that_its_heading_names() -> None:
    read = report("III. PHƯƠNG HƯỚNG, NHIỆM VỤ NĂM 2026\n\nPhấn đấu 85% hồ sơ nộp trực tuyến.")
    assert {one.period for one in read.facts} == {"năm 2026"}


def test_the_period_of_a_report_is_that_of_what_was_done() -> None:
    read = read_report(
        "Xã Tân Thạnh, tỉnh Tây Ninh: một năm chính quyền hai cấp\n\n"
        "Từ ngày 01/7/2025 đến 30/6/2026, xã đã tiếp nhận 900 hồ sơ.\n\n"
        "6 tháng cuối năm 2026, xã phấn đấu 98% hồ sơ nộp trực tuyến.\n"
    )
    assert read.period == "từ 01/7/2025 đến 30/6/2026"
