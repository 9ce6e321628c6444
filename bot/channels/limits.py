"""One limit for a platform, shared by every process that sends: the pace of replies and of bulk.

It is a GCRA kept in one row of the database: `tat`, the moment until which tokens are spent. Who
takes n tokens moves it on by n/rate and may use them evenly over just that stretch of time, so that
any second holds the platform's limit however many processes there are. Bulk takes tokens in blocks,
one transaction for up to BLOCK messages, and only while `tat` is hardly ahead of now; replies may
push it further ahead, so a reply never waits behind bulk.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Float, cast, extract, func, literal, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.channels import Lane, SendError, Trouble
from bot.db import Database, GroupCommit
from bot.models import RateLimit
from bot.settings import Settings

#: Most tokens taken at once.
BLOCK: Final = 50
#: Seconds of sending taken at once, where that is less than BLOCK.
BLOCK_SECONDS: Final = 0.05
#: How far, in seconds, `tat` may be ahead of now for a lane to be granted.
AHEAD: Final[Mapping[Lane, float]] = {Lane.REPLY: 0.12, Lane.URGENT: 0.08, Lane.BULK: 0.05}
#: The share of a platform's limit we use: a little below it there is hardly ever a 429, and a 429
#: costs more than what lies between.
USED_SHARE: Final = 0.985
#: After a 429 the rate falls to this share, at most once a second …
FALL: Final = 0.8
#: … and comes back by this share of the limit each second.
RECOVERY: Final = 0.01
LEAST_SHARE: Final = 0.05
#: A token not used within so many seconds of its time is dropped, else late ones would bunch.
TOKEN_LIFE: Final = 0.05
#: The share of a monthly quota kept for replies.
KEPT_FOR_REPLIES: Final = 0.1
#: Chats whose last message is remembered by a process.
MOST_CHATS: Final = 20_000
#: Two processes may be the first together.
_FIRST_ROW: Final[Any] = text(
    "INSERT INTO rate_limit (channel, tat, rate, lowered_at, period, used)"
    " VALUES (:channel, 0, :rate, 0, '', 0) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Limit:
    """What a platform allows."""

    per_second: float
    chat_seconds: float = 0.0
    """Least time between two messages to one person; kept by each process for itself."""
    group_seconds: float = 0.0
    """The same for a group, whose address begins with a minus."""
    monthly: int | None = None
    """Messages a month; None = as many as one likes."""

    @property
    def rate(self) -> float:
        """Tokens a second that we hand out."""
        return self.per_second * USED_SHARE


def platform_limits(settings: Settings) -> dict[str, Limit]:
    """Return what each platform allows."""
    return {
        "telegram": Limit(settings.telegram_per_second, chat_seconds=1.0, group_seconds=3.0),
        "zalo_oa": Limit(settings.zalo_oa_per_minute / 60),
        "zalo_bot": Limit(
            settings.zalo_bot_per_second, monthly=settings.zalo_bot_per_month or None
        ),
    }


@dataclass(slots=True)
class _Block:
    """Tokens this process holds for one lane of a channel: when each may be used."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    tokens: deque[float] = field(default_factory=deque)
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class _Taken:
    """Tokens begin in `wait` seconds, `every` apart; with `every` 0 none was taken: ask again then."""

    wait: float
    every: float = 0.0


