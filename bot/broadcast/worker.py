"""A worker: takes due chunks of its lanes, hands them to the engine, and sends what comes back."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import uuid4

import structlog
from sqlalchemy.exc import DBAPIError

from bot.broadcast import outbox
from bot.broadcast.engine import Engine
from bot.broadcast.outbox import ChunkKey
from bot.broadcast.sending import Sender
from bot.channels import Channel, Lane, Pace
from bot.db import Database

#: Chunks sent together by one worker.
AT_ONCE: Final = 4
#: Seconds between two looks for due chunks.
LOOK_EVERY: Final = 0.25

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
        self._busy: set[ChunkKey] = set()
        self._sender = Sender(database, channels, pace, owner=owner_name(), clock=clock)

    async def run(self) -> None:
        """Work until cancelled."""
        tasks = (
            asyncio.create_task(self._feed()),
            asyncio.create_task(self._engine.run(self._send, at_once=self._at_once)),
        )
        try:
            await asyncio.wait(tasks)
        finally:
            self._sender.halt()  # what is on its way ends; the rest goes back
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._sender.close()

    async def _feed(self) -> None:
        """Give the engine as many due chunks as this worker has hands free."""
        while True:
            free = self._at_once - len(self._busy)
            if free > 0 and self._engine.ready:
                try:
                    await self._put(free)
                except (DBAPIError, OSError, TimeoutError):
                    log.warning("database away: no new work")
                except Exception:
                    log.exception("chunks not queued")
            await asyncio.sleep(LOOK_EVERY)

    async def _put(self, free: int) -> None:
        now = self._clock()
        if not await self._any_due(now):
            return
        async with self._database.write() as session:
            keys = await outbox.queue_due(session, lanes=self._lanes, now=now, count=free)
        await self._engine.put(keys)

    async def _any_due(self, now: datetime) -> bool:
        async with self._database.read() as session:
            return await outbox.any_due(session, lanes=self._lanes, now=now)

    async def _send(self, key: ChunkKey) -> None:
        if key in self._busy:
            return
        self._busy.add(key)
        try:
            await self._sender.send(key)
        finally:
            self._busy.discard(key)
