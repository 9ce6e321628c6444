"""The tables of data rights: a code to collect one's data, and the proof that data were erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from knowledge.columns import Json, UtcDateTime


class DataTicket(SQLModel, table=True):
    """A code with which a citizen collects what is stored about them; it works once and briefly."""

    __tablename__ = "data_ticket"

    code_hash: str = Field(primary_key=True)
    channel: str
    address: str
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Erasure(SQLModel, table=True):
    """That somebody's data were erased, when, and how much of each kind; not whose."""

    __tablename__ = "erasure"

    receipt: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    counts: dict[str, int] = Field(sa_column=Column(Json, nullable=False))


class RetentionRun(SQLModel, table=True):
    """One run of the nightly deletion, and how many rows of each table it took."""

    __tablename__ = "retention_run"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    counts: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
