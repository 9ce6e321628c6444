"""Reads and writes lists of centres: CSV, XLSX, and the public list of Đà Nẵng's commune offices.

A file is taken whole or not at all: every problem is named by its line.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from python_calamine import CalamineError, CalamineWorkbook

from knowledge.centres.model import Centre, CentreLevel, CentreStatus
from knowledge.content import Confidence
from knowledge.hours import Hours, HoursException, Span, WeeklyHours
from knowledge.places import Places, lower_kind
from knowledge.text import fold, normalise
from knowledge.workbooks import TextSheet

#: Larger files are no list of centres.
LARGEST_BYTES = 10_000_000
MOST_ROWS = 20_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Cell = str | float | int | bool | date | datetime | time | timedelta | None
_T = TypeVar("_T")
_D = TypeVar("_D")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one row; line 0 is the file itself."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"dòng {self.line}: {self.text}" if self.line else self.text


class CentreFileError(ValueError):
    """A file that was not imported; nothing of it was."""

    def __init__(self, problems: Iterable[RowProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems[:10])))


def read(path: Path, places: Places) -> list[Centre]:
    """Return the centres of a .csv, .xlsx or .json file.

    Raises:
        CentreFileError: the file or any row of it cannot be used; nothing is imported.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise CentreFileError([RowProblem(0, f"không đọc được tệp {path.suffix or 'không đuôi'}")])
    if path.stat().st_size > LARGEST_BYTES:
        raise CentreFileError([RowProblem(0, "tệp lớn hơn 10 MB")])
    return reader(path.read_bytes(), places)


