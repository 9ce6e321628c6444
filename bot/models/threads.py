"""The tables of talks between a citizen and an official, through the bot."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from knowledge.columns import EnumText, UtcDateTime, utc_now


class ThreadStatus(StrEnum):
    """waiting → open → closed; or left: a message to be answered when someone is there."""

    WAITING = "waiting"
    OPEN = "open"
    LEFT = "left"
    CLOSED = "closed"


class Thread(SQLModel, table=True):
    """One talk; while it is waiting or open, the citizen's messages go to the official."""

    __tablename__ = "thread"
    __table_args__ = (Index("ix_thread_status_last", "status", "last_at"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: str | None = Field(
        default=None, foreign_key="person.id", index=True, ondelete="CASCADE"
    )
    channel: str
    address: str
    status: ThreadStatus = Field(default=ThreadStatus.WAITING, sa_type=EnumText(ThreadStatus))
    centre: str = ""
    unit_code: str = Field(default="", index=True)
    province_code: str = ""
    topic: str = ""
    """Code of the procedure that was being talked about."""
    owner: str = ""
    """Login of the official who took it."""
    opened_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    last_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ThreadMessage(SQLModel, table=True):
    """One thing said in a talk; numbers that point at a person are masked."""

    __tablename__ = "thread_message"

    id: int | None = Field(default=None, primary_key=True)
    thread_id: int = Field(foreign_key="thread.id", index=True, ondelete="CASCADE")
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    by: str
    """An official's login, "citizen" or "system"."""
    text: str
