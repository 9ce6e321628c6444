"""One limit for a platform, shared by every process that sends: the pace of replies and of bulk.

It is a GCRA kept in one row of the database: `tat`, the moment until which tokens are spent. Who
takes n tokens moves it on by n/rate and may use them evenly over just that stretch of time, so that
any second holds the platform's limit however many processes there are. Bulk takes tokens in blocks,
one transaction for up to BLOCK messages, and only while `tat` is hardly ahead of now. Replies have a
`reply_tat` of their own and wait only for each other: a reply goes while the last of bulk's tokens
are still to be used, and bulk makes room for it after. The same transaction keeps each chat's next
turn (Telegram: one message a second), whichever process writes to it.

Any second holds `most` messages at most, the limit and OVER of it: at 30/s one more would be 3.3 %
too many, so 30; at 200/s 204. Handed out evenly, `most` + 1 tokens span most / rate seconds, so one
message may be later than another a second after it by the slack = most / rate - 1 and no more. So

    rate = most / (1 + ROOM), at most USED_SHARE of the limit:  29.3/s of 30, 197/s of 200
    slack = most / rate - 1:                                    24 ms at 30/s, 35 ms at 200/s
    life = slack * LIFE_SHARE:                                  8 ms at 30/s, 12 ms at 200/s

and the rest is for the way from the grant to the platform: 16 ms at 30/s, 23 ms at 200/s.
A token used within its life costs nothing. One that a busy process uses a little later is not dropped,
which would cost 1 / rate: what it is late by beyond its life is owed, and the process adds it to `tat`
with the next block it takes. That moves every token of a second later, the first that could meet the
late one in one second. What is later still is dropped: late tokens would bunch. So of 97.7 % (30/s) or
98.5 % (200/s) what is owed and dropped is lost, some tenths of a per cent. On a machine too busy to be
in time no more than OWED_SHARE is owed: there the limit is passed by a few per cent rather than left
unused. And a reply between bulk that was handed out already may be one more.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

import structlog
from sqlalchemy import Float, cast, extract, func, literal, text
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.channels import Lane, SendError, Trouble
from bot.db import Database, Grouped
from bot.db.failures import AWAY
from bot.models import ChatTurn, RateLimit
from bot.settings import Settings

#: Most tokens taken at once.
BLOCK: Final = 100
#: Seconds of sending taken at once, where that is less than BLOCK.
BLOCK_SECONDS: Final = 0.1
#: How far, in seconds, what a lane waits for may be ahead of now for it to be granted: as long as a
#: busy machine may need for a transaction, else tokens go unused.
AHEAD: Final[Mapping[Lane, float]] = {Lane.REPLY: 0.12, Lane.URGENT: 0.15, Lane.BULK: 0.12}
#: The most of a platform's limit we use: a little below it there is hardly ever a 429, and a 429
#: costs more than what lies between.
USED_SHARE: Final = 0.985
#: What a platform hears in any second may be so much more than its limit.
OVER: Final = 0.02
#: Seconds by which a message may be later than those of a second after it, at least.
ROOM: Final = 0.024
#: The share of it that the grant may use up; the rest is for the way to the platform.
LIFE_SHARE: Final = 1 / 3
#: How late a token is used, beyond its life, at least: one of a busy machine has waited for its core.
LATEST: Final = 0.025
#: The share of its time that a process may owe, and the most of it at once, in seconds. A machine too
#: busy to be in time is always late: it would hand out half the limit, and all alike late is in time.
OWED_SHARE: Final = 0.01
MOST_OWED: Final = 0.05
#: After a 429 the rate falls to this share, at most once a second …
FALL: Final = 0.8
#: … and comes back by this share of the limit each second.
RECOVERY: Final = 0.01
LEAST_SHARE: Final = 0.05
#: The share of a monthly quota kept for replies.
KEPT_FOR_REPLIES: Final = 0.1
#: Seconds in which those who want a token come together, so that a transaction serves many.
GATHER: Final = 0.01
#: How many of the last readings tell how the clock of all stands to this process's own.
READINGS: Final = 32
#: Seconds until the database is asked again for tokens after it went away.
DATABASE_PAUSE: Final = 1.0
#: What a loop's timers tell apart, in seconds: less is no sleep at all.
LEAST_SLEEP: Final = 0.001
#: Turns of chats deleted in one transaction, so that nobody waits long for it.
FORGOTTEN_TOGETHER: Final = 5_000
#: Two processes may be the first together.
_FIRST_ROW: Final[Any] = text(
    "INSERT INTO rate_limit (channel, tat, rate, lowered_at, period, used)"
    " VALUES (:channel, 0, :rate, 0, '', 0) ON CONFLICT DO NOTHING"
)
#: Keep each chat's next turn: its last one and a pause later, or from the moment it is asked for.
_KEEP_SQLITE: Final = text("""
    INSERT INTO chat_turn (key, free_at)
    SELECT keys.value, free.value
    FROM json_each(:keys) keys JOIN json_each(:free) free ON free.key = keys.key WHERE true
    ON CONFLICT (key) DO UPDATE SET free_at = max(chat_turn.free_at + :apart, excluded.free_at)
    RETURNING key, free_at
