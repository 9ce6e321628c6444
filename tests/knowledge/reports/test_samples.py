"""Invented reports in four manners of writing, with errors planted in their sums."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.reports.found import FoundFact, Kind, ReadReport, Relation
from knowledge.reports.report import read_report

SAMPLES = Path(__file__).parent / "samples"

#: file → locality, locality of today, period, (severity, printed, computed) of every finding.
EXPECTED = {
    "huyen_thanh_son.txt": (
        "huyện Thanh Sơn, tỉnh Phú Thọ",
        "tỉnh Phú Thọ",
        "6 tháng đầu năm 2023",
        {("mismatch", "17.905", "17.895")},
    ),
    "bai_bao_tinh.txt": (
        "tỉnh Quảng Ngãi",
        "tỉnh Quảng Ngãi",
        "9 tháng năm 2022",
        {("mismatch", "412.560", "410.560")},
    ),
    "phuong_2026.txt": (
        "phường Long Xuyên, tỉnh An Giang",
        "phường Long Xuyên, tỉnh An Giang",
        "quý II/2026",
        {("wrong", "8,10%", "8,01%"), ("wrong", "104,2%", "")},
    ),
    "tinh_mien_trung.txt": ("tỉnh Thanh Hóa", "tỉnh Thanh Hóa", "6 tháng đầu năm 2025", set()),
    "so_nganh.txt": (
        "tỉnh Lạng Sơn",
        "tỉnh Lạng Sơn",
        "năm 2025",
        {("mismatch", "138", "136"), ("typo", "2,315", "2.315")},
    ),
    "ban_tin_thang.txt": ("tỉnh Kon Tum", "tỉnh Quảng Ngãi", "tháng 10/2022", set()),
    "bai_tong_ket_nam.txt": ("tỉnh Quảng Trị", "tỉnh Quảng Trị", "năm 2022", set()),
}


def sample(name: str) -> ReadReport:
    return read_report(SAMPLES / name)


def fact(report: ReadReport, value: str) -> FoundFact:
    return next(fact for fact in report.facts if fact.value == value)


def subjects(report: ReadReport, kind: Kind) -> list[str]:
    return [fact.subject for fact in report.facts if fact.kind is kind]


@pytest.mark.parametrize("name", EXPECTED)
def test_locality_period_and_exactly_the_planted_errors(name: str) -> None:
    report = sample(name)
    locality, today, period, errors = EXPECTED[name]
    assert (report.locality, report.locality_today, report.period) == (locality, today, period)
    assert {(f.severity.value, f.printed, f.computed) for f in report.findings} == errors


@pytest.mark.parametrize("name", EXPECTED)
def test_every_sentence_and_figure_stands_where_it_is_said_to(name: str) -> None:
    report = sample(name)
    for one in report.facts:
        start, end = one.span
        assert one.offset <= start < end
        if "…" not in one.sentence:
            printed = report.text[one.offset : one.offset + len(one.sentence)]
            assert printed.replace("\n", " ") == one.sentence


@pytest.mark.parametrize("name", ["ban_tin_thang", "bai_tong_ket_nam"])
def test_every_figure_is_found_with_unit_level_and_period_and_nothing_else(name: str) -> None:
    by_hand = (SAMPLES / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    found = [
        f"{one.value};{one.unit};{one.level};{one.period}"
        for one in sample(f"{name}.txt").facts
        if one.kind is Kind.STATISTIC
    ]
    assert found == by_hand


def test_the_parts_know_their_whole_and_the_shares_their_count() -> None:
    report = sample("huyen_thanh_son.txt")
    online, share = fact(report, "12.768"), fact(report, "70")
    assert online.relation is Relation.PART
    assert online.parent is not None
    assert report.facts[online.parent].value == "18.240"
    assert share.relation is Relation.SHARE
    assert share.parent is not None
    assert report.facts[share.parent] is online


def test_levels_are_carried_to_what_follows() -> None:
    report = sample("huyen_thanh_son.txt")
    assert [fact(report, value).level for value in ("9.860", "9.802", "58")] == ["xã"] * 3
    assert fact(report, "17.905").level == ""


def test_one_report_may_tell_of_several_periods() -> None:
    report = sample("so_nganh.txt")
    assert fact(report, "2.298").period == "tháng 12/2025"
    assert fact(report, "27.604").period == "lũy kế đầu năm 2025"
    assert fact(report, "138").period == "năm 2025"
    assert fact(report, "45.000").period == "năm 2026"


def test_what_is_planned_is_no_statistic() -> None:
    report = sample("bai_bao_tinh.txt")
    figures = {fact.value for fact in report.facts if fact.kind is Kind.STATISTIC}
    assert figures.isdisjoint({"120", "60"})
    assert {fact.value for fact in report.facts if fact.kind is Kind.TARGET} == {"120", "60"}


def test_shortcomings_and_initiatives_are_told_one_by_one() -> None:
    assert subjects(sample("phuong_2026.txt"), Kind.SHORTCOMING) == [
        "Đường truyền chập chờn",
        "Một số phần mềm chuyên ngành chưa liên thông",
        "Thiếu công chức tin học",
    ]
    assert subjects(sample("huyen_thanh_son.txt"), Kind.INITIATIVE) == [
        "Mô hình “Ngày thứ Tư không viết”",
        "Mô hình “Trả kết quả tại nhà”",
    ]


def test_a_document_is_told_with_kind_number_date_and_body() -> None:
    found = fact(sample("phuong_2026.txt"), "88/QĐ-UBND")
    assert found.details == {
        "kind": "Quyết định",
        "number": "88/QĐ-UBND",
        "date": "05/01/2026",
        "body": "UBND tỉnh",
    }


def test_people_are_left_out() -> None:
    report = sample("bai_bao_tinh.txt")
    told = " ".join(f"{one.subject} {one.sentence}" for one in report.facts)
    told += " ".join(one.text for one in report.dropped)
    assert "Trần Văn Mẫu" not in told
    assert "Ví Dụ" not in told
    assert "Giám đốc Sở Nội vụ" in told


def test_a_list_of_places_is_no_running_head_and_keeps_the_reports_province() -> None:
    names = ("Quảng Thọ", "Quảng Phong", "Quảng Thuận", "Quảng Long")
    lines = "\n".join(f"- Phường {name}: {300 + i} hồ sơ" for i, name in enumerate(names))
    report = read_report(
        "Thị xã Ba Đồn (tỉnh Quảng Bình) quý III năm 2024\n\nKết quả tại các phường như sau:\n"
        + lines
    )
    assert [(one.value, one.locality) for one in report.facts if one.kind is Kind.STATISTIC] == [
        (str(300 + i), f"phường {name}, tỉnh Quảng Bình") for i, name in enumerate(names)
    ]
