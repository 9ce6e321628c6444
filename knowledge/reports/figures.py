"""Finds the figures of a sentence: the number, its unit, and the words around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from knowledge.reports import documents
from knowledge.reports.numbers import (
    MEASURED,
    NUMBER,
    PERCENT,
    QUALIFIER,
    SCALE,
    Number,
    more_units,
    read_number,
    unit_at,
    unit_class,
)
from knowledge.reports.periods import find_periods

_HIDDEN = "¤"
_MASKS: tuple[re.Pattern[str], ...] = (
    documents.NUMBER,
    re.compile(r"\b\d{1,2}\s?[/-]\s?\d{1,2}\s?[/-]\s?\d{4}\b"),
    re.compile(
        r"\bngày\s+\d{1,2}(?:\s?[/-]\s?\d{1,2}(?!\d))?(?:\s+tháng\s+\d{1,2})?(?:\s+năm\s+\d{4})?",
        re.IGNORECASE,
    ),
    re.compile(r"\btháng\s+\d{1,2}(?:\s*/\s*\d{4})?(?!\d)", re.IGNORECASE),
    re.compile(r"\b\d{1,2}/(?:19|20)\d{2}\b"),
    re.compile(r"\b(?:19|20)\d{2}\s*[-–—]\s*(?:19|20)\d{2}\b"),
    re.compile(r"\bnăm\s+\d{4}\b", re.IGNORECASE),
    re.compile(r"“[^”]{1,120}”|\"[^\"]{1,120}\"|‘[^’]{1,120}’"),
    re.compile(
        r"\bmức(?:\s+độ)?\s+\d(?:\s*(?:,|và|-|/|&)\s*(?:mức\s+)?(?:độ\s+)?\d\b)*", re.IGNORECASE
    ),
    re.compile(r"^\s*\d{1,2}(?:\.\d{1,2})*[.)]\s|\(\s*\d{1,2}\s*\)|(?<=[;:])\s*\d{1,2}[.)]\s"),
    re.compile(
        r"\b\d{1,2}\s?(?::|h|g)\s?\d{2}\b|\b24/7\b|\b24/24(?:h\b|(?=\s*(?:giờ|[,.;)]|$)))|\b4\.0\b"
    ),
    re.compile(
        r"\b(?:0|\+84)[\s.]?\d{2,3}[\s.]?\d{3}[\s.]?\d{3,4}\b|\b1[89]00[\s.]?\d{2,6}(?:\.\d+)?\b"
    ),
    re.compile(
        r"\b(?:lần thứ|Điều|khoản|(?<!Danh )(?<!danh )mục|Phụ lục|Mẫu số|biểu(?: mẫu)?(?: số)?"
        r"|phường|Phường|quận|Quận|khóm|tổ dân phố"
        r"|Quốc lộ|khóa|kỳ họp thứ|phiên họp thứ|phiên bản|giai đoạn|bước|ISO|TCVN|Đề án|Chương trình|đợt)"
        r"\s+\d{1,5}(?:[:.]\d+)*\b"
    ),
    re.compile(r"\bhttps?://\S+|\bwww\.\S+|\S+@\S+"),
)
_RANK = re.compile(
    r"\b(?:xếp|đứng|hạng|vị trí|vị thứ)(?:\s+(?:vị\s+trí|vị|hạng|thứ|ở))*\s*$|\bthứ\s+hạng\s*$",
    re.IGNORECASE,
)
_GRADE = re.compile(r"\bđạt\s+(?:mức(?:\s+độ)?|loại|hạng)\s+(?P<grade>[A-E])\b(?!\w)")
_LABEL_UNIT = re.compile(r"\b(?:tổng\s+)?số(?:\s+lượng)?\s+", re.IGNORECASE)
_FRAME = re.compile(r"\b(?:trên địa bàn|địa bàn|giữa|phạm vi)\s*$", re.IGNORECASE)
_PLACES = frozenset(
    [
        "xã",
        "phường",
        "huyện",
        "tỉnh",
        "xã, phường",
        "xã, thị trấn",
        "địa phương",
        "thôn",
        "xã, phường, thị trấn",
    ]
)
_TARGET = re.compile(
    r"(?:^|[(,;])\s*(?:vượt |so với )?(?:chỉ tiêu|mục tiêu|kế hoạch|yêu cầu)(?:\s+(?:được|tỉnh"
    r"|huyện|Chính phủ|Trung ương"
    r"|Thủ tướng|UBND tỉnh|năm|cả năm))*(?:\s+(?:giao|đề ra|đặt ra|là|phải đạt|đạt))*(?:\s+¤{4})?\s*(?:là|:)?\s*$",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\b(?:tăng|giảm|tụt|tăng thêm|giảm bớt|cao hơn|thấp hơn|nhiều hơn|ít hơn|vượt|rút ngắn|cắt "
    r"giảm)(?:\s+(?:được|tới|đến|bình quân))?\s*$",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"(?:so với|cùng kỳ|năm trước|tháng trước|quý trước|kế hoạch)[^,;()]{0,30}$", re.IGNORECASE
)
_SHORTER = re.compile(
    r"\b(?:rút ngắn|giảm|bình quân|trung bình|còn|xuống|tiết kiệm)\b", re.IGNORECASE
)
_DURATIONS = frozenset(["ngày", "giờ", "phút", "tháng"])
_NO_UNIT = frozenset(
    [
        "và",
        "của",
        "so",
        "số",
        "trên",
        "trong",
        "với",
        "đến",
        "là",
        "được",
        "đã",
        "tại",
        "theo",
        "nên",
        "thì",
        "mà",
        "cho",
        "do",
        "về",
        "từ",
        "ở",
        "để",
        "khi",
        "như",
        "các",
        "những",
        "mỗi",
        "còn",
        "có",
        "phải",
        "không",
        "chưa",
        "đang",
        "sẽ",
        "vào",
        "ra",
        "lên",
        "qua",
        "bằng",
        "tổng",
        "hoặc",
        "hay",
        "cùng",
        "đầu",
        "cuối",
        "năm",
        "quý",
    ]
)
_GENERIC = re.compile(r"\s*([a-zà-ỹđ]+(?: [a-zà-ỹđ]+)?)")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a sentence with its unit; places are counted in the sentence."""

    number: Number
    unit: str
    start: int
    number_end: int
    end: int
    """Behind the unit."""
    depth: int = 0
    opened: int = -1
    """Where the bracket around it opens."""
    qualifier: str = ""
    printed_unit: str = ""
    own_unit: bool = True
    guessed: bool = False
    target: bool = False
    change: bool = False
    tags: frozenset[str] = field(default_factory=frozenset)

    @property
    def value(self) -> str:
        """The value as it should be quoted."""
        return f"{self.qualifier} {self.number.shown}".strip()

    @property
    def is_share(self) -> bool:
        """Whether it is a percentage."""
        return self.unit == "%"

    @property
    def is_count(self) -> bool:
        """Whether parts of it can be added."""
        return (
            self.unit not in MEASURED
            and self.unit not in ("hạng", "bậc")
            and self.number.bottom is None
        )

    @property
    def counted(self) -> str:
        """What it counts, for adding."""
        return unit_class(self.unit)


