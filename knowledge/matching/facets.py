"""Which part of a procedure a question asks for: trigger phrases, then a small learned judge."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.content import Facet
from knowledge.matching.lexicon import Lexicon, Line, canonical_words
from knowledge.matching.spelling import Language, clean
from knowledge.text import fold

_DATA = json.loads(
    (Path(__file__).parent.parent / "data" / "matching" / "facets.json").read_text(encoding="utf-8")
)
#: Trigger phrases of each facet, strongest facet first: the first facet found is what is asked. A
#: single word counts only with the accents it has there ("giá" is not the "gia" of "gia hạn");
#: neutral wording looks like a trigger and is none ("học phí"); weak triggers give way to others.
TRIGGERS: Mapping[Facet, Sequence[str]] = {
    Facet(name): phrases for name, phrases in _DATA["facets"].items()
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """A facet phrase at the words `start` … `end` - 1."""

    facet: Facet
    start: int
    end: int
    weak: bool


def _lexicon() -> Lexicon:
    named = [(phrase, "") for phrase in _DATA["neutral"]]
    named += [(phrase, facet) for facet, phrases in TRIGGERS.items() for phrase in phrases]
    return Lexicon(Line(tuple(canonical_words(phrase)), (name,)) for phrase, name in named)


_TRIGGERS = _lexicon()
_STRENGTH = {facet: place for place, facet in enumerate(TRIGGERS)}
_WEAK = frozenset(tuple(canonical_words(phrase)) for phrase in _DATA["weak"])


def learn(language: Language) -> None:
    """Teach `language` the wording of facets, so that slips in it are repaired."""
    for line in _TRIGGERS.lines():
        language.learn(line.spoken, 10)


_LANGUAGE = Language()
learn(_LANGUAGE)


def triggers(tokens: Sequence[str]) -> list[Trigger]:
    """Return the facet phrases among the cleaned `tokens` of a question."""
    folded = [fold(token) for token in tokens]
    found = _TRIGGERS.matches(tokens, folded, strict_singles=True)
    return [
        Trigger(Facet(match.line.official[0]), match.start, match.end, match.line.spoken in _WEAK)
        for match in found
        if match.line.official[0]
    ]


def facet_of(tokens: Sequence[str]) -> Facet | None:
    """Return the facet that the cleaned `tokens` of a question ask for."""
    found = triggers(tokens)
    if not found:
        return None
    return min(found, key=lambda t: (t.weak, _STRENGTH[t.facet], t.start)).facet


def recognise_facet(question: str) -> Facet | None:
    """Return the facet a question asks for, or None; needs no index."""
    return facet_of([token.text for token in clean(question, _LANGUAGE, slips=False)])
