"""Reports nobody tuned for: invented ones, worded otherwise, with planted errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.reports.found import Severity
from knowledge.reports.report import read_report
from tests.bench.reports import audited, score

LANG_SON = """Lạng Sơn: kết quả cải cách hành chính 9 tháng đầu năm 2025

Lượt xem: 1204

Trong 9 tháng đầu năm 2025, toàn tỉnh tiếp nhận 12.480 hồ sơ, trong đó 9.360 hồ sơ trực tuyến, chiếm 75%; \
3.120 hồ sơ nộp trực tiếp. Đã giải quyết 12.000 hồ sơ, trong đó 11.520 hồ sơ đúng hạn, đạt 98%.

Cấp xã tiếp nhận 8.000 hồ sơ; cấp tỉnh tiếp nhận 4.480 hồ sơ.

UBND tỉnh ban hành Quyết định số 321/QĐ-UBND ngày 15/4/2025 công bố danh mục thủ tục hành chính.
"""


def values(text: str) -> set[tuple[str, str]]:
    return {(fact.value, fact.unit) for fact in read_report(text).facts if fact.value}


def test_an_unseen_report_gives_its_figures_locality_and_period() -> None:
    report = read_report(LANG_SON)
    assert report.locality == "tỉnh Lạng Sơn"
    assert report.period == "9 tháng đầu năm 2025"
    wanted = {
        ("12.480", "hồ sơ"),
        ("9.360", "hồ sơ"),
        ("75", "%"),
        ("3.120", "hồ sơ"),
        ("12.000", "hồ sơ"),
        ("11.520", "hồ sơ"),
        ("98", "%"),
        ("8.000", "hồ sơ"),
        ("4.480", "hồ sơ"),
    }
    assert wanted <= values(LANG_SON)


def test_a_wrong_share_is_found_and_a_right_one_is_not() -> None:
    findings = read_report(LANG_SON).findings
    wrong = [one for one in findings if one.severity is Severity.WRONG]
    assert [(one.printed, one.computed) for one in wrong] == [("98%", "96,00%")]


def test_each_fact_stands_where_its_offset_says() -> None:
    report = read_report(LANG_SON)
    for fact in report.facts:
        start, end = fact.span
        assert report.text[start:end].strip()


def test_page_furniture_is_dropped() -> None:
    assert any("1204" in dropped.text for dropped in read_report(LANG_SON).dropped)
    assert ("1204", "lượt xem") not in values(LANG_SON)


def test_a_legal_document_keeps_its_number() -> None:
    assert ("321/QĐ-UBND", "số hiệu") in values(LANG_SON) or any(
        fact.details.get("number") == "321/QĐ-UBND" for fact in read_report(LANG_SON).facts
    )


@pytest.mark.shared
def test_the_five_reports_meet_their_figures(shared_data: Path) -> None:
    figures = score(shared_data / "reports")
    assert figures["precision"] >= 0.95
    assert figures["recall"] >= 0.92
    assert figures["with subject, level, period and locality"] >= 0.85


@pytest.mark.shared
def test_every_error_of_the_audit_is_found(shared_data: Path) -> None:
    missed, _ = audited(shared_data / "reports")
    assert missed == []
