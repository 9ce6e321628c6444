"""The typed content of one revision of a procedure, as citizens and officials need it.

The parts are those of Decree 63/2010/NĐ-CP art. 8 (amended by 92/2017/NĐ-CP). Every stated fact
carries where it comes from, how sure we are and when it holds, so that an answer can be honest.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]


class Facet(StrEnum):
    """What a citizen wants to know of a procedure."""

    DOCUMENTS = "documents"
    FEE = "fee"
    TIME = "time"
    WHERE = "where"
    ONLINE = "online"
    FORM = "form"
    STEPS = "steps"
    REQUIREMENTS = "requirements"
    LEGAL_BASIS = "legal_basis"
    OUTCOME = "outcome"
    APPLICANT = "applicant"
    DEADLINE = "deadline"


class Level(StrEnum):
    """The level of government that handles a procedure (cấp thực hiện)."""

    COMMUNE = "commune"
    PROVINCE = "province"
    MINISTRY = "ministry"


class Method(StrEnum):
    """How a dossier is submitted (cách thức thực hiện)."""

    DIRECT = "direct"
    ONLINE = "online"
    POST = "post"


class Unit(StrEnum):
    """The unit of a processing time; UNKNOWN is never shown as a number of days."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WORKING_DAY = "working_day"
    MONTH = "month"
    YEAR = "year"
    UNKNOWN = "unknown"


class FeeKind(StrEnum):
    """What is known of a fee; only AMOUNT and FREE may be said as a fact."""

    AMOUNT = "amount"
    FREE = "free"
    PROVINCIAL = "provincial"  # set by a resolution of the province's people's council
    SEE_NOTE = "see_note"
    UNKNOWN = "unknown"


class Currency(StrEnum):
    """Consular certification is priced in US dollars, everything else in đồng."""

    VND = "VND"
    USD = "USD"


class OnlineLevel(StrEnum):
    """How much of the service is online (toàn trình / một phần)."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How sure we are; a number of LOW or NONE confidence is never said as a fact."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


class Part(BaseModel):
    """Base of every part: immutable, and a misspelt key is an error an editor sees."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Stated(Part):
    """A fact with its provenance and validity."""

    text: Text = ""
    """Plain words for citizens; empty when the structured values say it all."""
    source: Line = ""
    """Short name of the source, e.g. "Luật Hộ tịch 2014, Điều 11"."""
    confidence: Confidence = Confidence.MEDIUM
    effective_from: date | None = None
    effective_to: date | None = None
    """The last day on which the fact holds."""
    verified_on: date | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Stated:
        if self.effective_from and self.effective_to and self.effective_from > self.effective_to:
            raise ValueError("effective_from is after effective_to")
        return self

    @property
    def sure(self) -> bool:
        """Whether a number in this fact may be told to a citizen."""
        return self.confidence in (Confidence.HIGH, Confidence.MEDIUM)

    def holds_on(self, day: date) -> bool:
        """Whether the fact is in force on `day` (both ends included)."""
        return (self.effective_from is None or self.effective_from <= day) and (
            self.effective_to is None or day <= self.effective_to
        )


class ProcessingTime(Stated):
    """Thời hạn giải quyết: an amount and a unit, perhaps for one method or condition only."""

    amount: Decimal | None = None
    unit: Unit = Unit.UNKNOWN
    method: Method | None = None
    condition: Line = ""
    """When it applies, e.g. "nếu cần xác minh"; empty = always."""


class Fee(Stated):
    """Phí, lệ phí: what is charged, perhaps for one method or case only."""

    kind: FeeKind = FeeKind.UNKNOWN
    amount: Decimal | None = None
    currency: Currency = Currency.VND
    per: Line = ""
    """What the amount is for, e.g. "bản", "lần"."""
    method: Method | None = None
    condition: Line = ""


class SubmissionMethod(Part):
    """One way to hand in the dossier, with a plain hint."""

    method: Method
    text: Text = ""


class DossierComponent(Part):
    """One paper to bring (thành phần hồ sơ)."""

    name: Text
    originals: int = 0
    copies: int = 0
    form: Line = ""
    """Number or name of the form to fill in, e.g. "Mẫu CT01"."""
    condition: Line = ""
    """Beginning with "nếu …"; empty = everyone brings it."""
    issuer: Line = ""
    """Who issues the paper, where that is not obvious."""
    show_only: bool = False
    """Shown at the counter (xuất trình) and taken home again."""


