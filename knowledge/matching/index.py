"""The published knowledge, ready to be asked: build once, edit cheaply, search in milliseconds."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.content import Level
from knowledge.matching import calibration, facets, rerank, siblings, splitting, views
from knowledge.matching.actions import acts
from knowledge.matching.analysis import Analyser, Reading
from knowledge.matching.entries import Action, Entry, Finding, Hit
from knowledge.matching.explanation import Explanation
from knowledge.matching.lexicon import Lexicon, lexicon
from knowledge.matching.postings import Floats, Ints
from knowledge.matching.segment import (
    Segment,
    Vocabulary,
    collect,
    learn,
    segment,
    statistics,
)
from knowledge.matching.spelling import MAX_CHARACTERS, clean
from knowledge.matching.views import UNKNOWN_WORTH, Store
from knowledge.text import fold, normalise

#: Candidates that each view of the question may put on the shortlist.
BY_ALL, BY_PHRASE, BY_OFFICIAL, BY_GRAMS = 20, 8, 4, 3
#: Stage 1: what each view counts for.
STAGE_1 = {
    "title": 1.0,
    "pairs": 1.2,
    "accents": 0.6,
    "official": 0.7,
    "official_pairs": 0.6,
    "field": 0.15,
    "body": 0.25,
    "spoken": 0.6,
}
_CODE = re.compile(r"(?<![\w.])([0-9]\.[0-9]{6}|mc-[0-9a-z.\-]+)(?![\w.])")
#: An edit beyond this many changed entries rebuilds the index.
MAX_OVERLAY = 400


@dataclass(frozen=True, slots=True)
class Candidates:
    """The shortlist: rows of the index, their features, scores and shares of belief."""

    rows: Ints
    features: NDArray[np.float64]
    scores: NDArray[np.float64]
    asked: NDArray[np.bool_]
    """Which acts and qualifiers (actions.NAMES) the question speaks of."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A shortlist in order, each candidate's share of belief, and the signals of calibration."""

    candidates: Candidates
    shares: NDArray[np.float64]
    order: list[int]
    signals: dict[str, float]