""")
_KEEP_POSTGRES: Final = text("""
    INSERT INTO chat_turn (key, free_at)
    SELECT * FROM unnest(CAST(:keys AS bigint[]), CAST(:free AS float8[]))
    ON CONFLICT (key) DO UPDATE SET free_at = greatest(chat_turn.free_at + :apart, excluded.free_at)
    RETURNING key, free_at
""")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limit:
    """What a platform allows."""

    per_second: float
    chat_seconds: float = 0.0
    """Least time between two messages to one chat."""
    group_seconds: float = 0.0
    """The same for a group, whose address begins with a minus."""
    monthly: int | None = None
    """Messages a month; None = as many as one likes."""

    @property
    def most(self) -> int:
        """Messages that any second may hold."""
        # A hair more than OVER: 1.02 times 50 is a little less than 51.
        return max(math.floor(self.per_second * (1 + OVER) + 1e-9), math.ceil(self.per_second))

    @property
    def rate(self) -> float:
        """Tokens a second that we hand out."""
        return min(self.most / (1 + ROOM), self.per_second * USED_SHARE)

    @property
    def slack(self) -> float:
        """Seconds by which a message may be later than one a second after it."""
        return self.most / self.rate - 1

    @property
    def life(self) -> float:
        """Seconds after its time within which a token is used as if in time."""
        return self.slack * LIFE_SHARE

    def owed(self, late: float) -> float | None:
        """Return by what a token used so late moves all later ones; None = it is to be dropped."""
        beyond = max(late - self.life, 0.0)
        if beyond <= max(1 / self.rate, LATEST):
            return beyond
        # A token of a monthly quota is paid for: it is used, however late.
        return None if self.monthly is None else 1 / self.rate


def platform_limits(settings: Settings) -> dict[str, Limit]:
    """Return what each platform allows."""
    return {
        "telegram": Limit(settings.telegram_per_second, chat_seconds=1.0, group_seconds=3.0),
        "zalo_oa": Limit(settings.zalo_oa_per_minute / 60),
        "zalo_bot": Limit(
            settings.zalo_bot_per_second, monthly=settings.zalo_bot_per_month or None
        ),
    }


@dataclass(frozen=True, slots=True)
class _Grant:
    """When one message may go: moments of time.monotonic()."""

    at: float
    free: float
    """When its chat may get it."""
    holds: int
    """How often its channel had been held."""


@dataclass(slots=True)
class _Queue:
    """Who waits, in this process, for a lane of a channel."""

    waiting: deque[tuple[str | None, asyncio.Future[_Grant]]] = field(default_factory=deque)
    """Each with the address whose turn is to be kept; None = it is kept already."""
    server: asyncio.Task[None] | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """Tokens begin in `wait` seconds, `every` apart; with `every` 0 none was taken: ask again then."""

    wait: float
    every: float = 0.0
    free: tuple[float, ...] = ()
    """In how many seconds the chat of each may be written to."""
    now: float = 0.0
    """The moment of time.monotonic() that all of these count from."""


@dataclass(slots=True)
class Debt:
    """What tokens used late have yet to move later ones by; the latest of them counts, it moves all."""

    owed: float = 0.0
    credit: float = MOST_OWED
    """What may be owed now."""
    paid_at: float = 0.0

    def note(self, owed: float) -> None:
        """Note what a token owes."""
        self.owed = max(self.owed, owed)

    def pay(self, now: float) -> float:
        """Return by what the tokens from now on are to be moved."""
        if not self.owed:
            return 0.0
        self.credit = min(MOST_OWED, self.credit + (now - self.paid_at) * OWED_SHARE)
        owed, self.owed, self.paid_at = min(self.owed, self.credit), 0.0, now
        self.credit -= owed
        return owed


class SharedLimit:
    """A Pace held in the database; channels without a Limit are not held."""

    def __init__(self, database: Database, limits: Mapping[str, Limit]) -> None:
        self._database = database
        self._limits = limits
        self._queues: defaultdict[tuple[str, Lane], _Queue] = defaultdict(_Queue)
        self._held: defaultdict[str, float] = defaultdict(float)
        self._holds: Counter[str] = Counter()
        self._debts: defaultdict[str, Debt] = defaultdict(Debt)
        self._readings: deque[float] = deque(maxlen=READINGS)
        """How far time.monotonic() was beyond the clock of all, each time that was read."""
        self._replies = Grouped(database.write, self._take_each)

    async def grant(self, channel: str, address: str, lane: Lane) -> None:
        """Return when one message may go to `address`.

        Raises:
            SendError: the month's quota is used up, for all but replies.
        """
        limit = self._limits.get(channel)
        if limit is None:
            return
        keep: str | None = address
        while True:
            got = await (
                self._reply(channel, limit, keep)
                if lane is Lane.REPLY
                else self._queued(channel, lane, limit, keep)
            )
            keep = None  # its turn is kept, whatever becomes of the token
            await _until(max(got.at, got.free, self._held[channel]))
            if got.holds == self._holds[channel] and (
                lane is Lane.REPLY or self._in_time(channel, lane, limit, got)
            ):
                return

    async def hold(self, channel: str, seconds: float) -> None:
        """Let nobody send for so long, on no process, and go on more slowly."""
        self._held[channel] = max(self._held[channel], time.monotonic() + seconds)
        self._holds[channel] += 1
        limit = self._limits.get(channel)
        if limit is None:
            return
        async with self._database.write() as session:
            row, now = await self._row(session, channel, limit)
            if now - row.lowered_at > 1:
                row.rate = max(_rate(row, limit, now) * FALL, limit.rate * LEAST_SHARE)
                row.lowered_at = now
            row.tat = max(row.tat, now + seconds)
            row.reply_tat = max(row.reply_tat, now + seconds)
            session.add(row)

    async def _reply(self, channel: str, limit: Limit, address: str | None) -> _Grant:
        while True:
            taken = await self._replies.put((channel, limit, address))
            if taken.every:
                now = time.monotonic()
                # Bulk may have kept the chat's next seconds: a reply waits for one of them at most.
                free = min(taken.free[0], _apart(limit, address))
                return _Grant(now, now + free, self._holds[channel])
            await asyncio.sleep(taken.wait)

    def _in_time(self, channel: str, lane: Lane, limit: Limit, got: _Grant) -> bool:
        """Whether a token may be used now; what it is late by is written down at once if it matters."""
        owed = limit.owed(time.monotonic() - got.at)
        if owed:
            self._debts[channel].note(owed)
            self._wake(channel, lane, limit)
        return owed is not None

    async def _queued(self, channel: str, lane: Lane, limit: Limit, address: str | None) -> _Grant:
        turn: asyncio.Future[_Grant] = asyncio.get_running_loop().create_future()
        self._queues[channel, lane].waiting.append((address, turn))
        self._wake(channel, lane, limit)
        return await turn

    def _wake(self, channel: str, lane: Lane, limit: Limit) -> None:
        queue = self._queues[channel, lane]
        if queue.server is None or queue.server.done():
            queue.server = asyncio.create_task(self._serve(queue, channel, lane, limit))

    async def _serve(self, queue: _Queue, channel: str, lane: Lane, limit: Limit) -> None:
        """Take tokens for those who wait, a block at a time, until nobody does."""
        most = max(1, min(BLOCK, int(limit.rate * BLOCK_SECONDS)))
        while queue.waiting or self._debts[channel].owed:
            if len(queue.waiting) < most:
                await asyncio.sleep(GATHER)
            block = _next_block(queue, most)
            try:
                taken = await self._take(channel, limit, lane, [address for address, _ in block])
            except SendError as error:
                if len(block) > 1:  # what is left of a quota may do for some
                    most = 1
                    queue.waiting.extendleft(reversed(block))
                else:
                    _refuse(block, error)
                continue
            except AWAY:
                log.warning("database away: nobody may send", channel=channel)
                taken = Taken(DATABASE_PAUSE)
            except BaseException as error:
                _refuse(block, error)
                raise
            if taken.every:
                _give(block, taken, self._holds[channel])
                ahead = taken.wait + len(block) * taken.every
                await _until(taken.now + ahead - AHEAD[lane])
            else:
                queue.waiting.extendleft(reversed(block))
                await asyncio.sleep(taken.wait)

    async def _take(
        self, channel: str, limit: Limit, lane: Lane, addresses: Sequence[str | None]
    ) -> Taken:
        """Take a token for each address, and keep the next turn of its chat."""
        async with self._database.write() as session:
            row, now = await self._row(session, channel, limit)
            # Lost with its transaction: then nobody takes any for so long that it is made up for.
            row.tat += self._debts[channel].pay(now)
            taken = spend(row, now, limit, lane, len(addresses))
            session.add(row)
            if not taken.every:
                return taken
            begins = [now + taken.wait + n * taken.every for n in range(len(addresses))]
            turns = list(zip(addresses, begins, strict=True))
            free = await self._keep_turns(session, channel, limit, turns)
            own = now + min(self._readings)
            return replace(taken, free=tuple(at - now for at in free), now=own)

    async def _take_each(
        self, session: AsyncSession, replies: Sequence[tuple[str, Limit, str | None]]
    ) -> list[Taken]:
        """Take one token for each reply; rows are locked in one order, so that nobody waits in a ring."""
        taken: dict[int, Taken] = {}
        for channel in sorted({channel for channel, _, _ in replies}):
            mine = {n: one for n, one in enumerate(replies) if one[0] == channel}
            limit = next(iter(mine.values()))[1]
            row, now = await self._row(session, channel, limit)
            taken |= {n: spend(row, now, limit, Lane.REPLY, 1) for n in mine}
            session.add(row)
            granted = [n for n in mine if taken[n].every]
            turns = [(mine[n][2], now + taken[n].wait) for n in granted]
            free = await self._keep_turns(session, channel, limit, turns)
            for n, at in zip(granted, free, strict=True):
                taken[n] = replace(taken[n], free=(at - now,))
        return [taken[n] for n in range(len(replies))]

    async def _keep_turns(
        self,
        session: AsyncSession,
        channel: str,
        limit: Limit,
        turns: Sequence[tuple[str | None, float]],
    ) -> list[float]:
        """Keep a turn of each chat from the moment given on; return when each turn is.

        Whoever does so holds the channel's row, so that no two wait for each other here.
        """
        begins = [at for _, at in turns]
        for apart in {limit.chat_seconds, limit.group_seconds} - {0.0}:
            places: dict[int, int] = {}
            for n, (address, _) in enumerate(turns):
                if address is not None and _apart(limit, address) == apart:
                    places.setdefault(_chat_key(channel, address), n)
            if not places:
                continue
            kept = {
                "keys": list(places),
                "free": [begins[n] + apart for n in places.values()],
            }
            if self._database.is_sqlite:
                kept = {name: json.dumps(values) for name, values in kept.items()}
            query = _KEEP_SQLITE if self._database.is_sqlite else _KEEP_POSTGRES
            connection = await session.connection()
            for key, free in (await connection.execute(query, {**kept, "apart": apart})).all():
                begins[places[key]] = free - apart
        return begins

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
        # An answer is late by what it took to come, so the quickest of some tells the time best: by
        # the time each came, tokens of two processes would be used together.
        self._readings.append(time.monotonic() - found[1])
        return found


def spend(row: RateLimit, now: float, limit: Limit, lane: Lane, count: int) -> Taken:
    """Take `count` tokens at `now` (seconds since 1970), or say when to ask again."""
    wait = max((row.reply_tat if lane is Lane.REPLY else row.tat) - now, 0.0)
    if wait > AHEAD[lane]:
        return Taken(wait - AHEAD[lane])
    if limit.monthly is not None:
        _count(row, limit.monthly, lane, count, now)
    every = 1 / _rate(row, limit, now)
    row.tat = max(row.tat, now) + count * every
    if lane is Lane.REPLY:
        row.reply_tat = now + wait + count * every
    return Taken(wait, every)


def _rate(row: RateLimit, limit: Limit, now: float) -> float:
    """Return the rate of now: what a 429 left, and what has come back since."""
    return min(limit.rate, row.rate + (now - row.lowered_at) * RECOVERY * limit.rate)


def _count(row: RateLimit, monthly: int, lane: Lane, count: int, now: float) -> None:
    month = datetime.fromtimestamp(now, UTC).strftime("%Y-%m")
    used = row.used if row.period == month else 0
    if lane is not Lane.REPLY and used + count > monthly * (1 - KEPT_FOR_REPLIES):
        raise SendError("monthly quota used up", Trouble.WINDOW)
    row.period, row.used = month, used + count


def _apart(limit: Limit, address: str | None) -> float:
    """Return the least seconds between two messages to one chat."""
    in_group = address is not None and address.startswith("-")
    return limit.group_seconds if in_group else limit.chat_seconds


def _chat_key(channel: str, address: str) -> int:
    """Return a number for a chat, so that no address is kept here."""
    named = f"{channel}\0{address}".encode()
    return int.from_bytes(blake2b(named, digest_size=8).digest(), "big", signed=True)


def _next_block(queue: _Queue, most: int) -> list[tuple[str | None, asyncio.Future[_Grant]]]:
    """Take the next out of the queue, at most one of a chat; who gave up waiting is left out."""
    block: list[tuple[str | None, asyncio.Future[_Grant]]] = []
    seen: set[str] = set()
    again = []
    while queue.waiting and len(block) < most:
        address, turn = queue.waiting.popleft()
        if turn.done():
            continue
        if address is not None and address in seen:
            again.append((address, turn))
            continue
        seen.add(address or "")
        block.append((address, turn))
    queue.waiting.extendleft(reversed(again))
    return block


def _give(
    block: Sequence[tuple[str | None, asyncio.Future[_Grant]]], taken: Taken, holds: int
) -> None:
    for n, ((_, turn), free) in enumerate(zip(block, taken.free, strict=True)):
        if not turn.done():
            at = taken.now + taken.wait + n * taken.every
            turn.set_result(_Grant(at, taken.now + free, holds))


def _refuse(
    block: Sequence[tuple[str | None, asyncio.Future[_Grant]]], error: BaseException
) -> None:
    for _, turn in block:
        if not turn.done():
            turn.set_exception(error)


async def forget_chats(database: Database, *, before: datetime) -> int:
    """Forget the turns of chats that were over before `before`, some at a time; return how many."""
    old = (
        select(ChatTurn.key).where(ChatTurn.free_at < before.timestamp()).limit(FORGOTTEN_TOGETHER)
    )
    forgotten = 0
    while True:
        async with database.write() as session:
            gone = await session.exec(
                delete(ChatTurn)
                .where(col(ChatTurn.key).in_(old))
                .execution_options(synchronize_session=False)
            )
        forgotten += gone.rowcount
        if gone.rowcount < FORGOTTEN_TOGETHER:
            return forgotten


async def _until(at: float) -> None:
    """Return at that moment of time.monotonic(), never before: a loop's timers may be a little early."""
    while (delay := at - time.monotonic()) > 0:  # noqa: ASYNC110 - a moment tells nobody
        await asyncio.sleep(max(delay, LEAST_SLEEP))
