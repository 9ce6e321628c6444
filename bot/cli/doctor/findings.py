"""What is examined, and what was found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import httpx

from bot.db import Database
from bot.settings import Settings
from knowledge.columns import utc_now


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    level: Level
    text: str
    fix: str = ""


@dataclass
class Patient:
    """What is examined, and what one check learns for another."""

    settings: Settings
    now: Callable[[], datetime] = utc_now
    transport: httpx.AsyncBaseTransport | None = None
    dates: dict[str, timedelta] = field(default_factory=dict)
    """How far each platform's clock is from ours."""
    database: Database | None = None
    """Set once it was opened and holds our tables."""


Check = Callable[[Patient], Awaitable[list[Finding]]]
