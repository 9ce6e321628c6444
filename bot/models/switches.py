"""The table of what officials have switched off for citizens; a row stands while it is off."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from knowledge.columns import UtcDateTime, utc_now


class KillSwitch(SQLModel, table=True):
    """The whole bot or one channel answers nothing but `message`."""

    __tablename__ = "kill_switch"

    scope: str = Field(primary_key=True)
    """"bot", or "channel:" and its name."""
    message: str
    """What citizens are told."""
    reason: str
    """For colleagues."""
    actor: str
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
