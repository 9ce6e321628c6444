"""Questions about reports find the one fact that answers, of the right place and period."""

from __future__ import annotations

import pytest

from knowledge.importing.facts import read
from knowledge.importing.starter import DATA
from knowledge.reports import Facts, Finding, ReportFact


def starter() -> Facts:
    facts = []
    for path in sorted((DATA / "reports").glob("*.yaml")):
        report = read(path)
        for row in report.facts:
            values = row.model_dump(exclude={"finding", "ask", "period"})
            finding = Finding(**row.finding.model_dump()) if row.finding else None
            facts.append(
                ReportFact(
                    **values,
                    period=row.period or report.period,
                    report_title=report.title,
                    locality=report.locality,
                    locality_today=report.locality_today,
                    ask=row.ask,
                    finding=finding,
                )
            )
    return Facts(facts)


FACTS = starter()


def test_every_fact_of_the_inventory_is_here() -> None:
    assert len(FACTS.facts) == 207
    assert len({fact.key for fact in FACTS.facts}) == 207


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("Trà Vinh quý I/2024 nhận bao nhiêu hồ sơ trực tuyến?", "29.499"),
        ("tra vinh nhan bao nhieu ho so truc tuyen quy 1 2024", "29.499"),
        ("trà vinh giải quyết bao nhiêu hồ sơ", "69.995"),
        ("Hạ Lang năm 2022 bao nhiêu hồ sơ quá hạn", "56"),
        ("tỷ lệ hài lòng Hà Giang 2024", "97,57"),
        ("Cà Mau bao nhiêu hồ sơ trực tuyến", "14.471"),
        ("Cà Mau 2020 có bao nhiêu hồ sơ trực tuyến cấp huyện", "1,418"),
        ("tỷ lệ hồ sơ trực tuyến của dịch vụ công toàn trình trà vinh", "93,2"),
    ],
)
def test_a_figure_is_found(question: str, value: str) -> None:
    assert FACTS.find(question)[0].fact.value == value


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("04 tại chỗ là gì", "CM-046"),
        ("mô hình 3 giảm 3 tăng ở đâu", "TV-006"),
        ("KIOS là gì", "HG-036"),
        ("iDesk là gì", "DT-030"),
    ],
)
def test_a_concept_is_explained(question: str, key: str) -> None:
    assert FACTS.find(question)[0].fact.key == key


def test_a_year_nobody_reported_has_no_answer() -> None:
    assert FACTS.find("trà vinh 2023 bao nhiêu hồ sơ trực tuyến") == ()


@pytest.mark.parametrize(
    "question",
    [
        "đăng ký thường trú ở Trà Vinh bao nhiêu tiền",
        "làm khai sinh ở Hà Giang cần gì",
        "lập hộ kinh doanh ở Cà Mau bao nhiêu tiền",
    ],
)
def test_a_procedure_in_one_of_the_places_is_no_report_question(question: str) -> None:
    assert FACTS.find(question) == ()


@pytest.mark.parametrize(
    "question",
    [
        "so sánh Trà Vinh với Hà Giang tỉnh nào nhiều hồ sơ trực tuyến hơn",
        "tỉnh nào có tỷ lệ hồ sơ trực tuyến cao hơn",
    ],
)
def test_ranking_localities_is_recognised(question: str) -> None:
    assert FACTS.compares(question)


def test_a_wrong_sum_carries_its_finding() -> None:
    fact = FACTS.find("Trà Vinh quý 1 năm 2024 có bao nhiêu % dịch vụ công một phần?")[0].fact
    assert fact.finding is not None
    assert (fact.finding.printed, fact.finding.computed) == ("33,62%", "43,78%")
    assert fact.finding.is_error


def test_a_locality_can_list_its_shortcomings() -> None:
    listed = FACTS.all_of_a_kind("Hạ Lang có hạn chế gì")
    assert listed
    assert {fact.kind for fact in listed} == {"shortcoming"}
    assert {fact.locality for fact in listed} == {"huyện Hạ Lang"}
