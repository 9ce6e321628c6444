"""The table of what citizens thought of an answer; the bad ones are an editor's queue."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from knowledge.columns import EnumText, Json, UtcDateTime, utc_now


class FeedbackReason(StrEnum):
    """Why an answer did not help."""

    NONE = ""
    WRONG = "wrong"
    OUTDATED = "outdated"
    MISSING = "missing"
    UNCLEAR = "unclear"
    OTHER_QUESTION = "other_question"


class FeedbackStatus(StrEnum):
    """The life of a remark: open → done (the knowledge was mended) or dismissed."""

    OPEN = "open"
    DONE = "done"
    DISMISSED = "dismissed"


class Feedback(SQLModel, table=True):
    """One citizen's 👍 or 👎 for one answer, with the masked words it was about."""

    __tablename__ = "feedback"
    __table_args__ = (
        Index("ix_feedback_queue", "status", "helpful", "id"),
        Index("ix_feedback_at_helpful", "at", "helpful"),
    )

    id: int | None = Field(default=None, primary_key=True)
    turn_id: int = Field(unique=True)
    """The answer's turn; what matters of it is copied here, because turns are forgotten sooner."""
    person_id: str | None = Field(
        default=None, foreign_key="person.id", index=True, ondelete="CASCADE"
    )
    channel: str
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    helpful: bool
    reason: FeedbackReason = Field(default=FeedbackReason.NONE, sa_type=EnumText(FeedbackReason))
    comment: str = ""
    """Masked."""
    question: str = ""
    """Masked."""
    facet: str = ""
    codes: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    status: FeedbackStatus = Field(
        default=FeedbackStatus.OPEN, sa_type=EnumText(FeedbackStatus), index=True
    )
    handled_by: str = ""
    handled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
