"""One immutable piece of the index: the postings of some entries, and what is fixed about them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.actions import NAMES, Flags, acts
from knowledge.matching.analysis import Analyser, Reading, head, title_words
from knowledge.matching.entries import Entry
from knowledge.matching.lexicon import canonical_words
from knowledge.matching.postings import Counts, Floats, Ints, Postings, Terms, bm25, idf, unit
from knowledge.text import fold, normalise

#: Words of the body that are read; papers and outcomes come first, steps last.
BODY_WORDS = 400
#: How much a pair of words, and a word the lexicon adds, counts in the likeness of phrases.
PAIR = 0.7
ADDED = 0.5
#: Postings by name, with BM25's b (None: cosine).
CHANNELS: dict[str, float | None] = {
    "title": 0.5,
    "pairs": 0.4,
    "accents": 0.5,
    "field": 0.3,
    "body": 0.75,
    "spoken": 0.5,
    "grams": None,
    "phrases": None,
}
#: Channels in which a term is as telling as it is rare there.
OWN = ("body", "field", "spoken")

Row = dict[int, float]


@dataclass(slots=True)
class Vocabulary:
    """Term → number; grows while a segment is being built."""

    ids: dict[str, int] = field(default_factory=dict)

    def add(self, terms: Mapping[str, float]) -> Row:
        """Return `terms` by number, numbering new ones."""
        ids = self.ids
        return {ids.setdefault(term, len(ids)): weight for term, weight in terms.items()}

    def known(self, terms: Mapping[str, float]) -> list[tuple[int, float]]:
        """Return the numbers and weights of the `terms` that the index has."""
        ids = self.ids
        return [(ids[term], weight) for term, weight in terms.items() if term in ids]


@dataclass(slots=True)
class Rows:
    """The terms of every entry, channel by channel, while a segment is being built."""

    channels: dict[str, list[Row]]
    heads: list[Row]
    owners: list[int]
    """For each phrase the row of its entry."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """How telling terms are and how long rows are; taken from the first segment, then kept."""

    title_idf: Floats
    phrase_idf: Floats
    own_idf: Mapping[str, Floats]
    """For each of OWN: how telling a term is there, but never more than among phrases."""
    means: Mapping[str, float]

    def grown(self, terms: int) -> Statistics:
        """Return the same with room for new terms, each as telling as the rarest."""
        extra = terms - len(self.title_idf)
        if extra <= 0:
            return self
        return Statistics(
            _padded(self.title_idf, extra),
            _padded(self.phrase_idf, extra),
            {name: _padded(weights, extra) for name, weights in self.own_idf.items()},
            self.means,
        )


def _padded(weights: Floats, extra: int) -> Floats:
    return np.pad(weights, (0, extra), constant_values=weights.max(initial=1.0))


@dataclass(frozen=True, slots=True)
class Segment:
    """The postings of `entries`."""

    entries: tuple[Entry, ...]
    names: tuple[str, ...]
    """The normalised title of each entry."""
    postings: Mapping[str, Postings]
    heads: Postings
    owners: Ints
    title_mass: Floats
    head_mass: Floats
    phrase_starts: NDArray[np.int64]
    phrase_entries: Ints
    acts: Flags
    """For each entry which acts its title speaks of."""

    def best_phrases(self, terms: Terms) -> Floats:
        """Return the cosine of each entry's most alike phrase."""
        likeness = self.postings["phrases"].sums((terms,))[0]
        best = np.zeros(len(self.entries), dtype=np.float32)
        if len(likeness):
            best[self.phrase_entries] = np.maximum.reduceat(likeness, self.phrase_starts)
        return best


def counted(words: Iterable[str]) -> dict[str, float]:
    """Return how often each word occurs."""
    counts: dict[str, float] = {}
    for word in words:
        counts[word] = counts.get(word, 0.0) + 1.0
    return counts


def adjacent(words: Sequence[str]) -> list[str]:
    """Return the neighbouring pairs of `words`."""
    return [f"{a} {b}" for a, b in itertools.pairwise(words)]


def grams(words: Iterable[str]) -> dict[str, float]:
    """Return the character trigrams of folded `words`, each once."""
    return {
        f"#{padded[i : i + 3]}": 1.0
        for padded in (f" {word} " for word in words)
        for i in range(len(padded) - 2)
    }


def phrase_terms(reading: Reading) -> dict[str, float]:
    """Return what a phrase or a question is compared by."""
    terms = reading.unigrams()
    for pair, weight in reading.pairs().items():
        terms[pair] = PAIR * weight
    singles, pairs = reading.official()
    for word, weight in singles.items():
        terms[word] = max(terms.get(word, 0.0), ADDED * weight)
    for pair, weight in pairs.items():
        terms[pair] = max(terms.get(pair, 0.0), ADDED * PAIR * weight)
    return terms


def spoken_phrases(entry: Entry) -> list[str]:
    """Return the phrases by which people ask for `entry`, each once."""
    names = [entry.common_name] if entry.common_name else []
    return list(dict.fromkeys(normalise(p) for p in (*names, *entry.aliases, *entry.examples) if p))


