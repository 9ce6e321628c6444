"""Write what became of deliveries in groups: a slot goes on once its outcome is durable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import structlog

from bot.broadcast import outbox
from bot.broadcast.outbox import Outcome
from bot.db import Database
from bot.db.failures import AWAY
from bot.people import suppress

#: Outcomes are written together when so many wait, or so many seconds after the first. A
#: transaction costs what 40 rows cost: ten milliseconds made one of every six messages.
COMMIT_ROWS: Final = 128
COMMIT_SECONDS: Final = 0.05
#: Seconds until they are written again when the database went away.
AGAIN: Final = 1.0

_Waiting = tuple[str, Outcome, "asyncio.Future[None]"]

log = structlog.get_logger()


class Writer:
    """Writes outcomes in groups; `put` returns when its outcome is durable."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._waiting: list[_Waiting] = []
        self._some, self._enough = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def put(self, channel: str, outcome: Outcome) -> None:
        """Return when `outcome` is durable."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((channel, outcome, done))
        self._some.set()
        if len(self._waiting) >= COMMIT_ROWS:
            self._enough.set()
        await done

    async def close(self) -> None:
        """Stop; nobody may be waiting."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._some.wait()
            timer = loop.call_later(COMMIT_SECONDS, self._enough.set)
            await self._enough.wait()
            timer.cancel()
            self._some.clear()
            self._enough.clear()
            group, self._waiting = self._waiting, []
            while not await self._written(group):  # noqa: ASYNC110 - what we know waits here
                await asyncio.sleep(AGAIN)
            for _, _, done in group:
                if not done.done():
                    done.set_result(None)

    async def _written(self, group: Sequence[_Waiting]) -> bool:
        try:
            async with self._database.write() as session:
                await outbox.mark(session, [outcome for _, outcome, _ in group])
                for channel, outcome, _ in group:
                    if outcome.suppress:
                        await suppress(
                            session, channel, outcome.taken.address,
                            why=outcome.reason[:200], now=self._clock(),
                        )  # fmt: skip
        except AWAY:
            log.exception("outcomes not written yet", count=len(group))
            return False
        return True
