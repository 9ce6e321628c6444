"""Orders the shortlist: some forty numbers about question and candidate, and a learned weight each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.actions import NAMES as ACTS
from knowledge.matching.actions import QUALIFIERS_FROM, Flags

_WEIGHTS = Path(__file__).parent.parent / "data" / "matching" / "rerank.json"

#: What stage 1 and the texts say.
TEXT_FEATURES = (
    "title", "pairs", "accents", "official", "official_pairs", "field", "body", "spoken", "grams",
    "phrase", "question_covered", "question_covered_spoken", "title_covered", "head_covered",
    "title_covered_typed", "phrase_is_best", "title_is_best",
    "title_said_whole",
)  # fmt: skip
#: What is known of the procedure itself.
PRIOR_FEATURES = (
    "commune", "province", "ministry", "local", "curated", "has_phrases", "long_title",
)  # fmt: skip
#: Pairs of views that say more together.
JOINT_FEATURES = (
    "phrase_squared", "phrase_and_covered", "both_covered", "best_covered", "phrase_and_title",
)  # fmt: skip
#: What the acts and the qualifiers of question and title have to do with each other.
ACT_FEATURES = (
    "act_shared", "acts_title_only", "acts_question_only", "act_conflict", "act_unasked",
    "qualifiers_shared", "qualifiers_title_only", "qualifiers_question_only",
    "foreign_title_only", "foreign_question_only", "military_title_only",
)  # fmt: skip
FEATURES = (*TEXT_FEATURES, *PRIOR_FEATURES, *JOINT_FEATURES, *ACT_FEATURES)

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """One weight per feature, in the order of FEATURES."""

    values: NDArray[np.float64]

    @classmethod
    def of(cls, named: Mapping[str, float]) -> Weights:
        """Return the weights given by name; a missing one is 0."""
        return cls(np.array([named.get(name, 0.0) for name in FEATURES]))

    def scores(self, features: Matrix) -> NDArray[np.float64]:
        """Return the score of every candidate."""
        return features @ self.values


_HAND = {
    "title": 3.0, "pairs": 3.0, "accents": 1.5, "official": 2.0, "official_pairs": 1.5, "field": 0.3,
    "body": 0.5, "spoken": 1.0, "phrase": 6.0, "question_covered": 2.0, "title_covered": 3.0,
    "head_covered": 1.0, "commune": 0.5, "province": 0.3, "ministry": -0.3, "local": -1.0,
    "curated": 0.8,
}  # fmt: skip


@lru_cache(maxsize=1)
def weights() -> Weights:
    """Return the learned weights of the repository."""
    if not _WEIGHTS.exists():
        return Weights.of(_HAND)
    return Weights.of(json.loads(_WEIGHTS.read_text(encoding="utf-8"))["weights"])


def joint_features(text: Matrix) -> Matrix:
    """Return JOINT_FEATURES from the columns of TEXT_FEATURES."""
    phrase, covered, spoken, title = (text[:, TEXT_FEATURES.index(name)] for name in _JOINED)
    return np.column_stack(
        [phrase**2, phrase * spoken, covered * title, np.maximum(covered, spoken), phrase * title]
    )


_JOINED = ("phrase", "question_covered", "question_covered_spoken", "title_covered")


def act_features(asked: Flags, titles: Flags) -> Matrix:
    """Return ACT_FEATURES; `asked` flags the acts of the question, `titles` those of each title."""
    both, title_only, question_only = titles & asked, titles & ~asked, ~titles & asked
    verbs = [flags[:, :QUALIFIERS_FROM].sum(axis=1) for flags in (both, title_only, question_only)]
    others = [flags[:, QUALIFIERS_FROM:].sum(axis=1) for flags in (both, title_only, question_only)]
    unshared = (verbs[0] == 0) & (verbs[1] > 0)
    foreign, military = ACTS.index("foreign"), ACTS.index("military")
    return np.column_stack(
        [
            verbs[0] > 0,
            np.minimum(verbs[1], 2),
            np.minimum(verbs[2], 2),
            unshared & (verbs[2] > 0),
            unshared & (verbs[2] == 0),
            *others,
            title_only[:, foreign],
            question_only[:, foreign],
            title_only[:, military],
        ]
    ).astype(np.float64)
