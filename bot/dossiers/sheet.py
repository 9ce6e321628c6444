"""Reading a status export: what each line says, what is wrong with the others; no code is repeated."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.dossiers.codes import CodeError, read_code
from bot.dossiers.seals import read_secret
from bot.dossiers.standing import LONGEST
from bot.messages import dossiers as words
from bot.models import DossierStatus
from bot.privacy import mask
from bot.sheets import BadLine, Row, Sheet, folded, read_day

HEADINGS: Final = {
    "code": ("mã hồ sơ", "mã số hồ sơ", "số hồ sơ", "code"),
    "secret": ("mã tra cứu", "mật khẩu tra cứu", "mã bí mật", "secret"),
    "status": ("trạng thái", "tình trạng", "status"),
    "procedure": ("thủ tục", "tên thủ tục", "procedure"),
    "office": ("nơi giải quyết", "cơ quan", "đơn vị", "office"),
    "asked": ("cần bổ sung", "yêu cầu bổ sung", "bổ sung", "asked"),
    "due_on": ("hẹn trả", "ngày hẹn trả", "due"),
    "updated_on": ("cập nhật", "ngày cập nhật", "updated"),
}
REQUIRED: Final = ("code", "secret", "status")
#: How offices call each status.
_CALLED: Final = {
    DossierStatus.RECEIVED: ("đã tiếp nhận", "mới tiếp nhận", "tiếp nhận", "chờ tiếp nhận"),
    DossierStatus.PROCESSING: ("đang xử lý", "đang giải quyết", "đang thụ lý"),
    DossierStatus.WAITING: ("chờ bổ sung", "yêu cầu bổ sung", "cần bổ sung", "bổ sung hồ sơ"),
    DossierStatus.READY: ("đã có kết quả", "đã xử lý xong", "chờ trả kết quả", "có kết quả"),
    DossierStatus.RETURNED: ("đã trả kết quả", "trả kết quả", "hoàn thành"),
    DossierStatus.REFUSED: ("không giải quyết", "từ chối", "không đủ điều kiện"),
    DossierStatus.WITHDRAWN: ("đã rút", "công dân rút hồ sơ", "dừng xử lý"),
}
_STATUSES: Final = {folded(name): status for status, names in _CALLED.items() for name in names}
_STATUSES.update({status.value: status for status in DossierStatus})
_FARTHEST: Final = timedelta(days=3_660)


@dataclass(frozen=True, slots=True)
class Line:
    """One good line, before its code and secret are sealed."""

    line: int
    code: str
    secret: str
    status: DossierStatus
    procedure: str
    office: str
    asked: str
    due_on: date | None
    updated_on: date | None


def read(data: bytes, *, today: date) -> tuple[list[Line], list[BadLine]]:
    """Return the good lines and the bad ones. Lines that share a code are all bad: one of them is wrong.

    Raises:
        SheetError: the file is no CSV with our columns.
    """
    sheet = Sheet(data, HEADINGS, required=REQUIRED)
    good: list[Line] = []
    bad: list[BadLine] = []
    for row in sheet.rows():
        one = row if isinstance(row, BadLine) else _line(row, today)
        if isinstance(one, Line):
            good.append(one)
        else:
            bad.append(one)
    return _without_twins(good, bad)


def problems(bad: Iterable[BadLine]) -> list[str]:
    """Return what is wrong, a sentence a line."""
    return [words.LINE.format(line=one.line, why=one.why) for one in bad]


def _line(row: Row, today: date) -> Line | BadLine:
    cells = row.cells
    try:
        code = _code(cells["code"], today)
        return Line(
            row.line,
            code,
            _secret(cells["secret"], code),
            _status(cells["status"]),
            mask(cells.get("procedure", ""))[:LONGEST],
            mask(cells.get("office", ""))[:LONGEST],
            mask(cells.get("asked", ""))[:LONGEST],
            _day(cells.get("due_on", ""), today),
            _day(cells.get("updated_on", ""), today),
        )
    except ValueError as error:
        return BadLine(row.line, str(error))


def _code(cell: str, today: date) -> str:
    if not cell:
        raise ValueError(words.NO_CODE)
    found = read_code(cell, today=today, asked=True)
    if found is None or found.rest:
        raise CodeError(
            words.WRONG.format(why=words.NO_AGENCY if found is None else words.NO_SERIAL)
        )
    return found.code


def _secret(cell: str, code: str) -> str:
    if not cell:
        raise ValueError(words.NO_SECOND)
    secret = read_secret(cell)
    if secret is None:
        raise ValueError(words.SHEET_SECOND)
    if secret in re.sub(r"\W", "", code):
        raise ValueError(words.SECOND_IN_CODE)
    return secret


def _status(cell: str) -> DossierStatus:
    if not cell:
        raise ValueError(words.NO_STATUS)
    status = _STATUSES.get(folded(cell))
    if status is None:
        known = ", ".join(names[0] for names in _CALLED.values())
        raise ValueError(words.UNKNOWN_STATUS.format(status=mask(cell)[:40], statuses=known))
    return status


def _day(cell: str, today: date) -> date | None:
    if not cell:
        return None
    day = read_day(cell)
    if abs(day - today) > _FARTHEST:
        return read_day(f"{cell}?")  # says that such a day is none
    return day


def _without_twins(good: list[Line], bad: list[BadLine]) -> tuple[list[Line], list[BadLine]]:
    by_code: dict[str, list[Line]] = {}
    for one in good:
        by_code.setdefault(one.code, []).append(one)
    alone = [lines[0] for lines in by_code.values() if len(lines) == 1]
    for lines in by_code.values():
        for number, one in enumerate(lines if len(lines) > 1 else ()):
            other = lines[0 if number else 1]
            bad.append(BadLine(one.line, words.TWICE.format(line=other.line)))
    return alone, sorted(bad, key=lambda one: one.line)
