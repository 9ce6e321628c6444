"""What Zalo's error numbers mean for the one who wanted to send."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.channels import SendError, Trouble
from knowledge.hours import ZONE

#: Zalo's night, in Vietnam's time: nothing promotional from 22:00 to 5:59.
MORNING: Final = 6
#: Seconds after a refusal for too many requests; the limit is counted by the minute.
RATE_WAIT: Final = 60.0

RATE: Final = -32
NIGHT: Final = frozenset({-234, -133})
TIER: Final = frozenset({-221, -224})
#: The envelope's `error` at HTTP 200. A number that is not here is tried again a few times.
TROUBLES: Final[Mapping[int, Trouble]] = {
    **dict.fromkeys((-216, -220, -124), Trouble.REFRESH),
    RATE: Trouble.RETRY,
    **dict.fromkeys((-211, -218), Trouble.WINDOW),  # quota
    **dict.fromkeys((-230, -232, -227), Trouble.WINDOW),  # 48 hours, 7 days
    **dict.fromkeys(NIGHT, Trouble.WINDOW),
    **dict.fromkeys((-213, -244), Trouble.SUPPRESS),  # not a follower, restricted
    -201: Trouble.DROP,  # bad parameter
    **dict.fromkeys(TIER, Trouble.DROP),  # what the account has paid for
}


def classify(code: int, words: str, headers: Mapping[str, str], now: datetime) -> SendError:
    """Return the error of an envelope whose `error` is not 0."""
    reason = f"zalo {code}: {words[:200]}"
    trouble = TROUBLES.get(code, Trouble.RETRY)
    if code == RATE:
        return SendError(reason, trouble, retry_after=_rate_wait(headers))
    if code in NIGHT:
        return SendError(reason, trouble, retry_after=until_morning(now))
    return SendError(reason, trouble)


def classify_http(status: int, headers: Mapping[str, str]) -> SendError:
    """Return the error of a response that is no envelope at all."""
    reason = f"zalo HTTP {status}"
    if status == 429:
        return SendError(reason, Trouble.RETRY, retry_after=_rate_wait(headers))
    passing = status >= 500 or status in (200, 408)
    return SendError(reason, Trouble.RETRY if passing else Trouble.DROP)


def until_morning(now: datetime) -> float:
    """Return the seconds from `now` until promotional content may be sent; 0 by day."""
    local = now.astimezone(ZONE)
    if MORNING <= local.hour < 22:
        return 0.0
    day = local.date() if local.hour < MORNING else local.date() + timedelta(days=1)
    opens = datetime(day.year, day.month, day.day, MORNING, tzinfo=ZONE)
    return (opens - local).total_seconds()


def _rate_wait(headers: Mapping[str, str]) -> float:
    """Return how long to wait: a second while the minute's allowance lasts, else a minute."""
    left = headers.get("X-RateLimit-Remain", "").strip()
    return 1.0 if left.isdigit() and int(left) > 0 else RATE_WAIT
