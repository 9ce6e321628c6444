"""The tables of officials' own chats: where an official is known, and the code that made it so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from knowledge.columns import UtcDateTime, utc_now


class OfficialChat(SQLModel, table=True):
    """A Telegram or Zalo chat in which one official may work, for a time."""

    __tablename__ = "official_chat"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: int | None = Field(default=None, primary_key=True)
    official_id: int = Field(foreign_key="official.id", index=True)
    channel: str
    address: str
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class OfficialChatCode(SQLModel, table=True):
    """A code made at the desk that links the chat it is typed in; it works once and briefly."""

    __tablename__ = "official_chat_code"

    code_hash: str = Field(primary_key=True)
    official_id: int = Field(foreign_key="official.id", index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
