"""Finds jobs nobody works on and starts a process for each: at most one at a time here."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlmodel import col, delete, select

from bot.db import Database
from bot.imports.leases import claim, let_go
from bot.models import ImportJob, JobStatus

#: Seconds between looks when nothing was announced.
LOOK_EVERY: Final = 5.0
#: Seconds a process has to end when it is told to.
END_WITHIN: Final = 5.0
#: Between looks for what may be deleted.
TIDY_EVERY: Final = timedelta(hours=6)
#: Jobs that are over, and their files, are kept so long.
KEEP: Final = timedelta(days=30)

log = structlog.get_logger()


class Runner:
    """Works on jobs for as long as the program runs; `wake` after adding or deciding."""

    def __init__(self, database: Database, folder: Path, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._folder = folder
        self._now = now
        self._woken = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None

    def wake(self) -> None:
        """Look for work at once."""
        self._woken.set()

    async def run(self) -> None:
        """Work for ever; cancelling stops the process, and the job goes on at the next start."""
        tidied = self._now() - TIDY_EVERY
        try:
            while True:
                try:
                    if self._now() >= tidied + TIDY_EVERY:
                        tidied = self._now()
                        await self.tidy()
                    while await self.work():
                        pass
                except Exception:
                    log.exception("imports not looked at")
                self._woken.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY):  # wait_for may swallow the end
                        await self._woken.wait()
        finally:
            if self._process is not None and self._process.returncode is None:
                await _end(self._process)

    async def work(self) -> bool:
        """Do the oldest job that waits, in a process of its own; False when there is none."""
        async with self._database.write() as session:
            job_id = await claim(session, now=self._now())
        if job_id is None:
            return False
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.imports", stdin=asyncio.subprocess.PIPE
        )
        order = {"url": self._database.url, "folder": str(self._folder), "job": job_id}
        await self._process.communicate(json.dumps(order).encode())
        if self._process.returncode:
            log.error("import stopped", job=job_id, code=self._process.returncode)
            async with self._database.write() as session:
                await let_go(session, job_id)
        return True

    async def tidy(self) -> int:
        """Delete jobs that were over long ago, and files of none; return how many jobs."""
        over = (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.READY)
        async with self._database.write() as session:
            gone = await session.exec(
                delete(ImportJob).where(
                    col(ImportJob.status).in_(over),
                    col(ImportJob.updated_at) < self._now() - KEEP,
                )
            )
        async with self._database.read() as session:
            kept = set(await session.exec(select(ImportJob.stored_as)))
        await asyncio.to_thread(_delete_others, self._folder, kept, self._now() - KEEP)
        return gone.rowcount


async def _end(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    try:
        async with asyncio.timeout(END_WITHIN):
            await process.wait()
    except TimeoutError:
        process.kill()


def _delete_others(folder: Path, kept: set[str], before: datetime) -> None:
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.name not in kept and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
