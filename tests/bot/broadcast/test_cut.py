"""PostgreSQL restarts while announcements go out: who is connected connects again, and nobody is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from bot.broadcast.audience import plan
from bot.broadcast.engine import PgQueuerEngine
from bot.broadcast.jobs import Clockwork, Job
from bot.broadcast.leader import Leadership
from bot.broadcast.schedule import Scheduler
from bot.broadcast.worker import Worker
from bot.channels.limits import Limit, SharedLimit
from bot.db import Database
from bot.models import Announcement, AnnouncementStatus, Contact, Run, RunStatus
from knowledge.columns import utc_now
from tests.bot.broadcast.fake import FakeChannel
from tests.bot.broadcast.making import NOW, add_run, subscribe
from tests.conftest import POSTGRES

PEOPLE = 200
#: What our own log says of it.
_LOST = "engine lost its database"


@pytest.fixture
def served(database: Database) -> Database:
    """A database on a server, which can go away."""
    if database.is_sqlite:
        pytest.skip("SQLite has no connections to cut")
    return database


async def _cut(database: Database) -> int:
    """End everybody's connection, as a restart of the server does; return how many there were."""
    connection = await asyncpg.connect(f"{POSTGRES}/{database.url.rpartition('/')[2]}")
    try:
        return int(
            await connection.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    finally:
        await connection.close()


async def test_a_worker_sends_on_and_each_once(
    served: Database, caplog: pytest.LogCaptureFixture, logged: list[Any]
) -> None:
    async with served.write() as session:
        for number in range(PEOPLE):
            await subscribe(session, f"{number:04}")
        announcement = Announcement(
            text="Bão", topic="storms", urgent=True, status=AnnouncementStatus.SENDING
        )
        run_id = await add_run(session, announcement)
    await plan(served, run_id, ("telegram",), due_at=utc_now())
    some = asyncio.Event()
    gate = asyncio.Event()

    async def before(_: str) -> None:
        if len(channel.sent) >= PEOPLE // 4:
            some.set()
            await gate.wait()

    channel = FakeChannel(before=before)
    pace = SharedLimit(served, {"telegram": Limit(10_000)})
    worker = Worker(
        served, PgQueuerEngine(served.url), {"telegram": channel}, pace, clock=utc_now
    )  # a lease that is cut short runs out by the clock
    working = asyncio.create_task(worker.run())
    await _cut_and_done(served, run_id, some, gate)
    async with asyncio.timeout(30):
        while _LOST not in {line["event"] for line in logged}:  # noqa: ASYNC110 - a log tells nobody
            await asyncio.sleep(0.05)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)

    assert Counter(channel.addresses) == {f"{number:04}": 1 for number in range(PEOPLE)}
    assert [one.getMessage() for one in caplog.records if one.name == "pgqueuer"] == []


async def _cut_and_done(
    served: Database, run_id: int, some: asyncio.Event, gate: asyncio.Event
) -> None:
    async with asyncio.timeout(120):
        await some.wait()
        assert await _cut(served)
        gate.set()
        while await _status(served, run_id) is not RunStatus.DONE:  # noqa: ASYNC110 - the row tells
            await asyncio.sleep(0.05)


async def _status(database: Database, run_id: int) -> RunStatus | None:
    """Return how far a run is; None when it was this question that was cut off."""
    with suppress(DBAPIError):
        async with database.read() as session:
            return (await session.get_one(Run, run_id)).status
    return None


async def test_a_scheduler_leads_again_and_does_its_jobs(served: Database) -> None:
    done: list[str] = []

    async def note(_parts: Clockwork, _now: Any) -> None:
        done.append("done")

    job = Job("rare", timedelta(minutes=2), note)
    times = iter((NOW, NOW + timedelta(minutes=3), NOW + timedelta(minutes=6)))
    scheduler = Scheduler(Clockwork(served, ()), owner="one", clock=lambda: next(times))
    await scheduler._do(job)
    await _cut(served)
    for _ in range(2):  # the first finds its connection gone and leads no more until it has another
        await scheduler._do(job)
    await scheduler._leadership.close()

    assert len(done) >= 2


async def test_another_scheduler_takes_a_lead_that_was_cut(served: Database) -> None:
    first, second = Leadership(served, "first"), Leadership(served, "second")
    assert await first.held()
    await _cut(served)

    assert [await second.held(), await second.held()][-1]
    assert not await first.held()
    await first.close()
    await second.close()


async def test_what_is_read_and_written_next_finds_a_new_connection(served: Database) -> None:
    async with served.write() as session:
        await subscribe(session, "1")
    await _cut(served)

    async with served.write() as session:
        await subscribe(session, "2")
    await _cut(served)
    async with served.read() as session:
        assert len((await session.exec(select(Contact))).all()) == 2
