"""Transactions of workers, schedulers and officials lock rows in one order, so that none wait in a ring."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from sqlalchemy import Table
from sqlmodel import col, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.broadcast import lifecycle, outbox
from bot.broadcast.outbox import ChunkKey, Outcome, Taken
from bot.db import Database
from bot.models import (
    Announcement,
    AnnouncementStatus,
    Chunk,
    ChunkStatus,
    Delivery,
    DeliveryStatus,
    Run,
    RunStatus,
)
from tests.bot.broadcast.making import NOW, add_run

KEY = ChunkKey(1, 0, "telegram")
#: On disk the later ones come first, so that whoever reads the table as it lies locks them first.
PEOPLE = ("c", "b", "a")
HAND = [Taken(1, person, person, 1, "") for person in PEOPLE]
Step = Callable[[AsyncSession], Awaitable[Any]]


@pytest.fixture
async def sent(database: Database) -> Database:
    """A run whose deliveries are in one worker's hand; PostgreSQL only, SQLite has but one writer."""
    if database.is_sqlite:
        pytest.skip("SQLite has one lock")
    async with database.write() as session:
        announcement = Announcement(
            text="Bão", topic="storms", urgent=True, status=AnnouncementStatus.SENDING
        )
        await add_run(session, announcement)
        run = await session.get_one(Run, 1)
        run.status, run.planned = RunStatus.SENDING, len(PEOPLE)
        session.add(
            Chunk(
                run_id=1, number=0, channel="telegram", first_person="a", last_person="c",
                lane=1, due_at=NOW, planned=len(PEOPLE), status=ChunkStatus.QUEUED,
            )
        )  # fmt: skip
        await session.flush()
        for person in PEOPLE:
            session.add(_delivery(person))
            await session.flush()
    return database


def _delivery(person: str) -> Delivery:
    return Delivery(
        run_id=1, person_id=person, channel="telegram", address=person, chunk=0, owner="me",
        status=DeliveryStatus.SENDING, lease_until=NOW,
    )  # fmt: skip


@asynccontextmanager
async def _waiting(database: Database, held: Any, step: Step) -> AsyncIterator[None]:
    """While another transaction holds the rows of `held`, let `step` come as far as it can."""

    async def take() -> None:
        async with database.write() as session:
            await step(session)

    async with database.write() as holder:
        await holder.exec(held.with_for_update())
        taking = asyncio.create_task(take())
        async with asyncio.timeout(10):
            while not await _somebody_waits(database):
                assert not taking.done(), "it waited for nobody"
                await asyncio.sleep(0.01)
        yield
    await taking


async def _somebody_waits(database: Database) -> bool:
    async with database.read() as session:
        query = text(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE datname = current_database() AND NOT granted"
        )
        return bool((await session.exec(cast("Any", query))).scalar())


async def _free(database: Database, model: Any) -> int:
    """Return how many rows of a table nobody holds."""
    async with database.write() as session:
        query = select(*cast("Table", model.__table__).primary_key.columns)
        return len((await session.exec(query.with_for_update(skip_locked=True))).all())


async def _mark(session: AsyncSession) -> None:
    await outbox.mark(session, [Outcome(one, DeliveryStatus.DELIVERED, NOW) for one in HAND])


async def _keep(session: AsyncSession) -> None:
    await outbox.keep(session, KEY, HAND, owner="me", now=NOW)


@pytest.mark.parametrize("step", [_mark, _keep])
async def test_deliveries_are_locked_in_the_order_of_their_people(
    sent: Database, step: Step
) -> None:
    first = select(Delivery.person_id).where(Delivery.person_id == "a")

    async with _waiting(sent, first, step):
        assert await _free(sent, Delivery) == len(PEOPLE) - 1


async def _end_chunk(session: AsyncSession) -> None:
    chunk = await session.get_one(Chunk, (1, 0, "telegram"))
    chunk.status = ChunkStatus.DONE
    await session.flush()


async def _finish(session: AsyncSession) -> None:
    await _end_chunk(session)
    await outbox.finish(session, 1, now=NOW)


async def _settle(session: AsyncSession) -> None:
    await _end_chunk(session)
    await lifecycle.settle(session, now=NOW)


async def _stop(session: AsyncSession) -> None:
    await lifecycle.stop(session, 1, by="lan", now=NOW)


async def _send_again(session: AsyncSession) -> None:
    rows = await session.exec(select(Delivery).order_by(col(Delivery.person_id)))
    for row in rows.all():
        row.status = DeliveryStatus.PERMANENT
    await session.flush()
    assert await lifecycle.send_again(session, 1, by="lan", now=NOW) == len(PEOPLE)


@pytest.mark.parametrize("step", [_finish, _settle, _stop, _send_again])
async def test_an_announcement_is_locked_before_its_runs(sent: Database, step: Step) -> None:
    async with _waiting(sent, select(Announcement.id), step):
        assert await _free(sent, Run) == 1


async def test_a_run_that_is_stopped_meanwhile_is_not_closed_as_done(sent: Database) -> None:
    async with sent.write() as session:
        await _end_chunk(session)
    async with sent.write() as closing:
        await closing.get_one(Run, 1)
        async with sent.write() as session:
            await lifecycle.stop(session, 1, by="lan", now=NOW)
        await outbox.finish(closing, 1, now=NOW)

    async with sent.read() as session:
        assert (await session.get_one(Run, 1)).status is RunStatus.STOPPED
