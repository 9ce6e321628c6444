"""What is done by the clock, one line a job, by one scheduler however many run.

APScheduler keeps no jobs of its own: what is due stands in our tables, so a restart changes nothing
and a new leader catches up. That something fires once is the tables' promise, not the leader's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlmodel import col, select

from bot.broadcast import follows, lifecycle, outbox
from bot.broadcast.audience import plan
from bot.broadcast.feeds.polling import poll_due
from bot.broadcast.firing import quiet_until
from bot.broadcast.leader import Leadership
from bot.db import Database
from bot.dossiers import System, tell_changes
from bot.models import Announcement, Run, RunStatus, ScheduledJob
from bot.privacy import retention

#: Runs planned together; each walks the same tables.
_PLANNED_TOGETHER: Final = 4

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Clockwork:
    """What jobs work on."""

    database: Database
    channels: Sequence[str]
    """Those that can push."""
    dossiers: System | None = None
    """The deployer's own system of dossiers; None where there is none."""


async def send_due(parts: Clockwork, now: datetime) -> None:
    """Begin the announcements whose time has come, and plan whom they go to."""
    async with parts.database.write() as session:
        await lifecycle.fire_due(session, now=now)
    async with parts.database.read() as session:
        query = (
            select(Run.id, Announcement.urgent)
            .join(Announcement, col(Announcement.id) == Run.announcement_id)
            .where(Run.status == RunStatus.PLANNING)
            .order_by(col(Announcement.urgent).desc(), col(Run.id))
        )
        waiting = (await session.exec(query)).all()
    gate = asyncio.Semaphore(_PLANNED_TOGETHER)

    async def prepare(run_id: int, urgent: bool) -> None:
        async with gate:
            morning = None if urgent else quiet_until(now)
            await plan(parts.database, run_id, parts.channels, due_at=morning or now)
            async with parts.database.write() as session:
                await outbox.finish(session, run_id, now=now)

    await asyncio.gather(*(prepare(run_id or 0, urgent) for run_id, urgent in waiting))


async def _settle(parts: Clockwork, now: datetime) -> None:
    async with parts.database.write() as session:
        await lifecycle.settle(session, now=now)


async def _poll_feeds(parts: Clockwork, now: datetime) -> None:
    await poll_due(parts.database, now=now)


async def _tell_changes(parts: Clockwork, now: datetime) -> None:
    async with parts.database.write() as session:
        await follows.tell_changes(session, now=now)


async def _tell_endings(parts: Clockwork, now: datetime) -> None:
    async with parts.database.write() as session:
        await follows.tell_endings(session, now=now)


async def _tell_of_dossiers(parts: Clockwork, now: datetime) -> None:
    await tell_changes(parts.database, parts.dossiers, now=now)


async def _retain(parts: Clockwork, now: datetime) -> None:
    await retention.run(parts.database, now=now)


@dataclass(frozen=True, slots=True)
class Job:
    """Something done again and again."""

    name: str
    every: timedelta
    do: Callable[[Clockwork, datetime], Awaitable[None]]


JOBS: Final[tuple[Job, ...]] = (
    Job("due announcements", timedelta(seconds=1), send_due),
    Job("finished runs", timedelta(seconds=5), _settle),
    Job("feeds", timedelta(minutes=1), _poll_feeds),
    Job("changes to followers", timedelta(minutes=1), _tell_changes),
    # Reads every followed content, and what it finds changes with the day only.
    Job("endings to followers", timedelta(hours=1), _tell_endings),
    Job("dossiers to watchers", timedelta(minutes=1), _tell_of_dossiers),
    Job("retention", timedelta(days=1), _retain),
)


class Scheduler:
    """Does the jobs while it leads."""

    def __init__(
        self,
        parts: Clockwork,
        *,
        owner: str,
        clock: Callable[[], datetime],
        jobs: Sequence[Job] = JOBS,
    ) -> None:
        self._parts = parts
        self._clock = clock
        self._jobs = jobs
        self._owner = owner
        self._leadership = Leadership(parts.database, owner)

    async def run(self) -> None:
        """Schedule until cancelled."""
        scheduler = AsyncIOScheduler(timezone="UTC")
        for job in self._jobs:
            # Rare jobs are looked at more often: when they were last done stands in the table.
            seconds = min(job.every.total_seconds(), 60)
            scheduler.add_job(
                self._do, "interval", args=[job], seconds=seconds, id=job.name,
                max_instances=1, coalesce=True, misfire_grace_time=None,
            )  # fmt: skip
        scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            scheduler.shutdown(wait=False)
            await self._leadership.close()

    async def _do(self, job: Job) -> None:
        try:
            if not await self._leadership.held():
                return
            now = self._clock()
            if job.every > timedelta(minutes=1) and not await self._taken(job, now):
                return
            await job.do(self._parts, now)
        except Exception:
            log.exception("job failed", job=job.name)

    async def _taken(self, job: Job, now: datetime) -> bool:
        """Take a rare job's turn, once for all processes and restarts."""
        async with self._parts.database.write() as session:
            row = await session.get(ScheduledJob, job.name, with_for_update=True)
            row = row or ScheduledJob(name=job.name)
            if row.fired_for is not None and now - row.fired_for < job.every:
                return False
            row.fired_for, row.owner = now, self._owner
            session.add(row)
            return True