class SharedLimit:
    """A Pace held in the database; channels without a Limit are not held."""

    def __init__(self, database: Database, limits: Mapping[str, Limit]) -> None:
        self._database = database
        self._limits = limits
        self._blocks: dict[tuple[str, Lane], _Block] = {}
        self._chats: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._held: dict[str, float] = {}
        self._replies = GroupCommit(database, self._take_each)

    async def grant(self, channel: str, address: str, lane: Lane) -> None:
        """Return when one message may go to `address`.

        Raises:
            SendError: the month's quota is used up, for all but replies.
        """
        limit = self._limits.get(channel)
        if limit is None:
            return
        await self._wait_for_chat(channel, address, limit)
        at = await (
            self._single(channel, limit)
            if lane is Lane.REPLY
            else self._from_block(channel, limit, lane)
        )
        await _until(max(at, self._held.get(channel, 0.0)))

    async def hold(self, channel: str, seconds: float) -> None:
        """Let nobody send for so long, on no process, and go on more slowly."""
        self._held[channel] = time.monotonic() + seconds
        for (name, _), block in self._blocks.items():
            if name == channel:
                block.tokens.clear()
        limit = self._limits.get(channel)
        if limit is None:
            return
        async with self._database.write() as session:
            row, now = await self._row(session, channel, limit)
            if now - row.lowered_at > 1:
                row.rate = max(_rate(row, limit, now) * FALL, limit.rate * LEAST_SHARE)
                row.lowered_at = now
            row.tat = max(row.tat, now + seconds)
            session.add(row)

    async def _single(self, channel: str, limit: Limit) -> float:
        while True:
            taken = await self._replies.put((channel, limit))
            if taken.every:
                return time.monotonic()
            await asyncio.sleep(taken.wait)

    async def _from_block(self, channel: str, limit: Limit, lane: Lane) -> float:
        block = self._blocks.setdefault((channel, lane), _Block())
        block.waiting += 1
        try:
            async with block.lock:
                while True:
                    while block.tokens:
                        at = block.tokens.popleft()
                        if at > time.monotonic() - TOKEN_LIFE:
                            return at
                    await self._refill(block, channel, limit, lane)
        finally:
            block.waiting -= 1

    async def _refill(self, block: _Block, channel: str, limit: Limit, lane: Lane) -> None:
        most = max(1, min(BLOCK, int(limit.rate * BLOCK_SECONDS), block.waiting))
        taken = await self._take(channel, limit, lane, most)
        if not taken.every:
            await asyncio.sleep(taken.wait)
            return
        first = time.monotonic() + taken.wait
        block.tokens.extend(first + number * taken.every for number in range(most))

    async def _take(self, channel: str, limit: Limit, lane: Lane, count: int) -> _Taken:
        async with self._database.write() as session:
            row, now = await self._row(session, channel, limit)
            return _spend(row, now, limit, lane, count)

    async def _take_each(
        self, session: AsyncSession, replies: Sequence[tuple[str, Limit]]
    ) -> list[_Taken]:
        """Take one token for each reply; rows are locked in one order, so that nobody waits in a ring."""
        rows = {
            channel: await self._row(session, channel, limit)
            for channel, limit in sorted(dict(replies).items(), key=lambda one: one[0])
        }
        return [_spend(*rows[channel], limit, Lane.REPLY, 1) for channel, limit in replies]

    async def _row(
        self, session: AsyncSession, channel: str, limit: Limit
    ) -> tuple[RateLimit, float]:
        """Return the channel's row, locked, and the time of the clock all processes share."""
        sqlite = self._database.is_sqlite
        clock = literal(time.time()) if sqlite else extract("epoch", func.clock_timestamp())
        query = select(RateLimit, cast(clock, Float)).where(col(RateLimit.channel) == channel)
        query = query.with_for_update()
        if (found := (await session.exec(query)).first()) is None:
            await session.exec(_FIRST_ROW, params={"channel": channel, "rate": limit.rate})
            found = (await session.exec(query)).one()
        return found

    async def _wait_for_chat(self, channel: str, address: str, limit: Limit) -> None:
        apart = limit.group_seconds if address.startswith("-") else limit.chat_seconds
        if not apart:
            return
        key, now = (channel, address), time.monotonic()
        at = max(self._chats.pop(key, now), now)
        self._chats[key] = at + apart
        if len(self._chats) > MOST_CHATS:
            self._chats.popitem(last=False)
        await _until(at)


def _spend(row: RateLimit, now: float, limit: Limit, lane: Lane, count: int) -> _Taken:
    """Move `tat` on by `count` tokens, or say when to ask again."""
    ahead = max(row.tat - now, 0.0)
    if ahead > AHEAD[lane]:
        return _Taken(ahead - AHEAD[lane])
    if limit.monthly is not None:
        _count(row, limit.monthly, lane, count, now)
    every = 1 / _rate(row, limit, now)
    row.tat = now + ahead + count * every
    return _Taken(ahead, every)


def _rate(row: RateLimit, limit: Limit, now: float) -> float:
    """Return the rate of now: what a 429 left, and what has come back since."""
    return min(limit.rate, row.rate + (now - row.lowered_at) * RECOVERY * limit.rate)


def _count(row: RateLimit, monthly: int, lane: Lane, count: int, now: float) -> None:
    month = datetime.fromtimestamp(now, UTC).strftime("%Y-%m")
    used = row.used if row.period == month else 0
    if lane is not Lane.REPLY and used + count > monthly * (1 - KEPT_FOR_REPLIES):
        raise SendError("monthly quota used up", Trouble.WINDOW)
    row.period, row.used = month, used + count


async def _until(at: float) -> None:
    delay = at - time.monotonic()
    if delay > 0:
        await asyncio.sleep(delay)
