"""The table of feeds: pages of a portal whose news become drafts for an editor."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from knowledge.columns import Json, UtcDateTime, utc_now


class Feed(SQLModel, table=True):
    """An RSS or Atom address, what its news are about, and how its last reading went."""

    __tablename__ = "feed"

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(unique=True)
    title: str = ""
    topic: str
    """A Topic; every draft from this feed gets it, the editor may change it."""
    places: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    active: bool = True
    etag: str = ""
    modified: str = ""
    """The server's own words of Last-Modified, given back as they came."""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    polled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_poll_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    failures: int = 0
    """In a row; each doubles the wait."""
    problem: str = ""
    """What went wrong last, in Vietnamese; empty = nothing."""
