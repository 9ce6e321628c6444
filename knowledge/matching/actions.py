"""What is to be done: first time, again, changed, extended, ended …: what tells siblings apart."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.lexicon import Lexicon, Line, canonical_words
from knowledge.text import fold

_DATA = json.loads(
    (Path(__file__).parent.parent / "data" / "matching" / "acts.json").read_text(encoding="utf-8")
)
#: Acts, then qualifiers (for whom, where). No act at all is the base variant: the first time.
NAMES = (*_DATA["acts"], *_DATA["qualifiers"])
QUALIFIERS_FROM = len(_DATA["acts"])
#: "chồng Úc" and "quốc tịch Đức" speak of something foreign.
_PEOPLE = ("người", "chồng", "vợ", "quốc tịch", "bên", "cưới")
_NOT_FOREIGN = ("vợ anh", "bên anh", "cưới anh", "chồng anh")

Flags = NDArray[np.bool_]


def _phrases() -> Iterator[tuple[str, str]]:
    for name, phrases in (_DATA["acts"] | _DATA["qualifiers"]).items():
        yield from ((phrase, name) for phrase in phrases)
    for who in _PEOPLE:
        for country in _DATA["countries"]:
            phrase = f"{who} {country}"
            if phrase not in _NOT_FOREIGN:
                yield phrase, "foreign"


_LEXICON = Lexicon(Line(tuple(canonical_words(phrase)), (name,)) for phrase, name in _phrases())


def acts(tokens: Sequence[str]) -> Flags:
    """Return, for each name, whether `tokens`, accented or not, speak of it."""
    found = _LEXICON.matches(tokens, [fold(token) for token in tokens])
    spoken = {match.line.official[0] for match in found}
    return np.array([name in spoken for name in NAMES])


def act_words(tokens: Sequence[str]) -> set[int]:
    """Return the positions of the words that speak of an act or a qualifier."""
    found = _LEXICON.matches(tokens, [fold(token) for token in tokens])
    return {at for match in found for at in range(match.start, match.end)}