def mask(text: str) -> str:
    """Return `text` with the digits of dates, numbers of documents, names and the like hidden."""
    hidden = list(text)
    spans = [match.span() for pattern in _MASKS for match in pattern.finditer(text)]
    spans += [(at.start, at.end) for at in find_periods(text)]
    for start, end in spans:
        for i in range(start, end):
            if hidden[i].isdigit():
                hidden[i] = _HIDDEN
    return "".join(hidden)


def find_figures(text: str) -> list[Figure]:
    """Return the figures of a sentence in the order they are printed."""
    masked = mask(text)
    brackets = _brackets(masked)
    figures: list[Figure] = []
    for match in NUMBER.finditer(masked):
        figure = _figure(masked, match)
        if figure is not None:
            depth, opened = brackets[match.start()]
            figures.append(replace(figure, depth=depth, opened=opened))
    figures.extend(
        replace(grade, depth=brackets[grade.start][0], opened=brackets[grade.start][1])
        for grade in _grades(masked)
    )
    figures.sort(key=lambda figure: figure.start)
    return _inherit_units(masked, figures)


def _brackets(text: str) -> list[tuple[int, int]]:
    """Return (depth, where it opened) of every character."""
    stack: list[int] = []
    places: list[tuple[int, int]] = []
    for i, char in enumerate(text):
        if char == "(":
            stack.append(i)
        elif char == ")" and stack:
            stack.pop()
        places.append((len(stack), stack[-1] if stack else -1))
    return places


