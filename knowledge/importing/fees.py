"""Fees of the national dump: an amount is believed only where nothing beside it disagrees."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from knowledge.content import Confidence, Currency, Fee, FeeKind, Method
from knowledge.importing.cleaning import line, says_nothing
from knowledge.importing.durations import plain
from knowledge.importing.problems import Notes, Trap

FIELD: Final = "fees"
#: Below this many đồng nothing is sold; the field holds dollars or thousands.
SMALLEST: Final = 1_000
LARGEST: Final = Decimal(10) ** 12
#: Longest note taken over as the condition under which a fee is due.
LONGEST_CONDITION: Final = 200

UNKNOWN_TEXT: Final = "Cổng không công bố mức phí."
NOTE_TEXT: Final = "Cổng chỉ dẫn văn bản, không ghi mức tiền rõ ràng."
PROVINCIAL_TEXT: Final = "Hội đồng nhân dân cấp tỉnh quyết định mức thu."
UNSURE_TEXT: Final = "Mức phí ghi trên Cổng chưa rõ ràng."

_SEGMENT = re.compile(r"(?P<amount>\d[\d.,]*) VNĐ(?:\s*\((?P<note>.*)\))?", re.DOTALL)
_PROVINCIAL = re.compile(
    r"hội đồng nhân dân|hđnd|(?:ủy ban nhân dân|ubnd)[^.;]{0,20}(?:quy định|quyết định|ban hành)",
    re.IGNORECASE,
)
_FREE = re.compile(
    r"[(\s\-]*(?:được\s+)?(?:miễn|không\s+thu|không\s+mất|không\s+phải\s+nộp)\s+(?:toàn\s+bộ\s+)?"
    r"(?:(?:phí|lệ phí|tiền|,|và|\s)+)[)\s.]*",
    re.IGNORECASE,
)
_STATED = re.compile(
    r"(?<![\d/.])(?P<number>\d{1,3}(?:[.,]\d{3})+|\d{4,})\s*(?:\(?(?:vnđ|vnd|đồng|đ)\b|/)",
    re.IGNORECASE,
)
_DOLLARS = re.compile(r"\busd\b|đô\s*la|\d\s*\$", re.IGNORECASE)
_DOCUMENT = re.compile(
    r"(?P<kind>Thông tư|Nghị định|Nghị quyết|Quyết định|TT|NĐ)\s*(?:liên tịch\s*)?(?:số\s*)?:?\s*"
    r"(?P<number>\d+(?:/\d{4})?/[A-ZĐ0-9][\w\-]*)"
)
_UNTIL = re.compile(
    r"đến\s+(?:hết\s+)?(?:ngày\s+)?(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})", re.IGNORECASE
)
_HALVED = re.compile(r"64/2025/TT-BTC")
_HALF = re.compile(r"(?:bằng|giảm|thu)\s*50\s*%|50\s*%\s*mức", re.IGNORECASE)
_PER = re.compile(
    r"(?:đồng|đ|vnđ|vnd|usd)?\s*/\s*(?:0?1\s*)?(?P<per>[a-zà-ỹđ]+(?: [a-zà-ỹđ]+)?)\s*[.)]*",
    re.IGNORECASE,
)
_UNIT_FIRST = re.compile(r"^\(?(?:đồng|đ|vnđ|vnd)\s*/\s*(?:lần cấp|\w+)\s*", re.IGNORECASE)
_LABEL_END = re.compile(r"[\s,:(]*(?:mức thu|thu|nộp|là|lệ phí|mức)?[\s,:(]*$", re.IGNORECASE)
_CITATION = re.compile(
    r"^\W*(?:theo|thực hiện theo|căn cứ|thông tư|nghị|quyết định|áp dụng|từ ngày|luật)",
    re.IGNORECASE,
)
_EXEMPTION = re.compile(r"\b(?:miễn|giảm)\b", re.IGNORECASE)
_ABROAD = re.compile(
    r"lãnh sự|đại diện việt nam ở nước ngoài|chứng thực|xuất nhập cảnh|quốc tịch", re.IGNORECASE
)
#: The last day of Circular 64/2025/TT-BTC, which halves many fees.
HALVED_UNTIL: Final = date(2026, 12, 31)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What of the record decides how its amounts are to be read."""

    on: date
    """The day the record was copied."""
    abroad: bool = False
    """Consular, immigration or certification: small amounts are US dollars."""
    provincial: bool = False
    """Decided by one province, so that its council's amounts are the amounts."""


def is_abroad(field: str, agencies: str) -> bool:
    """Whether small amounts of a record are US dollars."""
    return _ABROAD.search(f"{field} {agencies}") is not None


