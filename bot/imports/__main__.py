"""The process that works on one job: `python -m bot.imports`, its order on standard input."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.db import Database
from bot.imports.leases import LostError, finish
from bot.imports.reading import UnreadableFileError, read_procedures
from bot.imports.report import read_report_file
from bot.imports.saving import save_chosen
from bot.models import ImportJob, JobKind, JobStatus
from knowledge.columns import utc_now
from knowledge.reports.reading import ReportError


async def work(
    database: Database, folder: Path, job_id: int, *, clock: Callable[[], datetime] = utc_now
) -> None:
    """Do what a job waits for, to its end."""
    async with database.read() as session:
        job = await session.get(ImportJob, job_id)
    if job is None:
        return
    path = folder / job.stored_as
    try:
        if job.status is JobStatus.SAVING:
            await save_chosen(database, job, clock=clock)
            return
        if job.kind is JobKind.REPORT:
            await read_report_file(database, job, path, clock=clock)
        else:
            await read_procedures(database, job, path, clock=clock)
    except LostError:
        return
    except (UnreadableFileError, ReportError) as error:
        message = str(error).replace(job.stored_as, job.name)
        async with database.write() as session:
            await finish(session, job_id, JobStatus.FAILED, now=clock(), error=message)
    path.unlink(missing_ok=True)


async def _main() -> None:
    order = json.loads(sys.stdin.read())
    database = Database(order["url"])
    try:
        await work(database, Path(order["folder"]), int(order["job"]))
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(_main())