def _figure(text: str, match: re.Match[str]) -> Figure | None:
    left = text[max(0, match.start() - 90) : match.start()]
    qualifier = QUALIFIER.search(left)
    if qualifier:
        left = left[: qualifier.start()]
    unit, end, printed, guessed, scale = _unit(text, match, left)
    if unit == "" and not _could_inherit(text, match):
        return None
    number = _number(match, unit, scale)
    if number is None or _is_no_figure(text, match, unit, left, end):
        return None
    target = bool(_TARGET.search(left))
    return Figure(
        number,
        unit,
        match.start(),
        match.end(),
        end,
        qualifier=qualifier[1].lower() if qualifier else "",
        printed_unit=printed,
        own_unit=bool(printed),
        guessed=guessed,
        target=target,
        change=not target and _is_change(left, unit),
    )


def _is_change(left: str, unit: str) -> bool:
    return bool(_CHANGE.search(left) or (unit == "%" and _COMPARED.search(left)))


def _unit(text: str, match: re.Match[str], left: str) -> tuple[str, int, str, bool, str]:
    """Return (unit, end, as printed, guessed, scale)."""
    end = match.end()
    percent = PERCENT.match(text, end)
    if percent:
        return "%", percent.end(), "%", False, ""
    headed = _headed(left, match["top"])
    if headed:
        return headed[0], end, "", False, headed[1]
    scale = SCALE.match(text, end)
    at = scale.end() if scale else end
    factor = scale[1] if scale else ""
    if _RANK.search(left):
        found = unit_at(text, at)
        return "hạng", found[1] if found else at, "hạng", False, ""
    extra = re.compile(r"\s*(?:%|lượt\b(?=\s+hồ sơ))?").match(text, at)
    found = unit_at(text, extra.end() if extra else at)
    if found:
        return _named_unit(text, found, factor)
    labelled = _labelled(left)
    if labelled and re.search(r"(?:\blà|:|\bđạt|\bcó|=|\s)\s*$", left):
        return labelled, at, "", False, factor
    generic = _GENERIC.match(text, at)
    if generic and text[at : at + 1] == " " and generic[1].split()[0] not in _NO_UNIT:
        return generic[1].split()[0], at, "", True, factor
    return "", at, "", False, factor


def _headed(left: str, number: str) -> tuple[str, str] | None:
    """Return (unit, scale) that a head of a table gives its cells: "Tỷ lệ (%): 99,85"."""
    head = re.search(r"(?:\((?P<unit>[^()]{1,30})\)\s*|\b[Tt][ỷỉ] lệ\b[^:;.()]{0,60}):\s*$", left)
    if head is None:
        return None
    if head["unit"] is None:  # no unit is printed, so it must look like a share
        return ("%", "") if re.fullmatch(r"\d{1,2},\d{1,2}|100(?:,0{1,2})?", number) else None
    if PERCENT.fullmatch(head["unit"].strip()):
        return "%", ""
    scale = SCALE.match(head["unit"])
    found = unit_at(head["unit"], scale.end() if scale else 0)
    return (found[0], scale[1] if scale else "") if found else None


def _named_unit(
    text: str, found: tuple[str, int, str], factor: str
) -> tuple[str, int, str, bool, str]:
    unit, end, printed = found
    internal = re.compile(r"\s*(?:\(TTHC\)\s*)?nội bộ\b").match(text, end)
    if unit == "TTHC" and internal:
        unit, end = "TTHC nội bộ", internal.end()
    more = more_units(text, end) if unit not in MEASURED and unit != "hồ sơ" else end
    if more > end:
        second = unit_at(text, re.compile(r"\s*,\s*").match(text, end).end())  # type: ignore[union-attr]
        if second and second[0] not in unit:
            unit = f"{unit}, {second[0]}"
        end = more
    return unit, end, printed, False, factor