class Case(Part):
    """The papers of one case (trường hợp); an empty name is the general case."""

    name: Line = ""
    components: tuple[DossierComponent, ...] = ()


class Form(Part):
    """A form to fill in (mẫu đơn, tờ khai)."""

    name: Line
    number: Line = ""
    url: Line = ""


class Agencies(Part):
    """Who receives, performs, decides and helps."""

    receiving: Text = ""
    performing: Text = ""
    competent: Text = ""
    coordinating: Text = ""


class LegalBasis(Part):
    """One document the procedure rests on."""

    number: Line
    title: Text = ""
    note: Line = ""
    """E.g. "hết hiệu lực từ 01/3/2027"."""


class NoticeKind(StrEnum):
    """Why a notice stands beside an answer."""

    CHANGE = "change"  # a rule begins or ends
    EXEMPTION = "exemption"  # a reduction or exemption for some, for a time
    CONFLICT = "conflict"  # two sources disagree
    WARNING = "warning"  # what people get wrong


class Notice(Stated):
    """One sentence that must stand beside the answers to `facets` (none = every facet)."""

    kind: NoticeKind = NoticeKind.WARNING
    facets: tuple[Facet, ...] = ()


class Problem(Part):
    """What an importer or an editor should look at; never shown to citizens."""

    field: Line
    code: Line
    text: Text = ""


class SourceRef(Part):
    """Where a revision comes from."""

    title: Line
    url: Line = ""
    retrieved_on: date | None = None


class Content(Part):
    """Everything one revision says of one procedure."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.\-]{0,39}$")]
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2_000)]
    common_name: Line = ""
    """What people call it; empty = the title."""
    field: Line = ""
    levels: tuple[Level, ...] = ()
    province_code: Annotated[str, StringConstraints(pattern=r"^(\d{2})?$")] = ""
    """Two-digit code of the province that issued it; empty = national."""
    summary: Text = ""
    applicants: tuple[Line, ...] = ()
    requirements: tuple[Text, ...] = ()
    where: Text = ""
    """Where to hand in the dossier, in one or two plain sentences."""
    steps: tuple[Text, ...] = ()
    submission_methods: tuple[SubmissionMethod, ...] = ()
    online_level: OnlineLevel = OnlineLevel.UNKNOWN
    processing_times: tuple[ProcessingTime, ...] = ()
    fees: tuple[Fee, ...] = ()
    cases: tuple[Case, ...] = ()
    dossier_sets: int | None = None
    dossier_confidence: Confidence = Confidence.MEDIUM
    forms: tuple[Form, ...] = ()
    agencies: Agencies = Agencies()
    outcome: tuple[Text, ...] = ()
    deadlines: tuple[Stated, ...] = ()
    """By when the citizen must act, e.g. 60 days from a birth."""
    legal_basis: tuple[LegalBasis, ...] = ()
    decision: Line = ""
    """The announcing decision (quyết định công bố)."""
    notices: tuple[Notice, ...] = ()
    keywords: tuple[Line, ...] = ()
    supersedes: tuple[Line, ...] = ()
    """Older codes that this procedure replaces."""
    source: SourceRef | None = None
    verified_on: date | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        """The name to use when talking to a citizen."""
        return self.common_name or self.title


class Override(Part):
    """What one province sets differently for a national procedure; None = as the national one."""

    fees: tuple[Fee, ...] | None = None
    processing_times: tuple[ProcessingTime, ...] | None = None
    agencies: Agencies | None = None
    where: Text | None = None
    online_level: OnlineLevel | None = None
    notices: tuple[Notice, ...] = ()
    source: SourceRef | None = None
    verified_on: date | None = None


def with_override(content: Content, override: Override) -> Content:
    """Return `content` as it holds in the province that made `override`."""
    given = {
        name: value
        for name, value in override
        if value is not None and name not in ("notices", "source")
    }
    return content.model_copy(
        update={**given, "notices": content.notices + override.notices}
        | ({"source": override.source} if override.source else {})
    )
