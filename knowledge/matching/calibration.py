"""How sure we are: two logistic models, and the thresholds that turn them into an action."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.matching.analysis import Reading
from knowledge.matching.entries import Action
from knowledge.matching.lexicon import Lexicon, Line, canonical_words
from knowledge.matching.spelling import Language

_OUTSIDE = Path(__file__).parent.parent / "data" / "matching" / "outside.json"
_MODEL = Path(__file__).parent.parent / "data" / "matching" / "calibration.json"

#: What the two models look at: the best few candidates, and what is left of the question.
SIGNALS = (
    "share3", "margin", "gap3", "score", "phrase", "covered", "uncovered",
    "official", "repaired", "outside", "curated", "phrase_covered",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Calibration:
    """The models p1 (the first is right) and p3 (one of the first three is), and thresholds."""

    first: Mapping[str, float]
    three: Mapping[str, float]
    answer_at: float
    offer_at: float

    def probabilities(self, signals: Mapping[str, float]) -> tuple[float, float]:
        """Return p1 and p3, p3 never below p1."""
        p1 = _logistic(self.first, signals)
        return p1, max(p1, _logistic(self.three, signals))

    def action(self, p1: float, p3: float) -> Action:
        """Return what to do at these probabilities."""
        if p1 >= self.answer_at:
            return Action.ANSWER
        return Action.CLARIFY if p3 >= self.offer_at else Action.ABSTAIN


def _outside() -> Lexicon:
    topics = json.loads(_OUTSIDE.read_text(encoding="utf-8"))
    return Lexicon(
        Line(tuple(canonical_words(phrase)), (topic,))
        for topic, phrases in topics.items()
        for phrase in phrases
    )


_OUTSIDE_LEXICON = _outside()


def learn(language: Language) -> None:
    """Teach `language` these words too, so that "hihi" is not repaired into something else."""
    for line in _OUTSIDE_LEXICON.lines():
        language.learn(line.spoken, 3)


def outside(reading: Reading) -> float:
    """Return how far a question is about things that no procedure is about: 0, or 0.5 to 1.5."""
    texts = [token.text for token in reading.tokens]
    found = _OUTSIDE_LEXICON.matches(texts, reading.words, strict_singles=True)
    covered = sum(match.end - match.start for match in found)
    return 0.5 + covered / len(texts) if found else 0.0


def _logistic(model: Mapping[str, float], signals: Mapping[str, float]) -> float:
    total = model.get("bias", 0.0) + sum(
        weight * signals.get(name, 0.0) for name, weight in model.items()
    )
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


_HAND = Calibration(
    {"bias": -4.0, "share": 4.0, "phrase": 2.0, "covered": 2.5},
    {"bias": -3.5, "share3": 3.0, "phrase": 2.0, "covered": 3.0},
    0.85,
    0.45,
)


@lru_cache(maxsize=1)
def calibration() -> Calibration:
    """Return the learned calibration of the repository."""
    if not _MODEL.exists():
        return _HAND
    data = json.loads(_MODEL.read_text(encoding="utf-8"))
    return Calibration(data["first"], data["three"], data["answer_at"], data["offer_at"])
