"""Processing times: a number is sure only where unit and description agree."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from knowledge.content import Confidence, Method, ProcessingTime, Unit
from knowledge.importing.durations import contradiction, times
from knowledge.importing.problems import Notes


def way(amount: float | None, unit: str, description: str = "") -> dict[str, Any]:
    raw = f"{amount:g} {unit}" if amount else unit
    found: dict[str, Any] = {"thoi_han_raw": raw, "mo_ta": description}
    return found | ({"thoi_han": amount, "don_vi": unit} if amount is not None else {})


def read(*ways: tuple[Method, dict[str, Any]]) -> tuple[tuple[ProcessingTime, ...], list[str]]:
    notes = Notes()
    found = times(ways, notes)
    return found, [problem.code for problem in notes.problems]


def test_a_clear_time_is_medium_and_told_once_for_all_methods() -> None:
    clear = way(3.0, "WORKING_DAY", "Trong 03 ngày làm việc")
    found, problems = read((Method.DIRECT, clear), (Method.ONLINE, clear))
    assert found == (ProcessingTime(amount=Decimal(3), unit=Unit.WORKING_DAY),)
    assert problems == []


def test_one_other_is_not_one_day() -> None:
    (time,), problems = read((Method.DIRECT, way(1.0, "OTHER")))
    assert (time.unit, time.confidence, time.sure) == (Unit.UNKNOWN, Confidence.LOW, False)
    assert problems == ["no_unit"]


@pytest.mark.parametrize("amount", [None, 0.0, -1.0, float("nan"), float("inf"), 1e9])
def test_no_number_is_no_time(amount: float | None) -> None:
    (time,), problems = read((Method.DIRECT, way(amount, "WORKING_DAY", "tùy trường hợp")))
    assert (time.amount, time.unit, time.sure) == (None, Unit.UNKNOWN, False)
    assert problems == ["no_number"]


def test_a_contradiction_keeps_both_and_believes_neither() -> None:
    found, problems = read((Method.DIRECT, way(15.0, "WORKING_DAY", "Trong 20 ngày làm việc.")))
    assert [(time.amount, time.confidence) for time in found] == [
        (Decimal(15), Confidence.LOW),
        (Decimal(20), Confidence.LOW),
    ]
    assert problems == ["time_conflict"]


@pytest.mark.parametrize(
    ("amount", "unit", "description", "other"),
    [
        (10, Unit.DAY, "Không quá 10 ngày làm việc", (Decimal(10), Unit.WORKING_DAY)),
        (1, Unit.WORKING_DAY, "Trong 08 giờ", None),
        (30, Unit.DAY, "01 tháng", None),
        (5, Unit.WORKING_DAY, "từ ngày 30/6/2025 theo Nghị định 12/2025", None),
        (5, Unit.WORKING_DAY, "Các xã miền núi thì không quá 15 ngày làm việc", None),
        (5, Unit.WORKING_DAY, "thẩm định 03 ngày làm việc; tất cả 05 ngày làm việc", None),
        (2, Unit.WORKING_DAY, "02 (hai) ngày làm việc", None),
    ],
)
def test_what_contradicts(
    amount: int, unit: Unit, description: str, other: tuple[Decimal, Unit] | None
) -> None:
    assert contradiction(Decimal(amount), unit, description) == other


def test_two_times_need_to_say_when_each_applies() -> None:
    found, problems = read(
        (Method.DIRECT, way(3.0, "WORKING_DAY", "Trường hợp cấp lại: 03 ngày làm việc")),
        (Method.DIRECT, way(5.0, "WORKING_DAY")),
    )
    assert [(time.condition, time.sure) for time in found] == [
        ("trường hợp cấp lại", True),
        ("", False),
    ]
    assert problems == ["several_times"]


def test_times_differ_by_method() -> None:
    found, _ = read(
        (Method.DIRECT, way(5.0, "WORKING_DAY")), (Method.ONLINE, way(3.5, "WORKING_DAY"))
    )
    assert {(time.method, time.amount) for time in found} == {
        (Method.DIRECT, Decimal(5)),
        (Method.ONLINE, Decimal("3.5")),
    }
