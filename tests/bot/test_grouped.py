"""What is done together costs one session; what fails costs only whoever asked for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db import Batched, Database, Grouped, write_each
from knowledge.models import KnowledgeVersion


async def doubled(_session: AsyncSession, numbers: Sequence[int]) -> list[int]:
    if 13 in numbers:
        raise ValueError("13")
    return [number * 2 for number in numbers]


async def test_one_bad_item_costs_only_itself(database: Database) -> None:
    together = Grouped(database.read, doubled)

    given = await asyncio.gather(
        *(together.put(number) for number in (1, 13, 3)), return_exceptions=True
    )

    assert (given[0], given[2]) == (2, 6)
    assert isinstance(given[1], ValueError)


async def test_a_database_that_is_away_is_not_asked_for_each(database: Database) -> None:
    asked = 0

    @asynccontextmanager
    async def away() -> AsyncIterator[AsyncSession]:
        nonlocal asked
        asked += 1
        if asked:
            raise ConnectionRefusedError
        yield AsyncSession(database.reader)

    together = Grouped(away, doubled)

    given = await asyncio.gather(*(together.put(n) for n in range(50)), return_exceptions=True)

    assert [type(one) for one in given] == [ConnectionRefusedError] * 50
    assert asked == 2  # for all, and once more for the first
    with pytest.raises(ConnectionRefusedError):  # and whoever comes later asks anew
        await together.put(1)
    assert asked == 3


async def test_what_is_batched_by_one_function_is_written_in_one_call(database: Database) -> None:
    calls: list[list[int]] = []

    async def write_all(session: AsyncSession, versions: Sequence[int]) -> None:
        calls.append(list(versions))
        session.add_all(KnowledgeVersion(id=version, version=version) for version in versions)

    async def write_one(session: AsyncSession) -> None:
        session.add(KnowledgeVersion(id=9, version=9))

    async with database.write() as session:
        await write_each(session, [Batched(1, write_all), write_one, Batched(2, write_all)])

    assert calls == [[1, 2]]
    async with database.read() as session:
        kept = (await session.exec(select(KnowledgeVersion.version))).all()
    assert sorted(kept) == [1, 2, 9]
