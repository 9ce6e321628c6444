"""Periods that figures are about: quarters, first months, years, "lũy kế từ đầu năm"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_NUMBERS = {
    "ba": 3,
    "bốn": 4,
    "năm": 5,
    "sáu": 6,
    "bảy": 7,
    "tám": 8,
    "chín": 9,
    "mười": 10,
    "mười một": 11,
}
_SPELT = r"(?:ba|bốn|sáu|bảy|tám|chín|mười một|mười)"
_QUARTERS = ("", "I", "II", "III", "IV")
_YEAR = r"(?:(?:19|20)\d\d)"
_OF_YEAR = rf"(?:\s*(?:,\s*)?(?:của\s+)?(?:năm\s+|/\s*|-\s*)(?P<year>{_YEAR}|nay|này)\b)?"
_PATTERN = re.compile(
    rf"(?P<sum>l[uũ][yỹ]\s+kế(?:\s+từ\s+đầu\s+năm)?(?:\s+(?P<sumyear>{_YEAR}))?(?:\s+đến\s+(?:nay|hết\s+)?)?|"
    rf"từ\s+đầu\s+năm\s+(?P<sumyear2>{_YEAR}\s+)?đến\s+(?:nay|ngày))"
    rf"|qu[ýí]\s+(?P<quarter>iv|i{{1,3}}|[1-4])\b{_OF_YEAR.replace('year', 'qyear')}"
    rf"|(?P<months>\d{{1,2}}|{_SPELT})\s+tháng\s+(?P<end>đầu|cuối|qua)(?:\s+năm)?(?:\s+(?P<myear>{_YEAR}|nay|này))?"
    rf"|(?P<many>\d{{1,2}}|\b{_SPELT})\s+tháng\s+(?:của\s+)?năm\s+(?P<manyyear>{_YEAR})"
    rf"|(?<!ngày )(?<!\d )tháng\s+(?P<month>\d{{1,2}})\s*(?:/|năm\s+)\s*(?P<monthyear>{_YEAR})"
    rf"|(?<!\w)từ\s+(?:ngày\s+)?\d{{1,2}}[/.](?P<begun>\d{{1,2}})(?:[/.](?P<begunyear>{_YEAR}))?\s*(?:đến|-|–)"
    rf"\s*(?:hết\s+)?(?:ngày\s+)?\d{{1,2}}[/.](?P<ended>\d{{1,2}})[/.](?P<endedyear>{_YEAR})"
    r"|(?:trong|riêng|của|hết)\s+tháng\s+(?P<onlymonth>\d{1,2})(?!\d|\s*[/-]|\s+(?:năm\s+\d|đầu|cuối))"
    rf"|giai\s+đoạn\s+(?P<from>{_YEAR})\s*[-–—]\s*(?P<to>{_YEAR})"
    rf"|(?P<inmonth>trong\s+tháng\b(?!\s*\d)|tháng\s+này\b)"
    rf"|(?P<sofar>(?:tính\s+)?đến\s+(?:nay|thời\s+điểm\s+(?:này|hiện\s+tại)))"
    rf"|(?P<half>nửa\s+(?P<halfend>đầu|cuối)\s+năm(?:\s+(?P<halfyear>{_YEAR}))?)"
    rf"|\b(?:PAR\s+INDEX|SIPAS|PAPI|PCI|DTI)\s+(?P<indexyear>{_YEAR})\b"
    rf"|năm\s+(?P<year>{_YEAR})\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"(?:so\s+với|cùng\s+kỳ)[^,;.()]{0,40}$", re.IGNORECASE)
_FUTURE = re.compile(r"(?:đến|trước|vào)\s+$", re.IGNORECASE)
#: Words before a period that make it the frame of what follows, rather than part of a name.
_OPENING = re.compile(
    r"^(?:[\s\d.)a-zđ–+*•-]{0,6})?(?:theo đó|được biết|kết quả|cụ thể|bên cạnh đó|ngoài ra|đồng thời|riêng)?,?\s*"
    r"(?:(?:tính|chỉ|riêng|qua|trong|từ|hết|sau|kết thúc|ước|kể)\s*){0,3}(?:từ )?$",
    re.IGNORECASE,
)
_BY_REPORT = re.compile(
    r"^\s*(?:theo|tại|qua)\s+(?:\w+\s+){0,2}(?:báo cáo|thống kê|số liệu|tổng hợp)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Period:
    """A span of months; undated ("trong tháng") when the year is not known."""

    text: str
    year: int | None = None
    first: int = 1
    last: int = 12
    kind: str = ""

    @property
    def is_dated(self) -> bool:
        """Whether it can stand for the whole report."""
        return self.year is not None and self.kind not in ("sofar", "sum", "stage")

    def overlaps(self, other: Period) -> bool:
        """Whether the two share a month."""
        return self.year == other.year and self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class PeriodAt:
    """A period where it is printed."""

    period: Period
    start: int
    end: int
    frame: bool
    """Whether it opens the sentence and so holds for the whole paragraph."""
    compared: bool
    """Whether it is what the figure is compared with, or a day still to come."""


def find_periods(text: str, year: int | None = None) -> Iterator[PeriodAt]:
    """Yield every period of a sentence; `year` is the report's, for periods printed without one."""
    for match in _PATTERN.finditer(text):
        before = text[max(0, match.start() - 60) : match.start()]
        frame = match.start() < 60 and bool(_OPENING.match(text[: match.start()]))
        frame = frame or (match.start() < 200 and bool(_BY_REPORT.match(text)))
        compared = bool(_COMPARED.search(before) or _FUTURE.search(before))
        frame = frame and match["indexyear"] is None
        yield PeriodAt(_read(match, year), match.start(), match.end(), frame, compared)


