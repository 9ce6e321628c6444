"""A worker: takes due chunks of its lanes, hands them to the engine, and sends what comes back.

What officials want back from those who got it, it takes back besides.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import uuid4

import structlog
from sqlalchemy import ColumnElement
from sqlmodel import col

from bot.broadcast import outbox
from bot.broadcast.engine import Engine
from bot.broadcast.outbox import ChunkKey
from bot.broadcast.recalling import Recaller
from bot.broadcast.sending import Sender
from bot.channels import Channel, Lane, Pace
from bot.db import Database
from bot.db.failures import AWAY
from bot.models import Chunk

#: Chunks of one platform sent together by one worker.
AT_ONCE: Final = 4
#: Seconds between two looks for due chunks.
LOOK_EVERY: Final = 0.5
#: … and between two looks for chunks of platforms that are connected no more.
LEFT_EVERY: Final = 10.0

log = structlog.get_logger()


def owner_name() -> str:
    """Return who this process is, for leases: machine, process and a word of its own."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


class Worker:
    """Sends announcements until cancelled; any number may run, on any machine."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        channels: Mapping[str, Channel],
        pace: Pace,
        *,
        clock: Callable[[], datetime],
        lanes: Collection[Lane] = (Lane.URGENT, Lane.BULK),
        at_once: int = AT_ONCE,
    ) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._lanes = [int(lane) for lane in lanes]
        self._at_once = at_once
        self._channels = tuple(channels)
        self._busy: set[ChunkKey] = set()
        self._freed = asyncio.Event()
        self._looked_left = -LEFT_EVERY
        owner = owner_name()
        self._sender = Sender(database, channels, pace, owner=owner, clock=clock)
        self._recaller = Recaller(database, channels, pace, owner=owner, clock=clock)

    async def run(self) -> None:
        """Work until cancelled; then what is on its way ends, and the rest goes back."""
        feeding = asyncio.create_task(self._feed())
        recalling = asyncio.create_task(self._recaller.run())
        working = asyncio.create_task(
            self._engine.run(self._send, lanes=self._lanes, at_once=self._hands())
        )
        try:
            await asyncio.wait((feeding, working))
        finally:
            feeding.cancel()
            recalling.cancel()
            await self._sender.drain()
            working.cancel()
            await asyncio.gather(feeding, recalling, working, return_exceptions=True)

    def _hands(self) -> int:
        """Return how many chunks are sent together: the same for each platform, none waits for another."""
        return self._at_once * max(len(self._channels), 1)

    async def _feed(self) -> None:
        """Give the engine as many due chunks as this worker has hands free."""
        while True:
            if self._engine.ready:
                try:
                    await self._put()
                except AWAY:
                    log.warning("database away: no new work")
                except Exception:
                    log.exception("chunks not queued")
            self._freed.clear()
            # Not wait_for: up to Python 3.11 it swallows an end that comes with what it waits for.
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._freed.wait()

    async def _put(self) -> None:
        busy = Counter(key.channel for key in self._busy)
        for channel in self._channels:
            free = self._at_once - busy[channel]
            if free > 0 and not self._sender.rests(channel):
                await self._put_due(col(Chunk.channel) == channel, free)
        if time.monotonic() - self._looked_left > LEFT_EVERY:  # they are left out, with the reason
            await self._put_due(col(Chunk.channel).not_in(self._channels), self._at_once)
            self._looked_left = time.monotonic()

    async def _put_due(self, of: ColumnElement[bool], count: int) -> None:
        now, lanes = self._clock(), self._lanes
        async with self._database.read() as session:
            if not await outbox.any_due(session, lanes=lanes, of=of, now=now):
                return
        async with self._database.write() as session:
            keys = await outbox.queue_due(session, lanes=lanes, of=of, now=now, count=count)
        await self._engine.put(keys)

    async def _send(self, key: ChunkKey) -> None:
        if key in self._busy:
            return
        self._busy.add(key)
        try:
            await self._sender.send(key)
        finally:
            self._busy.discard(key)
            self._freed.set()
