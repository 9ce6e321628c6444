"""The tables of what is known. A procedure points at its live, immutable revision."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from knowledge.columns import EnumText, Json, UtcDateTime, utc_now

#: The one row of `knowledge_version`.
VERSION_ROW = 1


class ProcedureKind(StrEnum):
    """Whose procedure it is, and whether its content is whole or only what a province changes."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    OVERRIDE = "override"


class Origin(StrEnum):
    """Who brought a procedure or an alias in; what people made by hand is never overwritten."""

    STARTER = "starter"
    IMPORT = "import"
    EDITOR = "editor"


class RevisionStatus(StrEnum):
    """The life of a revision: draft → in review → published → archived."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class FactStatus(StrEnum):
    """The life of a fact read from a report."""

    DRAFT = "draft"
    PUBLISHED = "published"
    REJECTED = "rejected"


class AliasKind(StrEnum):
    """A short wording, or a whole example question."""

    ALIAS = "alias"
    EXAMPLE = "example"


class KnowledgeVersion(SQLModel, table=True):
    """Counts publications; every process compares it with the Index it serves."""

    __tablename__ = "knowledge_version"

    id: int = Field(default=VERSION_ROW, primary_key=True)
    version: int = 0
    changed_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Source(SQLModel, table=True):
    """Where facts come from."""

    __tablename__ = "source"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    title: str
    url: str = ""
    licence: str = ""
    retrieved_on: date | None = None
    note: str = ""


class Procedure(SQLModel, table=True):
    """One procedure, or one province's override of a national one."""

    __tablename__ = "procedure"
    __table_args__ = (UniqueConstraint("code", "province_code"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(index=True)
    province_code: str = ""
    kind: ProcedureKind = Field(default=ProcedureKind.NATIONAL, sa_type=EnumText(ProcedureKind))
    origin: Origin = Field(default=Origin.IMPORT, sa_type=EnumText(Origin))
    field: str = Field(default="", index=True)
    live_revision_id: int | None = Field(default=None, index=True)
    superseded_by: str = Field(default="", index=True)
    hidden: bool = False


class Revision(SQLModel, table=True):
    """One immutable content of a procedure; only its status moves."""

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("procedure_id", "number"),
        CheckConstraint("number > 0", name="revision_number_is_positive"),
        Index("ix_revision_status_procedure", "status", "procedure_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    procedure_id: int = Field(foreign_key="procedure.id", index=True)
    number: int
    status: RevisionStatus = Field(default=RevisionStatus.DRAFT, sa_type=EnumText(RevisionStatus))
    content: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    content_hash: str
    author: str
    approver: str = ""
    note: str = ""
    source_id: int | None = Field(default=None, foreign_key="source.id")
    effective_from: date | None = None
    effective_to: date | None = None
    verified_on: date | None = None
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    publish_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    """Once approved, when it goes live by itself."""
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    """When it is taken off by itself, if it is live then."""
    gate_reason: str = ""
    """Why it may go live although golden questions broke."""
    title: str = ""
    folded: str = ""
    """Title and common name without diacritics, to search what is not in the Index."""
    levels: str = ""
    """Values of Level, separated by spaces."""
    is_unsure: bool = False
    """Whether a fee, a time or the dossier is of LOW or NONE confidence."""


class Alias(SQLModel, table=True):
    """A citizen's wording for a procedure code; it may wait for a code not yet imported."""

    __tablename__ = "alias"
    __table_args__ = (UniqueConstraint("code", "text"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(index=True)
    kind: AliasKind = Field(default=AliasKind.ALIAS, sa_type=EnumText(AliasKind))
    text: str
    origin: Origin = Field(default=Origin.EDITOR, sa_type=EnumText(Origin))
    author: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class FieldSwitch(SQLModel, table=True):
    """A field (lĩnh vực) that an editor has switched off, with the reason."""

    __tablename__ = "field_switch"

    field: str = Field(primary_key=True)
    on: bool = True
    reason: str = ""


class CorrectionKind(StrEnum):
    """What is corrected: where an old commune went, or what people call a place of today."""

    JOIN = "join"
    ALIAS = "alias"


class AdminUnit(SQLModel, table=True):
    """A province or commune of today."""

    __tablename__ = "admin_unit"

    code: str = Field(primary_key=True)
    kind: str
    name: str
    province_code: str = Field(index=True)
    latitude: float | None = None
    longitude: float | None = None
    table_version: str


class UnitChange(SQLModel, table=True):
    """One row old commune → today's commune; a divided commune has several."""

    __tablename__ = "unit_change"

    id: int | None = Field(default=None, primary_key=True)
    old_code: str = Field(default="", index=True)
    old_commune: str
    old_district: str
    old_province: str
    new_code: str = Field(index=True)
    divided: bool = False
    effective_on: date
    table_version: str


class PlaceCorrection(SQLModel, table=True):
    """What officials know better than the table of units, or a name it does not have.

    Rows are never changed or removed, a new table of units leaves them alone, and of several rows
    about the same name the last one holds; one without codes takes the correction back.
    """

    __tablename__ = "place_correction"

    id: int | None = Field(default=None, primary_key=True)
    kind: CorrectionKind = Field(sa_type=EnumText(CorrectionKind))
    name: str
    """Full name of the old commune, or what people call a place."""
    district: str = ""
    province: str = ""
    """The old district and province it lay in, full; both empty for what people say."""
    codes: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    """The units of today, two digits for a province, five for a commune."""
    source: str
    reason: str
    author: str
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Centre(SQLModel, table=True):
    """A one-stop service centre; its details are typed content."""

    __tablename__ = "centre"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    name: str
    unit_code: str = Field(default="", index=True)
    province_code: str = Field(default="", index=True)
    status: str = "active"
    content: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    valid_from: date | None = None
    valid_to: date | None = None
    verified_on: date | None = None


class CalendarDay(SQLModel, table=True):
    """A day on which offices differ from the public calendar, for the country or one province."""

    __tablename__ = "calendar_day"

    day: date = Field(primary_key=True)
    province_code: str = Field(default="", primary_key=True)
    kind: str
    name: str = ""
    like: date | None = None
    """For a make-up day: the day whose hours it keeps."""
    verified: bool = True
    source: str = ""


class Report(SQLModel, table=True):
    """An administrative-reform report whose facts are known."""

    __tablename__ = "report"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    title: str
    locality: str
    locality_today: str = ""
    period: str = ""
    year: int | None = None
    publisher: str = ""
    content_hash: str = Field(default="", index=True)
    """Of the text it was read from; empty for the reports that come with the program."""
    imported_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Fact(SQLModel, table=True):
    """One thing a report says, in our own words, with what a check of its sums found."""

    __tablename__ = "fact"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    report_id: int = Field(foreign_key="report.id", index=True)
    kind: str = Field(index=True)
    subject: str
    statement: str
    value: str = ""
    unit: str = ""
    level: str = ""
    place: str = ""
    """Narrower than the report's locality, by its name of then."""
    period: str = ""
    """Only when it differs from the report's."""
    ask: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    finding: dict[str, Any] | None = Field(default=None, sa_column=Column(Json))
    published: bool = True
    status: FactStatus = Field(default=FactStatus.PUBLISHED, sa_type=EnumText(FactStatus))
    """An imported fact begins as a draft; `published` follows."""
    sentence: str = ""
    """As printed in the report, people left out."""
    position: int | None = None
    """Where the sentence begins in the text that was read."""
    confidence: float | None = None
    parent_key: str = ""
    """The figure this one is a part, share or target of."""
    relation: str = ""
    duplicate_of: str = ""
    """The key of an earlier fact that says the same."""
    note: str = ""
    """Today's names and terms."""


class GoldenQuestion(SQLModel, table=True):
    """A question whose right answer is known; asked of every new Index before it goes live."""

    __tablename__ = "golden_question"

    id: int | None = Field(default=None, primary_key=True)
    question: str = Field(unique=True)
    codes: list[str] = Field(sa_column=Column(Json, nullable=False))
    facet: str = ""
    in_scope: bool = True
    origin: Origin = Field(default=Origin.EDITOR, sa_type=EnumText(Origin))
    author: str = ""
    active: bool = True
    """A starter question that an editor took out stays, so that no release brings it back."""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
