"""What changed between two contents, part by part and word by word.

An approver reads the words; people who follow a procedure are told the parts (`Change.facet`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from knowledge.content import Content, Facet, Override
from knowledge.wording import PARTS, Lines, lines_of

#: Lines at least so alike (0–100) are one line that was reworded.
ALIKE: Final = 55.0
#: More removed × added lines than this are not searched for reworded ones.
MOST_PAIRS: Final = 10_000
#: A number with its separators is one word: 8.000 is not 10.000 with a few digits changed.
_WORDS: Final = re.compile(r"\d+(?:[.,/:\-]\d+)*|\w+|\s+|.", re.DOTALL)

#: What a citizen would call the part; parts that are only of interest to editors are not here.
FACETS: Final = {
    "cases": Facet.DOCUMENTS,
    "dossier_sets": Facet.DOCUMENTS,
    "fees": Facet.FEE,
    "processing_times": Facet.TIME,
    "where": Facet.WHERE,
    "agencies": Facet.WHERE,
    "submission_methods": Facet.ONLINE,
    "online_level": Facet.ONLINE,
    "forms": Facet.FORM,
    "steps": Facet.STEPS,
    "requirements": Facet.REQUIREMENTS,
    "legal_basis": Facet.LEGAL_BASIS,
    "outcome": Facet.OUTCOME,
    "applicants": Facet.APPLICANT,
    "deadlines": Facet.DEADLINE,
}


class Kind(StrEnum):
    """What became of a word or a line."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"  # of a line: some of its words


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of words that stayed, came or went."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a part, with its words."""

    kind: Kind
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A part that differs: its lines before and after, one fact a line."""

    part: str
    """Field of Content, e.g. "fees"."""
    before: Lines
    after: Lines

    @property
    def heading(self) -> str:
        """The part as officials call it."""
        return PARTS[self.part]

    @property
    def facet(self) -> Facet | None:
        """What a citizen would ask to learn of it; None when it concerns editors only."""
        return FACETS.get(self.part)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The part line by line, unchanged lines too."""
        return tuple(_rows(self.before, self.after))


def changes(old: Content | Override | None, new: Content | Override) -> tuple[Change, ...]:
    """Return the parts in which `new` differs from `old`, in reading order; all of a first one."""
    before = lines_of(old) if old else {}
    after = lines_of(new)
    return tuple(
        Change(part, before.get(part, ()), after.get(part, ()))
        for part in PARTS
        if before.get(part, ()) != after.get(part, ())
    )


def words(before: str, after: str) -> tuple[Segment, ...]:
    """Return how `before` becomes `after`, word by word, removed words before added ones."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    segments: list[Segment] = []
    for removed, added, kept in _runs(old, new):
        segments += [
            Segment(kind, "".join(run))
            for kind, run in ((Kind.REMOVED, removed), (Kind.ADDED, added), (Kind.SAME, kept))
            if run
        ]
    return tuple(segments)


def _runs(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[Sequence[str], Sequence[str], Sequence[str]]]:
    """Yield (removed, added, kept after them); spaces alone between two changes are not kept."""
    removed: list[str] = []
    added: list[str] = []
    last = len(old)
    for step in Indel.opcodes(old, new):
        run = old[step.src_start : step.src_end]
        if step.tag == "delete":
            removed += run
        elif step.tag == "insert":
            added += new[step.dest_start : step.dest_end]
        elif (removed or added) and step.src_end < last and not "".join(run).strip(" ,.;"):
            removed += run
            added += run
        else:
            yield removed, added, run
            removed, added = [], []
    yield removed, added, []


def _rows(before: Lines, after: Lines) -> Iterator[Row]:
    removed: list[str] = []
    added: list[str] = []
    for step in Indel.opcodes(before, after):
        if step.tag == "delete":
            removed += before[step.src_start : step.src_end]
        elif step.tag == "insert":
            added += after[step.dest_start : step.dest_end]
        else:
            yield from _reworded(removed, added)
            removed, added = [], []
            for line in before[step.src_start : step.src_end]:
                yield Row(Kind.SAME, (Segment(Kind.SAME, line),))
    yield from _reworded(removed, added)


def _reworded(removed: Sequence[str], added: Sequence[str]) -> Iterator[Row]:
    """Yield the added lines with the removed line each was made from; then what is simply gone."""
    left = list(removed)
    search = len(removed) * len(added) <= MOST_PAIRS
    for line in added:
        alike = [fuzz.ratio(line, old) for old in left] if search else []
        best = max(range(len(alike)), key=alike.__getitem__, default=None)
        if best is not None and alike[best] >= ALIKE:
            yield Row(Kind.CHANGED, words(left.pop(best), line))
        else:
            yield Row(Kind.ADDED, (Segment(Kind.ADDED, line),))
    for line in left:
        yield Row(Kind.REMOVED, (Segment(Kind.REMOVED, line),))