def _year(text: str | None, default: int | None) -> int | None:
    return int(text) if text and text.strip().isdigit() else default


def _read(match: re.Match[str], year: int | None) -> Period:
    group = match.groupdict()
    if group["sum"]:
        at = _year(group["sumyear"] or group["sumyear2"], year)
        return Period(f"lũy kế đầu năm {at or ''}".strip(), at, kind="sum")
    if group["quarter"]:
        return _quarter(group["quarter"].lower(), _year(group["qyear"], year))
    if group["months"] or group["half"]:
        return _months(group, year)
    if group["many"]:
        return _first_months(_count(group["many"]), int(group["manyyear"]))
    if group["month"] or group["onlymonth"]:
        return _month(int(group["month"] or group["onlymonth"]), _year(group["monthyear"], year))
    if group["ended"]:
        return _days(match, group)
    if group["from"]:
        return Period(f"giai đoạn {group['from']}–{group['to']}", int(group["from"]), kind="stage")
    if group["inmonth"]:
        return Period("trong tháng", None, kind="month")
    if group["sofar"]:
        return Period("đến nay", year, kind="sofar")
    named = group["indexyear"] or group["year"]
    return Period(f"năm {named}", int(named or 0))


def _quarter(name: str, year: int | None) -> Period:
    number = _ROMAN.get(name) or int(name)
    text = f"quý {_QUARTERS[number]}" + (f"/{year}" if year else "")
    return Period(text, year, 3 * number - 2, 3 * number)


def _first_months(count: int, year: int) -> Period:
    return Period(f"{count} tháng năm {year}", year, 1, count)


def _month(month: int, year: int | None) -> Period:
    month = max(1, min(month, 12))
    return Period(f"tháng {month}" + (f"/{year}" if year else ""), year, month, month)


def _days(match: re.Match[str], group: dict[str, str | None]) -> Period:
    """Return "từ 15/6/2024 đến 14/9/2024"; of one that began the year before, the months of its last year."""
    last, year = int(group["ended"] or 12), int(group["endedyear"] or 0)
    begun = _year(group["begunyear"], year)
    first = int(group["begun"] or 1) if begun == year else 1
    return Period(_tidy_days(match[0]), year, max(1, min(first, last)), max(1, min(last, 12)))


def _tidy_days(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\b(?:ngày|hết)\s+", "", text)).lower()


def _count(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS[re.sub(r"\s+", " ", text.lower())]


def _months(group: dict[str, str | None], year: int | None) -> Period:
    count = _count(group["months"] or "6")
    end = "cuối" if (group["end"] or group["halfend"] or "").lower() == "cuối" else "đầu"
    at = _year(group["myear"] or group["halfyear"], year)
    text = f"{count} tháng {end} năm" + (f" {at}" if at else "")
    count = max(1, min(count, 12))
    return Period(text, at, 1, count) if end == "đầu" else Period(text, at, 13 - count, 12)
