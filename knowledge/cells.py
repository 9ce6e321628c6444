"""A procedure as the cells of one row, and back: what an official edits in a spreadsheet.

A cell that still says what we wrote leaves the stored parts alone, with everything a cell cannot
hold; so does each part of a changed cell. Only what was typed anew is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from knowledge.content import (
    Case,
    Confidence,
    Content,
    Currency,
    DossierComponent,
    Fee,
    FeeKind,
    LegalBasis,
    Method,
    ProcessingTime,
    SourceRef,
    SubmissionMethod,
    Unit,
)
from knowledge.wording import LEVEL_NAMES, METHOD_NAMES, UNIT_NAMES

UNSURE: Final = "chưa rõ, hỏi nơi tiếp nhận"
FREE: Final = "miễn phí"
PROVINCIAL: Final = "Hội đồng nhân dân cấp tỉnh quyết định"
_CASE: Final = "Trường hợp:"
#: Longest text a spreadsheet keeps in one cell.
LONGEST_CELL: Final = 32_000
#: Stands where a cell would be longer; it leaves the stored text alone.
ELSEWHERE: Final = "(dài quá một ô, sửa trên trang biên tập)"

Item = TypeVar("Item")


class CellError(ValueError):
    """A cell that cannot be understood; the message names its column."""


# --- parts of one cell ----------------------------------------------------------------------------


def _joined(parts: Iterable[str], by: str = "; ") -> str:
    return by.join(dict.fromkeys(part for part in parts if part))


def _parts(cell: str, known: Iterable[str]) -> list[str]:
    """Split a cell at ";" and line ends outside brackets; a known part may hold them."""
    whole = sorted({plain(part) for part in known if ";" in part}, key=len, reverse=True)
    left, found = plain(cell), []
    while left:
        part = next(
            (one for one in whole if re.match(rf"{re.escape(one)}\s*(?:[;\n]|$)", left)), None
        )
        if part is None:
            part = left[: _end_of_part(left)]
        found.append(part.strip())
        left = left[len(part) :].lstrip(" ;\n")
    return [part for part in found if part]


def _end_of_part(text: str) -> int:
    depth = 0
    for at, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if character == "\n" or (character == ";" and depth <= 0):
            return at
    return len(text)


def plain(cell: str) -> str:
    """Return a cell with one kind of line end and no stray spaces: what two cells are compared by."""
    lines = (" ".join(line.split()) for line in cell.replace("\r\n", "\n").split("\n"))
    return "\n".join(line for line in lines if line)


def _kept_or_read(
    cell: str,
    stored: Sequence[Item],
    words: Callable[[Item], str],
    read: Callable[[str], Item],
) -> tuple[Item, ...]:
    """Return the stored items whose words still stand in the cell, and what was typed anew."""
    by_words: dict[str, list[Item]] = {}
    for item in stored:
        by_words.setdefault(plain(words(item)), []).append(item)
    found: list[Item] = []
    for part in dict.fromkeys(_parts(cell, by_words)):
        found += by_words.get(part) or [read(part)]
    return tuple(found)


_AROUND = re.compile(r"^(?P<said>.*?)\s*(?:\((?P<inside>.*)\))?$", re.DOTALL)
_METHODS = {name: method for method, name in METHOD_NAMES.items()}


def _with_circumstances(said: str, method: Method | None, condition: str) -> str:
    inside = ", ".join(filter(None, (METHOD_NAMES[method] if method else "", condition)))
    return f"{said} ({inside})" if inside else said


def _circumstances(part: str) -> tuple[str, dict[str, Any]]:
    """Return what is said before the brackets, and the method and condition inside them."""
    match = _AROUND.match(part)
    assert match is not None
    first, _, rest = (match["inside"] or "").partition(",")
    method = _METHODS.get(first.strip().lower())
    condition = rest if method else (match["inside"] or "")
    return match["said"].strip(), {"method": method, "condition": condition.strip()}


def _number(text: str) -> Decimal:
    """Return a number as Vietnamese write it ("20.000", "1,5") or as we do ("20000", "1.5")."""
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text):
        return Decimal(re.sub(r"[.,]", "", text))
    return Decimal(text.replace(",", "."))


def time_words(time: ProcessingTime) -> str:
    """Return a processing time as a cell says it."""
    if not time.sure or time.amount is None or time.unit is Unit.UNKNOWN:
        return time.text if time.sure and time.text else UNSURE
    said = f"{time.amount:f} {UNIT_NAMES[time.unit]}"
    return _with_circumstances(said, time.method, time.condition)


_UNITS: Final = {name: unit for unit, name in UNIT_NAMES.items() if unit is not Unit.UNKNOWN}
_TIME = re.compile(rf"(\d[\d.,]*)\s*({'|'.join(sorted(_UNITS, key=len)[::-1])})", re.IGNORECASE)


def _read_time(part: str) -> ProcessingTime:
    said, around = _circumstances(part)
    match = _TIME.fullmatch(said)
    if match is None:
        confidence = Confidence.LOW if part == UNSURE else Confidence.MEDIUM
        return ProcessingTime(text="" if part == UNSURE else part, confidence=confidence)
    return ProcessingTime(amount=_number(match[1]), unit=_UNITS[match[2].lower()], **around)


def fee_words(fee: Fee) -> str:
    """Return a fee as a cell says it."""
    if fee.kind is FeeKind.PROVINCIAL:
        said = PROVINCIAL
    elif not fee.sure or fee.kind in (FeeKind.UNKNOWN, FeeKind.SEE_NOTE):
        return UNSURE
    elif fee.kind is FeeKind.FREE:
        said = FREE
    else:
        said = f"{fee.amount:f} {fee.currency}" + (f"/{fee.per}" if fee.per else "")
    return _with_circumstances(said, fee.method, fee.condition)


_FEE = re.compile(r"(\d[\d.,]*)\s*(VND|VNĐ|đồng|đ|USD)(?:\s*/\s*(.+))?", re.IGNORECASE)


def _read_fee(part: str) -> Fee:
    if part == UNSURE:
        return Fee(kind=FeeKind.UNKNOWN, confidence=Confidence.LOW)
    said, around = _circumstances(part)
    if said.lower() == FREE:
        return Fee(kind=FeeKind.FREE, **around)
    if said == PROVINCIAL:
        return Fee(kind=FeeKind.PROVINCIAL, confidence=Confidence.LOW, **around)
    match = _FEE.fullmatch(said)
    if match is None:
        raise ValueError(
            f"không hiểu “{part[:80]}”; viết như “20000 VND/bản (trực tiếp)” hoặc “{FREE}”"
        )
    currency = Currency.USD if match[2].upper() == "USD" else Currency.VND
    return Fee(
        kind=FeeKind.AMOUNT,
        amount=_number(match[1]),
        currency=currency,
        per=(match[3] or "").strip(),
        **around,
    )


# --- the dossier ----------------------------------------------------------------------------------


def _paper_words(paper: DossierComponent) -> str:
    """Return one paper with its details in square brackets: "Đơn [1 bản chính; nếu mất thẻ]"."""
    details = (
        f"{paper.originals} bản chính" if paper.originals else "",
        f"{paper.copies} bản sao" if paper.copies else "",
        f"mẫu {paper.form}" if paper.form else "",
        f"nơi cấp {paper.issuer}" if paper.issuer else "",
        "xuất trình" if paper.show_only else "",
        paper.condition,
    )
    inside = "; ".join(filter(None, details))
    name = " ".join(paper.name.split())
    return f"{name} [{inside}]" if inside else name


_DETAILS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], dict[str, Any]]], ...]] = (
    (re.compile(r"(\d{1,2}) bản chính", re.IGNORECASE), lambda found: {"originals": int(found[1])}),
    (re.compile(r"(\d{1,2}) bản sao", re.IGNORECASE), lambda found: {"copies": int(found[1])}),
    (re.compile(r"mẫu (.+)", re.IGNORECASE), lambda found: {"form": found[1]}),
    (re.compile(r"nơi cấp (.+)", re.IGNORECASE), lambda found: {"issuer": found[1]}),
    (re.compile(r"xuất trình", re.IGNORECASE), lambda _: {"show_only": True}),
)


def _read_paper(line: str) -> DossierComponent:
    match = re.fullmatch(r"(?P<name>.*?)\s*(?:\[(?P<inside>[^\]]*)\])?", line.lstrip("-•+ "))
    assert match is not None
    known: dict[str, Any] = {}
    conditions = []
    for detail in filter(None, map(str.strip, (match["inside"] or "").split(";"))):
        found = next((read(m) for shape, read in _DETAILS if (m := shape.fullmatch(detail))), None)
        known |= found or {}
        if found is None:
            conditions.append(detail)
    return DossierComponent(name=match["name"], condition="; ".join(conditions), **known)


def papers(content: Content) -> str:
    """Return the dossier, one paper a line, each case under its name; unsure when it is not sure."""
    if content.dossier_confidence in (Confidence.LOW, Confidence.NONE):
        return UNSURE if content.cases else ""
    return "\n".join(line for case in content.cases for line in _case_lines(case))


def _case_lines(case: Case) -> Iterable[str]:
    if case.name:
        yield f"{_CASE} {case.name}"
    yield from dict.fromkeys(map(_paper_words, case.components))


def _read_papers(cell: str, base: Content) -> dict[str, Any]:
    stored = {
        _paper_words(paper): paper for case in reversed(base.cases) for paper in case.components
    }
    cases: list[tuple[str, list[DossierComponent]]] = []
    for line in plain(cell).split("\n"):
        if line.startswith(_CASE):
            cases.append((line.removeprefix(_CASE).strip(), []))
            continue
        if not cases:
            cases.append(("", []))
        cases[-1][1].append(stored.get(line) or _read_paper(line))
    found = tuple(Case(name=name, components=tuple(listed)) for name, listed in cases)
    return {"cases": found, "dossier_confidence": Confidence.MEDIUM}


# --- columns --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """How one heading's cell is written from a content, and what a changed cell changes in it."""

    write: Callable[[Content], str]
    read: Callable[[str, Content], dict[str, Any]]


