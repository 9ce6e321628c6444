"""Find what a report says: by locality, period and subject, never across localities."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from knowledge.text import fold, normalise

#: At least this share of the question's weight must be found in a fact for it to be the answer.
ENOUGH = 0.55
#: Facts whose score is within this share of the best are offered beside it.
NEAR = 0.8
MOST_HITS = 3
#: Two subjects this alike are the same figure in different reports.
SAME_FIGURE = 0.8
#: From this score on the best fact stands alone.
CLEAR = 0.97
#: A count was asked for and the fact is a share, or the other way round.
OTHER_MEASURE = 0.9

#: Sums of the same numbers in another order differ by less.
ROUNDING = 1e-6

_STOP = frozenset(
    [
        "la",
        "gi",
        "bao",
        "nhieu",
        "co",
        "may",
        "the",
        "nao",
        "o",
        "dau",
        "cua",
        "cho",
        "va",
        "trong",
        "theo",
        "bao",
        "cao",
        "nam",
        "quy",
        "thang",
        "dau",
        "cuoi",
        "tinh",
        "huyen",
        "xa",
        "thi",
        "voi",
        "duoc",
        "da",
        "so",
        "nhung",
        "cac",
        "mot",
        "nay",
        "do",
        "thuoc",
        "toi",
        "tui",
        "hoi",
        "biet",
        "xin",
        "ve",
        "khong",
        "roi",
        "den",
        "tu",
        "luc",
        "nhu",
        "noi",
        "cho",
        "biet",
        "vay",
        "a",
        "oi",
        "u",
        "nhe",
        "ha",
        "so",
        "lieu",
        "con",
        "thoi",
        "gian",
        "ky",
        "cai",
        "cach",
        "hanh",
        "chinh",
        "cchc",
        "la",
        "bao",
    ]
)
#: Words that only mean something together; a share has one word however it is asked for.
_TOGETHER = (
    (re.compile(r"\b(?:bao nhieu )?phan tram\b|\b(?:ty|ti) le\b|(?<!\d)%"), " tyle "),
    (re.compile(r"\bmot phan\b"), " motphan "),
    (re.compile(r"\btoan trinh\b"), " toantrinh "),
    (re.compile(r"\bqua han\b"), " quahan "),
    (re.compile(r"\btruoc han\b"), " truochan "),
    (re.compile(r"\bdung han\b"), " dunghan "),
)
#: A question that names only a kind of thing is answered with all of that kind.
_KINDS = {
    "shortcoming": re.compile(r"\b(?:han che|ton tai|yeu kem|kho khan|diem nghen|vuong mac)\b"),
    "plan": re.compile(r"\b(?:ke hoach|phuong huong|nhiem vu|sap toi|thoi gian toi)\b"),
    "initiative": re.compile(r"\b(?:mo hinh|sang kien|cach lam hay)\b"),
    "system": re.compile(r"\b(?:he thong|phan mem)\b"),
}
_LEVEL = re.compile(r"\bcap (tinh|huyen|xa)\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_QUARTER = re.compile(r"\bquy (i{1,3}|iv|[1-4])\b")
_MONTHS = re.compile(r"\b0?(\d{1,2}) thang\b")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_COMPARE = re.compile(
    r"\b(?:so sanh|so voi|xep hang cac|tinh nao|dia phuong nao|huyen nao|noi nao|hon tinh|cao hon|thap hon"
    r"|nhieu hon|it hon)\b"
)
_TREND = re.compile(
    r"\b(?:qua cac (?:ky|nam|quy|bao cao)|dien bien|xu huong|tang hay giam|tang giam|thay doi (?:the nao|ra sao)"
    r"|so voi (?:ky|quy|nam) truoc|cac ky|tung (?:ky|nam|quy))\b"
)
_STATISTICAL = re.compile(
    r"\b(?:bao cao|cai cach hanh chinh|cchc|ty le|ti le|bao nhieu phan tram|chi so|xep thu|xep hang|mo hinh"
    r"|sang kien|han che|ton tai|phuong huong|ke hoach|so lieu|thong ke|tiep nhan|ho so truc tuyen|toan trinh"
    r"|mot phan|dich vu cong|quy (?:i{1,3}|iv|[1-4])\b|6 thang|11 thang|4 thang|nam 20[12]\d|kios|idesk"
    r"|tai cho|hoi thi|par index|pci)\b"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What recomputing a figure showed."""

    type: str
    printed: str = ""
    computed: str = ""
    text: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the printed figure is doubtful, rather than rounded or in an old term."""
        return self.type in ("wrong", "mismatch", "typo")


@dataclass(frozen=True)
class ReportFact:
    """One thing a report says, with everything needed to quote it honestly."""

    key: str
    kind: str
    subject: str
    statement: str
    value: str
    unit: str
    level: str
    place: str
    period: str
    report_title: str
    locality: str
    locality_today: str
    ask: tuple[str, ...] = ()
    finding: Finding | None = None
    note: str = ""
    """What its names and terms are called today."""

    @cached_property
    def folded_locality(self) -> str:
        """The bare locality: "tỉnh Trà Vinh" → "tra vinh"."""
        return re.sub(r"^(?:tinh|huyen|thanh pho|thi xa|xa) ", "", fold(self.locality.lower()))


@dataclass(frozen=True, slots=True)
class FactHit:
    """A fact and how well it answers, from 0 to 1."""

    fact: ReportFact
    score: float


class Facts:
    """Every published fact, weighed by how telling each word is."""

    def __init__(self, facts: Iterable[ReportFact]) -> None:
        self.facts = tuple(facts)
        said = [
            [
                frozenset(_words(text))
                for text in (fact.subject, f"{fact.subject} {fact.statement}", *fact.ask)
            ]
            for fact in self.facts
        ]
        counts = Counter(word for wordings in said for word in frozenset[str]().union(*wordings))
        total = len(self.facts) + 1
        self._weight = {word: math.log(1 + total / count) for word, count in counts.items()}
        self._unknown = math.log(1 + total)
        self._wordings = [
            [(wording, self._mass(wording)) for wording in wordings] for wordings in said
        ]
        self._about = _positions(said)
        """Wordings, counted through all facts, that have a word."""
        self._owners = np.repeat(np.arange(len(said)), [len(wordings) for wordings in said])
        """The fact (by number) of each wording."""
        self._periods = [_period(fold(fact.period.lower())) for fact in self.facts]
        self.localities = tuple(dict.fromkeys(fact.locality for fact in self.facts))
        self._folded_localities = {fact.folded_locality: fact.locality for fact in self.facts}

    def localities_in(self, question: str) -> tuple[str, ...]:
        """Return the localities of our reports that `question` names."""
        folded = fold(normalise(question))
        return tuple(
            locality
            for bare, locality in self._folded_localities.items()
            if re.search(rf"\b{re.escape(bare)}\b", folded)
        )

    def is_about_reports(self, question: str) -> bool:
        """Whether `question` speaks as one does of reports, whatever we know of it."""
        return bool(_STATISTICAL.search(fold(normalise(question))))

    def compares(self, question: str) -> bool:
        """Whether `question` wants localities ranked against each other."""
        folded = fold(normalise(question))
        return bool(_COMPARE.search(folded)) and (
            self.is_about_reports(question) or len(self.localities_in(question)) > 1
        )

    def find(self, question: str) -> tuple[FactHit, ...]:
        """Return the facts that answer, best first; none when the question is about something else."""
        folded = _TREND.sub(" ", fold(normalise(question)))
        localities = self.localities_in(question)
        words = [word for word in _words(folded) if word not in self._locality_words(localities)]
        if not words:
            return ()
        period = _period(folded)
        level = _LEVEL.search(folded)
        asked = frozenset(words)
        mass = self._mass(asked)
        hits = [
            FactHit(fact, self._score(asked, mass, self._wordings[number], fact))
            for number in self._near(asked, mass)
            for fact in (self.facts[number],)
            if (not localities or fact.locality in localities)
            and _fits(self._periods[number], period)
            and (not level or not fact.level or fold(fact.level) == level[1])
        ]
        enough = [hit for hit in hits if hit.score >= ENOUGH]
        enough.sort(key=lambda hit: (-round(hit.score, 2), bool(hit.fact.level)))
        return tuple(hit for hit in enough[:MOST_HITS] if _rivals(hit, enough[0]))

    def _near(self, asked: Set[str], mass: float) -> list[int]:
        """Return the facts with a wording that holds enough of what is asked to answer it."""
        held = np.zeros(len(self._owners))
        for word in asked:
            if word in self._about:
                held[self._about[word]] += self._w(word)
        return [int(number) for number in np.unique(self._owners[held >= ENOUGH * mass - ROUNDING])]

    def asks_for_trend(self, question: str) -> bool:
        """Whether `question` wants one figure over several periods of one locality."""
        return bool(_TREND.search(fold(normalise(question)))) and (
            len(self.localities_in(question)) == 1
        )

    def trend_of(self, key: str) -> tuple[ReportFact, ...]:
        """Return the same figure of the same locality in every report, that of `key` first."""
        own = next((fact for fact in self.facts if fact.key == key), None)
        if own is None or own.kind != "statistic":
            return ()
        return (own, *(fact for fact in self.facts if self._same_figure(own, fact)))

    def _same_figure(self, own: ReportFact, other: ReportFact) -> bool:
        return (
            other.key != own.key
            and other.kind == own.kind
            and (other.locality, other.unit, other.level) == (own.locality, own.unit, own.level)
            and (other.period, other.report_title) != (own.period, own.report_title)
            and self._alike(own.subject, other.subject) >= SAME_FIGURE
        )

    def all_of_a_kind(self, question: str) -> tuple[ReportFact, ...]:
        """Return a locality's shortcomings, plans, … when the question asks for just these."""
        folded = fold(normalise(question))
        localities = self.localities_in(question)
        if len(localities) != 1:
            return ()
        rest = [word for word in _words(folded) if word not in self._locality_words(localities)]
        period = _period(folded)
        for kind, words in _KINDS.items():
            if words.search(folded) and set(rest) <= set(_words(" ".join(words.findall(folded)))):
                return tuple(
                    fact
                    for fact, known in zip(self.facts, self._periods, strict=True)
                    if fact.kind == kind and fact.locality in localities and _fits(known, period)
                )
        return ()

    def _score(
        self,
        asked: Set[str],
        mass: float,
        wordings: Sequence[tuple[Set[str], float]],
        fact: ReportFact,
    ) -> float:
        fits = ("tyle" in asked) == (fact.unit == "%")
        best = max(self._overlap(asked, mass, said, held) for said, held in wordings)
        return best if fits or fact.kind != "statistic" else best * OTHER_MEASURE

    def _overlap(
        self, asked: Set[str], asked_mass: float, said: Set[str], said_mass: float
    ) -> float:
        """Return the harmonic mean of how much of each side's weight the other side holds."""
        if asked.isdisjoint(said):
            return 0.0
        both = self._mass(asked & said)
        recall, precision = both / asked_mass, both / said_mass
        return 2 * recall * precision / (recall + precision) if recall >= ENOUGH else 0.0

    def _alike(self, one: str, other: str) -> float:
        asked, said = frozenset(_words(one)), frozenset(_words(other))
        return self._overlap(asked, self._mass(asked), said, self._mass(said))

    def _mass(self, words: Iterable[str]) -> float:
        return sum(map(self._w, words))

    def _w(self, word: str) -> float:
        return self._weight.get(word, self._unknown)

    def _locality_words(self, localities: Sequence[str]) -> frozenset[str]:
        return frozenset(word for locality in localities for word in fold(locality.lower()).split())


