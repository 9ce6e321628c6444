"""Due announcements begin once, whoever schedules; one scheduler leads; progress adds up."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.broadcast import progress
from bot.broadcast.jobs import JOBS, Clockwork, Job, send_due
from bot.broadcast.leader import Leadership
from bot.broadcast.schedule import OFTEN, Scheduler
from bot.db import Database
from bot.models import (
    Announcement,
    AnnouncementStatus,
    Chunk,
    Delivery,
    Run,
    RunStatus,
    ScheduledJob,
)
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


async def test_many_jobs_may_ask_at_once_who_leads(database: Database) -> None:
    leadership = Leadership(database, "first")

    assert await asyncio.gather(*(leadership.held() for _ in range(14))) == [True] * 14
    await leadership.close()


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


async def test_a_rare_job_that_failed_is_done_again_soon_and_says_why(database: Database) -> None:
    times: list[datetime] = []

    async def fail_once(_parts: Clockwork, now: datetime) -> None:
        times.append(now)
        if len(times) == 1:
            raise ValueError("the disk is full")

    clock = [NOW]
    job = Job("rare", timedelta(days=1), fail_once)
    scheduler = Scheduler(Clockwork(database, ()), owner="one", clock=lambda: clock[0])
    for minutes in (0, 1, 6, 7):
        clock[0] = NOW + timedelta(minutes=minutes)
        await scheduler._do(job)
        if minutes == 0:
            async with database.read() as session:
                assert (await session.get_one(ScheduledJob, "rare")).error == (
                    "ValueError: the disk is full"
                )
    await scheduler._leadership.close()

    assert times == [NOW, NOW + timedelta(minutes=6)]
    async with database.read() as session:
        row = await session.get_one(ScheduledJob, "rare")
    assert (row.error, row.done_at) == ("", NOW + timedelta(minutes=6))


async def test_a_job_longer_than_its_interval_is_said_once_and_by_us(
    database: Database, caplog: pytest.LogCaptureFixture, logged: list[Any]
) -> None:
    turns = [asyncio.Event(), asyncio.Event()]
    begun: list[int] = []

    async def wait(_parts: Clockwork, _now: datetime) -> None:
        begun.append(len(begun))
        if begun[-1] == 0:
            await asyncio.sleep(0.3)  # six of its turns
        turns[min(begun[-1], 1)].set()

    job = Job("slow", timedelta(seconds=0.05), wait)
    scheduler = Scheduler(Clockwork(database, ()), owner="one", clock=lambda: NOW, jobs=[job])
    running = asyncio.create_task(scheduler.run())
    async with asyncio.timeout(30):
        for turn in turns:
            await turn.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    slow = [line for line in logged if line["event"] == "job took longer than its interval"]
    assert [(line["job"], line["log_level"]) for line in slow[:1]] == [("slow", "info")]
    assert slow[0]["seconds"] >= 0.25
    assert [one for one in caplog.records if one.name.startswith("apscheduler")] == []


def test_what_is_done_by_the_clock_is_all_here() -> None:
    assert {job.name for job in JOBS} == {
        "due announcements", "finished runs", "daily digest", "feeds", "changes to followers",
        "endings to followers", "dossiers to watchers", "talks nobody answers",
        "petitions nearly due", "publications due", "missed questions", "turns of chats",
        "conversations over", "tokens", "stale knowledge to officials", "retention",
    }  # fmt: skip


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
async def test_each_job_has_nothing_to_do_on_an_empty_database(
    database: Database, job: Job
) -> None:
    renewed: list[str] = []

    async def renew() -> None:
        renewed.append("renewed")

    scheduler = Scheduler(
        Clockwork(database, (), renewals=[renew]), owner="one", clock=lambda: NOW, jobs=[job]
    )
    await scheduler._do(job)
    await scheduler._leadership.close()

    async with database.read() as session:
        rows = (await session.exec(select(ScheduledJob))).all()
    assert [(row.name, row.error) for row in rows] == [(job.name, "")] * (job.every > OFTEN)
    assert renewed == ["renewed"] * (job.name == "tokens")
