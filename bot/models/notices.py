"""The table of notices: one message owed to one citizen, e.g. the answer to their petition."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from knowledge.columns import EnumText, Json, UtcDateTime, utc_now


class NoticeStatus(StrEnum):
    """The life of a notice: waiting → sent, or failed for good."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Notice(SQLModel, table=True):
    """Something a citizen asked to be told, waiting to be sent; `key` makes it go out once."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_queue", "status", "due_at", "id"),
        Index("ix_notice_chat", "channel", "address"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    person_id: str | None = Field(
        default=None, foreign_key="person.id", index=True, ondelete="CASCADE"
    )
    channel: str
    address: str
    text: str
    choices: list[list[str]] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    """Buttons under it: [label, what it sends]."""
    status: NoticeStatus = Field(default=NoticeStatus.WAITING, sa_type=EnumText(NoticeStatus))
    attempts: int = 0
    due_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = ""


class Attempt(SQLModel, table=True):
    """How often a secret was tried for something by someone within the present window."""

    __tablename__ = "attempt"

    key: str = Field(primary_key=True)
    """What was tried, by whom; hashed."""
    count: int = 0
    until: datetime = Field(sa_type=UtcDateTime, index=True)
