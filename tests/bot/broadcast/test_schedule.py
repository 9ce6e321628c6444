"""Due announcements begin once, whoever schedules; one scheduler leads; progress adds up."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlmodel import select

from bot.broadcast import progress
from bot.broadcast.leader import Leadership
from bot.broadcast.schedule import JOBS, Clockwork, Job, Scheduler, send_due
from bot.db import Database
from bot.models import Announcement, AnnouncementStatus, Chunk, Delivery, Run, RunStatus
from tests.bot.broadcast.making import NOW, subscribe


async def _scheduled(database: Database, people: int = 3) -> None:
    async with database.write() as session:
        for number in range(people):
            await subscribe(session, f"{number}")
        session.add(
            Announcement(
                text="Bão số 5", topic="storms", status=AnnouncementStatus.SCHEDULED,
                next_fire_at=NOW, send_at=NOW,
            )
        )  # fmt: skip


async def test_two_schedulers_begin_a_due_announcement_once(database: Database) -> None:
    await _scheduled(database)
    parts = Clockwork(database, ("telegram",))

    await asyncio.gather(send_due(parts, NOW), send_due(parts, NOW))
    await send_due(parts, NOW + timedelta(seconds=1))

    async with database.read() as session:
        runs = (await session.exec(select(Run))).all()
        rows = (await session.exec(select(Delivery))).all()
        state = await progress.progress(session, 1, now=NOW + timedelta(seconds=10))
    assert [run.status for run in runs] == [RunStatus.SENDING]
    assert len(rows) == 3
    assert (state.planned, state.left, state.running) == (3, 3, True)


async def test_what_falls_due_at_night_waits_for_the_morning(database: Database) -> None:
    await _scheduled(database)
    night = NOW + timedelta(hours=12)
    async with database.write() as session:
        announcement = await session.get_one(Announcement, 1)
        announcement.next_fire_at = announcement.send_at = night

    await send_due(Clockwork(database, ("telegram",)), night)

    async with database.read() as session:
        due = (await session.exec(select(Chunk.due_at))).all()
    assert due == [NOW + timedelta(hours=20, minutes=30)]


async def test_an_announcement_that_reaches_nobody_is_done(database: Database) -> None:
    await _scheduled(database, people=0)

    await send_due(Clockwork(database, ("telegram",)), NOW)

    async with database.read() as session:
        assert (await session.get_one(Announcement, 1)).status is AnnouncementStatus.DONE


async def test_one_leads_until_it_goes(database: Database) -> None:
    first, second = Leadership(database, "first"), Leadership(database, "second")

    assert await first.held()
    assert not await second.held()
    assert await first.held()
    await first.close()
    assert await second.held()
    await second.close()


async def test_a_rare_job_is_done_once_by_two_schedulers(database: Database) -> None:
    done: list[str] = []

    async def note(_parts: Clockwork, _now: object) -> None:
        done.append("done")

    job = Job("rare", timedelta(days=1), note)
    parts = Clockwork(database, ())
    for owner in ("first", "second"):
        scheduler = Scheduler(parts, owner=owner, clock=lambda: NOW, jobs=JOBS)
        await scheduler._do(job)
        await scheduler._leadership.close()

    assert done == ["done"]
