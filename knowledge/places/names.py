"""How place names are written: words, keys that forgive spelling, and the words that mark a place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from knowledge.text import decode_telex, decode_vni, fold, is_syllable, normalise

_TOKEN = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+(?:['’`](?:[^\W_]|[\u0300-\u036f])+)*")
_NUMBERED = re.compile(r"(p|q|f|phuong|quan)(\d{1,2})")
_BREAK = re.compile(r"[,;/|()\[\]\n:?!]")
#: Mỹ = Mĩ, Quý = Quí: one vowel, two spellings.
_FINAL_Y = re.compile(r"^(qu|[bcdđghklmnpqrstvx]*)y$")
_SAME_WORD = {"dac": "dak", "dar": "dak", "krong": "krong"}


class Level(StrEnum):
    """The level of a unit; districts ended on 1 July 2025."""

    COMMUNE = "commune"
    DISTRICT = "district"
    PROVINCE = "province"


#: Which levels a kind of unit may stand for.
LEVELS: dict[str, frozenset[Level]] = {
    "xã": frozenset({Level.COMMUNE}),
    "phường": frozenset({Level.COMMUNE}),
    "thị trấn": frozenset({Level.COMMUNE}),
    "đặc khu": frozenset({Level.COMMUNE}),
    "huyện": frozenset({Level.DISTRICT}),
    "quận": frozenset({Level.DISTRICT}),
    "thị xã": frozenset({Level.DISTRICT}),
    "thành phố": frozenset({Level.DISTRICT, Level.PROVINCE}),
    "tỉnh": frozenset({Level.PROVINCE}),
}
_PAIRS = {tuple(kind.split()): kind for kind in LEVELS if " " in kind}
_SINGLES = {kind: kind for kind in LEVELS if " " not in kind}
_SHORT = {"tp": "thành phố", "tx": "thị xã", "tt": "thị trấn", "đk": "đặc khu"}
_LETTERS = {"h": "huyện", "p": "phường", "f": "phường", "q": "quận", "x": "xã", "t": "tỉnh"}
_FOLDED = {fold(kind).replace(" ", ""): kind for kind in LEVELS}


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the text with its place in it."""

    text: str
    """Normalised, with the accents typed."""
    key: str
    start: int
    end: int
    breaks: bool
    """Whether a comma or the like stands before it (or it is the first)."""
    follows: bool = False
    """Whether nothing but a space or a dot parts it from the word before."""
    dotted: bool = False
    """Whether it is an abbreviation by its look: followed by a dot, or a capital by itself."""

    @property
    def plain(self) -> bool:
        """Whether it was typed without any diacritic."""
        return self.text.isascii()


@dataclass(frozen=True, slots=True)
class Marker:
    """A word such as xã or TP that says which kind of unit follows."""

    start: int
    end: int
    kind: str
    edits: int = 0


def word_set(words: str) -> frozenset[str]:
    """Return the set of the words in `words`."""
    return frozenset(words.split())


@lru_cache(maxsize=20_000)
def word_key(word: str) -> str:
    """Return what two spellings of one normalised word share."""
    key = fold(word)
    if key.isdecimal():
        return key.lstrip("0") or "0"
    key = _FINAL_Y.sub(r"\1i", key)
    return _SAME_WORD.get(key, key)


def name_words(name: str) -> tuple[str, ...]:
    """Return the normalised words of a bare name."""
    return tuple(map(_clean, _TOKEN.findall(name)))


def name_key(name: str) -> str:
    """Return the key of a bare name: folded words run together."""
    return "".join(map(word_key, name_words(name)))


@lru_cache(maxsize=20_000)
def _clean(word: str) -> str:
    return re.sub("['’`]", "", normalise(word))