def learn(entries: Iterable[Entry], analyser: Analyser) -> None:
    """Teach the analyser the words of `entries` before any of their phrases is read."""
    for entry in entries:
        words = title_words(entry.title)
        bare = [fold(word) for word in words]
        analyser.language.learn(words, 2)
        analyser.collocations.update(adjacent(bare))
        analyser.title_words.update(words)
        for phrase in spoken_phrases(entry):
            analyser.language.learn(canonical_words(phrase))


def collect(entries: Sequence[Entry], analyser: Analyser, vocabulary: Vocabulary) -> Rows:
    """Return the terms of `entries`; equal texts are read once and share their rows."""
    rows = Rows({name: [] for name in CHANNELS}, [], [])
    titles: dict[tuple[str, str], dict[str, Row]] = {}
    bodies: dict[str, Row] = {}
    phrases: dict[str, tuple[Row, Row]] = {}
    for number, entry in enumerate(entries):
        named = (entry.title, entry.field)
        if named not in titles:
            titles[named] = _title_rows(entry, vocabulary)
        for name, row in titles[named].items():
            (rows.heads if name == "head" else rows.channels[name]).append(row)
        if entry.body not in bodies:
            bodies[entry.body] = vocabulary.add(counted(_body_words(entry.body)))
        rows.channels["body"].append(bodies[entry.body])
        spoken: Row = {}
        for phrase in spoken_phrases(entry):
            if phrase not in phrases:
                phrases[phrase] = _phrase_rows(phrase, analyser, vocabulary)
            compared, said = phrases[phrase]
            rows.channels["phrases"].append(compared)
            rows.owners.append(number)
            for term, weight in said.items():
                spoken[term] = spoken.get(term, 0.0) + weight
        rows.channels["spoken"].append(spoken)
    return rows


def _phrase_rows(phrase: str, analyser: Analyser, vocabulary: Vocabulary) -> tuple[Row, Row]:
    """Return what a phrase is compared by, and its own telling words."""
    reading = analyser.read(phrase)
    return vocabulary.add(phrase_terms(reading)), vocabulary.add(reading.unigrams())


def _body_words(body: str) -> list[str]:
    return canonical_words(fold(body[: BODY_WORDS * 6]))[:BODY_WORDS]


def _title_rows(entry: Entry, vocabulary: Vocabulary) -> dict[str, Row]:
    """Return the rows, by channel, that depend on title and field alone."""
    words = title_words(entry.title)
    bare = [fold(word) for word in words]
    return {
        "title": vocabulary.add(counted(bare)),
        "pairs": vocabulary.add(counted(adjacent(bare))),
        "accents": vocabulary.add(counted("~" + word for word in words)),
        "field": vocabulary.add(counted(map(fold, canonical_words(entry.field)))),
        "grams": vocabulary.add(grams(bare)),
        "head": vocabulary.add(dict.fromkeys(map(fold, title_words(head(entry.title))), 1.0)),
    }


def statistics(rows: Rows, terms: int) -> Statistics:
    """Return the statistics of a first segment."""
    counts = {name: Counts.of(channel) for name, channel in rows.channels.items()}
    entries = max(counts["title"].size, 1)
    titles = sum(
        (counts[name].frequencies(terms) for name in ("title", "pairs", "accents", "grams")),
        np.zeros(terms, dtype=np.int64),
    )
    phrases = counts["phrases"].frequencies(terms) + titles
    phrase_idf = idf(phrases, entries + counts["phrases"].size)
    return Statistics(
        idf(titles, entries),
        phrase_idf,
        {
            name: np.minimum(idf(counts[name].frequencies(terms), entries), phrase_idf)
            for name in OWN
        },
        {name: float(c.counts.sum()) / max(c.size, 1) for name, c in counts.items()},
    )


def _postings(name: str, counts: Counts, stats: Statistics, terms: int) -> Postings:
    b = CHANNELS[name]
    if name == "phrases":
        impacts = unit(counts, stats.phrase_idf)
    elif b is None:
        impacts = unit(counts, stats.title_idf)
    elif name in OWN:
        impacts = bm25(counts, stats.own_idf[name], b, stats.means[name])
    else:
        impacts = bm25(counts, stats.title_idf, b, stats.means[name])
    return Postings.of(counts, impacts, terms)


def segment(entries: Sequence[Entry], rows: Rows, stats: Statistics, terms: int) -> Segment:
    """Return the segment of `entries` with the given statistics."""
    postings = {
        name: _postings(name, Counts.of(channel), stats, terms)
        for name, channel in rows.channels.items()
    }
    heads = Counts.of(rows.heads)
    owners = np.array(rows.owners, dtype=np.int32)
    starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]]) if len(owners) else owners
    return Segment(
        tuple(entries),
        tuple(normalise(entry.title) for entry in entries),
        postings,
        Postings.of(heads, heads.counts, terms),
        owners,
        _mass(Counts.of(rows.channels["title"]), stats),
        _mass(heads, stats),
        starts.astype(np.int64),
        owners[starts],
        np.array([acts(title_words(entry.title)) for entry in entries], dtype=bool).reshape(
            -1, len(NAMES)
        ),
    )


def _mass(counts: Counts, stats: Statistics) -> Floats:
    weights = stats.phrase_idf[counts.terms]
    mass = np.bincount(counts.rows, weights=weights, minlength=counts.size)
    return np.maximum(mass, 1e-6).astype(np.float32)
