"""The tables of the satisfaction survey after a visit: forms being filled in, and answers."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from knowledge.columns import EnumText, Json, UtcDateTime, utc_now


class Aspect(StrEnum):
    """What one question of the survey is about, after SIPAS; the column of the same name."""

    ACCESS = "access"
    FORMS = "forms"
    CONDUCT = "conduct"
    OUTCOME = "outcome"
    HANDLING = "handling"
    """How remarks and petitions are dealt with; empty for whoever made none."""


class SurveySource(StrEnum):
    """How sure it is that one answer is one person."""

    ACCOUNT = "account"
    """Someone with an account at a messenger: the index counts these."""
    PAGE = "page"
    """A browser's session, which costs nothing; shown apart."""
    DEVICE = "device"
    """A kiosk many people share, nobody is known there; shown apart."""


class SurveyDraft(SQLModel, table=True):
    """A form being filled in, one a chat; it outlives the conversation."""

    __tablename__ = "survey_draft"
    __table_args__ = (Index("ix_survey_draft_chat", "channel", "address", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    address: str
    step: str
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class SurveyAnswer(SQLModel, table=True):
    """One filled-in survey: scores from 1 (very dissatisfied) to 5 (very satisfied).

    One a person and one an address, for each centre, field and quarter of the visit. The second rule
    holds where a citizen takes linked channels apart again.
    """

    __tablename__ = "survey_answer"
    __table_args__ = (
        UniqueConstraint("person_id", "period", "centre", "field", name="uq_survey_answer_person"),
        UniqueConstraint("who", "period", "centre", "field", name="uq_survey_answer_who"),
        Index("ix_survey_answer_month", "source", "month"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: str | None = Field(default=None, foreign_key="person.id", ondelete="CASCADE")
    """None on a shared device."""
    who: str | None = None
    """Pseudonym of the address it came from; None on a shared device."""
    source: SurveySource = Field(sa_type=EnumText(SurveySource))
    centre: str
    """Key of the centre."""
    centre_name: str
    province_code: str = ""
    field: str = ""
    """One of the fields of the published procedures; "" = not told."""
    month: date
    """First day of the month of the visit."""
    period: str
    """The quarter of the visit, e.g. "2026-Q4"."""
    access: int
    forms: int
    conduct: int
    outcome: int
    handling: int | None = None
    score: float
    """Mean of the questions answered."""
    comment: str = ""
    """Masked."""
    consent_version: str
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
