"""The tables of petitions (phản ánh, kiến nghị): drafts, what was sent in, its photos and history.

Complaints and denunciations follow other laws and are never rows here.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from knowledge.columns import EnumText, Json, UtcDateTime, utc_now


class PetitionKind(StrEnum):
    """What a petition is about; the names are in bot.messages.petitions."""

    LATE = "late"
    REFUSED = "refused"
    REPEATED = "repeated"
    FEE = "fee"
    CONDUCT = "conduct"
    RULE = "rule"
    SYSTEM = "system"
    OTHER = "other"


class PetitionStatus(StrEnum):
    """received → forwarded → in progress → answered → closed, or reopened; or declined."""

    RECEIVED = "received"
    FORWARDED = "forwarded"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    REOPENED = "reopened"
    CLOSED = "closed"
    DECLINED = "declined"


#: An answer is still owed.
OWED: Final = (
    PetitionStatus.RECEIVED,
    PetitionStatus.FORWARDED,
    PetitionStatus.IN_PROGRESS,
    PetitionStatus.REOPENED,
)


class AnswerStatus(StrEnum):
    """An answer is proposed by one official and approved or returned by another."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    RETURNED = "returned"


class PetitionDraft(SQLModel, table=True):
    """A form being filled in, one a chat; it outlives the conversation."""

    __tablename__ = "petition_draft"
    __table_args__ = (Index("ix_petition_draft_chat", "channel", "address", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    address: str
    step: str
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Petition(SQLModel, table=True):
    """One petition, as sent in, and where it stands."""

    __tablename__ = "petition"
    __table_args__ = (
        Index("ix_petition_status_id", "status", "id"),
        Index("ix_petition_unit_id", "unit", "id"),
        Index("ix_petition_assignee_id", "assignee", "id"),
        Index("ix_petition_status_due", "status", "due_on"),
        Index("ix_petition_commune_id", "commune_code", "id"),
        Index("ix_petition_province_id", "province_code", "id"),
        Index("ix_petition_published_id", "published", "id"),
        # Everything the figures of a year need, so that they are read from the index alone.
        Index(
            "ix_petition_figures", "created_at", "status", "unit", "answered_at", "due_on", "solved"
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    """The receipt code, e.g. "PA-7KQ3-XN4C"."""
    secret_hash: str
    person_id: str | None = Field(
        default=None, foreign_key="person.id", index=True, ondelete="SET NULL"
    )
    channel: str
    status: PetitionStatus = Field(
        default=PetitionStatus.RECEIVED, sa_type=EnumText(PetitionStatus)
    )
    kind: PetitionKind = Field(default=PetitionKind.OTHER, sa_type=EnumText(PetitionKind))
    text: str
    """The citizen's words; numbers that point at a person are masked."""
    procedure_code: str = ""
    procedure: str = ""
    """As the citizen said it, or the procedure's name."""
    field: str = Field(default="", index=True)
    place: str = ""
    """As the citizen said it, with today's name."""
    commune_code: str = ""
    province_code: str = ""
    happened: str = ""
    """When it happened, in the citizen's words."""
    happened_on: date | None = None
    contact: str = ""
    """Only if the citizen chose to leave one; shown to officials who handle it, never published."""
    consent_version: str
    fingerprint: str = Field(unique=True)
    """The same citizen's same words: sent again they are the same petition."""
    times: int = 1
    rude: bool = False
    """Holds abusive words: taken in all the same, an official edits before anything is public."""
    duplicate_of: int | None = Field(
        default=None, foreign_key="petition.id", index=True, ondelete="SET NULL"
    )
    unit: str = ""
    """The unit it was routed or forwarded to."""
    assignee: str = ""
    due_on: date
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    escalated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer: str = ""
    """The approved answer, as sent."""
    solved: bool | None = None
    """What the citizen says; "answered" is not "solved"."""
    published: bool = False
    public_text: str = ""
    """What an official wrote for the public page: no names, no numbers."""
    public_answer: str = ""


class PetitionPhoto(SQLModel, table=True):
    """A photo re-encoded by us (no EXIF, no place), of a draft or of a petition."""

    __tablename__ = "petition_photo"

    id: int | None = Field(default=None, primary_key=True)
    draft_id: int | None = Field(
        default=None, foreign_key="petition_draft.id", index=True, ondelete="CASCADE"
    )
    petition_id: int | None = Field(
        default=None, foreign_key="petition.id", index=True, ondelete="CASCADE"
    )
    width: int
    height: int
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """JPEG."""
    added_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class PetitionEvent(SQLModel, table=True):
    """One thing that happened to a petition, or an internal note; never changed."""

    __tablename__ = "petition_event"

    id: int | None = Field(default=None, primary_key=True)
    petition_id: int = Field(foreign_key="petition.id", index=True, ondelete="CASCADE")
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    actor: str
    """An official's name, "citizen" or "system"."""
    what: str
    """"received", "forwarded", "note", …"""
    note: str = ""


class PetitionAnswer(SQLModel, table=True):
    """An answer as one official proposed it, and what a second one did with it."""

    __tablename__ = "petition_answer"

    id: int | None = Field(default=None, primary_key=True)
    petition_id: int = Field(foreign_key="petition.id", index=True, ondelete="CASCADE")
    text: str
    status: AnswerStatus = Field(default=AnswerStatus.PROPOSED, sa_type=EnumText(AnswerStatus))
    author: str
    proposed_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    judge: str = ""
    judged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    why: str = ""
    """Why it was returned."""


class PetitionRoute(SQLModel, table=True):
    """Which unit gets the petitions of a place and field; the most particular row counts."""

    __tablename__ = "petition_route"
    __table_args__ = (
        Index("ix_petition_route_key", "province_code", "commune_code", "field", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    province_code: str = ""
    commune_code: str = ""
    field: str = ""
    unit: str
