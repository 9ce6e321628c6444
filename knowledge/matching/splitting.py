"""Two questions in one message: where to cut, and when the cut was right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from knowledge.content import Facet
from knowledge.matching.actions import act_words
from knowledge.matching.analysis import SMALL_WORDS
from knowledge.matching.entries import Action, Finding
from knowledge.matching.facets import triggers
from knowledge.matching.lexicon import canonical_words
from knowledge.matching.spelling import Token
from knowledge.text import fold

#: Words at which a second question begins.
JOINTS = tuple(
    tuple(canonical_words(joint))
    for joint in (
        "với lại", "còn nữa", "ngoài ra", "tiện thể", "sẵn tiện", "rồi còn", "và còn", "đồng thời",
        "cho hỏi thêm", "hỏi thêm", "thêm nữa", "với cả", "luôn tiện", "thế còn", "vậy còn", "còn",
        "và", "với", "rồi",
    )
)  # fmt: skip
_BY_FIRST = {fold(first): [j for j in JOINTS if j[0] == first] for first, *_ in JOINTS}
#: A part must have this many telling words to be a question of its own.
LEAST_WORDS = 2
#: Parts that both ask something must be as sure as this; when only one asks, as sure as the second.
SURE_BOTH_ASK, SURE_ONE_ASKS = 0.5, 0.8
#: A long message has this many cuts tried at most.
MOST_CUTS = 2
_MARK = re.compile(r"[;?.,!\n]+")

Parts = tuple[tuple[Token, ...], ...]


def pieces(question: str) -> list[str]:
    """Return what stands between the punctuation marks of `question`."""
    return [piece for piece in _MARK.split(question) if piece.strip()]


def cuts(tokens: Sequence[Token], marked: Sequence[int]) -> Iterator[Parts]:
    """Yield, most promising first, the ways to cut `tokens` into two questions.

    `marked` are the positions before which a punctuation mark stood. Both sides must have a
    subject, and at least one must ask something of it.
    """
    found: list[tuple[int, Parts]] = []
    for at in range(LEAST_WORDS, len(tokens) - LEAST_WORDS):
        joint = _joint(tokens, at)
        if joint or at in marked:
            sides = (tuple(tokens[:at]), tuple(tokens[at + joint :]))
            asking = [_asks(side) for side in sides]
            if None in asking or not any(asking):
                continue
            if all(asking) or all(map(_stands_alone, sides)):
                found.append((-sum(map(bool, asking)) * 2 - (at in marked), sides))
    found.sort(key=lambda pair: pair[0])
    yield from (sides for _, sides in found[:MOST_CUTS])


def _joint(tokens: Sequence[Token], at: int) -> int:
    """Return how many words from `at` on join two questions; 0 when they do not."""
    for joint in _BY_FIRST.get(tokens[at].folded, ()):
        here = tokens[at : at + len(joint)]
        if all(
            token.text == word or (token.text == token.folded == fold(word))
            for token, word in zip(here, joint, strict=False)
        ):
            return len(joint)
    return 0


def _stands_alone(tokens: Sequence[Token]) -> bool:
    """Whether a part has a subject besides an act: "mất hộ chiếu" has, "đổi tên" has not."""
    texts = [token.text for token in tokens]
    spent = act_words(texts) | _asking_words(texts)
    return _telling(texts, spent) >= LEAST_WORDS


def _asking_words(texts: Sequence[str]) -> set[int]:
    return {at for found in triggers(texts) for at in range(found.start, found.end)}


def _telling(texts: Sequence[str], spent: set[int]) -> int:
    return sum(i not in spent and text not in SMALL_WORDS for i, text in enumerate(texts))


def _asks(tokens: Sequence[Token]) -> bool | None:
    """Return whether a part asks for a facet; None when it names no subject."""
    texts = [token.text for token in tokens]
    spent = _asking_words(texts)
    return bool(spent) if _telling(texts, spent) >= LEAST_WORDS else None


def join(whole: Finding, parts: Sequence[Finding]) -> Finding | None:
    """Return `whole` with `parts` if each is a sure question about something different."""
    if any(not part.hits or part.action is Action.ABSTAIN for part in parts):
        return None
    if len({part.hits[0].code for part in parts}) < len(parts):
        return None
    both_ask = all(part.facet for part in parts)
    least = min(part.hits[0].p for part in parts)
    if least < (SURE_BOTH_ASK if both_ask else SURE_ONE_ASKS):
        return None
    if not both_ask and whole.hits and whole.hits[0].p > least:
        return None
    facet = next((part.facet for part in reversed(parts) if part.facet), None)
    return replace(whole, parts=tuple(_asking(part, facet) for part in parts))


def _asking(part: Finding, facet: Facet | None) -> Finding:
    """Return `part`, asking for `facet` when it names none of its own."""
    return part if part.facet else replace(part, facet=facet)