class Index:
    """Every published procedure, immutable; an edit gives a new Index."""

    def __init__(
        self,
        store: Store,
        removed: frozenset[str] = frozenset(),
        weights: rerank.Weights | None = None,
        model: calibration.Calibration | None = None,
    ) -> None:
        self._weights = weights or rerank.weights()
        self._model = model or calibration.calibration()
        self._store = store
        self._removed = removed
        self._entries = tuple(entry for part in store.segments for entry in part.entries)
        self._alive = np.ones(len(self._entries), dtype=bool)
        for row in range(len(store.segments[0].entries)):
            self._alive[row] = self._entries[row].code not in removed
        self._by_code = {
            entry.code: row for row, entry in enumerate(self._entries) if self._alive[row]
        }
        self._priors = _priors(self._entries)
        self._provinces = np.array([entry.province_code for entry in self._entries], dtype="U2")
        self._local = self._provinces != ""
        self._acts = np.concatenate([part.acts for part in store.segments])

    @classmethod
    def build(cls, entries: Iterable[Entry], *, words: Lexicon | None = None) -> Index:
        """Return the index of `entries`; of two with one code the later counts."""
        unique = tuple({entry.code: entry for entry in entries}.values())
        analyser = Analyser(lexicon() if words is None else words)
        for line in analyser.lexicon.lines():
            analyser.language.learn(line.spoken)
            analyser.language.learn(line.official)
        facets.learn(analyser.language)
        calibration.learn(analyser.language)
        learn(unique, analyser)
        vocabulary = Vocabulary()
        rows = collect(unique, analyser, vocabulary)
        stats = statistics(rows, len(vocabulary.ids))
        first = segment(unique, rows, stats, len(vocabulary.ids))
        return cls(Store(analyser, vocabulary, stats, (first,)))

    def updated(self, changed: Iterable[Entry], removed: Iterable[str] = ()) -> Index:
        """Return an index with entries added, replaced or removed; this one stays as it is."""
        first = self._store.segments[0]
        new = {entry.code: entry for entry in changed}
        gone = set(removed) - set(new)
        overlay = {e.code: e for part in self._store.segments[1:] for e in part.entries} | new
        kept = tuple(entry for code, entry in overlay.items() if code not in gone)
        hidden = self._removed | set(new) | gone
        if len(kept) > MAX_OVERLAY:
            base = (e for e in first.entries if e.code not in hidden)
            return Index.build((*base, *kept), words=self._store.analyser.lexicon)
        old = self._store.analyser
        analyser = Analyser(
            old.lexicon, old.language.copy(), set(old.collocations), set(old.title_words)
        )
        learn(kept, analyser)
        vocabulary = Vocabulary(dict(self._store.vocabulary.ids))
        rows = collect(kept, analyser, vocabulary)
        stats = self._store.stats.grown(len(vocabulary.ids))
        second = segment(kept, rows, stats, len(vocabulary.ids))
        return Index(
            Store(analyser, vocabulary, stats, (first, second)),
            frozenset(hidden),
            self._weights,
            self._model,
        )

    def weighing(
        self, weights: rerank.Weights, model: calibration.Calibration | None = None
    ) -> Index:
        """Return the same index with other weights and calibration; for training."""
        return Index(self._store, self._removed, weights, model)

    def __len__(self) -> int:
        return int(self._alive.sum())

    def entry(self, code: str) -> Entry | None:
        """Return the entry of `code`, if the index has it."""
        row = self._by_code.get(code)
        return None if row is None else self._entries[row]

    def search(
        self, question: str, *, province_code: str = "", level: Level | None = None
    ) -> Finding:
        """Return what `question` asks for, as sure as the index can be."""
        named = self._named(question)
        if named:
            return self._by_name(question, named)
        reading = self._store.analyser.read(question)
        whole = self._find(question, reading, province_code, level)
        for sides in splitting.cuts(reading.tokens, self._marked(question)):
            parts = [
                self._find(
                    " ".join(token.text for token in side),
                    self._store.analyser.read_tokens(side),
                    province_code,
                    level,
                )
                for side in sides
            ]
            joined = splitting.join(whole, parts)
            if joined is not None:
                return joined
        return whole

    def _marked(self, question: str) -> list[int]:
        """Return before which words of `question` a punctuation mark stands."""
        pieces = splitting.pieces(question[:MAX_CHARACTERS])
        if len(pieces) < 2:
            return []
        sizes = [len(clean(piece, self._store.analyser.language)) for piece in pieces[:4]]
        return list(itertools.accumulate(sizes))[:-1] if len(pieces) <= 4 else []

    def explain(
        self, question: str, *, province_code: str = "", level: Level | None = None
    ) -> Explanation:
        """Return the finding of `question` together with how it came about."""
        finding = self.search(question, province_code=province_code, level=level)
        reading = self._store.analyser.read(question)
        candidates = self.candidates(reading, province_code, level)
        at = {self._entries[row].code: i for i, row in enumerate(candidates.rows)}
        weights = self._weights.values
        details = []
        for hit in finding.hits:
            if hit.code in at:
                shares = candidates.features[at[hit.code]] * weights
                top = np.argsort(-np.abs(shares))[:8]
                details.append(
                    (hit, {rerank.FEATURES[i]: float(shares[i]) for i in top if shares[i]})
                )
            else:
                details.append((hit, {}))
        return Explanation(finding, reading, tuple(details))

    def _named(self, question: str) -> list[int]:
        """Return the rows whose code stands in `question`."""
        codes = _CODE.findall(normalise(question[:600]))
        rows = (self._by_code.get(code, self._by_code.get(code.upper())) for code in codes)
        return [row for row in dict.fromkeys(rows) if row is not None][:3]

    def _by_name(self, question: str, rows: list[int]) -> Finding:
        hits = tuple(
            Hit(self._entries[row].code, self._entries[row].title, 0.999 if i == 0 else 0.0, 99.0)
            for i, row in enumerate(rows)
        )
        return Finding(question, hits, self._store.analyser.read(question).facet, Action.ANSWER)

    def _find(
        self, question: str, reading: Reading, province_code: str, level: Level | None
    ) -> Finding:
        judged = self.judge(reading, province_code, level)
        if judged is None:
            return Finding(question, facet=reading.facet)
        model = self._model
        p1, p3 = model.probabilities(judged.signals)
        chances = _spread(p1, p3, judged.shares[judged.order])
        hits = tuple(
            Hit(
                self._entries[judged.candidates.rows[i]].code,
                self._entries[judged.candidates.rows[i]].title,
                p,
                float(judged.candidates.scores[i]),
            )
            for i, p in zip(judged.order, chances, strict=True)
        )
        action = model.action(p1, p3)
        asked = judged.candidates.asked
        rivals = [self._by_code_entry(hit.code) for hit in hits[:3]]
        if action is Action.ANSWER and siblings.undecided(asked, judged.signals["phrase"], rivals):
            action = Action.CLARIFY
        offered = siblings.offer(hits) if action is Action.CLARIFY else ()
        ask = siblings.question([self._by_code_entry(hit.code) for hit in offered])
        return Finding(question, hits, reading.facet, action, offered, ask)

    def judge(
        self, reading: Reading, province_code: str = "", level: Level | None = None
    ) -> Judged | None:
        """Return the shortlist in order, with what speaks for trusting it; None when empty."""
        candidates = self.candidates(reading, province_code, level)
        if not len(candidates.rows):
            return None
        shares = np.exp(candidates.scores - candidates.scores.max())
        shares /= shares.sum()
        order = self._distinct(np.argsort(-candidates.scores, kind="stable"), candidates)
        signals = _signals(candidates, shares, order, reading)
        signals |= self._coverage(reading, int(candidates.rows[order[0]]))
        return Judged(candidates, shares, order, signals)

    def _coverage(self, reading: Reading, row: int) -> dict[str, float]:
        """Return how much of the question the procedure in `row` accounts for."""
        part, at = self._store.at(row)
        translated = {i for m in reading.matches for i in range(m.start, m.end)}
        ids, idf = self._store.vocabulary.ids, self._store.stats.phrase_idf
        mass = covered = 0.0
        for i, (token, weight) in enumerate(zip(reading.tokens, reading.weights, strict=True)):
            if weight <= 0:
                continue
            term = ids.get(token.folded)
            worth = UNKNOWN_WORTH if term is None else float(idf[term])
            mass += worth
            if term is None:
                continue
            if part.postings["title"].holds(at, term) or part.postings["spoken"].holds(at, term):
                covered += worth
            elif i in translated:
                covered += worth * self._official_held(reading, i, part, at)
        mass = mass or 1.0
        return {
            "covered": covered / mass,
            "uncovered": (mass - covered) / 20.0,
        }

    def _official_held(self, reading: Reading, word: int, part: Segment, row: int) -> float:
        """Return which share of the official words for `word` the title in `row` has."""
        match = next(m for m in reading.matches if m.start <= word < m.end)
        terms = [self._store.vocabulary.ids.get(fold(w)) for w in match.line.official]
        held = [t is not None and part.postings["title"].holds(row, t) for t in terms]
        return sum(held) / len(held)

    def _by_code_entry(self, code: str) -> Entry:
        return self._entries[self._by_code[code]]

    def _distinct(self, order: NDArray[np.int64], candidates: Candidates) -> list[int]:
        """Return the best five of `order`; of one title (and province) only the best."""
        seen: set[tuple[str, str]] = set()
        out: list[int] = []
        for i in order:
            part, at = self._store.at(int(candidates.rows[i]))
            key = (part.names[at], part.entries[at].province_code)
            if key not in seen:
                seen.add(key)
                out.append(int(i))
            if len(out) == 5:
                break
        return out

    def read(self, question: str) -> Reading:
        """Return how `question` is understood."""
        return self._store.analyser.read(question)

    def codes(self, rows: Iterable[int]) -> list[str]:
        """Return the codes of `rows`."""
        return [self._entries[row].code for row in rows]

    def candidates(
        self, reading: Reading, province_code: str = "", level: Level | None = None
    ) -> Candidates:
        """Return the shortlist for a question, scored."""
        seen = views.views(self._store, reading)
        rows = self._shortlist(seen, province_code)
        asked = acts([token.text for token in reading.tokens])
        if not len(rows):
            return Candidates(rows, np.zeros((0, len(rerank.FEATURES))), np.zeros(0), asked)
        features = np.hstack(
            [
                text := views.text_features(self._store, reading, seen, rows),
                self._priors[rows],
                rerank.joint_features(text),
                rerank.act_features(asked, self._acts[rows]),
            ]
        )
        scores = self._weights.scores(features)
        if province_code:
            scores = scores + 1.5 * (self._provinces[rows] == province_code)
        if level is not None:
            fits = [level in self._entries[row].levels for row in rows]
            scores = scores + 0.8 * np.array(fits)
        return Candidates(rows, features, scores, asked)

    def _shortlist(self, seen: Mapping[str, Floats], province_code: str) -> Ints:
        total = sum(
            (weight * seen[name] for name, weight in STAGE_1.items()),
            np.zeros(len(self._entries), dtype=np.float32),
        )
        allowed = self._allowed(province_code)
        picked = [
            _top(scores if allowed is None else scores * allowed, count)
            for scores, count in (
                (total, BY_ALL),
                (seen["phrase"], BY_PHRASE),
                (seen["official"] + seen["official_pairs"], BY_OFFICIAL),
                (seen["grams"], BY_GRAMS),
            )
        ]
        return np.unique(np.concatenate(picked)).astype(np.int32)

    def _allowed(self, province_code: str) -> NDArray[np.bool_] | None:
        """Return which rows may be found; None for all."""
        allowed = None if self._alive.all() else self._alive
        if province_code and self._local.any():
            own = ~self._local | (self._provinces == province_code)
            allowed = own if allowed is None else allowed & own
        return allowed