def read_csv(raw: bytes, places: Places) -> list[Centre]:
    """Return the centres of a CSV file in UTF-8, with "," or ";" between cells.

    Raises:
        CentreFileError: any row cannot be used.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CentreFileError([RowProblem(0, "tệp CSV không phải UTF-8")]) from error
    head = text.split("\n", 1)[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise CentreFileError([RowProblem(0, f"CSV hỏng: {error}")]) from error
    return _read_rows(rows, places)


def read_xlsx(raw: bytes, places: Places) -> list[Centre]:
    """Return the centres of the first sheet of a workbook.

    Raises:
        CentreFileError: any row cannot be used.
    """
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise CentreFileError([RowProblem(0, f"không mở được tệp Excel: {error}")]) from error
    return _read_rows(rows, places)


def read_commune_json(raw: bytes, places: Places) -> list[Centre]:
    """Return the commune offices of a city's public list (`commune_ward_list`).

    Raises:
        CentreFileError: any entry cannot be used.
    """
    try:
        data = json.loads(raw)
        city = places.resolve(data["metadata"]["city_info"]["name"]).best
        entries = data["commune_ward_list"]
    except (ValueError, KeyError, TypeError) as error:
        raise CentreFileError(
            [RowProblem(0, f"không phải danh sách xã, phường: {error}")]
        ) from error
    if city is None:
        raise CentreFileError([RowProblem(0, "không rõ tỉnh, thành phố của danh sách")])
    communes = {
        fold(normalise(unit.name.removeprefix(unit.kind.capitalize()).strip())): unit
        for unit in places.communes_of(city.province_code)
    }

    def one(entry: dict[str, Any]) -> Centre:
        name = str(entry["new_commune_ward"])
        bare = re.sub(r"^(xã|phường|đặc khu) ", "", normalise(name))
        unit = communes.get(fold(bare))
        if unit is None:
            raise ValueError(f"không có xã, phường {name!r} ở {city.province}")
        where = entry["location"]
        return Centre(
            key=f"commune-{unit.code}",
            name=f"Trung tâm Phục vụ hành chính công {lower_kind(unit.name)}",
            level=CentreLevel.COMMUNE,
            unit_code=unit.code,
            province_code=city.province_code,
            address=where["address"],
            latitude=where["latitude"],
            longitude=where["longitude"],
            phones=(where["phone"],) if where["phone"] else (),
            sources=("Danh sách công khai trụ sở xã, phường của thành phố",),
            confidence=Confidence.MEDIUM,
            note="Địa chỉ trụ sở UBND; chưa kiểm là nơi tiếp nhận hồ sơ",
        )

    return _collect(enumerate(entries, start=1), one)


READERS: dict[str, Callable[[bytes, Places], list[Centre]]] = {
    ".csv": read_csv,
    ".xlsx": read_xlsx,
    ".json": read_commune_json,
}


def _collect(rows: Iterable[tuple[int, Any]], one: Callable[[Any], Centre]) -> list[Centre]:
    """Return every row as a centre, or raise with all that is wrong."""
    centres: list[Centre] = []
    problems: list[RowProblem] = []
    lines: dict[str, int] = {}
    for line, row in rows:
        try:
            centre = one(row)
        except ValidationError as error:
            problems += [RowProblem(line, _explain(detail)) for detail in error.errors()]
            continue
        except (ValueError, KeyError, TypeError) as error:
            problems.append(RowProblem(line, str(error)))
            continue
        if centre.key in lines:
            problems.append(
                RowProblem(line, f"trùng mã {centre.key!r} với dòng {lines[centre.key]}")
            )
        lines.setdefault(centre.key, line)
        centres.append(centre)
    if not centres and not problems:
        problems.append(RowProblem(0, "tệp không có trung tâm nào"))
    if problems:
        raise CentreFileError(problems)
    return centres


def _explain(detail: Any) -> str:
    where = ".".join(str(part) for part in detail["loc"])
    return f"{COLUMN_TITLES.get(where.split('.')[0], where)}: {detail['msg']}".removeprefix(": ")


#: Field of a centre → title of its column.
COLUMN_TITLES = {
    "key": "Mã",
    "name": "Tên",
    "level": "Cấp",
    "unit_code": "Mã đơn vị hành chính",
    "place": "Địa danh",
    "address": "Địa chỉ",
    "latitude": "Vĩ độ",
    "longitude": "Kinh độ",
    "phones": "Điện thoại",
    "services": "Dịch vụ",
    "hours": "Giờ làm việc",
    "kiosk": "Ki-ốt",
    "post_office": "Bưu điện",
    "status": "Trạng thái",
    "superseded_by": "Nay là",
    "valid_from": "Từ ngày",
    "valid_to": "Đến ngày",
    "sources": "Nguồn",
    "verified_on": "Ngày kiểm tra",
    "confidence": "Độ tin cậy",
    "note": "Ghi chú",
}
_BY_TITLE = {fold(normalise(title)): field for field, title in COLUMN_TITLES.items()}
_LEVELS = {"tinh": CentreLevel.PROVINCE, "xa": CentreLevel.COMMUNE, "huyen": CentreLevel.DISTRICT}
_LEVEL_NAMES = {
    CentreLevel.PROVINCE: "tỉnh",
    CentreLevel.COMMUNE: "xã",
    CentreLevel.DISTRICT: "huyện",
}
_STATUSES = {"dang hoat dong": CentreStatus.ACTIVE, "khong con": CentreStatus.HISTORIC}
_STATUS_NAMES = {
    CentreStatus.ACTIVE: "đang hoạt động",
    CentreStatus.HISTORIC: "không còn",
    CentreStatus.DRAFT: "đang hoạt động",  # what it becomes when it is accepted
}
_CONFIDENCES = {
    "cao": Confidence.HIGH,
    "trung binh": Confidence.MEDIUM,
    "thap": Confidence.LOW,
    "khong ro": Confidence.NONE,
}
_CONFIDENCE_NAMES = {
    Confidence.HIGH: "cao",
    Confidence.MEDIUM: "trung bình",
    Confidence.LOW: "thấp",
    Confidence.NONE: "không rõ",
}
_YES_NO = {"co": True, "khong": False}
_DAY_NAMES = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")


def _read_rows(rows: Sequence[Sequence[Cell]], places: Places) -> list[Centre]:
    if len(rows) > MOST_ROWS:
        raise CentreFileError([RowProblem(0, f"tệp có hơn {MOST_ROWS} dòng")])
    at = next((i for i, row in enumerate(rows) if "name" in _fields(row)), None)
    if at is None:
        raise CentreFileError([RowProblem(0, "không thấy dòng tiêu đề có cột “Tên”")])
    fields = _fields(rows[at])
    filled = (
        (line, dict(zip(fields, row, strict=False)))
        for line, row in enumerate(rows[at + 1 :], start=at + 2)
        if any(_text(cell) for cell in row)
    )
    return _collect(filled, lambda row: _centre(row, places))


def _fields(row: Sequence[Cell]) -> list[str]:
    return [_BY_TITLE.get(fold(normalise(_text(cell))), "") for cell in row]


def _text(cell: Cell) -> str:
    """Return a cell as text; a number without decimals has none, and an escape is undone."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "có" if cell else "không"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    text = str(cell).strip()
    return text[1:] if text[:1] == "'" and text[1:2] in _FORMULA else text


