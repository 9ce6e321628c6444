"""Numbers under the index: which rows hold a term, and how much it counts there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
#: Terms by number, each with its weight.
Terms = list[tuple[int, float]]

K1 = 1.2
#: Terms that no more rows than this have are never left out.
FEW = 3_000


@dataclass(frozen=True, slots=True)
class Counts:
    """Which term occurs how often in which row, as three parallel columns."""

    rows: Ints
    terms: Ints
    counts: Floats
    size: int
    """The number of rows."""

    @classmethod
    def of(cls, rows: Sequence[Mapping[int, float]]) -> Counts:
        """Return the columns of one mapping term → count per row."""
        lengths = np.fromiter((len(row) for row in rows), np.int32, len(rows))
        total = int(lengths.sum())
        return cls(
            np.repeat(np.arange(len(rows), dtype=np.int32), lengths),
            np.fromiter((term for row in rows for term in row), np.int32, total),
            np.fromiter((count for row in rows for count in row.values()), np.float32, total),
            len(rows),
        )

    def frequencies(self, terms: int) -> NDArray[np.int64]:
        """Return in how many rows each of `terms` terms occurs."""
        return np.bincount(self.terms, minlength=terms)


@dataclass(frozen=True, slots=True)
class Postings:
    """Rows and impacts of every term, by term."""

    starts: NDArray[np.int64]
    rows: Ints
    impacts: Floats
    size: int

    @classmethod
    def of(cls, counts: Counts, impacts: Floats, terms: int) -> Postings:
        """Sort `counts` by term, with one impact for each of them."""
        order = np.argsort(counts.terms, kind="stable")
        starts = np.zeros(terms + 1, dtype=np.int64)
        np.cumsum(np.bincount(counts.terms, minlength=terms), out=starts[1:])
        return cls(
            starts, counts.rows[order], impacts[order].astype(np.float32, copy=False), counts.size
        )

    def telling(self, terms: Iterable[tuple[int, float]], commonest: float) -> Terms:
        """Return `terms` less those in more than the share `commonest` of all rows.

        They tell little and, in a large index, cost most.
        """
        most, last = max(commonest * self.size, FEW), len(self.starts) - 1
        return [
            (term, weight)
            for term, weight in terms
            if term >= last or self.starts[term + 1] - self.starts[term] <= most
        ]

    def sums(self, scored: Sequence[Terms], held: Sequence[Terms] = ()) -> Floats:
        """Return a line of all rows for each list of terms, those of `scored` first.

        Scored terms count weight × impact, held ones only their weight. One pass for all lists: with
        short postings, calls of numpy cost more than what they do.
        """
        every = [*scored, *held]
        terms = np.array([term for line in every for term, _ in line], dtype=np.int64)
        weights = np.array([weight for line in every for _, weight in line], dtype=np.float32)
        lines = np.arange(len(every)).repeat([len(line) for line in every])
        impacts = int(sum(map(len, scored)))  # so many of the terms have one
        known = terms < len(self.starts) - 1
        if not known.all():
            impacts = int(known[:impacts].sum())
            terms, weights, lines = terms[known], weights[known], lines[known]
        begins = self.starts[terms]
        counts = self.starts[terms + 1] - begins
        ends = counts.cumsum()
        at = np.arange(ends[-1] if len(ends) else 0) + (begins - ends + counts).repeat(counts)
        values = weights.repeat(counts)
        have = int(ends[impacts - 1]) if impacts else 0
        values[:have] *= self.impacts[at[:have]]
        cells = self.rows[at] + (lines * self.size).repeat(counts)
        total = np.bincount(cells, values, len(every) * self.size)
        return total.astype(np.float32).reshape(len(every), self.size)

    def holds(self, row: int, term: int) -> bool:
        """Whether `row` holds `term`."""
        if term >= len(self.starts) - 1:
            return False
        rows = self.rows[self.starts[term] : self.starts[term + 1]]
        at = int(np.searchsorted(rows, row))
        return at < len(rows) and int(rows[at]) == row


def idf(frequencies: NDArray[np.int64], rows: int) -> Floats:
    """Return how telling each term is: log(1 + (N - n + ½) / (n + ½))."""
    return np.log1p((rows - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)


def bm25(counts: Counts, weights: Floats, b: float, mean_length: float) -> Floats:
    """Return the BM25 impact of each count; `weights` is the idf by term."""
    lengths = np.bincount(counts.rows, weights=counts.counts, minlength=counts.size)
    norm = K1 * (1 - b + b * lengths / max(mean_length, 1e-9))
    impacts = weights[counts.terms] * counts.counts * (K1 + 1) / (counts.counts + norm[counts.rows])
    return impacts.astype(np.float32)


def unit(counts: Counts, weights: Floats) -> Floats:
    """Return impacts that make every row a vector of length 1 (cosine)."""
    values = counts.counts * weights[counts.terms]
    norms = np.sqrt(np.bincount(counts.rows, weights=values**2, minlength=counts.size))
    return (values / np.maximum(norms[counts.rows], 1e-9)).astype(np.float32)