def _top(scores: Floats, count: int) -> Ints:
    """Return the rows of the `count` highest positive scores.

    Selecting among thousands of equal zeros is what numpy is slow at, so low ones go first.
    """
    high = np.flatnonzero(scores > 0.3 * scores.max(initial=0.0))
    if len(high) < count:
        high = np.flatnonzero(scores > 0)
    if len(high) > count:
        high = high[np.argpartition(scores[high], len(high) - count)[-count:]]
    return high.astype(np.int32)


def _priors(entries: Iterable[Entry]) -> Floats:
    rows = [
        (
            Level.COMMUNE in entry.levels,
            Level.PROVINCE in entry.levels and Level.COMMUNE not in entry.levels,
            entry.levels == (Level.MINISTRY,),
            entry.province_code != "",
            entry.curated,
            bool(entry.aliases or entry.examples),
            min(len(entry.title), 300) / 100.0,
        )
        for entry in entries
    ]
    return np.array(rows, dtype=np.float32).reshape(-1, len(rerank.PRIOR_FEATURES))


def _signals(
    candidates: Candidates, shares: NDArray[np.float64], order: list[int], reading: Reading
) -> dict[str, float]:
    best = order[0]
    at = {name: i for i, name in enumerate(rerank.FEATURES)}
    features, scores = candidates.features, candidates.scores
    ranked = [float(scores[i]) for i in order]
    ranked += [ranked[-1] - 8.0] * (4 - len(ranked))
    phrase = features[:, at["phrase"]]
    return {
        "share3": float(shares[order[:3]].sum()),
        "margin": float(shares[best] - (shares[order[1]] if len(order) > 1 else 0.0)),
        "gap3": min(ranked[0] - ranked[3], 8.0) / 4.0,
        "score": ranked[0] / 10.0,
        "phrase": float(phrase[best]),
        "phrase_covered": float(features[best, at["question_covered_spoken"]]),
        "official": float(bool(reading.matches)),
        "repaired": sum(t.origin in ("typo", "slip") for t in reading.tokens) / 5.0,
        "outside": calibration.outside(reading),
        "curated": float(features[best, at["curated"]]),
    }


def _spread(p1: float, p3: float, shares: NDArray[np.float64]) -> list[float]:
    """Return a probability for each hit: p1, then p3 - p1 shared among the next two."""
    rest = shares[1:3].sum() or 1.0
    others = [max(p3 - p1, 0.0) * float(share / rest) for share in shares[1:3]]
    tail = [min(others[-1] if others else 0.0, 0.01)] * max(len(shares) - 3, 0)
    return [p1, *others, *tail]
