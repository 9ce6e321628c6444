"""Hide what identifies a person before any words are stored.

Numbers of identity papers, phones, bank cards and accounts, e-mail addresses, dossier codes, vehicle
plates, passports and house addresses become their kind in brackets, however they are written: with
spaces, dots or dashes, full-width, with the letter o for zero, or spelled out. What an editor needs
stays: money, dates, procedure codes, numbers of laws, public hotlines.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_DIGIT = "[0-9]"
#: Between two digits of one number.
_GAP = r"(?:[ \u00a0._\-–/]|\. |- | - )?"
#: Words for digits, for numbers dictated by voice; folded.
_SPOKEN_DIGITS: Final = (
    "khong|linh|le|mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin|muoi"
    "|không|lẻ|một|mốt|bốn|tư|năm|lăm|sáu|bảy|bẩy|tám|chín|mười|mươi"
)
_SPOKEN: Final = re.compile(rf"\b(?:(?:{_SPOKEN_DIGITS})\b[ ,.\-]*){{7,}}", re.IGNORECASE)

_EMAIL: Final = re.compile(
    r"[\w.+-]+ ?(?:@|\(at\)|\[at\]| at |\(a còng\)| a còng | a cong | @ ) ?"
    r"[\w-]+(?: ?(?:\.| chấm | cham |\(chấm\)|\[dot\]|\(dot\)| dot ) ?[a-z][\w-]*)+",
    re.IGNORECASE,
)
# Mã số hồ sơ: H34.12.34-240115-0001, 000.00.16.H34-240115-0001, G01.899.108.000-24…
_DOSSIER: Final = re.compile(
    r"\b(?:\d{3}(?:\.\d{2,4}){1,3}\.)?[A-Z]\d{2}(?: ?[.\-–] ?\d{2,8}){1,6}\b", re.IGNORECASE
)
_PLATE: Final = re.compile(
    r"(?<![\d.,/])\d{2}[ \-]?(?:[A-ZĐ]{1,2}\d?|[A-Z]\d)[ \-–.]{0,2}(?:\d{3}[. ]?\d{2}|\d{4})(?![\d/])",
    re.IGNORECASE,
)
_INSURANCE: Final = re.compile(r"\b[A-Z]{2}[ \-]?\d(?:[ \-.]?\d){9,12}\b", re.IGNORECASE)
_PASSPORT: Final = re.compile(r"\b[A-Z][ ]?\d{7,8}\b", re.IGNORECASE)

_NUMBER: Final = re.compile(
    rf"(?<![\d/.,])\(?\+?{_DIGIT}(?:[)(]?{_GAP}[(]?{_DIGIT}){{7,19}}\)?(?![\d/])"
)
_MONEY_AFTER: Final = re.compile(
    r"\s*(?:đồng|dong|vnđ|vnd|đ\b|d\b|usd|tr\b|triệu|tỷ|nghìn|ngàn|hồ sơ|ho so|lượt|người|%)",
    re.IGNORECASE,
)
_GROUPED: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?")
_DATES: Final = re.compile(
    r"\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d{2}|(?:19|20)\d{2}[-/. ]\d{1,2}[-/. ]\d{1,2}"
)
_YEARS: Final = re.compile(r"(?:19|20)\d{2} ?[-–] ?(?:19|20)\d{2}(?: ?[-–] ?(?:19|20)\d{2})*")
#: Numbers everyone may call: service numbers and short codes are no one's own.
_HOTLINE: Final = re.compile(r"1[89]00\d{4,6}")
#: Fewest digits of a number that can point at a person; nine is the old identity card.
_FEWEST: Final = 9
#: Digits of "28/07/2021 13:01".
_DATE_AND_TIME: Final = 12
#: Eight digits are someone's only when the words before say so.
_NAMED: Final = re.compile(
    r"(?:cccd|cmnd|cmt|căn cước|can cuoc|chứng minh|chung minh|sđt|sdt|đt|điện thoại|dien thoai|phone"
    r"|zalo|tài khoản|tai khoan|stk|số thẻ|so the|mst|mã số thuế|ma so thue|bhxh|bhyt|hộ chiếu|ho chieu)"
    r"(?: (?:số|so|là|la|của tôi|cua toi|mình|minh|tôi|toi|em|chồng|vợ|mẹ|ba|bố))*[ :.,]*$",
    re.IGNORECASE,
)

#: What is counted, so that "ở 3 tầng" and "tại 34 tỉnh" are no addresses.
_COUNTED = (
    r"(?:tầng|tang|người|nguoi|ngày|ngay|tháng|thang|năm|nam|tuổi|tuoi|xã|xa|phường|phuong|huyện|huyen|tỉnh|tinh"
    r"|nơi|noi|chỗ|cho|cấp|cap|bước|buoc|giấy|giay|loại|loai|trung tâm|bộ phận|cơ quan|đơn vị|hộ|ho|con|cái"
    r"|bản|ban|quốc gia|nước|điểm|diem|địa phương|dia phuong|mức|muc|giờ|gio)\b"
)
#: What follows a street's name in a sentence and is no part of it.
_STOP = (
    r"(?=\s*(?:[,.;?!)\n]|$|\s(?:thì|thi|là|la|phường|phuong|xã|xa|thị trấn|quận|quan|huyện|huyen|tỉnh"
    r"|tinh|thành phố|tp|muốn|muon|cần|can|làm|lam|nộp|nop|có|co|và|va|nay|hỏi|hoi|xin|được|duoc|ở|gần)\b))"
)
#: A street's name: up to four words before a stop, or its first two words.
_STREET = (
    rf"(?:[^\W\d_]+(?: [^\W\d_]+){{0,3}}?{_STOP}|[^\W\d_]+(?: [^\W\d_]+)?|\d+ (?:tháng|thang) \d+)"
)
_HOUSE = r"\d{1,4}[A-Za-z]?(?:/\d{1,4}[A-Za-z]?){0,3}"
_ROAD = r"(?:đường|duong|phố|pho|hẻm|hem|ngõ|ngo|ngách|ngach|kiệt|kiet|đại lộ|quốc lộ)"
_ADDRESS: Final = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        # số nhà 12/3 đường Lê Lợi; số 45 Nguyễn Trãi; nhà 7 ngõ 2
        (
            rf"\b(?:số nhà|so nha|nhà số|nha so|căn hộ|can ho|phòng|lô|lo)\s+{_HOUSE}"
            rf"(?:,? (?:{_ROAD} )?(?:{_HOUSE},? )?(?:{_ROAD} )?{_STREET})?"
        ),
        (
            rf"\b(?:số |so )?{_HOUSE},? {_ROAD} (?:{_HOUSE},? )?(?:{_ROAD} )?"
            rf"(?:{_STREET}|{_HOUSE})"
        ),
        rf"\b{_ROAD} {_HOUSE},? (?:{_ROAD} )?(?!tháng|thang){_STREET}",
        rf"(?<=\bở )(?:số |so )?{_HOUSE} (?!{_COUNTED})[^\W\d_]+ [^\W\d_]+(?: [^\W\d_]+){{0,2}}?{_STOP}",
        (
            rf"(?:(?<=địa chỉ )|(?<=địa chỉ: )|(?<=dia chi )|(?<=dia chi: )|(?<=tại )|(?<=địa chỉ là ))"
            rf"(?:số |so )?{_HOUSE} (?!{_COUNTED})[^\W\d_]+ [^\W\d_]+(?: [^\W\d_]+){{0,2}}?{_STOP}"
        ),
        (
            r"\b(?:tổ dân phố|to dan pho|tổ|khu phố|khu pho|khóm|khom|ấp|thôn|xóm|đội|tdp|kp)"
            r"(?: số| so)? \d{1,3}[A-Za-z]?\b(?!\s*(?:người|ngày|tháng|tuổi|bản))"
        ),
    )
)

#: A word with a digit, or in the eight letters of a receipt's secret.
_MAY_BE_SECRET: Final = re.compile(r"\d|^[ACDEFHJKMNPQRTWXY]{8}\W*$", re.IGNORECASE)
#: So few words may be nothing but a secret.
_SECRET_ALONE: Final = 2
_FULL_WIDTH: Final = {ord("０") + digit: str(digit) for digit in range(10)}
_LETTERS_FOR_DIGITS: Final = re.compile(
    r"(?<![^\W\d_])[\doOlI][\doOlI .\-]{7,}[\doOlI](?![^\W\d_])"
)


def mask(text: str) -> str:
    """Return `text` with what points at a person replaced by its kind in brackets.

    Idempotent. Invisible characters are dropped first, so that they cannot hide a number.
    """
    text = _plain_digits(text)
    text = _EMAIL.sub("[email]", text)
    text = _DOSSIER.sub("[mã hồ sơ]", text)
    text = _LETTERS_FOR_DIGITS.sub(_as_digits, text)
    text = _NUMBER.sub(_number, text)
    text = _INSURANCE.sub("[số]", text)
    text = _PLATE.sub(_plate, text)
    text = _PASSPORT.sub("[hộ chiếu]", text)
    text = _SPOKEN.sub("[số] ", text)
    for shape in _ADDRESS:
        text = shape.sub("[địa chỉ]", text)
    return text


def mask_secrets(text: str) -> str:
    """Return `text` without any word that could be a code or a secret: "tra H58… [mã] giúp tôi".

    For messages known to hold one; two words or fewer are hidden whole.
    """
    parts = text.split()
    if len(parts) <= _SECRET_ALONE:
        return "[mã]" if parts else ""
    kept = ("[mã]" if _MAY_BE_SECRET.search(part) else part for part in parts)
    return " ".join(kept)


def _plain_digits(text: str) -> str:
    if text.isascii():
        return text
    kept = (char for char in text.translate(_FULL_WIDTH) if unicodedata.category(char) != "Cf")
    return "".join(kept)


def _as_digits(match: re.Match[str]) -> str:
    """Read o and l as 0 and 1 where they stand among at least six digits."""
    written = match[0]
    if sum(char.isdigit() for char in written) < 6:
        return written
    return written.translate(str.maketrans("oOlI", "0011"))


def _number(match: re.Match[str]) -> str:
    written = match[0]
    digits = re.sub(r"\D", "", written)
    bare = written.strip("() ")
    dated = _DATES.match(bare)
    if dated and len(digits) <= _DATE_AND_TIME:
        return written
    if _YEARS.fullmatch(bare) or _HOTLINE.fullmatch(digits):
        return written
    after = match.string[match.end() : match.end() + 12]
    if _GROUPED.fullmatch(bare) and (_MONEY_AFTER.match(after) or not bare.startswith("0")):
        return written
    if _MONEY_AFTER.match(after) and not digits.startswith("0"):
        return written
    before = match.string[max(0, match.start() - 40) : match.start()]
    if len(digits) < _FEWEST and not _NAMED.search(before):
        return written
    return "[số]"


#: Between two numbers these are units: "20 m 1234" is no plate, though "20M-12345" is one.
_UNITS: Final = frozenset({"m", "g", "h", "k", "đ", "d", "tr", "km", "kg", "cm", "nđ", "tt"})


def _plate(match: re.Match[str]) -> str:
    written = match[0]
    series = re.sub(r"[\d\W_]", "", written).lower()
    apart = " " in written or len(re.sub(r"\D", "", written)) < 7
    return written if series in _UNITS and apart and "-" not in written else "[biển số]"