def _line(field: str) -> Column:
    return Column(lambda content: getattr(content, field), lambda cell, _: {field: cell})


def _list(field: str) -> Column:
    def read(cell: str, base: Content) -> dict[str, Any]:
        return {field: _kept_or_read(cell, getattr(base, field), str, str)}

    return Column(lambda content: _joined(getattr(content, field)), read)


def _read_levels(cell: str, _: Content) -> dict[str, Any]:
    names = {name.lower(): level for level, name in LEVEL_NAMES.items()}
    said = [part.strip().lower() for part in re.split(r"[,;\n]", cell) if part.strip()]
    wrong = [part for part in said if part not in names]
    if wrong:
        raise ValueError(f"không hiểu “{wrong[0][:80]}”; chỉ có {', '.join(LEVEL_NAMES.values())}")
    return {"levels": tuple(names[part] for part in said)}


def _read_methods(cell: str, base: Content) -> dict[str, Any]:
    said = [part.strip().lower() for part in re.split(r"[,;\n]", cell) if part.strip()]
    wrong = [part for part in said if part not in _METHODS]
    if wrong:
        names = ", ".join(METHOD_NAMES.values())
        raise ValueError(f"không hiểu “{wrong[0][:80]}”; chỉ có {names}")
    stored = {way.method: way for way in base.submission_methods}
    ways = (stored.get(_METHODS[part], SubmissionMethod(method=_METHODS[part])) for part in said)
    return {"submission_methods": tuple(ways)}