def tokenise(text: str, *, strict: bool = False) -> list[Token]:
    """Return the words of `text` with their positions in it.

    "P4" is two words; `strict` leaves "quan1" alone, which may be keystrokes of another word.
    """
    tokens: list[Token] = []
    at = 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        breaks = not tokens or bool(_BREAK.search(text, at, start))
        follows = not breaks and not text[at:start].strip(" .\t\u00a0")
        word = _clean(match[0])
        at = end
        if not word:
            continue
        numbered = _NUMBERED.fullmatch(fold(word))
        if numbered and not (strict and word.isascii() and len(numbered[1]) > 1):
            middle = end - len(numbered[2])
            kind = numbered[1]
            tokens.append(Token(kind, kind, start, middle, breaks, follows, dotted=True))
            number = Token(numbered[2], word_key(numbered[2]), middle, end, False, True)
            tokens.append(number)
            continue
        dotted = text[end : end + 1] == "." or (len(word) == 1 and match[0].isupper())
        tokens.append(Token(word, word_key(word), start, end, breaks, follows, dotted))
    return tokens


def decoded(text: str) -> str:
    """Return `text` with Telex or VNI keystrokes read ("Hieepj" → "hiệp"), or "" if it has none.

    One such word alone is taken for a typing error.
    """
    changed = 0
    words = []
    for word in text.lower().split():
        bare = word.strip(",.;()")
        keys = bare.isascii() and not is_syllable(bare) and 2 < len(bare) < 12
        read = _keystrokes(bare) if keys else None
        changed += read is not None
        words.append(word.replace(bare, read) if read else word)
    return " ".join(words) if changed > 1 else ""


def _keystrokes(word: str) -> str | None:
    if word.isalpha():
        return decode_telex(word)
    return decode_vni(word) if word[0].isalpha() else None


def find_markers(tokens: list[Token], *, strict: bool) -> list[Marker]:
    """Return the markers among `tokens`.

    Not `strict` (the text is a place): a typing error in a marker that begins a part is forgiven, and
    single letters count. Strict (a whole question): accents typed must be right, and a single letter
    needs a dot, a capital or a number after it.
    """
    markers: list[Marker] = []
    at = 0
    while at < len(tokens) - 1:
        marker = _exact(tokens, at, strict=strict)
        if marker is None and (_is_located(tokens, at) if strict else tokens[at].breaks):
            marker = _nearly(tokens, at)
        if marker is not None:
            markers.append(marker)
            at = marker.end
        else:
            at += 1
    return markers


def _is_located(tokens: list[Token], at: int) -> bool:
    """Whether "ở" or "tại" stands before, so that a place must follow."""
    return at > 0 and tokens[at - 1].text in ("ở", "tại", "o", "tai")


def _exact(tokens: list[Token], at: int, *, strict: bool) -> Marker | None:
    token = tokens[at]
    if at + 2 < len(tokens):
        for pair, kind in _PAIRS.items():
            if _same(token, pair[0]) and _same(tokens[at + 1], pair[1]):
                return Marker(at, at + 2, kind)
    for kind in _SINGLES:
        if _same(token, kind):
            return Marker(at, at + 1, kind)
    if token.text in _SHORT:
        return Marker(at, at + 1, _SHORT[token.text])
    if token.text in _LETTERS and (not strict or token.dotted):
        return Marker(at, at + 1, _LETTERS[token.text])
    return None


def _nearly(tokens: list[Token], at: int) -> Marker | None:
    """Return the marker that the words at `at` spell with one error, the longer first."""
    for width in (2, 1):
        if at + width >= len(tokens):
            continue
        typed = "".join(token.key for token in tokens[at : at + width])
        for folded, kind in _FOLDED.items():
            if (" " in kind) != (width == 2) or len(folded) + len(typed) < 5:
                continue
            if OSA.distance(typed, folded, score_cutoff=1) <= 1:
                return Marker(at, at + width, kind, edits=1)
    return None


def _same(token: Token, word: str) -> bool:
    """Whether `token` is `word`, or `word` typed without its accents."""
    return token.text == word or (token.plain and token.text == fold(word))
