"""Send a chunk: slots take deliveries, wait for the platform's pace, send, and write what became."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.broadcast import outbox
from bot.broadcast.audience import CHUNK
from bot.broadcast.clock import quiet_until
from bot.broadcast.copies import Copies, Copy, copies_of
from bot.broadcast.health import Health
from bot.broadcast.outbox import ChunkKey, Outcome, Taken
from bot.broadcast.writing import AGAIN, Writer
from bot.channels import Channel, Lane, Pace, SendError, Trouble, send_renewed
from bot.db import Database
from bot.db.failures import AWAY
from bot.models import (
    Announcement,
    AnnouncementStatus,
    Chunk,
    DeliveryStatus,
    Run,
    RunStatus,
    SkipReason,
)

#: Messages on their way at once, in one chunk.
SLOTS: Final = 64
#: Deliveries taken at once: as many as go in about a second, so that a stop finds few in hand.
LEAST_BATCH: Final = 50
BATCH_SECONDS: Final = 1.0
#: Seconds between two looks at whether these people still want it and it still goes on.
LOOK_EVERY: Final = 0.8
#: A platform that has not answered in so many seconds never will.
PATIENCE: Final = 30.0
#: Seconds of a platform's "not now" that deliveries in hand wait out; else they go back.
LONGEST_HOLD: Final = 10.0
#: Waits between attempts, in seconds: 5, 10, 20 … at most LONGEST_WAIT.
FIRST_WAIT, LONGEST_WAIT = 5.0, 600.0
#: After so many attempts a delivery has failed for good: some eight hours.
MOST_ATTEMPTS: Final = 48

log = structlog.get_logger()


@dataclass(slots=True)
class _Work:
    """One chunk being sent."""

    key: ChunkKey
    chunk: Chunk
    announcement: Announcement
    copies: Copies
    """What each person gets; the same for all chunks of a run on a channel."""
    lane: Lane
    trial: bool
    """The platform is in trouble: one delivery shows whether it is well again."""
    queue: deque[Taken] = field(default_factory=deque)
    hand: dict[str, Taken] = field(default_factory=dict)
    """Everything taken and not yet written, by person."""
    unwanted: dict[str, SkipReason] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)
    """People beyond the platform's window who get a copy for such."""
    pacing: set[asyncio.Task[Any]] = field(default_factory=set)
    """Slots that wait for the platform's pace, however long that is."""
    changed: bool = False
    """Outcomes were written since its sums were."""
    exhausted: bool = False
    """There is no more to take now."""
    halted: bool = False
    not_before: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    taken_at: float = 0.0
    renewed_at: float = field(default_factory=time.monotonic)

    def halt(self, *, until: datetime | None = None) -> None:
        """Send nothing more of it, before `until` where that is known; what is on its way ends."""
        self.halted = True
        if until is not None:
            self.not_before = max(self.not_before or until, until)
        for slot in self.pacing:
            slot.cancel()
        self.pacing.clear()


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
        self._looking: asyncio.Task[None] | None = None
        self._batches: defaultdict[str, int] = defaultdict(lambda: 2 * LEAST_BATCH)
        self._health: defaultdict[str, Health] = defaultdict(Health)
        self._closing = False

    def rests(self, channel: str) -> bool:
        """Whether a platform in trouble is left alone just now."""
        return self._health[channel].pause > 0

    async def send(self, key: ChunkKey) -> None:
        """Send what is due of a chunk; return when nothing of it is left to be done now."""
        work = await self._open(key)
        if work is None:
            return
        self._works.append(work)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_again())
        try:
            slots = 1 if work.trial else min(self._slots, work.chunk.planned)
            await asyncio.gather(*(self._slot(work) for _ in range(slots)))
        finally:
            self._works.remove(work)
        async with self._database.write() as session:
            await outbox.put_down(session, key, now=self._clock(), not_before=work.not_before)

    async def drain(self) -> None:
        """Send nothing new: what is on its way ends, what is only taken goes back; then return."""
        self._closing = True
        while self._works:
            for work in self._works:
                work.halt()
            await asyncio.sleep(0.02)
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
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
            reason = _why_not(announcement, key.channel in self._channels, now)
            if reason is not None:
                await outbox.skip_rest(session, chunk, reason, now=now)
            later = self._not_before(announcement, key.channel, now)
            if reason is not None or later is not None:
                await outbox.put_down(session, key, now=now, not_before=later)
                return None
            if run.started_at is None or announcement.status is AnnouncementStatus.SCHEDULED:
                await outbox.begin(session, run, now=now)
        return self._work(key, chunk, run, announcement)

    def _not_before(
        self, announcement: Announcement, channel: str, now: datetime
    ) -> datetime | None:
        if self._closing:
            return now
        if not announcement.urgent and (morning := quiet_until(now)) is not None:
            return morning
        pause = self._health[channel].pause
        return now + timedelta(seconds=pause) if pause else None

    def _work(self, key: ChunkKey, chunk: Chunk, run: Run, announcement: Announcement) -> _Work:
        same = (
            one.copies
            for one in self._works
            if (one.key.run_id, one.key.channel) == (key.run_id, key.channel)
        )
        return _Work(
            key,
            chunk,
            announcement,
            next(same, None) or copies_of(run, announcement, self._channels[key.channel]),
            Lane.URGENT if announcement.urgent else Lane.BULK,
            trial=self._health[key.channel].troubled,
        )

    async def _slot(self, work: _Work) -> None:
        while (taken := await self._next(work)) is not None:
            try:
                outcome = await self._deliver(work, taken)
            except Exception:
                log.exception("delivery failed", channel=work.key.channel)
                outcome = self._later(taken, "internal error")
            await self._writer.put(work.key.channel, outcome)
            work.hand.pop(taken.person_id, None)
            work.copies.forget(taken.person_id)
            work.changed = True

    async def _next(self, work: _Work) -> Taken | None:
        async with work.lock:
            if not (work.queue or work.halted or work.exhausted):
                await self._take_more(work)
            return work.queue.popleft() if work.queue else None

    async def _take_more(self, work: _Work) -> None:
        """Take the next deliveries of a chunk; while the database is away, wait."""
        count = 1 if work.trial else self._next_batch(work)
        while not work.halted:
            try:
                rows = await self._take(work, count)
            except AWAY:
                log.warning("database away: nothing taken", run=work.key.run_id)
                await asyncio.sleep(AGAIN)
                continue
            work.taken_at = time.monotonic()
            work.exhausted = work.trial or len(rows) < count
            work.queue.extend(rows)
            work.hand.update((row.person_id, row) for row in rows)
            return

    def _next_batch(self, work: _Work) -> int:
        """Return how many to take: twice as many as last time where those went fast."""
        channel = work.key.channel
        if work.taken_at:
            fast = time.monotonic() - work.taken_at < BATCH_SECONDS
            wanted = self._batches[channel] * 2 if fast else self._batches[channel] // 2
            self._batches[channel] = min(max(wanted, LEAST_BATCH), CHUNK)
        return self._batches[channel]

    async def _take(self, work: _Work, count: int) -> list[Taken]:
        async with self._database.write() as session:
            rows = await outbox.claim(
                session, work.chunk, owner=self._owner, now=self._clock(), count=count
            )
            if rows:
                await self._ask(session, [work], rows)
        return rows

    async def _ask(
        self, session: AsyncSession, works: Sequence[_Work], rows: Sequence[Taken]
    ) -> None:
        """Note what those in hand of one run on one channel get, and who must get nothing after all."""
        channel, copies, now = self._channels[works[0].key.channel], works[0].copies, self._clock()
        window = channel.capabilities.window
        seen_after = now - window if window else None
        out = await outbox.unreachable(session, channel.name, rows, seen_after=seen_after)
        unwanted = await copies.look(session, [one.person_id for one in rows], now=now)
        for person, reason in out.items():
            if reason is SkipReason.SUPPRESSED:
                unwanted[person] = reason
            elif person not in unwanted:
                if copies.of(person).beyond is None:
                    unwanted[person] = reason
                else:
                    for work in works:
                        work.outside.add(person)
        for work in works:
            work.unwanted.update(unwanted)

    # --- Looking while sending -------------------------------------------------------------------

    async def _look_again(self) -> None:
        """Keep the leases, and notice a stop, an opt-out and the evening while sending."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self._look(list(self._works))
            except AWAY:
                log.warning("database away while sending")
            except Exception:
                log.exception("not looked after what is being sent")

    async def _look(self, works: Sequence[_Work]) -> None:
        together: defaultdict[tuple[int, str], list[_Work]] = defaultdict(list)
        for work in works:
            together[work.key.run_id, work.key.channel].append(work)
        async with self._database.read() as session:
            for (run_id, _), same in together.items():
                run = await session.get_one(Run, run_id)
                announcement = await session.get_one(Announcement, run.announcement_id)
                await self._look_at(session, run, announcement, same)
        await self._keep(works)

    async def _look_at(
        self,
        session: AsyncSession,
        run: Run,
        announcement: Announcement,
        works: Sequence[_Work],
    ) -> None:
        now = self._clock()
        hand = [taken for work in works for taken in work.hand.values()]
        if hand:
            await self._ask(session, works, hand)
        morning = None if announcement.urgent else quiet_until(now)
        expired = announcement.expires_at is not None and announcement.expires_at <= now
        for work in works:
            if run.status is RunStatus.STOPPED:
                work.halt()
            if morning is not None:
                work.halt(until=morning)
            if expired:
                work.unwanted.update(dict.fromkeys(work.hand, SkipReason.EXPIRED))

    async def _keep(self, works: Sequence[_Work]) -> None:
        """Renew the leases that have run for a quarter, and write the sums that have changed."""
        now, moment = self._clock(), time.monotonic()
        old = [one for one in works if moment - one.renewed_at > outbox.LEASE.total_seconds() / 4]
        changed = [one for one in works if one.changed]
        for work in old:
            async with self._database.write() as session:
                hand = list(work.hand.values())
                await outbox.keep(session, work.key, hand, owner=self._owner, now=now)
            work.renewed_at = moment
        if not changed:
            return
        async with self._database.write() as session:
            for work in changed:
                if (chunk := await outbox.read_chunk(session, work.key)) is not None:
                    await outbox.sum_up(session, chunk)
        for work in changed:
            work.changed = False

    # --- One delivery ----------------------------------------------------------------------------

    async def _deliver(self, work: _Work, taken: Taken) -> Outcome:
        """Send one delivery and say what became of it."""
        channel = self._channels[work.key.channel]
        sent = [part for part in taken.message_id.split(",") if part]
        copy = self._copy(work, taken)
        try:
            while len(sent) < len(copy.messages):
                if work.halted or not await self._granted(work, taken):
                    return self._put_back(taken, sent)
                if not sent:
                    if (dropped := self._dropped(work, taken)) is not None:
                        return dropped
                    copy = self._copy(work, taken)  # while it waited, some of it may have changed
                async with asyncio.timeout(PATIENCE):
                    message = copy.messages[len(sent)]
                    sent.append(await send_renewed(channel, taken.address, message) or "-")
        except SendError as error:
            return await self._refused(work, taken, error, ",".join(sent))
        except (TimeoutError, OSError) as error:
            self._failed(channel.name)
            return self._later(taken, type(error).__name__, ",".join(sent))
        self._health[channel.name].well()
        return Outcome(
            taken, DeliveryStatus.DELIVERED, self._clock(),
            message_id=",".join(sent), left_out=copy.left_out,
        )  # fmt: skip

    def _copy(self, work: _Work, taken: Taken) -> Copy:
        copy = work.copies.of(taken.person_id)
        if taken.person_id in work.outside and copy.beyond is not None:
            return replace(copy, messages=(copy.beyond,))
        return copy

    async def _granted(self, work: _Work, taken: Taken) -> bool:
        """Wait for the platform's pace; False when the work was halted meanwhile."""
        slot = asyncio.current_task()
        assert slot is not None
        work.pacing.add(slot)
        try:
            await self._pace.grant(work.key.channel, taken.address, work.lane)
        except asyncio.CancelledError:
            if not work.halted:
                raise
            slot.uncancel()
            return False
        finally:
            work.pacing.discard(slot)
        return not work.halted

    def _put_back(self, taken: Taken, sent: Sequence[str]) -> Outcome:
        """Return a delivery to the outbox as if nobody had taken it."""
        return Outcome(
            taken, DeliveryStatus.CREATED, self._clock(), message_id=",".join(sent), uncounted=True
        )

    def _dropped(self, work: _Work, taken: Taken) -> Outcome | None:
        """Return why a delivery is left out after all, or None."""
        reason = work.unwanted.get(taken.person_id)
        if reason is None:
            return None
        left_out = work.copies.of(taken.person_id).left_out
        return Outcome(
            taken, DeliveryStatus.SKIPPED, self._clock(), reason.value, left_out=left_out
        )

    async def _refused(self, work: _Work, taken: Taken, error: SendError, sent: str) -> Outcome:
        """Return what becomes of a delivery the platform did not take."""
        now, channel = self._clock(), work.key.channel
        if error.moved_to:
            await self._move(channel, taken, error.moved_to)
            return Outcome(taken, DeliveryStatus.TEMPORARY, now, error.reason, sent, now)
        if error.retry_after is not None:
            if error.trouble is not Trouble.WINDOW:  # the night is one person's, a 429 everybody's
                await self._limited(channel, error.retry_after)
            next_at = now + timedelta(seconds=error.retry_after)
            return Outcome(
                taken, DeliveryStatus.TEMPORARY, now, error.reason, sent, next_at, uncounted=True
            )
        if error.trouble in (Trouble.RETRY, Trouble.REFRESH):
            self._failed(channel)
            return self._later(taken, error.reason, sent)
        self._health[channel].well()
        if error.trouble is Trouble.WINDOW:
            reason = SkipReason.OUTSIDE_WINDOW.value
            return Outcome(taken, DeliveryStatus.SKIPPED, now, f"{reason}: {error.reason}", sent)
        gone = error.trouble is Trouble.SUPPRESS
        return Outcome(taken, DeliveryStatus.PERMANENT, now, error.reason, sent, suppress=gone)

    def _later(self, taken: Taken, reason: str, sent: str = "") -> Outcome:
        now = self._clock()
        if taken.attempts >= MOST_ATTEMPTS:
            return Outcome(taken, DeliveryStatus.PERMANENT, now, reason, sent)
        wait = min(FIRST_WAIT * 2 ** min(taken.attempts - 1, 10), LONGEST_WAIT)
        wait *= random.uniform(0.8, 1.2)  # noqa: S311 - only to spread the attempts
        next_at = now + timedelta(seconds=wait)
        return Outcome(taken, DeliveryStatus.TEMPORARY, now, reason, sent, next_at)

    async def _move(self, channel: str, taken: Taken, address: str) -> None:
        """Follow a chat to its new address, now and for good."""
        async with self._database.write() as session:
            await outbox.move(session, channel, taken, address)

    async def _limited(self, channel: str, seconds: float) -> None:
        """We were too fast: nobody sends for so long, and a long wait is not waited out in hand."""
        await self._pace.hold(channel, seconds)
        if seconds > LONGEST_HOLD:
            self._put_off(channel, seconds)

    def _failed(self, channel: str) -> None:
        """Note that a platform failed; in trouble it is left alone, and its chunks wait."""
        health = self._health[channel]
        health.failed()
        if health.pause:
            self._put_off(channel, health.pause)

    def _put_off(self, channel: str, seconds: float) -> None:
        until = self._clock() + timedelta(seconds=seconds)
        for work in self._works:
            if work.key.channel == channel:
                work.halt(until=until)


def _why_not(announcement: Announcement, reachable: bool, now: datetime) -> SkipReason | None:
    if announcement.expires_at is not None and announcement.expires_at <= now:
        return SkipReason.EXPIRED
    return None if reachable else SkipReason.NO_CHANNEL
