"""What reading a report yields; every other module of this package speaks in these."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What sort of thing a report says."""

    STATISTIC = "statistic"
    TARGET = "target"
    """A figure that was set or promised, not reached."""
    LEGAL_DOC = "legal_doc"
    SYSTEM = "system"
    CENTRE = "service_centre"
    INITIATIVE = "initiative"
    SHORTCOMING = "shortcoming"
    PLAN = "plan"


class Relation(StrEnum):
    """How a figure hangs on its parent figure."""

    NONE = ""
    PART = "part"
    SHARE = "share"
    TARGET = "target"


class Severity(StrEnum):
    """How bad a finding is; the words are those a published fact keeps."""

    WRONG = "wrong"
    """The printed figure contradicts its own numbers (SAI)."""
    MISMATCH = "mismatch"
    """Two printed figures cannot both hold (LỆCH)."""
    ROUNDING = "rounding"
    """Cut off instead of rounded (LÀM TRÒN)."""
    TYPO = "typo"
    """A slip of the keyboard (CHÍNH TẢ)."""
    UNCLEAR = "unclear"
    """Too little is printed to tell (MƠ HỒ)."""


@dataclass(frozen=True, slots=True)
class FoundFact:
    """One thing a report says, with the place it says it."""

    kind: Kind
    subject: str
    sentence: str
    """As printed, line breaks as spaces and the names of people as "…"."""
    offset: int
    """Where the sentence begins in the text that was read."""
    span: tuple[int, int]
    """Where the figure or name itself stands in that text."""
    value: str = ""
    unit: str = ""
    period: str = ""
    locality: str = ""
    level: str = ""
    """tỉnh, huyện, xã; empty when the figure is not of one level."""
    confidence: float = 1.0
    parent: int | None = None
    """Index of the figure this one is part, share or target of."""
    relation: Relation = Relation.NONE
    note: str = ""
    """Today's names and terms."""
    details: dict[str, str] = field(default_factory=dict)
    """number, kind, date, body of a legal document; owner of an initiative."""


@dataclass(frozen=True, slots=True)
class ArithmeticFinding:
    """What recomputing printed figures showed."""

    type: str
    printed: str
    computed: str
    facts: tuple[int, ...]
    """Indexes of the facts it is about, the doubtful one first."""
    severity: Severity
    explanation: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line of the page that is not part of the report."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A report, read."""

    title: str
    locality: str
    period: str
    facts: tuple[FoundFact, ...]
    findings: tuple[ArithmeticFinding, ...]
    dropped: tuple[Dropped, ...]
    locality_today: str = ""
    year: int | None = None
    text: str = ""
    """What the offsets count in."""
