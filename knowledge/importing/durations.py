"""Processing times of the national dump: believed only where number, unit and words agree."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from knowledge.content import Confidence, Method, ProcessingTime, Unit
from knowledge.importing.cleaning import line
from knowledge.importing.problems import Notes, Trap

FIELD: Final = "processing_times"
UNITS: Final = {
    "WORKING_DAY": Unit.WORKING_DAY,
    "DAY": Unit.DAY,
    "ngày": Unit.DAY,
    "HOUR": Unit.HOUR,
    "MINUTE": Unit.MINUTE,
    "MONTH": Unit.MONTH,
    "YEAR": Unit.YEAR,
}
#: No procedure takes longer; anything above is a slip of the keyboard.
MOST: Final = 36_500
#: Longest description taken over as the condition under which a time holds.
LONGEST_CONDITION: Final = 200

NO_UNIT_TEXT: Final = "Cổng ghi một con số nhưng không ghi đơn vị."
NO_NUMBER_TEXT: Final = "Cổng không ghi thời hạn bằng số."
CONFLICT_TEXT: Final = "Cổng ghi hai thời hạn khác nhau."
SEVERAL_TEXT: Final = "Cổng ghi nhiều thời hạn mà không nói rõ khi nào áp dụng."

_STATED = re.compile(
    r"(?<![\d.,/])(?P<amount>\d{1,3}(?:[.,]\d{1,2})?)\s*(?:\([^()]{1,30}\)\s*)?"
    r"(?P<unit>ngày\s+làm\s+việc|ngày|giờ|tháng|năm|phút)\b(?!\s*\d)",
    re.IGNORECASE,
)
_UNIT_WORDS: Final = {
    "ngày làm việc": Unit.WORKING_DAY,
    "ngày": Unit.DAY,
    "giờ": Unit.HOUR,
    "tháng": Unit.MONTH,
    "năm": Unit.YEAR,
    "phút": Unit.MINUTE,
}
#: Hours in one unit, calendar and working; two spellings of one time agree.
_HOURS: Final = {
    Unit.MINUTE: (Decimal(1) / 60,),
    Unit.HOUR: (Decimal(1),),
    Unit.DAY: (Decimal(24), Decimal(8)),
    Unit.WORKING_DAY: (Decimal(24), Decimal(8)),
    Unit.MONTH: (Decimal(30 * 24), Decimal(31 * 24)),
    Unit.YEAR: (Decimal(365 * 24), Decimal(12 * 30 * 24)),
}
_LABEL = re.compile(
    r"^[\s*+\-–•.\d)]*(?P<label>(?:đối với|trường hợp|khi|nếu)\b[^:.;\n]{5,})", re.IGNORECASE
)
_LABEL_END = re.compile(
    r"[\s,(]*(?:\bthì\b.*|\b(?:trong|trong vòng|trong thời hạn|thời hạn|là|không quá|tối đa)[\s,(]*)?$",
    re.IGNORECASE,
)
_REMOTE = re.compile(
    r"\b(?:các xã|xã|vùng)[^.;:]{0,15}(?:miền núi|biên giới|hải đảo|vùng sâu|khó khăn)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Time:
    method: Method | None
    amount: Decimal | None
    unit: Unit
    description: str
    raw: str


def times(
    ways: Sequence[tuple[Method, dict[str, Any]]], notes: Notes
) -> tuple[ProcessingTime, ...]:
    """Return the processing times of a record's submission methods, merged where they agree."""
    read = [_read(method, way) for method, way in ways]
    stated = [time for time in read if time is not None]
    clear = {method: _distinct(stated, method) for method, _ in ways}
    found: dict[tuple[Any, ...], dict[Method, ProcessingTime]] = {}
    for time in stated:
        for fact in _facts(time, notes, several=clear[_method(time)] > 1):
            key = (fact.amount, fact.unit, fact.condition, fact.confidence, fact.text)
            found.setdefault(key, {})[_method(time)] = fact
    all_methods = {method for method, _ in ways}
    merged: list[ProcessingTime] = []
    for by_method in found.values():
        if set(by_method) == all_methods:
            first = next(iter(by_method.values()))
            merged.append(first.model_copy(update={"method": None}))
        else:
            merged += by_method.values()
    return tuple(merged)


