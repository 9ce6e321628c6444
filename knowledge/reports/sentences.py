"""Vietnamese sentences with their place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.reports.letters import UPPER

#: A longer run without a full stop is cut at a semicolon or a space, so that time stays bounded.
LONGEST = 2_000

_END = re.compile(
    rf"(?:(?<!\.)\.{{2,}}+|…|[.!?])[”\"’)\]]*(?=\s+[“\"‘(\[\-–+*•]*\s*[{UPPER}0-9]|\s*$)|\./\."
)
_ABBREVIATED = re.compile(
    r"(?:\b(?:TP|Tp|tp|TX|Tx|TT|Tt|ThS|Th\.S|TS|PGS|GS|BS|KS|CN|ĐC|Đc|đ/c|St|Mr|Ms|Dr|Q|P|H|X|T|v\.v|tr|No|"
    rf"[{UPPER}])|\b(?:khoản|điều|mục|điểm|số|phần) ?\d*|^\s*(?:\d{{1,2}}|[IVX]{{1,4}}|[a-zđ])(?:\.\d{{1,2}})*)$"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence."""

    text: str
    start: int
    paragraph: int
    heading: bool = False
    first: bool = False
    """Whether it opens its paragraph."""


def split(text: str, start: int, paragraph: int, *, heading: bool = False) -> Iterator[Sentence]:
    """Yield the sentences of a paragraph that begins at `start` of the whole text."""
    begin = 0
    first = True
    for end in _ends(text):
        piece = text[begin:end]
        stripped = piece.strip()
        if stripped:
            lead = len(piece) - len(piece.lstrip())
            yield Sentence(stripped, start + begin + lead, paragraph, heading, first)
            first = False
        begin = end


def _ends(text: str) -> Iterator[int]:
    begin = 0
    for match in _END.finditer(text):
        before = text[max(begin, match.start() - 12) : match.start()]
        if match[0][0] == "." and match[0][:2] != ".." and _ABBREVIATED.search(before):
            continue
        yield from _cut(text, begin, match.end())
        begin = match.end()
    yield from _cut(text, begin, len(text))


def _cut(text: str, begin: int, end: int) -> Iterator[int]:
    while end - begin > LONGEST:
        at = max(text.rfind(";", begin, begin + LONGEST), text.rfind(" ", begin, begin + LONGEST))
        begin = at + 1 if at > begin else begin + LONGEST
        yield begin
    if end > begin:
        yield end
