"""Which province announced a procedure."""

from __future__ import annotations

import csv
import lzma
from pathlib import Path

import pytest

from knowledge.importing.provinces import PROVINCES, is_local, named_province, province_of


@pytest.mark.parametrize(
    ("decision", "local"),
    [
        ("2175/QĐ-UBND", True),
        ("893/QĐ-TTPVHCC", True),
        ("2252/QĐ-VP", True),
        ("163/QĐ-BTP", False),
        ("543", False),
    ],
)
def test_a_decision_says_whose_it_is(decision: str, local: bool) -> None:
    assert is_local(decision) is local


def test_the_agency_outweighs_what_the_text_mentions() -> None:
    texts = ["như tỉnh Lào Cai", "ở tỉnh Sơn La"]
    assert province_of("Sở Xây dựng - Tỉnh Cao Bằng", [], texts) == "04"


def test_two_provinces_named_alike_are_no_answer() -> None:
    assert province_of("", [], ["tỉnh Lào Cai và tỉnh Sơn La"]) == ""
    assert province_of("", [], ["không nói gì"]) == ""


def test_a_former_province_means_todays() -> None:
    assert province_of("", ["Nghị quyết của HĐND tỉnh Bến Tre"], []) == "86"


def test_one_agency_names_one_province() -> None:
    assert named_province("Sở Y tế lào cai") == "15"
    assert named_province("Sở Y tế Lào Cai, Sở Y tế Sơn La") == ""


@pytest.mark.shared
def test_the_codes_are_those_of_the_place_table(shared_data: Path) -> None:
    with lzma.open(
        shared_data / "admin_units" / "units_2025.csv.xz", "rt", encoding="utf-8"
    ) as file:
        rows = {
            (row["provinceCode"].zfill(2), row["provinceShort"]) for row in csv.DictReader(file)
        }
    assert dict(rows) == PROVINCES
