"""Undoes what keyboards and haste do to words: abbreviations, keystrokes, glued words, typos."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge.matching.lexicon import canonical
from knowledge.text import (
    SYLLABLES,
    abbreviations,
    decode_telex,
    decode_vni,
    fold,
    normalise,
    words,
)

#: Only the beginning of a long question is read.
MAX_CHARACTERS = 600
MAX_TOKENS = 60
#: Repairs are the costly part; a text that needs more of them is not a question.
MAX_REPAIRS = 12
#: The longest run of letters, and the most words, taken for glued words.
LONGEST_GLUED = 24
MOST_GLUED = 4
#: A real word is taken for a slip only where its neighbours have been seen this often with another.
PAIRS_SEEN = 6
_LETTERS = "abcdefghiklmnopqrstuvxy"
_NEIGHBOURS = {
    a: frozenset(b)
    for a, b in {
        "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij",
        "i": "uok", "o": "ipl", "p": "o", "a": "qsz", "s": "awdx", "d": "sefc", "f": "drgv",
        "g": "fthb", "h": "gyjn", "j": "hukm", "k": "jil", "l": "ko", "z": "ax", "x": "zsc",
        "c": "xdv", "v": "cfb", "b": "vgn", "n": "bhm", "m": "njk",
    }.items()
}  # fmt: skip
_REPEAT = re.compile(r"([^\W\d_])\1{2,}")


@dataclass(frozen=True, slots=True)
class Token:
    """One word as it was understood."""

    text: str
    """With the accents that were typed."""
    folded: str
    origin: str = "typed"


@dataclass(slots=True)
class Language:
    """How often words and pairs of words occur, folded; grows with the index."""

    words: dict[str, int] = field(default_factory=dict)
    pairs: dict[tuple[str, str], int] = field(default_factory=dict)

    texts: set[str] = field(default_factory=set)
    """Words as they are written, with accents."""

    def learn(self, text: Sequence[str], times: int = 1) -> None:
        """Count the words and pairs of one text."""
        self.texts.update(text)
        folded = [fold(word) for word in text]
        for word in folded:
            self.words[word] = self.words.get(word, 0) + times
        for pair in itertools.pairwise(folded):
            self.pairs[pair] = self.pairs.get(pair, 0) + times

    def copy(self) -> Language:
        """Return an independent copy."""
        return Language(dict(self.words), dict(self.pairs), set(self.texts))


_NO_LANGUAGE = Language()


def clean(question: str, language: Language = _NO_LANGUAGE, *, slips: bool = True) -> list[Token]:
    """Return the words meant by `question`; `slips` also doubts words that do exist."""
    said = _once_or_twice(words(normalise(question[:MAX_CHARACTERS])))
    typed = [canonical(word) for word in said[:MAX_TOKENS]]
    tokens: list[Token] = []
    repairs = 0
    for i, word in enumerate(typed):
        known = _readable(word, language.words)
        if known is None and repairs < MAX_REPAIRS:
            repairs += 1
            before = tokens[-1].folded if tokens else ""
            after = fold(typed[i + 1]) if i + 1 < len(typed) else ""
            known = list(_repair(fold(word), before, after, language))
        known = [Token(word, fold(word))] if known is None else known
        if len(known) > 1 and tokens and known[0].folded == tokens[-1].folded:
            known = known[1:]  # "bao nhiêu", not "bao bao nhiêu"
        tokens.extend(known)
    tokens = tokens[:MAX_TOKENS]
    return _slips(tokens, language, MAX_REPAIRS - repairs) if slips else tokens


def _once_or_twice(said: list[str]) -> list[str]:
    """Leave out what is said a third time in a row: "alo alo alo", a key held down; "từ từ" is a word."""
    return [word for i, word in enumerate(said) if i < 2 or said[i - 2 : i] != [word, word]]


def _slips(tokens: list[Token], language: Language, repairs: int) -> list[Token]:
    """Repair real words that stand where another word, one edit away, is usual."""
    pairs = language.pairs
    for i, token in enumerate(tokens):
        if token.origin != "typed" or not token.folded.isalpha():
            continue
        if token.text != token.folded and token.text in language.texts:
            continue
        before = tokens[i - 1].folded if i else ""
        after = tokens[i + 1].folded if i + 1 < len(tokens) else ""
        if (before, token.folded) in pairs or (token.folded, after) in pairs:
            continue
        repairs -= 1
        if repairs < 0:
            break
        usual = _usual(token.folded, before, after, language)
        if usual is not None:
            tokens[i] = Token(usual, usual, "slip")
    return tokens


def _usual(word: str, before: str, after: str, language: Language) -> str | None:
    """Return the word one edit away that is usual between its neighbours, or None."""
    pairs = language.pairs
    best, most = None, PAIRS_SEEN if word in language.words else PAIRS_SEEN / 2
    for edit, bonus in _edits(word):
        candidate = canonical(edit)
        left = pairs.get((before, candidate), 0)
        right = pairs.get((candidate, after), 0)
        if not left and not right:
            continue
        seen = bonus * (left + right) * (3.0 if left and right else 0.5)
        if seen > most:
            best, most = candidate, seen
    return best


def _readable(word: str, known: Mapping[str, int]) -> list[Token] | None:
    """Return the tokens of a word that needs no repair, or None."""
    bare = fold(word)
    table = abbreviations()
    long = table.get(word)
    if long is None and bare not in known and bare not in SYLLABLES:
        long = table.get(bare)
    if long is not None:
        return [Token(canonical(w), fold(canonical(w)), "abbreviation") for w in words(long)]
    if bare in SYLLABLES or bare.isdigit() or known.get(bare, 0) > 1:
        return [Token(word, bare)]
    decoded = _decode(word)
    if decoded is not None:
        return [Token(canonical(decoded), fold(canonical(decoded)), "keystrokes")]
    squeezed = _REPEAT.sub(r"\1", word)
    if squeezed != word:
        return _readable(squeezed, known)
    if bare in known or not bare.isalpha():
        return [Token(word, bare)]
    return None


def _decode(word: str) -> str | None:
    if len(word) > 11:
        return None
    if any(c.isdigit() for c in word):
        return decode_vni(word) if word[0].isalpha() else None
    return decode_telex(word)


def _repair(word: str, before: str, after: str, language: Language) -> Iterator[Token]:
    """Yield the likeliest reading of a folded `word` that no rule can read."""
    split = _split(word, language) if 4 <= len(word) <= LONGEST_GLUED else None
    if split and (len(split) > 2 or split in language.pairs):
        yield from _parts(split)
        return
    typo = _one_edit(word, before, after, language)
    if typo is not None:
        yield Token(typo, typo, "typo")
    elif split:
        yield from _parts(split)
    else:
        yield Token(word, word)


def _parts(split: tuple[str, ...]) -> Iterator[Token]:
    for part in split:
        long = abbreviations().get(part)
        for word in words(long) if long else [part]:
            yield Token(canonical(word), fold(canonical(word)), "split")


def _split(word: str, language: Language) -> tuple[str, ...] | None:
    """Return the best two to four known words that `word` glues together."""
    best: dict[int, tuple[float, tuple[str, ...]]] = {0: (0.0, ())}
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 8), end):
            if start in best and len(best[start][1]) < MOST_GLUED:
                found = _extended(best[start], canonical(word[start:end]), language)
                if found is not None and (end not in best or found > best[end]):
                    best[end] = found
    parts = best.get(len(word), (0.0, ()))[1]
    return parts if len(parts) > 1 else None


def _extended(
    so_far: tuple[float, tuple[str, ...]], part: str, language: Language
) -> tuple[float, tuple[str, ...]] | None:
    """Return the split `so_far` with one more part, and how likely it is; None for no word."""
    count = language.words.get(part, 0)
    if part in SYLLABLES:
        if not count:
            return None
    elif not (part in abbreviations() and len(part) > 2) and (count < 5 or len(part) < 3):
        return None
    score, parts = so_far
    pair = language.pairs.get((parts[-1], part), 0) if parts else 0
    gain = math.log1p(count) * 0.2 + math.log1p(pair) - 4.0
    return score + gain, (*parts, part)


def _one_edit(word: str, before: str, after: str, language: Language) -> str | None:
    """Return the known word one edit away that fits best between its neighbours."""
    best, best_score = None, 0.0
    for edit, bonus in _edits(word):
        candidate = canonical(edit)
        count = language.words.get(candidate, 0)
        if not count or (candidate not in SYLLABLES and count < 5):
            continue
        fit = (language.pairs.get((before, candidate), 0) + 0.1) ** 0.3
        fit += (language.pairs.get((candidate, after), 0) + 0.1) ** 0.3
        score = bonus * (count**0.15 + 2.0 * fit)
        if candidate[:1] == word[:1]:
            score *= 1.2
        if score > best_score:
            best, best_score = candidate, score
    return best


def _edits(word: str) -> Iterator[tuple[str, float]]:
    """Yield every word one edit away, with how natural the slip is."""
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        if tail:
            yield head + tail[1:], 1.2 if tail[:1] == head[-1:] else 1.0
            if len(tail) > 1 and tail[0] != tail[1]:
                yield head + tail[1] + tail[0] + tail[2:], 1.5
            near = _NEIGHBOURS.get(tail[0], frozenset())
            for letter in _LETTERS:
                if letter != tail[0]:
                    yield head + letter + tail[1:], 1.3 if letter in near else 0.8
        for letter in _LETTERS:
            yield head + letter + tail, 1.0
