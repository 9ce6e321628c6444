"""Vietnamese text as people type it: one spelling per word, folding, keystrokes, abbreviations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

_ABBREVIATIONS = Path(__file__).parent / "data" / "abbreviations.txt"
_WORD = re.compile(r"[^\W_]+")

_ONSETS = """
    b c ch d g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x
""".split()  # noqa: SIM905 - a list of one-letter strings is no easier to read
_RIMES = """
    a ac ach ai am an ang anh ao ap at au ay e ec em en eng eo ep et eu enh ech
    i ia ich iec iem ien ieng iep iet ieu im in inh ip it iu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oen oeo oet oi om on ong ooc oong op ot
    u ua uan uat uang uay uau uc ue uech uenh ui um un ung uo uoc uoi uom uon uong uop uot uou up ut uu
    uy uya uych uyen uyet uyn uynh uyp uyt uyu y yem yen yeng yet yeu
""".split()  # noqa: SIM905
#: Folded syllables that Vietnamese spelling allows, e.g. "nghieng".
SYLLABLES = frozenset(onset + rime for onset in (*_ONSETS, "") for rime in _RIMES) | {
    "gi",
    "gin",
    "gieng",
}

_TONE_KEYS = {"f": "\u0300", "s": "\u0301", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_TONE_DIGITS = {"2": "\u0300", "1": "\u0301", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_VOWELS = frozenset("aăâeêioôơuưy")
_SHAPED = frozenset("ăâêôơư")
_HATS = {"a": "â", "e": "ê", "o": "ô", "d": "đ"}
_HORNS = {"a": "ă", "o": "ơ", "u": "ư"}
_VNI_SHAPES = {
    "6": {"a": "â", "e": "ê", "o": "ô"},
    "7": {"o": "ơ", "u": "ư"},
    "8": {"a": "ă"},
    "9": {"d": "đ"},
}
#: hoà → hòa, thuý → thúy: the tone stands on the first vowel of an open oa, oe, uy (not in quý).
_GLIDES = {"oa": "àáảãạ", "oe": "èéẻẽẹ", "uy": "ỳýỷỹỵ"}
_STRONG = {"o": "òóỏõọ", "u": "ùúủũụ"}
_GLIDE_PAIRS = {
    glide[0] + toned: first + glide[1]
    for glide, tones in _GLIDES.items()
    for toned, first in zip(tones, _STRONG[glide[0]], strict=True)
}
#: Begins with a plain class, so that a text is scanned quickly; what follows a q is left as it is.
_GLIDE = re.compile(r"[ou][àáảãạèéẻẽẹỳýỷỹỵ](?![^\W_])")


class _Table(dict[int, str]):
    """A table for `str.translate` that works out each character once."""

    def __init__(self, replace: Callable[[str], str]) -> None:
        super().__init__()
        self._replace = replace

    def __missing__(self, code: int) -> str:
        self[code] = self._replace(chr(code))
        return self[code]


def _keep(char: str) -> str:
    """Return what stands for an unprintable `char`: a space, or nothing."""
    kind = unicodedata.category(char)
    if kind in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    return "" if kind in ("Cf", "Cs", "Co", "Cn", "Mn", "Me") else char


def _bare(char: str) -> str:
    """Return `char` without diacritics."""
    if char in "đĐ":
        return "d" if char == "đ" else "D"
    parts = unicodedata.normalize("NFD", char)
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


_KEPT = _Table(_keep)
_FOLDED = _Table(_bare)


def _normalise_once(text: str) -> str:
    text = unicodedata.normalize("NFC", text).lower()
    if not (text.isascii() and text.isprintable()):
        text = text.translate(_KEPT)
        text = unicodedata.normalize("NFC", text)
        text = _GLIDE.sub(_moved_tone, text)
    return " ".join(text.split())


def _moved_tone(match: re.Match[str]) -> str:
    after_q = match.string[match.start() - 1 : match.start()] == "q"
    return match[0] if after_q else _GLIDE_PAIRS.get(match[0], match[0])


def normalise(text: str) -> str:
    """Return the one spelling of `text` that everything else works on.

    Composed (NFC), lower case, tones placed as in "hòa" and "thúy", invisible and control characters
    gone, one space between words. Normalising twice changes nothing.
    """
    for _ in range(4):  # lower-casing rare letters can need one more round
        once = _normalise_once(text)
        if once == text:
            break
        text = once
    return text


def fold(text: str) -> str:
    """Return `text` without diacritics: "Đăng ký" → "Dang ky". Folding twice changes nothing."""
    return text if text.isascii() else text.translate(_FOLDED)


def words(text: str) -> list[str]:
    """Return the words and numbers of a normalised `text`."""
    return _WORD.findall(text)


def is_syllable(word: str) -> bool:
    """Whether `word`, folded, is spelt as a Vietnamese syllable can be."""
    return fold(word) in SYLLABLES


def with_tone(syllable: str, tone: str) -> str:
    """Return `syllable` with the combining mark `tone` on the vowel that carries it."""
    at = _tone_position(syllable)
    if not tone or at is None:
        return syllable
    return unicodedata.normalize("NFC", syllable[: at + 1] + tone + syllable[at + 1 :])


def _tone_position(syllable: str) -> int | None:
    start = 2 if syllable[:2] in ("qu", "gi") and syllable[2:3] in _VOWELS else 0
    vowels = [i for i in range(start, len(syllable)) if syllable[i] in _VOWELS]
    if not vowels:
        return None
    shaped = [i for i in vowels if syllable[i] in _SHAPED]
    if shaped:
        return shaped[-1]
    if vowels[-1] < len(syllable) - 1 or len(vowels) == 1:
        return vowels[-1]
    return vowels[1] if len(vowels) == 3 else vowels[0]


def _horn(letters: list[str]) -> bool:
    """Apply a `w` (or VNI 7) to the letters typed so far; False when it fits nowhere."""
    for i in range(len(letters) - 1, -1, -1):
        if letters[i] == "o" and i and letters[i - 1] in "uư" and letters[i - 2 : i - 1] != ["q"]:
            letters[i - 1], letters[i] = "ư", "ơ"
            return True
        if letters[i] in _HORNS and not (letters[i] == "u" and letters[i - 1 : i] == ["q"]):
            letters[i] = _HORNS[letters[i]]
            return True
        if letters[i] == "ư" and letters[i + 1 : i + 2] == ["ơ"]:
            return True
    return False


def _hat(letters: list[str], key: str) -> bool:
    """Apply a doubled letter (aa, ee, oo, dd), perhaps typed late; False when it is none."""
    if key not in _HATS or key not in letters:
        return False
    at = len(letters) - 1 - letters[::-1].index(key)
    if key == "d" and at != 0:
        return False
    letters[at] = _HATS[key]
    return True


def decode_telex(word: str) -> str | None:
    """Return the syllable meant by Telex keystrokes ("ddawng" → "đăng"), or None."""
    letters: list[str] = []
    tone = ""
    for key in word:
        seen_vowel = any(c in _VOWELS for c in letters)
        if key in _TONE_KEYS and seen_vowel:
            tone = _TONE_KEYS[key]
        elif key == "w":
            if not _horn(letters):
                letters.append("ư")
        elif not _hat(letters, key):
            letters.append(key)
    return _valid(letters, tone)


def decode_vni(word: str) -> str | None:
    """Return the syllable meant by VNI keystrokes ("d9a8ng" → "đăng"), or None."""
    letters: list[str] = []
    tone = ""
    for key in word:
        if key in _TONE_DIGITS and letters:
            tone = _TONE_DIGITS[key]
        elif key in _VNI_SHAPES:
            if not _vni_shape(letters, key):
                return None
        elif key != "0":
            letters.append(key)
    return _valid(letters, tone)


def _vni_shape(letters: list[str], key: str) -> bool:
    if key == "7":
        return _horn(letters)
    shapes = _VNI_SHAPES[key]
    for i in range(len(letters) - 1, -1, -1):
        if letters[i] in shapes:
            letters[i] = shapes[letters[i]]
            return True
    return False


def _valid(letters: list[str], tone: str) -> str | None:
    syllable = "".join(letters)
    return normalise(with_tone(syllable, tone)) if fold(syllable) in SYLLABLES else None


def read_abbreviations(path: Path = _ABBREVIATIONS) -> dict[str, str]:
    """Return the table of `short=long` lines; `#` begins a comment."""
    table: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        short, sign, long = line.partition("#")[0].partition("=")
        if sign:
            table[normalise(short)] = normalise(long)
    return table


@lru_cache(maxsize=1)
def abbreviations() -> dict[str, str]:
    """Return the repository's own table of abbreviations and teencode."""
    return read_abbreviations()