def _centre(row: dict[str, Cell], places: Places) -> Centre:
    text = {field: _text(cell) for field, cell in row.items() if field}
    code = _unit_code(text, places)
    unit = places.unit(code)
    if unit is None:
        raise ValueError(f"không có đơn vị hành chính mã {code!r}")
    level = _choice(text, "level", _LEVELS, _level_of(code))
    return Centre(
        key=text.get("key") or f"{level}-{code}",
        name=text.get("name", ""),
        level=level,
        unit_code=code,
        province_code=unit.province_code,
        address=text.get("address", ""),
        latitude=_number(text, "latitude"),
        longitude=_number(text, "longitude"),
        phones=tuple(_split(text.get("phones", ""))),
        services=tuple(_split(text.get("services", ""))),
        hours=Hours(schedules=_schedules(text.get("hours", ""))),
        kiosk=_choice(text, "kiosk", _YES_NO, None),
        post_office=_choice(text, "post_office", _YES_NO, None),
        status=_choice(text, "status", _STATUSES, CentreStatus.ACTIVE),
        superseded_by=text.get("superseded_by", ""),
        valid_from=_date(text, "valid_from"),
        valid_to=_date(text, "valid_to"),
        sources=tuple(_split(text.get("sources", ""))),
        verified_on=_date(text, "verified_on"),
        confidence=_choice(text, "confidence", _CONFIDENCES, Confidence.MEDIUM),
        note=text.get("note", ""),
    )


def from_form(
    text: Mapping[str, str], exceptions: str, base: Centre | None, places: Places
) -> Centre:
    """Return a centre as an editor filled it in; what the form cannot hold stays as in `base`.

    Raises:
        CentreFileError: something cannot be used; every problem is named.
    """
    cells: dict[str, Cell] = dict(text)
    (centre,) = _collect([(0, cells)], lambda row: _centre(row, places))
    kept = base.hours if base else Hours()
    same = kept.schedules and write_hours(kept.schedules[0]) == text.get("hours", "")
    try:
        hours = kept.model_copy(
            update={
                "schedules": kept.schedules if same else centre.hours.schedules,
                "exceptions": read_exceptions(exceptions),
            }
        )
    except ValidationError as error:
        raise CentreFileError([RowProblem(0, _explain(one)) for one in error.errors()]) from error
    except ValueError as error:
        raise CentreFileError([RowProblem(0, str(error))]) from error
    others = {"other_names": base.other_names, "place_id": base.place_id} if base else {}
    return centre.model_copy(update={"hours": hours, **others})


def to_form(centre: Centre, places: Places) -> dict[str, str]:
    """Return the fields of a centre as an editor sees them."""
    return _cells(centre, places)


