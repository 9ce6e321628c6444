"""The ways of looking at a question: a score for every procedure from each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.analysis import Analyser, Reading
from knowledge.matching.postings import Floats, Ints, Terms
from knowledge.matching.segment import Segment, Statistics, Vocabulary, grams, phrase_terms

#: What a telling word that the index has never seen counts, against an idf.
UNKNOWN_WORTH = 6.0
#: In these channels terms that more than this share of all rows have are passed over.
COMMONEST = {"body": 0.1, "grams": 0.08, "field": 0.3}
#: From this share on a title counts as said whole; only long titles gain by it.
WHOLE = 0.98
#: Views divided by the worth of the question, so that long questions do not look surer.
_SCALED = ("title", "pairs", "accents", "official", "official_pairs", "field", "body", "spoken")


@dataclass(frozen=True, slots=True)
class Store:
    """Everything an index is made of; the second segment holds what was edited since the build."""

    analyser: Analyser
    vocabulary: Vocabulary
    stats: Statistics
    segments: tuple[Segment, ...]

    def at(self, row: int) -> tuple[Segment, int]:
        """Return the segment that holds `row`, and the row within it."""
        first = self.segments[0]
        size = len(first.entries)
        return (first, row) if row < size else (self.segments[1], row - size)

    def sums(self, channel: str, *scored: Terms, held: Sequence[Terms] = ()) -> Floats:
        """Return a line of every row for each list of terms; see Postings.sums."""
        if channel in COMMONEST:
            first = self.segments[0].postings[channel]
            scored = tuple(first.telling(terms, COMMONEST[channel]) for terms in scored)
        return joined(part.postings[channel].sums(scored, held) for part in self.segments)

    def score(self, channel: str, terms: Terms) -> Floats:
        """Return the score of every row in one channel."""
        scores: Floats = self.sums(channel, terms)[0]
        return scores


def joined(parts: Iterable[Floats]) -> Floats:
    """Return the rows of all segments in one array; they are its last dimension."""
    every = list(parts)
    return every[0] if len(every) == 1 else np.concatenate(every, axis=-1)


def unit(terms: Terms, weights: Floats) -> Terms:
    """Return `terms` weighted and scaled to length 1."""
    weighed = [(term, weight * float(weights[term])) for term, weight in terms]
    norm = sum(weight**2 for _, weight in weighed) ** 0.5 or 1.0
    return [(term, weight / norm) for term, weight in weighed]


def views(store: Store, reading: Reading) -> dict[str, Floats]:
    """Return the score of every row from every view of the question."""
    known, idf = store.vocabulary.known, store.stats.phrase_idf
    typed = known(reading.unigrams())
    singles, pairs = (known(terms) for terms in reading.official())
    seen = {term for term, _ in typed}
    every = typed + [(term, weight) for term, weight in singles if term not in seen]
    said = known(dict.fromkeys(reading.words, 1.0))
    worth = [(term, float(idf[term])) for term, _ in typed]
    worth_every = [(term, float(idf[term])) for term, _ in every]
    telling = (t.folded for t, w in zip(reading.tokens, reading.weights, strict=True) if w > 0)
    likened = unit(known(phrase_terms(reading)), idf)
    worth_said = [(term, float(idf[term])) for term, _ in said]
    title = store.sums("title", typed, singles, held=(worth, worth_said, worth_every))
    official_pairs = store.sums("pairs", known(reading.pairs()), pairs)
    spoken = store.sums("spoken", typed, held=(worth,))
    return {
        "title": title[0],
        "pairs": official_pairs[0],
        "accents": store.score("accents", known(reading.accents())),
        "official": title[1],
        "official_pairs": official_pairs[1],
        "field": store.score("field", every),
        "body": store.score("body", every),
        "spoken": spoken[0],
        "grams": store.score("grams", unit(known(grams(telling)), store.stats.title_idf)),
        "phrase": joined(part.best_phrases(likened) for part in store.segments),
        "held_typed": title[2],
        "held_said": title[3],
        "held_every": title[4],
        "held_spoken": spoken[1],
        "held_head": joined(part.heads.sums((), (worth_every,))[0] for part in store.segments),
    }


def worth_of(store: Store, reading: Reading) -> float:
    """Return the worth of all telling words of a question, at least 1."""
    terms = reading.unigrams()
    known = store.vocabulary.known(terms)
    worth = sum(float(store.stats.phrase_idf[term]) for term, _ in known)
    return max(worth + UNKNOWN_WORTH * (len(terms) - len(known)), 1.0)


def text_features(
    store: Store, reading: Reading, seen: Mapping[str, Floats], rows: Ints
) -> NDArray[np.float64]:
    """Return TEXT_FEATURES of the shortlisted `rows`."""
    mass = worth_of(store, reading)
    title_mass = joined(part.title_mass for part in store.segments)[rows]
    head_mass = joined(part.head_mass for part in store.segments)[rows]
    v = {name: values[rows] for name, values in seen.items()}
    said = np.minimum(v["held_said"] / title_mass, 1.0)
    columns = [v[name] / (mass + 3.0) for name in _SCALED]
    columns += [
        v["grams"],
        v["phrase"],
        v["held_typed"] / mass,
        v["held_spoken"] / mass,
        v["held_every"] / title_mass,
        v["held_head"] / head_mass,
        v["held_typed"] / title_mass,
        v["phrase"] >= v["phrase"].max(initial=0.0),
        v["title"] >= v["title"].max(initial=0.0),
        (said >= WHOLE) * np.clip((title_mass - 15.0) / 20.0, 0.0, 1.0),
    ]
    return np.column_stack(columns).astype(np.float64)
