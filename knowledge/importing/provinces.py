"""Which province a procedure belongs to, when a province's own decision announces it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

#: Code → name of the 34 provinces and cities of today (a test holds it equal to the place table).
PROVINCES: Final = {
    "01": "Hà Nội",
    "04": "Cao Bằng",
    "08": "Tuyên Quang",
    "11": "Điện Biên",
    "12": "Lai Châu",
    "14": "Sơn La",
    "15": "Lào Cai",
    "19": "Thái Nguyên",
    "20": "Lạng Sơn",
    "22": "Quảng Ninh",
    "24": "Bắc Ninh",
    "25": "Phú Thọ",
    "31": "Hải Phòng",
    "33": "Hưng Yên",
    "37": "Ninh Bình",
    "38": "Thanh Hóa",
    "40": "Nghệ An",
    "42": "Hà Tĩnh",
    "44": "Quảng Trị",
    "46": "Huế",
    "48": "Đà Nẵng",
    "51": "Quảng Ngãi",
    "52": "Gia Lai",
    "56": "Khánh Hòa",
    "66": "Đắk Lắk",
    "68": "Lâm Đồng",
    "75": "Đồng Nai",
    "79": "Hồ Chí Minh",
    "80": "Tây Ninh",
    "82": "Đồng Tháp",
    "86": "Vĩnh Long",
    "91": "An Giang",
    "92": "Cần Thơ",
    "96": "Cà Mau",
}
#: Other spellings the portals use.
_SPELLINGS: Final = {
    "đăk lăk": "66",
    "đắc lắc": "66",
    "khánh hoà": "56",
    "thanh hoá": "38",
    "tp.hcm": "79",
}
#: Provinces merged on 1 July 2025 (Resolution 202/2025/QH15) → today's code.
_FORMER: Final = {
    "hà giang": "08", "yên bái": "15", "bắc kạn": "19", "bắc giang": "24", "vĩnh phúc": "25",
    "hòa bình": "25", "hải dương": "31", "thái bình": "33", "hà nam": "37", "nam định": "37",
    "quảng bình": "44", "thừa thiên huế": "46", "quảng nam": "48", "kon tum": "51",
    "bình định": "52", "ninh thuận": "56", "phú yên": "66", "đắk nông": "68", "bình thuận": "68",
    "bình phước": "75", "bà rịa - vũng tàu": "79", "bình dương": "79", "long an": "80",
    "tiền giang": "82", "bến tre": "86", "trà vinh": "86", "kiên giang": "91", "sóc trăng": "92",
    "hậu giang": "92", "bạc liêu": "96",
}  # fmt: skip
_CODES: Final = {name.lower(): code for code, name in PROVINCES.items()} | _SPELLINGS
_NAMES: Final = "|".join(sorted(map(re.escape, _CODES), key=len, reverse=True))
_NAMED = re.compile(rf"(?<!\w)({_NAMES})(?!\w)", re.IGNORECASE)
_PLACES: Final = _CODES | _FORMER
#: Every name a province has or had, in any spelling.
ALL_NAMES: Final = frozenset(_PLACES)
_PLACE_NAMES: Final = "|".join(sorted(map(re.escape, _PLACES), key=len, reverse=True))
_PLACED = re.compile(rf"(?:tỉnh|thành phố|tp\.?)\s*({_PLACE_NAMES})(?!\w)", re.IGNORECASE)
#: Decisions of provincial bodies; a bare number such as "543" may be one too.
_LOCAL = re.compile(
    r"ubnd|ttpvhcc|qđ-vp\b|sở|snn|dacthu|đặcthù|datdai|kstt|skhcn|sokhcn", re.IGNORECASE
)
_BARE = re.compile(r"\d+")
#: How much a mention counts: in the agency's name, in a local regulation's title, elsewhere.
_AGENCY, _REGULATION, _TEXT = 6, 2, 1


def is_local(decision: str) -> bool:
    """Whether the announcing decision is one of a province."""
    return _LOCAL.search(decision) is not None


def may_be_local(decision: str) -> bool:
    """Whether the decision does not say whose it is."""
    return _BARE.fullmatch(decision) is not None


def province_of(agencies: str, regulations: Iterable[str], texts: Iterable[str]) -> str:
    """Return the code of the province that the record speaks of, or "" when it is not clear.

    The clearest mention wins if it has at least twice the weight of the next.
    """
    weights: Counter[str] = Counter()
    for name in _NAMED.findall(agencies):
        weights[_CODES[name.lower()]] += _AGENCY
    for title in regulations:
        for name in set(_PLACED.findall(title)):
            weights[_PLACES[name.lower()]] += _REGULATION
    for text in texts:
        for name in _PLACED.findall(text):
            weights[_PLACES[name.lower()]] += _TEXT
    ranked = weights.most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] < 2 * ranked[1][1]):
        return ""
    return ranked[0][0]


def named_province(agencies: str) -> str:
    """Return the one province that the agencies' names contain, or ""."""
    found = {_CODES[name.lower()] for name in _NAMED.findall(agencies)}
    return found.pop() if len(found) == 1 else ""
