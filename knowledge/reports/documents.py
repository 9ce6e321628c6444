"""Legal documents that a report names: kind, number, date, issuing body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.reports.letters import LOWER, UPPER

_KINDS = (
    "Thông tư liên tịch|Nghị quyết liên tịch|Nghị định|Nghị quyết|Quyết định|Thông tư|Kế hoạch|Chỉ thị|Công văn"
    "|Công điện|Bộ luật|Luật|Pháp lệnh|Báo cáo|Hướng dẫn|Thông báo|Tờ trình|Kết luận|Chương trình|Đề án|Quy định"
    "|Quy chế|Văn bản|Hiến pháp"
)
NUMBER = re.compile(
    r"(?<![\w/])(?P<number>\d{1,5}(?:/(?:19|20)\d{2})?[/-](?:[A-ZĐƯ]{1,6}\d{0,2}|QĐ|NĐ)"
    r"(?:[-/–][A-ZĐƯ][A-Za-zĐđƯ&]{0,14}){0,3})(?![\w])"
)
_KIND_BEFORE = re.compile(
    rf"\b(?P<kind>{_KINDS})(?:\s+(?:liên ngành|chỉ đạo))?\s*(?:số\s*:?)?\s*$", re.IGNORECASE
)
_DATE = re.compile(
    r"^\s*,?\s*(?:ban hành\s+)?ngày\s+(\d{1,2})(?:\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})"
    r"|\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4}))",
    re.IGNORECASE,
)
_BODY_NAMES = (
    "Thủ tướng Chính phủ|Chính phủ|Ban Chấp hành Trung ương(?: Đảng)?(?: khóa [XVI]+)?|Bộ Chính "
    "trị|Ban Bí thư|Quốc hội"
    "|Ủy ban Thường vụ Quốc hội|Văn phòng Chính phủ|Tỉnh ủy|Thành ủy|Huyện ủy|Đảng ủy|Chủ tịch "
    "(?:UBND|Ủy ban nhân dân) "
    "(?:tỉnh|thành phố|huyện|xã|phường)|(?:UBND|Ủy ban nhân dân|HĐND|Hội đồng nhân dân) (?:tỉnh"
    "|thành phố|huyện|xã|phường)"
    "|Bộ (?:Nội vụ|Tư pháp|Tài chính|Công an|Y tế|Xây dựng|Công Thương|Thông tin và Truyền thông"
    "|Khoa học và Công nghệ"
    "|Nông nghiệp và Môi trường|Giáo dục và Đào tạo|Kế hoạch và Đầu tư)"
    rf"|Sở [{UPPER}][{LOWER}]+(?: [{LOWER}]+)?"
)
_BODY_AFTER = re.compile(rf"^[^;.]{{0,12}}?\bcủa\s+({_BODY_NAMES})", re.IGNORECASE)
_BODY_BEFORE = re.compile(
    rf"({_BODY_NAMES})(?:\s+[A-ZĐ]\w+(?:\s[A-ZĐ]\w+)?)?\s+(?:đã\s+)?ban hành[^.;]{{0,30}}$"
)
_ABOUT = re.compile(
    r"^\s*(?:của\s+[^,;.()]{2,60}?\s+)?(?:về(?: việc)?|quy định(?: chi tiết)?|sửa đổi)\s+[^;,.…()]{4,160}",
    re.IGNORECASE,
)
_BY_SIGN = (
    ("UBTVQH", "Ủy ban Thường vụ Quốc hội"),
    ("QH", "Quốc hội"),
    ("TTG", "Thủ tướng Chính phủ"),
    ("VPCP", "Văn phòng Chính phủ"),
    ("HĐND", "Hội đồng nhân dân"),
    ("UBND", "Ủy ban nhân dân"),
    ("BTTTT", "Bộ Thông tin và Truyền thông"),
    ("BKHCN", "Bộ Khoa học và Công nghệ"),
    ("BNV", "Bộ Nội vụ"),
    ("BTP", "Bộ Tư pháp"),
    ("BTC", "Bộ Tài chính"),
    ("BCA", "Bộ Công an"),
    ("BYT", "Bộ Y tế"),
    ("TW", "Ban Chấp hành Trung ương Đảng"),
    ("TU", "Tỉnh ủy"),
    ("HU", "Huyện ủy"),
    ("CP", "Chính phủ"),
)
_KIND_BY_SIGN = {
    "NĐ": "Nghị định",
    "NQ": "Nghị quyết",
    "QĐ": "Quyết định",
    "TT": "Thông tư",
    "TTLT": "Thông tư liên tịch",
    "KH": "Kế hoạch",
    "CT": "Chỉ thị",
    "CV": "Công văn",
    "CĐ": "Công điện",
    "BC": "Báo cáo",
    "HD": "Hướng dẫn",
    "TB": "Thông báo",
    "TTR": "Tờ trình",
    "KL": "Kết luận",
    "QH": "Luật",
}
#: A document without a number, told by the verb that issues it.
_UNNUMBERED = re.compile(
    r"\b(?:ban hành|thông qua|phê duyệt)\s+(?P<what>(?P<kind>Quyết định|Quy định|Quy chế|Nghị "
    r"quyết|Đề án|Chỉ thị)\s+"
    rf"(?!số\b)(?:về\s+)?[{LOWER}][^.;()]{{12,220}})"
)
_LAW = re.compile(
    rf"\b(?P<what>(?:Luật|Bộ luật|Pháp lệnh)\s+(?!số\b)[{UPPER}][{LOWER}]+(?:,? (?!cũng |đã |được "
    rf"|đạt|và các|của |theo |năm |tại |để |trong |có )[{LOWER}]+){{1,8}})"
)


@dataclass(frozen=True, slots=True)
class Document:
    """A document where it is named."""

    kind: str
    number: str
    date: str
    body: str
    about: str
    start: int
    end: int

    @property
    def title(self) -> str:
        """The document as one refers to it."""
        parts = [f"{self.kind} số {self.number}" if self.number else self.about]
        if self.date:
            parts.append(f"ngày {self.date}")
        if self.body and self.number:
            parts.append(f"của {self.body}")
        if self.about and self.number:
            parts.append(self.about)
        return " ".join(parts)


def find_documents(text: str) -> Iterator[Document]:
    """Yield the documents of a sentence, numbered ones first."""
    matches = list(NUMBER.finditer(text))
    for i, match in enumerate(matches):
        yield _document(text, match, matches[i + 1] if i + 1 < len(matches) else None)
    for match in _UNNUMBERED.finditer(text):
        if not any(match.start() <= other.start() < match.end() for other in matches):
            what = match["what"].strip()
            body = _BODY_BEFORE.search(text[max(0, match.start() - 80) : match.start() + 9])
            yield Document(
                match["kind"],
                "",
                "",
                body[1] if body else "",
                what,
                match.start("what"),
                match.end("what"),
            )


def _document(text: str, match: re.Match[str], after: re.Match[str] | None) -> Document:
    rest = text[match.end() :]
    date = _DATE.match(rest)
    if date is None and after is not None and after.start() - match.end() < 40:
        between = text[match.end() : after.start()]
        if re.fullmatch(rf"(?:,|\s+và)\s+(?:{_KINDS})?\s*(?:số\s*)?", between, re.IGNORECASE):
            date = _DATE.match(text[after.end() :])
            rest = text[after.end() :] if date else rest
    if date:
        rest = rest[date.end() :]
    before = text[max(0, match.start() - 60) : match.start()]
    kind = _KIND_BEFORE.search(before)
    start = match.start() - (len(before) - kind.start()) if kind else match.start()
    about = _ABOUT.match(rest)
    number = match["number"].replace("–", "-")
    return Document(
        kind["kind"][0].upper() + kind["kind"][1:].lower() if kind else _kind_of(number),
        number,
        _date(date),
        _body(text, start, rest, number),
        re.sub(r"^\s*của\s+.*?\s+(?=về|quy định|sửa đổi)", "", about[0]).strip() if about else "",
        start,
        match.end(),
    )


def _kind_of(number: str) -> str:
    for part in re.split(r"[/-]", number)[1:]:
        sign = re.sub(r"\d+$", "", part).upper()
        if sign in _KIND_BY_SIGN:
            return _KIND_BY_SIGN[sign]
    return "Công văn"


def _body(text: str, start: int, rest: str, number: str) -> str:
    after = _BODY_AFTER.match(rest)
    if after:
        return after[1]
    before = _BODY_BEFORE.search(text[max(0, start - 100) : start])
    if before:
        return before[1]
    signs = re.split(r"[/-]", number.upper())
    return next((name for sign, name in _BY_SIGN if any(s.startswith(sign) for s in signs)), "")


def _date(match: re.Match[str] | None) -> str:
    if match is None:
        return ""
    day, month, year = match[1], match[2] or match[4], match[3] or match[5]
    return f"{int(day):02}/{int(month):02}/{year}"


def find_laws(text: str) -> Iterator[Document]:
    """Yield laws that are named without a number."""
    for match in _LAW.finditer(text):
        yield Document(
            "Luật", "", "", "Quốc hội", match["what"].strip(), match.start(), match.end()
        )