def _unit_code(text: dict[str, str], places: Places) -> str:
    """Return the code of the row, or of the place it names; spreadsheets eat leading zeros."""
    code = text.get("unit_code", "")
    if code.isdigit():
        return code.zfill(2 if len(code) <= 2 else 5)
    if code:
        raise ValueError(f"mã đơn vị hành chính {code!r} không phải chữ số")
    place = text.get("place", "")
    if not place:
        raise ValueError("thiếu mã đơn vị hành chính hoặc tên xã, phường, tỉnh")
    found = places.resolve(place)
    if found.best is None:
        raise ValueError(f"không rõ {place!r} là nơi nào")
    return found.best.code


def _level_of(code: str) -> CentreLevel:
    return CentreLevel.PROVINCE if len(code) == 2 else CentreLevel.COMMUNE


def _choice(text: dict[str, str], field: str, choices: dict[str, _T], default: _D) -> _T | _D:
    value = text.get(field, "")
    if not value:
        return default
    key = fold(normalise(value))
    if key not in choices:
        raise ValueError(f"{COLUMN_TITLES[field]}: không hiểu {value!r}")
    return choices[key]


def _number(text: dict[str, str], field: str) -> float | None:
    value = text.get(field, "").replace(",", ".")
    try:
        return float(value) if value else None
    except ValueError as error:
        raise ValueError(f"{COLUMN_TITLES[field]}: {value!r} không phải số") from error


def _date(text: dict[str, str], field: str) -> date | None:
    value = text.get(field, "")
    if not value:
        return None
    match = re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", value)
    try:
        if match:
            return date(int(match[3]), int(match[2]), int(match[1]))
        return date.fromisoformat(value)
    except ValueError as error:
        title = COLUMN_TITLES.get(field, "ngày khác giờ")
        raise ValueError(f"{title}: {value!r} không phải ngày") from error


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(";") if part.strip()]


def read_hours(text: str) -> WeeklyHours:
    """Return the week written as "T2-T6 07:30-11:30 13:30-17:00; T7 07:30-11:30".

    Raises:
        ValueError: a part cannot be read; it is named.
    """
    days: list[tuple[Span, ...]] = [()] * 7
    for part in _split(text):
        match = re.fullmatch(
            r"(T[2-7]|CN)(?: ?- ?(T[2-7]|CN))?:? ((?:[\d:h]+ ?- ?[\d:h]+ ?)+)", part
        )
        if match is None:
            raise ValueError(f"giờ làm việc: không hiểu {part!r}")
        first = _DAY_NAMES.index(match[1])
        last = _DAY_NAMES.index(match[2] or match[1])
        spans = tuple(
            Span(opens=_time(a), closes=_time(b))
            for a, b in re.findall(r"([\d:h]+) ?- ?([\d:h]+)", match[3])
        )
        for day in range(first, last + 1):
            days[day] = spans
    return WeeklyHours(days=tuple(days))


def _time(text: str) -> time:
    hour, _, minute = text.replace("h", ":").partition(":")
    try:
        return time(int(hour), int(minute or 0))
    except ValueError as error:
        raise ValueError(f"giờ làm việc: {text!r} không phải giờ") from error


def _schedules(text: str) -> tuple[WeeklyHours, ...]:
    return (read_hours(text),) if text else ()


def read_exceptions(text: str) -> tuple[HoursException, ...]:
    """Return days of other hours, one a line: "2026-12-24 07:30-11:30 họp", "2026-12-25 nghỉ kiểm kê".

    Raises:
        ValueError: a line cannot be read; it is named.
    """
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        match = re.fullmatch(
            r"(\S+)\s+((?:nghỉ|(?:[\d:h]+ ?- ?[\d:h]+ ?)+))\s*(.*)", line, re.IGNORECASE
        )
        if match is None:
            raise ValueError(f"ngày khác giờ: không hiểu {line[:80]!r}")
        spans = tuple(
            Span(opens=_time(a), closes=_time(b))
            for a, b in re.findall(r"([\d:h]+) ?- ?([\d:h]+)", match[2])
        )
        day = _date({"day": match[1]}, "day")
        assert day is not None
        found.append(HoursException(day=day, spans=spans, reason=match[3]))
    return tuple(found)