def _read_laws(cell: str, base: Content) -> dict[str, Any]:
    laws = _kept_or_read(
        cell, base.legal_basis, lambda law: law.number, lambda number: LegalBasis(number=number)
    )
    return {"legal_basis": laws}


def _read_source(cell: str, _: Content) -> dict[str, Any]:
    return {"source": SourceRef(title=cell) if cell else None}


def _read_day(cell: str, _: Content) -> dict[str, Any]:
    if not cell:
        return {"verified_on": None}
    match = re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", cell)
    try:
        day = (
            date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(cell)
        )
    except ValueError as error:
        raise ValueError(f"“{cell[:40]}” không phải ngày; viết như 2026-11-24") from error
    return {"verified_on": day}


def _read_province(cell: str, _: Content) -> dict[str, Any]:
    return {"province_code": cell.zfill(2) if cell else ""}  # a spreadsheet eats the leading zero


CODE: Final = "Mã thủ tục"
#: Citizens' wordings, one a line; a table adds to them and never takes any away.
PHRASES: Final = "Cách gọi"
#: A cell that begins so would be run by a spreadsheet; an apostrophe before it is taken off again.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
#: Heading → its column, in the order they stand.
COLUMNS: Final[dict[str, Column]] = {
    "Tên": _line("title"),
    "Tên thường gọi": _line("common_name"),
    "Lĩnh vực": _line("field"),
    "Cấp thực hiện": Column(
        lambda content: ", ".join(LEVEL_NAMES[level] for level in content.levels), _read_levels
    ),
    "Mã tỉnh": Column(lambda content: content.province_code, _read_province),
    "Đối tượng": _list("applicants"),
    "Thời hạn": Column(
        lambda content: _joined(map(time_words, content.processing_times)),
        lambda cell, base: {
            "processing_times": _kept_or_read(cell, base.processing_times, time_words, _read_time)
        },
    ),
    "Phí, lệ phí": Column(
        lambda content: _joined(map(fee_words, content.fees)),
        lambda cell, base: {"fees": _kept_or_read(cell, base.fees, fee_words, _read_fee)},
    ),
    "Hồ sơ": Column(papers, _read_papers),
    "Nơi nộp": _line("where"),
    "Cách nộp": Column(
        lambda content: ", ".join(METHOD_NAMES[way.method] for way in content.submission_methods),
        _read_methods,
    ),
    "Kết quả": _list("outcome"),
    "Căn cứ pháp lý": Column(
        lambda content: _joined(law.number for law in content.legal_basis), _read_laws
    ),
    "Quyết định công bố": _line("decision"),
    "Nguồn": Column(lambda content: content.source.title if content.source else "", _read_source),
    "Ngày kiểm": Column(
        lambda content: content.verified_on.isoformat() if content.verified_on else "", _read_day
    ),
}


