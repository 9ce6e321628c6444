"""Do the jobs by the clock, by one scheduler however many run.

APScheduler keeps no jobs of its own: what is due stands in our tables, so a restart changes nothing
and a new leader catches up. That something fires once is the tables' promise, not the leader's.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.broadcast.jobs import JOBS, Clockwork, Job
from bot.broadcast.leader import Leadership
from bot.models import ScheduledJob

#: A job done so often needs no row: what it does knows by itself what is due.
OFTEN: Final = timedelta(minutes=1)
#: How long after a failure a rarer job is done again.
AGAIN: Final = timedelta(minutes=5)

log = structlog.get_logger()
# That a job's next turn comes while it is at work is no mistake: how long it took we say ourselves.
logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)


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
            if job.every > OFTEN and not await self._taken(job, now):
                return
            try:
                await self._timed(job, now)
            except Exception as error:
                if job.every > OFTEN:
                    await self._ended(job, now, f"{type(error).__name__}: {error}"[:200])
                raise
            if job.every > OFTEN:
                await self._ended(job, now, "")
        except Exception:
            log.exception("job failed", job=job.name)

    async def _timed(self, job: Job, now: datetime) -> None:
        began = time.monotonic()
        await job.do(self._parts, now)
        seconds = time.monotonic() - began
        if seconds > job.every.total_seconds():
            log.info("job took longer than its interval", job=job.name, seconds=round(seconds, 1))

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

    async def _ended(self, job: Job, now: datetime, error: str) -> None:
        """Note how a rare job ended; one that failed is done again soon, not after its whole time."""
        async with self._parts.database.write() as session:
            row = await session.get_one(ScheduledJob, job.name, with_for_update=True)
            row.error = error
            if error:
                row.fired_for = now - job.every + min(AGAIN, job.every)
            else:
                row.done_at = now
            session.add(row)
