"""Colloquial wording and what officials call it; words are looked up longest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.text import fold, normalise, words

_DIRECTORY = Path(__file__).parent.parent / "data" / "lexicon"
#: The longest left side that is looked up, in syllables.
LONGEST = 7

#: The one spelling of a final y/i after a single consonant: "kí" and "ký" are one word.
_Y_FORMS = dict(zip("iìíỉĩị", "yỳýỷỹỵ", strict=True))
_Y_ONSETS = ("h", "k", "l", "m", "s", "t", "qu")


def canonical(word: str) -> str:
    """Return the one spelling of `word` used as a key: "kí" → "ký", "sĩ" → "sỹ", "qui" → "quy"."""
    if word[-1:] in _Y_FORMS and word[:-1] in _Y_ONSETS:
        return word[:-1] + _Y_FORMS[word[-1]]
    return word


def canonical_words(text: str) -> list[str]:
    """Return the words of any `text`, normalised, each in its one spelling."""
    return [canonical(word) for word in words(normalise(text))]


@dataclass(frozen=True, slots=True)
class Line:
    """One `colloquial => official` line."""

    spoken: tuple[str, ...]
    official: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A line that applies to the words `start` … `end` - 1 of a question."""

    start: int
    end: int
    line: Line


class Lexicon:
    """Lines by their folded left side; immutable once made."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines: dict[tuple[str, ...], list[Line]] = {}
        for line in lines:
            key = tuple(fold(word) for word in line.spoken)
            if key and len(key) <= LONGEST and line.official:
                self._lines.setdefault(key, []).append(line)
        self._starts = {key[0]: 0 for key in self._lines}
        for key in self._lines:
            self._starts[key[0]] = max(self._starts[key[0]], len(key))

    def __len__(self) -> int:
        return len(self._lines)

    def lines(self) -> Iterable[Line]:
        """Return every line once."""
        return (line for lines in self._lines.values() for line in lines)

    def matches(
        self, tokens: Sequence[str], folded: Sequence[str], *, strict_singles: bool = False
    ) -> list[Match]:
        """Return the lines that apply, longest first at each word.

        A word typed without accents fits any accents; a line of one word only does so in a question
        typed without any, and never with `strict_singles`.
        """
        accented = any(token != bare for token, bare in zip(tokens, folded, strict=True))
        found: list[Match] = []
        covered = 0
        for start, first in enumerate(folded):
            longest = self._starts.get(first, 0)
            if not longest:
                continue
            longest = min(longest, len(folded) - start)
            for size in range(longest, 0, -1):
                lines = self._lines.get(tuple(folded[start : start + size]))
                best = lines and self._best(
                    lines, tokens[start : start + size], size == 1 and (accented or strict_singles)
                )
                if best and start + size > covered:
                    found.append(Match(start, start + size, best))
                    covered = start + size
                    break
        return found

    @staticmethod
    def _best(lines: list[Line], tokens: Sequence[str], strict: bool) -> Line | None:
        """Return the line whose accents fit what was typed."""
        for exact in (True, False):
            for line in lines:
                if _fits(line.spoken, tokens, exact or strict):
                    return line
        return None


def _fits(spoken: Sequence[str], typed: Sequence[str], exact: bool) -> bool:
    return all(
        want == have or (not exact and fold(have) == have)
        for want, have in zip(spoken, typed, strict=True)
    )


def read_lines(path: Path) -> Iterable[Line]:
    """Yield the lines of one lexicon file; `#` begins a comment."""
    for text in path.read_text(encoding="utf-8").splitlines():
        spoken, sign, official = text.partition("#")[0].partition("=>")
        if sign:
            yield Line(tuple(canonical_words(spoken)), tuple(canonical_words(official)))


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Return the repository's own lexicon: every file of `knowledge/data/lexicon`."""
    files = sorted(_DIRECTORY.glob("*.txt"))
    return Lexicon(line for path in files for line in read_lines(path))
