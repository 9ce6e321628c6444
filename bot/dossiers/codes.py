"""Mã số hồ sơ: the agency's code, the day of receipt, a serial; read however it is typed.

"H58.16-240315-0012" is unit 16 below agency H58, received 15/03/2024, number 0012. Older slips begin with
the levels below ("000.00.16.H58-…"), newer ones may have three digits a level ("G01.899.108.000-…"). Letters
and two digits of the agency: QCVN 102:2016/BTTTT, then Quyết định 20/2020/QĐ-TTg.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.messages import dossiers as words

_GAP: Final = r"[ .,\-‐-―−]"
#: Something meant as a code: an agency (or levels before it) and then groups of digits.
_MEANT: Final = re.compile(
    rf"(?<!\w)(?:\d{{3}}(?:{_GAP}{{1,3}}\d{{2,3}}){{1,3}}{_GAP}{{1,3}})?[A-Z]\d{{2}}"
    rf"(?:{_GAP}{{1,3}}[\dOIL]{{2,14}}(?!\w)){{1,7}}"
    rf"|(?<!\w)\d{{2,3}}(?:\.\d{{2,3}}){{1,3}}-[\dOIL]{{6}}(?:-[\dOIL]{{1,8}})?(?!\w)"
)
#: A group as long as a day, or a unit below an agency; without them it may be a room and a date.
_TELLING: Final = re.compile(r"[\dOIL]{6,}|[A-Z]\d{2}\.\d{2,3}-\d{2}")
_AGENCY: Final = re.compile(r"[A-Z]\d{2}")
_UNIT: Final = re.compile(r"\d{2,3}")
_SERIAL: Final = re.compile(r"\d{4,8}")
_LETTERS: Final = str.maketrans("OIL", "011")
#: Electronic receipt by such codes began with Nghị định 61/2018/NĐ-CP.
_FIRST: Final = date(2018, 1, 1)


class CodeError(ValueError):
    """Something meant as a code is none; the sentence says what is wrong, and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A code as we write it, and the words around it."""

    code: str
    rest: str

    @property
    def ending(self) -> str:
        """The last four digits, by which its owner knows the dossier."""
        return self.code[-4:]


def is_meant(text: str) -> bool:
    """Whether `text` holds something meant as a dossier's code, right or wrong."""
    found = _MEANT.search(_plain(text))
    return found is not None and _TELLING.search(found[0]) is not None


def read_code(text: str, *, today: date, asked: bool = False) -> Found | None:
    """Return the code in `text`; None when nothing in it is meant as one.

    `asked`: the talk is of a dossier, so that less is needed to see what is meant.

    Raises:
        CodeError: it is meant as a code and cannot be one.
    """
    plain = _plain(text)
    found = _MEANT.search(plain)
    if found is None or not (asked or _TELLING.search(found[0])):
        return None
    groups = list(re.finditer(r"\w+", found[0]))
    agency = next((n for n, one in enumerate(groups) if _AGENCY.fullmatch(one[0])), None)
    if agency is None:
        raise CodeError(words.NO_AGENCY)
    digits = [one[0].translate(_LETTERS) if n != agency else one[0] for n, one in enumerate(groups)]
    day = next((n for n, one in enumerate(digits) if n > agency and len(one) == 6), None)
    if day is None:
        raise CodeError(words.NO_DAY)
    _check_day(digits[day], today)
    if day + 1 == len(digits) or not _SERIAL.fullmatch(digits[day + 1]):
        raise CodeError(words.NO_SERIAL)
    units = digits[:agency] + digits[agency + 1 : day]
    if not all(_UNIT.fullmatch(one) for one in units):
        raise CodeError(words.BAD_UNIT)
    code = f"{'.'.join(digits[:day])}-{digits[day]}-{digits[day + 1]}"
    end = found.start() + groups[day + 1].end()
    return Found(code, f"{plain[: found.start()]} {plain[end:]}".strip())


def _check_day(digits: str, today: date) -> None:
    try:
        received = date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError as error:
        raise CodeError(words.BAD_DAY) from error
    if not _FIRST <= received <= today + timedelta(days=1):
        raise CodeError(words.BAD_DAY)


def _plain(text: str) -> str:
    """Return `text` in capitals, full-width signs made plain and invisible ones dropped."""
    plain = unicodedata.normalize("NFKC", text).replace("_", "-")
    return "".join(one for one in plain if unicodedata.category(one) != "Cf").upper()
