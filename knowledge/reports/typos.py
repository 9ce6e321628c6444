"""Slips of the keyboard that change what a figure or date means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from knowledge.reports.figures import mask
from knowledge.reports.found import ArithmeticFinding, Severity
from knowledge.reports.mood import Read
from knowledge.reports.numbers import unit_at

_ODD_YEAR = re.compile(
    r"\bnăm\s+(?P<year>\d{4,5})\b(?!\s*(?:%|hồ sơ|người|thủ tục))", re.IGNORECASE
)
_NO_PERCENT = re.compile(
    r"\b(?P<verb>đạt|chiếm|tỷ lệ|tỉ lệ)\s+(?P<number>100|\d{1,2}(?:,\d{1,2})?)(?=\s+(?:số|tổng số"
    r"|so với|trên tổng|kế hoạch|yêu cầu)\b|\s*[,;.)](?!\d))",
    re.IGNORECASE,
)
_SPLIT_WORD = re.compile(
    r"(?<![^\W\d_])(?P<word>(?:[bcđdghklmnpqrstvx]|ch|gh|kh|ng|nh|ph|th|tr)\s{2,}[^\W\d_]{1,5})\b"
)
_EARLIEST, _LATEST = 1945, 2100


def find_typos(reads: Iterable[Read], year: int | None) -> Iterator[ArithmeticFinding]:
    """Yield impossible years, percentages without their sign, and words torn apart."""
    for read in reads:
        text = read.sentence.text
        for match in _ODD_YEAR.finditer(text):
            if not _EARLIEST <= int(match["year"]) <= _LATEST:
                yield _year(match["year"], text, year)
        masked = mask(text)
        for match in _NO_PERCENT.finditer(masked):
            if not unit_at(masked, match.end()) or re.match(
                r"\s+(?:số|tổng|kế hoạch|yêu cầu)", masked[match.end() :]
            ):
                yield ArithmeticFinding(
                    "missing_percent",
                    match[0],
                    f"{match['number']}%",
                    (),
                    Severity.TYPO,
                    f"“{match[0]}” không có đơn vị; có lẽ thiếu dấu %: {match['number']}%.",
                    0.7,
                )
        for match in _SPLIT_WORD.finditer(text):
            joined = re.sub(r"\s+", "", match["word"])
            yield ArithmeticFinding(
                "torn_word",
                match["word"],
                joined,
                (),
                Severity.TYPO,
                f"Từ bị tách rời, có lẽ là “{joined}”.",
                0.6,
            )


def _year(printed: str, text: str, year: int | None) -> ArithmeticFinding:
    """Suggest the year one digit away that the report speaks of."""
    named = [int(found) for found in re.findall(r"\b(20\d\d)\b", text)]
    likely = [*named, *([year, year + 1] if year else [])]
    close = [one for one in likely if _differ(str(one), printed) == 1]
    fallback = [
        one
        for one in range((year or 2020) - 5, (year or 2020) + 6)
        if _differ(str(one), printed) == 1
    ]
    meant = next((str(one) for one in [*close, *fallback]), "")
    told = f"; có lẽ là năm {meant}" if meant else ""
    return ArithmeticFinding(
        "odd_year",
        f"năm {printed}",
        f"năm {meant}" if meant else "",
        (),
        Severity.TYPO,
        f"Năm {printed} không thể có{told}.",
        0.95,
    )


def _differ(one: str, other: str) -> int:
    if len(one) != len(other):
        return 9
    return sum(a != b for a, b in zip(one, other, strict=True))