def _method(time: _Time) -> Method:
    assert time.method is not None
    return time.method


def _distinct(times_: Sequence[_Time], method: Method) -> int:
    return len({(time.amount, time.unit) for time in times_ if time.method is method})


def _read(method: Method, way: dict[str, Any]) -> _Time | None:
    description = way.get("mo_ta")
    raw = way.get("thoi_han_raw")
    raw = line(raw) if isinstance(raw, str) else ""
    unit = way.get("don_vi")
    return _Time(
        method=method,
        amount=_amount(way.get("thoi_han")),
        unit=UNITS.get(unit, Unit.UNKNOWN) if isinstance(unit, str) else Unit.UNKNOWN,
        description=line(description) if isinstance(description, str) else "",
        raw=raw,
    )


def _amount(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not math.isfinite(value) or not 0 < value <= MOST:
        return None
    return plain(Decimal(str(value)))


def plain(number: Decimal) -> Decimal:
    """Return the number in its shortest writing, so that 3.0 and 3 are stored alike."""
    whole = number.to_integral_value()
    return whole if whole == number else number.normalize()


def _facts(time: _Time, notes: Notes, *, several: bool) -> list[ProcessingTime]:
    if time.amount is None:
        notes.add(FIELD, Trap.NO_NUMBER, f"{time.raw} {time.description}")
        return [_unsure(time, None, Unit.UNKNOWN, NO_NUMBER_TEXT)]
    if time.unit is Unit.UNKNOWN:
        notes.add(FIELD, Trap.NO_UNIT, f"{time.raw} {time.description}")
        return [_unsure(time, time.amount, Unit.UNKNOWN, NO_UNIT_TEXT)]
    other = contradiction(time.amount, time.unit, time.description)
    if other is not None:
        notes.add(FIELD, Trap.TIME_CONFLICT, f"{time.raw} ≠ {time.description}")
        return [
            _unsure(time, time.amount, time.unit, CONFLICT_TEXT),
            _unsure(time, *other, CONFLICT_TEXT),
        ]
    condition = _condition(time.description)
    if several and not condition:
        notes.add(FIELD, Trap.SEVERAL_TIMES, f"{time.raw} {time.description}")
        return [_unsure(time, time.amount, time.unit, SEVERAL_TEXT)]
    return [
        ProcessingTime(
            amount=time.amount,
            unit=time.unit,
            method=time.method,
            condition=condition if several else "",
        )
    ]


def _unsure(time: _Time, amount: Decimal | None, unit: Unit, text: str) -> ProcessingTime:
    return ProcessingTime(
        text=text, amount=amount, unit=unit, method=time.method, confidence=Confidence.LOW
    )


def contradiction(amount: Decimal, unit: Unit, description: str) -> tuple[Decimal, Unit] | None:
    """Return the first time that the description states if none it states agrees, else None.

    Times only for remote communes are in addition to the ordinary one and contradict nothing.
    """
    first: tuple[Decimal, Unit] | None = None
    for match in _STATED.finditer(description):
        said = Decimal(match["amount"].replace(",", "."))
        words = " ".join(match["unit"].lower().split())
        if _agree(amount, unit, said, _UNIT_WORDS[words]):
            return None
        if first is None and not _REMOTE.search(description[: match.start()]):
            first = (plain(said), _UNIT_WORDS[words])
    return first


def _agree(amount: Decimal, unit: Unit, said: Decimal, said_unit: Unit) -> bool:
    """Whether two writings are one time: 1 day is 24 or 8 hours, but no working day."""
    if {unit, said_unit} == {Unit.DAY, Unit.WORKING_DAY}:
        return False
    if unit is said_unit:
        return amount == said
    return bool(
        {amount * hours for hours in _HOURS[unit]} & {said * hours for hours in _HOURS[said_unit]}
    )


def _condition(description: str) -> str:
    """Return the case that a description names, e.g. "trường hợp cấp lại"; empty if none."""
    match = _LABEL.match(description)
    if match is None:
        return ""
    label = _STATED.split(match["label"])[0]
    if "tăng thêm" in label:
        return ""
    label = _LABEL_END.sub("", label)
    if len(label) > LONGEST_CONDITION or label.count("(") != label.count(")"):
        return ""
    return label[:1].lower() + label[1:]