def write_exceptions(exceptions: Iterable[HoursException]) -> str:
    """Return exceptions as `read_exceptions` reads them."""
    lines = []
    for one in exceptions:
        times = " ".join(f"{s.opens:%H:%M}-{s.closes:%H:%M}" for s in one.spans)
        lines.append(f"{one.day.isoformat()} {times or 'nghỉ'} {one.reason}".strip())
    return "\n".join(lines)


def write_hours(week: WeeklyHours) -> str:
    """Return a week as `read_hours` reads it; days with equal hours are joined."""
    parts: list[tuple[int, int, tuple[Span, ...]]] = []
    for day, spans in enumerate(week.days):
        if parts and parts[-1][1] == day - 1 and parts[-1][2] == spans:
            parts[-1] = (parts[-1][0], day, spans)
        else:
            parts.append((day, day, spans))
    written = []
    for first, last, spans in parts:
        if spans:
            days = _DAY_NAMES[first] + (f"-{_DAY_NAMES[last]}" if last > first else "")
            times = " ".join(f"{s.opens:%H:%M}-{s.closes:%H:%M}" for s in spans)
            written.append(f"{days} {times}")
    return "; ".join(written)


def write_csv(centres: Iterable[Centre], places: Places) -> bytes:
    """Return the centres as CSV that a spreadsheet opens as Vietnamese and never as formulas."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(_rows(centres, places))
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(centres: Iterable[Centre], places: Places) -> bytes:
    """Return the centres as a workbook; every cell is text, none a formula."""
    sheet = TextSheet("Trung tâm", freeze="A2")
    headings, *rows = _rows(centres, places)
    sheet.append(headings, bold=True)
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    sheet.save(out)
    return out.getvalue()


def _rows(centres: Iterable[Centre], places: Places) -> Iterable[list[str]]:
    yield list(COLUMN_TITLES.values())
    for centre in centres:
        row = _cells(centre, places)
        yield [_escaped(row[field]) for field in COLUMN_TITLES]


def _escaped(text: str) -> str:
    """Return a cell that no spreadsheet runs: OWASP's list of first characters gets an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cells(centre: Centre, places: Places) -> dict[str, str]:
    unit = places.unit(centre.unit_code)
    province = places.unit(centre.province_code)
    names = [u.name for u in (unit, province) if u is not None]
    week = centre.hours.schedules[:1]
    yes_no = {True: "có", False: "không", None: ""}
    return {
        "key": centre.key,
        "name": centre.name,
        "level": _LEVEL_NAMES[centre.level],
        "unit_code": centre.unit_code,
        "place": ", ".join(dict.fromkeys(names)),
        "address": centre.address,
        "latitude": "" if centre.latitude is None else str(centre.latitude),
        "longitude": "" if centre.longitude is None else str(centre.longitude),
        "phones": "; ".join(centre.phones),
        "services": "; ".join(centre.services),
        "hours": write_hours(week[0]) if week else "",
        "kiosk": yes_no[centre.kiosk],
        "post_office": yes_no[centre.post_office],
        "status": _STATUS_NAMES[centre.status],
        "superseded_by": centre.superseded_by,
        "valid_from": centre.valid_from.isoformat() if centre.valid_from else "",
        "valid_to": centre.valid_to.isoformat() if centre.valid_to else "",
        "sources": "; ".join(centre.sources),
        "verified_on": centre.verified_on.isoformat() if centre.verified_on else "",
        "confidence": _CONFIDENCE_NAMES[centre.confidence],
        "note": centre.note,
    }
