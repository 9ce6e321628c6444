"""Cut a long text where a reader would pause, so that each platform takes every part of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Where to cut, best first: between paragraphs, lines, sentences, clauses, words.
_PAUSES = tuple(
    re.compile(pause)
    for pause in (r"\n\s*\n", r"\n", r"(?<=[.!?…])[\"”’)\]]*\s+", r"(?<=[,;:])\s+", r"\s+")
)
#: A part shorter than this share of the limit is not worth a better pause.
_LEAST = 0.4


def length(text: str) -> int:
    """Return the length as platforms count it: UTF-16 code units, so that an emoji is two."""
    return len(text) + sum(char > "\uffff" for char in text)


def pieces(text: str, limit: int) -> Iterator[str]:
    """Yield `text` in parts of at most `limit` UTF-16 units; nothing but white space is lost.

    Raises:
        ValueError: `limit` is below 2, where an emoji would not fit.
    """
    if limit < 2:
        raise ValueError("a part must hold at least one character")
    rest = text.strip()
    while length(rest) > limit:
        cut = _cut(rest, _fitting(rest, limit))
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()
    if rest:
        yield rest


def _fitting(text: str, limit: int) -> int:
    """Return how many characters of `text` fit into `limit` units."""
    fits = min(len(text), limit)
    while length(text[:fits]) > limit:
        fits -= max(1, (length(text[:fits]) - limit) // 2)
    return fits


def _cut(text: str, fits: int) -> int:
    """Return where the next part begins, after the best pause that fits."""
    for pause in _PAUSES:
        ends = [match.end() for match in pause.finditer(text[: fits + 1])]
        if ends and ends[-1] >= fits * _LEAST:
            return ends[-1]
    return fits
