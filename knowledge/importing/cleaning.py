"""Text as the portals write it, made readable: no tags, marks or shouting; lists as lists."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from typing import Final

#: Control, invisible, direction and private-use characters; Word's bullets are among the last.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ud800-\udfff\ufeff\ufff9-\ufffd"
    "\U000e0000-\U000e0fff]"
)
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_BREAK_TAG = re.compile(r"</?(?:br|p|div|li|ul|ol|tr|table|h[1-6])(?:\s[^<>]*)?/?>", re.IGNORECASE)
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(
    r"</?(?:a|b|i|u|em|strong|span|font|td|th|tbody|img|sup|sub|o:p)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
#: White space within a line, unless it is the one space that may stay.
_SPACES = re.compile(r" [^\S\n]+|[^\S\n ][^\S\n]*")
_BREAKS = re.compile(r" ?\n\s*")

_NOTHING = re.compile(
    r"(?:không|không có|không quy định|không yêu cầu|chưa quy định|chưa có|không có thông tin|n/a|null)?"
    r"[\s.,;:\-–]*",
    re.IGNORECASE,
)
_STEP = re.compile(
    r"^[\s*+\-–•.]*(?:\d+(?:\.\d+)*[.)]?\s*)?(?:[a-zđ][.)]\s*)?bước\s*(?:thứ\s*)?\d+[\s.:;)\-–]*",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"^(?P<mark>[-–—•+*]|\d+(?:\.\d+)*[.)]|\(?[a-zđ]\)|\(?[ivx]+\))\s*", re.IGNORECASE
)
_HEADING = re.compile(
    r"^\W*(?:\d+(?:\.\d+)*\.?\s*)?(?:trình tự thực hiện|các bước thực hiện|yêu cầu,? điều kiện(?: thực hiện)?)"
    r"\W*$",
    re.IGNORECASE,
)
#: Finds the mark that begins an item, or nothing.
_Begins = Callable[[str], re.Match[str] | None]
_SENTENCE_END = re.compile(r"[.;!?](?=\s)|\n")


def block(text: str) -> str:
    """Return `text` composed (NFC), without tags and invisible characters, its lines kept."""
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub("", _BREAK_TAG.sub("\n", _SCRIPT.sub(" ", text)))
    if _has_marks(text):
        text = _PRIVATE.sub("- ", _INVISIBLE.sub("", text))
    text = unicodedata.normalize("NFC", text)
    return _BREAKS.sub("\n", _SPACES.sub(" ", text)).strip()


def _has_marks(text: str) -> bool:
    """Whether a character may be one of `_INVISIBLE` or `_PRIVATE`: cheaper than looking for them.

    Of those only U+FFFC and U+FFFD count as printable.
    """
    return not text.replace("\n", "").isprintable() or "\ufffc" in text or "\ufffd" in text


def visible(text: str) -> str:
    """Return `text` composed (NFC) and without control, invisible and direction characters."""
    return unicodedata.normalize("NFC", _PRIVATE.sub("", _INVISIBLE.sub("", text)))


def line(text: str) -> str:
    """Return `text` clean and on one line."""
    return block(text).replace("\n", " ")


def says_nothing(text: str) -> bool:
    """Whether a field is filled in with "Không", "Không quy định." or the like."""
    return _NOTHING.fullmatch(text) is not None


def clip(text: str, limit: int) -> str:
    """Return at most `limit` characters, ending with a sentence where one ends in the last half."""
    if len(text) <= limit:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text, limit // 2, limit - 1)]
    return (text[: ends[-1]] if ends else text[: limit - 1]).rstrip() + "…"


def items(text: str) -> list[str]:
    """Split a text into its steps or items: by "Bước 1", else by its outermost list marks.

    What follows an item, such as a "+" list under a "-" list, stays in it.
    """
    found = [part for part in block(text).split("\n") if part and not _HEADING.match(part)]
    steps = sum(bool(_STEP.match(part)) for part in found)
    if steps >= 2:
        return _grouped(found, _STEP.match)
    first = next((match for part in found if (match := _ITEM.match(part))), None)
    if first is None:
        return [part for part in found if not says_nothing(part)]
    kind = _kind(first["mark"])
    return _grouped(
        found,
        lambda part: (
            match if (match := _ITEM.match(part)) and _kind(match["mark"]) == kind else None
        ),
    )


def _grouped(found: list[str], begins: _Begins) -> list[str]:
    groups: list[list[str]] = []
    for part in found:
        match = begins(part)
        if match or not groups:
            groups.append([part[match.end() :] if match else part])
        else:
            groups[-1].append(part)
    texts = ("\n".join(part for part in group if part).strip() for group in groups)
    return [text for text in texts if not says_nothing(text)]


def _kind(mark: str) -> str:
    """Return what sort of list mark it is; "1." and "2." are one sort, "-" and "+" two."""
    bare = mark.strip("().")
    if bare.replace(".", "").isdigit():
        return f"number {bare.count('.')}"
    return "letter" if bare.isalpha() else mark.replace("–", "-").replace("—", "-")


# --- titles ---------------------------------------------------------------------------------------

_PROPER: Final = (
    "Việt Nam", "Trung Quốc", "Lào", "Campuchia", "Thái Lan", "Hoa Kỳ", "Nhật Bản", "Hàn Quốc",
    "Đài Loan", "Mỹ", "Pháp", "Đức", "Nga", "ASEAN", "Hà Nội", "Cao Bằng", "Tuyên Quang", "Điện Biên",
    "Lai Châu", "Sơn La", "Lào Cai", "Thái Nguyên", "Lạng Sơn", "Quảng Ninh", "Bắc Ninh", "Phú Thọ",
    "Hải Phòng", "Hưng Yên", "Ninh Bình", "Thanh Hóa", "Nghệ An", "Hà Tĩnh", "Quảng Trị", "Đà Nẵng",
    "Quảng Ngãi", "Gia Lai", "Khánh Hòa", "Đắk Lắk", "Lâm Đồng", "Đồng Nai", "Hồ Chí Minh",
    "Tây Ninh", "Đồng Tháp", "Vĩnh Long", "An Giang", "Cần Thơ", "Cà Mau", "Chính phủ", "Nhà nước",
    "Ủy ban nhân dân", "Hội đồng nhân dân", "UBND", "HĐND", "GCN", "VNeID", "PCCC", "BHXH", "BHYT",
    "ODA", "FDI", "C/O", "ABTC", "APEC", "II", "III", "IV", "VI", "VII",
)  # fmt: skip
_PROPER_AGAIN = re.compile(
    rf"(?<!\w)(?:{'|'.join(re.escape(name.lower()) for name in sorted(_PROPER, key=len, reverse=True))})"
    r"(?!\w)"
)
_PROPER_BY_LOWER: Final = {name.lower(): name for name in _PROPER}
#: A title with a larger share of capitals among its letters is shouted.
SHOUTING: Final = 0.6


def title(text: str) -> str:
    """Return a title on one line, in sentence case if it was shouted."""
    text = line(text).rstrip(" .;:")
    letters = [char for char in text if char.isalpha()]
    if len(letters) < 8 or sum(map(str.isupper, letters)) <= SHOUTING * len(letters):
        return text
    text = _PROPER_AGAIN.sub(lambda match: _PROPER_BY_LOWER[match[0]], text.lower())
    return text[:1].upper() + text[1:]
