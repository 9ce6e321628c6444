"""The table of the Zalo Official Account's tokens: one row an app, replaced as a pair."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from knowledge.columns import UtcDateTime


class ZaloToken(SQLModel, table=True):
    """The living pair of tokens, and who is exchanging it now.

    The refresh token works once: whoever uses it must store what comes back, or the account is
    silent until an official puts in a new pair.
    """

    __tablename__ = "zalo_token"

    app_id: str = Field(primary_key=True)
    access_token: str = Field(repr=False)
    refresh_token: str = Field(repr=False)
    access_expires_at: datetime = Field(sa_type=UtcDateTime)
    refresh_expires_at: datetime = Field(sa_type=UtcDateTime)
    generation: int = 0
    """Grows with every pair, so that a process sees that its own is no longer the last."""
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Until when one process exchanges this pair and no other may; None = nobody does."""
    refused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When Zalo last refused this refresh token; None = it has not."""
    refused_why: str = ""
