"""The table of daily counts: what figures are read from, about nobody."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlmodel import Field, SQLModel

from knowledge.columns import EnumText


class CountKind(StrEnum):
    """What a day's questions are counted by."""

    ALL = "all"
    CHANNEL = "channel"
    HOUR = "hour"
    PROVINCE = "province"
    TOPIC = "topic"
    PETITION = "petition"
    """Of petitions that were deleted: how many there had been, by the day they came in."""


class DailyCount(SQLModel, table=True):
    """How many questions (of PETITION: deleted petitions) of one day had this key and this end."""

    __tablename__ = "daily_count"

    kind: CountKind = Field(primary_key=True, sa_type=EnumText(CountKind))
    day: date = Field(primary_key=True)
    """In Vietnam."""
    key: str = Field(default="", primary_key=True)
    """The channel, the hour (00–23), the province's or the procedure's code, the unit; "" of ALL."""
    action: str = Field(primary_key=True)
    times: int = 0
