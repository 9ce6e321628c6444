"""Durable intake: what a platform was told we have is stored first, answered once, sent until taken.

store → (the platform gets its 200) → turn, recorded together with its reply → send → done.

A `kill -9` between any two steps loses nothing: whoever starts next goes on with the stored row. A
turn is never repeated, as its record and the reply are one transaction. A platform message may
arrive twice only if the process dies (or the network falls silent) between the platform's taking it
and our noting that, so duplicates never exceed the messages in flight (`MOST_IN_FLIGHT` a channel):
a person's next message is not begun before that note is durable.

Messages of one person are answered in order, different people together. A platform that is down
holds up nobody but its own people: their replies wait in the database until it is back.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import messages as say
from bot import people
from bot.channels import (
    Arrival,
    ArrivalKind,
    Channel,
    Lane,
    Pace,
    SendError,
    Trouble,
    accepted,
)
from bot.channels.accepted import Job, LostError, Person, Stored
from bot.channels.wire import MARKS, message_from_json, outgoing_from_json, outgoing_to_json
from bot.conversation import Action, Reply
from bot.db import Batched, Database, Grouped, Write
from bot.dialogue import Dialogue, State
from bot.models import Stage
from knowledge.columns import utc_now

#: Turns worked on at once; a turn is computing, so more would only share the same core.
MOST_TURNS: Final = 16
#: Messages given to one platform and not yet known to be taken.
MOST_IN_FLIGHT: Final = 64
#: People of one platform whose messages are held in memory; more wait in the database.
MOST_PEOPLE: Final = 4_000
#: Seconds between looks for work that others left, or that was put off.
LOOK_EVERY: Final = 0.5
#: Seconds of a platform's silence after which a send has failed.
SEND_TIMEOUT: Final = 60.0
#: A reply older than this is not sent any more, on platforms without a window.
LONGEST_OWED: Final = timedelta(hours=24)
#: Done rows are kept this long, to know a repetition by: platforms repeat for up to a day.
KEEP_KEYS: Final = timedelta(hours=48)
#: Failures of one message alone, its platform being well, after which it is given up.
MOST_ATTEMPTS: Final = 8
#: Longest pause between tries, in seconds.
LONGEST_PAUSE: Final = 60.0
#: Rows older than this are deleted, whatever became of them: longer than any platform's window.
KEEP_ROWS: Final = timedelta(days=8)
#: Suggestions worked on at once; more are not answered, as the next letter asks again.
MOST_QUERIES: Final = 16

log = structlog.get_logger()


class _PostponedError(Exception):
    """This person's messages go on at `due_at`."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


@dataclass(slots=True)
class _Gate:
    """Whether a platform is well; after failures one message at a time tries it."""

    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_IN_FLIGHT))
    refreshing: asyncio.Lock = field(default_factory=asyncio.Lock)
    failures: int = 0
    closed_until: float = 0.0
    trying: bool = False

    def wait(self) -> float:
        """Return the seconds until a message may be tried; 0 = now."""
        if not self.failures:
            return 0.0
        return max(self.closed_until - time.monotonic(), 0.5 if self.trying else 0.0)

    def failed(self) -> float:
        """Close for a while, longer each time; return the seconds.

        What was in flight together fails together, and counts as one failure.
        """
        now = time.monotonic()
        if now >= self.closed_until:
            self.failures += 1
            self.closed_until = now + _pause(self.failures)
        return self.closed_until - now


def _pause(failures: int) -> float:
    return float(min(LONGEST_PAUSE, 2 ** min(failures - 1, 10)))


@dataclass(frozen=True, slots=True)
class _Ended:
    id: int
    reason: str