def _labelled(left: str) -> str:
    """Return the unit of "Tổng số hồ sơ tiếp nhận:" before a bare number, or ""."""
    tail = re.split(r"[;.(]|\d", left)[-1]
    labels = list(_LABEL_UNIT.finditer(tail))
    if labels:
        found = unit_at(tail, labels[-1].end())
    else:
        clause = tail.rpartition(",")[2].lstrip(" -+*•–")
        found = unit_at(clause, 0) if re.search(r"(?:\blà|:)\s*$", clause) else None
    # in a table "Kết quả giải quyết: …" counts dossiers, as the column before it does
    return found[0] if found and found[0] != "kết quả" else ""


def _could_inherit(text: str, match: re.Match[str]) -> bool:
    """Whether a number without unit stands in a list whose first item had one; "02 năm" does not."""
    if re.match(r"\s*năm\b", text[match.end() :]):
        return False
    return bool(re.match(r"\s*(?:[a-zà-ỹđ(),;.]|$|\()", text[match.end() : match.end() + 3]))


def _number(match: re.Match[str], unit: str, scale: str) -> Number | None:
    top = read_number(match["top"], unit, scale)
    if match["bottom"] is None:
        return top
    bottom = read_number(match["bottom"], unit)
    if not bottom.amount:
        return None
    return Number(match[0], top.amount, top.decimals, bottom.amount)


def _is_no_figure(text: str, match: re.Match[str], unit: str, left: str, end: int) -> bool:
    amount = match["top"]
    if re.search(r"\btừ\s*$", left) and re.match(r"[^,;.()]{0,30}\btrở lên\b", text[end:]):
        return True  # a threshold
    if (
        match["bottom"] is None
        and re.fullmatch(r"(?:19|20)\d\d", amount)
        and unit in ("", *_NO_UNIT)
    ):
        return True
    if unit in _DURATIONS and not _SHORTER.search(left[-40:]):
        return True
    if unit in _PLACES and match["bottom"] is None:
        after = text[end : end + 3]
        if _FRAME.search(left) or (re.search(r"\bvới\s*$", left) and after.startswith(":")):
            return True
    return (
        bool(re.search(r"\b(?:số|thứ|STT)\s*:?\s*$", left))
        and unit not in ("hạng", "%")
        and not re.search(r"(?:tổng|tổng cộng) số\s*:?\s*$", left, re.IGNORECASE)
    )


def _grades(text: str) -> Iterator[Figure]:
    for match in _GRADE.finditer(text):
        start, end = match.span("grade")
        number = Number(match["grade"], Decimal(0))
        yield Figure(number, "mức", start, end, end)


def _inherit_units(text: str, figures: list[Figure]) -> list[Figure]:
    """Give bare numbers in brackets and lists the unit of the figure they break down."""
    known: list[Figure] = []
    for figure in figures:
        if figure.unit and not figure.guessed:
            known.append(figure)
            continue
        host = _host(text, known, figure)
        if host is not None:
            printed = figure.number.printed
            number = figure.number if figure.number.bottom else read_number(printed, host.unit)
            known.append(
                replace(figure, unit=host.unit, end=figure.number_end, number=number, guessed=False)
            )
        elif figure.guessed and len(figure.unit) > 1:
            known.append(figure)
    return known


def _host(text: str, known: list[Figure], figure: Figure) -> Figure | None:
    """Return the nearest earlier count whose breakdown `figure` may be."""
    around = [other for other in known if other.end <= figure.opened and other.depth < figure.depth]
    for other in reversed(around or known):
        if figure.is_share or not other.is_count or other.number.amount < figure.number.amount:
            continue
        between = text[other.end : figure.start]
        if figure.guessed and re.search(r";\s*[^\W\d_]", between):
            return None  # "lắp 3 ki-ốt; bố trí 1 xe": another thing
        inside = other.depth < figure.depth or (
            other.opened == figure.opened and not other.own_unit
        )
        if (
            inside
            or re.search(r"\b(?:trong đó|gồm|bao gồm|cụ thể)\b|:", between)
            or other.opened == figure.opened
        ):
            return other
    return None
