"""Text from before Unicode: TCVN3 (ABC), VNI and windows-1258, recognised and converted."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from knowledge.text import is_syllable

_TCVN3_BYTES = (
    "B5à B6ả B7ã B8á B9ạ A8ă BBằ BCẳ BDẵ BEắ C6ặ A9â C7ầ C8ẩ C9ẫ CAấ CBậ CCè CEẻ CFẽ D0é D1ẹ AAê "
    "D2ề D3ể D4ễ D5ế D6ệ "
    "D7ì D8ỉ DCĩ DDí DEị DFò E1ỏ E2õ E3ó E4ọ ABô E5ồ E6ổ E7ỗ E8ố E9ộ ACơ EAờ EBở ECỡ EDớ EEợ EFù "
    "F1ủ F2ũ F3ú F4ụ ADư "
    "F5ừ F6ử F7ữ F8ứ F9ự FAỳ FBỷ FCỹ FDý FEỵ AEđ A1Ă A2Â A3Ê A4Ô A5Ơ A6Ư A7Đ"
)
_VNI_PAIRS = (
    "aùá aøà aûả aõã aïạ aêă aéắ aèằ aúẳ aüẵ aëặ aââ aáấ aàầ aåẩ aãẫ aäậ eùé eøè eûẻ eõẽ eïẹ eâê "
    "eáế eàề eåể eãễ eäệ "
    "oùó oøò oûỏ oõõ oïọ oâô oáố oàồ oåổ oãỗ oäộ ôùớ ôøờ ôûở ôõỡ ôïợ uùú uøù uûủ uõũ uïụ öùứ öøừ öûử öõữ öïự "
    "yùý yøỳ yûỷ yõỹ"
)
_VNI_SINGLES = "ôơ öư íí ìì æỉ óĩ òị îỵ ñđ"
#: Less than this share of correctly spelt words is no Vietnamese text.
ENOUGH = 0.6
_SAMPLE = 20_000
_WORDS = re.compile(r"[^\W\d_]+")
_ACCENTED = re.compile(r"[^\x00-\x7f]")


@cache
def _tcvn3() -> dict[int, str]:
    return {int(pair[:2], 16): pair[2:] for pair in _TCVN3_BYTES.split()}


@cache
def _vni() -> tuple[re.Pattern[str], dict[str, str]]:
    table = {pair[:2]: pair[2:] for pair in _VNI_PAIRS.split()}
    table |= {pair[:1]: pair[1:] for pair in _VNI_SINGLES.split()}
    for old, new in list(table.items()):
        table[old.upper()] = new.upper()
        if len(old) == 2:
            table[old[0].upper() + old[1]] = new.upper()
    longest = sorted(table, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest))), table


def from_tcvn3(text: str) -> str:
    """Return TCVN3 text, read as Latin-1, in Unicode."""
    return text.translate(_tcvn3())


def from_vni(text: str) -> str:
    """Return VNI text, read as Latin-1, in Unicode."""
    pattern, table = _vni()
    return pattern.sub(lambda match: table[match[0]], text)


def spelling(text: str) -> float:
    """Return the share of words with accents that are spelt as Vietnamese is; 0 without any.

    A Vietnamese text has an accent on most words; one without any accents is judged by all words.
    """
    sample = text[:_SAMPLE]
    words = _WORDS.findall(sample)
    accented = [word for word in words if _ACCENTED.search(word)]
    if not accented:
        return 0.0
    odd = sum(sample.count(char) for char in "¶·¸¹®¬­µ§¨©ª«»¼½¾÷ð¤¥¦�")
    right = sum(is_syllable(word.lower()) for word in accented)
    return right / (len(accented) + odd)


def repair(text: str) -> tuple[str, str]:
    """Return `text` in proper Unicode and the name of the legacy encoding it was in, or "".

    A document may be Unicode on paper and TCVN3 or VNI in its letters, when it was typed with an
    old font.
    """
    now = spelling(text)
    if now >= 0.8 or not _ACCENTED.search(text[:_SAMPLE]):
        return text, ""
    best, name, score = text, "", now
    for candidate, convert in (("TCVN3", from_tcvn3), ("VNI", from_vni)):
        converted = convert(text[:_SAMPLE])
        better = spelling(converted)
        if better > score + 0.1 and better >= ENOUGH:
            best, name, score = candidate, candidate, better
    if not name:
        return text, ""
    return (from_tcvn3 if best == "TCVN3" else from_vni)(text), name


def decode(data: bytes) -> tuple[str, str] | None:
    """Return (text, encoding) of Vietnamese text, or None when no known encoding makes sense of it."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError:
                return None
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    if b"\x00" in data[:_SAMPLE]:
        return None
    return _legacy(data)


def _legacy(data: bytes) -> tuple[str, str] | None:
    latin = data[: 2 * _SAMPLE].decode("latin-1")
    candidates = {
        "TCVN3": spelling(from_tcvn3(latin)),
        "VNI": spelling(from_vni(latin)),
        "windows-1258": spelling(_from_1258(data[: 2 * _SAMPLE])),
    }
    name = max(candidates, key=lambda key: candidates[key])
    if candidates[name] < ENOUGH:
        return None
    if name == "windows-1258":
        return _from_1258(data), name
    convert = from_tcvn3 if name == "TCVN3" else from_vni
    return convert(data.decode("latin-1")), name


def _from_1258(data: bytes) -> str:
    return unicodedata.normalize("NFC", data.decode("cp1258", errors="replace"))