def write(content: Content) -> dict[str, str]:
    """Return the cells of a content by heading, its code first."""
    cells = {heading: column.write(content) for heading, column in COLUMNS.items()}
    return {CODE: content.code} | {
        heading: cell if len(cell) <= LONGEST_CELL else ELSEWHERE for heading, cell in cells.items()
    }


def read(cells: Mapping[str, str], base: Content | None) -> Content:
    """Return `base` with what its row changes; without a base, a content of the row alone.

    A heading that is missing changes nothing; neither does a cell that says what we would write.

    Raises:
        CellError: a changed cell cannot be understood.
    """
    code = plain(cells.get(CODE, ""))
    try:
        start = base or Content(code=code, title=plain(cells.get("Tên", "")))
    except ValidationError as error:
        raise CellError(_why(error)) from error
    changes: dict[str, Any] = {}
    for heading, column in COLUMNS.items():
        cell = plain(cells.get(heading, ELSEWHERE))
        if cell in (ELSEWHERE, plain(column.write(start))):
            continue
        try:
            changes |= column.read(cell, start)
        except ValidationError as error:
            raise CellError(f"{heading}: {_why(error)}") from error
        except ValueError as error:
            raise CellError(f"{heading}: {error}") from error
    if not changes:
        return start
    try:
        return Content.model_validate(start.model_dump() | changes)
    except ValidationError as error:
        raise CellError(_why(error)) from error


def _why(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