def fees(
    ways: Sequence[tuple[Method, dict[str, Any]]], circumstances: Circumstances, notes: Notes
) -> tuple[Fee, ...]:
    """Return the fees of a record's submission methods, merged where they agree."""
    found: dict[Fee, set[Method]] = {}
    for method, way in ways:
        for fee in _of_way(way, circumstances, notes):
            found.setdefault(fee, set()).add(method)
    charged = {method for methods in found.values() for method in methods}
    merged: list[Fee] = []
    for fee, methods in found.items():
        if methods == charged:
            merged.append(fee)
        else:
            merged += [fee.model_copy(update={"method": method}) for method in sorted(methods)]
    return tuple(merged)


def names_exemptions(ways: Sequence[tuple[Method, dict[str, Any]]]) -> bool:
    """Whether a note beside the fees says that some pay less or nothing."""
    return any(_EXEMPTION.search(raw) for _, way in ways for raw in _raws(way))


def _raws(way: dict[str, Any]) -> list[str]:
    listed = way.get("phi")
    entries = listed if isinstance(listed, list) else []
    raws = (entry.get("raw") for entry in entries if isinstance(entry, dict))
    return [raw for raw in raws if isinstance(raw, str)]


def _of_way(way: dict[str, Any], circumstances: Circumstances, notes: Notes) -> list[Fee]:
    found: list[Fee] = []
    for raw in _raws(way):
        found += _of_line(line(raw), circumstances, notes)
    return list(dict.fromkeys(found))


def _of_line(raw: str, circumstances: Circumstances, notes: Notes) -> list[Fee]:
    """Read one line of fees, joined by "|" when there are several."""
    segments = [part.strip() for part in raw.split("|")]
    segments = [part for part in segments if not says_nothing(part)]
    if any(part.count("(") != part.count(")") for part in segments) and len(segments) > 1:
        notes.add(FIELD, Trap.UNSPLIT_FEE, raw)
        return [_unsure(FeeKind.SEE_NOTE, UNSURE_TEXT, raw)]
    found = [_of_segment(part, circumstances, notes) for part in dict.fromkeys(segments)]
    if len(found) > 1:
        found = _told_apart(found, raw, notes)
    return found


def _told_apart(found: list[Fee], raw: str, notes: Notes) -> list[Fee]:
    """Keep several amounts sure only if each says when it is due; drop empty ones beside them."""
    amounts = [fee for fee in found if fee.kind is FeeKind.AMOUNT]
    conditions = {fee.condition for fee in amounts}
    if len(amounts) > 1 and ("" in conditions or len(conditions) < len(amounts)):
        notes.add(FIELD, Trap.SEVERAL_FEES, raw)
        found = [
            fee.model_copy(update={"confidence": Confidence.LOW, "text": UNSURE_TEXT})
            if fee.kind is FeeKind.AMOUNT
            else fee
            for fee in found
        ]
    return [fee for fee in found if fee.kind is not FeeKind.UNKNOWN] or found[:1]


def _of_segment(segment: str, circumstances: Circumstances, notes: Notes) -> Fee:
    match = _SEGMENT.fullmatch(segment)
    amount = _number(match["amount"]) if match else None
    if match is None or amount is None:
        notes.add(FIELD, Trap.FEE_IN_TEXT, segment)
        return _without_amount(segment)
    note = (match["note"] or "").strip()
    if amount == 0:
        return _zero(note, segment, notes)
    if amount > LARGEST:
        notes.add(FIELD, Trap.HUGE_FEE, segment)
        return _unsure(FeeKind.UNKNOWN, UNSURE_TEXT, note)
    if amount < SMALLEST:
        notes.add(FIELD, Trap.SMALL_FEE, segment)
        return _small(amount, note, circumstances)
    return _amount(amount, note, segment, circumstances, notes)


def _without_amount(text: str) -> Fee:
    if _FREE.fullmatch(text):
        return Fee(kind=FeeKind.FREE)
    if _PROVINCIAL.search(text):
        return _unsure(FeeKind.PROVINCIAL, PROVINCIAL_TEXT, text)
    return _unsure(FeeKind.SEE_NOTE, NOTE_TEXT, text)


def _zero(note: str, segment: str, notes: Notes) -> Fee:
    """Read "0 VNĐ": free only where the note says nothing but that."""
    if says_nothing(note) or note.strip("0 .") == "":
        notes.add(FIELD, Trap.ZERO_FEE, segment)
        return _unsure(FeeKind.UNKNOWN, UNKNOWN_TEXT, "")
    fee = _without_amount(note)
    if fee.kind is not FeeKind.FREE:
        notes.add(FIELD, Trap.ZERO_FEE_WITH_NOTE, segment)
    return fee


