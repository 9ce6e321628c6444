"""The tables of people: someone we may write to, by each way we can reach them."""

from __future__ import annotations

import secrets
import time
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from knowledge.columns import UtcDateTime, utc_now


def new_person_id() -> str:
    """Return 32 hex digits, later ones after earlier: neighbours in time are neighbours on disk.

    A million random keys would make planning an announcement a million jumps through the file.
    """
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


class Person(SQLModel, table=True):
    """Someone who talks with us; subscriptions, petitions and follow-ups belong to a person.

    One contact makes one person; only a one-time code typed by the citizen joins two.
    """

    __tablename__ = "person"

    id: str = Field(default_factory=new_person_id, primary_key=True)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Contact(SQLModel, table=True):
    """One address of a person on one channel, and whether it may be written to."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    address: str
    person_id: str = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    last_seen_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    """When the citizen last did something: reply windows are counted from here."""
    suppressed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the platform told us to stop (blocked, unfollowed, gone); cleared when they write again."""
    suppressed_why: str = ""


class LinkCode(SQLModel, table=True):
    """A code with which a citizen joins another channel to themselves; it works once and briefly."""

    __tablename__ = "link_code"

    code_hash: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", ondelete="CASCADE")
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class LinkGuess(SQLModel, table=True):
    """A wrong link code somebody typed; too many of them and that chat, or channel, has to wait."""

    __tablename__ = "link_guess"

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    address: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)
