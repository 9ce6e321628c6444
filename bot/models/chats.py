"""The tables of conversations: a chat is one expiring row, a turn a masked record of an answer."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from knowledge.columns import EnumText, Json, UtcDateTime, utc_now


class Chat(SQLModel, table=True):
    """What must be remembered of one conversation to understand its next message."""

    __tablename__ = "chat"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    address: str
    state: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class HandOver(SQLModel, table=True):
    """A conversation waiting to go on at another device; its code works once and not for long."""

    __tablename__ = "hand_over"

    code_hash: str = Field(primary_key=True)
    state: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Turn(SQLModel, table=True):
    """One question and what was answered; the words are masked before they come here."""

    __tablename__ = "turn"

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    who: str = Field(default="", index=True)
    """The citizen's pseudonym (bot.privacy.pseudonyms), so that they may see and erase their turns."""
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    question: str
    action: str = Field(index=True)
    facet: str = ""
    codes: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    p: float | None = None
    ms: float = 0.0


class MissedStatus(StrEnum):
    """What became of a missed question; one that was mended and is missed again opens again."""

    OPEN = "open"
    ALIASED = "aliased"
    DRAFTED = "drafted"
    OUT_OF_SCOPE = "out_of_scope"
    DISMISSED = "dismissed"


class MissedQuestion(SQLModel, table=True):
    """A masked question nobody could answer, waiting for an editor; asked again, it counts up."""

    __tablename__ = "missed_question"
    __table_args__ = (Index("ix_missed_question_group", "status", "group_id", "times", "last_at"),)

    id: int | None = Field(default=None, primary_key=True)
    folded: str = Field(unique=True)
    question: str
    action: str
    times: int = 1
    first_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    last_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    status: MissedStatus = Field(
        default=MissedStatus.OPEN, sa_type=EnumText(MissedStatus), index=True
    )
    group_id: int | None = Field(default=None, index=True)
    """The first question that asked the same; None until it has been compared."""
