"""Vietnam's time: how officials read a moment, and the hours when nobody is written to."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from knowledge.hours import ZONE

#: Nobody is written to between these, unless it is urgent.
QUIET_FROM: Final = time(21, 0)
QUIET_TO: Final = time(6, 30)


def quiet_until(now: datetime) -> datetime | None:
    """Return when the quiet hours around `now` end, or None when people may be written to."""
    local = now.astimezone(ZONE)
    if QUIET_TO <= local.time() < QUIET_FROM:
        return None
    day = local.date() + timedelta(days=int(local.time() >= QUIET_FROM))
    return datetime.combine(day, QUIET_TO, ZONE).astimezone(now.tzinfo)


def shown(moment: datetime) -> str:
    """Return a moment as an official writes it, in Vietnam's time."""
    return moment.astimezone(ZONE).strftime("%H:%M ngày %d/%m/%Y")
