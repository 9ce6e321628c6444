"""Send a chunk: slots take deliveries, wait for the platform's pace, send, and write what became."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError

from bot.broadcast import outbox
from bot.broadcast.firing import quiet_until
from bot.broadcast.lifecycle import message_text
from bot.broadcast.outbox import ChunkKey, Outcome, Taken
from bot.channels import Channel, Lane, Outgoing, Pace, SendError, Trouble
from bot.conversation import Action, Reply
from bot.db import Database
from bot.models import (
    Announcement,
    AnnouncementStatus,
    Chunk,
    DeliveryStatus,
    Run,
    RunStatus,
    SkipReason,
)
from bot.people import suppress

#: Messages on their way at once, in one chunk.
SLOTS: Final = 32
#: Deliveries taken at once.
BATCH: Final = 100
#: Outcomes are written together when so many wait, or after so long.
COMMIT_ROWS, COMMIT_SECONDS = 200, 0.01
#: Seconds between two looks at whether these people still want it and it still goes on.
LOOK_EVERY: Final = 0.8
#: A platform that has not answered in so many seconds never will.
PATIENCE: Final = 30.0
#: Waits between attempts, in seconds: 5, 10, 20 … at most LONGEST_WAIT.
FIRST_WAIT, LONGEST_WAIT = 5.0, 600.0
#: After so many attempts a delivery has failed for good: some eight hours.
MOST_ATTEMPTS: Final = 48
#: After so many failures in a row a channel rests before each further attempt.
TROUBLED_AFTER, LONGEST_REST = 10, 30.0

log = structlog.get_logger()


class Writer:
    """Writes outcomes in groups; `put` returns when its outcome is durable."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._waiting: list[tuple[str, Outcome, asyncio.Future[None]]] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def put(self, channel: str, outcome: Outcome) -> None:
        """Return when `outcome` is durable."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((channel, outcome, done))
        self._wake.set()
        await done

    async def close(self) -> None:
        """Stop; nobody may be waiting."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(COMMIT_SECONDS if len(self._waiting) < COMMIT_ROWS else 0)
            self._wake.clear()
            group, self._waiting = self._waiting, []
            # While the database is away, what we know waits here.
            while group and not await self._written(group):  # noqa: ASYNC110
                await asyncio.sleep(1)
            for _, _, done in group:
                if not done.done():
                    done.set_result(None)

    async def _written(self, group: Sequence[tuple[str, Outcome, asyncio.Future[None]]]) -> bool:
        try:
            async with self._database.write() as session:
                await outbox.mark(session, [outcome for _, outcome, _ in group])
                for channel, outcome, _ in group:
                    if outcome.suppress:
                        await suppress(
                            session, channel, outcome.taken.address,
                            why=outcome.reason[:200], now=self._clock(),
                        )  # fmt: skip
        except (DBAPIError, OSError, TimeoutError):
            log.exception("outcomes not written yet", count=len(group))
            return False
        return True


@dataclass(slots=True)
class _Work:
    """One chunk being sent."""

    key: ChunkKey
    chunk: Chunk
    announcement: Announcement
    messages: tuple[Outgoing, ...]
    lane: Lane
    queue: deque[Taken] = field(default_factory=deque)
    hand: dict[str, Taken] = field(default_factory=dict)
    """Everything taken and not yet written, by person."""
    unwanted: dict[str, SkipReason] = field(default_factory=dict)
    halted: bool = False
    not_before: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class _Health:
    """How a channel has been doing."""

    failures: int = 0
    rests_until: float = 0.0


