"""Small things done together: who comes while a group is under way shares the next.

A transaction costs a disk flush, a session and a dozen thread hops, whatever it holds; at one message
a transaction SQLite takes about 430 a second, shared it takes over 1,000. Nobody waits on a timer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db.failures import is_gone

#: Most things of one group, so that nobody waits long for the write lock.
MOST_TOGETHER: Final = 200

Item = TypeVar("Item")
Result = TypeVar("Result")
#: Something written inside a transaction of the caller's.
Write = Callable[[AsyncSession], Awaitable[None]]


class Grouped(Generic[Item, Result]):
    """Does what tasks ask for in sessions that they share."""

    def __init__(
        self,
        open_session: Callable[[], AbstractAsyncContextManager[AsyncSession]],
        run: Callable[[AsyncSession, Sequence[Item]], Awaitable[Sequence[Result]]],
    ) -> None:
        """Take what opens a session, and what does a group: one result an item.

        A group that fails is done again, each item alone, so `run` must change nothing outside.
        """
        self._open = open_session
        self._run = run
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._server: asyncio.Task[None] | None = None

    async def put(self, item: Item) -> Result:
        """Return the result of `item` once its session is closed; raise what doing it alone raised."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._server is None or self._server.done():
            self._server = asyncio.create_task(self._serve())
        return await done

    async def drain(self) -> None:
        """Return when everything put so far is done."""
        if self._server is not None:
            await self._server

    async def _serve(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
            try:
                await self._do(group)
            except Exception as error:
                await self._do_alone(group, error)

    async def _do(self, group: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        async with self._open() as session:
            results = await self._run(session, [item for item, _ in group])
        for (_, done), result in zip(group, results, strict=True):
            if not done.done():
                done.set_result(result)

    async def _do_alone(
        self, group: Sequence[tuple[Item, asyncio.Future[Result]]], error: Exception
    ) -> None:
        """Let one bad item cost only itself; a database that is away is not asked again for each."""
        if len(group) == 1:
            _fail(group, error)
            return
        for at, one in enumerate(group):
            try:
                await self._do([one])
            except Exception as its_own:
                _fail([one], its_own)
                if is_gone(its_own):
                    _fail(group[at:], its_own)
                    return


def _fail(group: Sequence[tuple[Any, asyncio.Future[Any]]], error: Exception) -> None:
    for _, done in group:
        if not done.done():
            done.set_exception(error)


@dataclass(frozen=True, slots=True)
class Batched(Generic[Item]):
    """A Write whose kind is written many at once, in a fraction of the statements."""

    item: Item
    write_all: Callable[[AsyncSession, Sequence[Item]], Awaitable[None]]

    async def __call__(self, session: AsyncSession) -> None:
        """Write this one alone."""
        await self.write_all(session, [self.item])


async def write_each(session: AsyncSession, writes: Sequence[Write]) -> Sequence[None]:
    """Write everything; what is Batched by the same function in one call of it."""
    batches: dict[Any, list[Any]] = {}
    for write in writes:
        if isinstance(write, Batched):
            batches.setdefault(write.write_all, []).append(write.item)
        else:
            await write(session)
            await session.flush()
    for write_all, items in batches.items():
        await write_all(session, items)
    return [None] * len(writes)
