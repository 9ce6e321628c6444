"""The table of accepted arrivals: nothing a platform was told we have may be lost or answered twice."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from knowledge.columns import EnumText, Json, UtcDateTime, utc_now


class Stage(StrEnum):
    """How far an accepted arrival has come."""

    STORED = "stored"
    """The platform has its 200; the message waits for its turn."""
    ANSWERED = "answered"
    """The turn is recorded and the reply written down, to be sent."""
    DONE = "done"
    """Sent, or ended for `reason`; only the key is kept, so that a repetition is known."""


_OPEN = text(f"stage <> '{Stage.DONE}'")


class Accepted(SQLModel, table=True):
    """One arrival on its way to being answered; words are kept only until then."""

    __tablename__ = "accepted"
    __table_args__ = (
        UniqueConstraint("channel", "key"),
        Index(
            "ix_accepted_person", "channel", "address", "id",
            sqlite_where=_OPEN, postgresql_where=_OPEN,
        ),
        Index("ix_accepted_due", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    key: str
    address: str
    stage: Stage = Field(sa_column=Column(EnumText(Stage), nullable=False))
    message: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    """What came in; emptied by the turn."""
    reply: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(Json, nullable=False)
    )
    """The platform messages that answer it; emptied when sent."""
    sent: int = 0
    """How many of them the platform has taken."""
    attempts: int = 0
    """Failures that were this message's own, not the whole platform's."""
    received_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    due_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    owner: str = ""
    """The process that works on it; "" = any may take it."""
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Until when the owner is believed to live."""
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    reason: str = ""
    """Why it ended unsent; "" = sent."""