class Sender:
    """Sends the chunks it is given; many at once if asked."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        pace: Pace,
        *,
        owner: str,
        clock: Callable[[], datetime],
        slots: int = SLOTS,
    ) -> None:
        self._database = database
        self._channels = channels
        self._pace = pace
        self._owner = owner
        self._clock = clock
        self._slots = slots
        self._writer = Writer(database, clock)
        self._works: list[_Work] = []
        self._health: defaultdict[str, _Health] = defaultdict(_Health)

    async def send(self, key: ChunkKey) -> None:
        """Send what is due of a chunk; return when nothing of it is left to be done now."""
        work = await self._open(key)
        if work is None:
            return
        self._works.append(work)
        looking = asyncio.create_task(self._look_again(work))
        try:
            slots = min(self._slots, work.chunk.planned)
            await asyncio.gather(*(self._slot(work) for _ in range(slots)))
        finally:
            self._works.remove(work)
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
        async with self._database.write() as session:
            await outbox.put_down(session, key, now=self._clock(), not_before=work.not_before)

    def halt(self) -> None:
        """Send nothing new: what is taken and not on its way goes back."""
        for work in self._works:
            work.halted = True

    async def close(self) -> None:
        """Stop writing; nothing may be on its way."""
        await self._writer.close()

    async def _open(self, key: ChunkKey) -> _Work | None:
        """Return the work of a chunk; None when there is none to do, and then the chunk says so."""
        now = self._clock()
        async with self._database.write() as session:
            chunk = await outbox.read_chunk(session, key)
            run = await session.get(Run, key.run_id)
            if chunk is None or run is None or run.status is RunStatus.STOPPED:
                return None
            announcement = await session.get_one(Announcement, run.announcement_id)
            quiet = None if announcement.urgent else quiet_until(now)
            reason = _why_not(announcement, key.channel in self._channels, now)
            if reason is not None:
                await outbox.skip_rest(session, chunk, reason, now=now)
            if reason is not None or quiet is not None:
                await outbox.put_down(session, key, now=now, not_before=quiet)
                return None
            if run.started_at is None:
                run.started_at = now
                session.add(run)
            if announcement.status is AnnouncementStatus.SCHEDULED:
                announcement.status = AnnouncementStatus.SENDING
                session.add(announcement)
        said = Reply(Action.OTHER, message_text(announcement))
        messages = tuple(self._channels[key.channel].render(said))
        lane = Lane.URGENT if announcement.urgent else Lane.BULK
        return _Work(key, chunk, announcement, messages, lane)

    async def _slot(self, work: _Work) -> None:
        while (taken := await self._next(work)) is not None:
            try:
                outcome = await self._deliver(work, taken)
            except Exception:
                log.exception("delivery failed", channel=work.key.channel)
                outcome = self._later(taken, "internal error", None)
            await self._writer.put(work.key.channel, outcome)
            work.hand.pop(taken.person_id, None)

    async def _next(self, work: _Work) -> Taken | None:
        async with work.lock:
            if not work.queue and not work.halted:
                await self._take_more(work)
            return work.queue.popleft() if work.queue else None

    async def _take_more(self, work: _Work) -> None:
        async with self._database.write() as session:
            rows = await outbox.claim(
                session, work.chunk, owner=self._owner, now=self._clock(), count=BATCH
            )
            if rows:
                key = work.key
                out = await outbox.unwanted(session, work.announcement, key.channel, rows)
                work.unwanted.update(out)
        work.queue.extend(rows)
        work.hand.update((row.person_id, row) for row in rows)

    async def _look_again(self, work: _Work) -> None:
        """Keep the lease, and notice a stop, an opt-out and the evening while sending."""
        renewed = time.monotonic()
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                due = time.monotonic() - renewed > outbox.LEASE.total_seconds() / 4
                await self._look(work, renew=due)
                renewed = time.monotonic() if due else renewed
            except (DBAPIError, OSError, TimeoutError):
                log.warning("database away while sending", run=work.key.run_id)

    async def _look(self, work: _Work, *, renew: bool) -> None:
        now, hand = self._clock(), list(work.hand.values())
        async with self._database.read() as session:
            run = await session.get_one(Run, work.key.run_id)
            announcement = await session.get_one(Announcement, run.announcement_id)
            out = await outbox.unwanted(session, announcement, work.key.channel, hand)
        if run.status is RunStatus.STOPPED:
            work.halted = True
        if not announcement.urgent and (morning := quiet_until(now)) is not None:
            work.halted, work.not_before = True, morning
        if announcement.expires_at is not None and announcement.expires_at <= now:
            out = dict.fromkeys(work.hand, SkipReason.EXPIRED)
        work.unwanted.update(out)
        async with self._database.write() as session:
            if renew:
                await outbox.keep(session, work.key, hand, owner=self._owner, now=now)
            if (chunk := await outbox.read_chunk(session, work.key)) is not None:
                await outbox.sum_up(session, chunk)

    async def _deliver(self, work: _Work, taken: Taken) -> Outcome:
        """Send one delivery and say what became of it."""
        channel = self._channels[work.key.channel]
        sent = [part for part in taken.message_id.split(",") if part]
        if (dropped := self._dropped(work, taken)) is not None and not sent:
            return dropped
        try:
            for message in work.messages[len(sent) :]:
                await self._rest(channel.name)
                await self._pace.grant(channel.name, taken.address, work.lane)
                if (dropped := self._dropped(work, taken)) is not None and not sent:
                    return dropped
                async with asyncio.timeout(PATIENCE):
                    sent.append(await channel.send(taken.address, message) or "-")
        except SendError as error:
            return await self._refused(work, taken, error, ",".join(sent))
        except (TimeoutError, OSError) as error:
            self._failed(channel.name)
            return self._later(taken, type(error).__name__, None, ",".join(sent))
        self._health[channel.name].failures = 0
        return Outcome(taken, DeliveryStatus.DELIVERED, self._clock(), message_id=",".join(sent))

    def _dropped(self, work: _Work, taken: Taken) -> Outcome | None:
        """Return why a delivery is not sent after all: a stop puts it back, an opt-out ends it."""
        if taken.person_id in work.unwanted:
            reason = work.unwanted[taken.person_id].value
            return Outcome(taken, DeliveryStatus.SKIPPED, self._clock(), reason)
        if work.halted:
            return Outcome(taken, DeliveryStatus.CREATED, self._clock(), uncounted=True)
        return None

    async def _refused(self, work: _Work, taken: Taken, error: SendError, sent: str) -> Outcome:
        """Return what becomes of a delivery the platform did not take."""
        now = self._clock()
        if error.moved_to:
            await self._move(work.key.channel, taken, error.moved_to)
            return Outcome(taken, DeliveryStatus.TEMPORARY, now, error.reason, sent, now)
        if error.trouble is Trouble.WINDOW:
            reason = SkipReason.OUTSIDE_WINDOW.value
            return Outcome(taken, DeliveryStatus.SKIPPED, now, f"{reason}: {error.reason}", sent)
        if error.trouble in (Trouble.SUPPRESS, Trouble.DROP):
            gone = error.trouble is Trouble.SUPPRESS
            return Outcome(taken, DeliveryStatus.PERMANENT, now, error.reason, sent, suppress=gone)
        if error.retry_after is not None:
            await self._pace.hold(work.key.channel, error.retry_after)
            next_at = now + timedelta(seconds=error.retry_after)
            return Outcome(
                taken, DeliveryStatus.TEMPORARY, now, error.reason, sent, next_at, uncounted=True
            )
        self._failed(work.key.channel)
        return self._later(taken, error.reason, None, sent)

    def _later(self, taken: Taken, reason: str, after: float | None, sent: str = "") -> Outcome:
        now = self._clock()
        if taken.attempts >= MOST_ATTEMPTS:
            return Outcome(taken, DeliveryStatus.PERMANENT, now, reason, sent)
        wait = min(FIRST_WAIT * 2 ** min(taken.attempts - 1, 10), LONGEST_WAIT)
        wait *= random.uniform(0.8, 1.2)  # noqa: S311 - only to spread the attempts
        next_at = now + timedelta(seconds=after if after is not None else wait)
        return Outcome(taken, DeliveryStatus.TEMPORARY, now, reason, sent, next_at)

    async def _move(self, channel: str, taken: Taken, address: str) -> None:
        """Follow a chat to its new address, now and for good."""
        async with self._database.write() as session:
            await outbox.move(session, channel, taken, address)

    def _failed(self, channel: str) -> None:
        health = self._health[channel]
        health.failures += 1
        over = health.failures - TROUBLED_AFTER
        if over >= 0:
            rest = min(2.0 ** min(over / self._slots, 8), LONGEST_REST)
            health.rests_until = time.monotonic() + rest

    async def _rest(self, channel: str) -> None:
        """A platform in trouble is tried by and by, not by every slot at once."""
        await asyncio.sleep(max(self._health[channel].rests_until - time.monotonic(), 0))


def _why_not(announcement: Announcement, reachable: bool, now: datetime) -> SkipReason | None:
    if announcement.expires_at is not None and announcement.expires_at <= now:
        return SkipReason.EXPIRED
    return None if reachable else SkipReason.NO_CHANNEL