def _positions(said: Sequence[Sequence[Set[str]]]) -> dict[str, NDArray[np.int64]]:
    """Return for each word the places of the wordings that have it."""
    places: dict[str, list[int]] = defaultdict(list)
    every = (wording for wordings in said for wording in wordings)
    for place, wording in enumerate(every):
        for word in wording:
            places[word].append(place)
    return {word: np.array(found) for word, found in places.items()}


def _rivals(hit: FactHit, best: FactHit) -> bool:
    """Whether a fact may be what was meant as well: both are figures in one unit, or as good."""
    figures = hit.fact.kind == best.fact.kind == "statistic" and hit.fact.unit == best.fact.unit
    return hit.score >= (NEAR if figures and best.score < CLEAR else 1) * best.score


def _words(text: str) -> list[str]:
    text = _QUARTER.sub(" ", _YEAR.sub(" ", fold(normalise(text))))
    for pattern, word in _TOGETHER:
        text = pattern.sub(word, text)
    words = re.findall(r"\w+(?:[.,]\d+)*%?", text)
    return [word for word in words if word not in _STOP]


def _period(folded: str) -> tuple[str, str, str]:
    """Return (year, quarter, months) as far as they are named."""
    year = _YEAR.search(folded)
    quarter = _QUARTER.search(folded)
    months = _MONTHS.search(folded)
    return (
        year[0] if year else "",
        _ROMAN.get(quarter[1], quarter[1]) if quarter else "",
        months[1] if months else "",
    )


def _fits(known: tuple[str, str, str], asked: tuple[str, str, str]) -> bool:
    """Whether a fact's period contradicts nothing of the period asked for."""
    return all(
        not wanted or not has or wanted == has for wanted, has in zip(asked, known, strict=True)
    )
