"""What ended and is still written."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.importing.outdated import (
    Ended,
    names_abolished,
    names_closed_portal,
    outdated,
    without_abolished,
)


@pytest.mark.parametrize(
    "text",
    [
        "UBND cấp huyện",
        "Ủy ban nhân dân huyện",
        "Uỷ ban nhân dân quận",
        "Công an quận",
        "Phòng Tư pháp",
        "Chi cục Thuế khu vực",
        "các quận, huyện",
    ],
)
def test_district_bodies_are_found(text: str) -> None:
    assert names_abolished(text)


@pytest.mark.parametrize(
    "text",
    ["Ủy ban nhân dân xã", "Chi cục Thuế doanh nghiệp lớn", "Công an cấp tỉnh", "quần áo", "huyện"],
)
def test_bodies_of_today_are_not(text: str) -> None:
    assert not names_abolished(text)


def test_a_list_of_agencies_loses_only_the_district() -> None:
    assert without_abolished("Công an huyện, Công an tỉnh") == "Công an tỉnh"


def test_only_provincial_portals_are_closed() -> None:
    assert names_closed_portal("https://dichvucong.hagiang.gov.vn")
    assert not names_closed_portal("https://dichvucong.gov.vn")
    assert not names_closed_portal("https://dichvucong.mps.gov.vn")


def test_the_list_beside_the_module_is_sound() -> None:
    listed = outdated()
    assert all(isinstance(ended.until, date) for ended in listed.legal_basis.values())
    assert set(listed.wrong_records) >= {"1.001193", "3.000228", "2.001944", "1.013225", "1.003133"}
    parts = {part for parts in listed.wrong_records.values() for part in parts}
    assert parts == {"steps", "cases", "decision"}


def test_an_end_is_the_day_after_the_last() -> None:
    assert Ended(date(2026, 12, 31)).note() == "hết hiệu lực từ 01/1/2027"