def _small(amount: Decimal, note: str, circumstances: Circumstances) -> Fee:
    """Read 1–999 "VNĐ": dollars, or thousands that the note spells out; never sure."""
    said = _amounts(note)
    if amount * 1000 in said or len(said) == 1:
        meant = amount * 1000 if amount * 1000 in said else next(iter(said))
        return _doubtful(meant, Currency.VND, note)
    if amount > 1 and (_DOLLARS.search(note) or circumstances.abroad):
        return _doubtful(amount, Currency.USD, note)
    return _unsure(FeeKind.UNKNOWN, UNKNOWN_TEXT, note)


def _amount(
    amount: Decimal, note: str, segment: str, circumstances: Circumstances, notes: Notes
) -> Fee:
    if _PROVINCIAL.search(note) and not circumstances.provincial:
        notes.add(FIELD, Trap.PROVINCIAL_FEE, segment)
        return _unsure(FeeKind.PROVINCIAL, PROVINCIAL_TEXT, note)
    until = _until(note)
    if until is not None and until < circumstances.on:
        notes.add(FIELD, Trap.FEE_EXPIRED, segment)
        return _doubtful(amount, Currency.VND, note)
    if not _consistent(amount, note):
        notes.add(FIELD, Trap.FEE_CONFLICT, segment)
        return _doubtful(amount, Currency.VND, note)
    return Fee(
        kind=FeeKind.AMOUNT,
        amount=amount,
        per=_per(note),
        condition=_condition(note),
        source=_document(note),
        effective_to=until,
    )


def _consistent(amount: Decimal, note: str) -> bool:
    """Whether the note bears the amount out, or says nothing against it.

    The half of an amount in the note is right where the note cites the circular that halves it.
    """
    said = _amounts(note)
    halved = _HALVED.search(note) or _HALF.search(note)
    if amount in said:
        return said == {amount} or bool(halved and said == {amount, amount * 2})
    if said:
        return bool(halved and said == {amount * 2})
    return not halved  # the full amount, or the half?


def _amounts(note: str) -> set[Decimal]:
    found = (_number(match["number"]) for match in _STATED.finditer(note))
    return {number for number in found if number is not None and number >= SMALLEST}


def _number(text: str) -> Decimal | None:
    """Read "20.000", "20,000" or "20000.0"; None when it is none of these."""
    text = text.rstrip(".,")
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text):
        return Decimal(re.sub(r"[.,]", "", text))
    if re.fullmatch(r"\d{1,20}(?:\.\d{1,2})?", text) and math.isfinite(float(text)):
        return plain(Decimal(text))
    return None


def _until(note: str) -> date | None:
    """Return the last day that the note names."""
    days = []
    for day, month, year in _UNTIL.findall(note):
        if 1 <= int(month) <= 12 and 2000 < int(year) < 2100:
            last = calendar.monthrange(int(year), int(month))[1]
            days.append(date(int(year), int(month), min(max(int(day), 1), last)))
    if _HALVED.search(note):
        days.append(HALVED_UNTIL)
    return max(days) if days else None


def _per(note: str) -> str:
    match = _PER.fullmatch(note.rpartition(":")[2].strip().lstrip("0123456789., "))
    return match["per"].lower() if match else ""


def _condition(note: str) -> str:
    """Return what the fee is for, where the note is short and no mere citation."""
    if not note or len(note) > LONGEST_CONDITION or _CITATION.match(note) or _PER.fullmatch(note):
        return ""
    label = _UNIT_FIRST.sub("", _STATED.split(note)[0]).strip(" :;,.-–(+")
    label = _LABEL_END.sub("", label)
    return label if len(label) > 3 and label.count("(") == label.count(")") else ""


def _document(note: str) -> str:
    match = _DOCUMENT.search(note)
    if match is None:
        return ""
    kind = {"TT": "Thông tư", "NĐ": "Nghị định"}.get(match["kind"], match["kind"])
    return f"{kind} {match['number']}"


def _unsure(kind: FeeKind, text: str, note: str) -> Fee:
    return Fee(kind=kind, text=text, source=_document(note), confidence=Confidence.LOW)


def _doubtful(amount: Decimal, currency: Currency, note: str) -> Fee:
    return Fee(
        kind=FeeKind.AMOUNT,
        amount=amount,
        currency=currency,
        per=_per(note),
        text=UNSURE_TEXT,
        source=_document(note),
        confidence=Confidence.LOW,
    )