class Intake:
    """Takes in what platforms send, and sees to it that each message is answered once."""

    def __init__(
        self,
        dialogue: Dialogue,
        channels: Mapping[str, Channel],
        *,
        pace: Pace | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.channels = channels
        self._dialogue = dialogue
        self._database: Database = dialogue.sources.database
        self._pace = pace
        self._now = now
        self._owner = uuid4().hex
        self._people: dict[Person, deque[Job]] = {}
        self._held = dict.fromkeys(channels, 0)  # how many of them, by channel
        self._loose: set[Person] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(MOST_TURNS)
        self._gates = {name: _Gate() for name in channels}
        self._queries = 0
        self._stores = Grouped(self._database.write, self._store)
        self._ends = Grouped(self._database.write, self._end)

    # --- Taking in -------------------------------------------------------------------------------

    async def accept(self, channel: str, arrivals: Sequence[Arrival]) -> None:
        """Store what `channel` received; once this returns, the platform may be told so.

        Raises:
            SQLAlchemyError, OSError: it could not be stored; the platform must send it again.
        """
        for arrival in arrivals:
            if arrival.kind is ArrivalKind.QUERY:
                self._suggest(channel, arrival)
        room = self._held[channel] < MOST_PEOPLE
        lasting = [
            Stored(arrival, channel, may_own=room or (channel, arrival.address) in self._people)
            for arrival in arrivals
            if arrival.kind not in (ArrivalKind.QUERY, ArrivalKind.IGNORED)
        ]
        if lasting:  # shielded: what is stored must be answered, though the platform hung up
            await asyncio.shield(self._spawn(self._take_in(lasting)))

    async def _take_in(self, lasting: list[Stored]) -> None:
        self._enqueue(await self._stores.put(lasting))

    async def _store(
        self, session: AsyncSession, batches: Sequence[list[Stored]]
    ) -> list[list[Job]]:
        everything = [one for batch in batches for one in batch]
        jobs = await accepted.store(session, everything, owner=self._owner, now=self._now())
        return [jobs, *([] for _ in batches[1:])]  # whoever is first hands on for all

    def _enqueue(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            waiting = self._people.get(job.person)
            if waiting is not None:
                waiting.append(job)
                continue
            self._people[job.person] = deque([job])
            self._held[job.channel] += 1
            self._spawn(self._serve(job.person))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # --- Answering -------------------------------------------------------------------------------

    async def _serve(self, person: Person) -> None:
        """Answer one person's messages in order, until none waits or they must wait longer."""
        waiting = self._people[person]
        try:
            while waiting and await self._handle(waiting[0]):
                waiting.popleft()
        finally:
            del self._people[person]
            self._held[person[0]] -= 1

    async def _handle(self, job: Job) -> bool:
        """Answer one message; False when the rest of this person's waits in the database."""
        try:
            if job.stage is Stage.STORED:
                await self._answer(job)
            if job.reply:
                await self._deliver(job)
        except LostError:
            self._loose.add(job.person)
            return False
        except _PostponedError as postponed:
            await self._postpone(job, postponed.seconds)
            return False
        except Exception:
            log.exception("message not answered, will be tried again", channel=job.channel)
            job.attempts += 1
            await self._postpone(job, _pause(job.attempts))
            return False
        return True

    async def _answer(self, job: Job) -> None:
        """Take the turn; its record, the conversation and the reply become durable together."""
        channel = self.channels[job.channel]
        marks = {key: job.message.pop(key, "") for key in MARKS}

        def rendered(reply: Reply) -> list[dict[str, Any]]:
            # All quote: in a group with topics the quoted message says which topic a part goes to.
            quoting = marks["reply_to"]
            outgoing = [replace(one, reply_to=quoting) for one in channel.render(reply)]
            if outgoing:
                outgoing[0] = replace(outgoing[0], **marks)
            return [outgoing_to_json(one) for one in outgoing]

        def also(reply: Reply) -> Write:
            job.reply = rendered(reply)
            one = accepted.Answered(job, job.reply, self._owner, self._now())
            return Batched(one, accepted.answered)

        async with self._turns:
            try:
                if job.attempts < MOST_ATTEMPTS:
                    await self._dialogue.reply_to(message_from_json(job.message), also=also)
                else:  # a turn that cannot be recorded must not hold up the person for ever
                    await self._database.write_together(also(Reply(Action.OTHER, say.ERROR)))
            except BaseException:
                job.reply = []
                job.message |= marks
                raise
        job.stage, job.attempts = Stage.ANSWERED, 0

    # --- Sending ---------------------------------------------------------------------------------

    async def _deliver(self, job: Job) -> None:
        window = self.channels[job.channel].capabilities.window or LONGEST_OWED
        while job.sent < len(job.reply):
            if self._now() - job.received_at > window:
                await self._ends.put(_Ended(job.id, "expired"))
                return
            ended = await self._send(job)
            if ended:
                await self._ends.put(_Ended(job.id, ended))
                return
            job.sent += 1
            if job.sent < len(job.reply):
                await self._database.write_together(self._progress(job))
        await self._ends.put(_Ended(job.id, ""))

    async def _send(self, job: Job) -> str:
        """Send the next platform message of a reply; return why the reply ends here, or ""."""
        gate = self._gates[job.channel]
        async with gate.slots:
            if pause := gate.wait():
                raise _PostponedError(pause)
            gate.trying = gate.failures > 0
            try:
                await self._send_refreshed(job, gate)
            except SendError as error:
                return await self._failed(job, gate, error)
            finally:
                gate.trying = False
            gate.failures = 0
        return ""

    async def _send_refreshed(self, job: Job, gate: _Gate) -> None:
        try:
            await self._send_once(job)
        except SendError as error:
            if error.trouble is not Trouble.REFRESH:
                raise
            async with gate.refreshing:
                await self.channels[job.channel].refresh()
            await self._send_once(job)

    async def _send_once(self, job: Job) -> None:
        if self._pace is not None:
            await self._pace.grant(job.channel, job.address, Lane.REPLY)
        try:
            async with asyncio.timeout(SEND_TIMEOUT):
                outgoing = outgoing_from_json(job.reply[job.sent])
                await self.channels[job.channel].send(job.address, outgoing)
        except TimeoutError as error:
            raise SendError("no answer in time", Trouble.RETRY) from error

    async def _failed(self, job: Job, gate: _Gate, error: SendError) -> str:
        log.warning(
            "reply not taken", channel=job.channel, trouble=error.trouble.value,
            reason=error.reason[:200],
        )  # fmt: skip
        if error.moved_to:
            await self._move(job, error.moved_to)
            raise _PostponedError(0)
        if error.trouble is Trouble.SUPPRESS:
            async with self._database.write() as session:
                await people.suppress(
                    session, job.channel, job.address, why=error.reason[:200], now=self._now()
                )
            return "suppressed"
        if error.trouble in (Trouble.WINDOW, Trouble.DROP):
            return error.trouble.value
        return await self._retry(job, gate, error)

    async def _retry(self, job: Job, gate: _Gate, error: SendError) -> str:
        """Put the reply off; a platform that names a time is well, one that fails is left alone."""
        if error.retry_after is not None:
            if self._pace is not None:
                await self._pace.hold(job.channel, min(error.retry_after, LONGEST_PAUSE))
            raise _PostponedError(error.retry_after)
        if not gate.failures:  # others were served: it may be this message
            job.attempts += 1
            if job.attempts >= MOST_ATTEMPTS:
                return "given up"
        raise _PostponedError(max(gate.failed(), _pause(job.attempts)))

    async def _move(self, job: Job, new: str) -> None:
        async with self._database.write() as session:
            await people.move(session, job.channel, job.address, new)
            await accepted.move(session, job.channel, job.address, new)
        job.address = new

    # --- Noting ----------------------------------------------------------------------------------

    def _progress(self, job: Job) -> Write:
        async def write(session: AsyncSession) -> None:
            await accepted.progress(session, job, owner=self._owner)

        return write

    async def _end(self, session: AsyncSession, ended: Sequence[_Ended]) -> list[None]:
        for reason in sorted({one.reason for one in ended}):
            ids = [one.id for one in ended if one.reason == reason]
            await accepted.finish(session, ids, owner=self._owner, reason=reason, now=self._now())
        return [None] * len(ended)

    async def _postpone(self, job: Job, seconds: float) -> None:
        due_at = self._now() + timedelta(seconds=seconds)
        try:
            async with self._database.write() as session:
                await accepted.postpone(session, job, owner=self._owner, due_at=due_at)
        except Exception:
            log.exception("message not put off", channel=job.channel)
            self._loose.add(job.person)

    # --- Suggesting ------------------------------------------------------------------------------

    def _suggest(self, channel: str, arrival: Arrival) -> None:
        if self._queries < MOST_QUERIES and arrival.message is not None:
            self._queries += 1
            self._spawn(self._answer_query(self.channels[channel], arrival))

    async def _answer_query(self, channel: Channel, arrival: Arrival) -> None:
        assert arrival.message is not None
        try:
            first = await self._dialogue.answer_fresh(arrival.message, State(introduced=True))
            replies = [first] if first.action is not Action.CLARIFY else [
                await self._dialogue.answer_fresh(
                    replace(arrival.message, text=choice.send), State(introduced=True)
                )
                for choice in first.choices if choice.send
            ]  # fmt: skip
            await channel.suggest(arrival.press, replies)
        except SendError as error:
            log.info("suggestions not taken", channel=channel.name, reason=error.reason[:200])
        except Exception:
            log.exception("suggestions failed", channel=channel.name)
        finally:
            self._queries -= 1

    # --- Looking after ---------------------------------------------------------------------------

    async def run(self) -> None:
        """Take up what waits in the database, say that we live, forget old keys; until cancelled."""
        if self._database.is_sqlite:  # its only process is this one: what others had, they lost
            await self._keep_trying(self._take_over)
        renewed = time.monotonic()
        while True:
            await self._keep_trying(self._look)
            if time.monotonic() - renewed > accepted.LEASE.total_seconds() / 3:
                renewed = time.monotonic()
                await self._keep_trying(self._renew)
            await asyncio.sleep(LOOK_EVERY)

    async def close(self) -> None:
        """Stop at once and leave what is not done to the next process."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stores.drain()
        await self._ends.drain()
        await self._keep_trying(self._leave)

    async def _leave(self) -> None:
        async with self._database.write() as session:
            await accepted.release(session, owner=self._owner)

    async def _keep_trying(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await work()
        except Exception:
            log.exception("intake could not look after its rows")

    async def _take_over(self) -> None:
        async with self._database.write() as session:
            await accepted.release(session)

    async def _look(self) -> None:
        """Claim what is due, of platforms that are well, or one message to try each that is not."""
        await self._let_go()
        async with self._database.read() as session:
            if not await accepted.is_due(session, owner=self._owner, now=self._now()):
                return
        for name, gate in self._gates.items():
            room = 1 if gate.failures else MOST_PEOPLE - self._held[name]
            if room > 0 and not gate.wait():
                await self._claim(name, room)

    async def _let_go(self) -> None:
        """Give up the rows of people we stopped serving half-way, so that they can be claimed."""
        loose = self._loose - self._people.keys()
        if loose:
            async with self._database.write() as session:
                await accepted.release(session, owner=self._owner, people=loose)
            self._loose -= loose

    async def _claim(self, channel: str, limit: int) -> None:
        async with self._database.write() as session:
            jobs = await accepted.claim(
                session, channel, owner=self._owner, now=self._now(), limit=limit
            )
        self._enqueue(jobs)

    async def _renew(self) -> None:
        now = self._now()
        async with self._database.write() as session:
            await accepted.renew(session, owner=self._owner, now=now)
            await accepted.forget(
                session, done_before=now - KEEP_KEYS, stored_before=now - KEEP_ROWS
            )
